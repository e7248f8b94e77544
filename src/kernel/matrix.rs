//! A matrix as a factor of a product: a way to read numbers.

/// A row-major matrix as a factor of a product, perhaps to be read transposed. No copy is made for a transpose: rows and
/// columns only trade strides.
#[must_use = "a matrix is only a way to read numbers"]
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a, F> {
    pub(super) data: &'a [F],
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_stride: usize,
    pub(super) column_stride: usize,
}

impl<'a, F> Matrix<'a, F> {
    /// `data` holds `rows` x `columns` numbers, row after row.
    ///
    /// # Panics
    /// If `data` has another length.
    #[track_caller]
    pub fn new(data: &'a [F], rows: usize, columns: usize) -> Self {
        assert_eq!(data.len(), rows * columns, "a {rows} x {columns} matrix");
        Matrix { data, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The same numbers with rows and columns exchanged.
    pub fn t(self) -> Self {
        Matrix {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    /// Some columns of some rows.
    pub(super) fn part(self, row: usize, rows: usize, column: usize, columns: usize) -> Self {
        let Matrix { data, row_stride, column_stride, .. } = self;
        Matrix { data: &data[row * row_stride + column * column_stride..], rows, columns, row_stride, column_stride }
    }
}
