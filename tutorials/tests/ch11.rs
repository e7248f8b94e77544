//! Chapter 11: a hundred thousand nodes and ten agree; and unintended copies.

use crate::support::{number, results};

#[test]
fn a_layer_in_single_numbers_and_in_arrays_have_the_same_slopes() {
    let results = results(env!("CARGO_BIN_EXE_ch11_broadcasting"), &[]);
    assert_eq!(number(&results["nodes"]["numbers"]), 116_367.0);
    assert_eq!(number(&results["nodes"]["arrays"]), 10.0);
    assert_eq!(number(&results["apart"]), 0.0, "to the last bit");
    assert_eq!(number(&results["slope_of_the_bias"]), 2.5);
}

#[test]
fn an_axis_too_few_makes_a_line_that_learns_the_mean() {
    let results = results(env!("CARGO_BIN_EXE_ch11_broadcasting"), &[]);
    let line = |way: &str| [0, 1].map(|i| number(&results["line"][way][i]));
    let near = |found: [f64; 2], wanted: [f64; 2]| found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-3);
    assert!(near(line("right"), [2.0, 1.0]) && near(line("wrong"), [0.0, 1.0]), "{}", results["line"]);
    assert!(number(&results["columns_off_by"][0]) > 0.5, "a row added to a square of columns");
}
