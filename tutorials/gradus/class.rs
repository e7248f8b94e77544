//! `gradus class FOLDER`: judges what a class has handed in, and writes a table. The one idea to know: an answer is compiled and run behind walls (`walls.rs`),
//! by the judge that the repository has, with cases of its own for each student.

use crate::command::checkout::Checkout;
use crate::command::handed_in::{Answer, HandedIn};
use crate::command::walls::Limit;
use crate::command::{names, print, report, workshop};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use frame::{Document, Error, Exercise, Result};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// For compiling an answer, and for its judge.
const COMPILING: Limit = Limit { time: Duration::from_secs(60), memory: 8 << 30 };
const JUDGING: Limit = Limit { time: Duration::from_secs(10), memory: 2 << 30 };

/// Exit status 0 if all was judged, whatever the verdicts; 2 if something could not be done.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    frame::obey(command(), arguments, |matches| run(matches).map(|()| 0))
}

pub fn command() -> Command {
    let file = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("FILE").help(help).value_parser(value_parser!(PathBuf))
    };
    Command::new("gradus-class")
        .bin_name("gradus class")
        .about("Judges what a class has handed in: a folder or a zip file per student, with their answers")
        .after_help(
            "An answer is a file ch02.rs, ch02_exercise.rs, or exercise.rs in a folder that begins with ch02.\n\
             Each is compiled and run with limits of time and memory and without a network, and judged on cases from a seed of the student's own.",
        )
        .arg(Arg::new("folder").value_name("FOLDER").required(true).help("What was handed in").value_parser(value_parser!(PathBuf)))
        .arg(
            Arg::new("exercise")
                .long("exercise")
                .value_name("CHAPTER")
                .action(ArgAction::Append)
                .help("Only this exercise, such as ch02; may be given again"),
        )
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("N")
                .default_value("7")
                .value_parser(value_parser!(u64))
                .help("The start of the seeds of all students: choose one that they do not know"),
        )
        .arg(file("html", "Write the table as a page, with the first case that failed of each answer"))
        .arg(file("json", "Write the verdicts as JSON; - is standard output"))
}

/// What came of an answer.
pub struct Verdict {
    pub student: String,
    pub exercise: &'static Exercise,
    pub seed: u64,
    pub outcome: Outcome,
    /// The other students whose answer is the same but for comments and spaces.
    pub same_as: Vec<String>,
    /// The judge's own words, where it came to a judgement.
    judgement: Value,
}

/// The kinds of outcomes.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Solved,
    /// As it was shipped.
    Untouched,
    /// Cases that are right, of so many, and the first that is not.
    Wrong {
        right: usize,
        of: usize,
        first: String,
    },
    /// Does not compile: the compiler's first words.
    NotCompiled(String),
    /// Breaks a rule of the exercises.
    Refused(String),
    /// Did not end in time.
    Endless,
    /// Ended without a judgement.
    NoJudgement(String),
}

impl Outcome {
    /// In a word or two.
    pub fn word(&self) -> String {
        match self {
            Outcome::Solved => "solved".to_owned(),
            Outcome::Untouched => "untouched".to_owned(),
            Outcome::Wrong { right, of, .. } => format!("{right} of {of}"),
            Outcome::NotCompiled(_) => "not compiled".to_owned(),
            Outcome::Refused(_) => "refused".to_owned(),
            Outcome::Endless => "no end".to_owned(),
            Outcome::NoJudgement(_) => "no judgement".to_owned(),
        }
    }

    /// What is behind it; empty if nothing.
    pub fn details(&self) -> String {
        match self {
            Outcome::Solved | Outcome::Untouched => String::new(),
            Outcome::Wrong { first, .. } => first.clone(),
            Outcome::NotCompiled(text) | Outcome::Refused(text) | Outcome::NoJudgement(text) => text.clone(),
            Outcome::Endless => {
                format!("stopped after {} s: is there a loop that does not end?", JUDGING.time.as_secs())
            }
        }
    }
}

fn run(matches: &ArgMatches) -> Result {
    let path = |name: &str| matches.get_one::<PathBuf>(name);
    let documents = ["html", "json"].map(|name| {
        let flag = if name == "html" { "--html" } else { "--json" };
        path(name).map(|file| Document::at(flag, file)).transpose()
    });
    let [html, json] = documents;
    let (html, json) = (html?, json?);
    let checkout = Checkout::needed()?;
    JUDGING.try_out()?;
    let mut handed_in = HandedIn::read(path("folder").expect("clap demands it"))?;
    if let Some(wanted) = matches.get_many::<String>("exercise") {
        let wanted = wanted.map(|name| names::exercise(name)).collect::<Result<Vec<_>>>()?;
        handed_in.answers.retain(|answer| wanted.iter().any(|exercise| exercise.chapter == answer.exercise.chapter));
    }
    let started = Instant::now();
    let libraries = workshop::Libraries::built(&checkout)?;
    let seed = matches.get_one::<u64>("seed").copied().unwrap_or(7);
    let verdicts = judge(&checkout, &libraries, &handed_in.answers, seed)?;
    let table = report::Table { students: &handed_in.students, verdicts: &verdicts, left_out: &handed_in.left_out };
    print(&table.to_string());
    print(&format!(
        "{} answers of {} students in {:.0} s",
        verdicts.len(),
        handed_in.students.len(),
        started.elapsed().as_secs_f64()
    ));
    if let Some(html) = html {
        html.write(&table.html())?;
    }
    match json {
        Some(json) => {
            let verdicts: Vec<Value> = verdicts.iter().map(as_json).collect();
            json.write(&format!("{:#}", json!({ "seed": seed, "answers": verdicts, "left_out": handed_in.left_out })))
        }
        None => Ok(()),
    }
}

