//! Chapter 5: three squared errors, the broken plots, and how flat accuracy is.

use crate::support::{number, results};

#[test]
fn three_losses_are_called_mse_and_accuracy_is_flat() {
    let results = results(env!("CARGO_BIN_EXE_ch05_losses"), &[]);
    let ratios: Vec<f64> = results["ratios"].as_array().expect("a list").iter().map(number).collect();
    for (ratio, right) in ratios.iter().zip([5.0, 2.0, 10.0]) {
        assert!((ratio - right).abs() < 1e-9, "{ratios:?}");
    }
    let lowest = &results["lowest_at"];
    assert!((number(&lowest["source"]) - 1.0 / 3.0).abs() < 1e-3 && number(&lowest["class_0"]) > 0.99, "{lowest}");
    assert_eq!(results["clip"]["f32_is_nan"], true);
    assert!((number(&results["perfect_prediction"]) + 1e-7).abs() < 1e-9, "a loss below zero");
    let flat = &results["flat"];
    assert!(number(&flat["accuracy_moved"]) <= 5.0 && number(&flat["cost_moved"]) >= 475.0, "{flat}");
    assert!(number(&flat["accuracies"]) < 100.0 && number(&flat["costs"]) > 390.0, "{flat}");
}
