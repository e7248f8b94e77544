//! The maximum over axes, and repetition, the opposite of a reduction. (Sums are in [`sum`](super::sum).)

use super::elementwise::{Repeat, walk};
use super::parallel::{self, WORTH_A_THREAD};
use super::wide::wide;
use crate::scalar::Scalar;
use crate::view::{View, ViewMut};
use smallvec::SmallVec;

/// `y = x` repeated along new axes and axes of length 1.
pub fn broadcast<F: Scalar>(x: View<F>, y: ViewMut<F>) {
    match Repeat::of(x.shape, y.shape) {
        Some(Repeat::Whole) => y.data.chunks_exact_mut(x.data.len()).for_each(|y| y.copy_from_slice(x.data)),
        Some(Repeat::Each(times)) => y.data.chunks_exact_mut(times).zip(x.data).for_each(|(y, &x)| y.fill(x)),
        None => {
            let mut out = y.data.iter_mut();
            walk(y.shape, [x.shape.strides_towards(y.shape)], |[i]| {
                if let Some(y) = out.next() {
                    *y = x.data[i];
                }
            });
        }
    }
}

/// Each element of `y` = the largest of those elements of `x` that [`broadcast`] would copy it to. There must be at least one. If several are equally
/// large, each gets an equal share of the slope.
pub fn max_to<F: Scalar>(x: View<F>, mut y: ViewMut<F>) {
    let negative_infinity = F::ZERO.ln();
    fold_to(x, &mut y, negative_infinity, |max, x| if x < max || max.is_nan() { max } else { x });
    if F::HAS_TANGENT {
        share_slopes(x, y);
    }
}

/// Gives each maximum the mean tangent of all elements equal to it. The reduced axes have length 1 in `y`.
fn share_slopes<F: Scalar>(x: View<F>, y: ViewMut<F>) {
    let strides = x.shape.strides_towards(x.shape);
    // One element of y is the maximum of a block of x, which has the length of x along the reduced axes and 1 along the others.
    let mut block = x.shape;
    for axis in (0..x.shape.rank()).filter(|&axis| y.shape[axis] > 1) {
        block = block.with_axis(axis, 1);
    }
    let mut results = y.data.iter_mut();
    walk(y.shape, [strides], |[first]| {
        let Some(y) = results.next() else { return };
        let mut ties = SmallVec::<[F; 4]>::new();
        walk(block, [strides], |[offset]| ties.extend(Some(x.data[first + offset]).filter(|x| x == y)));
        let share = F::ONE / F::from_f64(ties.len() as f64);
        *y = y.with_slopes(|| ties.into_iter().map(|x| (x, share)));
    });
}

/// Folds every element of `x` into the element of `y` that it reduces to. `y` starts at `start`, which must be neutral for `f`.
fn fold_to<F: Scalar>(x: View<F>, y: &mut ViewMut<F>, start: F, f: impl Fn(F, F) -> F + Sync) {
    y.data.fill(start);
    match Repeat::of(y.shape, x.shape) {
        Some(Repeat::Whole) => fold_columns(x.data, y.data, f),
        Some(Repeat::Each(times)) => {
            for (y, row) in y.data.iter_mut().zip(x.data.chunks_exact(times)) {
                *y = fold([row], start, |[x]| x, &f);
            }
        }
        None => {
            let strides = y.shape.strides_towards(x.shape);
            let mut elements = x.data.iter();
            walk(x.shape, [strides], |[i]| {
                if let Some(&x) = elements.next() {
                    y.data[i] = f(y.data[i], x);
                }
            });
        }
    }
}

/// Folds each row of `x` into `y`, the first row first. Threads share the columns, so that the order stays.
fn fold_columns<F: Scalar>(x: &[F], y: &mut [F], f: impl Fn(F, F) -> F + Sync) {
    let columns = y.len();
    let share = parallel::share(columns, x.len() / WORTH_A_THREAD);
    parallel::each(y.chunks_mut(share).enumerate(), |(part, y)| {
        let (x, f) = (&x[part * share..], &f);
        wide(
            y.len(),
            #[inline(always)]
            move || {
                for row in x.chunks(columns) {
                    for (y, &x) in y.iter_mut().zip(row) {
                        *y = f(*y, x);
                    }
                }
            },
        );
    });
}

/// Number of partial results of a fold: enough to fill a vector of any processor.
const LANES: usize = 16;

/// Folds terms `term([a[i], b[i]])` of slices of equal length. `start` must be neutral for `join`.
///
/// The order depends on the length alone. Fewer than 16 terms are joined one after the other. Otherwise the term at place i goes to partial result i
/// mod 16, and the partial results are joined at the end. This order gives the same bits on every processor, and can run in vectors.
pub fn fold<F: Scalar, const N: usize>(
    x: [&[F]; N],
    start: F,
    term: impl Fn([F; N]) -> F,
    join: impl Fn(F, F) -> F,
) -> F {
    let length = x.iter().map(|x| x.len()).min().unwrap_or(0);
    if length < LANES {
        return (0..length).fold(start, |result, i| join(result, term(x.map(|x| x[i]))));
    }
    wide(
        length,
        #[inline(always)]
        move || {
            let mut lanes = [start; LANES];
            let split = x.map(|x| pulp::as_arrays::<LANES, _>(x));
            for i in 0..length / LANES {
                let chunks = split.map(|(chunks, _)| chunks[i]);
                for (lane, result) in lanes.iter_mut().enumerate() {
                    *result = join(*result, term(chunks.map(|chunk| chunk[lane])));
                }
            }
            for (i, result) in lanes[..length % LANES].iter_mut().enumerate() {
                *result = join(*result, term(split.map(|(_, rest)| rest[i])));
            }
            join_lanes(lanes, join)
        },
    )
}

/// Joins partial results by halves.
#[inline(always)]
fn join_lanes<F: Scalar>(mut lanes: [F; LANES], join: impl Fn(F, F) -> F) -> F {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = join(lanes[i], lanes[i + half]);
        }
        half /= 2;
    }
    lanes[0]
}
