//! The description of a chapter, and its run from the first line to the exit status.

use crate::flags::Flags;
use crate::run::Run;
use crate::{Comparison, Error, Result, Source, output};
use std::ffi::OsString;
use std::process::ExitCode;

/// The description of a chapter. The texts are printed around its run.
pub struct Chapter {
    /// Its directory's name without "ch": `"15_mnist_nielsen"`.
    pub slug: &'static str,
    /// A title of a few words.
    pub title: &'static str,
    /// The question that the chapter asks before anything runs.
    pub question: &'static str,
    /// The answer, which is printed beside the reader's guess at the end. Its numbers are results of the run: `{accuracy}`, `{losses.0}`,
    /// `{losses.last}`; with a number of decimals `{slope:2}`; as a percentage `{share:%}`.
    pub answer: &'static str,
    /// How long it takes here, in words: "20 s".
    pub time: &'static str,
    /// The number of epochs (or rounds) without `--epochs` and `--full`: they take well under a minute. 0 if no flag changes it.
    pub epochs: usize,
    /// The source's number of epochs, for `--full`.
    pub full_epochs: usize,
    /// Flags that only this chapter has.
    pub options: &'static [Opt],
    /// What would have fooled us.
    pub fooled: &'static str,
    /// What the reader is asked to do.
    pub exercise: &'static str,
    /// The command to run next.
    pub next: &'static str,
    /// The program's own files, from `frame::sources!`.
    pub sources: &'static [Source],
}

/// A flag of one chapter, `--name VALUE`.
pub struct Opt {
    /// The flag's name without dashes.
    pub name: &'static str,
    /// The name of its value in the help.
    pub value: &'static str,
    /// The default value.
    pub default: &'static str,
    /// The values it allows; any if empty.
    pub allowed: &'static [&'static str],
    /// One line for the help.
    pub help: &'static str,
}

impl Chapter {
    /// The name of its binary, `"ch15_mnist_nielsen"`.
    pub fn binary(&self) -> String {
        let numbered = self.slug.starts_with(|first: char| first.is_ascii_digit());
        if numbered { format!("ch{}", self.slug) } else { self.slug.to_owned() }
    }

    /// `"ch15"`, the short name that `gradus` takes.
    pub fn short_name(&self) -> String {
        self.binary().split('_').next().unwrap_or_default().to_owned()
    }

    /// The folder for its files without `--out`.
    pub(crate) fn default_out(&self) -> String {
        format!("out/{}", self.short_name())
    }
}

/// The `main` of a chapter's binary.
pub fn main(chapter: &Chapter, story: fn(&mut Run) -> Result) -> ExitCode {
    match crate::arguments() {
        Ok(arguments) => output::ended(run_with(chapter, story, arguments, &mut |_| {})),
        Err(status) => status,
    }
}

/// Runs a chapter with the given arguments, the first of which is the program's name. The exit status is 0 if all is well, 1 if a number missed its
/// band, 2 if something could not be done, 130 if the reader left the stepper with Ctrl-C. The reader's guess is given to `keep`, before anything
/// runs.
pub fn run_with(
    chapter: &Chapter,
    story: fn(&mut Run) -> Result,
    arguments: Vec<OsString>,
    keep: &mut dyn FnMut(&str),
) -> ExitCode {
    let flags = match Flags::parse(chapter, arguments) {
        Ok(flags) => flags,
        Err(status) => return status,
    };
    let run = Run::new(chapter, flags).and_then(|mut run| {
        run.open(keep)?;
        story(&mut run)?;
        run.close()
    });
    match run {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => fail(&error),
    }
}

/// Runs a chapter for its numbers alone: nothing is printed, and the numbers that it compares are returned.
///
/// # Errors
/// If the chapter cannot come to its end.
pub fn compare_with(
    chapter: &Chapter,
    story: fn(&mut Run) -> Result,
    arguments: Vec<OsString>,
) -> Result<Vec<Comparison>> {
    let arguments = [chapter.binary().into(), "--quiet".into()].into_iter().chain(arguments).collect();
    let flags = Flags::parse(chapter, arguments).map_err(|_| Error::new("a flag that this chapter has not"))?;
    let mut run = Run::new(chapter, flags)?;
    story(&mut run)?;
    Ok(run.into_comparisons())
}

fn fail(error: &Error) -> ExitCode {
    output::complain(&error.to_string());
    ExitCode::from(error.status())
}
