//! How high a piece of a slide is, in pixels of a slide that is 1280 by 720. The one idea to know: these are estimates, from the number of letters; the browser tests
//! measure every slide.

use super::choice::Piece;
use super::sentence::room;

/// What is below a title of one line.
pub const HEIGHT: usize = 552;
/// A line of text, and how many cells it has.
const LINE: usize = 42;
pub const LINE_CELLS: usize = 74;
/// How many cells a row of a table has, whose letters are smaller.
const TABLE_CELLS: usize = 86;
/// A line of code or of a table, and what is around a block.
const CODE_LINE: usize = 35;
const AROUND: usize = 42;

/// What a title takes beyond its first line.
pub fn of_title(title: &str) -> usize {
    (lines(title, 48) - 1) * 56
}

pub fn of_text(text: &str) -> usize {
    lines(text, LINE_CELLS) * LINE + 22
}

pub fn of_formula(formula: &str) -> usize {
    let has = |parts: &[&str]| parts.iter().any(|part| formula.contains(part));
    match () {
        _ if has(&["matrix", "underbrace"]) => 170,
        _ if has(&["frac", "sum", "sqrt"]) => 95,
        _ => 62,
    }
}

/// What a block takes. A figure takes what is left.
pub fn of_piece(piece: &Piece) -> usize {
    match piece {
        Piece::Code(lines) => lines.len() * CODE_LINE + AROUND,
        Piece::Table(table) => of_rows(&table.rows),
        _ => 0,
    }
}

/// How many lines of code fit into what is left.
pub fn code_lines(left: usize) -> usize {
    left.saturating_sub(AROUND) / CODE_LINE
}

/// Rows of a table. A row of a single cell takes the whole width; otherwise a column takes of a line what its longest cell takes of the longest cells of all.
pub fn of_rows(rows: &[Vec<String>]) -> usize {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(1);
    let whole = |row: &&Vec<String>| row.len() == columns;
    let longest = |column: usize| {
        let cells = rows.iter().filter(whole).filter_map(|row| row.get(column));
        cells.map(|cell| room(cell)).max().unwrap_or(0).max(3)
    };
    let widths: Vec<usize> = (0..columns).map(longest).collect();
    let (all, free) = (widths.iter().sum::<usize>().max(1), TABLE_CELLS - (2 * columns).min(TABLE_CELLS / 2));
    let lines_of = |row: &Vec<String>| {
        let of_cell = |(cell, width): (&String, &usize)| match () {
            _ if row.len() < columns => lines(cell, TABLE_CELLS),
            _ if all <= free => 1,
            // Words that are broken leave a part of their lines empty.
            _ => lines(cell, (width * free * 4 / (all * 5)).max(4)),
        };
        row.iter().zip(&widths).map(of_cell).max().unwrap_or(1)
    };
    rows.iter().map(|row| lines_of(row) * CODE_LINE + 11).sum::<usize>() + 20
}

/// How many lines a text has, if each has so many cells.
fn lines(text: &str, cells: usize) -> usize {
    room(text).div_ceil(cells).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_texts_and_wider_tables_take_more_room() {
        assert!(of_text(&"word ".repeat(40)) > 2 * of_text("word") && of_title("One word") == 0);
        let rows = |cell: &str| vec![vec![cell.to_owned(), "x".to_owned()]; 3];
        assert!(of_rows(&rows(&"word ".repeat(40))) > of_rows(&rows("word")));
        assert_eq!(code_lines(of_piece(&Piece::Code(vec![String::new(); 9]))), 9);
        assert_eq!(code_lines(10), 0);
    }
}
