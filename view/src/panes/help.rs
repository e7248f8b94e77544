//! The keys, all of them.

use super::Canvas;
use crate::action::HELP;
use crate::look::Tone;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(crate) fn draw(canvas: &mut Canvas, area: Rect) {
    // With a margin of its own, so that what is behind does not run into it.
    let width = if area.width < 84 { area.width } else { 80 };
    let height = area.height.min(HELP.len() as u16 + 2);
    let (x, y) = (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
    for row in y..y + height {
        for column in x..x + width {
            canvas.put(column, row, ' ', Style::reset());
        }
    }
    let inside = canvas.titled(Rect { x, y, width, height }, "keys");
    let lines: Vec<_> = HELP
        .iter()
        .map(|(keys, meaning)| vec![(format!(" {keys:16}"), Tone::Heading), ((*meaning).to_owned(), Tone::Plain)])
        .collect();
    canvas.lines(inside, &lines, 0);
}
