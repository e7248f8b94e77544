//! The timeline: a band for each phase, and a mark at the reader's place.

use super::Canvas;
use crate::look::Tone;
use crate::session::Session;
use crate::timeline::Phase;
use ratatui::layout::Rect;

pub(crate) fn draw(session: &Session, canvas: &mut Canvas, area: Rect) {
    let steps = session.trace.events.len();
    if steps == 0 || area.width == 0 {
        return;
    }
    let look = canvas.look;
    let width = usize::from(area.width);
    // In a long trace a column covers several steps; in a short one a step covers several columns.
    let step_at = |column: usize| column * steps / width;
    for column in 0..width {
        let (line, tone) = match session.timeline.phase(step_at(column)) {
            Phase::Forward => (look.pick('━', '='), Tone::Forward),
            Phase::Backward(_) => (look.pick('╍', '-'), Tone::Backward),
            Phase::Update => (look.pick('═', '#'), Tone::Positive),
        };
        canvas.put(area.x + column as u16, area.y, line, tone.style());
    }
    let marked = (0..width).find(|&column| step_at(column) >= session.place).unwrap_or(width - 1);
    canvas.put(area.x + marked as u16, area.y, look.pick('█', '@'), Tone::Heading.style());
}
