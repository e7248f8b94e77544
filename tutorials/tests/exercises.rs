//! The short exercises: untouched they are unsolved, and their solutions solve them. (That of chapter 15 trains for half a minute.)
#![allow(clippy::duplicate_mod)] // exercise and solution bring the same judge

#[path = "../ch02_perceptron/exercise.rs"]
mod ch02_exercise;
#[path = "../ch02_perceptron/solution.rs"]
mod ch02_solution;
#[path = "../ch08_tape/exercise.rs"]
mod ch08_exercise;
#[path = "../ch08_tape/solution.rs"]
mod ch08_solution;
#[path = "../ch10_xor_by_tape/exercise.rs"]
mod ch10_exercise;
#[path = "../ch10_xor_by_tape/solution.rs"]
mod ch10_solution;

use std::process::ExitCode;

#[test]
fn untouched_exercises_are_unsolved_and_their_solutions_solve_them() {
    type Main = fn() -> ExitCode;
    let chapters: [(&str, Main, Main); 3] = [
        ("02", ch02_exercise::main, ch02_solution::main),
        ("08", ch08_exercise::main, ch08_solution::main),
        ("10", ch10_exercise::main, ch10_solution::main),
    ];
    for (chapter, exercise, solution) in chapters {
        assert_ne!(exercise(), ExitCode::SUCCESS, "the exercise of chapter {chapter}");
        assert_eq!(solution(), ExitCode::SUCCESS, "the solution of chapter {chapter}");
    }
}
