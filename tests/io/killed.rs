//! A training that is killed at random moments goes on from its last checkpoint, and ends with the same bits.

use super::numbers;
use gradus::io::{Checkpoint, Progress};
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;
use rand::RngExt;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const STEPS: usize = 300;
const INTERVAL: usize = 3;
const FOLDER: &str = "GRADUS_TEST_FOLDER";

/// Trains to the end, from the checkpoint in the folder if there is one. What happens is noted in the file `log`. Without a folder nothing is kept.
fn train(folder: Option<&Path>) -> Vec<ndarray::ArrayD<f32>> {
    let place = folder.map(|folder| folder.join("training.safetensors"));
    let mut log =
        folder.map(|folder| File::options().create(true).append(true).open(folder.join("log")).expect("a log"));
    let mut note = |what: &str, step: usize| {
        if let Some(log) = &mut log {
            log.write_all(format!("{what} {step}\n").as_bytes()).expect("noted");
        }
    };
    let mut rng = seeded(1);
    let net = Mlp::<f32>::new(&[2, 8, 1], Activation::Tanh, &mut rng);
    let mut adam = Adam::new(0.01);
    let saved = place.as_ref().and_then(|path| Checkpoint::find(path).expect("a whole checkpoint"));
    let start = saved.map_or(Progress::default(), |saved| saved.restore(&net, &mut adam, [&mut rng]).expect("it fits"));
    note("resumed", start.step);
    let mut tape = Tape::new();
    for step in start.step..STEPS {
        note("step", step);
        let x = tape.input(ndarray::Array2::from_shape_simple_fn((4, 2), || rng.random_range(-1.0_f32..1.0)));
        let loss = net.forward(x).quadratic_cost(tape.input(ndarray::Array2::zeros((4, 1))));
        adam.step(&net, &loss.backward()).expect("a step");
        tape.rewind();
        if let Some(path) = place.as_ref().filter(|_| (step + 1) % INTERVAL == 0) {
            let progress = Progress { step: step + 1, ..Progress::default() };
            Checkpoint::new().params(&net).optimizer(&adam).rng(&rng).progress(progress).save(path).expect("written");
            note("saved", step + 1);
        }
    }
    numbers(&net)
}

/// This program once more, as a training in the folder.
fn child(folder: &Path) -> Child {
    let mut again = Command::new(std::env::current_exe().expect("this program"));
    again.args(["--exact", "io::killed::a_training_that_is_killed_goes_on"]).env(FOLDER, folder);
    again.stdout(Stdio::null()).spawn().expect("it runs")
}

/// The numbers that stand after a word in the log.
fn noted(folder: &Path, what: &str) -> Vec<usize> {
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    log.lines().filter_map(|line| line.strip_prefix(what)?.trim().parse().ok()).collect()
}

fn killed(times: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let (undisturbed, mut rng) = (train(None), seeded(std::process::id().into()));
    let (mut in_training, mut finished) = (0, 0);
    for _ in 0..times {
        let (resumed, last_step) = (noted(folder, "resumed").len(), noted(folder, "step").last().copied());
        let last_saved = noted(folder, "saved").last().copied().unwrap_or(0);
        let mut training = child(folder);
        while noted(folder, "resumed").len() == resumed {
            assert!(training.try_wait().expect("a process").is_none(), "it ended before it began");
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_micros(rng.random_range(0..100_000)));
        let has_ended = training.try_wait().expect("a process").is_some();
        training.kill().expect("a process");
        training.wait().expect("a process");
        let start = noted(folder, "resumed").pop().expect("it was resumed");
        let steps_begun = last_step.map_or(0, |step| step + 1);
        assert!(start >= last_saved && start + INTERVAL >= steps_begun, "{start}, {last_saved}, {steps_begun}");
        in_training += usize::from(!has_ended);
        if has_ended || noted(folder, "saved").last() == Some(&STEPS) {
            assert_eq!(train(Some(folder)), undisturbed);
            fs::remove_file(folder.join("training.safetensors")).expect("a checkpoint");
            fs::remove_file(folder.join("log")).expect("a log");
            finished += 1;
        }
    }
    assert_eq!(train(Some(folder)), undisturbed);
    println!("{in_training} of {times} were killed in training; {finished} trainings came to their end meanwhile");
    assert!(in_training > times / 4, "only {in_training} of {times} were killed in training");
}

#[test]
fn a_training_that_is_killed_goes_on() {
    match std::env::var_os(FOLDER) {
        Some(folder) => drop(train(Some(Path::new(&folder)))),
        None => killed(10),
    }
}

/// Before a release: `cargo test --release -p gradus --features io --test suite two_hundred -- --ignored --nocapture`.
#[test]
#[ignore = "takes a minute"]
fn a_training_that_is_killed_two_hundred_times_goes_on() {
    killed(200);
}
