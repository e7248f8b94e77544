//! The last line: a question, an answer, or the keys.

use super::Canvas;
use crate::look::{Look, Tone};
use crate::session::Session;
use crate::text::{cut_before, width};
use ratatui::layout::Rect;

/// The keys, the least needed first: those that do not fit are left out.
const KEYS: &[&str] =
    &["v graph", "s source", "o fold", "w watch", "/ search", "i inspect", "f fan-out", "c check", "g go to"];
/// Keys that are always shown.
const FIRST: [&str; 2] = ["←→ step", "n p step"];
const LAST: &str = "? help  q quit";

pub(crate) fn draw(session: &Session, canvas: &mut Canvas, area: Rect) {
    if let Some(prompt) = session.prompt() {
        let cursor = canvas.look.pick('▏', '_');
        // The end of a long text is shown, where the reader types.
        let shown = cut_before(
            &canvas.look.text(&canvas.look.say(&prompt)),
            usize::from(area.width).saturating_sub(1),
            canvas.look.ellipsis(),
        );
        return canvas.text(area, &format!("{shown}{cursor}"), Tone::Heading);
    }
    match &session.message[..] {
        "" => canvas.text(area, &keys(canvas.look, usize::from(area.width)), Tone::Faint),
        message => {
            let message = canvas.look.say(message).into_owned();
            canvas.text(area, &message, Tone::Bad);
        }
    }
}

/// As many keys as fit.
fn keys(look: Look, room: usize) -> String {
    let line = |left_out: usize| {
        let rest = KEYS[left_out..].iter().rev().copied();
        let all: Vec<&str> = [FIRST[usize::from(look.ascii)]].into_iter().chain(rest).chain([LAST]).collect();
        let all: Vec<_> = all.into_iter().map(|key| look.say(key)).collect();
        all.join("  ")
    };
    let fits = |line: &String| width(line) <= room;
    (0..=KEYS.len()).map(line).find(fits).unwrap_or_else(|| look.say(LAST).into_owned())
}
