//! Chapter 22: both modes agree, and the exercise.
#![allow(clippy::duplicate_mod)] // exercise and solution bring the same judge

mod support;

#[path = "../ch22_forward_mode/exercise.rs"]
mod exercise;
#[path = "../ch22_forward_mode/solution.rs"]
mod solution;

use std::process::ExitCode;
use support::{number, results};

#[test]
fn forward_and_reverse_mode_agree() {
    let results = results(env!("CARGO_BIN_EXE_ch22_forward_mode"), &[]);
    for name in ["jacobian_difference", "gradient_difference", "hessian_vector_product_difference"] {
        assert!(number(&results[name]) < 1e-13, "{name}: {}", results[name]);
    }
    assert_eq!(results["forward_runs"], 67);
    for passes in results["passes"].as_array().expect("a list") {
        assert_eq!((&passes["runs_forward"], &passes["walks_back"]), (&passes["inputs"], &passes["results"]));
    }
}

#[test]
fn the_exercise_is_unsolved_and_its_solution_solves_it() {
    assert_eq!(solution::main(), ExitCode::SUCCESS);
    assert_ne!(exercise::main(), ExitCode::SUCCESS);
}
