//! The order in which the tiles of a matrix product are computed. The one idea to know: a number that is read should still be **near**
//! when it is read again.
//!
//! A **slab** is as many columns of B as fit the second-level cache; a **panel** is a part of it as wide as a tile. A few rows of A, one tile high,
//! are loaded into the first-level cache and multiplied with all panels of the slab, one after the other, before the next rows are loaded. So A is
//! read once for each slab, the slab is read in the order in which it stands in memory, and a sum goes over all k without leaving its register.
//! A factor whose layout is bad for this is copied first (see [`Plan`]).
//!
//! Where A has too few rows to repay the copy of a slab, a panel stays in the first-level cache instead. Then k is cut into parts that fit that
//! cache, and all tiles are computed for one part before the next. Between parts the sums are stored, and the next part adds to them: each element
//! is still one sum in order.

use super::lanes::Lanes;
use super::matrix::Matrix;
use super::tile::{AT_ONCE, Left, Panel, Part, Tiles, largest};
use pulp::Simd;

/// Most numbers in a vector: 64 bytes of f32.
pub(super) const MOST_LANES: usize = 16;
/// Columns of the widest tile.
const WIDEST: usize = 64;
/// Longest part of k where a slab is read past a few rows of A; a multiple of [`AT_ONCE`].
const DEEP: usize = 1024;
/// Longest part of k where a panel stays in the first-level cache: with f32 such a panel has 36 kB.
const SHALLOW: usize = 144;
/// Most bytes of a slab, so that it stays in the second-level cache.
const SLAB_BYTES: usize = 800 << 10;
/// Most bytes of A that stay in the first-level cache while panels of B are read past them.
const NEAR_BYTES: usize = 24 << 10;
/// Most rows of a block.
pub(super) const BLOCK: usize = 528;
/// Minimum rows of A for which copying B pays: the copy has its rows side by side, and no vector reaches over two cache lines.
const ROWS_WORTH_A_COPY: usize = 160;
/// The same where the rows of B stand a multiple of 1,024 bytes apart, and so drive each other out of the cache.
const ROWS_WORTH_A_COPY_IF_COLLIDING: usize = 64;

/// C ← A B for a block of rows, with room for copies of the factors.
pub(super) struct Product<'a, 'c, F> {
    pub(super) a: Matrix<'a, F>,
    pub(super) b: Matrix<'a, F>,
    /// The rows of C.
    pub(super) c: &'a mut [&'c mut [F]],
    pub(super) plan: Plan,
    /// Room for the copies, of the lengths that [`Plan::sizes`] says.
    pub(super) copy_of_a: &'a mut [F],
    pub(super) copy_of_b: &'a mut [F],
    /// Sums over the parts of k done so far; [`Plan::sums`] says how many.
    pub(super) sums: &'a mut [F],
}

/// Which factors are copied before they are read, and how large the parts are in which they are read.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    copy_a: bool,
    copy_b: bool,
    /// Length of a part of k. All parts are about as long, since a short last one would load and store as many sums for less work.
    depth: usize,
    /// Columns of B in a slab.
    slab: usize,
    /// Rows of A that are multiplied with a slab at a time, in whole tiles.
    rows: usize,
}

impl Plan {
    /// A transposed B is copied, since a tile reads vectors along its rows; any B is, if many rows of A use the copy. A transposed A is copied if
    /// it is read often enough, that is for many columns of B. Fewer are enough where rows stand a multiple of 1,024 bytes apart, because then the
    /// first-level cache can hold only a few of them at a time. With many rows a slab is read past them; with fewer a panel stays in the cache.
    pub(super) fn of<F>(a: &Matrix<F>, b: &Matrix<F>) -> Self {
        let collide = |stride: usize| stride * size_of::<F>() % 1024 == 0;
        let many_rows = a.rows >= ROWS_WORTH_A_COPY;
        let worth_copying_a = b.columns > 256 || (b.columns >= 128 && collide(a.column_stride));
        let copy_b =
            b.column_stride != 1 || many_rows || (a.rows >= ROWS_WORTH_A_COPY_IF_COLLIDING && collide(b.row_stride));
        let depth = in_equal_parts(a.columns, if many_rows { DEEP } else { SHALLOW }, AT_ONCE);
        let columns = SLAB_BYTES / size_of::<F>() / depth.max(1);
        Plan {
            copy_a: a.column_stride != 1 && a.rows > 1 && worth_copying_a,
            copy_b,
            depth,
            slab: in_equal_parts(b.columns, columns.max(WIDEST), WIDEST),
            rows: if many_rows { NEAR_BYTES / size_of::<F>() / depth.max(1) } else { usize::MAX },
        }
    }

