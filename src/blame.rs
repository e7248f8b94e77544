//! Panics at the learner's line. A closure does not pass on its caller's line, so `result.unwrap_or_else(|e| panic!("{e}"))` would name a
//! file of this library; this does not.

use std::fmt::Display;

/// What a result holds, or a panic at the caller's line that says why there is none.
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
