//! The story: the sentence of the present step, and above it the earlier ones.

use super::Canvas;
use crate::look::Tone;
use crate::session::Session;
use crate::text::wrapped;
use ratatui::layout::Rect;

pub(crate) fn draw(session: &Session, canvas: &mut Canvas, area: Rect) {
    let area = canvas.titled(area, "story");
    let room = usize::from(area.height);
    let lines_of = |place: usize| {
        let sentence = session.trace.narrate(place);
        wrapped(&canvas.look.text(&canvas.look.say(&sentence)), usize::from(area.width))
    };
    if session.event().is_none() {
        let empty = canvas.look.say("The tape is empty.").into_owned();
        return canvas.text(area, &empty, Tone::Plain);
    }
    let mut lines: Vec<(String, Tone)> =
        lines_of(session.place).into_iter().map(|line| (line, Tone::Heading)).collect();
    // Earlier sentences fill the room that is left, each one whole.
    for place in (0..session.place).rev() {
        let before = lines_of(place);
        if before.len() + lines.len() > room {
            break;
        }
        lines.splice(0..0, before.into_iter().map(|line| (line, Tone::Faint)));
    }
    let lines: Vec<_> = lines.into_iter().map(|line| vec![line]).collect();
    canvas.lines(area, &lines, 0);
}
