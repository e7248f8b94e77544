//! The cross-entropy between softmax and class labels, straight from the logits, and its backward kernel.

use super::labels::Labels;
use super::softmax::SoftmaxGrad;
use crate::kernel::elementwise::update;
use crate::kernel::softmax;
use crate::kernel::sum::mean;
use crate::op::says;
use crate::{Along, Cotangents, Local, Op, Reach, Scalar, Shape, Var, View, ViewMut};

const LABELS: Labels = Labels { op: "softmax_cross_entropy", one: "label of row", count: "classes" };

/// `L = -1/n Σᵢ ln pᵢ[labelᵢ]` with p = softmax(x), n rows
#[derive(Debug, PartialEq)]
pub struct SoftmaxCrossEntropy;

fn check(operands: &[Shape]) -> Result<(), String> {
    match (&operands[0][..], &operands[1][..]) {
        ([rows, _], [labels]) if rows == labels => Ok(()),
        ([_, _], [_]) => Err("each row of logits needs one label".into()),
        _ => Err(format!(
            "logits are [rows, classes] and labels [rows] (made with tape.labels), found {} and {}",
            operands[0], operands[1]
        )),
    }
}

impl<F: Scalar> Op<F> for SoftmaxCrossEntropy {
    says!(
        "softmax_cross_entropy",
        "L = -1/n Σᵢ ln pᵢ[labelᵢ], p = softmax(x)",
        ["dx = g (p - onehot(label)) / n", None]
    );
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        check(operands).map(|()| Shape::scalar())
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
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x, labels]) = (at.cotangent(), at.operands());
        [at.to(0, || x.tape.record(SoftmaxCrossEntropyGrad, &[x, labels, g])), at.no_gradient()].into()
    }
}

/// dx = g (softmax(x) - onehot(label)) / n, with no softmax left behind
#[derive(Debug, PartialEq)]
pub struct SoftmaxCrossEntropyGrad;

impl<F: Scalar> Op<F> for SoftmaxCrossEntropyGrad {
    says!(
        "softmax_cross_entropy'",
        "dx = g (softmax(x) - onehot(label)) / n",
        ["d x = g/n p (h - Σₖ hₖ pₖ)", None, "dg = Σ h (p - onehot(label)) / n"]
    );
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        check(operands)?;
        match operands[2] == Shape::scalar() {
            true => Ok(operands[0]),
            false => Err(format!("what arrives at a loss is one number, found {}", operands[2])),
        }
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
        match slot {
            0 => Reach::Axes(vec![Along::index(0), Along::All]),
            1 => Reach::Axes(vec![Along::index(0)]),
            _ => Reach::everything(operands[slot].shape),
        }
    }
    // h: the gradient that arrives at dx
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [x, labels, g]) = (at.cotangent(), at.operands());
        let curvature = || {
            let p = x.softmax(1);
            x.tape.record(SoftmaxGrad { axis: 1 }, &[p, h]).through(g / x.shape()[0] as f64)
        };
        let slope = || g.tape.record(SoftmaxCrossEntropyGrad, &[x, labels, g.tape.constant(1.0)]);
        [at.to(0, curvature), at.no_gradient(), at.to(2, || h.through(slope()).sum())].into()
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
        if let [_, classes] = self.shape()[..] {
            LABELS.check(labels, classes);
        }
        self.tape.record(SoftmaxCrossEntropy, &[self, labels])
    }
}
