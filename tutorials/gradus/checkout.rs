//! The checkout that a learner works in, and the paths of its files.

use frame::{Error, Exercise, Result};
use std::path::{Path, PathBuf};

/// The root of a checkout of gradus.
#[derive(Clone)]
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The checkout that contains the present folder, if there is one.
    pub fn here() -> Option<Checkout> {
        let here = std::env::current_dir().ok()?;
        let root = here.ancestors().find(|folder| folder.join("tutorials/frame/exercises.rs").is_file())?;
        Some(Checkout { root: root.to_owned() })
    }

    /// The same, or an error.
    ///
    /// # Errors
    /// If the present folder is not in a checkout.
    pub fn needed() -> Result<Checkout> {
        Checkout::here()
            .ok_or_else(|| Error::new("exercises, their judges and the site live in the repository of gradus: go to its folder, and try again"))
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
        self.read(&self.exercise(exercise)).is_ok_and(|text| text != exercise.shipped)
    }
}
