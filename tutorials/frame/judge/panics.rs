//! A panic in an answer makes it a wrong answer and does not end the judge: it is caught, and its message and line are kept.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// A panic that was caught.
pub struct Panic {
    message: String,
    line: String,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "a panic at {}: {}", self.line, self.message)
    }
}

thread_local! {
    /// Whether this thread is judging, so that a panic is kept instead of printed.
    static JUDGING: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Runs `story`; if it panics, returns the panic.
pub fn caught(story: impl FnOnce()) -> Result<(), Panic> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let otherwise = take_hook();
        set_hook(Box::new(move |info| if JUDGING.get() { keep(info) } else { otherwise(info) }));
    });
    JUDGING.set(true);
    // After a panic, only the counts and the first failure are read.
    let outcome = catch_unwind(AssertUnwindSafe(story));
    JUDGING.set(false);
    outcome.map_err(|payload| LAST.take().unwrap_or_else(|| elsewhere(&*payload)))
}

/// A panic that this thread only passes on: its hook ran on another thread, or the answer has replaced it.
fn elsewhere(payload: &(dyn Any + Send)) -> Panic {
    Panic { message: message(payload).to_owned(), line: "an unknown line".to_owned() }
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("(no message)")
}

fn keep(info: &PanicHookInfo) {
    let message = message(info.payload()).to_owned();
    let line = info.location().map_or("an unknown line".to_owned(), |location| {
        let file = location.file().replace('\\', "/");
        let file = file.rsplit("tutorials/").next().unwrap_or_default();
        // An exercise is compiled from the folder of another package.
        format!("{}:{}", file.rsplit("../").next().unwrap_or_default(), location.line())
    });
    LAST.set(Some(Panic { message, line }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_kept_with_its_line_and_one_of_another_thread_without() {
        let here = caught(|| panic!("here")).expect_err("a panic").to_string();
        assert!(here.contains("panics.rs:") && here.ends_with(": here"), "{here}");
        let passed_on = caught(|| std::panic::resume_unwind(Box::new("elsewhere".to_owned())));
        assert_eq!(passed_on.expect_err("a panic").to_string(), "a panic at an unknown line: elsewhere");
    }
}
