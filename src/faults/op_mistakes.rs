//! Mistakes inside an op: in its shape rule, its kernel or its vjp. A panic there is caught, and a new panic names the op and the line that
//! recorded it or started the backward pass. The tape stays in order: it can be rewound and used.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The payload of a panic.
pub(crate) type Panicked = Box<dyn Any + Send>;

/// Why an op was not recorded.
pub(crate) enum Refusal {
    /// The operands' shapes do not fit, or there is no room for the result.
    Shapes(String),
    /// Its shape rule or its kernel panicked.
    Panicked(Panicked),
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Refusal::Shapes(reason)
    }
}

impl From<Panicked> for Refusal {
    fn from(panicked: Panicked) -> Self {
        Refusal::Panicked(panicked)
    }
}

/// Runs a part of an op.
#[inline(always)]
pub(crate) fn caught<R>(part: impl FnOnce() -> R) -> Result<R, Panicked> {
    // Where a panic ends the program, as in WebAssembly, there is nothing to catch.
    if cfg!(panic = "abort") { Ok(part()) } else { catch_unwind(AssertUnwindSafe(part)) }
}

/// Panics again with a message that says where the op panicked. (A payload that is no text is meant for some other code, and is passed on as it is.)
#[cold]
#[track_caller]
pub(crate) fn go_on(panicked: Panicked, place: &str) -> ! {
    let text = panicked.downcast_ref::<String>().map(String::as_str);
    match text.or(panicked.downcast_ref::<&str>().copied()) {
        Some(text) => panic!("{place} panicked: {text}"),
        None => resume_unwind(panicked),
    }
}
