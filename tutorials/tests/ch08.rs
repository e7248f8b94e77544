//! Chapter 8: what each order of the reverse pass gives, and the exercise.

mod support;

#[path = "../ch08_tape/exercise.rs"]
mod exercise;
#[path = "../ch08_tape/solution.rs"]
mod solution;

use serde_json::json;
use std::process::ExitCode;
use support::results;

#[test]
fn the_right_order_gives_4_and_the_wrong_ones_do_not() {
    let results = results(env!("CARGO_BIN_EXE_ch08_tape"), &[]);
    assert_eq!(results["slope"], 4.0);
    assert_eq!(results["right"], json!({ "c": 4.0, "d": 16.0 }));
    assert_eq!(results["twice"], json!({ "c": 8.0, "d": 40.0 }));
    assert_eq!(results["too_early"], json!({ "c": 4.0, "d": 8.0 }));
    assert_eq!(results["paths"], results["right"]);
    assert_eq!(results["handed_on_after_16_doublings"], json!({ "nodes": 32, "paths": 131_070 }));
    assert_eq!(results["slope_of_a_million_links"], 1.0);
}

#[test]
fn the_exercise_is_unsolved_and_its_solution_solves_it() {
    assert_eq!(solution::main(), ExitCode::SUCCESS);
    assert_ne!(exercise::main(), ExitCode::SUCCESS);
}
