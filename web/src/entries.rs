//! What a page can ask for. The one idea to know: an entry is a safe function from bytes to bytes. A new one is a function here and a row in `abi.rs`.

use gradus::page::{self, Live, LiveError};
use std::cell::RefCell;
use std::str::{Utf8Error, from_utf8};

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request should be text.
    #[error("the request is no UTF-8: {0}")]
    NoText(#[from] Utf8Error),
    /// What a live page asked for cannot be done.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// A question before there is a program.
    #[error("no program is open")]
    NoProgram,
}

thread_local! {
    /// The program of a live page.
    static PROGRAM: RefCell<Option<Live>> = const { RefCell::new(None) };
}

fn opened(program: &str) -> Result<Live, LiveError> {
    match () {
        () if cfg!(feature = "f32") => page::open_in::<f32>(program),
        () if cfg!(feature = "f64") => page::open_in::<f64>(program),
        () => page::open(program),
    }
}

/// Takes a program as JSON and runs it, from now on instead of the one before. Returns what came out, as `ask` does for a run.
pub fn open(request: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut live = opened(from_utf8(request)?)?;
    let state = live.ask(r#"{"ask": "run"}"#)?;
    PROGRAM.set(Some(live));
    Ok(state.into_bytes())
}

/// Asks the program that is open (see [`Live::ask`]). Takes and returns JSON.
pub fn ask(request: &[u8]) -> Result<Vec<u8>, Refusal> {
    let request = from_utf8(request)?;
    PROGRAM.with_borrow_mut(|live| {
        let live = live.as_mut().ok_or(Refusal::NoProgram)?;
        Ok(live.ask(request)?.into_bytes())
    })
}

/// Panics with the request as its message, so that a page can try what it does then.
pub fn panic(request: &[u8]) -> Result<Vec<u8>, Refusal> {
    panic!("{}", from_utf8(request)?);
}
