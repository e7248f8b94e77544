//! A matrix as colours: heat maps, attention, confusion.

use super::Figure;
use super::draw::text_width;
use super::drawing::{Anchor, Drawing};
use super::scale::{Axis, decimal};
use super::style::{AXIS, INK, LABEL, ON_DEEP, ON_PALE, PAGE, SMALL, Shades, TICK, TITLE};
use super::text::titled;

/// Rows of numbers, each a cell of colour.
#[must_use = "a figure is seen only where it is written"]
#[derive(Clone)]
pub struct Matrix {
    title: String,
    cells: Vec<Vec<f64>>,
    shades: Shades,
    bar: String,
    row_names: Vec<String>,
    column_names: Vec<String>,
    /// The names of the two axes.
    axes: (String, String),
    /// How the numbers are written into the cells; `None` if they are not.
    numbers: Option<fn(f64) -> String>,
    /// The range of the colour scale; by default that of all numbers.
    range: Option<(f64, f64)>,
    /// Whether it is a confusion matrix: cells on the diagonal are right, and have no colour.
    confusion: bool,
}

impl Matrix {
    /// A heat map of these rows. `bar` names the quantity that the colours show, with its unit.
    pub fn new<Row: AsRef<[f64]>>(bar: &str, rows: &[Row]) -> Self {
        Matrix {
            title: String::new(),
            cells: rows.iter().map(|row| row.as_ref().to_vec()).collect(),
            shades: Shades::Signed,
            bar: bar.to_owned(),
            row_names: Vec::new(),
            column_names: Vec::new(),
            axes: (String::new(), String::new()),
            numbers: None,
            range: None,
            confusion: false,
        }
    }

    /// How often each class (the rows) was predicted as each class (the columns). Correct predictions are on the diagonal, uncoloured, so that the
    /// colours show the mistakes.
    pub fn confusion<Row: AsRef<[usize]>>(counts: &[Row]) -> Self {
        let rows: Vec<Vec<f64>> = counts.iter().map(|row| row.as_ref().iter().map(|&n| n as f64).collect()).collect();
        let names: Vec<String> = (0..rows.len()).map(|class| class.to_string()).collect();
        let matrix =
            Matrix::new("mistakes", &rows).shades(Shades::Height).numbers(|n| n.to_string()).names(&names, &names);
        Matrix { confusion: true, ..matrix.axes("true digit", "predicted digit") }
    }

    /// A title, above.
    pub fn title(mut self, title: &str) -> Self {
        self.title = title.to_owned();
        self
    }

    /// The colours of numbers; by default `Shades::Signed`.
    pub fn shades(mut self, shades: Shades) -> Self {
        self.shades = shades;
        self
    }

    /// The names of the rows and of the columns, one for each or none.
    pub fn names<S: AsRef<str>>(mut self, rows: &[S], columns: &[S]) -> Self {
        let owned = |names: &[S]| names.iter().map(|name| name.as_ref().to_owned()).collect();
        (self.row_names, self.column_names) = (owned(rows), owned(columns));
        self
    }

    /// The names of the two axes.
    pub fn axes(mut self, rows: &str, columns: &str) -> Self {
        self.axes = (rows.to_owned(), columns.to_owned());
        self
    }

    /// Writes the numbers into their cells, in this form.
    pub fn numbers(mut self, form: fn(f64) -> String) -> Self {
        self.numbers = Some(form);
        self
    }

    /// The range of the colour scale.
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    fn columns(&self) -> usize {
        self.cells.iter().map(Vec::len).max().unwrap_or(0)
    }

    fn limits(&self) -> (f64, f64) {
        if let Some(range) = self.range {
            return range;
        }
        let coloured = |(row, cells): (usize, &Vec<f64>)| {
            let cells = cells.iter().copied().enumerate();
            cells.filter(move |(column, _)| !self.is_right(row, *column)).map(|(_, x)| x).collect::<Vec<_>>()
        };
        self.shades.limits(self.cells.iter().enumerate().flat_map(coloured))
    }

