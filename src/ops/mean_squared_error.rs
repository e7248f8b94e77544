//! The mean squared error.

use super::loss_shape;
use crate::kernel::sum::{mean, sum_of_pairs};
use crate::op::says;
use crate::{Cotangents, Local, Op, Scalar, Shape, Var, View, ViewMut};

/// L = Σ (a - y)² / N, N elements
#[derive(Debug, PartialEq)]
pub struct MeanSquaredError;

impl<F: Scalar> Op<F> for MeanSquaredError {
    says!("mean_squared_error", "L = Σ (a - y)² / N", ["da = 2 g (a - y) / N", "dy = 2 g (y - a) / N"]);
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        loss_shape(operands)
    }
    fn forward(&self, x: &[View<F>], loss: ViewMut<F>) {
        let sum = sum_of_pairs(x[0].data, x[1].data, |a, y| (a - y) * (a - y));
        loss.data[0] = mean(sum, x[0].data.len());
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [a, y]) = (at.cotangent(), at.operands());
        let share = || g * (2.0 / a.shape().size() as f64);
        [at.to(0, || share().through(a - y)), at.to(1, || share().through(y - a))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The mean over all elements of the squared difference from the `targets`, which must have the same shape.
    #[track_caller]
    pub fn mean_squared_error(self, targets: Self) -> Self {
        self.tape.record(MeanSquaredError, &[self, targets])
    }
}
