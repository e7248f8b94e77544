//! A power with a constant exponent.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = xᵖ
#[derive(Debug, PartialEq)]
pub struct Pow(pub f64);

impl<F: Scalar> Op<F> for Pow {
    fn name(&self) -> &'static str {
        "pow"
    }
    fn formula(&self) -> &'static str {
        "y = xᵖ"
    }
    fn attributes(&self) -> String {
        format!("p = {}", self.0)
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let exponent = F::from_f64(self.0);
        match self.0 {
            2.0 => map(x[0], y, |x| x * x),
            _ => map(x[0], y, move |x| x.powf(exponent)),
        }
    }
    fn slopes(&self) -> &'static [Slope] {
        // x⁰ is constant, even at x = 0, where the formula would say 0 / 0.
        if self.0 == 0.0 { &[Slope::None] } else { &[Slope::Each("p xᵖ⁻¹", "dx = g p xᵖ⁻¹")] }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x], p) = (at.cotangent(), at.operands(), self.0);
        match p {
            0.0 => [at.no_gradient()].into(),
            _ => [at.to(0, || g.through(p * x.pow(p - 1.0)))].into(),
        }
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
        self.tape.record(Pow(exponent), &[self])
    }
}
