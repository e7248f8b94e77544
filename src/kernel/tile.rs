//! The inner part of the matrix product: C is computed tile by tile, and each tile stays in registers from the first k to the last.
//!
//! A tile is up to 12 rows by 2 vectors, or up to 6 rows by 4: 24 sums for the 32 registers of AVX-512. For every k, one row of
//! the tile's part of B is loaded, and each number of A's column is multiplied with all of it. So a number that is loaded is used
//! 12 or 32 times, and the multipliers, not the memory, set the pace.

use super::gemm::{Copies, Matrix};
use super::lanes::Lanes;
use pulp::Simd;

/// The widest tile, in vectors.
pub(super) const MOST_VECTORS: usize = 4;
/// The most numbers in a vector: 64 bytes of f32.
pub(super) const MOST_LANES: usize = 16;

/// C ← A B, with room for copies of the factors.
pub(super) struct Product<'a, F> {
    pub(super) a: Matrix<'a, F>,
    pub(super) b: Matrix<'a, F>,
    pub(super) c: &'a mut [F],
    pub(super) copies: Copies,
    pub(super) copy_of_a: &'a mut [F],
    pub(super) copy_of_b: &'a mut [F],
}

impl<F: Lanes> pulp::WithSimd for Product<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Product { a, b, c, copies, copy_of_a, copy_of_b } = self;
        let inner = a.columns;
        let is_wide = b.columns > 2 * F::lanes::<S>() || a.rows <= 6;
        let (most_rows, most_vectors) = match S::REGISTER_COUNT {
            32.. if is_wide => (6, 4),
            32.. => (12, 2),
            _ => (4, 2),
        };
        if copies.a {
            for (first, rows) in pieces(a.rows, most_rows) {
                let to = &mut copy_of_a[first * inner..][..rows * inner];
                transpose(&a.data[first * a.row_stride..], a.row_stride, rows, inner, to);
            }
        }
        for (column, width) in pieces(b.columns, most_vectors * F::lanes::<S>()) {
            let panel = match copies.b {
                true => copy_panel(&b, column, width, copy_of_b),
                false => Panel { numbers: &b.data[column..], stride: b.row_stride },
            };
            for (first, rows) in pieces(a.rows, most_rows) {
                let left = match copies.a {
                    true => Left::ByColumns { numbers: &copy_of_a[first * inner..], stride: rows },
                    false if a.row_stride == 1 => {
                        Left::ByColumns { numbers: &a.data[first..], stride: a.column_stride }
                    }
                    false => Left::ByRows { numbers: &a.data[first * a.row_stride..], stride: a.row_stride },
                };
                let c = &mut c[first * b.columns + column..];
                Tile { left, panel, inner, c, c_stride: b.columns, width }.choose(simd, rows);
            }
        }
    }
}

/// `whole` in pieces of at most `most`: where each starts, and its length.
#[inline(always)]
fn pieces(whole: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..whole).step_by(most).map(move |start| (start, most.min(whole - start)))
}

/// The rows of A that a tile needs.
#[derive(Clone, Copy)]
enum Left<'a, F> {
    /// Row after row, `stride` apart.
    ByRows { numbers: &'a [F], stride: usize },
    /// Column after column.
    ByColumns { numbers: &'a [F], stride: usize },
}

/// The columns of B that a tile needs, row after row.
#[derive(Clone, Copy)]
struct Panel<'a, F> {
    numbers: &'a [F],
    stride: usize,
}

#[inline(always)]
fn copy_panel<'a, F: Lanes>(b: &Matrix<F>, column: usize, width: usize, to: &'a mut [F]) -> Panel<'a, F> {
    let to = &mut to[..b.rows * width];
    if b.column_stride == 1 {
        for (k, to) in to.chunks_exact_mut(width).enumerate() {
            to.copy_from_slice(&b.data[k * b.row_stride + column..][..width]);
        }
    } else {
        transpose(&b.data[column * b.column_stride..], b.column_stride, width, b.rows, to);
    }
    Panel { numbers: to, stride: width }
}

/// `to[k * rows + i] = from[i * stride + k]`, in blocks that stay in the cache.
#[inline(always)]
fn transpose<F: Copy>(from: &[F], stride: usize, rows: usize, columns: usize, to: &mut [F]) {
    for (start, length) in pieces(columns, 16) {
        let to = &mut to[start * rows..][..length * rows];
        for i in 0..rows {
            let line = &from[i * stride + start..][..length];
            for (k, &x) in line.iter().enumerate() {
                to[k * rows + i] = x;
            }
        }
    }
}

