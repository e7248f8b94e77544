//! Where the largest and the smallest numbers are. Positions have no derivative, so these are no ops, and the answer is plain data, not a [`Var`].

use crate::{Axis, Scalar, Var};
use ndarray::ArrayD;

/// The position of the largest number, the first of several; 0 if there is none. NaN is never the largest.
pub fn argmax<F: Scalar>(row: impl IntoIterator<Item = F>) -> usize {
    first_best(row, |x, largest| x > largest)
}

/// The position of the smallest number, the first of several; 0 if there is none. NaN is never the smallest.
pub fn argmin<F: Scalar>(row: impl IntoIterator<Item = F>) -> usize {
    first_best(row, |x, smallest| x < smallest)
}

fn first_best<F: Scalar>(row: impl IntoIterator<Item = F>, is_better: fn(F, F) -> bool) -> usize {
    let mut best: (usize, Option<F>) = (0, None);
    for (position, x) in row.into_iter().enumerate() {
        if best.1.is_none_or(|found| is_better(x, found)) && !x.is_nan() {
            best = (position, Some(x));
        }
    }
    best.0
}

impl<F: Scalar> Var<'_, F> {
    /// The position of the largest element along `axis`, for each place along the other axes; the first of several. NaN is never the largest.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let logits = tape.input([[0.1, 2.0, 0.3], [5.0, 1.0, 5.0]]);
    /// let classes = logits.argmax(1);
    /// assert_eq!(classes.as_slice(), Some(&[1, 0][..]));
    /// let rows = tape.labels(classes.as_slice().unwrap()); // as labels or row numbers, back on the tape
    /// # let _ = rows;
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or it has length 0.
    #[track_caller]
    pub fn argmax(self, axis: impl Into<Axis>) -> ArrayD<usize> {
        self.positions("argmax", self.axis("argmax", axis), |line| argmax(line.iter().copied()))
    }

    /// The position of the smallest element along `axis`, for each place along the other axes; the first of several. NaN is never the smallest.
    ///
    /// # Panics
    /// If there is no such axis, or it has length 0.
    #[track_caller]
    pub fn argmin(self, axis: impl Into<Axis>) -> ArrayD<usize> {
        self.positions("argmin", self.axis("argmin", axis), |line| argmin(line.iter().copied()))
    }

    #[track_caller]
    fn positions(self, op: &str, axis: usize, of_line: fn(ndarray::ArrayView1<F>) -> usize) -> ArrayD<usize> {
        assert!(self.shape()[axis] > 0, "{op}: {} has no elements along axis {axis}", self.describe_shape());
        self.with_value(|value| value.map_axis(ndarray::Axis(axis), of_line))
    }
}
