//! Gauss's error function.

use super::same_shape;
use super::slopes::SlopeOf;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = 2/√π ∫₀ˣ e^(-t²) dt
#[derive(Debug, PartialEq)]
pub struct Erf;

impl<F: Scalar> Op<F> for Erf {
    fn name(&self) -> &'static str {
        "erf"
    }
    fn formula(&self) -> &'static str {
        "y = 2/√π ∫₀ˣ e^(-t²) dt"
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(x[0], y, F::erf)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("2/√π e^(-x²)", "dx = g 2/√π e^(-x²)")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || g.through(x.slope_of(SlopeOf::Erf)))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Gauss's error function of each element: a sigmoid from -1 to 1 made of the bell curve.
    #[track_caller]
    pub fn erf(self) -> Self {
        self.tape.record(Erf, &[self])
    }
}
