//! Chapter 20: the norms of the first layer's gradient, and a net that does not train, and does.

use crate::support::{number, results};

#[test]
fn a_small_start_starves_the_first_layer_and_he_feeds_it() {
    let results = results(env!("CARGO_BIN_EXE_ch20_depth"), &["--epochs", "300"]);
    let norm = |start: &str, place: usize| number(&results["first_gradient"][start][place][1]);
    assert!((4e-6..1.2e-5).contains(&norm("small", 2)), "5 layers: {:e}", norm("small", 2));
    assert!((5e-132..5e-128).contains(&norm("small", 6)), "100 layers: {:e}", norm("small", 6));
    assert!((0.1..2.0).contains(&norm("he", 6)), "100 layers, He: {}", norm("he", 6));
    let accuracy = &results["test_accuracy"];
    // It says one digit to everything: as a rule 1, of which there are 1,135.
    assert!((0.0892..=0.1135).contains(&number(&accuracy["5 small"])), "{accuracy}");
    assert!(number(&accuracy["5 He"]) > 0.8, "{accuracy}");
}
