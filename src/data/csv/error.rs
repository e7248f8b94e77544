//! What can be wrong with a table. Each message says which file, line and column, what was expected, what was found, and what to try.

use std::fmt;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a table could not be read, or a column is not what was asked for.
///
/// Its `Debug` form is the message too: that is what `main` prints when it returns an error, and what `unwrap` prints.
#[derive(Error)]
#[non_exhaustive]
pub enum CsvError {
    /// The operating system refuses to open or read the file.
    #[error(
        "{path}: cannot be read\n  expected: a readable file\n  found:    {source}\n  \
         try:      look whether the file is there and is a file, and at its permissions (ls -l)"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },

    /// Cells cannot be separated by this character.
    #[error(
        "{path}: {separator:?} cannot separate cells\n  expected: a character of ASCII, no quote and no end of a line\n  try:      ',', ';' or '\\t'"
    )]
    Separator {
        /// The file.
        path: PathBuf,
        /// The character.
        separator: char,
    },

    /// The bytes are no text in UTF-8.
    #[error(
        "{path}: line {line}: this is not text in UTF-8\n  expected: UTF-8\n  found:    other bytes\n  \
         try:      convert it (iconv -f latin1 -t utf8, or -f utf16), or save it as \"CSV UTF-8\""
    )]
    NotText {
        /// The file.
        path: PathBuf,
        /// The line on which the row begins, from 1.
        line: usize,
    },

    /// There are no rows.
    #[error(
        "{path}: there are no rows\n  expected: a line with the columns' names, then rows\n  found:    {}\n  \
         try:      look whether this is the file that you meant",
        if .names.is_empty() { "no line".to_owned() } else { format!("only names: {}", listed(.names)) }
    )]
    Empty {
        /// The file.
        path: PathBuf,
        /// The columns' names, if there are any.
        names: Vec<String>,
    },

    /// Two columns have the same name.
    #[error(
        "{path}: two columns are called {name:?}\n  expected: a name of its own for each column, on the first line\n  found:    {name:?} twice\n  \
         try:      rename one; if the first line is no header, write one above it"
    )]
    SameName {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },

    /// A row has more or fewer cells than there are names.
    #[error(
        "{path}: line {line}: the row has another length\n  expected: {expected} cells, as on the first line\n  found:    {found}\n  \
         try:      put a cell that has a separator in it into quotes; look for a quote that is never closed"
    )]
    RowLength {
        /// The file.
        path: PathBuf,
        /// The line on which the row begins, from 1.
        line: usize,
        /// The number of columns.
        expected: usize,
        /// The number of cells.
        found: usize,
    },

    /// There is no such column.
    #[error("{path}: there is no column {name:?}\n  expected: one of the names on the first line\n  found:    {}\n  try:      {}", listed(.columns), other_separator(.columns))]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        columns: Vec<String>,
    },

    /// A cell is empty, or says that its value is not known.
    #[error(
        "{path}: line {line}, column {column:?}: the value is missing\n  expected: a number, or the name of a class\n  found:    {found:?}\n  \
         try:      fill it in, or take the row out; numbers can be replaced: with_missing(Missing::Mean)"
    )]
    Missing {
        /// The file.
        path: PathBuf,
        /// The line on which the row begins, from 1.
        line: usize,
        /// The column's name.
        column: String,
        /// What the cell holds.
        found: String,
    },

    /// A cell is not a number.
    #[error(
        "{path}: line {line}, column {column:?}: this is not a number\n  expected: a finite number that {kind} can hold, such as -1.5 or 2e3\n  \
         found:    {found:?}\n  try:      {}",
        number_advice(.found)
    )]
    NotNumber {
        /// The file.
        path: PathBuf,
        /// The line on which the row begins, from 1.
        line: usize,
        /// The column's name.
        column: String,
        /// The kind of number.
        kind: &'static str,
        /// What the cell holds.
        found: String,
    },

    /// A cell is not the name of a class.
    #[error(
        "{path}: line {line}, column {column:?}: this is not the name of a class\n  expected: {}\n  found:    {found:?}\n  \
         try:      look for a slip of the pen; a new class needs a model with one more output",
        listed(.classes)
    )]
    NoClass {
        /// The file.
        path: PathBuf,
        /// The line on which the row begins, from 1.
        line: usize,
        /// The column's name.
        column: String,
        /// The classes' names.
        classes: Vec<String>,
        /// What the cell holds.
        found: String,
    },
}

impl fmt::Debug for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// At most twelve names.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
    match names.len().checked_sub(SHOWN + 1) {
        Some(rest) => format!("{}, and {} more", shown.join(", "), rest + 1),
        None => shown.join(", "),
    }
}

/// What to do if a column is not there.
fn other_separator(columns: &[String]) -> &'static str {
    match columns {
        [only] if only.contains(';') => "the cells seem to be separated by ';': Table::read_separated(path, ';')",
        [only] if only.contains('\t') => "the cells seem to be separated by tabs: Table::read_separated(path, '\\t')",
        [only] if only.contains(',') => "the cells seem to be separated by ',': Table::read(path)",
        _ => "look at upper and lower case; the first line must be the header",
    }
}

/// What to do about a cell that is not a number.
fn number_advice(found: &str) -> &'static str {
    if found.contains(',') && found.replace(',', "").parse::<f64>().is_ok() {
        "write decimals with a point, and thousands without a comma"
    } else if found.parse::<f64>().is_ok() {
        "look whether this is a measurement at all; leave the cell empty if it is not known"
    } else {
        "read a column of text with labels; leave a cell empty if its number is not known"
    }
}
