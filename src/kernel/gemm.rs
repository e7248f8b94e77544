//! The matrix product. Large products go to the `gemm` crate, which packs its operands into buffers of its own: these are
//! the only allocations a steady training step makes.

use crate::scalar::Scalar;

/// A row-major matrix as a factor of a product, perhaps to be read transposed. No copy is made for a transpose: rows and
/// columns only trade strides.
#[derive(Clone, Copy)]
pub struct Matrix<'a, F> {
    data: &'a [F],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, F> Matrix<'a, F> {
    /// `data` holds `rows` x `columns` numbers, row after row.
    ///
    /// # Panics
    /// If `data` has another length.
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
}

/// `c[i, j] = sum over k of a[i, k] b[k, j]`, written out. For kinds of numbers that have no fast kernel.
pub fn by_definition<F: Scalar>(a: Matrix<F>, b: Matrix<F>, c: &mut [F]) {
    check(&a, &b, c);
    for i in 0..a.rows {
        for j in 0..b.columns {
            let mut sum = F::ZERO;
            for k in 0..a.columns {
                let left = a.data[i * a.row_stride + k * a.column_stride];
                let right = b.data[k * b.row_stride + j * b.column_stride];
                sum += left * right;
            }
            c[i * b.columns + j] = sum;
        }
    }
}

/// The product through the `gemm` crate's kernels, chosen for the processor at run time.
#[allow(unsafe_code)]
pub fn blocked<F: Scalar>(a: Matrix<F>, b: Matrix<F>, c: &mut [F]) {
    check(&a, &b, c);
    let (rows, inner, columns) = (a.rows, a.columns, b.columns);
    // SAFETY: `Matrix` guarantees that its slice holds rows * columns numbers and that its strides stay inside (they are
    // those of a row-major matrix or exchanged), and `check` that the inner lengths agree and that `c` holds
    // rows * columns numbers. `c` is borrowed mutably, so it overlaps neither factor. `read_dst` is false: old contents
    // of `c` are not read. F is f32 or f64: only `real_scalar!` calls this, and `gemm` panics on any other type.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            inner,
            c.as_mut_ptr(),
            1,
            columns as isize,
            false,
            a.data.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.column_stride as isize,
            b.row_stride as isize,
            F::ZERO,
            F::ONE,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

fn check<F>(a: &Matrix<F>, b: &Matrix<F>, c: &[F]) {
    assert_eq!(a.columns, b.rows, "the inner lengths of a matrix product");
    assert_eq!(c.len(), a.rows * b.columns, "the result of a matrix product");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_product_equals_the_definition_for_all_shapes_and_transposes() {
        for (rows, inner, columns) in [(1, 1, 1), (2, 3, 4), (10, 784, 100), (7, 0, 3), (0, 5, 3), (1, 50, 1)] {
            let a: Vec<f64> = (0..rows * inner).map(|i| ((i * 37 % 101) as f64 - 50.0) / 50.0).collect();
            let b: Vec<f64> = (0..inner * columns).map(|i| ((i * 53 % 97) as f64 - 48.0) / 48.0).collect();
            for (a_t, b_t) in [(false, false), (true, false), (false, true)] {
                let left = if a_t { Matrix::new(&a, inner, rows).t() } else { Matrix::new(&a, rows, inner) };
                let right = if b_t { Matrix::new(&b, columns, inner).t() } else { Matrix::new(&b, inner, columns) };
                let mut fast = vec![f64::NAN; rows * columns];
                let mut slow = vec![f64::NAN; rows * columns];
                blocked(left, right, &mut fast);
                by_definition(left, right, &mut slow);
                for (f, s) in fast.iter().zip(&slow) {
                    assert!((f - s).abs() < 1e-12 * (1.0 + s.abs()), "{rows} x {inner} x {columns}: {f} against {s}");
                }
            }
        }
    }
}
