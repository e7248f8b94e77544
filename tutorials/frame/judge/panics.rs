//! A panic in an answer is a wrong answer, not the end of the judge: it is caught, and its message and line are kept.

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
    /// Whether this thread is judging, so that a panic is to be kept and not printed.
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
    // What the story was working on is only read afterwards: counts, and the first failure.
    let outcome = catch_unwind(AssertUnwindSafe(story));
    JUDGING.set(false);
    outcome.map_err(|_| LAST.take().expect("the hook has kept the panic"))
}

fn keep(info: &PanicHookInfo) {
    let message = info.payload_as_str().unwrap_or("(no message)").to_owned();
    let line = info.location().map_or("an unknown line".to_owned(), |location| {
        let file = location.file().replace('\\', "/");
        let file = file.rsplit("tutorials/").next().unwrap_or_default();
        // An exercise is compiled from the folder of another package.
        format!("{}:{}", file.rsplit("../").next().unwrap_or_default(), location.line())
    });
    LAST.set(Some(Panic { message, line }));
}
