//! Helpers of the chapters' tests.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// Runs a chapter quietly, expects success and one line, and returns the results of its `--json`.
pub fn results(program: &str, arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(program, &[arguments, &["--quiet", "--json", "results.json"]].concat(), folder.path());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1, "{output:?}");
    let text = std::fs::read_to_string(folder.path().join("results.json")).expect("the JSON was written");
    let document: Value = serde_json::from_str(&text).expect("valid JSON");
    // The answer beside the reader's guess has all its numbers.
    let answer = document["answer"].as_str();
    assert!(answer.is_some_and(|answer| !answer.is_empty() && !answer.contains(['{', '}'])), "the answer: {answer:?}");
    document["results"].clone()
}

/// Runs a program in a folder.
pub fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    program_in(folder, program).args(arguments).output().expect("the program starts")
}

/// A program that is to run in a folder and to speak English, whatever the locale of whoever tests.
pub fn program_in(folder: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("GRADUS_LANG", "en");
    command
}

/// A number in a JSON document.
pub fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// Nothing may panic (101), and a mistake is status 2 with a sentence.
pub fn is_answered(output: &Output, what: &dyn std::fmt::Debug) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(!said.contains("panicked") && !said.contains("RUST_BACKTRACE"), "{what:?}: {said}");
    assert!(matches!(output.status.code(), Some(0..=2)), "{what:?}: {output:?}");
}
