//! The rectified linear unit.

use super::Unary;
use crate::{Real, Scalar, Var};

/// y = max(x, 0)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relu;

impl Unary for Relu {
    const NAME: &'static str = "relu";

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x.relu()
    }
    #[inline(always)]
    fn flow<T: Real>(self, g: T, _x: T, y: T) -> T {
        y.where_positive(g, T::zero())
    }
    #[inline(always)]
    fn slope_of_slope<T: Real>(self, _x: T, _y: T) -> Option<T> {
        Some(T::zero())
    }
}

/// The larger of x and 0. At the kink the slope is 0, by convention.
#[inline(always)]
pub(crate) fn relu<F: Scalar>(x: F) -> F {
    let y = if x < F::ZERO { F::ZERO } else { x };
    y.with_slopes(|| [(x, x.where_positive(F::ONE, F::ZERO))])
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element, or 0 where it is negative. It has a kink at 0, where we take the slope 0, by convention.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([-1.0, 0.0, 2.0]);
    /// let gradients = x.relu().sum().backward();
    /// assert_eq!(gradients.wrt(x).value(), ndarray::arr1(&[0.0, 0.0, 1.0]).into_dyn());
    /// ```
    #[track_caller]
    pub fn relu(self) -> Self {
        self.map(Relu)
    }
}
