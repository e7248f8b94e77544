//! Softplus, a smooth relu.

use super::same_shape;
use super::slopes::SlopeOf;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = ln(1 + eˣ)
#[derive(Debug, PartialEq)]
pub struct Softplus;

impl<F: Scalar> Op<F> for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }
    fn formula(&self) -> &'static str {
        "y = ln(1 + eˣ)"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(
            x[0],
            y,
            #[inline(always)]
            |x| x.softplus(),
        )
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("σ(x)", "dx = g σ(x)")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || g.through(x.slope_of(SlopeOf::Softplus)))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// ln(1 + eˣ) of each element: close to 0 for very negative x, close to x for large x. Neither end overflows.
    #[track_caller]
    pub fn softplus(self) -> Self {
        self.tape.record(Softplus, &[self])
    }
}
