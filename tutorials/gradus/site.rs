//! `gradus site`: the course as a web site. In the repository `.ci/site` makes it, which needs bash, and fetches what a book and WebAssembly are made with. Elsewhere
//! the program `gradus-site` writes it: a package of its own, since it carries the finished site.

use crate::command::checkout::Checkout;
use clap::{Arg, ArgMatches, Command, value_parser};
use frame::{Error, Result};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{self, ExitCode};

/// A file that every site has.
const MARK: &str = "course.js";

/// Exit status 0 if the site is there, 2 if not.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    frame::obey(command(), arguments, |matches| write(matches).map(|()| 0))
}

pub fn command() -> Command {
    Command::new("gradus-site")
        .bin_name("gradus site")
        .about("Writes the course as a web site of plain files: the book, whose chapters run in their pages, and the playground")
        .after_help("Made in the repository, it takes some minutes. DIR/index.html opens from disk, or from any server of files.")
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("DIR")
                .default_value("out/site")
                .value_parser(value_parser!(PathBuf))
                .help("A folder that is new, empty, or an earlier site"),
        )
}

fn write(matches: &ArgMatches) -> Result {
    let folder = matches.get_one::<PathBuf>("out").expect("it has a default");
    let cannot = |error: std::io::Error| Error::new(format!("cannot write a site into {}: {error}", folder.display()));
    let folder = std::path::absolute(folder).map_err(cannot)?;
    if folder.exists() {
        let is_empty = std::fs::read_dir(&folder).map_err(cannot)?.next().is_none();
        if !is_empty && !folder.join(MARK).is_file() {
            return Err(Error::new(format!(
                "{} holds other files: choose a folder that is new, empty, or an earlier site",
                folder.display()
            )));
        }
    }
    let script = Checkout::here().map(|checkout| checkout.root().join(".ci/site")).filter(|script| script.is_file());
    let mut command = match &script {
        Some(script) => {
            let mut bash = process::Command::new("bash");
            bash.arg(script);
            bash
        }
        None => process::Command::new("gradus-site"),
    };
    match command.arg(&folder).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::new(format!("{} ended with {status}; its last lines say why", named(&command)))),
        Err(error) if script.is_none() && error.kind() == ErrorKind::NotFound => Err(Error::new(
            "the site is in a package of its own: install gradus-site as you have installed gradus, or go to the repository of gradus, and try again",
        )),
        Err(error) => Err(Error::new(format!("cannot run {}: {error}", named(&command)))),
    }
}

/// A command, as one would type it.
fn named(command: &process::Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
