//! Builds exercises and runs their judges. The one idea to know: cargo reports in JSON which programs it has built, so that an older program is never
//! judged in place of an answer that does not compile.

use crate::command::checkout::Checkout;
use frame::{EXERCISES, Error, Exercise, JSON_VARIABLE, Result, SEED_VARIABLE};
use serde_json::{Value, json};
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Time limit of a judge.
const PATIENCE: Duration = Duration::from_secs(60);

/// The result of building an exercise.
enum Built {
    Program(PathBuf),
    /// The messages of the compiler.
    Faulty(String),
}

/// Builds the exercises, judges each, prints the judgements, and returns them in the same order.
///
/// # Errors
/// If cargo cannot be run or a program cannot be started.
pub fn judge(checkout: &Checkout, exercises: &[&'static Exercise], seed: Option<u64>) -> Result<Vec<Value>> {
    let mut built = build(checkout, exercises)?;
    let mut judgements = Vec::new();
    for exercise in exercises {
        if let Some(breach) = frame::breach(exercise, &checkout.read(&checkout.exercise(exercise))?) {
            crate::command::print(&format!(
                "\nExercise {}: {}\n\nnot judged: {breach}",
                exercise.number(),
                exercise.title
            ));
            judgements.push(unjudged(exercise, seed, &breach));
            continue;
        }
        judgements.push(match built.remove(exercise.chapter) {
            Some(Built::Program(program)) => run(checkout, exercise, &program, seed)?,
            Some(Built::Faulty(message)) => {
                crate::command::print(&format!("\nExercise {}: {}", exercise.number(), exercise.title));
                crate::command::print(&indented(&message));
                crate::command::print("\nnot yet: it does not compile");
                unjudged(exercise, seed, &message)
            }
            None => return Err(Error::new(format!("cargo has not built the exercise of {}", exercise.short_name()))),
        });
    }
    Ok(judgements)
}

/// Whether a judgement says that the exercise is solved.
pub fn is_solved(judgement: &Value) -> bool {
    judgement["solved"] == true
}

/// A judgement on an answer whose judge did not finish.
fn unjudged(exercise: &Exercise, seed: Option<u64>, error: &str) -> Value {
    json!({ "exercise": exercise.chapter, "seed": seed, "solved": false, "right": 0, "wrong": 0, "error": error })
}

fn build(checkout: &Checkout, exercises: &[&Exercise]) -> Result<BTreeMap<&'static str, Built>> {
    frame::print(&match exercises {
        [exercise] => format!("building the exercise of {} ...", exercise.short_name()),
        _ => format!("building {} exercises ...", exercises.len()),
    });
    let output = cargo(checkout, exercises)?;
    let (mut built, mut elsewhere) = (BTreeMap::new(), String::new());
    let messages = String::from_utf8_lossy(&output.stdout);
    for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let target = message["target"]["name"].as_str().unwrap_or_default();
        let exercise = exercises.iter().find(|exercise| program(exercise) == target);
        let slug = exercise.map_or("", |exercise| exercise.chapter);
        if let (Some(_), Some(program)) = (exercise, message["executable"].as_str()) {
            built.insert(slug, Built::Program(program.into()));
        } else if message["message"]["level"] == "error"
            && let Some(text) = message["message"]["rendered"].as_str()
        {
            // The file is in the chapter's folder, but the package is in another.
            let text = text.replace("tutorials/exercises/../", "tutorials/");
            let text = text.trim_end();
            if exercise.is_none() {
                elsewhere += &format!("{text}\n\n");
                continue;
            }
            let earlier = match built.remove(slug) {
                Some(Built::Faulty(earlier)) => earlier + "\n\n",
                _ => String::new(),
            };
            built.insert(slug, Built::Faulty(earlier + text));
        }
    }
    if built.is_empty() {
        let reason = elsewhere + &String::from_utf8_lossy(&output.stderr);
        return Err(Error::new(format!("cargo could not build the exercises:\n{}", reason.trim())));
    }
    Ok(built)
}

/// Has cargo build exercises, and returns what it reports.
fn cargo(checkout: &Checkout, exercises: &[impl Borrow<Exercise>]) -> Result<Output> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(checkout.root()).args(["build", "--quiet", "--keep-going", "--message-format=json"]);
    command.args(["--package", "gradus-exercises"]);
    // The same profile as this program's, so that the dependencies are built already.
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    for exercise in exercises {
        command.args(["--bin", &program(exercise.borrow())]);
    }
    let cannot = |error| Error::new(format!("cannot run cargo to build the exercises: {error}"));
    command.stdin(Stdio::null()).output().map_err(cannot)
}

/// The name of an exercise's program.
fn program(exercise: &Exercise) -> String {
    format!("{}_exercise", exercise.short_name())
}

