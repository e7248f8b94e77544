//! The lines of an array along one of its axes: where their numbers stand, and the largest of each.

use super::wide::wide;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::view::View;

/// Number of maxima that are kept side by side: enough to fill a vector of any processor.
const LANES: usize = 16;

/// A line of an array: the places of its numbers, the largest of them (-infinity if there is none), and its index.
#[derive(Debug)]
pub struct Line<F> {
    pub(super) places: Places,
    /// The largest number.
    pub max: F,
    /// The index of the largest number in the line.
    pub which: usize,
}

/// The largest number of a line, -infinity if there is none, and the index of the first that is as large. Not a number if one is not.
#[inline(always)]
pub(super) fn largest<F: Scalar>(line: &[F]) -> (F, usize) {
    let (chunks, rest) = pulp::as_arrays::<LANES, _>(line);
    let mut lanes = [F::ZERO.ln(); LANES];
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, x);
        }
    }
    // A short line, such as the scores of ten classes, is all rest.
    let sides = if chunks.is_empty() { &lanes[..1] } else { &lanes[..] };
    let max = sides.iter().chain(rest).fold(lanes[0], |max, &x| larger(max, x));
    let which = line.iter().position(|&x| x == max || x.is_nan()).unwrap_or(0);
    (line.get(which).copied().unwrap_or(max), which)
}

/// The larger of two, or the one that is not a number.
#[inline(always)]
fn larger<F: Scalar>(a: F, b: F) -> F {
    if a > b || a.is_nan() { a } else { b }
}

impl<F: Scalar> Line<F> {
    fn of(x: &[F], places: Places) -> Self {
        if places.stride == 1 {
            let line = &x[places.start..places.start + places.length];
            let (max, which) = wide(
                places.length,
                #[inline(always)]
                move || largest(line),
            );
            return Line { places, max, which };
        }
        let negative_infinity = F::ZERO.ln();
        let (mut max, mut which) = (negative_infinity, 0);
        places.each(x, |i, x| {
            if x > max || x.is_nan() {
                (max, which) = (x, i);
            }
        });
        Line { places, max, which }
    }

    /// Whether the largest number is infinity, or all are -infinity.
    pub(super) fn is_infinite(&self) -> bool {
        !self.max.is_finite() && !self.max.is_nan()
    }
}

/// The places of a line's numbers in its array. The usual stride, 1, has a branch of its own, so that the compiler knows the stride.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    start: usize,
    pub(super) length: usize,
    stride: usize,
}

impl Places {
    pub(super) fn place(self, index: usize) -> usize {
        self.start + index * self.stride
    }

    pub(super) fn piece(self, start: usize, length: usize) -> Places {
        Places { start: self.place(start), length, ..self }
    }

    #[inline(always)]
    pub(super) fn each<F: Copy>(self, x: &[F], mut visit: impl FnMut(usize, F)) {
        let Places { start, length, stride } = self;
        match stride {
            1 => x[start..start + length].iter().enumerate().for_each(|(i, &x)| visit(i, x)),
            _ => x.iter().skip(start).step_by(stride).take(length).enumerate().for_each(|(i, &x)| visit(i, x)),
        }
    }

    /// `y[place] = f(from[i])` for the ith place.
    #[inline(always)]
    pub(super) fn fill<F: Copy, G: Copy>(self, y: &mut [F], from: &[G], f: impl Fn(G) -> F) {
        let Places { start, length, stride } = self;
        match stride {
            1 => y[start..start + length].iter_mut().zip(from).for_each(|(y, &from)| *y = f(from)),
            _ => y.iter_mut().skip(start).step_by(stride).zip(&from[..length]).for_each(|(y, &from)| *y = f(from)),
        }
    }

    pub(super) fn update<F: Copy>(self, y: &mut [F], f: impl Fn(F) -> F) {
        self.update_each(y, |y| *y = f(*y));
    }

    #[inline(always)]
    pub(super) fn update_each<F: Copy>(self, y: &mut [F], f: impl FnMut(&mut F)) {
        let Places { start, length, stride } = self;
        match stride {
            1 => y[start..start + length].iter_mut().for_each(f),
            _ => y.iter_mut().skip(start).step_by(stride).take(length).for_each(f),
        }
    }
}

/// Every line of `x` along `axis`, in order.
pub(super) fn lines<F: Scalar>(x: View<F>, axis: usize) -> impl Iterator<Item = Line<F>> {
    places(x.shape, axis).map(move |places| Line::of(x.data, places))
}

/// For every line of `shape` along `axis`, the places of its numbers.
pub(super) fn places(shape: Shape, axis: usize) -> impl Iterator<Item = Places> {
    let (before, length, after) = shape.around(axis);
    (0..before * after).map(move |line| Places {
        start: line / after * length * after + line % after,
        length,
        stride: after,
    })
}
