//! Chapter 22: forward mode equals reverse mode, and the exercise.
#![allow(clippy::duplicate_mod)] // exercise and solution bring the same judge

mod support;

#[path = "../ch22_forward_mode/exercise.rs"]
mod exercise;
#[path = "../ch22_forward_mode/solution.rs"]
mod solution;

use std::process::ExitCode;
use support::{number, results};

#[test]
fn forward_mode_and_reverse_mode_agree() {
    let results = results(env!("CARGO_BIN_EXE_ch22_forward_mode"), &[]);
    for name in ["dual_error", "jacobian_difference", "slope_difference", "hessian_vector_difference"] {
        assert!(number(&results[name]) < 1e-12, "{name}");
    }
    for passes in results["passes"].as_array().expect("a list") {
        assert_eq!((&passes["forward"], &passes["backward"]), (&passes["inputs"], &passes["results"]));
    }
}

#[test]
fn the_exercise_is_unsolved_and_its_solution_solves_it() {
    assert_eq!(solution::main(), ExitCode::SUCCESS);
    assert_ne!(exercise::main(), ExitCode::SUCCESS);
}
