//! What can go wrong in a chapter. Each message says what, where and what to do; the exit status is 2.

use gradus::data::DataError;
use gradus::optim::OptimError;
use std::fmt;
use std::path::Path;

/// An error that ends a chapter.
#[derive(Debug)]
pub struct Error(String);

/// The result of a chapter's story.
pub type Result<T = ()> = std::result::Result<T, Error>;

impl Error {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Error(message.into())
    }

    /// The error of a file that cannot be written.
    pub fn writing(path: &Path, error: std::io::Error) -> Self {
        Error(format!("cannot write {}: {error}; choose another folder with --out", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<DataError> for Error {
    fn from(error: DataError) -> Self {
        Error(error.to_string())
    }
}

impl From<OptimError> for Error {
    fn from(error: OptimError) -> Self {
        Error(error.to_string())
    }
}