/// One tile of C, `width` columns wide.
struct Tile<'a, F> {
    left: Left<'a, F>,
    panel: Panel<'a, F>,
    inner: usize,
    c: &'a mut [F],
    c_stride: usize,
    width: usize,
}

impl<F: Lanes> Tile<'_, F> {
    /// Picks the kernel that was compiled for this many rows.
    #[inline(always)]
    fn choose<S: Simd>(self, simd: S, rows: usize) {
        macro_rules! by_rows {
            ($($count:literal)*) => {
                match (rows, self.left) {
                    $(($count, Left::ByRows { .. }) => self.choose_width::<S, $count, false>(simd),
                      ($count, Left::ByColumns { .. }) => self.choose_width::<S, $count, true>(simd),)*
                    _ => unreachable!("a tile has up to 12 rows"),
                }
            };
        }
        by_rows!(1 2 3 4 5 6 7 8 9 10 11 12)
    }

    /// Picks the kernel for this many vectors, the last of which may be filled only in part.
    #[inline(always)]
    fn choose_width<S: Simd, const ROWS: usize, const BY_COLUMNS: bool>(self, simd: S) {
        let is_partial = !self.width.is_multiple_of(F::lanes::<S>());
        match (self.width.div_ceil(F::lanes::<S>()), is_partial) {
            (1, false) => self.compute::<S, ROWS, BY_COLUMNS, 1, false>(simd),
            (1, true) => self.compute::<S, ROWS, BY_COLUMNS, 1, true>(simd),
            (2, false) => self.compute::<S, ROWS, BY_COLUMNS, 2, false>(simd),
            (2, true) => self.compute::<S, ROWS, BY_COLUMNS, 2, true>(simd),
            (3, false) if ROWS <= 6 => self.compute::<S, ROWS, BY_COLUMNS, 3, false>(simd),
            (3, true) if ROWS <= 6 => self.compute::<S, ROWS, BY_COLUMNS, 3, true>(simd),
            (4, false) if ROWS <= 6 => self.compute::<S, ROWS, BY_COLUMNS, 4, false>(simd),
            (4, true) if ROWS <= 6 => self.compute::<S, ROWS, BY_COLUMNS, 4, true>(simd),
            _ => unreachable!("a tile has up to 4 vectors, or 2 if it has more than 6 rows"),
        }
    }

    #[inline(always)]
    fn compute<S: Simd, const ROWS: usize, const BY_COLUMNS: bool, const VECTORS: usize, const PARTIAL: bool>(
        self,
        simd: S,
    ) {
        let Tile { left, panel, inner, c, c_stride, width } = self;
        let (Left::ByRows { numbers, stride } | Left::ByColumns { numbers, stride }) = left;
        let last = (VECTORS - 1) * F::lanes::<S>();
        let zero = F::splat(simd, F::default());
        // Rows of equal length, as the compiler can see: it need not check k against each of them.
        let mut rows = [&numbers[..0]; ROWS];
        if !BY_COLUMNS {
            for (i, row) in rows.iter_mut().enumerate() {
                *row = &numbers[i * stride..][..inner];
            }
        }
        let mut sums = [[zero; VECTORS]; ROWS];
        let mut b = [zero; VECTORS];
        for k in 0..inner {
            let line = &panel.numbers[k * panel.stride..][..width];
            load::<F, S, VECTORS, PARTIAL>(simd, line, last, &mut b);
            let column = if BY_COLUMNS { &numbers[k * stride..][..ROWS] } else { &numbers[..0] };
            for i in 0..ROWS {
                let a = F::splat(simd, if BY_COLUMNS { column[i] } else { rows[i][k] });
                for v in 0..VECTORS {
                    sums[i][v] = F::multiply_add(simd, a, b[v], sums[i][v]);
                }
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            let line = &mut c[i * c_stride..][..width];
            let whole = VECTORS - usize::from(PARTIAL);
            F::vectors_mut::<S>(line)[..whole].copy_from_slice(&sums[..whole]);
            if PARTIAL {
                F::store(simd, &mut line[last..], sums[VECTORS - 1]);
            }
        }
    }
}

/// Loads one row of a panel.
#[inline(always)]
fn load<F: Lanes, S: Simd, const VECTORS: usize, const PARTIAL: bool>(
    simd: S,
    line: &[F],
    last: usize,
    b: &mut [F::Vector<S>; VECTORS],
) {
    let whole = VECTORS - usize::from(PARTIAL);
    b[..whole].copy_from_slice(&F::vectors::<S>(line)[..whole]);
    if PARTIAL {
        b[VECTORS - 1] = F::load(simd, &line[last..]);
    }
}
