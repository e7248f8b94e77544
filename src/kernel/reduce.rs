//! Reductions and their opposite, repetition. Sums run in one fixed order, so that results are the same every time.

use super::elementwise::{Repeat, walk};
use crate::op::{View, ViewMut};
use crate::scalar::Scalar;
use crate::shape::Shape;

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

/// `y = ` the sum of all elements of `x` that [`broadcast`] would copy from one element of `y`.
pub fn sum_to<F: Scalar>(x: View<F>, y: ViewMut<F>) {
    fold_to(x, y, F::ZERO, |sum, x| sum + x);
}

/// `y = ` the largest of the elements of `x` that [`broadcast`] would copy from one element of `y`. There must be one.
pub fn max_to<F: Scalar>(x: View<F>, y: ViewMut<F>) {
    let negative_infinity = F::ZERO.ln();
    fold_to(x, y, negative_infinity, |max, x| if x < max || max.is_nan() { max } else { x });
}

/// Folds every element of `x` into the element of `y` that it reduces to; `y` starts at `start`.
pub fn fold_to<F: Scalar>(x: View<F>, y: ViewMut<F>, start: F, f: impl Fn(F, F) -> F) {
    y.data.fill(start);
    match Repeat::of(y.shape, x.shape) {
        Some(Repeat::Whole) => {
            for row in x.data.chunks_exact(y.data.len()) {
                for (y, &x) in y.data.iter_mut().zip(row) {
                    *y = f(*y, x);
                }
            }
        }
        Some(Repeat::Each(times)) => {
            for (y, x) in y.data.iter_mut().zip(x.data.chunks_exact(times)) {
                *y = x.iter().fold(start, |y, &x| f(y, x));
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

/// Calls `visit` for every line of `shape` along `axis`, with the offset of its first element and the stride from one element to the next;
/// the line has `shape[axis]` elements.
pub fn lines(shape: Shape, axis: usize, mut visit: impl FnMut(usize, usize)) {
    let (before, length, after) = shape.around(axis);
    for i in 0..before {
        for j in 0..after {
            visit(i * length * after + j, after);
        }
    }
}
