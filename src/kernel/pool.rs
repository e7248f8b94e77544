//! Pooling: one number for each window and channel. The one idea to know: the pixels that lie at one offset of all windows of a plane (a channel of an
//! image) are copied to a **column**, and the columns of all offsets are combined element by element.

use super::convolve::narrow;
use super::parallel;
use super::scratch::with_scratch;
use super::wide::wide;
use super::windows::{Grid, Windows};
use crate::scalar::Scalar;
use smallvec::SmallVec;

/// Each place = the largest pixel of its window; padding is -infinity. If several are equally large, each gets an equal share of the slope.
pub(crate) fn max<F: Scalar>(grid: Grid, x: &[F], y: &mut [F]) {
    parallel::rows(y, grid.count(), |plane, y| {
        let x = of_plane(x, plane, grid.pixels());
        match is_quarters(grid) {
            true => quarters::max(grid, x, y),
            false => largest(grid, x, y),
        }
        if F::HAS_TANGENT {
            share_slopes(grid, x, y);
        }
    });
}

/// Each pixel = the sum of its shares of g: the largest pixels of a window share the g of that window.
pub(crate) fn max_back<F: Scalar>(grid: Grid, x: &[F], g: &[F], dx: &mut [F]) {
    if grid.pixels() == 0 {
        return;
    }
    parallel::rows(dx, grid.pixels(), |plane, dx| {
        let (x, g) = (of_plane(x, plane, grid.pixels()), of_plane(g, plane, grid.count()));
        if is_quarters(grid) {
            return quarters::max_back(grid, x, g, dx);
        }
        with_ties(grid, x, |largest, shares| {
            each(shares, [largest, g], |ties, [largest, g]| if largest.is_nan() { largest } else { g / ties });
            with_sums(dx, |sums| {
                each_column(grid, x, F::ZERO.ln(), |offset, column| {
                    each(column, [largest, shares], |x, [largest, share]| if x < largest { F::ZERO } else { share });
                    grid.add(offset, column, sums);
                });
            });
        });
    });
}

/// Each place = the mean of h over the largest pixels of its window: the transpose of [`max_back`].
pub(crate) fn max_pick<F: Scalar>(grid: Grid, x: &[F], h: &[F], y: &mut [F]) {
    parallel::rows(y, grid.count(), |plane, y| {
        let (x, h) = (of_plane(x, plane, grid.pixels()), of_plane(h, plane, grid.pixels()));
        with_ties(grid, x, |largest, ties| {
            with_sums(y, |sums| {
                each_column(grid, x, F::ZERO.ln(), |offset, x| {
                    with_scratch(x.len(), |picked: &mut [F]| {
                        grid.copy(offset, 0..grid.places[0], h, F::ZERO, picked);
                        each(picked, [x, largest], |h, [x, largest]| if x < largest { F::ZERO } else { h });
                        add(picked, sums);
                    });
                });
            });
            each(y, [largest, ties], |sum, [largest, ties]| if largest.is_nan() { largest } else { sum / ties });
        });
    });
}

/// Each place = the mean of its window, in which padding counts as zeros.
pub(crate) fn mean<F: Scalar>(grid: Grid, x: &[F], y: &mut [F]) {
    let area = F::from_f64(grid.windows.area() as f64);
    parallel::rows(y, grid.count(), |plane, y| {
        let x = of_plane(x, plane, grid.pixels());
        with_sums(y, |sums| each_column(grid, x, F::ZERO, |_, column| add(column, sums)));
        each(y, [], |sum, []| sum / area);
    });
}

/// Each pixel = the sum of g / n over the windows that contain it, where a window has n pixels: the transpose of [`mean`].
pub(crate) fn mean_back<F: Scalar>(grid: Grid, g: &[F], dx: &mut [F]) {
    if grid.pixels() == 0 {
        return;
    }
    let area = F::from_f64(grid.windows.area() as f64);
    parallel::rows(dx, grid.pixels(), |plane, dx| {
        let g = of_plane(g, plane, grid.count());
        with_scratch(g.len(), |column: &mut [F]| {
            with_sums(dx, |sums| {
                for offset in 0..grid.windows.area() {
                    column.copy_from_slice(g);
                    grid.add(offset, column, sums);
                }
            });
        });
        each(dx, [], |sum, []| sum / area);
    });
}

fn of_plane<F>(numbers: &[F], plane: usize, size: usize) -> &[F] {
    &numbers[plane * size..][..size]
}

/// Calls `work` with the column of each offset in the window.
fn each_column<F: Scalar>(grid: Grid, x: &[F], outside: F, mut work: impl FnMut(usize, &mut [F])) {
    with_scratch(grid.count(), |column: &mut [F]| {
        for offset in 0..grid.windows.area() {
            grid.copy(offset, 0..grid.places[0], x, outside, column);
            work(offset, column);
        }
    });
}

/// `y` = sums that `work` adds up in twice the digits, from 0 on.
fn with_sums<F: Scalar>(y: &mut [F], work: impl FnOnce(&mut [F::Wide])) {
    with_scratch(y.len(), |sums: &mut [F::Wide]| {
        sums.fill(F::Wide::ZERO);
        work(sums);
        narrow(sums, y);
    });
}

/// The larger of two; NaN if one of them is.
#[inline(always)]
fn larger<F: Scalar>(max: F, x: F) -> F {
    if x < max || max.is_nan() { max } else { x }
}

