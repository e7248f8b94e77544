//! The hyperbolic tangent.

use super::Unary;
use crate::{Real, Scalar, Var};

/// y = tanh x
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tanh;

impl Unary for Tanh {
    const NAME: &'static str = "tanh";
    const FORMULA: &'static str = "y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)";

    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x.tanh()
    }
    #[inline(always)]
    fn flow<T: Real>(self, g: T, _x: T, y: T) -> T {
        g * (T::one() - y * y)
    }
    #[inline(always)]
    fn slope_of_slope<T: Real>(self, _x: T, y: T) -> Option<T> {
        Some(T::number(-2.0) * y)
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The hyperbolic tangent of each element: a sigmoid that runs from -1 to 1. Its slope is the textbook's 1 - y², which becomes 0 where y rounds
    /// to 1 or -1: from about |x| = 9 on in f32, and |x| = 19 in f64.
    #[track_caller]
    pub fn tanh(self) -> Self {
        self.map(Tanh)
    }
}
