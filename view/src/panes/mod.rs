//! The contents of the panes, and the canvas that they are drawn on.

pub(crate) mod bands;
pub(crate) mod graph;
pub(crate) mod header;
mod heat;
pub(crate) mod help;
pub(crate) mod inspector;
pub(crate) mod keys;
pub(crate) mod source;
pub(crate) mod story;
pub(crate) mod watch;

use crate::look::{Look, Tone};
use crate::text::{width, wrapped};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A screen to draw on, in the look that the reader wants.
pub(crate) struct Canvas<'b> {
    buffer: &'b mut Buffer,
    pub(crate) look: Look,
}

/// A line of text in pieces, each with its tone.
pub(crate) type Pieces = Vec<(String, Tone)>;

impl<'b> Canvas<'b> {
    pub(crate) fn new(buffer: &'b mut Buffer, look: Look) -> Self {
        Canvas { buffer, look }
    }

    /// A text in the first line of an area, cut where the area ends.
    pub(crate) fn text(&mut self, area: Rect, text: &str, tone: Tone) {
        self.pieces(area, &[(text.to_owned(), tone)]);
    }

    /// Pieces of text one after the other in the first line of an area.
    pub(crate) fn pieces(&mut self, area: Rect, pieces: &[(String, Tone)]) {
        if area.height == 0 || area.width == 0 {
            return;
        }
        let pieces: Vec<(String, Tone)> = pieces.iter().map(|(text, tone)| (self.look.text(text), *tone)).collect();
        let line: String = pieces.iter().map(|(text, _)| &text[..]).collect();
        let is_cut = width(line.trim_end()) > usize::from(area.width);
        let ellipsis = self.look.ellipsis();
        let end = area.right() - if is_cut { (width(ellipsis) as u16).min(area.width) } else { 0 };
        self.make_way(area.x, area.y);
        let (mut x, mut last) = (area.x, Tone::Plain);
        for (text, tone) in pieces {
            let room = usize::from(end - x);
            let begun = x;
            x = self.buffer.set_stringn(x, area.y, &text, room, tone.style()).0;
            last = if x > begun { tone } else { last };
            if width(&text) > room {
                break;
            }
        }
        if is_cut {
            let room = usize::from(area.right() - x);
            self.buffer.set_stringn(x, area.y, ellipsis, room, last.style());
        }
    }

    /// Replaces a wide character whose second cell is here: it would hide the new text.
    fn make_way(&mut self, x: u16, y: u16) {
        let before = x.checked_sub(1).and_then(|x| self.buffer.cell_mut((x, y)));
        if let Some(before) = before.filter(|cell| width(cell.symbol()) > 1) {
            before.set_char(' ');
        }
    }

    /// A character of a text, `cells` wide, if it is inside the screen.
    pub(crate) fn put_wide(&mut self, x: u16, y: u16, character: &str, cells: u16, style: Style) {
        self.make_way(x, y);
        self.buffer.set_stringn(x, y, character, usize::from(cells), style);
    }

    /// One character, if it is inside the screen.
    pub(crate) fn put(&mut self, x: u16, y: u16, c: char, style: Style) {
        self.make_way(x, y);
        if let Some(cell) = self.buffer.cell_mut((x, y)) {
            cell.set_char(c).set_style(style);
        }
    }

    /// The title of a pane with a rule behind it. Returns the area under it.
    pub(crate) fn titled(&mut self, area: Rect, title: &str) -> Rect {
        if area.height == 0 {
            return area;
        }
        let rule = self.look.pick('─', '-');
        for x in area.left()..area.right() {
            self.put(x, area.y, rule, Tone::Faint.style());
        }
        let title_area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        let title = self.look.say(title).into_owned();
        self.text(title_area, &format!(" {title} "), Tone::Heading);
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    }

    /// A line between two columns.
    pub(crate) fn column(&mut self, area: Rect) {
        let line = self.look.pick('│', '|');
        for y in area.top()..area.bottom() {
            self.put(area.x, y, line, Tone::Faint.style());
        }
    }

    /// Lines one below the other, from `scroll` on. If there are more below, the last line says so.
    pub(crate) fn lines(&mut self, area: Rect, lines: &[Pieces], scroll: usize) {
        let room = usize::from(area.height);
        let scroll = scroll.min(lines.len().saturating_sub(room));
        for (row, line) in lines.iter().skip(scroll).take(room).enumerate() {
            let row = Rect { y: area.y + row as u16, height: 1, ..area };
            self.pieces(row, line);
        }
        let below = lines.len().saturating_sub(scroll + room);
        if below > 0 && area.height > 0 {
            let more = format!(" {} ", self.look.say(&format!("{below} more, pgdn")));
            let width = (width(&more) as u16).min(area.width);
            let corner = Rect { x: area.right() - width, y: area.bottom() - 1, width, height: 1 };
            self.text(corner, &more, Tone::Active);
        }
    }
}

/// Breaks a line in pieces, each of which keeps its tone. The rest goes on the next lines, with a larger indent.
pub(crate) fn wrapped_pieces(pieces: &[(String, Tone)], room: usize) -> Vec<Pieces> {
    let text: String = pieces.iter().map(|(text, _)| &text[..]).collect();
    if width(&text) <= room {
        return vec![pieces.to_vec()];
    }
    let indent = text.chars().take_while(|&c| c == ' ').count();
    let mut tones = pieces.iter().flat_map(|(text, tone)| text.chars().map(move |c| (c, *tone))).peekable();
    let broken = wrapped(text.trim_start(), room.saturating_sub(indent + 2).max(2));
    let line = |(row, line): (usize, &String)| {
        let mut pieces: Pieces = vec![(" ".repeat(indent + if row == 0 { 0 } else { 2 }), Tone::Plain)];
        // The indent has been added already, and the spaces at the break have been dropped.
        while tones.next_if(|&(c, _)| c == ' ').is_some() {}
        for c in line.chars() {
            let tone = tones.next().map_or(Tone::Plain, |(_, tone)| tone);
            match pieces.last_mut() {
                Some((text, last)) if *last == tone => text.push(c),
                _ => pieces.push((c.to_string(), tone)),
            }
        }
        pieces
    };
    broken.iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::wrapped_pieces;
    use crate::look::Tone;

    #[test]
    fn a_line_in_pieces_keeps_its_words_and_their_tones_where_it_is_broken() {
        let line = [("to ".to_owned(), Tone::Plain), ("dx = g y".to_owned(), Tone::Backward)];
        let broken = wrapped_pieces(&line, 9);
        let text = |pieces: &Vec<(String, Tone)>| pieces.iter().map(|(text, _)| &text[..]).collect::<String>();
        assert_eq!(broken.iter().map(text).collect::<Vec<_>>(), ["to dx =", "  g y"]);
        let last = broken[1].last().expect("the second line has words");
        assert_eq!(*last, ("g y".to_owned(), Tone::Backward));
    }
}
