//! Chapter 16: the source's run begins as it should, an "epoch" sees 63% of the digits, and the printed loop makes one step.

use crate::support::{number, results};

#[test]
fn a_short_run_learns_and_counts() {
    let results = results(env!("CARGO_BIN_EXE_ch16_mnist_two_layer"), &["--epochs", "600"]);
    for way in ["test_accuracy", "test_accuracy_without_replacement"] {
        let accuracy = number(&results[way]);
        assert!((0.88..0.93).contains(&accuracy), "{way} after 600 steps: {accuracy}");
    }
    let seen = number(&results["seen_in_one_epoch"]);
    assert!((seen - 0.632).abs() < 0.01, "{seen}");
    assert_eq!(results["as_printed"]["updates"], 1);
    assert!(number(&results["as_printed"]["accuracy"]) < 0.5);
}
