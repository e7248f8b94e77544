//! The cosine.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = cos x
#[derive(Debug, PartialEq)]
pub struct Cos;

impl<F: Scalar> Op<F> for Cos {
    fn name(&self) -> &'static str {
        "cos"
    }
    fn formula(&self) -> &'static str {
        "y = cos x"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(x[0], y, F::cos)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("-sin x", "dx = -g sin x")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || -g.through(x.sin()))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The cosine of each element, in radians.
    #[track_caller]
    pub fn cos(self) -> Self {
        self.tape.record(Cos, &[self])
    }
}
