//! The command line with any words: every word is used or refused, nothing panics, and a file that cannot be written is reported.

use crate::support::{is_answered, program_in, run};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");
const CH02: &str = env!("CARGO_BIN_EXE_ch02_perceptron");
const CH10: &str = env!("CARGO_BIN_EXE_ch10_xor_by_tape");

/// Each command, with words that make it short.
const COMMANDS: &[&[&str]] = &[
    &["ch02", "--quiet"],
    &["step", "ch01", "--quiet"],
    &["tour", "--epochs", "1", "--quiet", "--data", "nowhere"],
    &["check", "--model", "mlp:784-2-10", "--elements", "1", "--samples", "1"],
    &["reproduce", "--chapter", "02"],
    &["exercises", "list"],
    &["exercises", "hint", "ch02"],
    &["list"],
    &["next"],
    &["help"],
    &["--version"],
];

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("a_folder")).expect("a folder");
    std::fs::write(folder.path().join("a_file"), "not JSON, not MNIST\n").expect("a file");
    folder
}

fn gradus<S: AsRef<OsStr>>(arguments: &[S], folder: &Path) -> Output {
    program_in(folder, GRADUS).args(arguments).stdin(Stdio::null()).output().expect("gradus starts")
}

fn is_refused(output: &Output, what: &dyn std::fmt::Debug) {
    is_answered(output, what);
    assert_eq!(output.status.code(), Some(2), "{what:?}: {output:?}");
    assert!(output.stderr.starts_with(b"error: ") && output.stderr.len() > 20, "{what:?}: {output:?}");
    assert!(output.stdout.is_empty(), "{what:?}: {output:?}");
}

#[test]
fn every_word_on_the_command_line_is_used_or_refused() {
    let folder = folder();
    for command in COMMANDS {
        for more in [&["--no-such-flag"][..], &["no_such_word"], &["--json"], &["--seed"], &["--help=yes"], &[""]] {
            // A hint takes the name of a chapter; the empty word and others are none.
            let words = [command, more].concat();
            is_refused(&gradus(&words, folder.path()), &words);
        }
        let mut words: Vec<OsString> = command.iter().map(OsString::from).collect();
        words.push(not_utf8());
        is_refused(&gradus(&words, folder.path()), &words);
        if command[0] != "--version" && command[0] != "help" {
            let help = [command, &["--help"][..]].concat();
            let output = gradus(&help, folder.path());
            assert!(output.status.success() && output.stdout.len() > 20, "{help:?}: {output:?}");
        }
    }
    for words in [
        &["help", "list", "next"][..],
        &["help", "--json"],
        &["help", "no_such"],
        &["step", "list"],
        &["step", "--sed"],
    ] {
        is_refused(&gradus(words, folder.path()), &words);
    }
    let [help, of_ch08] = [&["help", "ch08"], &["ch08", "--help"]].map(|words| gradus(words, folder.path()));
    assert_eq!((help.status.code(), &help.stdout), (Some(0), &of_ch08.stdout));
}

/// A word that is not UTF-8.
fn not_utf8() -> OsString {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(vec![b'c', 0xff, b'h'])
}

#[test]
fn a_command_that_is_not_utf8_is_refused() {
    let folder = folder();
    is_refused(&gradus(&[not_utf8()], folder.path()), &"not UTF-8");
    assert!(!folder.path().join("out").exists(), "the tour did not run");
}

#[test]
fn a_slip_of_the_finger_is_answered_by_what_was_meant() {
    let folder = folder();
    for (typed, meant) in [
        ("ch8", "ch08"),
        ("8", "ch08"),
        ("CH08", "ch08"),
        ("chapter 8", "ch08"),
        ("ch8_tape", "ch08"),
        ("ch08_tap", "ch08"),
        ("lst", "list"),
        ("exercise", "exercises"),
        ("nxt", "next"),
        ("List", "list"),
        ("reproduc", "reproduce"),
        ("hint", "exercises hint"),
    ] {
        let output = gradus(&[typed], folder.path());
        is_refused(&output, &typed);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(&format!("did you mean {meant}?")), "{typed}: {said}");
    }
    let nothing = gradus(&["ch99"], folder.path());
    assert!(!String::from_utf8_lossy(&nothing.stderr).contains("did you mean"), "{nothing:?}");
    for words in [&["step", "8"][..], &["reproduce", "--chapter", "ch02_perceptro"]] {
        let output = gradus(words, folder.path());
        is_refused(&output, &words);
        assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean ch0"), "{output:?}");
    }
}

