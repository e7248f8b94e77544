//! Chapter 22: a convolution is a layer whose weights are shared, and pixels that are shuffled cost it what it knows.

use crate::support::{number, results};
use chapters::ch22::net::cnn;
use gradus::io::{Arrays, Layout};
use gradus::prelude::*;

#[test]
fn a_convolution_is_a_layer_full_of_copies_and_a_number_sees_sixteen_pixels() {
    let results = results(env!("CARGO_BIN_EXE_ch22_convolution"), &["--epochs", "60"]);
    assert!(number(&results["forms_apart"]) < 1e-11, "{results}");
    assert_eq!(results["gradient_check"], true);
    assert_eq!(results["parameters"], 11_386);
    assert_eq!(results["sees"], 16);
    let [plain, mixed] = ["test_accuracy", "test_accuracy_shuffled"].map(|name| number(&results[name]));
    assert!(plain > 0.8 && plain > mixed + 0.1, "after 60 steps: {plain} and {mixed}");
}

#[test]
fn the_weights_that_pytorch_has_for_this_net_fit_by_their_names_and_shapes() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/io/files/torch_cnn.safetensors");
    let net = cnn(&mut seeded(1));
    Arrays::load_safetensors(file).expect("read").restore(&net, Layout::PyTorch).expect("it fits");
}
