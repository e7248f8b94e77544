//! The inner part of the matrix product: C is computed tile by tile, and a tile stays in registers while k runs.
//!
//! A tile is up to 6 rows by 4 vectors: 24 sums for the 32 registers of AVX-512. (AVX2 has 16 registers of half the size: 6 rows by 2 vectors.)
//! For every k, one row of the tile's part of B is loaded, and each number of A's column is multiplied with the whole row. So a loaded number of B
//! is used 6 times and one of A 64 times, and the time is that of the multiplications, not of the memory.

use super::lanes::Lanes;
use pulp::{Simd, WithSimd, as_arrays, as_arrays_mut};

/// Most rows and vectors of a tile on a processor with this many vector registers. (WebAssembly says 32, but many of the processors that run it have 16;
/// and the fewer kernels, the smaller the module.)
pub(super) const fn largest(registers: usize) -> (usize, usize) {
    match registers {
        _ if cfg!(target_family = "wasm") => (4, 2),
        32.. => (6, 4),
        _ => (6, 2),
    }
}

/// Number of k that one turn of the inner loop handles where both factors were copied (the loop is unrolled).
pub(super) const AT_ONCE: usize = 4;

/// Part of A as tiles read it: for each k a few numbers, one from each row. Either the numbers of a row are adjacent in memory, or those of
/// a column.
#[derive(Clone, Copy)]
pub(super) struct Left<'a, F> {
    pub(super) numbers: &'a [F],
    pub(super) row_stride: usize,
    pub(super) column_stride: usize,
    /// Distance from one tile to the one below, in numbers.
    pub(super) tile_stride: usize,
}

/// Part of B, as wide as a tile, row after row.
#[derive(Clone, Copy)]
pub(super) struct Panel<'a, F> {
    pub(super) numbers: &'a [F],
    pub(super) stride: usize,
}

/// Which part of k is computed.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) first: bool,
    pub(super) last: bool,
}

/// Tiles of C, one below the other, that are all computed with one panel.
pub(super) struct Tiles<'a, 'c, F> {
    pub(super) left: Left<'a, F>,
    pub(super) panel: Panel<'a, F>,
    pub(super) depth: usize,
    /// The rows of C. The tiles cover `width` columns, from `column` on.
    pub(super) c: &'a mut [&'c mut [F]],
    pub(super) column: usize,
    pub(super) width: usize,
    /// The sums over the parts of k done so far: whole vectors, row after row.
    pub(super) sums: &'a mut [F],
    /// Whether this part of k is the first, and whether it is the last.
    pub(super) part: Part,
}

impl<F: Lanes> Tiles<'_, '_, F> {
    /// Computes `tiles` tiles of `rows` rows, with the kernel that was compiled for that number of rows.
    #[inline(always)]
    pub(super) fn compute<S: Simd>(self, simd: S, tiles: usize, rows: usize) {
        match rows {
            1 => self.choose::<S, 1>(simd, tiles),
            2 => self.choose::<S, 2>(simd, tiles),
            3 => self.choose::<S, 3>(simd, tiles),
            4 => self.choose::<S, 4>(simd, tiles),
            5 => self.choose::<S, 5>(simd, tiles),
            6 => self.choose::<S, 6>(simd, tiles),
            _ => unreachable!("a tile has up to 6 rows"),
        }
    }

    /// Picks the kernel for this number of vectors and the layout of A.
    #[inline(always)]
    fn choose<S: Simd, const ROWS: usize>(self, simd: S, tiles: usize) {
        match (self.width.div_ceil(F::lanes::<S>()), self.left.row_stride == 1) {
            (1, true) => apart(simd, Kernel::<F, ROWS, 1, true>(self, tiles)),
            (1, false) => apart(simd, Kernel::<F, ROWS, 1, false>(self, tiles)),
            (2, true) => apart(simd, Kernel::<F, ROWS, 2, true>(self, tiles)),
            (2, false) => apart(simd, Kernel::<F, ROWS, 2, false>(self, tiles)),
            (3, true) => apart(simd, Kernel::<F, ROWS, 3, true>(self, tiles)),
            (3, false) => apart(simd, Kernel::<F, ROWS, 3, false>(self, tiles)),
            (4, true) => apart(simd, Kernel::<F, ROWS, 4, true>(self, tiles)),
            (4, false) => apart(simd, Kernel::<F, ROWS, 4, false>(self, tiles)),
            _ => unreachable!("a tile has up to 4 vectors"),
        }
    }
}

