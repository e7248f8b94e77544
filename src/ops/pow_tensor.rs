//! A power whose exponent is a variable too, with broadcasting.

use super::broadcast_shape;
use crate::kernel::elementwise::zip;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = aᵇ
#[derive(Debug, PartialEq)]
pub struct PowTensor;

impl<F: Scalar> Op<F> for PowTensor {
    fn name(&self) -> &'static str {
        "pow_tensor"
    }
    fn formula(&self) -> &'static str {
        "y = aᵇ"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        zip(x[0], x[1], y, F::powf)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("b aᵇ⁻¹", "da = g b aᵇ⁻¹"), Slope::Each("y ln a", "db = g y ln a")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y, [a, b]) = (at.cotangent(), at.output(), at.operands());
        [at.to(0, || g.through(b.through(a.pow_var(b - 1.0)))), at.to(1, || g.through(y.through(a.ln())))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// `self` to the power of `exponent`, element by element, with broadcasting. Gradients flow to both; the one to the exponent is
    /// real only for a positive base; for the base 0 it is the limit of aᵇ ln a: 0 for a positive exponent, -∞ for 0. If the exponent is a plain number, use [`pow`](Var::pow).
    #[track_caller]
    pub fn pow_var(self, exponent: Self) -> Self {
        self.tape.record(PowTensor, &[self, exponent])
    }
}