/// Values that no flag expects.
fn odd_values() -> Vec<OsString> {
    let huge = "9".repeat(40);
    let words = [
        "",
        "-1",
        "0",
        "nan",
        "1e999",
        &huge,
        "a_folder",
        "a_file",
        "a_file/inside",
        "no/such/folder/file",
        "日本",
        "-",
    ];
    words.into_iter().map(OsString::from).chain([not_utf8()]).collect()
}

#[test]
fn no_value_of_any_flag_makes_a_command_panic() {
    // Of each command the flags that take a value, and what else makes the run short.
    let flags: &[(&[&str], &[&str])] = &[
        (&["ch02", "--quiet"], &["seed", "data", "out", "json"]),
        (&["ch10", "--quiet", "--epochs", "1"], &["epochs"]),
        (&["ch27", "--quiet", "--data", "a_folder"], &["epochs", "data"]),
        (&["ch15", "--quiet", "--data", "a_folder", "--epochs", "1"], &["eta", "init", "data", "epochs", "seed"]),
        (&["tour", "--quiet", "--data", "a_folder"], &["seed", "epochs", "data", "out", "json"]),
        (&["reproduce", "--chapter", "02"], &["seed", "data", "json", "chapter"]),
    ];
    for (command, flags) in flags {
        for flag in *flags {
            for value in odd_values() {
                // A fresh folder each time, so that runs do not depend on each other.
                let folder = folder();
                let mut words: Vec<OsString> = command.iter().map(OsString::from).collect();
                // The tested flag is given once.
                if let Some(place) = words.iter().position(|word| *word == *format!("--{flag}")) {
                    words.drain(place..place + 2);
                }
                words.push(format!("--{flag}").into());
                words.push(value.clone());
                is_answered(&gradus(&words, folder.path()), &words);
            }
        }
    }
}

#[test]
fn numbers_that_are_none_are_refused() {
    let folder = folder();
    for words in [
        &["ch10", "--epochs", "0"][..],
        &["ch10", "--epochs", "1000001"],
        &["ch10", "--epochs", "-3"],
        &["ch27", "--epochs", "1"],
        &["ch15", "--eta", "nan"],
        &["ch15", "--eta", "-0.1"],
        &["ch15", "--eta", ""],
        &["ch02", "--seed", "18446744073709551616"],
        &["ch08", "--epochs", "5"],
    ] {
        let words = [words, &["--quiet"]].concat();
        is_refused(&gradus(&words, folder.path()), &words);
    }
}

#[test]
fn what_cannot_be_written_is_said_before_anything_runs() {
    let folder = folder();
    for places in [
        &["--json", "a_folder"][..],
        &["--json", "no/such/folder.json"],
        &["--json", "a_file/inside.json"],
        &["--json", "new/"],
        &["--json", ""],
        &["--out", "a_file"],
        &["--out", "a_file/inside"],
        &["--out", "-"],
        &["--out", ""],
        &["--out", "/proc/gradus"],
    ] {
        for command in [&["ch10"][..], &["tour"], &["ch15"]] {
            let words = [command, places].concat();
            // A run would print something, and take long.
            is_refused(&gradus(&words, folder.path()), &words);
        }
    }
    for command in [&["check"][..], &["reproduce"]] {
        for place in ["a_folder", "no/such/folder.json", "a_file/inside.json", ""] {
            let words = [command, &["--json", place]].concat();
            is_refused(&gradus(&words, folder.path()), &words);
        }
    }
    let left = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 2, "nothing is left behind");
}

#[test]
fn a_run_leaves_the_file_of_before_until_its_own_is_whole() {
    let folder = folder();
    let json = folder.path().join("results.json");
    std::fs::write(&json, "mine").expect("a file");
    let failed =
        run(CH10, &["--data", "nowhere", "--quiet", "--out", "a_file", "--json", "results.json"], folder.path());
    assert_eq!(failed.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&json).expect("the file"), "mine");
    assert!(run(CH02, &["--quiet", "--json", "results.json"], folder.path()).status.success());
    assert!(std::fs::read_to_string(&json).expect("the file").contains("02_perceptron"));
    let device = run(CH02, &["--quiet", "--json", "/dev/null"], folder.path());
    assert!(
        device.status.success() && Path::new("/dev/null").metadata().is_ok_and(|found| !found.is_file()),
        "{device:?}"
    );
    std::os::unix::fs::symlink("results.json", folder.path().join("link")).expect("a link");
    assert!(run(CH02, &["--quiet", "--json", "link"], folder.path()).status.success());
    assert!(
        folder.path().join("link").symlink_metadata().is_ok_and(|found| found.is_symlink()),
        "the link is still one"
    );
}

