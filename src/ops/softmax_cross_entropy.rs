//! The cross-entropy between softmax and class labels, or target distributions (one-hot or soft), straight from the logits. The backward kernels leave no
//! softmax behind.

use super::labels::{Labelled, Labels};
use super::softmax::{flow_back, off_expected};
use super::{equal_shapes, flow_of_loss};
use crate::kernel::elementwise::update;
use crate::kernel::softmax;
use crate::kernel::sum::{mean, sum, sum_of};
use crate::op::{flows, says};
use crate::{Op, Reach, Scalar, Shape, Var, View, ViewMut};

const LABELS: Labels = Labels { op: "softmax_cross_entropy", one: "label of row", count: "classes" };

/// `L = -1/n Σᵢ ln pᵢ[labelᵢ]` with p = softmax(x), n rows
#[derive(Debug, PartialEq)]
pub struct SoftmaxCrossEntropy;

impl<F: Scalar> Op<F> for SoftmaxCrossEntropy {
    says!("softmax_cross_entropy", "L = -1/n Σᵢ ln pᵢ[labelᵢ], p = softmax(x)");
    flows! { |self, g, [x, labels]|
        "dx = g (p - onehot(label)) / n" => x.tape.record(SoftmaxCrossEntropyGrad, &[x, labels, g]),
        None
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        match (&operands[0][..], &operands[1][..]) {
            ([rows, _], [labels]) if rows == labels => Ok(Shape::scalar()),
            ([_, _], [_]) => Err("each row of logits needs one label".into()),
            _ => Err(format!(
                "logits are [rows, classes] and labels [rows] (made with tape.labels), found {} and {}",
                operands[0], operands[1]
            )),
        }
    }
    fn forward(&self, x: &[View<F>], loss: ViewMut<F>) {
        let classes = x[0].shape[1];
        let (mut sum, mut labels) = (F::Wide::ZERO, x[1].data.iter().enumerate());
        softmax::each_log_sum(x[0], 1, |line, log_sum| {
            if let Some((row, &number)) = labels.next() {
                // -ln p[label] = ln Σ eˣ - x[label]
                let logit = x[0].data[row * classes + LABELS.index(row, number, classes)];
                sum += (line.max.widen() - logit.widen()) + log_sum;
            }
        });
        loss.data[0] = mean(sum, x[1].data.len());
    }
}

/// dx = g (softmax(x) - onehot(label)) / n
#[derive(Debug, PartialEq)]
pub struct SoftmaxCrossEntropyGrad;

impl<F: Scalar> Op<F> for SoftmaxCrossEntropyGrad {
    says!("softmax_cross_entropy'", "dx = g (softmax(x) - onehot(label)) / n");
    // h: the gradient that arrives at dx
    flows! { |self, h, [x, labels, g]|
        "d x = g/n p (h - Σₖ hₖ pₖ), p = softmax(x)" => flow_back(x.softmax(1), h, 1).through(share(g, x)),
        None,
        "dg = Σ h (softmax(x) - onehot(label)) / n" =>
            h.through(g.tape.record(SoftmaxCrossEntropyGrad, &[x, labels, g.tape.constant(1.0)])).sum()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        flow_of_loss::<F>(&SoftmaxCrossEntropy, operands)
    }
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        let classes = x[0].shape[1];
        let share = x[2].data[0] / F::from_f64(x[1].data.len() as f64);
        let mut labels = x[1].data.iter().enumerate();
        softmax::each_softmax(x[0], 1, dx.data, |line, rest, p| {
            if let Some((row, &number)) = labels.next() {
                let label = LABELS.index(row, number, classes);
                let p = &mut p[row * classes + label];
                // p - 1 is minus the sum of the others, which is known even where p has rounded to 1.
                let others = if label == line.which { F::narrow(rest / (F::Wide::ONE + rest)) } else { F::ONE - *p };
                *p = -others;
            }
        });
        update(dx.data, move |dx| share.through(dx));
    }
    fn reach(&self, slot: usize, operands: &[View<F>], _: Shape) -> Reach {
        Reach::line(operands[slot].shape, 1)
    }
}

impl Labelled for SoftmaxCrossEntropy {
    fn labels(&self, operands: &[Shape]) -> (Labels, usize) {
        (LABELS, operands[0][1])
    }
}

impl Labelled for SoftmaxCrossEntropyGrad {
    fn labels(&self, operands: &[Shape]) -> (Labels, usize) {
        (LABELS, operands[0][1])
    }
}

/// The part of each row in the gradient of a mean over rows.
fn share<'t, F: Scalar>(g: Var<'t, F>, x: Var<'t, F>) -> Var<'t, F> {
    g / x.shape()[0] as f64
}

