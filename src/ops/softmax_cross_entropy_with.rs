//! The cross-entropy between softmax and target distributions (one-hot or soft), straight from the logits, and its backward kernel.

use super::softmax::SoftmaxGrad;
use super::{equal_shapes, loss_grad_shape};
use crate::kernel::softmax;
use crate::kernel::sum::{mean, sum, sum_of};
use crate::op::says;
use crate::{Along, Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// L = -1/n Σᵢⱼ tᵢⱼ ln pᵢⱼ with p = softmax(x), n rows
#[derive(Debug, PartialEq)]
pub struct SoftmaxCrossEntropyWith;

fn check(operands: &[Shape]) -> Result<Shape, String> {
    match (equal_shapes(operands)?, operands[0].rank()) {
        (shape, 2) => Ok(shape),
        (shape, _) => Err(format!("logits and targets are [rows, classes], found {shape}")),
    }
}

impl<F: Scalar> Op<F> for SoftmaxCrossEntropyWith {
    says!(
        "softmax_cross_entropy_with",
        "L = -1/n Σᵢⱼ tᵢⱼ ln pᵢⱼ, p = softmax(x)",
        ["dx = g (p Σₖ tₖ - t) / n", "dt = -g ln p / n"]
    );
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        check(operands).map(|_| Shape::scalar())
    }
    fn forward(&self, x: &[View<F>], loss: ViewMut<F>) {
        let (rows, classes) = (x[0].shape[0], x[0].shape[1]);
        let (mut total, mut row) = (F::Wide::ZERO, 0..classes);
        softmax::each_log_sum(x[0], 1, |line, log_sum| {
            let (logits, targets) = (&x[0].data[row.clone()], &x[1].data[row.clone()]);
            // A class whose target is 0 adds nothing, even if its logit is -infinity.
            let max = line.max.widen();
            total += sum_of([logits, targets], move |[x, t]| t.widen().through((max - x.widen()) + log_sum));
            row = row.end..row.end + classes;
        });
        loss.data[0] = mean(total, rows);
    }
    // If each row of t sums to 1, dx = g (p - t) / n.
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x, t]) = (at.cotangent(), at.operands());
        let dx = || x.tape.record(SoftmaxCrossEntropyWithGrad, &[x, t, g]);
        [at.to(0, dx), at.to(1, || -(g / x.shape()[0] as f64).through(x.log_softmax(1)))].into()
    }
}

/// dx = g (softmax(x) Σₖ tₖ - t) / n, with no softmax left behind
#[derive(Debug, PartialEq)]
pub struct SoftmaxCrossEntropyWithGrad;

impl<F: Scalar> Op<F> for SoftmaxCrossEntropyWithGrad {
    says!(
        "softmax_cross_entropy_with'",
        "dx = g (softmax(x) Σₖ tₖ - t) / n",
        ["d x = g/n s p (h - Σₖ hₖ pₖ), s = Σₖ tₖ", "dt = g/n (Σₖ hₖ pₖ - h)", "dg = Σ h (p s - t) / n, s = Σₖ tₖ"]
    );
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        check(operands)?;
        loss_grad_shape(operands)
    }
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        let (rows, classes) = (x[0].shape[0], x[0].shape[1]);
        let share = x[2].data[0].widen() / F::Wide::from_f64(rows as f64);
        let mut row = 0..classes;
        softmax::each_rest(x[0], 1, |line, rest| {
            let (targets, dx) = (&x[1].data[row.clone()], &mut dx.data[row.clone()]);
            let (all, total) = (sum(targets), F::Wide::ONE + rest);
            // Over the common denominator, p s - t = (e (s - t) - t (1 + rest - e)) / (1 + rest), e = e^(x - max): where p has rounded to 1,
            // the rest still has all its digits.
            line.each_power(x[0].data, |k, power| {
                let (t, others) = (targets[k].widen(), if k == line.which { rest } else { total - power });
                dx[k] = F::narrow(share.through((power * (all - t) - t * others) / total));
            });
            row = row.end..row.end + classes;
        });
    }
    fn reach(&self, slot: usize, operands: &[View<F>], _: Shape) -> Reach {
        match slot {
            0 | 1 => Reach::Axes(vec![Along::index(0), Along::All]),
            _ => Reach::everything(operands[slot].shape),
        }
    }
    // h: the gradient that arrives at dx
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [x, t, g]) = (at.cotangent(), at.operands());
        let share = || g / x.shape()[0] as f64;
        let surplus = |p: Var<'t, F>| h - h.through(p).sum_axes_keepdims(1);
        let curvature = || {
            let p = x.softmax(1);
            x.tape.record(SoftmaxGrad { axis: 1 }, &[p, h]).through(t.sum_axes_keepdims(1) * share())
        };
        let slope = || g.tape.record(SoftmaxCrossEntropyWithGrad, &[x, t, g.tape.constant(1.0)]);
        let dt = || -surplus(x.softmax(1)).through(share());
        [at.to(0, curvature), at.to(1, dt), at.to(2, || h.through(slope()).sum())].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The cross-entropy of logits and `targets`, both `[rows, classes]`, averaged over the rows. Each row of targets is a
    /// probability distribution, one-hot or soft. It applies the softmax itself; the gradient is (softmax(x) - t) / n.
    #[track_caller]
    pub fn softmax_cross_entropy_with(self, targets: Self) -> Self {
        self.tape.record(SoftmaxCrossEntropyWith, &[self, targets])
    }
}
