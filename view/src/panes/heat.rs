//! Arrays as figures: a few numbers as numbers, many as a heat map with 0 in the middle. The sign shows in shape as well as in colour: numbers above
//! 0 are shaded, those below are ruled.

use super::Pieces;
use crate::look::{Look, Tone};
use gradus::draw::number;
use gradus::trace::Digest;

/// An array as it is shown.
pub(crate) struct Figure {
    pub(crate) lines: Vec<Pieces>,
    /// The meaning of the characters of a heat map.
    pub(crate) scale: Pieces,
}

/// Shows an array in `width` columns and at most `rows` rows.
pub(crate) fn figure(digest: &Digest, look: Look, width: usize, rows: usize) -> Figure {
    let of_lines = |lines| Figure { lines, scale: Pieces::new() };
    match digest.item() {
        Some(item) => of_lines(vec![vec![(number(item), Tone::Plain)]]),
        None if digest.size() == 0 => of_lines(vec![vec![("empty".to_owned(), Tone::Faint)]]),
        None => numbers(digest, width, rows).map_or_else(|| map(digest, look, width, rows), of_lines),
    }
}

/// The numbers in rows and columns, if there is room for them.
fn numbers(digest: &Digest, width: usize, most_rows: usize) -> Option<Vec<Pieces>> {
    let elements = digest.elements.as_ref()?;
    let (rows, columns, _) = digest.matrix();
    let written: Vec<String> = elements.iter().map(|&x| number(x)).collect();
    let widest = written.iter().map(String::len).max()?;
    if rows > most_rows || columns * (widest + 1) > width {
        return None;
    }
    let line = |row: &[String]| row.iter().map(|x| (format!("{x:>widest$} "), Tone::Plain)).collect();
    Some(written.chunks(columns).map(line).collect())
}

/// The heat map. If it is too large, it shows rows and columns at regular intervals.
fn map(digest: &Digest, look: Look, width: usize, most_rows: usize) -> Figure {
    let (rows, columns, cells) = digest.matrix();
    let largest = cells.iter().filter(|x| x.is_finite()).fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let (down, across) = (rows.div_ceil(most_rows.max(1)), columns.div_ceil(width.max(1)));
    let wide = if 2 * columns.div_ceil(across) <= width { 2 } else { 1 };
    let mut lines: Vec<Pieces> = Vec::new();
    for row in (0..rows).step_by(down) {
        let row_cells = cells[row * columns..(row + 1) * columns].iter().step_by(across);
        lines.push(row_cells.map(|&x| cell(x, largest, look, wide)).collect());
    }
    let mut scale = legend(largest, look);
    let spacing = [(down, "row"), (across, "column")].into_iter().filter(|&(step, _)| step > 1);
    let thinned: Vec<String> = spacing.map(|(step, what)| format!("every {} {what}", ordinal(step))).collect();
    let mut notes = thinned;
    if digest.reduced.is_some() {
        notes.insert(0, "means of blocks".to_owned());
    }
    if !notes.is_empty() {
        scale.push((format!("  {}", notes.join(", ")), Tone::Faint));
    }
    Figure { lines, scale }
}

fn cell(x: f64, largest: f64, look: Look, wide: usize) -> (String, Tone) {
    let (c, tone) = character(x, largest, look);
    (c.to_string().repeat(wide), tone)
}

/// The character of a number: five steps to either side of 0.
fn character(x: f64, largest: f64, look: Look) -> (char, Tone) {
    if x.is_nan() {
        return ('?', Tone::Bad);
    }
    if x.is_infinite() {
        return ('!', Tone::Bad);
    }
    let share = if largest > 0.0 { x.abs() / largest } else { 0.0 };
    let step = if x == 0.0 { 0 } else { (share * 4.0).ceil().clamp(1.0, 4.0) as usize };
    let above = if look.ascii { ['.', ':', '+', '*', '#'] } else { ['·', '░', '▒', '▓', '█'] };
    let below = if look.ascii { ['.', '-', '~', '=', '%'] } else { ['·', '╌', '─', '═', '≡'] };
    match (step, x < 0.0) {
        (0, _) => (above[0], Tone::Faint),
        (step, false) => (above[step], Tone::Positive),
        (step, true) => (below[step], Tone::Negative),
    }
}

/// The scale, from the most negative to the most positive character.
fn legend(largest: f64, look: Look) -> Pieces {
    let steps = (-4..=4).map(|step| cell(f64::from(step) / 4.0, 1.0, look, 1));
    let mut line = vec![(format!("{} ", number(-largest)), Tone::Faint)];
    line.extend(steps);
    line.push((format!(" {}", number(largest)), Tone::Faint));
    line
}

fn ordinal(n: usize) -> String {
    match n {
        2 => "2nd".to_owned(),
        3 => "3rd".to_owned(),
        n => format!("{n}th"),
    }
}
