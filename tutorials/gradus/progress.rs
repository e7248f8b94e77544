//! What a learner has done so far, in a file of the checkout that may be deleted at any time. The one idea to know: every change reads the file,
//! changes it and writes it under a lock, so that programs that run at the same time do not overwrite each other's changes.

use crate::command::checkout::Checkout;
use frame::files::{self, Locked};
use frame::{Error, Exercise, Result};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The file, at the root of the checkout. Git ignores it.
pub const FILE: &str = ".gradus-progress.json";

/// The progress, and its file.
pub struct Progress {
    file: PathBuf,
    known: Known,
}

/// Chapters and exercises are named by their slugs, such as `02_perceptron`.
#[derive(Clone, Default, PartialEq)]
struct Known {
    chapters_run: BTreeSet<String>,
    exercises_solved: BTreeSet<String>,
    /// The number of hints shown for each exercise.
    hints_shown: BTreeMap<String, usize>,
    /// The learner's latest guess for each chapter.
    guesses: BTreeMap<String, String>,
}

impl Progress {
    /// The progress in a checkout; empty if there is no file. A damaged file is kept under another name, with a note to the learner.
    ///
    /// # Errors
    /// If the file cannot be read, or a damaged one cannot be kept.
    pub fn of(checkout: &Checkout) -> Result<Progress> {
        let file = checkout.root().join(FILE);
        let known = match read(&file)? {
            Ok(known) => known,
            Err(_) => {
                let _lock = lock(&file)?;
                read_or_set_aside(&file)?
            }
        };
        Ok(Progress { file, known })
    }

    pub fn has_run(&self, chapter: &str) -> bool {
        self.known.chapters_run.contains(chapter)
    }

    pub fn has_solved(&self, exercise: &Exercise) -> bool {
        self.known.exercises_solved.contains(exercise.chapter)
    }

    pub fn hints_shown(&self, exercise: &Exercise) -> usize {
        self.known.hints_shown.get(exercise.chapter).copied().unwrap_or(0)
    }

    /// Notes that a chapter was run to its end.
    ///
    /// # Errors
    /// If the file cannot be read or written; so with the others.
    pub fn note_run(&mut self, chapter: &str) -> Result {
        self.change(|known| {
            known.chapters_run.insert(chapter.to_owned());
        })
    }

    pub fn note_solved(&mut self, exercise: &Exercise, solved: bool) -> Result {
        self.change(|known| {
            match solved {
                true => known.exercises_solved.insert(exercise.chapter.to_owned()),
                false => known.exercises_solved.remove(exercise.chapter),
            };
        })
    }

    pub fn note_hints(&mut self, exercise: &Exercise, shown: usize) -> Result {
        self.change(|known| {
            known.hints_shown.insert(exercise.chapter.to_owned(), shown);
        })
    }

    pub fn note_guess(&mut self, chapter: &str, guess: &str) -> Result {
        self.change(|known| {
            known.guesses.insert(chapter.to_owned(), guess.to_owned());
        })
    }

    fn change(&mut self, what: impl FnOnce(&mut Known)) -> Result {
        let _lock = lock(&self.file)?;
        let before = read_or_set_aside(&self.file)?;
        self.known = before.clone();
        what(&mut self.known);
        if self.known == before {
            return Ok(());
        }
        files::write(&self.file, format!("{:#}\n", self.known.document()))
            .map_err(|error| cannot_keep(&self.file, &error))
    }
}

fn lock(file: &Path) -> Result<Locked> {
    Locked::wait(file).map_err(|error| cannot_keep(file, &error))
}

fn cannot_keep(file: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("cannot keep your progress in {}: {error}", file.display()))
}

/// The contents of a file, or why it is damaged.
fn read(file: &Path) -> Result<std::result::Result<Known, String>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Known::understood(&bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Ok(Known::default())),
        Err(error) => Err(Error::new(format!("cannot read your progress in {}: {error}", file.display()))),
    }
}

/// The contents of a file. A damaged file gets another name, and the progress is empty. Needs the lock.
fn read_or_set_aside(file: &Path) -> Result<Known> {
    let why = match read(file)? {
        Ok(known) => return Ok(known),
        Err(why) => why,
    };
    let kept = files::keep(file, &file.with_extension("json.damaged")).map_err(|error| cannot_keep(file, &error))?;
    std::fs::remove_file(file).map_err(|error| cannot_keep(file, &error))?;
    frame::note(&format!(
        "{} is not what gradus wrote ({why}): it is now {}, and your progress starts afresh",
        file.display(),
        kept.display()
    ));
    Ok(Known::default())
}

impl Known {
    fn understood(bytes: &[u8]) -> std::result::Result<Known, String> {
        let document: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let names = |key: &str| -> std::result::Result<BTreeSet<String>, String> {
            let names = document[key].as_array().ok_or_else(|| format!("it has no list {key:?}"))?;
            let name =
                |name: &Value| name.as_str().map(str::to_owned).ok_or_else(|| format!("{name} in {key:?} is no name"));
            names.iter().map(name).collect()
        };
        let mut known = Known {
            chapters_run: names("chapters_run")?,
            exercises_solved: names("exercises_solved")?,
            ..Known::default()
        };
        for (name, shown) in document["hints_shown"].as_object().into_iter().flatten() {
            let shown = shown.as_u64().ok_or_else(|| format!("{shown} hints of {name:?} is no number"))?;
            known.hints_shown.insert(name.clone(), shown as usize);
        }
        for (chapter, guess) in document["guesses"].as_object().into_iter().flatten() {
            let guess = guess.as_str().ok_or_else(|| format!("the guess in {chapter:?} is no text"))?;
            known.guesses.insert(chapter.clone(), guess.to_owned());
        }
        Ok(known)
    }

    fn document(&self) -> Value {
        json!({
            "chapters_run": self.chapters_run,
            "exercises_solved": self.exercises_solved,
            "hints_shown": self.hints_shown,
            "guesses": self.guesses,
        })
    }
}
