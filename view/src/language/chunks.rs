//! The parts of a line that may each be a message: the cells of a row, which stand two or more spaces apart, or the sentences of a paragraph.

use crate::text::width;

/// A cell of so many words is no heading of a column.
const SENTENCE: usize = 5;

/// The parts of a line.
pub(super) struct Chunks<'t> {
    text: &'t str,
    /// Where each starts and ends.
    places: Vec<(usize, usize)>,
    is_row: bool,
}

impl<'t> Chunks<'t> {
    pub fn of(text: &'t str) -> Self {
        let is_row = text.contains("  ");
        let mut places = Vec::new();
        let mut start = 0;
        let bytes = text.as_bytes();
        for at in 1..text.len() {
            let is_break = match is_row {
                true => bytes[at] == b' ' && bytes[at - 1] == b' ',
                false => bytes[at] == b' ' && matches!(bytes[at - 1], b'.' | b'?' | b'!' | b':' | b';'),
            };
            if is_break && at > start {
                let end = if is_row { at - 1 } else { at };
                if end > start {
                    places.push((start, end));
                }
                start = at + text[at..].len() - text[at..].trim_start().len();
            }
        }
        places.push((start, text.len()));
        Chunks { text, places, is_row }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The text from one chunk to before another.
    pub fn run(&self, from: usize, to: usize) -> &'t str {
        &self.text[self.places[from].0..self.places[to - 1].1]
    }

    /// Whether this is the row above a table of numbers: it has none, and no cell is a sentence.
    fn is_heading(&self) -> bool {
        let is_sentence = |at| self.run(at, at + 1).split(' ').count() >= SENTENCE;
        !self.text.contains(|c: char| c.is_ascii_digit()) && !(0..self.len()).any(is_sentence) && !self.is_name(0)
    }

    /// Whether a chunk is a name: the op in the row of a node, such as `%4 z  sum  -0.10`, or a command beside what it does, such as `list  List the exercises`.
    pub fn is_name(&self, at: usize) -> bool {
        let is_node = || self.text.strip_prefix('%').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let is_command = || {
            let does = self.run(1, 2);
            self.run(0, 1).chars().all(|c| c.is_ascii_lowercase())
                && does.starts_with(|c: char| c.is_ascii_uppercase())
                && does.split(' ').count() > 2
        };
        self.is_row && (at == 1 && is_node() || at == 0 && self.len() == 2 && is_command())
    }

    /// Puts runs of chunks, which may be wider or narrower now, in their places. In a heading cells keep their ends, where columns of numbers end; in other rows
    /// they keep their starts. A sentence in Chinese needs no space after it.
    pub fn join(&self, pieces: Vec<(usize, usize, String)>) -> String {
        let is_heading = self.is_heading();
        let mut line = String::new();
        for (from, to, text) in pieces {
            if from > 0 && self.is_row {
                let (start, end) = (self.places[from].0, self.places[to - 1].1);
                let column = match is_heading {
                    true => width(&self.text[..end]).saturating_sub(width(&text)),
                    false => width(&self.text[..start]),
                };
                // After a label, such as 应为：, the wide colon is space enough.
                let is_label = line.ends_with('：');
                let gap = if is_label { 0 } else { column.saturating_sub(width(&line)).max(2) };
                line += &" ".repeat(gap);
            } else if from > 0 && !line.ends_with(['。', '？', '！', '：', '；', '）']) {
                line.push(' ');
            }
            line += &text;
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_cells_and_a_paragraph_sentences() {
        let all = |text| {
            let chunks = Chunks::of(text);
            (0..chunks.len()).map(|at| chunks.run(at, at + 1).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(all("epoch  loss now   x"), ["epoch", "loss now", "x"]);
        assert_eq!(all("One. Two? 1.5 three"), ["One.", "Two?", "1.5 three"]);
        assert_eq!(all("one"), ["one"]);
        assert_eq!(all("日本.  語"), ["日本.", "語"]);
    }
}
