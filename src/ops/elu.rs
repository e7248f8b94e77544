//! A relu that bends smoothly into a floor: negative numbers pass as an exponential.

use super::Unary;
use crate::{Real, Scalar, Var};

/// y = x where x > 0, else α (eˣ - 1)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu(pub f64);

impl Unary for Elu {
    const NAME: &'static str = "elu";

    fn attributes(self) -> String {
        format!("α = {}", self.0)
    }
    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x.where_positive(x, self.alpha::<T>() * x.exp_m1())
    }
    #[inline(always)]
    fn flow<T: Real>(self, g: T, x: T, _y: T) -> T {
        x.where_positive(g, g.through(self.alpha::<T>() * x.exp()))
    }
    #[inline(always)]
    fn slope_of_slope<T: Real>(self, x: T, _y: T) -> Option<T> {
        Some(x.where_positive(T::zero(), self.alpha::<T>() * x.exp()))
    }
}

impl Elu {
    fn alpha<T: Real>(self) -> T {
        T::parameter("α", self.0)
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element where it is positive, else `alpha` (eˣ - 1): an exponential linear unit (Clevert, Unterthiner and Hochreiter, 2016), whose
    /// floor is -`alpha`. At 0 the gradient is `alpha`; unless that is 1, there is a kink, and this is the convention.
    ///
    /// # Panics
    /// If alpha is not a finite number.
    #[track_caller]
    pub fn elu(self, alpha: f64) -> Self {
        assert!(alpha.is_finite(), "elu: alpha must be a finite number, got {alpha}");
        self.map(Elu(alpha))
    }
}