    /// How many numbers the copies of A and of a slab of B hold; 0 for a factor that is not copied.
    pub(super) fn sizes<F>(self, a: &Matrix<F>, b: &Matrix<F>) -> (usize, usize) {
        let slab = self.depth.min(a.columns) * self.slab_width(b);
        (if self.copy_a { a.rows * a.columns } else { 0 }, if self.copy_b { slab } else { 0 })
    }

    /// How many sums are stored between parts of k: none if there is one part.
    pub(super) fn sums<F>(self, a: &Matrix<F>, b: &Matrix<F>) -> usize {
        if a.columns > self.depth { a.rows * self.slab_width(b) } else { 0 }
    }

    /// Columns of a slab, rounded up to whole vectors.
    fn slab_width<F>(self, b: &Matrix<F>) -> usize {
        self.slab.min(b.columns.next_multiple_of(MOST_LANES))
    }
}

/// The size of a part, if `whole` is cut into as few parts of about the same size as possible. It is a multiple of `step` and at most `most`
/// (which is not less than `step`).
fn in_equal_parts(whole: usize, most: usize, step: usize) -> usize {
    let parts = whole.div_ceil(most / step * step).max(1);
    whole.div_ceil(parts).next_multiple_of(step)
}

impl<F: Lanes> pulp::WithSimd for Product<'_, '_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let Product { a, b, plan, .. } = self;
        if a.columns == 0 {
            return self.c.iter_mut().for_each(|row| row.fill(F::default()));
        }
        let (most_rows, most_columns) = largest_tile::<F, S>();
        if plan.copy_a {
            for (k, depth) in pieces(a.columns, plan.depth) {
                copy_a(&a.part(0, a.rows, k, depth), most_rows, &mut self.copy_of_a[k * a.rows..][..depth * a.rows]);
            }
        }
        for (start, width) in pieces(b.columns, plan.slab) {
            for (k, depth) in pieces(a.columns, plan.depth) {
                let slab = b.part(k, depth, start, width);
                if plan.copy_b {
                    copy_slab(&slab, most_columns, F::lanes::<S>(), self.copy_of_b);
                }
                self.multiply(simd, &slab, k, start);
            }
        }
    }
}

impl<F: Lanes> Product<'_, '_, F> {
    /// Computes what one slab gives for one part of k. `k` is where that part starts, `start` the first column of the slab.
    #[inline(always)]
    fn multiply<S: Simd>(&mut self, simd: S, slab: &Matrix<F>, k: usize, start: usize) {
        let Product { a, plan, .. } = *self;
        let (most_rows, most_columns) = largest_tile::<F, S>();
        let depth = slab.rows;
        let part = Part { first: k == 0, last: k + depth == a.columns };
        for (top, height) in pieces(a.rows, (plan.rows / most_rows).max(1) * most_rows) {
            for (column, width) in pieces(slab.columns, most_columns) {
                let whole_vectors = width.next_multiple_of(F::lanes::<S>());
                let panel = match plan.copy_b {
                    true => Panel { numbers: &self.copy_of_b[column * depth..], stride: whole_vectors },
                    false => Panel { numbers: &slab.data[column..], stride: slab.row_stride },
                };
                for (first, tiles, rows) in stacks(height, most_rows) {
                    let first = top + first;
                    let left = match plan.copy_a {
                        true => Left {
                            numbers: &self.copy_of_a[k * a.rows + first * depth..],
                            row_stride: 1,
                            column_stride: rows,
                            tile_stride: rows * depth,
                        },
                        false => Left {
                            numbers: &a.data[first * a.row_stride + k * a.column_stride..],
                            row_stride: a.row_stride,
                            column_stride: a.column_stride,
                            tile_stride: rows * a.row_stride,
                        },
                    };
                    let sums = match part {
                        Part { first: true, last: true } => &mut [],
                        _ => &mut self.sums[column * a.rows + first * whole_vectors..],
                    };
                    let (c, column) = (&mut self.c[first..], start + column);
                    Tiles { left, panel, depth, c, column, width, sums, part }.compute(simd, tiles, rows);
                }
            }
        }
    }
}

/// How many rows and columns the largest tile has.
#[inline(always)]
fn largest_tile<F: Lanes, S: Simd>() -> (usize, usize) {
    let (rows, vectors) = largest(S::REGISTER_COUNT);
    (rows, vectors * F::lanes::<S>())
}

