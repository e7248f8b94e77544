//! Variance and standard deviation. These are compositions of other ops, not ops.

use crate::{Axes, Scalar, Var};

impl<'t, F: Scalar> Var<'t, F> {
    /// The variance of all elements, Σ (x - mean)² / (n - correction): with a `correction` of 0 that of the numbers themselves (NumPy's default), with 1
    /// an estimate for what they were drawn from (Bessel's correction, PyTorch's default).
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
    /// assert_eq!((x.var(0).item(), x.std(0).item()), (4.0, 2.0));
    /// ```
    ///
    /// # Panics
    /// If there are not more numbers than `correction`: the variance would be divided by 0.
    #[track_caller]
    pub fn var(self, correction: usize) -> Self {
        self.var_axes(Axes::ALL, correction)
    }

    /// The [variance](Var::var) over some axes, which the result does not have.
    #[track_caller]
    pub fn var_axes(self, axes: impl Into<Axes>, correction: usize) -> Self {
        let axes = self.axes("var", axes);
        let (centred, divisor) = self.centred("var", axes, correction);
        (centred * centred).sum_axes(axes) / divisor
    }

    /// The [variance](Var::var) over some axes, which the result keeps with length 1.
    #[track_caller]
    pub fn var_axes_keepdims(self, axes: impl Into<Axes>, correction: usize) -> Self {
        let axes = self.axes("var", axes);
        let (centred, divisor) = self.centred("var", axes, correction);
        (centred * centred).sum_axes_keepdims(axes) / divisor
    }

    /// The standard deviation of all elements, the square root of the [variance](Var::var). Where they are all equal there is a kink, and the gradient is 0,
    /// by convention.
    ///
    /// # Panics
    /// If there are not more numbers than `correction`.
    #[track_caller]
    pub fn std(self, correction: usize) -> Self {
        self.std_axes(Axes::ALL, correction)
    }

    /// The [standard deviation](Var::std) over some axes, which the result does not have.
    #[track_caller]
    pub fn std_axes(self, axes: impl Into<Axes>, correction: usize) -> Self {
        let axes = self.axes("std", axes);
        let (centred, divisor) = self.centred("std", axes, correction);
        centred.norm_axes(axes) / divisor.sqrt()
    }

    /// The [standard deviation](Var::std) over some axes, which the result keeps with length 1.
    #[track_caller]
    pub fn std_axes_keepdims(self, axes: impl Into<Axes>, correction: usize) -> Self {
        let axes = self.axes("std", axes);
        let (centred, divisor) = self.centred("std", axes, correction);
        centred.norm_axes_keepdims(axes) / divisor.sqrt()
    }

    /// The elements less their mean, and n - correction.
    #[track_caller]
    fn centred(self, op: &str, axes: Axes, correction: usize) -> (Self, f64) {
        let mean = self.mean_axes_keepdims(axes);
        let (x, means) = (self.shape(), mean.shape());
        let count: usize =
            x.iter().zip(means.iter()).filter(|(x, mean)| x != mean).map(|(&length, _)| length).product();
        assert!(
            count > correction || means.size() == 0,
            "{op}: along {axes:?}, {} has {count} numbers to take the spread of, and {count} less the correction {correction} is not above 0",
            self.describe_shape()
        );
        (self - mean, count as f64 - correction as f64)
    }
}
