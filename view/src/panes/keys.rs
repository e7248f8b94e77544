//! The last line: a question, an answer, or the keys.

use super::Canvas;
use crate::look::{Look, Tone};
use crate::session::Session;
use crate::text::{cut_before, width};
use ratatui::layout::Rect;

/// The keys and what they do, the least needed first: those that do not fit are left out.
const KEYS: &[(&str, &str)] = &[
    ("v", "graph"),
    ("s", "source"),
    ("o", "fold"),
    ("w", "watch"),
    ("/", "search"),
    ("i", "inspect"),
    ("f", "fan-out"),
    ("c", "check"),
    ("g", "go to"),
];
/// Keys that are always shown; the first, if there are arrows on the screen, and if not.
const FIRST: [(&str, &str); 2] = [("←→", "step"), ("n p", "step")];
const LAST: [(&str, &str); 2] = [("?", "help"), ("q", "quit")];

pub(crate) fn draw(session: &Session, canvas: &mut Canvas, area: Rect) {
    if let Some((question, typed)) = session.prompt() {
        let prompt = format!("{}: {typed}", canvas.look.say(question));
        let cursor = canvas.look.pick('▏', '_');
        // The end of a long text is shown, where the reader types.
        let shown =
            cut_before(&canvas.look.text(&prompt), usize::from(area.width).saturating_sub(1), canvas.look.ellipsis());
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
    let said = |(key, meaning): &(&str, &str)| format!("{key} {}", look.say(meaning));
    let joined = |keys: &[&(&str, &str)]| keys.iter().map(|key| said(key)).collect::<Vec<_>>().join("  ");
    let first = &FIRST[usize::from(look.ascii)];
    let line = |left_out: usize| {
        let rest = KEYS[left_out..].iter().rev();
        joined(&[first].into_iter().chain(rest).chain(&LAST).collect::<Vec<_>>())
    };
    let fits = |line: &String| width(line) <= room;
    (0..=KEYS.len()).map(line).find(fits).unwrap_or_else(|| joined(&LAST.iter().collect::<Vec<_>>()))
}
