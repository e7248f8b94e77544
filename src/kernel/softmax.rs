//! Softmax and its relatives along one axis. The one idea to know: with the largest x taken out,
//! ln Σ eˣ = max + ln(1 + rest), where the rest is a sum of exponentials below 1. Nothing overflows, and a rest that is tiny
//! next to 1 is not lost, because [`Scalar::ln_1p`] never forms the sum.

use super::reduce::lines;
use crate::op::{View, ViewMut};
use crate::scalar::Scalar;

/// The largest number of a line, and where it stands.
#[derive(Clone, Copy)]
pub struct Largest<F> {
    /// The number; -infinity if there is none.
    pub max: F,
    place: usize,
}

impl<F: Scalar> Largest<F> {
    /// Of the line `x`.
    pub fn of(x: impl Iterator<Item = F>) -> Self {
        let negative_infinity = F::ZERO.ln();
        let (mut max, mut place) = (negative_infinity, 0);
        for (i, x) in x.enumerate() {
            if x > max || x.is_nan() {
                (max, place) = (x, i);
            }
        }
        Largest { max, place }
    }

    /// The sum of e^(x - max) over all the others of the line.
    pub fn rest(&self, x: impl Iterator<Item = F>) -> F {
        let mut rest = F::ZERO;
        // If the largest is infinite, it is the answer: x - max would not be a number.
        if self.max.is_finite() || self.max.is_nan() {
            for (i, x) in x.enumerate() {
                if i != self.place {
                    rest += (x - self.max).exp();
                }
            }
        }
        rest
    }
}

/// `y = softmax(x)`
pub fn softmax<F: Scalar>(x: View<F>, axis: usize, y: ViewMut<F>) {
    each_line(x, axis, |line, places| {
        let mut sum = F::ZERO;
        for at in places.clone() {
            y.data[at] = (x.data[at] - line.max).exp();
            sum += y.data[at];
        }
        for at in places {
            y.data[at] = y.data[at] / sum;
        }
    });
}

/// `y = ln softmax(x)`
pub fn log_softmax<F: Scalar>(x: View<F>, axis: usize, y: ViewMut<F>) {
    each_line(x, axis, |line, places| {
        let log_sum = line.rest(places.clone().map(|at| x.data[at])).ln_1p();
        for at in places {
            y.data[at] = (x.data[at] - line.max) - log_sum;
        }
    });
}

/// `y = ln Σ eˣ`
pub fn logsumexp<F: Scalar>(x: View<F>, axis: usize, y: ViewMut<F>) {
    let mut y = y.data.iter_mut();
    each_line(x, axis, |line, places| {
        if let Some(y) = y.next() {
            *y = line.max + line.rest(places.map(|at| x.data[at])).ln_1p();
        }
    });
}

/// Calls `visit` for every line of `x` along `axis`, with its largest number and the places of its numbers.
fn each_line<F: Scalar>(
    x: View<F>,
    axis: usize,
    mut visit: impl FnMut(Largest<F>, std::iter::StepBy<std::ops::Range<usize>>),
) {
    let length = x.shape[axis];
    lines(x.shape, axis, |start, stride| {
        let places = (start..start + length * stride).step_by(stride);
        visit(Largest::of(places.clone().map(|at| x.data[at])), places);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_sum_exp(x: &[f64]) -> f64 {
        let line = Largest::of(x.iter().copied());
        line.max + line.rest(x.iter().copied()).ln_1p()
    }

    #[test]
    fn a_log_sum_exp_neither_overflows_nor_loses_the_tail() {
        assert_eq!(log_sum_exp(&[1000.0, 1000.0]), 1000.0 + 2.0_f64.ln());
        assert_eq!(log_sum_exp(&[0.0, -40.0]), (-40.0_f64).exp());
        assert_eq!(log_sum_exp(&[f64::NEG_INFINITY, f64::NEG_INFINITY]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&[f64::INFINITY, 0.0]), f64::INFINITY);
        assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
        assert!(log_sum_exp(&[0.0, f64::NAN, 1.0]).is_nan());
    }
}
