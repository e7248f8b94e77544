//! The hyperbolic tangent, and its backward kernel.

use super::{equal_shapes, same_shape};
use crate::kernel::elementwise::{map, zip};
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = tanh x
#[derive(Debug, PartialEq)]
pub struct Tanh;

impl<F: Scalar> Op<F> for Tanh {
    fn name(&self) -> &'static str {
        "tanh"
    }
    fn formula(&self) -> &'static str {
        "y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)"
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
            |x| x.tanh(),
        )
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("1 - y²", "dx = g (1 - y²)")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y) = (at.cotangent(), at.output());
        [at.to(0, || y.tape.record(TanhGrad, &[y, g]))].into()
    }
}

/// dx = g (1 - y²), in one pass over memory
#[derive(Debug, PartialEq)]
pub struct TanhGrad;

impl<F: Scalar> Op<F> for TanhGrad {
    fn name(&self) -> &'static str {
        "tanh'"
    }
    fn formula(&self) -> &'static str {
        "dx = g (1 - y²)"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        equal_shapes(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        zip(x[0], x[1], dx, |y, g| {
            let dx = (g * (F::ONE - y * y)).or_nothing(g, y);
            dx.with_slopes(|| [(y, g.through(-y - y)), (g, F::ONE - y * y)])
        })
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("-2 g y", "dy = -2 h g y"), Slope::Each("1 - y²", "dg = h (1 - y²)")]
    }
    // h: what arrives at dx
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [y, g]) = (at.cotangent(), at.operands());
        [at.to(0, || -2.0 * h.through(g).through(y)), at.to(1, || y.tape.record(TanhGrad, &[y, h]))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The hyperbolic tangent of each element: a sigmoid that runs from -1 to 1. Its slope is the textbook's 1 - y², which ends where y rounds
    /// to 1 or -1: from about |x| = 9 on in f32, and |x| = 19 in f64, it is 0.
    #[track_caller]
    pub fn tanh(self) -> Self {
        self.tape.record(Tanh, &[self])
    }
}
