//! The matrix product. The one idea to know: a **tile** of C, a few rows by a few vectors of columns, stays in registers while
//! k runs, so each number of A and B that is read is used for a whole row or column of the tile. See `tile`.
//!
//! An element of C that has up to `LONG` terms is one sum, added in order. In a longer one, sums over `RUN` terms each are added up in f64. The
//! order of addition depends only on the number of terms, not on where the element stands or how many threads share the rows, so results are the
//! same to the last bit. At the shapes of the course this is faster than the `gemm` crate, which first copies both factors into a layout of its
//! own; here a factor is copied only where it pays (see `Plan`).

use super::lanes::Lanes;
pub use super::matrix::Matrix;
use super::parallel;
use super::product::{BLOCK, MOST_LANES, Plan, Product, block_rows};
use super::wide::{in_vectors, wide};
use smallvec::SmallVec;
use std::ops::{AddAssign, Mul};

/// `c[i, j] = sum over k of a[i, k] b[k, j]`, as a plain loop: for kinds of numbers that have no fast kernel, and for very small products.
pub fn by_definition<F: Copy + Default + Mul<Output = F> + AddAssign>(a: &Matrix<F>, b: &Matrix<F>, c: &mut [F]) {
    check(a, b, c);
    for i in 0..a.rows {
        for j in 0..b.columns {
            let (mut left, mut right) = (i * a.row_stride, j * b.column_stride);
            let mut sum = F::default();
            for _ in 0..a.columns {
                sum += a.data[left] * b.data[right];
                left += a.column_stride;
                right += b.row_stride;
            }
            c[i * b.columns + j] = sum;
        }
    }
}

/// Up to this many multiplications, the plain loop ends before the fast kernel would have asked what the processor can do.
const HANDFUL: usize = 64;
/// Minimum multiplications per thread: 15 microseconds of work. With less, waking a thread costs more than it saves.
pub(super) const WORTH_A_THREAD: usize = 1 << 20;
/// From this multiple of [`WORTH_A_THREAD`] on, a product is cut into two parts per thread, so that a thread on a slower core can take fewer.
const WORTH_TAKING_TURNS: usize = 128;
/// Columns are shared out among threads in groups of this many, the width of the widest tile.
const TOGETHER: usize = 64;

/// Most terms that are summed in one f32 register. A longer sum would lose digits: that of a million tenths is off by 1%.
const LONG: usize = 1024;
/// Number of terms that are summed in f32 before f64 takes over, in a longer sum. If all terms are equal, this sum is off by less than a millionth.
const RUN: usize = 64;
/// Number of f64 sums that stay in the second-level cache while runs are added to them.
const NEAR: usize = 1 << 16;

/// C ← A B in the widest vectors of the processor, on several threads if it is large.
#[inline]
pub fn blocked<F: Lanes>(a: Matrix<F>, b: Matrix<F>, c: &mut [F]) {
    match is_handful(&a, &b) {
        true => by_definition(&a, &b, c),
        false => in_runs(a, b, c),
    }
}

/// Calls `multiply` with the number and the result of each of several products, which have `terms` terms and whose results of `size` numbers lie one after
/// the other in `c`. Small products are shared out among threads as they are; of a larger one, `multiply` shares out the rows.
pub fn several<F: Send>(c: &mut [F], size: usize, terms: usize, multiply: impl Fn(usize, &mut [F]) + Sync) {
    if c.is_empty() {
        return;
    }
    let is_large = size * terms >= 2 * WORTH_A_THREAD;
    let share = parallel::share(c.len() / size, if is_large { 1 } else { c.len() * terms / WORTH_A_THREAD });
    parallel::each(c.chunks_mut(share * size).enumerate(), |(part, c)| {
        c.chunks_exact_mut(size).enumerate().for_each(|(i, c)| multiply(part * share + i, c));
    });
}

fn is_handful<F>(a: &Matrix<F>, b: &Matrix<F>) -> bool {
    a.rows * a.columns * b.columns <= HANDFUL
}