/// Whether the windows are 2 x 2 pixels side by side, which is what most networks pool.
fn is_quarters(grid: Grid) -> bool {
    grid.windows == Windows::new(2)
}

/// The same kernels for windows of 2 x 2 pixels side by side: row by row, with both pixels of a row at a time, in vectors. They take a quarter of the time.
mod quarters {
    use super::{Grid, Scalar, larger, wide};

    /// Pairs of pixels of the upper and of the lower row of the windows in a row of places.
    fn rows<F>(x: &[F], width: usize) -> impl Iterator<Item = [&[[F; 2]]; 2]> {
        let pairs = |row| pulp::as_arrays::<2, _>(row).0;
        x.chunks_exact((2 * width).max(1)).map(move |rows| [pairs(&rows[..width]), pairs(&rows[width..])])
    }

    pub fn max<F: Scalar>(grid: Grid, x: &[F], y: &mut [F]) {
        wide(
            y.len(),
            #[inline(always)]
            move || {
                for (y, [upper, lower]) in y.chunks_exact_mut(grid.places[1]).zip(rows(x, grid.image[1])) {
                    for ((y, &[a, b]), &[c, d]) in y.iter_mut().zip(upper).zip(lower) {
                        *y = larger(larger(larger(a, b), c), d);
                    }
                }
            },
        );
    }

    pub fn max_back<F: Scalar>(grid: Grid, x: &[F], g: &[F], dx: &mut [F]) {
        let [height, width] = grid.image;
        if height % 2 + width % 2 > 0 {
            dx.fill(F::ZERO);
        }
        wide(
            g.len(),
            #[inline(always)]
            move || {
                let rows = rows(x, width).zip(g.chunks_exact(grid.places[1])).zip(dx.chunks_exact_mut(2 * width));
                for (([upper, lower], g), dx) in rows {
                    let (above, below) = dx.split_at_mut(width);
                    let above = pulp::as_arrays_mut::<2, _>(above).0;
                    let below = pulp::as_arrays_mut::<2, _>(below).0;
                    let pixels = upper.iter().zip(lower).zip(above.iter_mut().zip(below));
                    for (((&[a, b], &[c, d]), (above, below)), &g) in pixels.zip(g) {
                        let largest = larger(larger(larger(a, b), c), d);
                        let is_largest = [a, b, c, d].map(|x| if x < largest { F::ZERO } else { F::ONE });
                        let [p, q, r, s] = is_largest;
                        let share = if largest.is_nan() { largest } else { g / (p + q + (r + s)) };
                        let shared = |x: F| if x < largest { F::ZERO } else { share };
                        (*above, *below) = ([shared(a), shared(b)], [shared(c), shared(d)]);
                    }
                }
            },
        );
    }
}

/// The largest pixel of each window; NaN if one of them is.
fn largest<F: Scalar>(grid: Grid, x: &[F], y: &mut [F]) {
    let negative_infinity = F::ZERO.ln();
    y.fill(negative_infinity);
    each_column(grid, x, negative_infinity, |_, column| {
        each(y, [column], |max, [x]| larger(max, x));
    });
}

/// Calls `work` with the largest pixel of each window, and how often it occurs there.
fn with_ties<F: Scalar>(grid: Grid, x: &[F], work: impl FnOnce(&[F], &mut [F])) {
    with_scratch(2 * grid.count(), |scratch: &mut [F]| {
        let (max, ties) = scratch.split_at_mut(grid.count());
        largest(grid, x, max);
        ties.fill(F::ZERO);
        each_column(grid, x, F::ZERO.ln(), |_, column| {
            each(ties, [column, max], |ties, [x, max]| if x < max { ties } else { ties + F::ONE });
        });
        work(max, ties);
    });
}

/// Gives each maximum the mean tangent of all pixels equal to it; where it is -infinity, the padding is equal, too.
fn share_slopes<F: Scalar>(grid: Grid, x: &[F], y: &mut [F]) {
    for (place, y) in y.iter_mut().enumerate() {
        let (mut equal, mut padding) = (SmallVec::<[F; 4]>::new(), grid.windows.area());
        let place = [place / grid.places[1], place % grid.places[1]];
        grid.windows.each_pixel(grid.image, place, |_, pixel| {
            equal.extend(Some(x[pixel]).filter(|x| x == y));
            padding -= 1;
        });
        let count = equal.len() + if *y == F::ZERO.ln() { padding } else { 0 };
        let share = F::ONE / F::from_f64(count as f64);
        *y = y.with_slopes(|| equal.into_iter().map(|x| (x, share)));
    }
}

/// `y[i] = f(y[i], [a[i], ...])`
fn each<F: Scalar, const N: usize>(y: &mut [F], x: [&[F]; N], f: impl Fn(F, [F; N]) -> F) {
    wide(
        y.len(),
        #[inline(always)]
        move || {
            let x = x.map(|x| &x[..y.len()]);
            for (i, y) in y.iter_mut().enumerate() {
                *y = f(*y, x.map(|x| x[i]));
            }
        },
    );
}

fn add<F: Scalar>(x: &[F], sums: &mut [F::Wide]) {
    wide(
        x.len(),
        #[inline(always)]
        move || sums.iter_mut().zip(x).for_each(|(sum, x)| *sum += x.widen()),
    );
}