/// L = -1/n Σᵢⱼ tᵢⱼ ln pᵢⱼ with p = softmax(x), n rows
#[derive(Debug, PartialEq)]
pub struct SoftmaxCrossEntropyWith;

impl<F: Scalar> Op<F> for SoftmaxCrossEntropyWith {
    says!("softmax_cross_entropy_with", "L = -1/n Σᵢⱼ tᵢⱼ ln pᵢⱼ, p = softmax(x)");
    // If each row of t sums to 1, dx = g (p - t) / n.
    flows! { |self, g, [x, t]|
        "dx = g (p Σₖ tₖ - t) / n" => x.tape.record(SoftmaxCrossEntropyWithGrad, &[x, t, g]),
        "dt = -g ln p / n" => -share(g, x).through(x.log_softmax(1))
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        match (equal_shapes(operands)?, operands[0].rank()) {
            (_, 2) => Ok(Shape::scalar()),
            (shape, _) => Err(format!("logits and targets are [rows, classes], found {shape}")),
        }
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
}

/// dx = g (softmax(x) Σₖ tₖ - t) / n
#[derive(Debug, PartialEq)]
pub struct SoftmaxCrossEntropyWithGrad;

impl<F: Scalar> Op<F> for SoftmaxCrossEntropyWithGrad {
    says!("softmax_cross_entropy_with'", "dx = g (softmax(x) Σₖ tₖ - t) / n");
    // h: the gradient that arrives at dx
    flows! { |self, h, [x, t, g]|
        "d x = g/n s p (h - Σₖ hₖ pₖ), s = Σₖ tₖ, p = softmax(x)" =>
            flow_back(x.softmax(1), h, 1).through(t.sum_axes_keepdims(1) * share(g, x)),
        "dt = g/n (Σₖ hₖ pₖ - h), p = softmax(x)" => -off_expected(h, x.softmax(1), 1).through(share(g, x)),
        "dg = Σ h (p s - t) / n, s = Σₖ tₖ, p = softmax(x)" =>
            h.through(g.tape.record(SoftmaxCrossEntropyWithGrad, &[x, t, g.tape.constant(1.0)])).sum()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        flow_of_loss::<F>(&SoftmaxCrossEntropyWith, operands)
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
        Reach::line(operands[slot].shape, 1)
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The cross-entropy of logits `[rows, classes]` and class `labels` (one per row, made by
    /// [`Tape::labels`](crate::Tape::labels)), averaged over the rows. It applies the softmax itself; the gradient is
    /// (softmax(x) - onehot(label)) / n.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let logits = tape.var([[0.0, 0.0, 0.0, 0.0]]);
    /// let loss = logits.softmax_cross_entropy(tape.labels(&[2]));
    /// assert_eq!(loss.item(), 4.0_f64.ln()); // four classes, no idea which
    /// let gradients = loss.backward();
    /// assert_eq!(gradients.wrt(logits).value(), ndarray::arr2(&[[0.25, 0.25, -0.75, 0.25]]).into_dyn());
    /// ```
    ///
    /// # Panics
    /// If a label is not whole, or there is no such class.
    #[track_caller]
    pub fn softmax_cross_entropy(self, labels: Self) -> Self {
        self.tape.record_labelled(SoftmaxCrossEntropy, &[self, labels])
    }

    /// The cross-entropy between softmax and `targets`, both `[rows, classes]`, averaged over the rows. Each row of targets is a
    /// probability distribution, one-hot or soft. It applies the softmax itself; the gradient is (softmax(x) - t) / n.
    #[track_caller]
    pub fn softmax_cross_entropy_with(self, targets: Self) -> Self {
        self.tape.record(SoftmaxCrossEntropyWith, &[self, targets])
    }

    /// Targets that are less certain, for [`softmax_cross_entropy_with`](Var::softmax_cross_entropy_with): (1 - s) t + s / K, with K classes along the last
    /// axis (Szegedy et al. 2016, section 7): `tape.labels(&labels).one_hot(10).label_smoothing(0.1)`.
    ///
    /// # Panics
    /// If s is not from 0 to 1, or `self` is a single number.
    #[track_caller]
    pub fn label_smoothing(self, share: f64) -> Self {
        assert!((0.0..=1.0).contains(&share), "label_smoothing: the share is from 0 to 1, got {share}");
        let Some(&classes) = self.shape().last() else {
            panic!("label_smoothing: {} is a single number and has no classes", self.describe());
        };
        self * (1.0 - share) + share / classes as f64
    }
}
