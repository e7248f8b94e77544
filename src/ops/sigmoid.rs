//! The logistic sigmoid. Copy this file for an op of your own: it defines y and what flows back, and everything else follows.

use super::Unary;
use crate::{Real, Scalar, Var};

/// y = 1 / (1 + e⁻ˣ)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sigmoid;

impl Unary for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const FORMULA: &'static str = "y = 1 / (1 + e⁻ˣ)";

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x.sigmoid()
    }
    #[inline(always)]
    fn flow<T: Real>(self, g: T, _x: T, y: T) -> T {
        g * y * (T::one() - y)
    }
    #[inline(always)]
    fn slope_of_slope<T: Real>(self, _x: T, y: T) -> Option<T> {
        Some(T::one() - T::number(2.0) * y)
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The logistic sigmoid of each element. Its slope is the textbook's y (1 - y), which becomes 0 where y rounds to 1: from about
    /// x = 17 on in f32, and x = 37 in f64. For a loss use [`binary_cross_entropy_with_logits`](Var::binary_cross_entropy_with_logits): its slope does
    /// not become 0 there.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(0.0);
    /// let y = x.sigmoid();
    /// assert_eq!(y.item(), 0.5);
    /// assert_eq!(y.backward().wrt(x).item(), 0.25); // nowhere is it steeper
    /// ```
    #[track_caller]
    pub fn sigmoid(self) -> Self {
        self.map(Sigmoid)
    }
}
