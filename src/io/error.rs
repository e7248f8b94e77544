//! What can go wrong with a file of arrays. Each message says which file, what was expected, what was found and where, and what to try.

use super::Kind;
use std::fmt;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a file of arrays could not be written, read, or used. If it could not be written, the file that was there before is unchanged; if it could not
/// be used, so is the model.
///
/// Its `Debug` form is the message too: that is what `main` prints when it returns an error, and what `unwrap` prints.
#[derive(Error)]
#[non_exhaustive]
pub enum IoError {
    /// The operating system refuses to open or read the file.
    #[error(
        "{path}: cannot be read\n  expected: a readable file\n  found:    {source}\n  \
         try:      look whether the file is there and is a file, and at its permissions (ls -l)"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },

    /// The file cannot be written.
    #[error(
        "{path}: cannot be written\n  expected: a folder that files can be made in, with room for {bytes} bytes\n  found:    {source}\n  \
         try:      another folder, or make room; a file of that name that was there before is unchanged"
    )]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// How many bytes there are to write.
        bytes: usize,
        /// What the operating system says.
        source: io::Error,
    },

    /// A file of another kind.
    #[error("{path}: not a file of this kind\n  expected: {expected}\n  found:    {found}\n  try:      {advice}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What such a file begins with.
        expected: &'static str,
        /// What this one begins with.
        found: String,
        /// What to do.
        advice: &'static str,
    },

    /// The file ends too early.
    #[error(
        "{path}: the file ends too early\n  expected: {expected} bytes: {what}\n  found:    the end after {found} bytes\n  try:      {AGAIN}"
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// What takes so many bytes.
        what: &'static str,
        /// How long the file should be at least.
        expected: u64,
        /// How long it is.
        found: u64,
    },

    /// What the file says cannot be.
    #[error("{path}: the file is damaged\n  expected: {expected}\n  found:    {found}{}\n  try:      {AGAIN}", place(.at))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The byte at which this showed, if that is known.
        at: Option<u64>,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },

    /// A good file, in a form that is not read or cannot be written.
    #[error(
        "{path}: {name:?} has a form that is not supported\n  expected: {expected}\n  found:    {found}\n  try:      {advice}"
    )]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The array.
        name: String,
        /// What is supported.
        expected: &'static str,
        /// What it is.
        found: String,
        /// What to do.
        advice: &'static str,
    },

    /// A name that an array cannot have in a file.
    #[error(
        "the array {name:?} cannot be kept under this name\n  expected: one array of each name\n  found:    {found}\n  \
         try:      another name for the parameter"
    )]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        found: &'static str,
    },

    /// The arrays of the file are not those of the model. All differences are listed. The model is unchanged.
    #[error(
        "{}: the arrays are not those of the model\n  expected: the model's arrays, by name, shape and kind of number\n  found:    {}\n  \
         try:      {}",
        file(.path), listed(.differences), advice(.differences)
    )]
    Differences {
        /// The file that the arrays are from, if they are from one.
        path: Option<PathBuf>,
        /// What differs, in the order of the model; then what only the file has.
        differences: Vec<Difference>,
    },

    /// A checkpoint without something that is asked for, or with something else in its place. Nothing was changed.
    #[error(
        "{path}: not a checkpoint of this training\n  expected: {expected}\n  found:    {found}\n  try:      {advice}"
    )]
    OtherCheckpoint {
        /// The file.
        path: PathBuf,
        /// What is asked for.
        expected: String,
        /// What it has.
        found: String,
        /// What to do.
        advice: &'static str,
    },
}

/// In what the arrays of a file differ from those of a model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// The file lacks an array of the model.
    Missing {
        /// Its name in the file.
        name: String,
        /// The shape that it should have.
        shape: Vec<usize>,
    },
    /// The model has no such array.
    Unexpected {
        /// Its name in the file.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// An array has another shape.
    Shape {
        /// Its name in the file.
        name: String,
        /// The shape that it should have.
        expected: Vec<usize>,
        /// The shape that it has.
        found: Vec<usize>,
    },
    /// The numbers of an array would have to be rounded.
    Kind {
        /// Its name in the file.
        name: String,
        /// The kind of number that the model holds.
        expected: Kind,
        /// The kind in the file.
        found: Kind,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Difference::Missing { name, shape } => write!(f, "{name:?} {shape:?} is missing in the file"),
            Difference::Unexpected { name, shape } => write!(f, "{name:?} {shape:?} is in the file only"),
            Difference::Shape { name, expected, found } => write!(f, "{name:?} is {found:?} instead of {expected:?}"),
            Difference::Kind { name, expected, found } => {
                write!(f, "{name:?} is {found}, and would have to be rounded to {expected}")
            }
        }
    }
}

impl fmt::Debug for IoError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const AGAIN: &str = "a copy or download was probably cut off or garbled: fetch the file again, or take an earlier one";

fn place(at: &Option<u64>) -> String {
    at.map_or(String::new(), |at| format!(", at byte {at}"))
}

fn file(path: &Option<PathBuf>) -> String {
    path.as_ref().map_or("arrays in memory".into(), |path| path.display().to_string())
}

/// A line for each difference; of very many, the first.
fn listed(differences: &[Difference]) -> String {
    const SHOWN: usize = 20;
    let mut lines: Vec<String> = differences.iter().take(SHOWN).map(Difference::to_string).collect();
    if differences.len() > SHOWN {
        lines.push(format!("and {} more", differences.len() - SHOWN));
    }
    lines.join("\n            ")
}

fn advice(differences: &[Difference]) -> &'static str {
    let is_all = |kind: fn(&Difference) -> bool| differences.iter().all(kind);
    let names = |name: &str| name.ends_with(".weight") || name.ends_with(".bias");
    match differences {
        _ if is_all(|difference| matches!(difference, Difference::Kind { .. })) => {
            "round them yourself: gradus::io::Arrays::to_f32, then restore"
        }
        _ if differences.iter().any(|d| matches!(d, Difference::Unexpected { name, .. } if names(name))) => {
            "for a file with PyTorch's names, Arrays::restore with Layout::PyTorch; for other names, Arrays::renamed first"
        }
        _ if is_all(|difference| matches!(difference, Difference::Shape { .. })) => {
            "a model of the same sizes as the one that was saved"
        }
        _ => "a model of the same layers as the one that was saved; for other names, Arrays::renamed before restore",
    }
}
