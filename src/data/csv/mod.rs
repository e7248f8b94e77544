//! Tables in files of comma-separated values (feature `csv`). The one idea to know: cells stay text until they are asked for. What is asked for says what
//! a cell must be, a number or the name of a category, so no guess about a column can be wrong; and what is not that is refused with its line and column.

mod error;
mod lines;

pub use error::CsvError;

use crate::Scalar;
use csv::{ReaderBuilder, StringRecord, Trim};
use lines::Lines;
use ndarray::{Array1, Array2};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// What a cell may hold instead of a number if none is known. (pandas takes these and a few more; `?` is used in the data sets of UCI.)
const MISSING: [&str; 8] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"];

/// What to do about a number that is missing: a cell that is empty, or `NA`, `N/A`, `NaN`, `nan`, `null`, `NULL` or `?`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Missing {
    /// An error, with line and column.
    #[default]
    Refuse,
    /// This number takes its place.
    Value(f64),
    /// The mean of the column's other numbers takes its place. (It is the mean of the whole file: of a later validation part, too.)
    Mean,
}

/// A table: named columns, and rows of text.
///
/// Quotes, separators inside of quotes and line ends follow RFC 4180; spaces around a cell do not count, nor do empty lines. The first line has the
/// columns' names.
///
/// ```
/// use gradus::data::{Dataset, Missing, Table};
/// let table = Table::parse("length,width,kind\n5.1,3.5,\"setosa\"\n6.2,,virginica\n", ',')?;
/// let kinds = table.labels("kind")?;
/// assert_eq!((kinds.labels.as_slice(), kinds.names[1].as_str()), (&[0, 1][..], "virginica"));
///
/// let refused = table.features::<f32>(&["length", "width"]).unwrap_err();
/// assert!(refused.to_string().starts_with("text: line 3, column \"width\": the value is missing"));
/// let features = table.with_missing(Missing::Mean).features::<f32>(&["length", "width"])?;
/// assert_eq!(features, ndarray::array![[5.1, 3.5], [6.2, 3.5]]);
/// let data = Dataset::new(features, kinds.labels);
/// # Ok::<(), gradus::data::CsvError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a table does nothing before its columns are taken"]
pub struct Table {
    path: PathBuf,
    names: Vec<String>,
    rows: Vec<StringRecord>,
    /// The line on which each row begins, from 1.
    lines: Vec<usize>,
    missing: Missing,
}

/// A column of text as class numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Categories {
    /// The class of each row.
    pub labels: Vec<usize>,
    /// The text that each class stands for.
    pub names: Vec<String>,
}

