//! The course from the command line: `gradus` gives the tour, `gradus list` the chapters, `gradus ch15` runs one, `gradus exercises`
//! judges what you write.

mod answers;
mod check;
mod checkout;
mod class;
mod course;
mod exercises;
mod handed_in;
mod model;
mod names;
mod progress;
mod quiz;
mod report;
mod reproduce;
#[cfg(feature = "xla")]
mod run;
mod shell;
mod site;
mod tour;
mod unpack;
mod walls;
mod watch;
mod workshop;

use crate::{CHAPTERS, Story};
use checkout::Checkout;
use clap::Command;
use course::Step;
use frame::{Chapter, Result, as_typed, say};
use progress::Progress;
use std::ffi::{OsStr, OsString};
use std::process::ExitCode;
use std::sync::OnceLock;

/// What the program carries of a chapter for its readers.
pub struct Text {
    /// Such as `02_perceptron`.
    pub chapter: &'static str,
    /// Its README.md.
    pub text: &'static str,
    /// Our solution of its exercise.
    pub solution: &'static str,
    /// Names and contents of the files in its folder `figures`.
    pub figures: &'static [(&'static str, &'static [u8])],
}

static TEXTS: OnceLock<&'static [Text]> = OnceLock::new();

/// The texts that the program carries.
fn texts() -> &'static [Text] {
    TEXTS.get().copied().unwrap_or_default()
}

/// The program `gradus`: does what its arguments say.
pub fn main(texts: &'static [Text]) -> ExitCode {
    TEXTS.get_or_init(|| texts);
    match frame::arguments() {
        Ok(arguments) => frame::ended(obey(arguments)),
        Err(status) => status,
    }
}

/// Runs the command that the arguments name (the first one is the program's name). Every word is either used or refused.
fn obey(mut arguments: Vec<OsString>) -> ExitCode {
    let word = match arguments.get(1).map(|word| word.to_str()) {
        None => "tour".to_owned(),
        Some(Some(word)) => word.to_owned(),
        Some(None) => return refuse(&format!("{:?} is not UTF-8, and so the name of no command", arguments[1])),
    };
    let is_flag = word.starts_with('-') && !["--help", "-h", "--version", "-V"].contains(&&word[..]);
    if arguments.len() > 1 && !is_flag {
        arguments.remove(1);
    }
    match &word[..] {
        "help" | "--help" | "-h" => help(arguments),
        "--version" | "-V" => alone("--version", "Says which version this is", arguments, || {
            Ok(concat!("gradus ", env!("CARGO_PKG_VERSION")).to_owned())
        }),
        "list" => alone("list", "The chapters, what you have done of them, and what is next", arguments, || {
            course::list(Checkout::here().as_ref())
        }),
        "next" => next(arguments),
        "step" => step(arguments),
        "check" => check::main(arguments),
        "exercises" => exercises::main(arguments),
        "class" => class::main(arguments),
        "quiz" => quiz::main(arguments),
        "reproduce" => reproduce::main(arguments),
        "site" => site::main(arguments),
        "completions" => shell::completions(arguments),
        "man" => shell::manual(arguments),
        #[cfg(feature = "xla")]
        "run" => run::main(arguments),
        #[cfg(not(feature = "xla"))]
        "run" => refuse(
            "run is built on demand, with the feature xla. In the repository: cargo run --release -p gradus-course --features xla -- run --help",
        ),
        "tour" => tour(arguments),
        _ if is_flag => tour(arguments),
        name => match names::chapter(name) {
            Some((chapter, story)) => chapter_noted(chapter, story, arguments),
            None => refuse(&names::unknown(name)),
        },
    }
}

/// Reports a mistake in the command line.
fn refuse(message: &str) -> ExitCode {
    frame::complain(message);
    ExitCode::from(2)
}

fn tour(arguments: Vec<OsString>) -> ExitCode {
    frame::run_with(&tour::CHAPTER, tour::run, arguments, &mut |guess| note_guess(tour::CHAPTER.slug, guess))
}

/// `gradus help` for all, `gradus help ch08` for one command.
fn help(arguments: Vec<OsString>) -> ExitCode {
    match &arguments[..] {
        [_, command] if !command.to_string_lossy().starts_with('-') => {
            obey(vec![arguments[0].clone(), command.clone(), "--help".into()])
        }
        [] | [_] => print(&overview()),
        [_, flag] if flag == "--help" || flag == "-h" => print(&overview()),
        [_, first, ..] => refuse(&format!("help takes the name of one command, not {first:?} and what follows it")),
    }
}

/// A command that takes nothing but `--help`.
fn alone(
    name: &'static str,
    about: &'static str,
    arguments: Vec<OsString>,
    text: impl FnOnce() -> Result<String>,
) -> ExitCode {
    let command = Command::new("gradus").bin_name(format!("gradus {name}")).about(about);
    match frame::parsed(command, arguments) {
        Ok(_) => said(text()),
        Err(status) => status,
    }
}

/// Whether the arguments ask for help, and nothing else.
fn asks_for_help(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| ["--help", "-h"].map(OsStr::new).contains(&argument.as_os_str()))
}

/// Runs a chapter, and notes it as done if it succeeds.
fn chapter_noted(chapter: &Chapter, story: Story, arguments: Vec<OsString>) -> ExitCode {
    let asked_for_help = asks_for_help(&arguments);
    let status = frame::run_with(chapter, story, arguments, &mut |guess| note_guess(chapter.slug, guess));
    if status == ExitCode::SUCCESS && !asked_for_help {
        note(|progress| progress.note_run(chapter.slug));
    }
    status
}

