//! The last line: a question, an answer, or the keys.

use super::Canvas;
use crate::look::Tone;
use crate::session::Session;
use ratatui::layout::Rect;

const KEYS: &str = "←→ step  g go to  f fan-out  / search  i inspect  c check  w watch  ? help  q quit";
const KEYS_IN_ASCII: &str = "n p step  g go to  f fan-out  / search  i inspect  c check  w watch  ? help  q quit";

pub(crate) fn draw(session: &Session, canvas: &mut Canvas, area: Rect) {
    if let Some(prompt) = session.prompt() {
        let cursor = canvas.look.pick('▏', '_');
        return canvas.text(area, &format!("{prompt}{cursor}"), Tone::Heading);
    }
    match &session.message[..] {
        "" => canvas.text(area, if canvas.look.ascii { KEYS_IN_ASCII } else { KEYS }, Tone::Faint),
        message => canvas.text(area, message, Tone::Bad),
    }
}
