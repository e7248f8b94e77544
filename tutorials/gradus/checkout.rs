//! The folder that a learner works in, and the paths of its files: a checkout of the repository, or what `gradus exercises unpack` has made.

use frame::{Error, Exercise, Result, as_installed, course_around};
use std::path::{Path, PathBuf};

/// The root of a checkout of gradus, or of a folder of unpacked exercises.
#[derive(Clone)]
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The checkout that contains the present folder, if there is one.
    pub fn here() -> Option<Checkout> {
        let here = std::env::current_dir().ok()?;
        course_around(&here).map(|root| Checkout { root })
    }

    /// The same, or an error.
    ///
    /// # Errors
    /// If the present folder is not in a checkout.
    pub fn needed() -> Result<Checkout> {
        Checkout::here().ok_or_else(|| {
            Error::new(
                "there are no exercises here: `gradus exercises unpack DIR` makes a folder of them, with the texts; if you have the repository of \
                 gradus, go to its folder, and try again",
            )
        })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file that the learner edits.
    pub fn exercise(&self, exercise: &Exercise) -> PathBuf {
        self.root.join(exercise.file())
    }

    /// The text of a file of the checkout.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, path: &Path) -> Result<String> {
        std::fs::read_to_string(path).map_err(|error| Error::new(format!("cannot read {}: {error}", path.display())))
    }

    /// Whether the learner has changed the exercise.
    pub fn is_touched(&self, exercise: &Exercise) -> bool {
        self.read(&self.exercise(exercise)).is_ok_and(|text| !is_shipped(&text, exercise))
    }
}

/// Whether a text is the exercise as the repository has it, or as it was unpacked.
pub fn is_shipped(text: &str, exercise: &Exercise) -> bool {
    text == exercise.shipped || text == as_installed(exercise.shipped)
}
