//! The cross-entropy between softmax and target distributions (one-hot or soft), straight from the logits, and its backward kernel.

use super::equal_shapes;
use crate::kernel::elementwise::accumulate;
use crate::kernel::reduce::{sum, sum_of_pairs};
use crate::kernel::softmax;
use crate::{Along, Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};

/// L = -1/n Σᵢⱼ tᵢⱼ ln pᵢⱼ with p = softmax(x), n rows
#[derive(PartialEq)]
pub struct SoftmaxCrossEntropyWith;

fn check(operands: &[Shape]) -> Result<Shape, String> {
    match (equal_shapes(operands)?, operands[0].rank()) {
        (shape, 2) => Ok(shape),
        (shape, _) => Err(format!("logits and targets are [rows, classes], found {shape}")),
    }
}

impl<F: Scalar> Op<F> for SoftmaxCrossEntropyWith {
    fn name(&self) -> &'static str {
        "softmax_cross_entropy_with"
    }
    fn formula(&self) -> &'static str {
        "L = -1/n Σᵢⱼ tᵢⱼ ln pᵢⱼ, p = softmax(x)"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        check(operands).map(|_| Shape::scalar())
    }
    fn forward(&self, x: &[View<F>], loss: ViewMut<F>) {
        let (rows, classes) = (x[0].shape[0], x[0].shape[1]);
        let (mut sum, mut row) = (F::ZERO, 0..classes);
        softmax::each_log_sum(x[0], 1, |line, log_sum| {
            let (logits, targets) = (&x[0].data[row.clone()], &x[1].data[row.clone()]);
            // A class that has no probability costs nothing, even if its logit is -infinity.
            sum += sum_of_pairs(logits, targets, move |x, t| t.through((line.max - x) + log_sum));
            row = row.end..row.end + classes;
        });
        loss.data[0] = sum / F::from_f64(rows as f64);
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Whole("dx = g (p Σₖ tₖ - t) / n"), Slope::Whole("dt = -g ln p / n")]
    }
    // If each row of t sums to 1, dx = g (p - t) / n.
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x, t]) = (at.cotangent(), at.operands());
        let dx = || x.tape.record(SoftmaxCrossEntropyWithGrad, &[x, t, g]);
        [at.to(0, dx), at.to(1, || -(g / x.shape()[0] as f64).through(x.log_softmax(1)))].into()
    }
}

/// dx = g (softmax(x) Σₖ tₖ - t) / n, with no softmax left behind
#[derive(PartialEq)]
pub struct SoftmaxCrossEntropyWithGrad;

impl<F: Scalar> Op<F> for SoftmaxCrossEntropyWithGrad {
    fn name(&self) -> &'static str {
        "softmax_cross_entropy_with'"
    }
    fn formula(&self) -> &'static str {
        "dx = g (softmax(x) Σₖ tₖ - t) / n"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        check(operands)
    }
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        let (rows, classes) = (x[0].shape[0], x[0].shape[1]);
        let share = x[2].data[0] / F::from_f64(rows as f64);
        softmax::softmax(x[0], 1, ViewMut { data: &mut *dx.data, shape: dx.shape });
        for row in (0..rows).map(|row| row * classes..(row + 1) * classes) {
            let targets = &x[1].data[row.clone()];
            let total = sum(targets);
            accumulate(&mut dx.data[row], targets, move |p, t| share.through(p * total - t));
        }
    }
    fn slopes(&self) -> &'static [Slope] {
        &[
            Slope::Whole("d x = g/n s p (h - Σₖ hₖ pₖ), s = Σₖ tₖ"),
            Slope::Whole("dt = g/n (Σₖ hₖ pₖ - h)"),
            Slope::Whole("dg = Σ h (p s - t) / n, s = Σₖ tₖ"),
        ]
    }
    fn reach(&self, slot: usize, operands: &[View<F>], _: Shape) -> Reach {
        match slot {
            0 | 1 => Reach::Axes(vec![Along::index(0), Along::All]),
            _ => Reach::everything(operands[slot].shape),
        }
    }
    // h: what arrives at dx
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [x, t, g]) = (at.cotangent(), at.operands());
        let share = || g / x.shape()[0] as f64;
        let surplus = |p: Var<'t, F>| h - h.through(p).sum_axes_keepdims(1);
        let curvature = || {
            let p = x.softmax(1);
            surplus(p).through(p).through(t.sum_axes_keepdims(1) * share())
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