/// Rows per block, if `rows` are cut into blocks of about the same size.
pub(super) fn block_rows(rows: usize) -> usize {
    let blocks = rows.div_ceil(BLOCK).max(1);
    rows.div_ceil(blocks).next_multiple_of(12)
}

/// `whole` in pieces of at most `most`: where each starts, and its length.
#[inline(always)]
fn pieces(whole: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..whole).step_by(most).map(move |start| (start, most.min(whole - start)))
}

/// Cuts `height` rows into tiles of at most `most` rows: (first row, number of tiles, rows per tile) of the full tiles, then of the one that is left.
#[inline(always)]
fn stacks(height: usize, most: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    let (full, rest) = (height / most, height % most);
    let stacks = [(0, full, most), (full * most, 1, rest)];
    stacks.into_iter().filter(|(_, tiles, rows)| tiles * rows > 0)
}

/// Copies a part of A tile by tile, each as `[k][row]`: the order in which it is read.
#[inline(always)]
fn copy_a<F: Copy>(a: &Matrix<F>, most_rows: usize, to: &mut [F]) {
    for (first, rows) in pieces(a.rows, most_rows) {
        let to = &mut to[first * a.columns..][..rows * a.columns];
        let from = &a.data[first * a.row_stride..];
        match a.row_stride {
            1 => copy_lines(from, a.column_stride, rows, to, rows),
            stride => transpose(from, stride, rows, to, rows),
        }
    }
}

/// Copies a slab of B panel by panel, each as `[k][column]`; the last panel is padded to whole vectors.
#[inline(always)]
fn copy_slab<F: Lanes>(slab: &Matrix<F>, most_columns: usize, lanes: usize, to: &mut [F]) {
    let depth = slab.rows;
    let whole = if slab.column_stride == 1 && most_columns == 64 { slab.columns / 64 * 64 } else { 0 };
    for k in 0..if whole > 0 { depth } else { 0 } {
        // Row by row, since B is row-major.
        let line = &slab.data[k * slab.row_stride..][..whole];
        for (panel, line) in pulp::as_arrays::<64, _>(line).0.iter().enumerate() {
            to[(panel * depth + k) * 64..][..64].copy_from_slice(line);
        }
    }
    for (column, width) in pieces(slab.columns - whole, most_columns) {
        let panel = slab.part(0, depth, whole + column, width);
        let stride = width.next_multiple_of(lanes);
        let to = &mut to[(whole + column) * depth..][..depth * stride];
        if stride > width {
            to.fill(F::default());
        }
        match panel.column_stride {
            1 => copy_lines(panel.data, panel.row_stride, width, to, stride),
            from => transpose(panel.data, from, width, to, stride),
        }
    }
}

/// `to[k * to_stride + i] = from[k * stride + i]` for i below `length`
#[inline(always)]
fn copy_lines<F: Copy>(from: &[F], stride: usize, length: usize, to: &mut [F], to_stride: usize) {
    for (to, from) in to.chunks_exact_mut(to_stride).zip(from.windows(length).step_by(stride)) {
        match length {
            4 => to[..4].copy_from_slice(&from[..4]),
            6 => to[..6].copy_from_slice(&from[..6]),
            _ => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
        }
    }
}

/// `to[k * to_stride + i] = from[i * stride + k]` for i below `length`
#[inline(always)]
fn transpose<F: Copy>(from: &[F], stride: usize, length: usize, to: &mut [F], to_stride: usize) {
    let mut first = 0;
    while first < length {
        let from = &from[first * stride..];
        first += match length - first {
            8.. => transpose_some::<F, 8>(from, stride, &mut to[first..], to_stride),
            6.. => transpose_some::<F, 6>(from, stride, &mut to[first..], to_stride),
            _ => transpose_some::<F, 1>(from, stride, &mut to[first..], to_stride),
        };
    }
}

/// [`transpose`] for i below N; returns N.
#[inline(always)]
fn transpose_some<F: Copy, const N: usize>(from: &[F], stride: usize, to: &mut [F], to_stride: usize) -> usize {
    let depth = to.len().div_ceil(to_stride);
    let mut lines = [from; N];
    for (i, line) in lines.iter_mut().enumerate() {
        *line = &from[i * stride..][..depth];
    }
    for (k, to) in to.chunks_mut(to_stride).enumerate() {
        let to = &mut to[..N];
        for i in 0..N {
            to[i] = lines[i][k];
        }
    }
    N
}
