//! The nodes that the reader watches, with value and gradient as far as they are known.

use super::{Canvas, Pieces};
use crate::look::Tone;
use crate::session::Session;
use crate::timeline::Known;
use ratatui::layout::Rect;

pub(crate) fn draw(session: &Session, canvas: &mut Canvas, area: Rect) {
    if session.watched.is_empty() {
        return;
    }
    let area = canvas.titled(area, "watched");
    let lines: Vec<Pieces> = session.watched.iter().map(|&node| line(session, node)).collect();
    canvas.lines(area, &lines, 0);
}

fn line(session: &Session, node: usize) -> Pieces {
    let mut pieces = vec![(format!("{}  ", session.trace.call(node)), Tone::Heading)];
    if session.is_computed(node) {
        pieces.push((session.trace.value(node), Tone::Forward));
    }
    match session.known(node) {
        Known::Wholly(holder) => {
            let gradient = session.trace.nodes[holder].value.as_ref().map(|value| value.size_words());
            pieces.push((format!("  grad {}", gradient.unwrap_or_default()), Tone::Backward));
        }
        Known::Partly(arrived @ 1.., of) => pieces.push((format!("  grad: {arrived} of {of}"), Tone::Backward)),
        _ => {}
    }
    pieces
}