fn in_runs<F: Lanes>(a: Matrix<F>, b: Matrix<F>, c: &mut [F]) {
    if a.columns <= LONG || size_of::<F>() >= size_of::<f64>() {
        return in_registers(a, b, c);
    }
    check(&a, &b, c);
    let height = (NEAR / b.columns.max(1)).max(1);
    for (block, c) in c.chunks_mut(height * b.columns.max(1)).enumerate() {
        let a = a.part(block * height, c.len() / b.columns, 0, a.columns);
        f64::with_scratch(c.len(), |sums| {
            sums.fill(0.0);
            for k in (0..a.columns).step_by(RUN) {
                let run = RUN.min(a.columns - k);
                in_registers(a.part(0, a.rows, k, run), b.part(k, run, 0, b.columns), c);
                let (sums, c) = (&mut *sums, &*c);
                wide(
                    c.len(),
                    #[inline(always)]
                    move || sums.iter_mut().zip(c).for_each(|(sum, &c)| *sum += c.into()),
                );
            }
            wide(
                c.len(),
                #[inline(always)]
                move || c.iter_mut().zip(sums).for_each(|(c, sum)| *c = F::narrow(*sum)),
            );
        });
    }
}

/// C ← A B, each element one sum in order.
fn in_registers<F: Lanes>(a: Matrix<F>, b: Matrix<F>, c: &mut [F]) {
    if is_handful(&a, &b) {
        return by_definition(&a, &b, c);
    }
    check(&a, &b, c);
    // A vector that is used in part takes as long as a full one.
    let worth = a.rows * a.columns * b.columns.next_multiple_of(MOST_LANES) / WORTH_A_THREAD;
    if a.rows < b.columns && a.rows <= BLOCK && worth > 1 {
        // By columns: each thread reads all of A, but only its own part of B, the larger factor. A transposed A is copied for each part, so then
        // there is only one part per thread.
        let parts_each = if worth >= WORTH_TAKING_TURNS && a.column_stride == 1 { 2 } else { 1 };
        let share = parallel::share(b.columns.div_ceil(TOGETHER), worth).div_ceil(parts_each) * TOGETHER;
        parallel::each(split_columns(c, b.columns, share).into_iter().enumerate(), |(i, mut c)| {
            block(a, b.part(0, b.rows, i * share, c[0].len()), &mut c);
        });
    } else {
        let share = parallel::share(a.rows, worth);
        parallel::each(c.chunks_mut(share * b.columns).enumerate(), |(i, c)| {
            on_this_thread(a.part(i * share, c.len() / b.columns, 0, a.columns), b, c);
        });
    }
}

/// The rows of part of C.
type Rows<'a, F> = SmallVec<[&'a mut [F]; BLOCK]>;

/// The parts of C that have `share` columns each; the last one may have fewer.
fn split_columns<F>(c: &mut [F], columns: usize, share: usize) -> SmallVec<[Rows<'_, F>; 2]> {
    let mut parts: SmallVec<[Rows<F>; 2]> = (0..columns).step_by(share).map(|_| Rows::new()).collect();
    for row in c.chunks_exact_mut(columns) {
        for (part, row) in parts.iter_mut().zip(row.chunks_mut(share)) {
            part.push(row);
        }
    }
    parts
}

fn on_this_thread<F: Lanes>(a: Matrix<F>, b: Matrix<F>, c: &mut [F]) {
    let height = block_rows(a.rows);
    for (i, c) in c.chunks_mut(height * b.columns).enumerate() {
        let mut rows: Rows<F> = c.chunks_exact_mut(b.columns).collect();
        block(a.part(i * height, rows.len(), 0, a.columns), b, &mut rows);
    }
}

fn block<F: Lanes>(a: Matrix<F>, b: Matrix<F>, c: &mut [&mut [F]]) {
    let plan = Plan::of(&a, &b);
    let ((for_a, for_b), for_sums) = (plan.sizes(&a, &b), plan.sums(&a, &b));
    F::with_scratch(for_a + for_b + for_sums, |scratch| {
        let (copy_of_b, scratch) = scratch.split_at_mut(for_b);
        let (sums, copy_of_a) = scratch.split_at_mut(for_sums);
        in_vectors(Product { a, b, c, plan, copy_of_a, copy_of_b, sums });
    });
}

