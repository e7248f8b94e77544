//! The course runner: ticks, hints, reset, and the file that keeps the progress. (Building and judging exercises is tried by
//! `.ci/exercises`, with cargo.)

use crate::support::run;
use frame::Exercise;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");
const PROGRESS: &str = ".gradus-progress.json";
const CH02: &str = "tutorials/ch02_perceptron/exercise.rs";

/// A folder that the runner takes for a checkout, with one exercise.
fn checkout() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "tutorials/frame/exercises.rs", "");
    write(folder.path(), CH02, Exercise::of("02").expect("the exercise").shipped);
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
    std::fs::write(path, text).expect("the file is written");
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).expect("the file is there")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs the runner in a checkout, expects success, and returns its output.
fn gradus(folder: &TempDir, arguments: &[&str]) -> String {
    let output = run(GRADUS, arguments, folder.path());
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    said(&output)
}

#[test]
fn a_chapter_that_was_run_gets_a_tick_and_its_exercise_is_next() {
    let folder = checkout();
    assert!(gradus(&folder, &["list"]).contains("Next: ch0"), "something is next");
    let untouched = gradus(&folder, &["list"]);
    assert!(!untouched.contains('✓'), "{untouched}");
    gradus(&folder, &["ch02", "--quiet", "--out", "."]);
    gradus(&folder, &["ch02", "--help"]);
    let list = gradus(&folder, &["list"]);
    let line = list.lines().find(|line| line.contains("ch02")).expect("the chapter is listed");
    assert_eq!(line.matches('✓').count(), 1, "{line}");
    assert!(line.contains("10 min"), "{line}");
}

#[test]
fn next_names_the_exercise_of_the_last_chapter_that_was_run() {
    let folder = checkout();
    let chapters = ["01_first_graph", "02_perceptron"].map(|chapter| format!("{chapter:?}")).join(", ");
    let solved = "\"01_first_graph\"";
    write(
        folder.path(),
        PROGRESS,
        &format!("{{ \"chapters_run\": [{chapters}], \"exercises_solved\": [{solved}], \"hints_shown\": {{}} }}"),
    );
    let next = gradus(&folder, &["next"]);
    assert!(next.contains("the exercise of ch02") && next.contains(CH02), "{next}");
}

#[test]
fn hints_come_one_at_a_time_and_are_remembered() {
    let folder = checkout();
    let hints = Exercise::of("ch02").expect("the exercise").hints;
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for hint in hints {
        let shown = words(&gradus(&folder, &["exercises", "hint", "ch02"]));
        let others = hints.iter().filter(|&&other| other != hint);
        assert!(shown.contains(hint) && others.into_iter().all(|other| !shown.contains(other)), "{shown}");
    }
    let all = words(&gradus(&folder, &["exercises", "hint", "02"]));
    assert!(hints.iter().all(|hint| all.contains(hint)), "{all}");
    std::fs::remove_file(folder.path().join(PROGRESS)).expect("the progress can be deleted");
    assert!(gradus(&folder, &["exercises", "hint", "ch02"]).contains("hint 1 of 3"));
}

#[test]
fn reset_restores_the_hole_and_keeps_what_was_written() {
    let folder = checkout();
    write(folder.path(), CH02, "fn mine() {}\n");
    assert!(gradus(&folder, &["exercises", "list"]).contains("· begun      ch02"));
    gradus(&folder, &["exercises", "reset", "ch02"]);
    assert_eq!(read(&folder, CH02), Exercise::of("02").expect("the exercise").shipped);
    assert_eq!(read(&folder, &format!("{CH02}.mine")), "fn mine() {}\n");
    assert!(gradus(&folder, &["exercises", "list"]).contains("· untouched  ch02"));
    assert!(gradus(&folder, &["exercises", "reset", "ch02"]).contains("is as it was"));
    std::fs::remove_file(folder.path().join(CH02)).expect("the exercise can be deleted");
    gradus(&folder, &["exercises", "reset", "ch02"]);
    assert_eq!(read(&folder, CH02), Exercise::of("02").expect("the exercise").shipped);
}

#[test]
fn a_solution_is_shown_to_whoever_has_solved_or_insists() {
    let folder = checkout();
    write(folder.path(), "tutorials/ch02_perceptron/solution.rs", "//! Solution 2.\n");
    let refused = run(GRADUS, &["exercises", "solution", "ch02"], folder.path());
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("--anyway"), "{refused:?}");
    assert!(gradus(&folder, &["exercises", "solution", "ch02", "--anyway"]).contains("Solution 2"));
}

#[test]
fn a_damaged_progress_is_kept_and_said_and_the_list_is_shown_all_the_same() {
    let folder = checkout();
    write(folder.path(), PROGRESS, "{ \"chapters_run\": [");
    let list = gradus(&folder, &["list"]);
    assert!(list.contains("is not what gradus wrote") && list.contains("Next: ch01"), "{list}");
    assert_eq!(read(&folder, &format!("{PROGRESS}.damaged")), "{ \"chapters_run\": [");
}

#[test]
fn mistakes_are_answered_by_what_to_do() {
    let folder = checkout();
    for (arguments, answer) in [
        (&["exercises", "hint", "ch99"][..], "there is no exercise of chapter \"ch99\""),
        (&["exercises", "hnt"], "hint"),
        (&["exercises", "check", "--seed", "x"], "--seed"),
    ] {
        let output = run(GRADUS, arguments, folder.path());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).contains(answer), "{arguments:?}: {}", said(&output));
    }
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let output = run(GRADUS, &["exercises", "list"], elsewhere.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("go to its folder"), "{output:?}");
    assert!(!elsewhere.path().join(PROGRESS).exists());
}
