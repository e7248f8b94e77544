//! A relu that leaks: negative numbers pass with a small slope, so that no unit is ever quite dead.

use super::Unary;
use crate::{Real, Scalar, Var};

/// y = x where x > 0, else s x
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu(pub f64);

impl Unary for LeakyRelu {
    const NAME: &'static str = "leaky_relu";

    fn attributes(self) -> String {
        format!("s = {}", self.0)
    }
    #[inline(always)]
    fn value<T: Real>(self, x: T) -> T {
        x.where_positive(x, self.slope::<T>() * x)
    }
    #[inline(always)]
    fn flow<T: Real>(self, g: T, x: T, _y: T) -> T {
        x.where_positive(g, self.slope::<T>() * g)
    }
    #[inline(always)]
    fn slope_of_slope<T: Real>(self, _x: T, _y: T) -> Option<T> {
        Some(T::zero())
    }
}

impl LeakyRelu {
    fn slope<T: Real>(self) -> T {
        T::parameter("s", self.0)
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element, times `slope` where it is not positive. At the kink, 0, the gradient is `slope`, by convention.
    ///
    /// # Panics
    /// If the slope is not a finite number.
    #[track_caller]
    pub fn leaky_relu(self, slope: f64) -> Self {
        assert!(slope.is_finite(), "leaky_relu: the slope must be a finite number, got {slope}");
        self.map(LeakyRelu(slope))
    }
}
