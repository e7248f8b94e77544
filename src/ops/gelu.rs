//! The Gaussian error linear unit, in its exact form.

use super::same_shape;
use super::slopes::{SlopeOf, share_below, wide_map};
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2
#[derive(Debug, PartialEq)]
pub struct Gelu;

impl<F: Scalar> Op<F> for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }
    fn formula(&self) -> &'static str {
        "y = x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    /// Φ(x) is computed as erfc(-x/√2) / 2: where x is negative and Φ small, 1 + erf(x/√2) would have lost its digits.
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        wide_map(x[0], y, |x| x.through(share_below(x)))
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("Φ(x) + x φ(x)", "dx = g (Φ(x) + x φ(x)), φ(x) = e^(-x²/2) / √(2π)")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || g.through(x.slope_of(SlopeOf::Gelu)))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element times the share of a standard normal distribution that lies below it: a smooth relu
    /// (Hendrycks and Gimpel, 2016). This is the exact form, not the approximation by tanh.
    #[track_caller]
    pub fn gelu(self) -> Self {
        self.tape.record(Gelu, &[self])
    }
}
