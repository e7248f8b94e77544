//! The order in which the tiles of a matrix product are computed. The one idea to know: a number that is read should still be **near**
//! when it is read again.
//!
//! So k runs over up to `DEPTH` values at a time: the panel of B that a tile needs for them fits the first-level cache, and all tiles of a block
//! of rows use it one after the other. They leave their sums aside, side by side, and go on from there with the next ones: still
//! one sum in order for each element. (In C, whose rows stand far apart, each row of a tile would be looked up in another page of memory
//! each time.) And where the numbers of a factor stand badly (see [`Copies`]), it is copied first, part by part.

use super::gemm::Matrix;
use super::lanes::Lanes;
use super::tile::{AT_ONCE, Left, Panel, Part, Tiles, largest};
use pulp::Simd;

/// The most numbers in a vector: 64 bytes of f32.
const MOST_LANES: usize = 16;
/// The most k at a time, a multiple of [`AT_ONCE`]: with f32 a panel has 36 kB.
const DEPTH: usize = 144;
/// So many columns at a time, if B is copied: what is copied stays in the second-level cache.
const SLAB: usize = 256;
/// The most rows of a block.
pub(super) const BLOCK: usize = 528;
/// With so many rows it pays to copy B: its rows come to stand side by side, and its vectors do not reach over two cache lines.
const ROWS_WORTH_A_COPY: usize = 160;
/// With so many, if its rows stand a large power of two apart.
const ROWS_WORTH_A_COPY_IF_COLLIDING: usize = 64;

/// C ← A B for a block of rows, with room for copies of the factors.
pub(super) struct Product<'a, 'c, F> {
    pub(super) a: Matrix<'a, F>,
    pub(super) b: Matrix<'a, F>,
    /// The rows of C.
    pub(super) c: &'a mut [&'c mut [F]],
    pub(super) copies: Copies,
    /// As much as [`Copies::sizes`] says.
    pub(super) copy_of_a: &'a mut [F],
    pub(super) copy_of_b: &'a mut [F],
    /// Sums over the k so far: as many as [`sums`] says.
    pub(super) sums: &'a mut [F],
}

/// How many sums are left aside while k goes on.
pub(super) fn sums<F>(a: &Matrix<F>, b: &Matrix<F>) -> usize {
    if a.columns > DEPTH { a.rows * b.columns.next_multiple_of(MOST_LANES).min(SLAB) } else { 0 }
}

/// Which factors are copied before they are read.
#[derive(Clone, Copy)]
pub(super) struct Copies {
    a: bool,
    b: bool,
}

impl Copies {
    /// A transposed B is copied, since a tile reads vectors along its rows; any B is, if many rows of A use the copy. A is copied if it is read
    /// often enough, that is for many columns of B. Fewer are enough where rows stand a large power of two apart, because then the
    /// first-level cache can hold only a few of them at a time.
    pub(super) fn needed<F>(a: &Matrix<F>, b: &Matrix<F>) -> Self {
        let collide = |stride: usize| (stride * size_of::<F>()).is_multiple_of(1024);
        let a_collides = collide(a.row_stride.max(a.column_stride));
        Copies {
            a: a.rows > 1 && (b.columns > 256 || (b.columns >= 128 && a_collides)),
            b: b.column_stride != 1
                || a.rows >= ROWS_WORTH_A_COPY
                || (a.rows >= ROWS_WORTH_A_COPY_IF_COLLIDING && collide(b.row_stride)),
        }
    }

    /// How many numbers the copies hold: all of A, and a slab of B.
    pub(super) fn sizes<F>(self, a: &Matrix<F>, b: &Matrix<F>) -> (usize, usize) {
        let slab = a.columns.min(DEPTH) * b.columns.next_multiple_of(MOST_LANES).min(SLAB);
        (if self.a { a.rows * a.columns } else { 0 }, if self.b { slab } else { 0 })
    }
}

impl<F: Lanes> pulp::WithSimd for Product<'_, '_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Product { a, b, c, copies, copy_of_a, copy_of_b, sums } = self;
        if a.columns == 0 {
            return c.iter_mut().for_each(|row| row.fill(F::default()));
        }
        let lanes = F::lanes::<S>();
        let (most_rows, most_vectors) = largest(S::REGISTER_COUNT);
        let most_columns = most_vectors * lanes;
        // Parts of about the same length: a short last one would load and store as many sums for less work.
        let most_depth = a.columns.div_ceil(a.columns.div_ceil(DEPTH)).next_multiple_of(AT_ONCE);
        if copies.a {
            for (k, depth) in pieces(a.columns, most_depth) {
                copy_a(&a.part(0, a.rows, k, depth), most_rows, &mut copy_of_a[k * a.rows..][..depth * a.rows]);
            }
        }
        for (start, slab_width) in pieces(b.columns, SLAB) {
            for (k, depth) in pieces(a.columns, most_depth) {
                let slab = b.part(k, depth, start, slab_width);
                if copies.b {
                    copy_slab(&slab, most_columns, lanes, copy_of_b);
                }
                for (column, width) in pieces(slab_width, most_columns) {
                    let panel = match copies.b {
                        true => Panel { numbers: &copy_of_b[column * depth..], stride: width.next_multiple_of(lanes) },
                        false => Panel { numbers: &slab.data[column..], stride: slab.row_stride },
                    };
                    for (first, tiles, rows) in stacks(a.rows, most_rows) {
                        let left = match copies.a {
                            true => Left {
                                numbers: &copy_of_a[k * a.rows + first * depth..],
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
                        let part = Part { first: k == 0, last: k + depth == a.columns };
                        let sums = match part {
                            Part { first: true, last: true } => &mut [],
                            _ => &mut sums[column * a.rows + first * width.next_multiple_of(lanes)..],
                        };
                        let (c, column) = (&mut c[first..], start + column);
                        Tiles { left, panel, depth, c, column, width, sums, part }.compute(simd, tiles, rows);
                    }
                }
            }
        }
    }
}

/// How many rows of so many a block has: all about the same.
pub(super) fn block_rows(rows: usize) -> usize {
    let blocks = rows.div_ceil(BLOCK).max(1);
    rows.div_ceil(blocks).next_multiple_of(12)
}

/// `whole` in pieces of at most `most`: where each starts, and its length.
#[inline(always)]
fn pieces(whole: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..whole).step_by(most).map(move |start| (start, most.min(whole - start)))
}

/// So many rows as tiles: where they start, how many there are, and of how many rows. First the full ones, then one of the rest.
#[inline(always)]
fn stacks(height: usize, most: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    let (full, rest) = (height / most, height % most);
    let stacks = [(0, full, most), (full * most, 1, rest)];
    stacks.into_iter().filter(|(_, tiles, rows)| tiles * rows > 0)
}

/// Copies some k of A tile by tile, each as `[k][row]`: in the order in which they are read.
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

/// Copies part of B panel by panel, each as `[k][column]`, the last one with room for whole vectors.
#[inline(always)]
fn copy_slab<F: Lanes>(slab: &Matrix<F>, most_columns: usize, lanes: usize, to: &mut [F]) {
    let depth = slab.rows;
    let whole = if slab.column_stride == 1 && most_columns == 64 { slab.columns / 64 * 64 } else { 0 };
    for k in 0..if whole > 0 { depth } else { 0 } {
        // Row by row: that is how B stands in memory.
        let line = &slab.data[k * slab.row_stride..][..whole];
        for (panel, line) in line.as_chunks::<64>().0.iter().enumerate() {
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

/// The same for i below N, which it returns.
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