/// Runs a judge, which prints by itself.
fn run(checkout: &Checkout, exercise: &Exercise, program: &Path, seed: Option<u64>) -> Result<Value> {
    let mut command = Command::new(program);
    frame::pass_on(&mut command);
    if frame::is_prose_on_stderr() {
        command.stdout(std::io::stderr());
    }
    let (judgement, is_stopped) = judged(checkout, command, seed, |mut command, secret| {
        let cannot = |error: std::io::Error| Error::new(format!("cannot run {}: {error}", program.display()));
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(cannot)?;
        if let Some(mut input) = child.stdin.take() {
            // A program that ends at once reads nothing, and leaves no judgement.
            let _ = input.write_all(secret.as_bytes());
        }
        let started = Instant::now();
        while child.try_wait().map_err(cannot)?.is_none() {
            if started.elapsed() > PATIENCE {
                child.kill().and_then(|()| child.wait()).map_err(cannot)?;
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(false)
    })?;
    if let Some(judgement) = judgement {
        return Ok(judgement);
    }
    let error = match is_stopped {
        true => format!("stopped after {} s: is there a loop that does not end?", PATIENCE.as_secs()),
        false => "the judge came to no end".to_owned(),
    };
    crate::command::print(&format!("\nExercise {}: {}\n\nnot yet: {error}", exercise.number(), exercise.title));
    Ok(unjudged(exercise, seed, &error))
}

/// The judgement of a judge, which it writes to a file in a new folder, and what `run` says of the run; `None` if there is no judgement. `run` gets the command and
/// what is to be on its standard input: a secret, which the judge reads before it calls the answer. A judgement is valid only with it.
pub fn judged<E>(
    checkout: &Checkout,
    mut command: Command,
    seed: Option<u64>,
    run: impl FnOnce(Command, &str) -> Result<E>,
) -> Result<(Option<Value>, E)> {
    let folder = tempfile::tempdir().map_err(|error| Error::new(format!("cannot keep a judgement: {error}")))?;
    let file = folder.path().join("judgement.json");
    let secret = format!("{:016x}", RandomState::new().build_hasher().finish());
    command.current_dir(checkout.root()).env(JSON_VARIABLE, &file);
    if let Some(seed) = seed {
        command.env(SEED_VARIABLE, seed.to_string());
    }
    let ended = run(command, &format!("{secret}\n"))?;
    let text = std::fs::read_to_string(&file).ok();
    let judgement = match text.and_then(|text| serde_json::from_str(&text).ok()) {
        Some(Value::Object(mut judgement)) if judgement.get("secret").and_then(Value::as_str) == Some(&secret) => {
            judgement.remove("secret");
            Some(Value::Object(judgement))
        }
        _ => None,
    };
    Ok((judgement, ended))
}

/// The compiled libraries that an answer needs, so that it can be compiled without cargo.
pub struct Libraries {
    /// The names that an answer uses, and the files.
    files: Vec<(&'static str, PathBuf)>,
    folder: PathBuf,
}

impl Libraries {
    /// Builds them as for any exercise.
    ///
    /// # Errors
    /// If cargo cannot be run or does not build them.
    pub fn built(checkout: &Checkout) -> Result<Libraries> {
        frame::print("building the judges ...");
        let output = cargo(checkout, &EXERCISES[..1])?;
        let messages = String::from_utf8_lossy(&output.stdout);
        let mut files = Vec::new();
        for message in messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let name = message["target"]["name"].as_str().unwrap_or_default();
            let needed = ["chapters", "frame", "gradus", "ndarray", "rand"].into_iter().find(|needed| *needed == name);
            let of = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let library = of.into_iter().find(|file| file.ends_with(".rlib")).map(PathBuf::from);
            // The program `gradus` has the name of the library.
            files.extend(needed.zip(library));
        }
        let folder = files.first().and_then(|(_, file)| file.parent()).map(Path::to_owned);
        match folder.filter(|_| files.len() == 5) {
            Some(folder) => Ok(Libraries { files, folder }),
            None => {
                let reason = String::from_utf8_lossy(&output.stderr);
                Err(Error::new(format!("cargo could not build the judges:\n{}", reason.trim())))
            }
        }
    }

    /// The compiler's command for an answer, as cargo would give it; `compiler` is the compiler without arguments.
    pub fn compile(&self, mut compiler: Command, source: &Path, program: &Path) -> Command {
        compiler.args(["--edition=2024", "--crate-name=exercise", "--crate-type=bin", "--color=never", "-Aunused"]);
        compiler.arg("-L").arg(format!("dependency={}", self.folder.display()));
        compiler.args(self.files.iter().map(|(name, file)| format!("--extern={name}={}", file.display())));
        compiler.arg("-o").arg(program).arg(source);
        compiler
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
