//! The Gaussian error linear unit, in its exact form.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// y = x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2
#[derive(PartialEq)]
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
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        map(x[0], y, gelu)
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("Φ(x) + x φ(x)", "dx = g (Φ(x) + x φ(x)), φ(x) = e^(-x²/2) / √(2π)")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        let dx = || {
            let share = 0.5 + 0.5 * (x * FRAC_1_SQRT_2).erf();
            let bell = (x * x * -0.5).exp() * (0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI);
            g.through(share + x.through(bell))
        };
        [at.to(0, dx)].into()
    }
}

fn gelu<F: Scalar>(x: F) -> F {
    let share = F::from_f64(0.5) * (F::ONE + (x * F::from_f64(FRAC_1_SQRT_2)).erf());
    x * share
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element times the share of a standard normal distribution that lies below it: a smooth relu
    /// (Hendrycks and Gimpel, 2016). This is the exact form, not the approximation by tanh.
    #[track_caller]
    pub fn gelu(self) -> Self {
        self.tape.record(Gelu, &[self])
    }
}
