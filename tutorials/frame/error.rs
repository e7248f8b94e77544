//! The errors of a chapter. Each message says what went wrong, where, and what to do; the exit status is 2, or 130 after Ctrl-C.

use gradus::data::DataError;
use gradus::io::IoError;
use gradus::optim::OptimError;
use std::fmt;
use std::path::Path;

/// An error that ends a chapter.
#[derive(Debug)]
pub struct Error {
    message: String,
    status: u8,
}

/// The result of a chapter's story.
pub type Result<T = ()> = std::result::Result<T, Error>;

impl Error {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Error { message: message.into(), status: 2 }
    }

    /// The error that ends a chapter after Ctrl-C, with the exit status of a program ended by Ctrl-C.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn interrupted() -> Self {
        Error { message: "interrupted".to_owned(), status: 130 }
    }

    /// The exit status of the program.
    pub(crate) fn status(&self) -> u8 {
        self.status
    }

    /// The error of a file that cannot be written.
    pub fn writing(path: &Path, error: std::io::Error) -> Self {
        Error::new(format!("cannot write {}: {error}; choose another folder with --out", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<DataError> for Error {
    fn from(error: DataError) -> Self {
        Error::new(error.to_string())
    }
}

impl From<IoError> for Error {
    fn from(error: IoError) -> Self {
        Error::new(error.to_string())
    }
}

impl From<OptimError> for Error {
    fn from(error: OptimError) -> Self {
        Error::new(error.to_string())
    }
}
