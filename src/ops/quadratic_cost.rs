//! Nielsen's quadratic cost, and its backward kernel.

use super::loss_shape;
use crate::kernel::elementwise::zip;
use crate::kernel::sum::sum_of_pairs;
use crate::op::says;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// C = 1/(2n) Σ |y - a|², n rows
#[derive(Debug, PartialEq)]
pub struct QuadraticCost;

/// The number of samples: rows, along the first axis.
fn samples<F: Scalar>(shape: Shape) -> F {
    F::from_f64(shape.first().map_or(1.0, |&rows| rows as f64))
}

impl<F: Scalar> Op<F> for QuadraticCost {
    says!("quadratic_cost", "C = 1/(2n) Σ |y - a|²", ["da = g (a - y) / n", "dy = g (y - a) / n"]);
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        loss_shape(operands)
    }
    fn forward(&self, x: &[View<F>], cost: ViewMut<F>) {
        let sum = sum_of_pairs(x[0].data, x[1].data, |a, y| (y - a) * (y - a));
        cost.data[0] = F::narrow(sum / (F::Wide::from_f64(2.0) * samples(x[0].shape)));
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [a, y]) = (at.cotangent(), at.operands());
        let flow = |from, to| g.tape.record(QuadraticCostGrad, &[from, to, g]);
        [at.to(0, || flow(a, y)), at.to(1, || flow(y, a))].into()
    }
}

/// da = g (a - y) / n, in one pass over memory
#[derive(Debug, PartialEq)]
pub struct QuadraticCostGrad;

impl<F: Scalar> Op<F> for QuadraticCostGrad {
    says!("quadratic_cost'", "da = g (a - y) / n", ["d a = h g / n", "dy = -h g / n", "dg = Σ h (a - y) / n"]);
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        super::loss_grad_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], da: ViewMut<F>) {
        let share = x[2].data[0] / samples(x[0].shape);
        zip(x[0], x[1], da, move |a, y| share.through(a - y));
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
    // h: the gradient that arrives at da
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [a, y, g]) = (at.cotangent(), at.operands());
        let share = || h.through(g / samples::<f64>(a.shape()));
        let slope = || g.tape.record(QuadraticCostGrad, &[a, y, g.tape.constant(1.0)]);
        [at.to(0, share), at.to(1, || -share()), at.to(2, || h.through(slope()).sum())].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Half the squared distance between the outputs `self` and the `targets`, averaged over the n rows: 1/(2n) Σ |y - a|².
    /// This is the cost of Nielsen's book, chapter 1. Both must have one shape: nothing is broadcast.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let a = tape.var([[1.0, 2.0], [0.0, 4.0]]);
    /// let cost = a.quadratic_cost(tape.input([[0.0, 0.0], [0.0, 0.0]]));
    /// assert_eq!(cost.item(), (1.0 + 4.0 + 16.0) / 4.0);
    /// ```
    #[track_caller]
    pub fn quadratic_cost(self, targets: Self) -> Self {
        self.tape.record(QuadraticCost, &[self, targets])
    }
}
