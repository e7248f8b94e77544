//! Panics that name the learner's line. A closure does not pass on its caller's line, so `result.unwrap_or_else(|e| panic!("{e}"))` would name a file
//! of this library. [`OrBlame::or_blame`] names the caller's.

use std::fmt::Display;

/// Returns the value of a result, or panics at the caller's line with the error.
pub(crate) trait OrBlame<T> {
    #[track_caller]
    fn or_blame(self) -> T;
}

impl<T, E: Display> OrBlame<T> for Result<T, E> {
    #[track_caller]
    fn or_blame(self) -> T {
        match self {
            Ok(value) => value,
            Err(reason) => panic!("{reason}"),
        }
    }
}
