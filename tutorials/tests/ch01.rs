//! Chapter 1: a line has five nodes and four arrows, an `if` leaves one branch, and the thermometer is found exactly.

use crate::support::{number, results, run};
use serde_json::json;

#[test]
fn a_program_leaves_a_graph() {
    let results = results(env!("CARGO_BIN_EXE_ch01_first_graph"), &[]);
    assert_eq!(results["line"], json!({ "z": 7.0, "nodes": 5, "arrows": 4 }));
    assert_eq!(results["sizes"], json!([[1, 0], [2, 2], [1, 0], [2, 1], [4, 6]]), "nodes and arrows of five programs");
    let thermometer = &results["thermometer"];
    assert!((number(&thermometer["w"]) - 1.8).abs() < 1e-12 && (number(&thermometer["b"]) - 3.2).abs() < 1e-12);
    assert_eq!(thermometer["nodes"], 12, "a hundred rounds on the same nodes");
}

#[test]
fn the_line_is_listed_and_drawn() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(env!("CARGO_BIN_EXE_ch01_first_graph"), &["--dot", "--out", "."], folder.path());
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("%3 [] = mul %1 %0") && text.contains("%4 [] = add %3 %2"), "{text}");
    let dot = std::fs::read_to_string(folder.path().join("line.dot")).expect("the graph");
    assert_eq!(dot.lines().filter(|line| line.contains("->")).count(), 4, "{dot}");
}