    fn is_right(&self, row: usize, column: usize) -> bool {
        self.confusion && row == column
    }
}

/// One character for a number: its sign and its size, or how much ink.
fn shade(shades: Shades, x: f64, (low, high): (f64, f64)) -> char {
    let pick = |ramp: &str, share: f64| {
        let last = ramp.chars().count() - 1;
        ramp.chars().nth((share.clamp(0.0, 1.0) * last as f64).round() as usize).unwrap_or(' ')
    };
    match shades {
        _ if x.is_nan() => '?',
        Shades::Signed if x < 0.0 => pick(".-=≡", x / low),
        Shades::Signed => pick(".+*#", x / high),
        Shades::Height | Shades::Ink => pick(" ░▒▓█", (x - low) / (high - low)),
    }
}

/// Maximum width and height of the cells together.
const ROOM: (f64, f64) = (440.0, 400.0);

impl Figure for Matrix {
    /// Its numbers, if they were requested; otherwise a character for each cell.
    fn text(&self) -> String {
        let name = |names: &[String], i: usize| names.get(i).cloned().unwrap_or_default();
        let cell = |x: f64| match (shade(self.shades, x, self.limits()), self.numbers) {
            (shade, None) => shade.to_string(),
            // For a signed number the sign is enough.
            (_, Some(number)) if self.shades == Shades::Signed => number(x),
            (shade, Some(number)) => format!("{shade} {}", number(x)),
        };
        let written: Vec<Vec<String>> = self.cells.iter().map(|row| row.iter().map(|x| cell(*x)).collect()).collect();
        let all = written.iter().flatten().chain(&self.column_names);
        let width = all.map(|text| text.chars().count()).max().unwrap_or(1);
        let margin = self.row_names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let line = |head: String, cells: &[String]| {
            let cells: String = cells.iter().map(|cell| format!(" {cell:>width$}")).collect();
            format!("  {head:>margin$}{cells}").trim_end().to_owned()
        };
        let mut lines = Vec::new();
        if !self.column_names.is_empty() {
            lines.push(line(String::new(), &self.column_names));
        }
        lines.extend(written.iter().enumerate().map(|(row, cells)| line(name(&self.row_names, row), cells)));
        titled(&self.title, lines)
    }

    fn draw(&self) -> Drawing {
        let (rows, columns) = (self.cells.len().max(1), self.columns().max(1));
        let side = (ROOM.0 / columns as f64).min(ROOM.1 / rows as f64).clamp(1.0, 46.0).floor();
        let size = (side * columns as f64, side * rows as f64);
        let widest =
            self.row_names.iter().map(|name| 0.56 * TICK as f64 * name.chars().count() as f64).fold(0.0, f64::max);
        let left = 16.0 + widest;
        let top = if self.title.is_empty() { 28.0 } else { 52.0 };
        let bar = f64::max(70.0, 24.0 + text_width(self.bar.chars().count(), LABEL));
        let below =
            if self.column_names.is_empty() { 12.0 } else { 26.0 } + if self.axes.1.is_empty() { 4.0 } else { 24.0 };
        let mut page = Drawing::new(left + size.0 + bar, top + size.1 + below, &self.title);
        page.text((left + size.0 / 2.0, 18.0), &self.title, TITLE, Anchor::Middle, INK.light);
        self.paint_cells(&mut page, (left, top), side);
        self.paint_names(&mut page, (left, top), side);
        self.paint_bar(&mut page, (left + size.0 + 18.0, top), size.1);
        page
    }
}

