//! A text table with aligned columns.

/// Rows of cells; the first row is the heading. Columns named in `numbers` are aligned at the right.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    numbers: &'static [usize],
}

impl Table {
    pub(super) fn new(heading: &[&str], numbers: &'static [usize]) -> Self {
        Table { rows: vec![heading.iter().map(|&cell| cell.to_owned()).collect()], numbers }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines, without spaces at their ends.
    pub(super) fn lines(&self) -> Vec<String> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let line = |row: &Vec<String>| {
            let cell = |(column, cell): (usize, &String)| match (self.numbers.contains(&column), width(column)) {
                (true, width) => format!("{cell:>width$}"),
                (false, width) => format!("{cell:<width$}"),
            };
            let cells: Vec<String> = row.iter().enumerate().map(cell).collect();
            cells.join("  ").trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}
