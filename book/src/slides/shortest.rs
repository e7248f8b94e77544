//! The block of a section that its slides show: the shortest that a room can read, code, output or a table. A printed comparison of our numbers with others is shown
//! whole, on several slides if it must be.

use super::blocks::{Block, Section};
use super::choice::Piece;
use super::fit;
use super::height::{HEIGHT, of_rows};
use super::sentence::room;

/// A table. Its cells are printed text, or Markdown.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// A row of a single cell stands above all columns.
    pub rows: Vec<Vec<String>>,
    /// How many rows are its head.
    pub heads: usize,
    pub is_markdown: bool,
}

/// The last column of a comparison, and those that a slide does not need: how near a number has to be, and where it is from.
const BESIDE: &str = "beside it";
const LEFT_OUT: [&str; 2] = ["band", "from"];

const MOST_COLUMNS: usize = 8;

/// What is better comes first: not cut, with few broken lines, of more than one line, short.
type Rank = (bool, usize, bool, usize);

/// The pieces of the best block, of which code has at most so many lines; none if there is no block.
pub fn shortest(section: &Section, most: usize) -> Vec<Piece> {
    let code = |lines: &[String]| {
        let fitted = fit::lines(lines, most);
        let rank = (fitted.is_cut, fitted.broken, lines.len() < 2, fitted.lines.len());
        (rank, vec![Piece::Code(fitted.lines)])
    };
    let table = |table: Table| ((false, 0, false, table.rows.len()), in_slides(&table));
    let mut best: Option<(Rank, Vec<Piece>)> = None;
    for block in &section.blocks {
        let (rank, pieces) = match block {
            Block::Code(lines) => code(lines),
            Block::Printed(lines) => match printed_table(lines) {
                Some(found) if is_comparison(&found) => return in_slides(&comparison(found)),
                Some(found) => table(found),
                None => code(&fit::squeezed(lines)),
            },
            Block::Table(rows) => table(Table { rows: rows.clone(), heads: 1, is_markdown: true }),
            _ => continue,
        };
        if best.as_ref().is_none_or(|(other, _)| rank < *other) {
            best = Some((rank, pieces));
        }
    }
    best.map(|(_, pieces)| pieces).unwrap_or_default()
}

/// A printed block as a table if it is a comparison, or one that is too wide as it is.
fn printed_table(lines: &[String]) -> Option<Table> {
    let is_wide = fit::squeezed(lines).iter().any(|line| room(line) > fit::CELLS);
    let fit::Printed { above, rows, below } = fit::table(lines)?;
    // Cells of several columns, or more columns than a slide has room for, are better left as they are printed.
    if rows[0].len() > MOST_COLUMNS || rows.iter().flatten().any(|cell| cell.contains("  ")) {
        return None;
    }
    let is_head = rows[0].iter().all(|cell| !is_number(cell) || cell.is_empty());
    let heads = usize::from(above.is_some()) + usize::from(is_head);
    let sentence = |line: Option<String>| line.into_iter().map(|line| vec![line]);
    let rows = sentence(above).chain(rows).chain(sentence(below)).collect();
    Some(Table { rows, heads, is_markdown: false }).filter(|table| is_wide || is_comparison(table))
}

/// Whether a cell holds a number and nothing else.
pub fn is_number(cell: &str) -> bool {
    cell.is_empty() || cell.starts_with(|c: char| c.is_ascii_digit() || c == '-') && !cell.contains(' ')
}

pub fn is_comparison(table: &Table) -> bool {
    !table.is_markdown && table.rows[0].last().is_some_and(|last| last == BESIDE)
}

fn comparison(table: Table) -> Table {
    let kept: Vec<bool> = table.rows[0].iter().map(|head| !LEFT_OUT.contains(&&head[..])).collect();
    let shown =
        |row: Vec<String>| row.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(cell, _)| cell).collect();
    Table { rows: table.rows.into_iter().map(shown).collect(), ..table }
}

/// A table in as many parts as it needs slides, each with the head, and about as long as the others.
fn in_slides(table: &Table) -> Vec<Piece> {
    let (head, rows) = table.rows.split_at(table.heads.min(table.rows.len()));
    let with_head = |rows: &[Vec<String>]| [head, rows].concat();
    let fits = |count: usize| rows.chunks(rows.len().div_ceil(count)).all(|rows| of_rows(&with_head(rows)) <= HEIGHT);
    let count = (1..rows.len()).find(|&count| fits(count)).unwrap_or(rows.len().max(1));
    let parts = rows.chunks(rows.len().div_ceil(count).max(1));
    parts.map(|rows| Piece::Table(Table { rows: with_head(rows), ..*table })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn a_long_comparison_has_several_slides_with_its_head_on_each() {
        let line =
            |cells: [&str; 5]| format!("{:<20}{:>6}  {:<10}{:<10}{}", cells[0], cells[1], cells[2], cells[3], cells[4]);
        let head = line(["", "ours", "band", "from", "beside it"]);
        let row =
            |n: usize| line([&format!("number {n}"), "1", "0 to 2", "theory", &format!("another {n}, or nearly")]);
        let lines: Vec<String> = std::iter::once(head).chain((0..30).map(row)).collect();
        let section = Section { blocks: vec![Block::Printed(lines)], ..Section::default() };
        let parts = shortest(&section, 12);
        assert!(parts.len() > 1, "{parts:?}");
        let mut count = 0;
        for part in &parts {
            let Piece::Table(table) = part else { panic!("no table: {part:?}") };
            assert_eq!((table.heads, &table.rows[0][..]), (1, &owned(&["", "ours", "beside it"])[..]));
            count += table.rows.len() - 1;
        }
        assert_eq!(count, 30);
    }

    #[test]
    fn a_wide_table_keeps_what_stands_above_it() {
        let lines = owned(&[
            "  ten steps from the same start, each at a rate of its own, and what came of it",
            "  name of the run               at a rate of               loss at the end",
            "  as it should be               0.1                        0.25",
        ]);
        let table = printed_table(&lines).expect("it has columns");
        assert_eq!((table.rows.len(), table.heads, table.rows[0].len(), table.rows[2].len()), (3, 2, 1, 3));
        assert_eq!(printed_table(&owned(&["a  b", "1  2"])), None, "it fits as it is");
    }

    #[test]
    fn a_block_that_need_not_be_cut_is_better_than_a_shorter_one_of_one_line() {
        let blocks = vec![
            Block::Printed(owned(&["one line"])),
            Block::Code((0..20).map(|n| format!("line {n}")).collect()),
            Block::Code(owned(&["a", "b", "c"])),
        ];
        let section = Section { blocks, ..Section::default() };
        assert_eq!(shortest(&section, 12), [Piece::Code(owned(&["a", "b", "c"]))]);
    }
}
