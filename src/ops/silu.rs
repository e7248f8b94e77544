//! The sigmoid linear unit, also called swish.

use super::same_shape;
use super::slopes::{SlopeOf, sigmoids, wide_map};
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = x σ(x)
#[derive(Debug, PartialEq)]
pub struct Silu;

impl<F: Scalar> Op<F> for Silu {
    fn name(&self) -> &'static str {
        "silu"
    }
    fn formula(&self) -> &'static str {
        "y = x σ(x)"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        wide_map(
            x[0],
            y,
            #[inline(always)]
            |x| x.through(sigmoids(x)[0]),
        )
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("σ(x) + y σ(-x)", "dx = g (σ(x) + y σ(-x))")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || g.through(x.slope_of(SlopeOf::Silu)))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element times its sigmoid: a smooth relu.
    #[track_caller]
    pub fn silu(self) -> Self {
        self.tape.record(Silu, &[self])
    }
}
