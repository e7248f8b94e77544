//! A chapter that is killed goes on from its checkpoints under `--resume`, and comes to the same end as one that was left alone.

use crate::support::{program_in, run};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");
const CH23: &str = env!("CARGO_BIN_EXE_ch23_words_and_attention");
/// Everything goes into the folder that the program runs in.
const HERE: [&str; 4] = ["--out", ".", "--json", "results.json"];

/// Starts a program and kills it, as an operating system does, when a file is there.
fn killed_at(file: &str, program: &str, arguments: &[&str], folder: &Path) {
    let mut training = program_in(folder, program);
    let training = training.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let mut training = training.spawn().expect("it starts");
    let started = Instant::now();
    while !folder.join(file).exists() {
        assert!(training.try_wait().expect("a process").is_none(), "{program} ended before there was {file}");
        assert!(started.elapsed() < Duration::from_secs(300), "there is no {file}");
        sleep(Duration::from_millis(1));
    }
    training.kill().expect("a process");
    assert!(!training.wait().expect("a process").success(), "it was killed");
}

/// All files of a folder but hidden ones, without the time that the run took.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let paths = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let named = paths.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path));
    let read = |(name, path): (String, _)| {
        let mut bytes = fs::read(path).expect("a file");
        if name == "results.json" {
            let text = String::from_utf8(bytes).expect("UTF-8");
            bytes = text.lines().filter(|line| !line.contains("\"seconds\"")).collect::<String>().into_bytes();
        }
        (name, bytes)
    };
    named.filter(|(name, _)| !name.starts_with('.')).map(read).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Kills a run once for each of these files, goes on each time, and compares it with a run that is left alone.
fn goes_on(program: &str, arguments: &[&str], kills: &[&str]) {
    let (alone, disturbed) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let arguments = [arguments, &HERE].concat();
    let resumed = [&arguments[..], &["--resume"]].concat();
    let undisturbed = run(program, &arguments, alone.path());
    for (number, file) in kills.iter().enumerate() {
        killed_at(file, program, if number == 0 { &arguments } else { &resumed }, disturbed.path());
    }
    let end = run(program, &resumed, disturbed.path());
    assert_eq!(end.status, undisturbed.status, "{end:?}");
    assert!(said(&end).contains("note: ") && said(&undisturbed).is_empty(), "{}, {}", said(&end), said(&undisturbed));
    assert_eq!(String::from_utf8_lossy(&end.stdout), String::from_utf8_lossy(&undisturbed.stdout), "{program}");
    let (ours, theirs) = (files(disturbed.path()), files(alone.path()));
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "no checkpoint is left");
    assert!(ours.iter().all(|(name, bytes)| *bytes == theirs[name]), "{program}");
}

#[test]
fn names_and_attention_go_on_with_dropout_and_a_schedule() {
    let at = ["three_letters", "a_small_GPT"].map(|what| format!("{what}.checkpoint.safetensors"));
    goes_on(CH23, &["--epochs", "140"], &[&at[0], &at[1]]);
}

#[test]
fn a_chapter_goes_on_as_a_command_of_gradus() {
    goes_on(GRADUS, &["ch18", "--epochs", "2"], &["training.checkpoint.safetensors"]);
    goes_on(GRADUS, &["ch22", "--epochs", "40"], &["training.checkpoint.safetensors"]);
    goes_on(GRADUS, &["ch21", "--epochs", "2"], &["net_20_of_40.checkpoint.safetensors"]);
}

#[test]
fn a_checkpoint_of_other_settings_is_refused_by_name_and_a_damaged_one_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let short = ["--epochs", "70", "--out", "."];
    let with = |more: &[&str]| run(CH23, &[&short, more].concat(), folder.path());
    let file = folder.path().join("three_letters.checkpoint.safetensors");
    killed_at("three_letters.checkpoint.safetensors", CH23, &short, folder.path());
    let kept = fs::read(&file).expect("the checkpoint");

    let refused = with(&["--resume", "--seed", "8"]);
    assert_eq!(refused.status.code(), Some(2));
    for part in ["another training", "expected: seed 8", "found:    seed 7", "leave out --resume"] {
        assert!(said(&refused).contains(part), "{part}: {}", said(&refused));
    }
    let longer = run(CH23, &["--epochs", "71", "--out", ".", "--resume"], folder.path());
    assert!(said(&longer).contains("epochs 71, steps 71"), "{}", said(&longer));

    fs::write(&file, &kept[..kept.len() / 2]).expect("half of it");
    let damaged = with(&["--resume"]);
    assert_eq!(damaged.status.code(), Some(2));
    assert!(said(&damaged).contains("ends too early") && said(&damaged).contains("leave out --resume"), "{damaged:?}");

    // The nets of another program: a recurrent one in place of that of three letters.
    fs::write(&file, &kept).expect("whole again");
    let other = folder.path().join("recurrent.checkpoint.safetensors");
    fs::copy(&file, &other).expect("a copy");
    let net = with(&["--resume"]);
    assert_eq!(net.status.code(), Some(2));
    assert!(said(&net).contains("\"params/rnn/W_ih\" [64, 64] is missing"), "{}", said(&net));
}

#[test]
fn who_does_not_go_on_is_told_what_is_replaced_and_who_cannot_that_it_begins() {
    let folder = tempfile::tempdir().expect("a folder");
    let with = |more: &[&str]| run(CH23, &[&["--epochs", "2", "--out", "."], more].concat(), folder.path());
    let nothing = with(&["--resume"]);
    assert!(said(&nothing).contains("note: --resume: there is no ./three_letters"), "{}", said(&nothing));
    killed_at("three_letters.checkpoint.safetensors", CH23, &["--epochs", "2", "--out", "."], folder.path());
    let anew = with(&[]);
    assert!(said(&anew).contains("is of a run that did not come to its end"), "{}", said(&anew));
    assert_eq!(anew.stdout, nothing.stdout);
    let short = run(GRADUS, &["ch02", "--resume"], folder.path());
    assert!(said(&short).starts_with("note: --resume: no training of this chapter"), "{}", said(&short));
    // A quiet run writes no files, unless it is asked for some.
    let quiet = tempfile::tempdir().expect("a folder");
    assert!(run(CH23, &["--epochs", "2", "--quiet"], quiet.path()).status.success());
    assert!(files(quiet.path()).is_empty());
}