fn check<F>(a: &Matrix<F>, b: &Matrix<F>, c: &[F]) {
    assert_eq!(a.columns, b.rows, "the inner lengths of a matrix product");
    assert_eq!(c.len(), a.rows * b.columns, "the result of a matrix product");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Scalar;
    use ndarray::{Array2, s};

    /// Numbers that differ, so that a mix-up of elements shows.
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
                    by_definition(&left, &right, &mut slow);
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

    /// Shapes with more rows than a block, more columns than a slab and more terms than one pass over k; with few rows and with many; in f32 and f64.
    #[test]
    fn the_fast_product_equals_the_definition_where_it_goes_part_by_part() {
        fn compare<F: Scalar + Lanes>(tolerance: f64) {
            for (rows, inner, columns) in
                [(300, 230, 90), (100, 130, 600), (530, 113, 17), (70, 225, 513), (6, 250, 1024), (165, 1030, 300)]
            {
                let wide = |count, seed| numbers(count, seed).into_iter().map(F::from_f64).collect::<Vec<F>>();
                let (a, b) = (wide(rows * inner, 37), wide(inner * columns, 53));
                for (a_t, b_t) in [(false, false), (true, false), (false, true)] {
                    let left = if a_t { Matrix::new(&a, inner, rows).t() } else { Matrix::new(&a, rows, inner) };
                    let right = if b_t { Matrix::new(&b, columns, inner).t() } else { Matrix::new(&b, inner, columns) };
                    let (mut fast, mut slow) = (vec![F::ZERO; rows * columns], vec![F::ZERO; rows * columns]);
                    blocked(left, right, &mut fast);
                    by_definition(&left, &right, &mut slow);
                    for (f, s) in fast.iter().zip(&slow) {
                        let (f, s) = (f.to_f64(), s.to_f64());
                        assert!(
                            (f - s).abs() < tolerance * (1.0 + s.abs()),
                            "{rows} x {inner} x {columns}: {f} against {s}"
                        );
                    }
                }
            }
        }
        compare::<f32>(1e-4);
        compare::<f64>(1e-12);
    }

    #[test]
    fn the_result_does_not_depend_on_how_rows_and_columns_are_shared_out() {
        compare(153, &[(1, 150), (12, 64), (40, 100), (76, 1)]);
        // One or two vectors of columns. The part on the right has fewer columns than a vector, but a tile reads whole vectors.
        compare(16, &[(1, 6), (12, 3), (40, 8), (76, 15)]);
    }

    /// A product with many rows is computed in longer parts of k than one with few.
    #[test]
    fn an_element_has_the_same_bits_among_many_rows_and_among_few() {
        for inner in [60, 100, 784, 1024] {
            let number = |i: usize| ((i * 37 % 101) as f32 - 50.0) / 51.0;
            let (a, b): (Vec<_>, Vec<_>) =
                ((0..200 * inner).map(number).collect(), (0..inner * 70).map(number).collect());
            let (a, b) = (Matrix::new(&a, 200, inner), Matrix::new(&b, inner, 70));
            let (mut many, mut few) = (vec![0.0; 200 * 70], vec![0.0; 100 * 70]);
            on_this_thread(a, b, &mut many);
            on_this_thread(a.part(0, 100, 0, inner), b, &mut few);
            assert_eq!(many[..100 * 70], few, "{inner}");
        }
    }

    /// Compares a product with its parts. Each cut is (row, column): the parts lie above and below that row, left and right of that column.
    fn compare(columns: usize, cuts: &[(usize, usize)]) {
        let (rows, inner) = (77, 300);
        let (a, b) = (numbers(rows * inner, 37), numbers(inner * columns, 53));
        let (a, b) = (Matrix::new(&a, rows, inner), Matrix::new(&b, inner, columns));
        let product = |row: usize, rows: usize, column: usize, columns: usize| {
            let mut c = Array2::from_elem((rows, columns), f64::NAN);
            let numbers = c.as_slice_mut().expect("a new array");
            on_this_thread(a.part(row, rows, 0, inner), b.part(0, inner, column, columns), numbers);
            c
        };
        let whole = product(0, rows, 0, columns);
        for &(row, column) in cuts {
            let corners = [(0, row, 0, column), (0, row, column, columns - column), (row, rows - row, 0, column)];
            for (top, height, left, width) in corners {
                let part = product(top, height, left, width);
                assert_eq!(part, whole.slice(s![top..top + height, left..left + width]), "from {top}, {left}");
            }
        }
    }
}
