//! A power with a constant exponent.

use super::Unary;
use crate::{Real, Scalar, Var};

/// y = xᵖ
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pow(pub f64);

impl Unary for Pow {
    const NAME: &'static str = "pow";
    const FORMULA: &'static str = "y = xᵖ";
    const RECORDED: bool = true;

    fn attributes(self) -> String {
        format!("p = {}", self.0)
    }
    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        match self.0 {
            2.0 => x * x,
            _ => x.powf(self.exponent()),
        }
    }
    #[inline(always)]
    fn flow<T: Real>(self, g: T, x: T, _y: T) -> T {
        match self.0 {
            // x⁰ is constant, even at x = 0, where the formula would say 0 / 0.
            0.0 => T::zero(),
            _ => g.through(self.exponent::<T>() * x.powf(self.exponent::<T>() - T::one())),
        }
    }
}

impl Pow {
    #[inline(always)]
    fn exponent<T: Real>(self) -> T {
        T::parameter("p", self.0)
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element to the power of a constant.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(3.0);
    /// let y = x.pow(2.0);
    /// assert_eq!(y.item(), 9.0);
    /// assert_eq!(y.backward().wrt(x).item(), 6.0);
    /// ```
    ///
    /// # Panics
    /// If the exponent is not a number.
    #[track_caller]
    pub fn pow(self, exponent: f64) -> Self {
        assert!(!exponent.is_nan(), "pow: the exponent is not a number");
        self.map(Pow(exponent))
    }
}
