//! What a page can ask for. The one idea to know: an entry is a safe function from bytes to bytes. A new one is a function here and a row in `abi.rs`.

#[cfg(feature = "conformance")]
use crate::conformance;
use crate::trainings;
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
    /// There is no such op.
    #[cfg(feature = "conformance")]
    #[error("the table of ops has no row {0:?}")]
    Op(String),
    /// There is no such training, or the number of steps is missing.
    #[error("the request {0:?} is not one of {names}, and a number of steps: \"xor 1000\"", names = trainings::names())]
    Training(String),
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

/// Takes a program as JSON and runs it, from now on instead of the one before. Returns what came out, as `ask` does for a run.
pub fn open(request: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut live = page::open(from_utf8(request)?)?;
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

/// The names of all ops of gradus's table, one per line. Takes an empty request.
#[cfg(feature = "conformance")]
pub fn ops(_request: &[u8]) -> Result<Vec<u8>, Refusal> {
    let names: Vec<&str> = conformance::rows().map(|row| row.name).collect();
    Ok(names.join("\n").into_bytes())
}

/// All values and derivatives of one op at many places, as f64 in little-endian order (see [`conformance::Row::results`]). Takes the op's name.
#[cfg(feature = "conformance")]
pub fn conformance(request: &[u8]) -> Result<Vec<u8>, Refusal> {
    let name = from_utf8(request)?;
    let row = conformance::rows().find(|row| row.name == name).ok_or_else(|| Refusal::Op(name.into()))?;
    Ok(row.results().iter().flat_map(|result| &result.numbers).flat_map(|number| number.to_le_bytes()).collect())
}

/// Trains a network and returns its last loss, as f64. Takes the name of the training and the number of steps: `xor 1000`.
pub fn train(request: &[u8]) -> Result<Vec<u8>, Refusal> {
    let text = from_utf8(request)?;
    let refusal = || Refusal::Training(text.into());
    let (name, steps) = text.split_once(' ').ok_or_else(refusal)?;
    let training = trainings::ALL.iter().find(|training| training.name == name).ok_or_else(refusal)?;
    let steps = steps.parse().map_err(|_| refusal())?;
    Ok((training.run)(steps).to_le_bytes().to_vec())
}

/// Panics with the request as its message, so that a page can try what it does then.
pub fn panic(request: &[u8]) -> Result<Vec<u8>, Refusal> {
    panic!("{}", from_utf8(request)?);
}
