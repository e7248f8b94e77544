//! Lines along the last axis brought to mean 0 and variance 1, as one op: layer normalization spends its time here.

use super::equal_shapes;
use crate::kernel::standardize;
use crate::op::{flows, says};
use crate::{Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = (x - m) / s along the last axis, with m the mean and s² the variance plus ε.
#[derive(Debug, PartialEq)]
pub struct Standardize {
    /// ε, which keeps s above 0.
    pub epsilon: f64,
}

impl<F: Scalar> Op<F> for Standardize {
    says!("standardize", "y = (x - m) / s, m = Σₖ xₖ / n, s = √(Σₖ (xₖ - m)² / n + ε)");
    flows! { |self, g, [x]| "dx = (g - Σₖ gₖ / n - y Σₖ gₖ yₖ / n) / s" => flow_back(x, g, self.epsilon) }
    fn attributes(&self) -> String {
        format!("ε = {}", self.epsilon)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let number = || "a single number has no axis to standardize over".into();
        operands[0].last().map(|_| operands[0]).ok_or_else(number)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        standardize::standardize(x[0].data, length(x), self.epsilon, y.data);
    }
    fn reach(&self, _: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::line(operands[0].shape, result.rank() - 1)
    }
}

/// What flows back to x through [`Standardize`].
#[derive(Debug, PartialEq)]
pub struct StandardizeGrad {
    /// ε, which keeps s above 0.
    pub epsilon: f64,
}

impl<F: Scalar> Op<F> for StandardizeGrad {
    fn name(&self) -> &'static str {
        "standardize'"
    }
    fn formula(&self) -> &'static str {
        "dx = (g - Σₖ gₖ / n - y Σₖ gₖ yₖ / n) / s, y = (x - m) / s, m = Σₖ xₖ / n, s = √(Σₖ (xₖ - m)² / n + ε)"
    }
    // h: the gradient that arrives at dx. With P y = 0 and P 1 = 0 for dx = P g / s, the derivative of P is that of y yᵀ / n.
    flows! { |self, h, [x, g]|
        "d x = -(y Σₖ hₖ uₖ + u Σₖ hₖ yₖ + v Σₖ gₖ yₖ) / (n s), u = (g - Σₖ gₖ / n - y Σₖ gₖ yₖ / n) / s, \
         v = (h - Σₖ hₖ / n - y Σₖ hₖ yₖ / n) / s" => {
            let (axis, epsilon) = (x.shape().rank() - 1, self.epsilon);
            let y = x.tape.record(Standardize { epsilon }, &[x]);
            let (u, v) = (flow_back(x, g, epsilon), flow_back(x, h, epsilon));
            let of_all = |a: Var<'t, F>, b: Var<'t, F>| (a * b).mean_axes_keepdims(axis);
            -(y * of_all(h, u) + u * of_all(h, y) + v * of_all(g, y)) / (x.var_axes_keepdims(axis, 0) + epsilon).sqrt()
        },
        "dg = (h - Σₖ hₖ / n - y Σₖ hₖ yₖ / n) / s" => flow_back(x, h, self.epsilon)
    }
    fn attributes(&self) -> String {
        format!("ε = {}", self.epsilon)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        equal_shapes(operands)
    }
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        standardize::standardize_slope(x[0].data, x[1].data, length(x), self.epsilon, dx.data);
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::line(operands[slot].shape, result.rank() - 1)
    }
}

/// The length of a line; 1 if there are none, so that an array of none can be cut into lines.
fn length<F>(x: &[View<F>]) -> usize {
    x[0].shape.last().map_or(1, |&length| length.max(1))
}

fn flow_back<'t, F: Scalar>(x: Var<'t, F>, g: Var<'t, F>, epsilon: f64) -> Var<'t, F> {
    x.tape.record(StandardizeGrad { epsilon }, &[x, g])
}
