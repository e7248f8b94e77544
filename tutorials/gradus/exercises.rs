//! `gradus exercises`: watch, check, hint, list, reset, solution, unpack.

use crate::command::checkout::{Checkout, is_shipped};
use crate::command::course::what_is_next;
use crate::command::progress::Progress;
use crate::command::unpack::{solution, unpack};
use crate::command::{names, print, watch, workshop};
use clap::{Arg, ArgMatches, Command, value_parser};
use frame::files;
use frame::{Document, EXERCISES, Error, Exercise, Result, as_typed};
use gradus_view::text::wrapped;
use serde_json::json;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit status 0 if all is well, 1 if an exercise is not solved, 2 if something could not be done.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    frame::obey(command(), arguments, |matches| Ok(if run(matches)? { 0 } else { 1 }))
}

pub fn command() -> Command {
    let chapter = |help: &'static str| Arg::new("chapter").value_name("CHAPTER").help(help);
    Command::new("gradus-exercises")
        .bin_name("gradus exercises")
        .about("The exercises: fill the hole in tutorials/chNN_.../exercise.rs, and have it judged")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand(
            Command::new("watch")
                .about("Judge an exercise each time it is saved, then go on to the next")
                .arg(chapter("Such as ch02; without it, the first that is not solved")),
        )
        .subcommand(
            Command::new("check")
                .about("Judge exercises once, all of them unless some are named")
                .arg(chapter("Such as ch02").num_args(0..))
                .arg(
                    Arg::new("seed").long("seed").value_name("N").value_parser(value_parser!(u64)).help(
                        "The start of the judges' random cases: a class is graded with one that it does not know",
                    ),
                )
                .arg(
                    Arg::new("json")
                        .long("json")
                        .value_name("FILE")
                        .value_parser(value_parser!(PathBuf))
                        .help("Write the judgements as JSON; - is standard output"),
                ),
        )
        .subcommand(
            Command::new("hint").about("Show the next of an exercise's three hints").arg(chapter("Such as ch02")),
        )
        .subcommand(Command::new("list").about("List the exercises"))
        .subcommand(
            Command::new("reset")
                .about("Put the hole back as it was; your own version is kept beside it")
                .arg(chapter("Such as ch02").required(true)),
        )
        .subcommand(
            Command::new("solution")
                .about("Show our solution of an exercise that you have solved")
                .arg(chapter("Such as ch02").required(true))
                .arg(
                    Arg::new("anyway")
                        .long("anyway")
                        .action(clap::ArgAction::SetTrue)
                        .help("Show it though it is not solved"),
                ),
        )
        .subcommand(
            Command::new("unpack")
                .about("Write the exercises, the texts and the digits into a folder, to work in without the repository")
                .arg(
                    Arg::new("folder")
                        .value_name("DIR")
                        .default_value("gradus")
                        .value_parser(value_parser!(PathBuf))
                        .help("A folder that is new, empty, or has exercises: your answers stay"),
                ),
        )
}

fn run(matches: &ArgMatches) -> Result<bool> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(true) };
    if let ("unpack", Some(folder)) = (name, matches.try_get_one::<PathBuf>("folder").ok().flatten()) {
        return unpack(folder).map(said);
    }
    let checkout = Checkout::needed()?;
    match name {
        "watch" => watch::watch(&checkout, named_or_next(&checkout, matches)?).map(|()| true),
        "check" => check(&checkout, matches),
        "hint" => hint(&checkout, named_or_next(&checkout, matches)?).map(said),
        "list" => list(&checkout).map(said),
        "reset" => reset(&checkout, named_or_next(&checkout, matches)?).map(said),
        _ => {
            let exercise = named_or_next(&checkout, matches)?;
            if matches.get_flag("anyway") || Progress::of(&checkout)?.has_solved(exercise) {
                return solution(&checkout, exercise).map(said);
            }
            Err(Error::new(format!(
                "the exercise of {0} is not solved yet: `exercises hint {0}` helps, and `exercises solution {0} --anyway` tells",
                exercise.short_name()
            )))
        }
    }
}

fn said(text: String) -> bool {
    print(&text);
    true
}

/// The exercise that was named, or the first that is not solved.
fn named_or_next(checkout: &Checkout, matches: &ArgMatches) -> Result<&'static Exercise> {
    if let Some(chapter) = matches.get_one::<String>("chapter") {
        return names::exercise(chapter);
    }
    let progress = Progress::of(checkout)?;
    let unsolved = EXERCISES.iter().find(|exercise| !progress.has_solved(exercise));
    unsolved.ok_or_else(|| Error::new("all exercises are solved; name one to see it again"))
}

