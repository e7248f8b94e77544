//! The matrix product. The one idea to know: a **tile** of C, a few rows by a few vectors of columns, stays in registers while
//! k runs from first to last, so each number of A and B that is read is used for a whole row or column of the tile. See `tile`.
//!
//! Each element of C is one sum over k in order, wherever it stands and however the rows are shared out among threads: results
//! are the same to the last bit. At the shapes of the course this is faster than the `gemm` crate, which copies both factors
//! into an order of its own first; here a factor is copied only where it must be (see `Copies`).

use super::lanes::Lanes;
use super::parallel;
use super::tile::{MOST_LANES, MOST_VECTORS, Product};
use crate::scalar::Scalar;

/// A row-major matrix as a factor of a product, perhaps to be read transposed. No copy is made for a transpose: rows and
/// columns only trade strides.
#[derive(Clone, Copy)]
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

    /// Some of the rows.
    fn rows(self, first: usize, rows: usize) -> Self {
        Matrix { data: &self.data[first * self.row_stride..], rows, ..self }
    }
}

/// `c[i, j] = sum over k of a[i, k] b[k, j]`, written out. For kinds of numbers that have no fast kernel, and for a handful of numbers.
pub fn by_definition<F: Scalar>(a: Matrix<F>, b: Matrix<F>, c: &mut [F]) {
    check(&a, &b, c);
    for (i, c) in c.chunks_exact_mut(b.columns.max(1)).enumerate() {
        for (j, c) in c.iter_mut().enumerate() {
            let (mut left, mut right) = (i * a.row_stride, j * b.column_stride);
            *c = F::ZERO;
            for _ in 0..a.columns {
                *c += a.data[left] * b.data[right];
                left += a.column_stride;
                right += b.row_stride;
            }
        }
    }
}

/// So few multiplications are over before the processor was asked what it can do.
const HANDFUL: usize = 64;
/// So many multiplications take 80 microseconds, which is worth the waking of a thread.
const WORTH_A_THREAD: usize = 1 << 22;

/// C ← A B in the widest vectors of the processor, on several threads if it is large.
pub fn blocked<F: Scalar + Lanes>(a: Matrix<F>, b: Matrix<F>, c: &mut [F]) {
    let multiplications = a.rows * a.columns * b.columns;
    if multiplications <= HANDFUL {
        return by_definition(a, b, c);
    }
    check(&a, &b, c);
    let share = parallel::share(a.rows, multiplications / WORTH_A_THREAD);
    parallel::each(c.chunks_mut(share * b.columns).enumerate(), |(i, c)| {
        on_this_thread(a.rows(i * share, c.len() / b.columns), b, c);
    });
}

fn on_this_thread<F: Lanes>(a: Matrix<F>, b: Matrix<F>, c: &mut [F]) {
    let copies = Copies::needed(&a, &b);
    let (for_a, for_b) = copies.sizes(&a);
    F::with_scratch(for_a + for_b, |scratch| {
        let (copy_of_a, copy_of_b) = scratch.split_at_mut(for_a);
        pulp::Arch::new().dispatch(Product { a, b, c, copies, copy_of_a, copy_of_b });
    });
}

/// Which factors are copied before they are read.
#[derive(Clone, Copy)]
pub(super) struct Copies {
    pub(super) a: bool,
    pub(super) b: bool,
}

impl Copies {
    /// A tile reads a few rows of A side by side, and vectors along the rows of B. So a transposed B is copied. And if the rows
    /// stand a large power of two apart, the first-level cache can hold only a few of them at a time: then a factor that
    /// is used often enough is copied too.
    fn needed<F>(a: &Matrix<F>, b: &Matrix<F>) -> Self {
        let rows_collide = |matrix: &Matrix<F>| (matrix.row_stride * size_of::<F>()).is_multiple_of(1024);
        Copies {
            a: a.column_stride == 1 && a.rows > 1 && rows_collide(a) && b.columns >= 128,
            b: b.column_stride != 1 || (rows_collide(b) && a.rows >= 64),
        }
    }

    /// How many numbers the copies hold: all of A, and one panel of B.
    fn sizes<F>(self, a: &Matrix<F>) -> (usize, usize) {
        let panel = a.columns * MOST_VECTORS * MOST_LANES;
        (if self.a { a.rows * a.columns } else { 0 }, if self.b { panel } else { 0 })
    }
}

fn check<F>(a: &Matrix<F>, b: &Matrix<F>, c: &[F]) {
    assert_eq!(a.columns, b.rows, "the inner lengths of a matrix product");
    assert_eq!(c.len(), a.rows * b.columns, "the result of a matrix product");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that differ from place to place.
    fn numbers(count: usize, seed: usize) -> Vec<f64> {
        (0..count).map(|i| ((i * seed % 101) as f64 - 50.0) / 50.0).collect()
    }

    #[test]
    fn the_fast_product_equals_the_definition_for_all_shapes_and_transposes() {
        let sizes = [0, 1, 2, 3, 5, 8, 12, 13, 16, 17, 31, 33, 64, 100, 128];
        let shapes = sizes.iter().flat_map(|&rows| sizes.iter().map(move |&columns| (rows, columns)));
        for (rows, columns) in shapes {
            for inner in [0, 1, 7, 128] {
                let (a, b) = (numbers(rows * inner, 37), numbers(inner * columns, 53));
                for (a_t, b_t) in [(false, false), (true, false), (false, true)] {
                    let left = if a_t { Matrix::new(&a, inner, rows).t() } else { Matrix::new(&a, rows, inner) };
                    let right = if b_t { Matrix::new(&b, columns, inner).t() } else { Matrix::new(&b, inner, columns) };
                    let mut fast = vec![f64::NAN; rows * columns];
                    let mut slow = vec![f64::NAN; rows * columns];
                    blocked(left, right, &mut fast);
                    by_definition(left, right, &mut slow);
                    for (f, s) in fast.iter().zip(&slow) {
                        assert!(
                            (f - s).abs() < 1e-12 * (1.0 + s.abs()),
                            "{rows} x {inner} x {columns}: {f} against {s}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_result_does_not_depend_on_how_the_rows_are_shared_out() {
        let (rows, inner, columns) = (77, 300, 53);
        let (a, b) = (numbers(rows * inner, 37), numbers(inner * columns, 53));
        let (a, b) = (Matrix::new(&a, rows, inner), Matrix::new(&b, inner, columns));
        let mut whole = vec![f64::NAN; rows * columns];
        on_this_thread(a, b, &mut whole);
        for first in [1, 12, 40, 76] {
            let mut parts = vec![f64::NAN; rows * columns];
            let (above, below) = parts.split_at_mut(first * columns);
            on_this_thread(a.rows(0, first), b, above);
            on_this_thread(a.rows(first, rows - first), b, below);
            assert!(parts.iter().zip(&whole).all(|(x, y)| x.to_bits() == y.to_bits()), "split at row {first}");
        }
    }
}
