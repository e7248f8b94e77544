//! What is in the panes, and the pencil that they are drawn with.

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
        let mut x = area.x;
        for (text, tone) in pieces {
            if area.height == 0 || x >= area.right() {
                return;
            }
            let text = self.look.text(text);
            let room = usize::from(area.right() - x);
            x = self.buffer.set_stringn(x, area.y, text, room, tone.style()).0;
        }
    }

    /// One character, if it is inside the screen.
    pub(crate) fn put(&mut self, x: u16, y: u16, c: char, style: Style) {
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
            let more = format!(" {below} more, pgdn ");
            let width = (more.len() as u16).min(area.width);
            let corner = Rect { x: area.right() - width, y: area.bottom() - 1, width, height: 1 };
            self.text(corner, &more, Tone::Active);
        }
    }
}

/// Breaks a text into lines of at most so many characters, between words where that can be.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let used = lines[lines.len() - 1].chars().count();
            let gap = usize::from(used > 0);
            if used + gap + word.len() <= width || width < 2 {
                let line = lines.last_mut().expect("there is a line from the start");
                line.push_str(if gap == 1 { " " } else { "" });
                line.extend(word);
                break;
            }
            if used == 0 {
                let rest = word.split_off(width);
                lines.last_mut().expect("there is a line from the start").extend(word);
                word = rest;
            }
            lines.push(String::new());
        }
    }
    lines
}

/// The same for a line in pieces, each of which keeps its tone. What does not fit goes on further in than it began.
pub(crate) fn wrapped_pieces(pieces: &[(String, Tone)], width: usize) -> Vec<Pieces> {
    let text: String = pieces.iter().map(|(text, _)| &text[..]).collect();
    if text.chars().count() <= width {
        return vec![pieces.to_vec()];
    }
    let indent = text.chars().take_while(|&c| c == ' ').count();
    let mut tones = pieces.iter().flat_map(|(text, tone)| text.chars().map(move |c| (c, *tone))).peekable();
    let broken = wrapped(text.trim_start(), width.saturating_sub(indent + 2).max(2));
    let line = |(row, line): (usize, &String)| {
        let mut pieces: Pieces = vec![(" ".repeat(indent + if row == 0 { 0 } else { 2 }), Tone::Plain)];
        // The indent is there already, and the spaces at which the line was broken are no longer.
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
    use super::{wrapped, wrapped_pieces};
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

    #[test]
    fn texts_are_broken_between_words_and_words_only_where_they_must_be() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("a verylongword", 6), ["a", "verylo", "ngword"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("same  gap", 20), ["same  gap"]);
    }
}