/// Runs a kernel as a function of its own. (If it were inlined beside the others, the compiler would run out of registers.)
#[inline(never)]
fn apart<F: Lanes, S: Simd, const ROWS: usize, const VECTORS: usize, const BY_COLUMNS: bool>(
    simd: S,
    kernel: Kernel<F, ROWS, VECTORS, BY_COLUMNS>,
) {
    // Tiles that are too large for these vectors are not even compiled.
    if const { ROWS <= largest(S::REGISTER_COUNT).0 && VECTORS <= largest(S::REGISTER_COUNT).1 } {
        simd.vectorize(kernel);
    } else {
        unreachable!("a tile is not larger than the largest one");
    }
}

/// A number of tiles of `ROWS` rows by `VECTORS` vectors. `BY_COLUMNS`: the numbers of a column of A are adjacent in memory, else those of a row.
struct Kernel<'a, 'c, F, const ROWS: usize, const VECTORS: usize, const BY_COLUMNS: bool>(Tiles<'a, 'c, F>, usize);

impl<F: Lanes, const ROWS: usize, const VECTORS: usize, const BY_COLUMNS: bool> WithSimd
    for Kernel<'_, '_, F, ROWS, VECTORS, BY_COLUMNS>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Kernel(Tiles { left, panel, depth, c, column, width, sums: aside, part }, tiles) = self;
        let zeros = [F::splat(simd, F::default()); VECTORS];
        // The stored sums, tile by tile.
        let aside = as_arrays_mut::<ROWS, _>(as_arrays_mut::<VECTORS, _>(F::vectors_mut::<S>(aside)).0).0;
        for tile in 0..tiles {
            let numbers = &left.numbers[tile * left.tile_stride..];
            let mut sums = if part.first { [zeros; ROWS] } else { aside[tile] };
            let done = match (BY_COLUMNS, panel.stride == VECTORS * F::lanes::<S>()) {
                // Both factors were copied, in the order in which they are read.
                (true, true) if left.column_stride == ROWS => {
                    let lines = F::vectors::<S>(panel.numbers).chunks_exact(AT_ONCE * VECTORS);
                    let whole = lines.len().min(depth / AT_ONCE);
                    for (lines, columns) in lines.zip(numbers.chunks_exact(AT_ONCE * ROWS)).take(whole) {
                        for k in 0..AT_ONCE {
                            accumulate(simd, &lines[k * VECTORS..], &mut sums, |i| columns[k * ROWS + i]);
                        }
                    }
                    whole * AT_ONCE
                }
                // Lines of B are adjacent, and rows of A are read in place. `black_box` hides from the compiler how far apart those rows are:
                // otherwise it would compute the address of each row from that of the row above, for each k again.
                (false, true) => {
                    let lines = as_arrays::<VECTORS, _>(F::vectors::<S>(panel.numbers)).0;
                    let whole = depth.min(lines.len());
                    let lines = &lines[..whole];
                    let rows: [_; ROWS] = rows(numbers, left.row_stride, whole, std::hint::black_box);
                    // Meanwhile the rows of the tile below are brought into the cache (only some of them if they are not adjacent).
                    let below = left.numbers.as_ptr().wrapping_add((tile + 1) * left.tile_stride);
                    let mut k = 0;
                    while k + 1 < whole {
                        prefetch(below.wrapping_add(k * ROWS));
                        accumulate(simd, &lines[k], &mut sums, |i| rows[i][k]);
                        accumulate(simd, &lines[k + 1], &mut sums, |i| rows[i][k + 1]);
                        k += 2;
                    }
                    k
                }
                // A row of the panel is read in whole vectors, even where it is narrower: the numbers of the next row that they hold are not stored.
                _ => {
                    let lines = panel.numbers.windows(VECTORS * F::lanes::<S>()).step_by(panel.stride);
                    let whole = depth.min(lines.len());
                    if BY_COLUMNS {
                        let columns = numbers.windows(ROWS).step_by(left.column_stride);
                        for (line, column) in lines.zip(columns).take(whole) {
                            accumulate(simd, F::vectors::<S>(line), &mut sums, |i| column[i]);
                        }
                    } else {
                        let rows: [_; ROWS] = rows(numbers, left.row_stride, whole, |row| row);
                        for (k, line) in (0..whole).zip(lines) {
                            accumulate(simd, F::vectors::<S>(line), &mut sums, |i| rows[i][k]);
                        }
                    }
                    whole
                }
            };
            // The k that are left: fewer than one turn of the loop takes, or a last row that whole vectors would read past.
            for k in done..depth {
                let mut line = zeros;
                load(simd, &panel.numbers[k * panel.stride..][..width], &mut line);
                accumulate(simd, &line, &mut sums, |i| numbers[i * left.row_stride + k * left.column_stride]);
            }
            if part.last {
                for (c, sums) in c[tile * ROWS..][..ROWS].iter_mut().zip(&sums) {
                    store(simd, &mut c[column..][..width], sums);
                }
            } else {
                aside[tile] = sums;
            }
        }
    }
}

