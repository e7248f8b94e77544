//! The exercises: untouched they are unsolved, and say so with input, expected and got; their solutions solve them, for any seed.

use frame::{EXERCISES, Exercise, Judgement};
use std::path::PathBuf;

/// Both programs of each exercise as modules, and the list of their mains.
macro_rules! exercises {
    ($($exercise:ident $exercise_file:literal, $solution:ident $solution_file:literal;)+) => {
        $(
            #[path = $exercise_file]
            mod $exercise;
            #[path = $solution_file]
            mod $solution;
        )+
        type Main = fn() -> Judgement;
        /// The file of the exercise, its main, and that of the solution.
        const MAINS: &[(&str, Main, Main)] = &[$(($exercise_file, $exercise::main, $solution::main)),+];
    };
}

exercises! {
    ch01_exercise "../ch01_first_graph/exercise.rs", ch01_solution "../ch01_first_graph/solution.rs";
    ch02_exercise "../ch02_perceptron/exercise.rs", ch02_solution "../ch02_perceptron/solution.rs";
    ch03_exercise "../ch03_xor_wall/exercise.rs", ch03_solution "../ch03_xor_wall/solution.rs";
    ch04_exercise "../ch04_activations/exercise.rs", ch04_solution "../ch04_activations/solution.rs";
    ch05_exercise "../ch05_losses/exercise.rs", ch05_solution "../ch05_losses/solution.rs";
    ch06_exercise "../ch06_nudging/exercise.rs", ch06_solution "../ch06_nudging/solution.rs";
    ch07_exercise "../ch07_descent/exercise.rs", ch07_solution "../ch07_descent/solution.rs";
    ch08_exercise "../ch08_tape/exercise.rs", ch08_solution "../ch08_tape/solution.rs";
    ch09_exercise "../ch09_xor_by_hand/exercise.rs", ch09_solution "../ch09_xor_by_hand/solution.rs";
    ch10_exercise "../ch10_xor_by_tape/exercise.rs", ch10_solution "../ch10_xor_by_tape/solution.rs";
    ch11_exercise "../ch11_broadcasting/exercise.rs", ch11_solution "../ch11_broadcasting/solution.rs";
    ch12_exercise "../ch12_layers/exercise.rs", ch12_solution "../ch12_layers/solution.rs";
    ch13_exercise "../ch13_gradient_check/exercise.rs", ch13_solution "../ch13_gradient_check/solution.rs";
    ch14_exercise "../ch14_four_equations/exercise.rs", ch14_solution "../ch14_four_equations/solution.rs";
    ch15_exercise "../ch15_mnist_nielsen/exercise.rs", ch15_solution "../ch15_mnist_nielsen/solution.rs";
    ch16_exercise "../ch16_mnist_two_layer/exercise.rs", ch16_solution "../ch16_mnist_two_layer/solution.rs";
    ch17_exercise "../ch17_mnist_16_16/exercise.rs", ch17_solution "../ch17_mnist_16_16/solution.rs";
    ch18_exercise "../ch18_mnist_adam/exercise.rs", ch18_solution "../ch18_mnist_adam/solution.rs";
    ch19_exercise "../ch19_optimizers/exercise.rs", ch19_solution "../ch19_optimizers/solution.rs";
    ch20_exercise "../ch20_depth/exercise.rs", ch20_solution "../ch20_depth/solution.rs";
    ch21_exercise "../ch21_overfitting/exercise.rs", ch21_solution "../ch21_overfitting/solution.rs";
    ch22_exercise "../ch22_convolution/exercise.rs", ch22_solution "../ch22_convolution/solution.rs";
    ch23_exercise "../ch23_words_and_attention/exercise.rs", ch23_solution "../ch23_words_and_attention/solution.rs";
    ch24_exercise "../ch24_keeping_a_model/exercise.rs", ch24_solution "../ch24_keeping_a_model/solution.rs";
    ch25_exercise "../ch25_forward_mode/exercise.rs", ch25_solution "../ch25_forward_mode/solution.rs";
    ch26_exercise "../ch26_higher_order/exercise.rs", ch26_solution "../ch26_higher_order/solution.rs";
    ch27_exercise "../ch27_rewind/exercise.rs", ch27_solution "../ch27_rewind/solution.rs";
    ch28_exercise "../ch28_debug_dojo/exercise.rs", ch28_solution "../ch28_debug_dojo/solution.rs";
    ch29_exercise "../ch29_build_it/exercise.rs", ch29_solution "../ch29_build_it/solution.rs";
    ch30_exercise "../ch30_outgrowing/exercise.rs", ch30_solution "../ch30_outgrowing/solution.rs";
}