#[test]
fn a_document_may_go_where_the_files_go() {
    let folder = folder();
    let output = run(CH02, &["--quiet", "--out", "new/place", "--json", "new/place/results.json"], folder.path());
    assert!(output.status.success() && folder.path().join("new/place/results.json").is_file(), "{output:?}");
}

#[test]
fn json_goes_to_standard_output_and_all_else_to_standard_error() {
    let folder = folder();
    let check = ["check", "--model", "mlp:784-2-10", "--elements", "1", "--samples", "1", "--json", "-"];
    for words in [
        &["ch02", "--json", "-"][..],
        &["step", "ch01", "--json", "-"],
        &check,
        &["reproduce", "--chapter", "02", "--json", "-"],
    ] {
        let output = gradus(words, folder.path());
        assert!(output.status.success(), "{words:?}: {output:?}");
        let document: Value = serde_json::from_slice(&output.stdout).expect("standard output is one document");
        assert!(!document.is_null() && !output.stderr.is_empty(), "{words:?}");
        assert!(!folder.path().join("-").exists(), "{words:?}");
    }
}

#[test]
fn a_full_device_is_an_error_and_a_closed_pipe_is_not() {
    let folder = folder();
    std::fs::create_dir_all(folder.path().join("tutorials/frame")).expect("a folder");
    std::fs::write(folder.path().join("tutorials/frame/exercises.rs"), "").expect("a file");
    for words in COMMANDS.iter().copied().chain([
        &["ch02", "--help"][..],
        &["ch02", "--json", "-"],
        &["step", "ch01"],
        &["check", "--help"],
    ]) {
        // The tour without digits ends before it prints.
        if words[0] == "tour" {
            continue;
        }
        let mut command = program_in(folder.path(), GRADUS);
        command.args(words).stdin(Stdio::null());
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the device");
        let output = command.stdout(full).stderr(Stdio::piped()).output().expect("gradus starts");
        is_answered(&output, &words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains("No space left on device"), "{words:?}: {said}");

        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().expect("gradus starts");
        is_answered(&output, &words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("error"), "{words:?}: {said}");
    }
}

#[test]
fn whatever_the_terminal_is_said_to_be_everything_is_printed() {
    let folder = folder();
    for (name, value) in
        [("TERM", "dumb"), ("NO_COLOR", "1"), ("COLUMNS", "20"), ("COLUMNS", "0"), ("COLUMNS", "many"), ("LC_ALL", "C")]
    {
        for words in COMMANDS {
            let mut command = program_in(folder.path(), GRADUS);
            let output = command.args(*words).env(name, value).stdin(Stdio::null()).output();
            let output = output.expect("gradus starts");
            is_answered(&output, &(name, words));
            assert!(!output.stdout.is_empty() || !output.stderr.is_empty(), "{name}={value} {words:?}");
            assert!(!output.stdout.contains(&0x1b), "{name}={value} {words:?}: no colours outside of a terminal");
        }
    }
}

#[test]
fn with_every_stream_closed_nothing_panics() {
    let folder = folder();
    for words in COMMANDS {
        for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
            let line = format!("exec \"$0\" \"$@\" {closed}");
            let mut command = Command::new("bash");
            let output = command.args(["-c", &line, GRADUS]).args(*words).current_dir(folder.path()).output();
            is_answered(&output.expect("bash starts"), &(closed, words));
        }
    }
}

#[test]
fn prose_is_broken_at_words_and_no_line_is_wider_than_the_terminal() {
    let folder = folder();
    for (columns, words) in [
        (80, &["list"][..]),
        (80, &["help"]),
        (80, &["ch08"]),
        (60, &["ch01"]),
        (40, &["exercises", "--help"]),
        (20, &["list"]),
    ] {
        let mut command = program_in(folder.path(), GRADUS);
        let output = command.args(words).env("COLUMNS", columns.to_string()).output();
        let text = String::from_utf8(output.expect("gradus starts").stdout).expect("UTF-8");
        let wide: Vec<&str> =
            text.lines().filter(|line| line.chars().count() > columns && line.contains(' ')).collect();
        assert!(wide.is_empty(), "{columns} {words:?}: {wide:#?}");
    }
    let list = gradus(&["list"], folder.path());
    let list = String::from_utf8(list.stdout).expect("UTF-8");
    assert!(list.lines().all(|line| line.chars().count() <= 80), "the list fits 80 columns:\n{list}");
    let help = String::from_utf8(gradus(&["help"], folder.path()).stdout).expect("UTF-8");
    assert!(help.lines().all(|line| line.chars().count() <= 80), "the help fits 80 columns:\n{help}");
}
