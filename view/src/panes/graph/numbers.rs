//! The number on a node: its value on the way forward, its gradient on the way back. An array has none there; the inspector shows it.

use crate::look::Look;
use crate::session::Session;
use crate::text::width;
use crate::timeline::{Known, Phase};
use gradus::draw::number;
use gradus::trace::Event;

/// What stands on a node at the present step, if it is a single number that is known: `= 0.73`, or the gradient, `∂ 0.32`.
pub(super) fn now(session: &Session, node: usize) -> Option<String> {
    match (session.phase(), session.known(node)) {
        (Phase::Backward(_), Known::Wholly(holder)) => gradient(session, holder),
        _ if session.is_computed(node) => updated(session, node, session.place).or_else(|| value(session, node)),
        _ => None,
    }
}

/// The cells that a node needs for its number, at whatever step.
pub(super) fn room(session: &Session, node: usize) -> usize {
    let gradients =
        (1..=session.trace.passes()).filter_map(|pass| match session.timeline.known(pass, node, usize::MAX) {
            Known::Wholly(holder) => gradient(session, holder),
            _ => None,
        });
    let last = session.trace.events.len().saturating_sub(1);
    let texts = value(session, node).into_iter().chain(updated(session, node, last)).chain(gradients);
    texts.map(|text| width(&text) + 1).max().unwrap_or(0)
}

fn value(session: &Session, node: usize) -> Option<String> {
    Some(format!("= {}", number(session.trace.nodes[node].value.as_ref()?.item()?)))
}

fn gradient(session: &Session, holder: usize) -> Option<String> {
    let x = session.trace.nodes[holder].value.as_ref()?.item()?;
    Some(format!("{} {}", sign(session.look), number(x)))
}

fn sign(look: Look) -> char {
    look.pick('∂', 'd')
}

/// The number of a parameter after an update up to this step.
fn updated(session: &Session, node: usize, place: usize) -> Option<String> {
    let done = session.trace.events.get(..=place)?;
    done.iter().rev().find_map(|event| match event {
        Event::Update { node: of, after, .. } if *of == node => Some(format!("= {}", number(after.item()?))),
        _ => None,
    })
}