/// The next unsolved exercise after this one; after the last it continues with the first.
pub fn next_unsolved(progress: &Progress, after: &Exercise) -> Option<&'static Exercise> {
    let place = EXERCISES.iter().position(|exercise| exercise.chapter == after.chapter).unwrap_or(0);
    let others = EXERCISES[place + 1..].iter().chain(&EXERCISES[..place]);
    others.into_iter().find(|exercise| !progress.has_solved(exercise))
}

fn check(checkout: &Checkout, matches: &ArgMatches) -> Result<bool> {
    let chapters: Vec<&String> = matches.get_many("chapter").into_iter().flatten().collect();
    let exercises: Vec<&'static Exercise> = match chapters[..] {
        [] => EXERCISES.iter().collect(),
        _ => chapters.into_iter().map(|chapter| names::exercise(chapter)).collect::<Result<_>>()?,
    };
    let json = matches.get_one::<PathBuf>("json").map(|file| Document::at("--json", file)).transpose()?;
    let seed = matches.get_one::<u64>("seed").copied();
    let judgements = workshop::judge(checkout, &exercises, seed)?;
    let solved: Vec<bool> = judgements.iter().map(workshop::is_solved).collect();
    let mut progress = Progress::of(checkout)?;
    for (exercise, &solved) in exercises.iter().zip(&solved) {
        progress.note_solved(exercise, solved)?;
    }
    let count = solved.iter().filter(|&&solved| solved).count();
    if exercises.len() > 1 {
        print(&format!("\n{count} of {} exercises solved", exercises.len()));
    }
    if let Some(json) = json {
        let document = json!({ "solved": count, "of": exercises.len(), "exercises": judgements });
        json.write(&format!("{document:#}"))?;
    }
    Ok(count == exercises.len())
}

/// The next hint; after the third, all of them again.
pub fn hint(checkout: &Checkout, exercise: &Exercise) -> Result<String> {
    let mut progress = Progress::of(checkout)?;
    let shown = progress.hints_shown(exercise);
    let heading = format!("{}, {}", exercise.short_name(), exercise.title);
    if shown >= exercise.hints.len() {
        return Ok(format!("{heading}: all three hints\n\n{}", exercise.hints.map(page).join("\n\n")));
    }
    progress.note_hints(exercise, shown + 1)?;
    Ok(format!("{heading}: hint {} of {}\n\n{}", shown + 1, exercise.hints.len(), page(exercise.hints[shown])))
}

/// A text wrapped for a terminal.
fn page(text: &str) -> String {
    wrapped(&frame::say(text), 78).iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn list(checkout: &Checkout) -> Result<String> {
    let progress = Progress::of(checkout)?;
    let line = |exercise: &Exercise| {
        let state = match () {
            _ if progress.has_solved(exercise) => "✓ solved",
            _ if checkout.is_touched(exercise) => "· begun",
            _ => "· untouched",
        };
        let hints = match progress.hints_shown(exercise) {
            0 => String::new(),
            shown => format!("  {shown} of 3 hints seen"),
        };
        format!("{state:11}  {}  {:32} {:>2} min{hints}", exercise.short_name(), exercise.title, exercise.minutes)
    };
    let lines: Vec<String> = EXERCISES.iter().map(line).collect();
    Ok(format!("{}\n\n{}", lines.join("\n"), what_is_next(&progress)))
}

/// Restores the shipped exercise. First the learner's version is copied to a free name. Each file is written completely or not at all, so nothing is
/// lost even if the program is interrupted, and a second try completes the reset.
fn reset(checkout: &Checkout, exercise: &Exercise) -> Result<String> {
    let file = checkout.exercise(exercise);
    let cannot = |error: std::io::Error| Error::new(format!("cannot reset {}: {error}", file.display()));
    let written = match std::fs::read(&file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(cannot(error)),
    };
    let kept = match written {
        Some(text) if std::str::from_utf8(&text).is_ok_and(|text| is_shipped(text, exercise)) => None,
        Some(_) => Some(files::keep(&file, &file.with_extension("rs.mine")).map_err(cannot)?),
        None => None,
    };
    files::write(&file, as_typed(exercise.shipped)).map_err(cannot)?;
    Progress::of(checkout)?.note_solved(exercise, false)?;
    let kept = kept.map_or(String::new(), |kept| {
        format!("; your version is in {}", kept.strip_prefix(checkout.root()).unwrap_or(&kept).display())
    });
    Ok(format!("{} is as it was{kept}", exercise.file()))
}
