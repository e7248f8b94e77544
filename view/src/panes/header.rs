//! The first line: the title, and the reader's place.

use super::Canvas;
use crate::look::Tone;
use crate::session::Session;
use crate::text;
use ratatui::layout::Rect;

pub(crate) fn draw(session: &Session, canvas: &mut Canvas, area: Rect) {
    let steps = session.trace.events.len();
    let place = if steps == 0 { "nothing was recorded".to_owned() } else { place(session, steps) };
    let place = canvas.look.say(&place).into_owned();
    let width = text::width(&place) as u16;
    let title = canvas.look.say(&session.title).into_owned();
    canvas.text(Rect { width: area.width.saturating_sub(width + 1), ..area }, &title, Tone::Heading);
    let right = Rect { x: area.right().saturating_sub(width).max(area.x), width: width.min(area.width), ..area };
    canvas.text(right, &place, Tone::Plain);
}

fn place(session: &Session, steps: usize) -> String {
    format!("{}, step {} of {steps}", session.phase().name(), session.place + 1)
}
