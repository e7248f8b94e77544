//! The inner part of the matrix product: C is computed tile by tile, and each tile stays in registers from the first k to the last.
//!
//! A tile is up to 6 rows by 4 vectors: 24 sums for the 32 registers of AVX-512. For every k, one row of the tile's part of B is
//! loaded, and each number of A's column is multiplied with all of it. So a number of B that is loaded is used 6 times and one of A 64
//! times, and the multipliers, not the memory, set the pace.

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
        let (most_rows, most_vectors) = if S::REGISTER_COUNT >= 32 { (6, 4) } else { (4, 2) };
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
                    true => Left { numbers: &copy_of_a[first * inner..], row_stride: 1, column_stride: rows },
                    false => Left {
                        numbers: &a.data[first * a.row_stride..],
                        row_stride: a.row_stride,
                        column_stride: a.column_stride,
                    },
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
struct Left<'a, F> {
    numbers: &'a [F],
    row_stride: usize,
    column_stride: usize,
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
    for (start, length) in pieces(columns, 64) {
        let to = &mut to[start * rows..][..length * rows];
        for i in 0..rows {
            let line = &from[i * stride + start..][..length];
            for (to, &x) in to[i..].iter_mut().step_by(rows).zip(line) {
                *to = x;
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
        match rows {
            1 => self.choose_width::<S, 1>(simd),
            2 => self.choose_width::<S, 2>(simd),
            3 => self.choose_width::<S, 3>(simd),
            4 => self.choose_width::<S, 4>(simd),
            5 => self.choose_width::<S, 5>(simd),
            6 => self.choose_width::<S, 6>(simd),
            _ => unreachable!("a tile has up to 6 rows"),
        }
    }

    /// Picks the kernel for this many vectors, the last of which may be filled only in part.
    #[inline(always)]
    fn choose_width<S: Simd, const ROWS: usize>(self, simd: S) {
        let is_partial = !self.width.is_multiple_of(F::lanes::<S>());
        match (self.width.div_ceil(F::lanes::<S>()), is_partial) {
            (1, false) => simd.vectorize(Kernel::<F, ROWS, 1, false>(self)),
            (1, true) => simd.vectorize(Kernel::<F, ROWS, 1, true>(self)),
            (2, false) => simd.vectorize(Kernel::<F, ROWS, 2, false>(self)),
            (2, true) => simd.vectorize(Kernel::<F, ROWS, 2, true>(self)),
            (3, false) => simd.vectorize(Kernel::<F, ROWS, 3, false>(self)),
            (3, true) => simd.vectorize(Kernel::<F, ROWS, 3, true>(self)),
            (4, false) => simd.vectorize(Kernel::<F, ROWS, 4, false>(self)),
            (4, true) => simd.vectorize(Kernel::<F, ROWS, 4, true>(self)),
            _ => unreachable!("a tile has up to 4 vectors"),
        }
    }
}

/// A tile of so many rows and vectors, the last of which is filled only in part if it is partial. Each is compiled as a function
/// of its own: one function with all of them in it would take the compiler a minute.
struct Kernel<'a, F, const ROWS: usize, const VECTORS: usize, const PARTIAL: bool>(Tile<'a, F>);

impl<F: Lanes, const ROWS: usize, const VECTORS: usize, const PARTIAL: bool> pulp::WithSimd
    for Kernel<'_, F, ROWS, VECTORS, PARTIAL>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Tile { left, panel, inner, c, c_stride, width } = self.0;
        let last = (VECTORS - 1) * F::lanes::<S>();
        let zero = F::splat(simd, F::default());
        let mut rows = [left.numbers; ROWS];
        for (i, row) in rows.iter_mut().enumerate() {
            *row = &left.numbers[i * left.row_stride..];
        }
        let mut sums = [[zero; VECTORS]; ROWS];
        let mut b = [zero; VECTORS];
        for k in 0..inner {
            let line = &panel.numbers[k * panel.stride..][..width];
            load::<F, S, VECTORS, PARTIAL>(simd, line, last, &mut b);
            for i in 0..ROWS {
                let a = F::splat(simd, rows[i][k * left.column_stride]);
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