impl Table {
    /// Reads a file whose cells are separated by commas.
    ///
    /// # Errors
    /// If it cannot be read, is not UTF-8, has no header or no rows, has two columns of one name, or a row has more or fewer cells than the header.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, CsvError> {
        Self::read_separated(path, ',')
    }

    /// Reads a file whose cells are separated by another character of ASCII: `'\t'`, or `';'` where the comma is for decimals.
    ///
    /// # Errors
    /// As [`read`](Table::read).
    pub fn read_separated(path: impl AsRef<Path>, separator: char) -> Result<Self, CsvError> {
        let path = path.as_ref();
        let bytes = read_all(path).map_err(|source| CsvError::Unreadable { path: path.into(), source })?;
        Self::of_bytes(path, &bytes, separator)
    }

    /// Reads a text. In errors it is called `text`.
    ///
    /// # Errors
    /// As [`read`](Table::read).
    pub fn parse(text: &str, separator: char) -> Result<Self, CsvError> {
        Self::of_bytes(Path::new("text"), text.as_bytes(), separator)
    }

    fn of_bytes(path: &Path, bytes: &[u8], separator: char) -> Result<Self, CsvError> {
        let delimiter = u8::try_from(separator).ok().filter(|byte| byte.is_ascii() && !b"\"\r\n".contains(byte));
        let delimiter = delimiter.ok_or_else(|| CsvError::Separator { path: path.into(), separator })?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true) // the error for rows of another length is ours
            .has_headers(false)
            .trim(Trim::All)
            .from_reader(bytes);
        let mut lines = Lines::of(bytes);
        let mut table = Table {
            path: path.into(),
            names: Vec::new(),
            rows: Vec::new(),
            lines: Vec::new(),
            missing: Missing::Refuse,
        };
        loop {
            let line = lines.at(reader.position().byte() as usize);
            let mut row = StringRecord::new();
            match reader.read_record(&mut row) {
                Ok(false) => break,
                Ok(true) => table.add(row, line)?,
                Err(_) => return Err(CsvError::NotText { path: path.into(), line }),
            }
        }
        match table.rows.is_empty() {
            true => Err(CsvError::Empty { path: path.into(), names: table.names }),
            false => Ok(table),
        }
    }

    fn add(&mut self, row: StringRecord, line: usize) -> Result<(), CsvError> {
        let path = || self.path.clone();
        if self.names.is_empty() {
            self.names = row.iter().map(str::to_owned).collect();
            let mut seen = BTreeSet::new();
            return match self.names.iter().find(|name| !seen.insert(*name)) {
                Some(name) => Err(CsvError::SameName { path: path(), name: name.clone() }),
                None => Ok(()),
            };
        }
        if row.len() != self.names.len() {
            return Err(CsvError::RowLength { path: path(), line, expected: self.names.len(), found: row.len() });
        }
        self.rows.push(row);
        self.lines.push(line);
        Ok(())
    }

    /// What to do about numbers that are missing; without this they are refused.
    pub fn with_missing(self, missing: Missing) -> Self {
        Table { missing, ..self }
    }

    /// The columns' names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of rows, without the header.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows. (Such a file is refused.)
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Columns of numbers: `[rows, names]`.
    ///
    /// # Errors
    /// If there is no column of that name, or if a cell is not a finite number of this kind, or missing.
    pub fn features<F: Scalar>(&self, names: &[&str]) -> Result<Array2<F>, CsvError> {
        let columns: Vec<Array1<F>> = names.iter().map(|name| self.numbers(name)).collect::<Result<_, _>>()?;
        Ok(Array2::from_shape_fn((self.len(), names.len()), |(row, column)| columns[column][row]))
    }

    /// A column of numbers: `[rows]`.
    ///
    /// # Errors
    /// As [`features`](Table::features).
    pub fn numbers<F: Scalar>(&self, name: &str) -> Result<Array1<F>, CsvError> {
        let column = self.column(name)?;
        let cells = (0..self.len()).map(|row| self.number::<F>(row, column)).collect::<Result<Vec<_>, _>>()?;
        let known = || cells.iter().flatten().map(|number| number.to_f64());
        let instead = match self.missing {
            Missing::Refuse => None,
            Missing::Value(value) => Some(value),
            // A column without any number has no mean.
            Missing::Mean => Some(known().sum::<f64>() / known().count() as f64).filter(|mean| mean.is_finite()),
        };
        let number = |(row, cell): (usize, &Option<F>)| {
            cell.or(instead.map(F::from_f64)).ok_or_else(|| CsvError::Missing {
                path: self.path.clone(),
                line: self.lines[row],
                column: name.to_owned(),
                found: self.rows[row][column].to_owned(),
            })
        };
        cells.iter().enumerate().map(number).collect()
    }

    /// The number in a cell; `None` if it is missing.
    fn number<F: Scalar>(&self, row: usize, column: usize) -> Result<Option<F>, CsvError> {
        let cell = &self.rows[row][column];
        if MISSING.contains(&cell) {
            return Ok(None);
        }
        let number = cell.parse().ok().map(F::from_f64).filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| CsvError::NotNumber {
            path: self.path.clone(),
            line: self.lines[row],
            column: self.names[column].clone(),
            kind: F::NAME,
            found: cell.to_owned(),
        })
    }

    /// A column of text as class numbers: its different texts, sorted, are the names of classes 0, 1, ...
    ///
    /// # Errors
    /// If there is no column of that name, or if a cell is missing.
    pub fn labels(&self, name: &str) -> Result<Categories, CsvError> {
        let column = self.column(name)?;
        let texts: BTreeSet<&str> = self.rows.iter().map(|row| &row[column]).filter(|cell| !is_missing(cell)).collect();
        self.labels_like(name, &texts.into_iter().map(str::to_owned).collect::<Vec<_>>())
    }

    /// A column of text as numbers of these classes: those of another file, so that a class has the same number in both.
    ///
    /// # Errors
    /// If there is no column of that name, or if a cell is missing or not the name of a class.
    pub fn labels_like(&self, name: &str, classes: &[String]) -> Result<Categories, CsvError> {
        let column = self.column(name)?;
        let label = |(row, line): (&StringRecord, &usize)| {
            let (found, path, column) = (&row[column], self.path.clone(), name.to_owned());
            classes.iter().position(|class| class == found).ok_or_else(|| match is_missing(found) {
                true => CsvError::Missing { path, line: *line, column, found: found.to_owned() },
                false => {
                    CsvError::NoClass { path, line: *line, column, classes: classes.to_vec(), found: found.to_owned() }
                }
            })
        };
        let labels = self.rows.iter().zip(&self.lines).map(label).collect::<Result<_, _>>()?;
        Ok(Categories { labels, names: classes.to_vec() })
    }

    fn column(&self, name: &str) -> Result<usize, CsvError> {
        self.names.iter().position(|column| column == name).ok_or_else(|| CsvError::NoColumn {
            path: self.path.clone(),
            name: name.to_owned(),
            columns: self.names.clone(),
        })
    }
}

fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell)
}

/// All bytes of a file, which must have an end.
fn read_all(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(io::Error::new(ErrorKind::Unsupported, "a pipe or a device; copy it into a file first"));
    }
    fs::read(path)
}
