//! `gradus completions` and `gradus man`: what a shell and the manual know of the program. The one idea to know: both are made from one tree of all commands, whose
//! branches are the commands' own descriptions of their flags.

use crate::CHAPTERS;
use crate::command::names::unknown;
use crate::command::{check, class, exercises, print, quiz, reproduce, site, tour};
use clap::builder::{EnumValueParser, PossibleValuesParser};
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use frame::{EXERCISES, Error, Exercise, Result, chapter_command, files};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The date of the manual, which changes with the version.
const DATE: &str = "2026-12-02";

/// Prints what the shell of this name reads to complete words.
pub fn completions(arguments: Vec<OsString>) -> ExitCode {
    frame::obey(completions_command().bin_name("gradus completions"), arguments, |matches| {
        let mut text = Vec::new();
        let shell = *matches.get_one::<Shell>("shell").expect("clap demands it");
        clap_complete::generate(shell, &mut tree(), "gradus", &mut text);
        print(String::from_utf8_lossy(&text).trim_end());
        Ok(0)
    })
}

fn completions_command() -> Command {
    Command::new("completions")
        .about("What a shell needs to complete the words of this program")
        .after_help("For bash: gradus completions bash > ~/.local/share/bash-completion/completions/gradus")
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .required(true)
                .value_parser(EnumValueParser::<Shell>::new())
                .help("The shell that is to complete them"),
        )
}

/// Prints the page of the manual for a command, or writes all pages.
pub fn manual(arguments: Vec<OsString>) -> ExitCode {
    frame::obey(manual_command().bin_name("gradus man"), arguments, |matches| write_manual(matches).map(|()| 0))
}

fn manual_command() -> Command {
    Command::new("man")
        .about("The pages of the manual, for the program man")
        .arg(Arg::new("command").value_name("COMMAND").help("The page of this command; without it, that of gradus"))
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with("command")
                .help("Write all pages into this folder"),
        )
}

fn write_manual(matches: &ArgMatches) -> Result {
    let mut tree = tree();
    // Every command gets its whole name, such as `gradus-ch10`.
    tree.build();
    if let Some(folder) = matches.get_one::<PathBuf>("out") {
        return std::fs::create_dir_all(folder)
            .and_then(|()| write_pages(&tree, folder))
            .map_err(|error| Error::new(format!("cannot write the manual into {}: {error}", folder.display())));
    }
    let command = match matches.get_one::<String>("command") {
        None => &tree,
        Some(name) => tree.find_subcommand(name).ok_or_else(|| Error::new(unknown(name)))?,
    };
    let text = page(command).map_err(|error| Error::new(format!("cannot make a page of the manual: {error}")))?;
    print(text.trim_end());
    Ok(())
}

/// Writes the pages of a command and of its subcommands.
fn write_pages(command: &Command, folder: &Path) -> std::io::Result<()> {
    files::write(&folder.join(format!("{}.1", whole_name(command))), page(command)?)?;
    command.get_subcommands().try_for_each(|command| write_pages(command, folder))
}

/// The page of a command, in the language of man.
fn page(command: &Command) -> std::io::Result<String> {
    let name = whole_name(command).to_owned();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone().name(name.clone()))
        .title(name.to_uppercase())
        .date(DATE)
        .render(&mut text)?;
    // Where a flag has possible values, clap_mangen breaks the line twice, about which the program that checks pages complains.
    Ok(String::from_utf8_lossy(&text).replace(".br\n\n.br\n", ".sp\n"))
}

/// Such as `gradus-ch10`.
fn whole_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

/// All commands with their flags.
pub fn tree() -> Command {
    let chapters =
        CHAPTERS.iter().map(|(chapter, _)| chapter_command(chapter).name(chapter.short_name()).about(chapter.title));
    let what = Arg::new("what").value_name("WHAT").help("A chapter, such as ch10, or FILE.onnx");
    let plain = |name: &'static str, about: &'static str| Command::new(name).about(about);
    Command::new("gradus")
        .version(env!("CARGO_PKG_VERSION"))
        .about("An autodiff you can step through, and a course on neural networks")
        .long_about(
            "gradus runs the chapters of a course on neural networks and backpropagation, judges its exercises, and checks gradients. Without a command it gives the \
             tour: it records a network, checks its gradient, trains it to read digits, and draws its graph.",
        )
        .disable_help_subcommand(true)
        .subcommand(chapter_command(&tour::CHAPTER).name("tour").about("The tour: build, check and train a network"))
        .subcommand(plain("list", "The chapters, what you have done of them, and what is next"))
        .subcommand(plain("next", "Go on with the course"))
        .subcommand(exercises_command())
        .subcommand(plain("step", "Step through what a chapter's tape recorded, or through a model").arg(what))
        .subcommand(check::command().name("check"))
        .subcommand(quiz::command().name("quiz"))
        .subcommand(class::command().name("class"))
        .subcommand(site::command().name("site"))
        .subcommand(reproduce::command().name("reproduce"))
        .subcommand(completions_command())
        .subcommand(manual_command())
        .subcommand(plain("help", "What a command takes").arg(Arg::new("command").value_name("COMMAND")))
        .subcommands(chapters)
}

/// The command for exercises, which says the names that there are.
fn exercises_command() -> Command {
    let mut command = exercises::command().name("exercises");
    for name in ["watch", "check", "hint", "reset", "solution"] {
        let names = PossibleValuesParser::new(EXERCISES.iter().map(Exercise::short_name));
        command = command.mut_subcommand(name, |command| {
            command.mut_arg("chapter", |arg| arg.value_parser(names).hide_possible_values(true))
        });
    }
    command
}
