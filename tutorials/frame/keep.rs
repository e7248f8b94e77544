//! Trainings that go on after they were killed. The one idea to know: a resumed chapter is **run again from its start, and each of its trainings begins
//! at its last checkpoint**. All the rest is quick, is computed again, and gives the same numbers as before.

use crate::{Error, Result, output};
use gradus::io::{Checkpoint, IoError, Progress, Saved};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// The checkpoints of a run.
pub(crate) struct Checkpoints {
    /// Whether to go on from those that an earlier run left.
    resumes: bool,
    /// A file for each training that was begun.
    files: Vec<PathBuf>,
    /// Whether it was said where this run begins.
    said: bool,
}

impl Checkpoints {
    pub fn new(resumes: bool) -> Self {
        Checkpoints { resumes, files: Vec::new(), said: false }
    }

    /// That of a training, and what an earlier run left of it.
    pub fn begin(&mut self, what: &str, steps: usize, path: PathBuf, settings: Map<String, Value>) -> Result<Kept> {
        let mut kept = Kept { path: Some(path.clone()), settings, left: None };
        let file = path.display();
        match self.resumes {
            true => match kept.look(&path)? {
                Some(step) if step == steps => {}
                Some(step) => self.say(format!("{what}: goes on after step {step} of {steps}, from {file}")),
                None if self.files.is_empty() => {
                    self.say(format!("--resume: there is no {file}, so the run begins at the start"));
                }
                None => self.say(format!("{what}: begins; what comes before it was kept")),
            },
            false if path.exists() => self.say(format!(
                "{file} is of a run that did not come to its end. This run begins at the start, and replaces it. (--resume would go on from it.)"
            )),
            false => {}
        }
        self.files.push(path);
        Ok(kept)
    }

    /// Whether no training was begun.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Deletes them when the run has come to its end. One that cannot be deleted does no harm.
    pub fn delete(&self) {
        self.files.iter().for_each(|file| drop(std::fs::remove_file(file)));
    }

    /// Says where the run begins, but not of each training again.
    fn say(&mut self, text: String) {
        if !std::mem::replace(&mut self.said, true) {
            output::note(&text);
        }
    }
}

/// The checkpoint of a training: one file, which each new one replaces, until the chapter has come to its end.
#[derive(Default)]
pub struct Kept {
    /// The file; none in a run that writes no files.
    path: Option<PathBuf>,
    /// What the numbers of the training depend on, by name.
    settings: Map<String, Value>,
    /// What an earlier run left, and what it had measured.
    left: Option<(Saved, Value)>,
}

impl Kept {
    /// Under `--resume`, brings a training back to its last checkpoint: `take` restores what was saved, and `measured` becomes what it was then. Returns
    /// the number of steps that were made. Without a checkpoint that is 0, and nothing is changed.
    ///
    /// # Errors
    /// If it does not fit.
    pub fn restore<T>(
        &self,
        measured: &mut impl DeserializeOwned,
        take: impl FnOnce(&Saved) -> std::result::Result<T, IoError>,
    ) -> Result<usize> {
        let Some((saved, then)) = &self.left else { return Ok(0) };
        let then = serde_json::from_value(then.clone());
        let then = then.map_err(|error| refused(format!("the checkpoint has other measured numbers: {error}")))?;
        take(saved).map_err(refused)?;
        *measured = then;
        Ok(saved.progress().step)
    }

    /// Saves a checkpoint after so many steps, with what was measured so far.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, step: usize, measured: &impl Serialize, checkpoint: Checkpoint) -> Result {
        let Some(path) = &self.path else { return Ok(()) };
        let note = json!({ "settings": self.settings, "measured": measured }).to_string();
        Ok(checkpoint.progress(Progress { step, ..Progress::default() }).note(note).save(path)?)
    }

    /// Looks for what an earlier run left, and refuses that of a training with other settings. Returns after how many steps it was saved.
    fn look(&mut self, path: &Path) -> Result<Option<usize>> {
        let Some(saved) = Checkpoint::find(path).map_err(refused)? else { return Ok(None) };
        let mut note: Value = saved.note().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let theirs = &note["settings"];
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        for (name, ours) in self.settings.iter().filter(|(name, ours)| theirs[name.as_str()] != **ours) {
            expected.push(said(name, ours));
            found.push(said(name, &theirs[name.as_str()]));
        }
        if !expected.is_empty() {
            return Err(refused(format!(
                "{}: a checkpoint of another training\n  expected: {}\n  found:    {}\n  try:      --resume with the flags, and the program, of then",
                path.display(),
                expected.join(", "),
                found.join(", ")
            )));
        }
        let step = saved.progress().step;
        self.left = Some((saved, note["measured"].take()));
        Ok(Some(step))
    }
}

fn said(name: &str, value: &Value) -> String {
    if value.is_null() { format!("no {name}") } else { format!("{name} {value}") }
}

/// The error of a checkpoint from which a training cannot go on.
fn refused(why: impl Display) -> Error {
    Error::new(format!("{why}\n            or leave out --resume: then the run begins at the start"))
}
