//! What a live page asks its engine, as JSON. The one idea to know: a [`Session`] for either kind of number, behind texts, so that a page, a test and a
//! native program ask the same function.

use super::mistakes::Mistake;
use super::session::{Name, Rule, Session, SessionError};
use crate::program::{Program, ProgramError};
use crate::scalar::Scalar;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

/// Maximum number of steps of one request, and of points of a curve: a page that asks for more has lost count.
const MOST: usize = 10_000;

/// A program that a page runs, whatever its kind of number.
#[derive(Debug)]
pub struct Live {
    session: Box<dyn Answers>,
}

/// A session that answers requests.
trait Answers: Debug {
    fn answer(&mut self, request: Request) -> Result<String, LiveError>;
}

/// Why a page got no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// The program or the request was refused.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The request is none.
    #[error("not a request that is known here: {0}")]
    Request(#[from] serde_json::Error),
    /// Too many steps or points.
    #[error("{what}: at most {MOST} at a time, found {found}")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// How many were asked for.
        found: usize,
    },
}

/// A request. Elements of an array are counted from 0, row by row.
#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "lowercase", deny_unknown_fields)]
enum Request {
    Run,
    Say { event: usize },
    Set { node: usize, element: usize, to: f64 },
    Train { steps: usize, optimizer: Name, rate: f64 },
    Curve { node: usize, element: usize, from: f64, to: f64, points: usize },
    Nudge { node: usize, element: usize, step: f64 },
    Break { node: usize, mistake: Mistake },
    Mend,
    Check,
    Reset,
}

/// Losses, in an answer.
#[derive(Serialize)]
struct Losses {
    #[serde(with = "crate::json::floats::numbers")]
    losses: Vec<f64>,
}

/// Takes a [program](crate::program) as JSON, and runs it.
///
/// ```
/// use gradus::prelude::*;
/// let tape = Tape::new();
/// let w = tape.var(0.5).named("w");
/// (w * 3.0).named("loss").backward();
///
/// let mut live = gradus::page::open(&tape.program()?.to_json())?;
/// live.ask(r#"{"ask": "set", "node": 0, "element": 0, "to": 2}"#)?;
/// assert!(live.ask(r#"{"ask": "run"}"#)?.starts_with(r#"{"loss":6.0,"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If it is no program, or does not run.
pub fn open(program: &str) -> Result<Live, LiveError> {
    let program = Program::from_json(program).map_err(SessionError::from)?;
    match program.number() {
        <f32 as Scalar>::NAME => session::<f32>(program),
        <f64 as Scalar>::NAME => session::<f64>(program),
        found => {
            let refused = ProgramError::Number { expected: "f32 or f64", found: found.to_owned() };
            Err(SessionError::from(refused).into())
        }
    }
}

/// The same for numbers of kind `F` only. What is compiled with it and without [`open`] is half as large.
///
/// # Errors
/// As [`open`]; and if the program is for another kind of number.
pub fn open_in<F: Scalar>(program: &str) -> Result<Live, LiveError> {
    session::<F>(Program::from_json(program).map_err(SessionError::from)?)
}

fn session<F: Scalar>(program: Program) -> Result<Live, LiveError> {
    Ok(Live { session: Box::new(Session::<F>::open(program)?) })
}

impl Live {
    /// Answers a request, as JSON.
    ///
    /// | request | answer |
    /// |---|---|
    /// | `{"ask": "run"}` | the [`State`](super::State) with the numbers that the leaves have now |
    /// | `{"ask": "say", "event": 7}` | event 7 of that run as a sentence, or `null` ([`Session::say`]) |
    /// | `{"ask": "set", "node": 3, "element": 0, "to": 0.5}` | `null` ([`Session::set`]) |
    /// | `{"ask": "train", "steps": 100, "optimizer": "adam", "rate": 0.1}` | `{"losses": [...]}` ([`Session::train`]); or `"sgd"`, `"momentum"`, `"rmsprop"` |
    /// | `{"ask": "curve", "node": 3, "element": 0, "from": -1, "to": 1, "points": 50}` | a [`Curve`](super::Curve) ([`Session::curve`]) |
    /// | `{"ask": "nudge", "node": 3, "element": 0, "step": 0.001}` | a [`Nudge`](super::Nudge) ([`Session::nudge`]) |
    /// | `{"ask": "break", "node": 7, "mistake": "sign"}` | `null` ([`Session::sabotage`]); or `"double"`, `"zero"`, `"ignored"`, `"sum"`, `"swapped"` |
    /// | `{"ask": "mend"}` | `null` ([`Session::mend`]) |
    /// | `{"ask": "check"}` | [`Findings`](super::Findings) ([`Session::check`]) |
    /// | `{"ask": "reset"}` | `null` ([`Session::reset`]) |
    ///
    /// # Errors
    /// If it is no request, or is refused.
    pub fn ask(&mut self, request: &str) -> Result<String, LiveError> {
        self.session.answer(serde_json::from_str(request)?)
    }
}

impl<F: Scalar> Answers for Session<F> {
    fn answer(&mut self, request: Request) -> Result<String, LiveError> {
        match request {
            Request::Run => json(&self.run()?),
            Request::Say { event } => json(&self.say(event)),
            Request::Set { node, element, to } => json(&self.set(node, element, to)?),
            Request::Train { steps, optimizer, rate } => {
                few("steps", steps)?;
                json(&Losses { losses: self.train(steps, Rule { optimizer, rate })? })
            }
            Request::Curve { node, element, from, to, points } => {
                few("points", points)?;
                json(&self.curve(node, element, [from, to], points)?)
            }
            Request::Nudge { node, element, step } => json(&self.nudge(node, element, step)?),
            Request::Break { node, mistake } => json(&self.sabotage(node, mistake)?),
            Request::Mend => json(&self.mend()),
            Request::Check => json(&self.check()?),
            Request::Reset => json(&self.reset()?),
        }
    }
}

fn few(what: &'static str, found: usize) -> Result<(), LiveError> {
    if found > MOST { Err(LiveError::TooMany { what, found }) } else { Ok(()) }
}

fn json(answer: &impl Serialize) -> Result<String, LiveError> {
    Ok(serde_json::to_string(answer)?)
}