/// Judges all answers, as many at a time as there are cores.
fn judge(checkout: &Checkout, libraries: &workshop::Libraries, answers: &[Answer], seed: u64) -> Result<Vec<Verdict>> {
    let same = the_same(answers);
    let (waiting, verdicts) = (Mutex::new(answers.iter().enumerate()), Mutex::new(BTreeMap::new()));
    let work = || -> Result {
        loop {
            // A worker that has panicked has left nothing half done here.
            let next = waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
            let Some((place, answer)) = next else { return Ok(()) };
            let own = frame::seed_of(seed, &answer.student);
            let (outcome, judgement) = outcome(checkout, libraries, answer, own)?;
            let same_as = if outcome == Outcome::Untouched { Vec::new() } else { same[place].clone() };
            let verdict = Verdict {
                student: answer.student.clone(),
                exercise: answer.exercise,
                seed: own,
                outcome,
                same_as,
                judgement,
            };
            verdicts.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(place, verdict);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| Error::new("a judgement was broken off"))?)
    })?;
    Ok(verdicts.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).into_values().collect())
}

/// For each answer the other students with the same one.
fn the_same(answers: &[Answer]) -> Vec<Vec<String>> {
    let essence = |answer: &Answer| answer.text.as_ref().ok().and_then(|text| frame::essence(text));
    let essences: Vec<Option<String>> = answers.iter().map(essence).collect();
    let others = |place: usize| {
        let same = |other: &usize| {
            *other != place
                && answers[*other].exercise.chapter == answers[place].exercise.chapter
                && essences[*other] == essences[place]
        };
        let names = (0..answers.len()).filter(same).map(|other| answers[other].student.clone());
        if essences[place].is_some() { names.collect() } else { Vec::new() }
    };
    (0..answers.len()).map(others).collect()
}

fn outcome(
    checkout: &Checkout,
    libraries: &workshop::Libraries,
    answer: &Answer,
    seed: u64,
) -> Result<(Outcome, Value)> {
    let text = match &answer.text {
        Ok(text) => text,
        Err(reason) => return Ok((Outcome::Refused(format!("it cannot be read: {reason}")), Value::Null)),
    };
    if frame::essence(text).is_some_and(|own| Some(own) == frame::essence(answer.exercise.shipped)) {
        return Ok((Outcome::Untouched, Value::Null));
    }
    if let Some(breach) = frame::breach(answer.exercise, text) {
        return Ok((Outcome::Refused(breach), Value::Null));
    }
    let cannot = |error: std::io::Error| Error::new(format!("cannot make a folder for an answer: {error}"));
    let folder = tempfile::tempdir().map_err(cannot)?;
    let (source, program) = (folder.path().join("exercise.rs"), folder.path().join("exercise"));
    // The text that was looked at, and not the file, which may have changed.
    frame::files::write(&source, text).map_err(cannot)?;
    let compiled = COMPILING.run(libraries.compile(COMPILING.command(Path::new("rustc")), &source, &program), "")?;
    match compiled.status {
        Some(status) if status.success() => {}
        Some(_) => {
            let words = compiled.said.replace(&source.display().to_string(), &answer.exercise.file());
            return Ok((Outcome::NotCompiled(words.trim().to_owned()), Value::Null));
        }
        None => {
            let words = format!("the compiler was stopped after {} s", COMPILING.time.as_secs());
            return Ok((Outcome::NotCompiled(words), Value::Null));
        }
    }
    let (judgement, ended) = workshop::judged(checkout, JUDGING.command(&program), Some(seed), |command, secret| {
        JUDGING.run(command, secret)
    })?;
    let judgement = match judgement {
        Some(judgement) => judgement,
        None if ended.status.is_none() => return Ok((Outcome::Endless, Value::Null)),
        None => {
            return Ok((Outcome::NoJudgement(format!("the judge came to no end. {}", ended.said.trim())), Value::Null));
        }
    };
    let count = |key: &str| judgement[key].as_u64().unwrap_or(0) as usize;
    let outcome = match workshop::is_solved(&judgement) {
        true => Outcome::Solved,
        false => Outcome::Wrong { right: count("right"), of: answer.exercise.cases, first: first_failure(&judgement) },
    };
    Ok((outcome, judgement))
}

/// The first case that failed, in the judge's words.
fn first_failure(judgement: &Value) -> String {
    let failure = &judgement["failure"];
    let line = |key: &str| failure[key].as_str().map(|text| format!("{key}: {text}"));
    ["input", "checked", "expected", "got", "diagnosis"].into_iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

fn as_json(verdict: &Verdict) -> Value {
    json!({
        "student": verdict.student, "exercise": verdict.exercise.chapter, "seed": verdict.seed, "verdict": verdict.outcome.word(),
        "solved": verdict.outcome == Outcome::Solved, "details": verdict.outcome.details(), "same_as": verdict.same_as, "judgement": verdict.judgement,
    })
}
