//! Chapter 18: a test loss of a known net, measured both ways; the sign of a step; and the first epoch of the source's run.

use crate::support::{number, results};

#[test]
fn the_sources_test_loss_is_a_thousand_times_too_small() {
    let results = results(env!("CARGO_BIN_EXE_ch18_mnist_adam"), &["--epochs", "1"]);
    let known = &results["know_nothing"];
    assert!((number(&known["per_digit"]) - 10.0_f64.ln()).abs() < 1e-5, "{known}");
    assert!((number(&known["by_the_source"]) - 10.0_f64.ln() / 1000.0).abs() < 1e-8, "{known}");
    let change = &results["change_of_the_loss"];
    assert!(number(&change["against"]) < 0.0 && number(&change["along"]) > 0.0, "{change}");
    let accuracy = number(&results["test_accuracy"][0]);
    assert!((0.95..0.975).contains(&accuracy), "after one epoch: {accuracy}");
}
