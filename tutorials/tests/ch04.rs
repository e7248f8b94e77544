//! Chapter 4: a quarter, its fifth power, and plots that are wrongly called softmax.

use crate::support::{number, results};

#[test]
fn a_sigmoid_is_never_steeper_than_a_quarter() {
    let results = results(env!("CARGO_BIN_EXE_ch04_activations"), &[]);
    assert_eq!(number(&results["sigmoid"]["steepest"]), 0.25);
    assert!(number(&results["sigmoid"]["at"]).abs() < 1e-9);
    let behind = results["behind_sigmoids"].as_array().expect("a list");
    assert_eq!(number(&behind[4]), 0.25_f64.powi(5), "9.8e-4");
    assert_eq!(results["relu"]["flat_from"], serde_json::Value::Null);
}

#[test]
fn a_softmax_over_a_grid_gets_lower_as_the_grid_gets_finer() {
    let results = results(env!("CARGO_BIN_EXE_ch04_activations"), &[]);
    let peaks = results["grid_peaks"].as_array().expect("a list");
    assert!((number(&peaks[0]) - 0.096).abs() < 5e-4 && (number(&peaks[1]) - 0.010).abs() < 5e-4, "{peaks:?}");
    let moved = results["moved_by_another_sample"].as_array().expect("a list");
    assert!(number(&moved[0]) > 0.5, "along axis 0 another sample matters: {moved:?}");
    assert_eq!(number(&moved[1]), 0.0, "along axis 1 it does not");
    assert_eq!(results["naive_is_a_number"], false);
}
