//! The keys, all of them.

use super::Canvas;
use crate::action::HELP;
use crate::look::Tone;
use crate::text::width;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(crate) fn draw(canvas: &mut Canvas, area: Rect) {
    // With a margin of its own, so that what is behind does not run into it.
    let columns = if area.width < 84 { area.width } else { 80 };
    let height = area.height.min(HELP.len() as u16 + 2);
    let (x, y) = (area.x + (area.width - columns) / 2, area.y + (area.height - height) / 2);
    for row in y..y + height {
        for column in x..x + columns {
            canvas.put(column, row, ' ', Style::reset());
        }
    }
    let inside = canvas.titled(Rect { x, y, width: columns, height }, "keys");
    let look = canvas.look;
    let lines: Vec<_> = HELP
        .iter()
        .map(|(keys, meaning)| {
            let keys = look.say(keys);
            let room = " ".repeat(16_usize.saturating_sub(width(&keys)));
            vec![(format!(" {keys}{room}"), Tone::Heading), (look.say(meaning).into_owned(), Tone::Plain)]
        })
        .collect();
    canvas.lines(inside, &lines, 0);
}
