//! What can be wrong with a program. Each message says where, what was expected and what was found.

use crate::json::Unfit;
use thiserror::Error;

/// Why a tape could not be written down as a program, or a program not be read or run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// The text is not JSON, or an object in it has a key twice.
    #[error("not the JSON that is needed: {0}")]
    Json(#[from] serde_json::Error),
    /// A value of another kind than is expected.
    #[error("{at}: expected {expected}, found {found}")]
    Value {
        /// The place in the program, such as `steps[3].of`.
        at: String,
        /// What is expected there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A key that is not known, perhaps of a later version of the format.
    #[error("{at} is not known; known here are {known}")]
    Key {
        /// The place in the program.
        at: String,
        /// The keys that are known there.
        known: String,
    },
    /// A program for another kind of number.
    #[error("the program is for numbers of kind {found}, and was to be run with {expected}")]
    Number {
        /// The kind it was to be run with.
        expected: &'static str,
        /// The program's own.
        found: String,
    },
    /// A list of numbers of another length than its shape says.
    #[error("{at}: a shape of {shape:?} has {} numbers, found {found}", shape.iter().product::<usize>())]
    Count {
        /// The place in the program.
        at: String,
        /// The shape.
        shape: Vec<usize>,
        /// The count of numbers.
        found: usize,
    },
    /// The value of a parameter is no longer known.
    #[error(
        "parameter {name:?} was changed after the tape had read it; to write the tape down, call tape.keep_updates(true) before the update"
    )]
    Changed {
        /// Its name.
        name: String,
    },
    /// A step could not be run.
    #[error("step {step}, {what}: {reason}")]
    Refused {
        /// The step, counted from 0.
        step: usize,
        /// What it is.
        what: String,
        /// The reason.
        reason: String,
    },
}

impl From<Unfit> for ProgramError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Value { path: at, expected, found } => ProgramError::Value { at, expected, found },
            Unfit::Key { path: at, known } => ProgramError::Key { at, known },
        }
    }
}
