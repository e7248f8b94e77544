//! Whose line a panic names: the learner's. Every method that a wrong call can make panic is called wrongly in `cases/`, in a closure of a
//! file there, and such a file must be named. A new public method that takes the caller's line must be listed there, or the last test fails.

mod cases;

use cases::cases;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::Once;

thread_local! {
    /// While a case runs: the file of its last panic.
    static BLAMED: RefCell<Option<String>> = const { RefCell::new(None) };
    static WATCHED: RefCell<bool> = const { RefCell::new(false) };
}

/// The file that the panic of `call` names, and its message; `None` if there is none.
fn blamed(call: &dyn Fn()) -> Option<(String, String)> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !WATCHED.with_borrow(|watched| *watched) {
                return usual(info);
            }
            let place = info.location().map(|location| location.file().replace('\\', "/"));
            BLAMED.set(place);
        }));
    });
    WATCHED.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    WATCHED.set(false);
    let payload = outcome.err()?;
    let message = payload.downcast_ref::<String>().cloned();
    let message = message.or_else(|| payload.downcast_ref::<&str>().map(|text| text.to_string()));
    Some((BLAMED.take().unwrap_or_default(), message.unwrap_or_default()))
}

/// What the panic of `call` says; "" if there is none.
pub fn said<R>(call: impl Fn() -> R) -> String {
    blamed(&|| drop(call())).map_or(String::new(), |(_, message)| message)
}

#[test]
fn a_panic_that_a_learner_can_cause_names_the_learners_line() {
    let mut faults = Vec::new();
    for (name, says, call) in cases() {
        match blamed(&*call) {
            None => faults.push(format!("{name} ({says}): nothing was said")),
            Some((file, message)) => {
                if !file.contains("tests/blame/cases/") {
                    faults.push(format!("{name} ({says}): {file} is named: {message}"));
                } else if !message.contains(says) {
                    faults.push(format!("{name} ({says}): it says: {message}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} of {} calls:\n{}", faults.len(), cases().len(), faults.join("\n"));
}

/// Functions that need the caller's line only to record it: they are right for any Var.
const ALWAYS_RIGHT: [&str; 34] = [
    "abs",
    "all_reduce",
    "constant",
    "cos",
    "erf",
    "exp",
    "expm1",
    "gelu",
    "gelu_tanh",
    "ln",
    "log1p",
    "map",
    "mean",
    "mish",
    "neg",
    "norm",
    "of",
    "param",
    "prod",
    "reciprocal",
    "record_parallel",
    "relu",
    "rsqrt",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "softplus",
    "softsign",
    "sqrt",
    "square",
    "sum",
    "tanh",
    "try_backward",
];

/// The public functions of the library: file, name, whether it takes the caller's line, whether its documentation has "# Panics".
fn public_functions(folder: &Path, found: &mut Vec<(String, String, bool, bool)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            public_functions(&entry, found);
            continue;
        }
        if entry.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&entry).expect("a source file");
        let (mut tracked, mut panics) = (false, false);
        for line in text.lines().map(str::trim) {
            tracked |= line == "#[track_caller]";
            assert!(!line.starts_with("/// # Panics "), "{}: text stands in a heading: {line}", entry.display());
            panics |= line == "/// # Panics";
            let name = line.strip_prefix("pub fn ").and_then(|rest| rest.split(['<', '(']).next());
            if let Some(name) = name.filter(|name| !name.starts_with('$')) {
                found.push((entry.display().to_string(), name.to_owned(), tracked, panics));
            }
            if !line.starts_with("///") && !line.starts_with("#[") {
                (tracked, panics) = (false, false);
            }
        }
        let in_rows = crate::rows::methods(&text).into_iter();
        found.extend(in_rows.map(|name| (entry.display().to_string(), name.to_owned(), true, false)));
    }
}

#[test]
fn every_public_function_that_can_panic_takes_its_callers_line_and_is_called_wrongly_here() {
    let mut functions = Vec::new();
    public_functions(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut functions);
    assert!(functions.len() > 300, "{} functions", functions.len());
    let tried: BTreeSet<&str> = cases().iter().map(|(name, ..)| *name).chain(ALWAYS_RIGHT).collect();
    // What is not compiled cannot be called.
    functions.retain(|(file, ..)| cfg!(feature = "image") || !file.contains("images"));
    let mut faults = Vec::new();
    for (file, name, tracked, panics) in functions {
        if panics && !tracked {
            faults.push(format!("{file}: {name} says that it panics, and does not take its caller's line"));
        }
        if tracked && !tried.contains(&*name) {
            faults.push(format!("{file}: {name} takes its caller's line, and is not called wrongly here"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
