//! Code and printed tables in lines that fit a slide. The one idea to know: the letters are never made smaller. Blanks go first, then a wide table becomes
//! columns whose cells may have several lines, then long lines are broken, and at last the rest is left out.

use gradus_view::text::width;
use std::ops::Range;

/// How many cells a line of code has on a slide.
pub const CELLS: usize = 67;

/// A block that fits.
#[derive(Debug, PartialEq)]
pub struct Fitted {
    pub lines: Vec<String>,
    /// How many lines had to be broken.
    pub broken: usize,
    pub is_cut: bool,
}

/// Lines that fit a slide: at most `most` of them, of at most `CELLS` cells.
pub fn lines(block: &[String], most: usize) -> Fitted {
    let (mut fitted, mut broken) = (Vec::new(), 0);
    for line in block {
        let pieces = in_pieces(line);
        broken += usize::from(pieces.len() > 1);
        fitted.extend(pieces);
    }
    let is_cut = fitted.len() > most;
    if is_cut {
        fitted.truncate(most - 1);
        while fitted.last().is_some_and(|line| line.trim().is_empty()) {
            fitted.pop();
        }
        fitted.push("…".to_owned());
    }
    Fitted { lines: fitted, broken, is_cut }
}

/// A line in pieces that fit, broken at blanks, or else after a sign; each but the first is indented further.
fn in_pieces(line: &str) -> Vec<String> {
    let margin = line.len() - line.trim_start().len() + 4;
    let (mut pieces, mut piece) = (Vec::new(), String::new());
    for word in words(line.trim_end()) {
        if width(&piece) + width(word.trim_end()) > CELLS && !piece.trim().is_empty() {
            pieces.push(piece.trim_end().to_owned());
            piece = " ".repeat(margin);
        }
        piece += word;
    }
    pieces.push(piece.trim_end().to_owned());
    pieces
}

/// What stays together: a word with the blank after it. One that is too long for any line is parted after its signs.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(' ').flat_map(|word| {
        let is_long = width(word) > CELLS / 2;
        word.split_inclusive(move |c: char| is_long && !c.is_alphanumeric() && c != '_')
    })
}

/// Printed lines without a margin, and with at most two blanks between the columns of a table.
pub fn squeezed(block: &[String]) -> Vec<String> {
    let rows: Vec<Vec<char>> = block.iter().map(|line| line.trim_end().chars().collect()).collect();
    let is_blank = blank_places(&rows);
    let (mut kept, mut run) = (Vec::new(), 2);
    for &blank in &is_blank {
        run = if blank { run + 1 } else { 0 };
        kept.push(run <= 2);
    }
    let shown = |row: &Vec<char>| row.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(c, _)| *c).collect::<String>();
    let lines: Vec<String> = rows.iter().map(shown).map(|line| line.trim_end().to_owned()).collect();
    let start = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
    lines[start..].to_vec()
}

/// A printed table: the sentences above it as one, its rows, and the sentence below.
#[derive(Debug, PartialEq)]
pub struct Printed {
    pub above: Option<String>,
    pub rows: Vec<Vec<String>>,
    pub below: Option<String>,
}

/// Printed lines as a table, if they have columns: places in which each line has two blanks, but for sentences above and below.
pub fn table(block: &[String]) -> Option<Printed> {
    let lines: Vec<&str> = block.iter().map(|line| line.trim_end()).filter(|line| !line.is_empty()).collect();
    let is_sentence = |line: &&&str| !line.trim().contains("  ");
    let above = lines.iter().take(2).take_while(is_sentence).count();
    let below = usize::from(lines.last().is_some_and(|line| is_sentence(&line)));
    let sentences = |lines: &[&str]| {
        (!lines.is_empty()).then(|| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "))
    };
    let end = lines.len() - below;
    let rows = columns(lines.get(above..end)?)?;
    Some(Printed { above: sentences(&lines[..above]), rows, below: sentences(&lines[end..]) })
}

fn columns(lines: &[&str]) -> Option<Vec<Vec<String>>> {
    let rows: Vec<Vec<char>> = lines.iter().map(|line| line.chars().collect()).collect();
    let is_blank = blank_places(&rows);
    let ends = |place: usize| is_blank[place] && is_blank.get(place + 1).copied().unwrap_or(true);
    let mut columns = Vec::new();
    let mut at = 0;
    while let Some(start) = (at..is_blank.len()).find(|&place| !is_blank[place]) {
        at = (start..is_blank.len()).find(|&place| ends(place)).unwrap_or(is_blank.len());
        columns.push(start..at);
    }
    if columns.len() < 2 || rows.len() < 2 {
        return None;
    }
    let cell = |row: &Vec<char>, column: &Range<usize>| {
        let text: String = row.iter().skip(column.start).take(column.len()).collect();
        text.trim().to_owned()
    };
    Some(rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect())
}

/// For each place of a line, whether all lines are blank there.
fn blank_places(rows: &[Vec<char>]) -> Vec<bool> {
    let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest).map(|place| rows.iter().all(|row| row.get(place).is_none_or(|c| *c == ' '))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn columns_stay_columns_when_blanks_go() {
        let printed = owned(&["", "  rate        loss", "  0.1    0.25 each"]);
        assert_eq!(squeezed(&printed), ["rate       loss", "0.1   0.25 each"]);
        assert_eq!(squeezed(&owned(&["  a      b", "  cc     d"])), ["a   b", "cc  d"].map(str::to_owned));
    }

    #[test]
    fn a_long_line_is_broken_at_a_blank_and_a_long_block_is_cut() {
        let long = format!("    {}", "word ".repeat(20));
        let fitted = lines(&owned(&[&long, "b", "c", "d"]), 4);
        assert_eq!((fitted.broken, fitted.is_cut, fitted.lines.len()), (1, true, 4));
        assert!(fitted.lines.iter().all(|line| width(line) <= CELLS), "{fitted:?}");
        assert!(fitted.lines[1].starts_with("        word") && fitted.lines[3] == "…", "{fitted:?}");
    }

    #[test]
    fn printed_columns_become_a_table_and_running_text_does_not() {
        let printed = owned(&["            ours  beside it", "  a b     0.5     1 or 2", "  c         1"]);
        let found = table(&printed).expect("it has columns");
        assert_eq!((&found.above, &found.below), (&None, &None));
        assert_eq!(found.rows, [["", "ours", "beside it"], ["a b", "0.5", "1 or 2"], ["c", "1", ""]]);
        let around =
            [&owned(&["  what these numbers say at once"]), &printed[..], &owned(&["the end of what they say"])];
        let (above, below) =
            (Some("what these numbers say at once".to_owned()), Some("the end of what they say".to_owned()));
        assert_eq!(table(&around.concat()), Some(Printed { above, below, rows: found.rows }));
        assert_eq!(table(&owned(&["one sentence of words", "and another one"])), None);
    }
}
