//! Chapter 17: the parameters, the shuffled pixels, and the random labels.

use crate::support::{number, results};

#[test]
fn thirteen_thousand_and_two_parameters_know_nothing_of_places_and_noise_is_learnt() {
    let results = results(env!("CARGO_BIN_EXE_ch17_mnist_16_16"), &["--epochs", "2"]);
    assert_eq!(results["parameters"], 13_002);
    let [plain, mixed] = ["test_accuracy", "test_accuracy_shuffled"].map(|name| number(&results[name]));
    assert!(plain > 0.88 && (plain - mixed).abs() < 0.03, "{plain} and {mixed} after two epochs");
    assert!(number(&results["shuffled_rows_apart"]) < 1e-12);
    let noise = &results["random_labels"];
    assert_eq!(noise["own"], 1.0);
    assert!((0.06..0.14).contains(&number(&noise["new"])), "{noise}");
    assert!(number(&results["sum_of_outputs"]["most"]) > 1.2);
}