/// Asks the processor to bring an address into the first-level cache. The address need not be valid.
#[inline(always)]
fn prefetch<F>(address: *const F) {
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = pulp::core_arch::x86::Sse::try_new() {
        sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// The first `length` numbers of each row of A; every row is handed through `pass`.
#[inline(always)]
fn rows<'a, F, const ROWS: usize>(
    numbers: &'a [F],
    stride: usize,
    length: usize,
    pass: impl Fn(&'a [F]) -> &'a [F],
) -> [&'a [F]; ROWS] {
    let mut rows = [numbers; ROWS];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = &pass(&numbers[i * stride..])[..length];
    }
    rows
}

/// Adds the products of a column of A with a row of B.
#[inline(always)]
fn accumulate<F: Lanes, S: Simd, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    line: &[F::Vector<S>],
    sums: &mut [[F::Vector<S>; VECTORS]; ROWS],
    column: impl Fn(usize) -> F,
) {
    for (i, sums) in sums.iter_mut().enumerate() {
        let a = F::splat(simd, column(i));
        for (sum, &b) in sums.iter_mut().zip(line) {
            *sum = F::multiply_add(simd, a, b, *sum);
        }
    }
}

/// Loads a row into vectors; the last one may be filled only in part.
#[inline(always)]
fn load<F: Lanes, S: Simd, const VECTORS: usize>(simd: S, line: &[F], vectors: &mut [F::Vector<S>; VECTORS]) {
    let whole = F::vectors::<S>(line);
    if let Some(whole) = whole.first_chunk() {
        *vectors = *whole;
    } else {
        let last = VECTORS - 1;
        vectors[..last].copy_from_slice(&whole[..last]);
        vectors[last] = F::load(simd, &line[last * F::lanes::<S>()..]);
    }
}

/// Stores vectors to a row; of the last one perhaps only a part.
#[inline(always)]
fn store<F: Lanes, S: Simd, const VECTORS: usize>(simd: S, line: &mut [F], vectors: &[F::Vector<S>; VECTORS]) {
    let whole = F::vectors_mut::<S>(line);
    if let Some(whole) = whole.first_chunk_mut() {
        *whole = *vectors;
    } else {
        let last = VECTORS - 1;
        whole[..last].copy_from_slice(&vectors[..last]);
        F::store(simd, &mut line[last * F::lanes::<S>()..], vectors[last]);
    }
}