impl Matrix {
    fn paint_cells(&self, page: &mut Drawing, (left, top): (f64, f64), side: f64) {
        let (low, high) = self.limits();
        let share = |x: f64| (x - low) / (high - low);
        let colour = |row: usize, column: usize, x: f64| match self.is_right(row, column) || !x.is_finite() {
            true => PAGE.light.to_owned(),
            false => self.shades.colour(share(x)),
        };
        let coloured = |(row, cells): (usize, &Vec<f64>)| {
            cells.iter().enumerate().map(|(column, x)| colour(row, column, *x)).collect::<Vec<_>>()
        };
        let rows: Vec<Vec<String>> = self.cells.iter().enumerate().map(coloured).collect();
        page.cells((left, top), (side, side), &rows);
        page.frame((left, top), (side * self.columns() as f64, side * self.cells.len() as f64), AXIS, 0.8);
        for (row, cells) in self.cells.iter().enumerate() {
            for (column, &x) in cells.iter().enumerate() {
                let middle = (left + (column as f64 + 0.5) * side, top + (row as f64 + 0.5) * side);
                let deep = !self.is_right(row, column) && self.shades.is_deep(share(x));
                let text = match self.numbers {
                    // A number that is not finite is written in words: it has no colour.
                    _ if !x.is_finite() => format!("{x}"),
                    Some(number) => number(x).replace('-', "−"),
                    None => continue,
                };
                page.text(middle, &text, SMALL, Anchor::Middle, if deep { ON_DEEP } else { ON_PALE });
            }
        }
    }

    fn paint_names(&self, page: &mut Drawing, (left, top): (f64, f64), side: f64) {
        let (width, height) = (side * self.columns() as f64, side * self.cells.len() as f64);
        for (row, name) in self.row_names.iter().enumerate() {
            page.text((left - 7.0, top + (row as f64 + 0.5) * side), name, TICK, Anchor::End, INK.light);
        }
        for (column, name) in self.column_names.iter().enumerate() {
            page.text(
                (left + (column as f64 + 0.5) * side, top + height + 13.0),
                name,
                TICK,
                Anchor::Middle,
                INK.light,
            );
        }
        let below = if self.column_names.is_empty() { 16.0 } else { 36.0 };
        page.text((left + width / 2.0, top + height + below), &self.axes.1, LABEL, Anchor::Middle, INK.light);
        page.text((8.0, top - 14.0), &self.axes.0, LABEL, Anchor::Start, INK.light);
    }

    fn paint_bar(&self, page: &mut Drawing, (left, top): (f64, f64), height: f64) {
        const PIECES: usize = 24;
        let (low, high) = self.limits();
        for piece in 0..PIECES {
            let colour = self.shades.colour(1.0 - (piece as f64 + 0.5) / PIECES as f64);
            let from = top + height * piece as f64 / PIECES as f64;
            page.rectangle((left, from), (14.0, height / PIECES as f64 + 0.3), &colour, 1.0);
        }
        page.frame((left, top), (14.0, height), AXIS, 0.8);
        let step = Axis::new("").step((low, high), (height / 40.0).clamp(3.0, 8.0) as usize);
        let mut value = (low / step).ceil() * step;
        while value <= high + step * 1e-6 {
            let y = top + height * (high - value) / (high - low);
            page.line((left + 14.0, y), (left + 18.0, y), AXIS, 1.0, None);
            page.text((left + 21.0, y), &decimal(value, step), SMALL, Anchor::Start, INK.light);
            value += step;
        }
        page.text((left, top - 14.0), &self.bar, LABEL, Anchor::Start, INK.light);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_printed_with_its_names() {
        let matrix = Matrix::new("", &[[1.0, -0.5], [0.25, f64::NAN]])
            .names(&["a", "bc"], &["x", "y"])
            .numbers(|x| format!("{x:.2}"));
        assert_eq!(matrix.text(), "         x     y\n   a  1.00 -0.50\n  bc  0.25   NaN");
        let shades = Matrix::new("", &[[1.0, -1.0], [0.0, f64::NAN]]).text();
        assert_eq!(shades, "   # ≡\n   . ?");
    }

    #[test]
    fn the_diagonal_of_a_confusion_matrix_does_not_set_the_scale() {
        assert_eq!(Matrix::confusion(&[[900, 3], [5, 800]]).limits(), (3.0, 5.0));
    }
}