/// The exercise of this file.
fn exercise_of(file: &str) -> &'static Exercise {
    let found = EXERCISES.iter().find(|exercise| exercise.file().ends_with(&file[2..]));
    found.unwrap_or_else(|| panic!("frame/exercises.rs has no row for {file}"))
}

fn read(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_exercise_is_tried_here() {
    let mut tried: Vec<&str> = MAINS.iter().map(|(file, ..)| exercise_of(file).chapter).collect();
    tried.dedup();
    let all: Vec<&str> = EXERCISES.iter().map(|exercise| exercise.chapter).collect();
    assert_eq!(
        tried, all,
        "tests/exercises.rs and frame/exercises.rs have a row for each exercise, in the order of the chapters"
    );
}

#[test]
fn every_exercise_is_a_program_of_its_package() {
    let manifest = read("tutorials/exercises/Cargo.toml");
    for exercise in EXERCISES {
        let program =
            format!("name = \"{}_exercise\"\npath = \"../ch{}/exercise.rs\"", exercise.short_name(), exercise.chapter);
        assert!(manifest.contains(&program), "tutorials/exercises/Cargo.toml has no program with\n{program}");
    }
}

#[test]
fn untouched_exercises_fail_with_input_expected_and_got() {
    for (file, exercise, _) in MAINS {
        // The tests also pass in a checkout where an exercise is solved.
        if read(&exercise_of(file).file()) != exercise_of(file).shipped {
            println!("{file} is not as it was shipped: skipped");
            continue;
        }
        let judgement = exercise();
        assert!(!judgement.solved(), "{file} solves itself");
        let failure = judgement.failure();
        for part in ["input  ", "checked  ", "expected  ", "got  "] {
            let line = failure.lines().find_map(|line| line.trim_start().strip_prefix(part));
            assert!(line.is_some_and(|line| !line.trim().is_empty()), "{file} says no {part}:\n{failure}");
        }
    }
}

#[test]
fn solutions_solve_the_exercises() {
    for (file, _, solution) in MAINS {
        let judgement = solution();
        assert!(judgement.solved(), "the solution of {file}: {}\n{}", judgement.verdict(), judgement.failure());
    }
}

#[test]
fn solutions_keep_the_rules() {
    for (file, ..) in MAINS {
        let solution = read(&exercise_of(file).file().replace("exercise.rs", "solution.rs"));
        assert_eq!(frame::breach(exercise_of(file), &solution), None, "the solution of {file}");
    }
}

#[test]
fn a_hole_is_at_most_twenty_lines_and_the_solution_differs_in_code() {
    for (file, ..) in MAINS {
        let exercise = exercise_of(file);
        let solution = read(&exercise.file().replace("exercise.rs", "solution.rs"));
        let untouched: Vec<&str> = code(exercise.shipped);
        let written = code(&solution).into_iter().filter(|line| !untouched.contains(line)).count();
        // An exercise in stages has a hole in each.
        let stages = (1..).take_while(|stage| exercise.shipped.contains(&format!("// Stage {stage}: "))).count();
        let most = 20 * stages.max(1);
        assert!((1..=most).contains(&written), "{file}: the solution has {written} lines that the exercise has not");
    }
}

#[test]
fn no_hint_contains_a_line_of_the_solution() {
    for exercise in EXERCISES {
        let solution = read(&exercise.file().replace("exercise.rs", "solution.rs"));
        let without_spaces = |text: &str| text.split_whitespace().collect::<String>();
        for line in code(&solution).into_iter().filter(|line| !exercise.shipped.contains(line)).map(without_spaces) {
            let line = line.trim_end_matches(';');
            let told = exercise.hints.iter().any(|hint| line.len() >= 12 && without_spaces(hint).contains(line));
            assert!(!told, "a hint of {} tells a line of its solution: {line}", exercise.chapter);
        }
        assert!(exercise.hints.iter().all(|hint| hint.len() > 30), "{} has three real hints", exercise.chapter);
        assert!((5..=60).contains(&exercise.minutes), "{}", exercise.chapter);
    }
}

/// The lines of a program that are neither empty nor comments.
fn code(program: &str) -> Vec<&str> {
    program.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).collect()
}
