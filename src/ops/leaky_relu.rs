//! A relu that leaks: negative numbers pass with a small slope, so that no unit is ever quite dead.

use super::{equal_shapes, same_shape};
use crate::kernel::elementwise::{map, zip};
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};

/// y = x where x > 0, else s x
#[derive(Debug, PartialEq)]
pub struct LeakyRelu(pub f64);

impl<F: Scalar> Op<F> for LeakyRelu {
    fn name(&self) -> &'static str {
        "leaky_relu"
    }
    fn formula(&self) -> &'static str {
        "y = x where x > 0, else s x"
    }
    fn attributes(&self) -> String {
        format!("s = {}", self.0)
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let slope = F::from_f64(self.0);
        map(x[0], y, move |x| if x > F::ZERO { x } else { slope * x })
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("1 where x > 0, else s", "dx = g where x > 0, else s g")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || x.tape.record(LeakyReluGrad(self.0), &[x, g]))].into()
    }
}

/// dx = g where x > 0, else s g, in one pass over memory
#[derive(Debug, PartialEq)]
pub struct LeakyReluGrad(pub f64);

impl<F: Scalar> Op<F> for LeakyReluGrad {
    fn name(&self) -> &'static str {
        "leaky_relu'"
    }
    fn formula(&self) -> &'static str {
        "dx = g where x > 0, else s g"
    }
    fn attributes(&self) -> String {
        format!("s = {}", self.0)
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        equal_shapes(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        let slope = F::from_f64(self.0);
        zip(x[0], x[1], dx, move |x, g| if x > F::ZERO { g } else { g.through(slope) })
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::None, Slope::Each("1 where x > 0, else s", "dg = h where x > 0, else s h")]
    }
    // h: what arrives at dx. x only decides which, so nothing flows to it.
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [x, _]) = (at.cotangent(), at.operands());
        [at.no_gradient(), at.to(1, || x.tape.record(LeakyReluGrad(self.0), &[x, h]))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Each element, times `slope` where it is not positive. At the kink, 0, the gradient is `slope`, by convention.
    ///
    /// # Panics
    /// If the slope is not a finite number.
    #[track_caller]
    pub fn leaky_relu(self, slope: f64) -> Self {
        assert!(slope.is_finite(), "leaky_relu: the slope must be a finite number, got {slope}");
        self.tape.record(LeakyRelu(slope), &[self])
    }
}
