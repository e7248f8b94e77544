//! The natural logarithm.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = ln x
#[derive(Debug, PartialEq)]
pub struct Ln;

impl<F: Scalar> Op<F> for Ln {
    fn name(&self) -> &'static str {
        "ln"
    }
    fn formula(&self) -> &'static str {
        "y = ln x"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(x[0], y, F::ln)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("1 / x", "dx = g / x")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || g.over(x))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The natural logarithm of each element. It is -∞ at 0: no small number is added to hide that; for the logarithm of a
    /// probability use [`log_softmax`](Var::log_softmax), which never forms the 0.
    #[track_caller]
    pub fn ln(self) -> Self {
        self.tape.record(Ln, &[self])
    }
}
