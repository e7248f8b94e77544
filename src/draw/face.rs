//! The texts of a node and their places, in pixels. They give the size of the node, which the layout needs.

use super::metrics::{SMALLEST_TYPE, width};
use super::picture::{Kind, PictureNode};
use crate::number::Numbers;

/// The texts of a node.
pub(super) struct Face {
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) texts: Vec<Text>,
}

/// A text whose middle, or whose right end, is at a point. The point is measured from the middle of the node's upper side.
pub(super) struct Text {
    pub(super) x: f64,
    pub(super) baseline: f64,
    pub(super) size: f64,
    pub(super) style: Style,
    pub(super) anchor: Anchor,
    pub(super) text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Bold,
    Faint,
    Gradient,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    End,
}

const TEXT: f64 = 12.0;
const SMALL: f64 = SMALLEST_TYPE;
const NUMBER: f64 = 11.5;
const PADDING: f64 = 9.0;
/// Distance between the columns of an array, in pixels.
const COLUMN_GAP: f64 = 7.0;

impl Face {
    pub(super) fn of(node: &PictureNode) -> Face {
        let mut writer = Writer { texts: Vec::new(), bottom: 5.0, widest: 0.0 };
        if matches!(node.kind, Kind::Const | Kind::Stub) {
            let style = if node.kind == Kind::Stub { Style::Bold } else { Style::Plain };
            writer.row(15.0, &[(&node.heading, NUMBER, style)]);
            return writer.finish(2.0, 2.0);
        }
        let place = format!("%{}", node.index.index());
        let gap = if node.heading.is_empty() || node.op.is_empty() { "" } else { "  " };
        if node.heading.is_empty() && node.op.is_empty() {
            writer.row(15.0, &[(&place, TEXT, Style::Plain)]);
        } else {
            writer.row(
                15.0,
                &[(&node.heading, TEXT, Style::Bold), (gap, TEXT, Style::Plain), (&node.op, TEXT, Style::Plain)],
            );
            let gap = if node.shape.is_empty() { "" } else { "  " };
            writer.row(
                13.0,
                &[(&place, SMALL, Style::Faint), (gap, SMALL, Style::Faint), (&node.shape, SMALL, Style::Faint)],
            );
        }
        writer.numbers("", &node.value, Style::Plain);
        writer.numbers("grad", &node.gradient, Style::Gradient);
        writer.finish(PADDING, 6.0)
    }
}

struct Writer {
    texts: Vec<Text>,
    bottom: f64,
    widest: f64,
}

impl Writer {
    /// Texts side by side, in the middle of the node.
    fn row(&mut self, height: f64, parts: &[(&str, f64, Style)]) {
        let widths: Vec<f64> =
            parts.iter().map(|&(text, size, style)| width(text, size, style == Style::Bold)).collect();
        let total: f64 = widths.iter().sum();
        let mut x = -total / 2.0;
        self.bottom += height;
        self.widest = self.widest.max(total);
        for (&(text, size, style), width) in parts.iter().zip(widths) {
            if !text.trim().is_empty() {
                self.put(x, size, style, Anchor::Start, text);
            }
            x += width;
        }
    }

    /// An array with aligned columns, after a word.
    fn numbers(&mut self, word: &str, numbers: &Numbers, style: Style) {
        let count = numbers.iter().map(Vec::len).max().unwrap_or(0);
        let column = |column: usize| {
            numbers.iter().filter_map(move |row| row.get(column)).map(|text| width(text, NUMBER, false))
        };
        let widths: Vec<f64> = (0..count).map(|index| column(index).fold(0.0, f64::max)).collect();
        let indent = if word.is_empty() { 0.0 } else { width(word, NUMBER, false) + 5.0 };
        let total = indent + widths.iter().sum::<f64>() + COLUMN_GAP * (count.saturating_sub(1)) as f64;
        self.widest = self.widest.max(total);
        for (index, row) in numbers.iter().enumerate() {
            self.bottom += 14.0;
            let mut x = -total / 2.0;
            if index == 0 && !word.is_empty() {
                self.put(x, NUMBER, style, Anchor::Start, word);
            }
            x += indent;
            for (text, width) in row.iter().zip(&widths) {
                x += width;
                self.put(x, NUMBER, style, Anchor::End, text);
                x += COLUMN_GAP;
            }
        }
    }

    fn put(&mut self, x: f64, size: f64, style: Style, anchor: Anchor, text: &str) {
        // Letters reach about a quarter of a line below their baseline.
        let baseline = self.bottom - 3.5;
        self.texts.push(Text { x, baseline, size, style, anchor, text: text.to_owned() });
    }

    fn finish(self, padding: f64, bottom: f64) -> Face {
        // Even, so that the middle is whole.
        let even = |length: f64| 2 * (length / 2.0).ceil() as i64;
        let width = even((self.widest + 2.0 * padding).max(26.0));
        Face { width, height: even(self.bottom + bottom), texts: self.texts }
    }
}
