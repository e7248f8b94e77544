//! Chapter 9: the hand-written gradient is wrong where the source's is, learns all the same, and the exercise.
#![allow(clippy::duplicate_mod)] // exercise and solution bring the same judge

mod support;

#[path = "../ch09_xor_by_hand/exercise.rs"]
mod exercise;
#[path = "../ch09_xor_by_hand/solution.rs"]
mod solution;

use std::process::ExitCode;
use support::{number, results};

#[test]
fn the_first_layer_is_wrong_the_second_is_exact_and_xor_is_learnt() {
    let results = results(env!("CARGO_BIN_EXE_ch09_xor_by_hand"), &[]);
    let errors = &results["relative_error"];
    for first_layer in ["W1", "b1"] {
        let error = number(&errors[first_layer]);
        assert!((0.01..0.9).contains(&error), "{first_layer}: {error}");
    }
    for second_layer in ["W2", "b2"] {
        assert!(number(&errors[second_layer]) < 1e-8, "{second_layer}: {}", errors[second_layer]);
    }
    assert_eq!((&results["solved"], &results["checker"]), (&true.into(), &"fail".into()));
    assert!(number(&results["solved_starts"]) >= 0.99);
    assert_eq!(results["wrong_signs"], 0);
    let cause = results["cause"].as_str().expect("the checker guesses");
    assert!(cause.contains("f is applied twice"), "{cause}");
}

#[test]
fn the_exercise_is_unsolved_and_its_solution_solves_it() {
    assert_eq!(solution::main(), ExitCode::SUCCESS);
    assert_ne!(exercise::main(), ExitCode::SUCCESS);
}
