//! A text table with aligned columns.

/// Rows of cells, each with the heading of its column.
#[derive(Default)]
pub(super) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Adds a row: headings and cells, the same columns in every row. If a heading begins with `>`, its column is aligned at the right, for
    /// numbers.
    pub(super) fn row(&mut self, cells: Vec<(&'static str, String)>) {
        self.headings = cells.iter().map(|&(heading, _)| heading).collect();
        self.rows.push(cells.into_iter().map(|(_, cell)| cell).collect());
    }

    /// The lines, the headings first, without spaces at their ends.
    pub(super) fn lines(self) -> Vec<String> {
        let names = self.headings.iter().map(|heading| heading.trim_start_matches('>').to_owned()).collect();
        let rows: Vec<Vec<String>> = std::iter::once(names).chain(self.rows).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.headings.len()).map(width).collect();
        let line = |row: &Vec<String>| {
            let mut line = String::new();
            for ((cell, &width), heading) in row.iter().zip(&widths).zip(&self.headings) {
                line +=
                    &if heading.starts_with('>') { format!("{cell:>width$}  ") } else { format!("{cell:<width$}  ") };
            }
            line.trim_end().to_owned()
        };
        rows.iter().map(line).collect()
    }
}
