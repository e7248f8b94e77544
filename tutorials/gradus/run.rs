//! `gradus run`: trains a step from a file on digits: on XLA, by a plugin, or by our own engine. (Feature `xla`.)

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use frame::{Document, Error, Result, files};
use gradus::data::Digits;
use gradus::io::Storable;
use gradus::step::Step;
use gradus_pjrt::{Number, Plugin, Training, TrainingError};
use serde_json::json;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Exit status 0 if the training came to its end, 2 if something could not be done.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    frame::obey(command(), arguments, |matches| run(matches).map(|()| 0))
}

fn command() -> Command {
    let value = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let file = |name: &'static str, help: &'static str| value(name, "FILE", help).value_parser(value_parser!(PathBuf));
    let count =
        |name: &'static str, help: &'static str| value(name, "N", help).value_parser(value_parser!(u64).range(1..));
    Command::new("gradus-run")
        .bin_name("gradus run")
        .about("Trains a step on the digits of MNIST: on XLA, by a plugin, or by gradus itself")
        .after_help(
            "STEP is what `step.to_json()` gives; cargo run -p gradus-pjrt --features train --example steps -- DIR writes steps of the course's nets",
        )
        .arg(Arg::new("step").value_name("STEP").required(true).help("The file of the step").value_parser(value_parser!(PathBuf)))
        .arg(file("plugin", "A PJRT plugin, the shared library of an XLA compiler; without it gradus runs the step"))
        .arg(count("devices", "Share each step among so many devices of the plugin").default_value("1").requires("plugin"))
        .arg(count("steps", "How many steps; without it, as many as --epochs have"))
        .arg(count("epochs", "How often each digit is seen").default_value("1"))
        .arg(value("data", "DIR", "Where the four MNIST files are").value_parser(value_parser!(PathBuf)))
        .arg(value("seed", "N", "The start of the order of the digits").default_value("7").value_parser(value_parser!(u64)))
        .arg(value("predict", "NAME", "The value of the step that has a score for each digit: measure its accuracy"))
        .arg(file("checkpoint", "Keep the training there after each epoch and at its end"))
        .arg(
            Arg::new("resume")
                .long("resume")
                .action(ArgAction::SetTrue)
                .requires("checkpoint")
                .help("Go on from the checkpoint"),
        )
        .arg(file("json", "Write all losses, and the accuracy, as JSON; - is standard output"))
}

fn run(matches: &ArgMatches) -> Result {
    let json = matches.get_one::<PathBuf>("json").map(|file| Document::at("--json", file)).transpose()?;
    let path = matches.get_one::<PathBuf>("step").expect("clap demands it");
    let named = |error: &dyn std::fmt::Display| Error::new(format!("{}: {error}", path.display()));
    let text = files::text(path, files::MOST_BYTES).map_err(|error| named(&error))?;
    let step = Step::from_json(&text).map_err(|error| named(&error))?;
    // A large net holds hundreds of arrays. What it reads, and numbers that may have been meant as an input, are enough here.
    let told = step.to_string();
    told.lines()
        .filter(|line| !["  parameter", "  kept", "  stays"].iter().any(|start| line.starts_with(start)))
        .for_each(frame::print);
    match step.number() {
        "f32" => train::<f32>(matches, &step, json),
        _ => train::<f64>(matches, &step, json),
    }
}

fn train<F: Number + Storable>(matches: &ArgMatches, step: &Step, json: Option<Document>) -> Result {
    let number = |name: &str| matches.get_one::<u64>(name).map(|&number| number as usize);
    let plugin = match matches.get_one::<PathBuf>("plugin") {
        Some(path) => Some(
            Plugin::with_devices(path, number("devices").unwrap_or(1)).map_err(TrainingError::from).map_err(told)?,
        ),
        None => None,
    };
    let digits = frame::mnist(matches.get_one::<PathBuf>("data").map(PathBuf::as_path))?;
    let checkpoint = matches.get_one::<PathBuf>("checkpoint").map(PathBuf::as_path);
    let seed = matches.get_one::<u64>("seed").copied().unwrap_or(7);
    let from = checkpoint.filter(|_| matches.get_flag("resume"));
    let started = Instant::now();
    let training = Training::<F>::new(step, plugin.as_ref(), &digits.train(), seed, from).map_err(told)?;
    frame::print(&format!(
        "ready after {:.1} s, {} steps taken before",
        started.elapsed().as_secs_f64(),
        training.taken()
    ));
    let end = number("steps").unwrap_or(number("epochs").unwrap_or(1) * training.epoch());
    let prediction = matches.get_one::<String>("predict").map(String::as_str);
    advance(training, end, prediction, &digits.test(), checkpoint, json)
}

/// Takes the steps up to this one, an epoch at a time.
fn advance<F: Number + Storable>(
    mut training: Training<F>,
    end: usize,
    prediction: Option<&str>,
    test: &Digits,
    checkpoint: Option<&Path>,
    json: Option<Document>,
) -> Result {
    let (mut losses, mut accuracy, started) = (Vec::new(), None, Instant::now());
    while training.taken() < end {
        let until = end.min((training.taken() / training.epoch() + 1) * training.epoch());
        let first = losses.len();
        while training.taken() < until {
            losses.push(training.advance().map_err(told)?.to_f64());
        }
        let seconds = started.elapsed().as_secs_f64();
        let mean = losses[first..].iter().sum::<f64>() / (losses.len() - first) as f64;
        accuracy = prediction.map(|name| training.accuracy(name, test)).transpose().map_err(told)?;
        let read = accuracy.map_or(String::new(), |share| format!("   reads {:.2}% of the test digits", 100.0 * share));
        frame::print(&format!("step {until:>6}   loss {mean:.4}{read}   {seconds:.1} s"));
        if let Some(path) = checkpoint {
            training.save(path).map_err(told)?;
        }
    }
    match json {
        Some(document) => document.write(&json!({ "losses": losses, "accuracy": accuracy }).to_string()),
        None => Ok(()),
    }
}

fn told(error: TrainingError) -> Error {
    Error::new(error.to_string())
}
