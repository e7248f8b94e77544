//! What a learner has done so far, in a file of the checkout that may be deleted at any time.

use crate::checkout::Checkout;
use frame::{Error, Exercise, Result};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The file, at the root of the checkout. Git ignores it.
pub const FILE: &str = ".gradus-progress.json";

/// Chapters and exercises are named by their slugs, such as `02_perceptron`.
pub struct Progress {
    file: PathBuf,
    chapters_run: BTreeSet<String>,
    exercises_solved: BTreeSet<String>,
    /// How many hints of an exercise have been shown.
    hints_shown: BTreeMap<String, usize>,
    /// What the learner guessed before a chapter ran, last time.
    guesses: BTreeMap<String, String>,
}

impl Progress {
    /// What is known of a checkout: nothing, if there is no file.
    ///
    /// # Errors
    /// If there is a file and it cannot be understood.
    pub fn of(checkout: &Checkout) -> Result<Progress> {
        let file = checkout.root().join(FILE);
        let Ok(text) = std::fs::read_to_string(&file) else {
            let (chapters_run, exercises_solved, hints_shown, guesses) = Default::default();
            return Ok(Progress { file, chapters_run, exercises_solved, hints_shown, guesses });
        };
        let unreadable = |why: &dyn std::fmt::Display| {
            Error::new(format!("{} is not what gradus wrote ({why}); delete it to start afresh", file.display()))
        };
        let document: Value = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
        let names = |key: &str| -> Result<BTreeSet<String>> {
            let names = document[key].as_array().ok_or_else(|| unreadable(&format!("it has no list {key:?}")))?;
            Ok(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        let (chapters_run, exercises_solved) = (names("chapters_run")?, names("exercises_solved")?);
        let hints = document["hints_shown"].as_object().into_iter().flatten();
        let hints_shown = hints.map(|(name, shown)| (name.clone(), shown.as_u64().unwrap_or(0) as usize)).collect();
        let guesses = document["guesses"].as_object().into_iter().flatten();
        let guesses =
            guesses.filter_map(|(chapter, guess)| Some((chapter.clone(), guess.as_str()?.to_owned()))).collect();
        Ok(Progress { file, chapters_run, exercises_solved, hints_shown, guesses })
    }

    pub fn has_run(&self, chapter: &str) -> bool {
        self.chapters_run.contains(chapter)
    }

    pub fn has_solved(&self, exercise: &Exercise) -> bool {
        self.exercises_solved.contains(exercise.chapter)
    }

    pub fn hints_shown(&self, exercise: &Exercise) -> usize {
        self.hints_shown.get(exercise.chapter).copied().unwrap_or(0)
    }

    /// Notes that a chapter was run to its end.
    ///
    /// # Errors
    /// If the file cannot be written; so with the others.
    pub fn note_run(&mut self, chapter: &str) -> Result {
        if self.chapters_run.insert(chapter.to_owned()) { self.save() } else { Ok(()) }
    }

    pub fn note_solved(&mut self, exercise: &Exercise, solved: bool) -> Result {
        let changed = match solved {
            true => self.exercises_solved.insert(exercise.chapter.to_owned()),
            false => self.exercises_solved.remove(exercise.chapter),
        };
        if changed { self.save() } else { Ok(()) }
    }

    pub fn note_hints(&mut self, exercise: &Exercise, shown: usize) -> Result {
        self.hints_shown.insert(exercise.chapter.to_owned(), shown);
        self.save()
    }

    pub fn note_guess(&mut self, chapter: &str, guess: &str) -> Result {
        self.guesses.insert(chapter.to_owned(), guess.to_owned());
        self.save()
    }

    /// Writes a new file and puts it in the place of the old one, so that no crash leaves half of it.
    fn save(&self) -> Result {
        let document = json!({
            "chapters_run": self.chapters_run,
            "exercises_solved": self.exercises_solved,
            "hints_shown": self.hints_shown,
            "guesses": self.guesses,
        });
        frame::files::write(&self.file, format!("{document:#}\n"))
            .map_err(|error| Error::new(format!("cannot keep your progress in {}: {error}", self.file.display())))
    }
}