fn note_guess(chapter: &str, guess: &str) {
    note(|progress| progress.note_guess(chapter, guess));
}

/// Notes something in the progress of the checkout, if there is one. If that fails, the chapter still counts as run.
fn note(what: impl FnOnce(&mut Progress) -> Result) {
    let Some(checkout) = Checkout::here() else { return };
    if let Err(error) = Progress::of(&checkout).and_then(|mut progress| what(&mut progress)) {
        frame::note(&error.to_string());
    }
}

/// Runs the next chapter, or says which exercise is due.
fn next(arguments: Vec<OsString>) -> ExitCode {
    if asks_for_help(&arguments) {
        return print(
            "Runs the chapter that is next, or says which exercise is due\n\nUsage: gradus next [FLAGS]\n\n\
             FLAGS are those of the chapter that is run: `gradus chNN --help` lists them",
        );
    }
    let progress = match Checkout::needed().and_then(|checkout| Progress::of(&checkout)) {
        Ok(progress) => progress,
        Err(error) => return said(Err(error)),
    };
    match (course::next(&progress), &arguments[1.min(arguments.len())..]) {
        (Step::Run(chapter, story), _) => chapter_noted(chapter, story, arguments),
        (_, []) => print(&course::what_is_next(&progress)),
        (_, [word, ..]) => refuse(&format!(
            "{word:?} is for a chapter that is run, and none is next\n{}",
            course::what_is_next(&progress)
        )),
    }
}

/// Prints a text, or why there is none.
fn said(text: Result<String>) -> ExitCode {
    match text {
        Ok(text) => print(&text),
        Err(error) => refuse(&error.to_string()),
    }
}

/// `gradus step ch10` is `gradus ch10 --step`; without a chapter it is the tenth, one row of XOR.
fn step(mut arguments: Vec<OsString>) -> ExitCode {
    let named = arguments.get(1).filter(|word| !word.to_string_lossy().starts_with('-')).cloned();
    if named.is_none() && asks_for_help(&arguments) {
        return print(
            "Steps through what a chapter's tape recorded, forward and backward, in the terminal\n\n\
             Usage: gradus step [chNN] [FLAGS]\n\
             \x20      gradus step FILE.onnx\n\n\
             Without a chapter it is ch10, one row of XOR. FLAGS are those of the chapter: `gradus chNN --help` lists them.\n\
             A file is a model that another tool exported. Its inputs are read from FILE.npz, or made up",
        );
    }
    if named.is_some() {
        arguments.remove(1);
    }
    if let (Some(file), 1) = (named.as_ref().filter(|word| word.to_string_lossy().ends_with(".onnx")), arguments.len())
    {
        return match model::step(file.as_ref()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => refuse(&error.to_string()),
        };
    }
    let name = named.unwrap_or("ch10".into()).to_string_lossy().into_owned();
    let Some((chapter, story)) = names::chapter(&name) else { return refuse(&names::unknown_chapter(&name)) };
    if !arguments.iter().any(|argument| argument == "--step") {
        arguments.push("--step".into());
    }
    chapter_noted(chapter, story, arguments)
}

/// Prints to standard output.
fn print(text: &str) -> ExitCode {
    frame::print(text);
    ExitCode::SUCCESS
}

/// The list of chapters, for the tour and for unknown names.
pub(crate) fn list() -> String {
    let line = |(chapter, _): &(&Chapter, Story)| {
        format!("  {}   {:32} {:>5}", chapter.short_name(), chapter.title, chapter.time)
    };
    let lines: Vec<String> = CHAPTERS.iter().map(line).collect();
    let text = format!(
        "The chapters, and how long each runs:\n{}\n\nRun one with: cargo run --release -- ch02",
        lines.join("\n")
    );
    as_typed(&say(&text))
}

/// All commands. No line is longer than a terminal of 80 columns.
fn overview() -> String {
    let text = format!(
        "gradus: an autodiff you can step through, and a course on it\n\n\
         Usage: cargo run --release -- COMMAND, where COMMAND is one of\n\n\
         \x20 (nothing)        the tour: build, check, train a network ({})\n\
         \x20 list             the chapters, what you have done, and what is next\n\
         \x20 next             go on with the course\n\
         \x20 chNN [FLAGS]     a chapter; chNN --help lists its flags\n\
         \x20 exercises WHAT   watch, check, hint, list, reset, solution or unpack\n\
         \x20 tour [FLAGS]     the tour with flags, such as --json FILE or --seed N\n\
         \x20 step [WHAT]      step through a chapter's tape, or through FILE.onnx\n\
         \x20 check [FLAGS]    judge gradients: of a model, golden values, your own program\n\
         \x20 quiz [chNN]      ask questions on the chapters, print a sheet, judge answers\n\
         \x20 class FOLDER     judge what a class has handed in\n\
         \x20 site --out DIR   the course as a web site, whose chapters run in their pages\n\
         \x20 reproduce        every number of the course, with what stands beside it\n\
         \x20 run STEP         train a recorded step, on XLA too (needs --features xla)\n\
         \x20 man, completions the manual, and what shells need to complete commands\n\
         \x20 help COMMAND     what a command takes, as COMMAND --help does\n\n\
         With --lang zh, all of them speak Chinese.\n\n{}",
        tour::CHAPTER.time,
        list()
    );
    as_typed(&say(&text))
}
