//! `gradus reproduce`: every number that a chapter compares with another, in one table, with the origin of the other. The one idea to know: it runs
//! the chapters' own programs, at the source's length, so it need not know how a number is computed.

use crate::command::{names, print};
use crate::{CHAPTERS, Story};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use frame::{Chapter, Comparison, Document, Error, Result};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Further runs of chapters with other flags, one per row. Every chapter also runs once with its defaults.
const MORE_RUNS: &[(&str, &[&str])] = &[("15_mnist_nielsen", &["--init", "scaled"])];

/// Exit status 0 if every number is in its band, 1 if one is not, 2 if something could not be done.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    frame::obey(command(), arguments, |matches| Ok(if reproduce(matches)? { 0 } else { 1 }))
}

pub fn command() -> Command {
    let value = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("gradus-reproduce")
        .bin_name("gradus reproduce")
        .about("Runs the chapters as long as their sources did, and sets every number beside another: a source's, a rerun's, a formula's, or an expectation of ours")
        .arg(value("chapter", "NN", "Only this chapter; may be given again").action(ArgAction::Append))
        .arg(value("seed", "N", "The start of all random numbers").default_value("7").value_parser(value_parser!(u64)))
        .arg(value("data", "DIR", "Where the four MNIST files are").value_parser(value_parser!(PathBuf)))
        .arg(
            value("json", "FILE", "Write the numbers as JSON; - is standard output")
                .value_parser(value_parser!(PathBuf)),
        )
}

fn reproduce(matches: &ArgMatches) -> Result<bool> {
    let started = Instant::now();
    let json = matches.get_one::<PathBuf>("json").map(|file| Document::at("--json", file)).transpose()?;
    let chapters: Vec<(&Chapter, Story)> = match matches.get_many::<String>("chapter") {
        Some(names) => names.map(|name| named(name)).collect::<Result<_>>()?,
        None => CHAPTERS.to_vec(),
    };
    let seed = matches.get_one::<u64>("seed").copied().unwrap_or(7);
    let mut common: Vec<OsString> = vec!["--full".into(), "--seed".into(), seed.to_string().into()];
    if let Some(folder) = matches.get_one::<PathBuf>("data") {
        common.extend(["--data".into(), folder.into()]);
    }
    // The files that the chapters write are not needed: the folder is deleted when it is dropped.
    let scratch = tempfile::tempdir()
        .map_err(|error| Error::new(format!("cannot make a folder for the chapters' files: {error}")))?;
    common.extend(["--out".into(), scratch.path().into()]);

    let mut found = Vec::new();
    for (chapter, story) in chapters {
        for more in runs_of(chapter) {
            let setting = more.iter().fold(String::new(), |setting, word| setting + " " + word);
            print(&format!("\n{}{setting}: {}", chapter.short_name(), chapter.title));
            let from = Instant::now();
            let arguments = common.iter().cloned().chain(more.iter().map(OsString::from)).collect();
            let numbers = frame::compare_with(chapter, story, arguments)
                .map_err(|error| Error::new(format!("{}{setting}: {error}", chapter.short_name())))?;
            print(&format!("{}\n  took {}", Comparison::table(&numbers).join("\n"), spell(from.elapsed())));
            found.extend(numbers.into_iter().map(|number| (chapter, number)));
        }
    }

    if let Some(json) = json {
        let list: Value = found.iter().map(|(chapter, number)| as_json(chapter, number)).collect();
        json.write(&format!("{list:#}"))?;
    }
    let held = found.iter().filter(|(_, number)| number.holds()).count();
    let tally = Comparison::tally(found.iter().map(|(_, number)| number));
    print(&format!("\n{held} of {} numbers in their bands, seed {seed}, {}", found.len(), spell(started.elapsed())));
    print(&format!("beside them: {tally}"));
    Ok(held == found.len())
}

/// The chapter of this name: `"2"`, `"02"`, `"ch02"` or `"02_perceptron"`.
fn named(name: &str) -> Result<(&'static Chapter, Story)> {
    let wanted = format!("{:0>2}", name.strip_prefix("ch").unwrap_or(name));
    let is_it = |chapter: &Chapter| chapter.slug == wanted || chapter.slug.split('_').next() == Some(&wanted[..]);
    let found = CHAPTERS.into_iter().find(|(chapter, _)| is_it(chapter));
    found.ok_or_else(|| Error::new(names::unknown_chapter(name)))
}

/// The flags of a chapter's runs: none, and then those in `MORE_RUNS`.
fn runs_of(chapter: &Chapter) -> impl Iterator<Item = &'static [&'static str]> {
    let more = MORE_RUNS.iter().filter(|(slug, _)| *slug == chapter.slug).map(|(_, arguments)| *arguments);
    std::iter::once(&[][..]).chain(more)
}

fn as_json(chapter: &Chapter, number: &Comparison) -> Value {
    json!({
        "chapter": chapter.slug,
        "name": number.name,
        "from": number.from.to_string(),
        "other": number.other,
        "low": number.low,
        "high": number.high,
        "ours": number.ours,
        "ok": number.holds(),
    })
}

fn spell(time: Duration) -> String {
    match time.as_secs() {
        0..=9 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 10..=119 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
