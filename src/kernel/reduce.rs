//! Maxima, products and lengths of vectors over axes, and repetition, the opposite of a reduction. (Sums are in [`sum`](super::sum).)

use super::elementwise::{Repeat, walk};
use super::parallel::{self, WORTH_A_THREAD};
use super::sum::sum_of;
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
    fold_to(x, &mut y, F::ZERO.ln(), |max, x| if x < max || max.is_nan() { max } else { x });
    if F::HAS_TANGENT {
        share_slopes(x, y);
    }
}

/// The same with the smallest.
pub fn min_to<F: Scalar>(x: View<F>, mut y: ViewMut<F>) {
    fold_to(x, &mut y, -F::ZERO.ln(), |min, x| if x > min || min.is_nan() { min } else { x });
    if F::HAS_TANGENT {
        share_slopes(x, y);
    }
}

/// Each element of `y` = the product of those elements of `x` that [`broadcast`] would copy it to.
pub fn prod_to<F: Scalar>(x: View<F>, mut y: ViewMut<F>) {
    fold_to(x, &mut y, F::ONE, |product, x| product * x);
}

/// Each element of `y` = the length, √(Σ x²), of the vector of those elements of `x` that [`broadcast`] would copy it to.
pub fn norm_to<F: Scalar>(x: View<F>, mut y: ViewMut<F>) {
    if let (false, Some(Repeat::Each(length))) = (x.data.is_empty(), Repeat::of(y.shape, x.shape)) {
        return y.data.iter_mut().zip(x.data.chunks_exact(length)).for_each(|(y, x)| *y = norm(x));
    }
    let mut vector = SmallVec::<[F; 32]>::new();
    each_block(x, &mut y, |y, visit| {
        vector.clear();
        visit(&mut |x| vector.push(x));
        *y = norm(&vector);
    });
}

/// √(Σ x²). If the squares are too large or too small to hold, they are those of x / s, where s is a power of two near the largest |x|.
/// The length of a vector of zeros has the slope 0, and so has one that is infinite.
fn norm<F: Scalar>(x: &[F]) -> F {
    let sum_of_squares = |divisor: F::Wide| {
        sum_of([x], move |[x]| {
            let part = x.widen() / divisor;
            part * part
        })
    };
    let sum = sum_of_squares(F::Wide::ONE);
    let largest = x.iter().fold(0.0, |largest: f64, x| largest.max(x.to_f64().abs()));
    match sum.to_f64() {
        _ if largest == 0.0 && !sum.is_nan() => F::ZERO,
        _ if largest.is_infinite() && !sum.is_nan() => F::from_f64(largest),
        size if (1e-280..1e280).contains(&size) || size.is_nan() => F::narrow(sum.sqrt()),
        _ => {
            let scale = F::Wide::from_f64(largest.log2().floor().exp2());
            F::narrow(scale * sum_of_squares(scale).sqrt())
        }
    }
}

/// Gives each maximum the mean tangent of all elements equal to it.
fn share_slopes<F: Scalar>(x: View<F>, mut y: ViewMut<F>) {
    each_block(x, &mut y, |y, visit| {
        let mut ties = SmallVec::<[F; 4]>::new();
        visit(&mut |x| ties.extend(Some(x).filter(|x| x == y)));
        let share = F::ONE / F::from_f64(ties.len() as f64);
        *y = y.with_slopes(|| ties.into_iter().map(|x| (x, share)));
    });
}

/// Calls `reduce` for each element of `y`, with a function that visits the elements of `x` that become it. The reduced axes have length 1 in `y`.
fn each_block<F: Scalar>(x: View<F>, y: &mut ViewMut<F>, mut reduce: impl FnMut(&mut F, &dyn Fn(&mut dyn FnMut(F)))) {
    let strides = x.shape.strides_towards(x.shape);
    // They are a block, which has the length of x along the reduced axes and 1 along the others.
    let mut block = x.shape;
    for axis in (0..x.shape.rank()).filter(|&axis| y.shape[axis] > 1) {
        block = block.with_axis(axis, 1);
    }
    let mut results = y.data.iter_mut();
    walk(y.shape, [strides], |[first]| {
        let Some(y) = results.next() else { return };
        reduce(y, &|see| walk(block, [strides], |[offset]| see(x.data[first + offset])));
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
