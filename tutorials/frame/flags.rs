//! The flags that every chapter has.

use crate::Chapter;
use crate::form::Form;
use crate::language;
use crate::output;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Maximum number of epochs. Each may add a point to a curve.
const MOST_EPOCHS: u64 = 1_000_000;

pub(crate) struct Flags {
    pub seed: u64,
    pub out: Option<PathBuf>,
    /// The forms in which graphs are drawn.
    pub forms: Vec<Form>,
    pub json: Option<PathBuf>,
    pub quiet: bool,
    pub watch: bool,
    pub no_color: bool,
    pub step: bool,
    pub resume: bool,
    pub epochs: Option<usize>,
    pub full: bool,
    pub data: Option<PathBuf>,
    /// The chapter's own options, by name.
    pub options: BTreeMap<&'static str, String>,
}

impl Flags {
    /// Reads the arguments; on `--help` or a mistake, prints what clap says and returns the exit status.
    pub fn parse(chapter: &Chapter, arguments: Vec<OsString>) -> Result<Flags, ExitCode> {
        // Called through `gradus`, a chapter is one of its commands.
        let is_alone = arguments
            .first()
            .is_none_or(|program| Path::new(program).file_stem().is_some_and(|stem| *stem == *chapter.binary()));
        let name = if is_alone { chapter.binary() } else { format!("gradus {}", chapter.short_name()) };
        let mut matches = parsed(chapter_command(chapter).bin_name(name), arguments)?;
        let own = |option: &crate::Opt| (option.name, matches.get_one::<String>(option.name).cloned());
        let options = chapter.options.iter().map(own).map(|(name, value)| (name, value.unwrap_or_default())).collect();
        Ok(Flags {
            seed: matches.remove_one("seed").unwrap_or(7),
            out: matches.remove_one("out"),
            forms: Form::ALL.into_iter().filter(|form| matches.get_flag(form.flag())).collect(),
            json: matches.remove_one("json"),
            quiet: matches.get_flag("quiet"),
            watch: matches.get_flag("watch"),
            no_color: matches.get_flag("no-color"),
            step: matches.get_flag("step"),
            resume: matches.get_flag("resume"),
            epochs: matches.try_remove_one("epochs").ok().flatten(),
            full: matches.get_flag("full"),
            data: matches.remove_one("data"),
            options,
        })
    }
}

/// Reads arguments, the first of which is the program's name; on `--help` or a mistake, prints what clap says and returns the exit status.
///
/// # Errors
/// If there is nothing to run: 0 after the help, 2 after a mistake.
pub fn parsed(command: Command, arguments: Vec<OsString>) -> Result<ArgMatches, ExitCode> {
    // What is translated is broken into lines after that.
    let command = if language::catalog().is_empty() { command } else { command.term_width(0) };
    command.try_get_matches_from(arguments).map_err(|error| {
        let text = error.render().to_string();
        // A command that needs another word shows its help; that is no message of a mistake.
        let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        match error.use_stderr() && !is_help {
            true => output::complain(text.trim_end().strip_prefix("error: ").unwrap_or(&text)),
            false => output::print(text.trim_end()),
        }
        ExitCode::from(if error.use_stderr() { 2 } else { 0 })
    })
}

/// Reads the arguments of a command, runs it, and reports what could not be done.
///
/// Returns the exit status: what `run` says, or 2 after an error or a mistake in the arguments.
pub fn obey(
    command: Command,
    arguments: Vec<OsString>,
    run: impl FnOnce(&ArgMatches) -> crate::Result<u8>,
) -> ExitCode {
    let matches = match parsed(command, arguments) {
        Ok(matches) => matches,
        Err(status) => return status,
    };
    match run(&matches) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            output::complain(&error.to_string());
            ExitCode::from(2)
        }
    }
}

/// The command of a chapter: its question and all its flags.
pub fn chapter_command(chapter: &Chapter) -> Command {
    let value = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let switch =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let own = chapter.options.iter().map(|option| {
        let arg = value(option.name, option.value, option.help).default_value(option.default);
        match option.allowed {
            [] => arg,
            allowed => arg.value_parser(PossibleValuesParser::new(allowed)),
        }
    });
    // A chapter without epochs has no flag for them.
    let epochs = (chapter.epochs > 0).then(|| {
        value("epochs", "N", "Train for so many epochs")
            .value_parser(value_parser!(u64).range(1..=MOST_EPOCHS).map(|epochs| epochs as usize))
            .conflicts_with("full")
    });
    Command::new(chapter.binary())
        .about(format!("{}. {}", chapter.title, chapter.question))
        .arg(value("seed", "N", "The start of all random numbers [default: 7]").value_parser(value_parser!(u64)))
        .args(epochs)
        .arg(switch("full", "Train for as long as the source did"))
        .args(own)
        .arg(value("data", "DIR", "Where the four MNIST files are").value_parser(value_parser!(PathBuf)))
        .arg(value("out", "DIR", "Where files go [default: out/chNN]").value_parser(value_parser!(PathBuf)))
        .arg(
            value("json", "FILE", "Write the results as JSON; - is standard output")
                .value_parser(value_parser!(PathBuf)),
        )
        .args(Form::ALL.map(|form| switch(form.flag(), form.help())))
        .arg(switch("step", "Step through what the tape recorded, forward and backward"))
        .arg(switch("watch", "Watch the training while it runs: loss, accuracy, gradients, a digit"))
        .arg(switch(
            "resume",
            "Go on where a run with the same flags was killed: from the checkpoints in its folder of files",
        ))
        .arg(switch("quiet", "Print one line: the verdict"))
        .arg(switch("no-color", "Print no colours"))
        // Taken before: see `language`.
        .arg(value("lang", "LANG", "Speak English or Chinese: en or zh [default: the locale's]"))
}
