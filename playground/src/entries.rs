//! What the page asks for. The one idea to know: an entry is a safe function from bytes to bytes. A new one is a function here and a row in `abi.rs`.

use crate::digit::{DRAWN, Reader, WeightsError};
use crate::frame::feature_surfaces;
use crate::points::{Feature, REACH, Set, points};
use crate::presets::{PRESETS, Preset};
use crate::program::{dependency, program as written};
use crate::session::{SIDE, Session, StepError};
use crate::settings::{MOST, Settings, SettingsError};
use gradus::data::seeded;
use serde::Serialize;
use serde_json::json;
use std::cell::RefCell;
use std::str::{Utf8Error, from_utf8};

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request should be text.
    #[error("the request is no UTF-8: {0}")]
    NoText(#[from] Utf8Error),
    /// Settings that cannot be.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A step that cannot be taken.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The number of steps is none.
    #[error("{0:?} is no number of steps")]
    Steps(String),
    /// Nothing to ask.
    #[error("no training is open")]
    NothingOpen,
    /// There is nobody to read.
    #[error("no reader is open")]
    NoReader,
    /// Not the weights of the reader.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Something else than a digit and a drawing.
    #[error(
        "expected a byte for the digit, 0 to 9 or 255 for the likeliest, and {DRAWN} times {DRAWN} bytes of a drawing"
    )]
    Drawing,
}

type Answer = Result<Vec<u8>, Refusal>;

thread_local! {
    /// The training that the page shows.
    static OPEN: RefCell<Option<Session>> = const { RefCell::new(None) };
    /// The network that reads a digit.
    static READER: RefCell<Option<Reader>> = const { RefCell::new(None) };
}

fn with(ask: impl FnOnce(&mut Session) -> Answer) -> Answer {
    OPEN.with_borrow_mut(|open| ask(open.as_mut().ok_or(Refusal::NothingOpen)?))
}

fn as_json(answer: &impl Serialize) -> Answer {
    Ok(serde_json::to_vec(answer).expect("numbers and texts can always be written"))
}

/// What the page offers before a training is open: presets, each with its settings in full, and a few points of each set, as a picture of it.
pub fn offers(_request: &[u8]) -> Answer {
    let preset = |preset: &Preset| {
        let line = preset.line.parse::<Settings>()?.to_string();
        Ok(json!({"name": preset.name, "says": preset.says, "line": line}))
    };
    let picture = |&set: &Set| {
        let settings = Settings { set, points: 60, noise: 0.05, ..Settings::default() };
        let (points, labels) = points(&settings, &mut seeded(1));
        let dots = labels.iter().enumerate().map(|(row, &class)| ([points[[row, 0]], points[[row, 1]]], class));
        json!({"name": set.name(), "dots": dots.collect::<Vec<_>>()})
    };
    as_json(&json!({
        "presets": PRESETS.iter().map(preset).collect::<Result<Vec<_>, Refusal>>()?,
        "sets": Set::ALL.iter().map(picture).collect::<Vec<_>>(),
        "features": Feature::ALL.iter().map(|feature| feature.name()).collect::<Vec<_>>(),
        "most": MOST,
        "reach": REACH,
        "side": SIDE,
    }))
}

/// Begins a training, before its first step. Takes settings, and returns all of them in full, and the points: their coordinates, their class, and whether
/// the network is trained on them.
pub fn open(request: &[u8]) -> Answer {
    let session = Session::new(from_utf8(request)?.parse()?);
    let mut is_trained_on = vec![false; session.labels.len()];
    session.training.whole().indices().iter().for_each(|&row| is_trained_on[row] = true);
    let at = |row: usize| [session.points[[row, 0]], session.points[[row, 1]]];
    let points = session.labels.iter().enumerate().map(|(row, &class)| (at(row), class, is_trained_on[row]));
    let answer = as_json(&json!({
        "line": session.settings().to_string(),
        "points": points.collect::<Vec<_>>(),
    }));
    OPEN.set(Some(session));
    answer
}

/// Takes this many steps.
pub fn train(request: &[u8]) -> Answer {
    let text = from_utf8(request)?;
    let steps = text.parse().map_err(|_| Refusal::Steps(text.into()))?;
    with(|session| Ok(session.train(steps).map(|()| Vec::new())?))
}

/// What the page shows now ([`Frame`](crate::frame::Frame)).
pub fn frame(_request: &[u8]) -> Answer {
    with(|session| as_json(&session.frame()))
}

/// The surfaces of all features ([`feature_surfaces`]).
pub fn features(_request: &[u8]) -> Answer {
    Ok(feature_surfaces())
}

/// The surfaces of all units ([`Session::surfaces`]).
pub fn surfaces(_request: &[u8]) -> Answer {
    with(|session| Ok(session.surfaces()))
}

/// The next step as a page of its own ([`Session::walk`]).
pub fn walk(_request: &[u8]) -> Answer {
    with(|session| Ok(session.walk()?.into_bytes()))
}

/// The report of a gradient check on the next batch ([`Session::check`]).
pub fn check(_request: &[u8]) -> Answer {
    with(|session| {
        let report = session.check()?;
        as_json(&json!({ "passed": report.passed(), "text": report.to_string() }))
    })
}

/// The training so far as a program, and the line of its Cargo.toml.
pub fn program(_request: &[u8]) -> Answer {
    with(|session| as_json(&json!({ "program": written(session.settings()), "dependency": dependency() })))
}

/// Opens the network that reads a digit. Takes its weights.
pub fn open_reader(request: &[u8]) -> Answer {
    READER.set(Some(Reader::new(request)?));
    Ok(Vec::new())
}

/// Reads a drawing. Takes the digit that is asked about, as a byte (255: the likeliest), and the drawing; returns null if nothing is drawn.
pub fn read(request: &[u8]) -> Answer {
    let (&digit, drawing) = request.split_first().ok_or(Refusal::Drawing)?;
    let asked = (digit != 255).then_some(usize::from(digit));
    if drawing.len() != DRAWN * DRAWN || asked.is_some_and(|digit| digit > 9) {
        return Err(Refusal::Drawing);
    }
    READER.with_borrow(|reader| as_json(&reader.as_ref().ok_or(Refusal::NoReader)?.read(drawing, asked)))
}
