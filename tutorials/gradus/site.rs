//! `gradus site`: the course as a web site. (`.ci/site` makes it; it needs bash, and fetches what a book and WebAssembly are made with.)

use crate::command::checkout::Checkout;
use clap::{Arg, ArgMatches, Command, value_parser};
use frame::{Error, Result};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{self, ExitCode};

/// A file that every site has.
const MARK: &str = "course.js";

/// Exit status 0 if the site is there, 2 if not.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    frame::obey(command(), arguments, |matches| write(matches).map(|()| 0))
}

fn command() -> Command {
    Command::new("gradus-site")
        .bin_name("gradus site")
        .about("Writes the course as a web site of plain files: the book, whose chapters run in their pages, and the playground")
        .after_help("It takes some minutes. DIR/index.html opens from disk, or from any server of files.")
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
    let checkout = Checkout::needed()?;
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
    let script = checkout.root().join(".ci/site");
    let status = process::Command::new("bash").arg(&script).arg(&folder).current_dir(checkout.root()).status();
    match status.map_err(|error| Error::new(format!("cannot run bash {}: {error}", script.display())))? {
        status if status.success() => Ok(()),
        status => Err(Error::new(format!("{} ended with {status}; its last lines say why", script.display()))),
    }
}
