//! Judges a softmax with cross-entropy: is the loss right, is the gradient, and do the two belong together?

use frame::{Judge, Judgement};
use gradus::nn::argmax;
use ndarray::{ArrayD, Axis, IxDyn};
use rand::RngExt;

type Loss = fn(&ArrayD<f64>, &ArrayD<f64>) -> (f64, ArrayD<f64>);

pub fn judge(answer: Loss) -> Judgement {
    Judge::examine("13_gradient_check", |judge| {
        let (a_few, a_batch) = (judge.rng().random_range(2..6), judge.rng().random_range(2..9));
        for shape in [&[1, 10][..], &[3, 10], &[7, 1], &[5, 2], &[10], &[2], &[a_batch, a_few], &[a_few]] {
            for soft in [false, true] {
                let x = judge.draw(IxDyn(shape), 3.0);
                let t = targets(judge, shape, soft);
                judge.given(format!("scores {shape:?}, {} targets", if soft { "soft" } else { "one-hot" }));
                case(judge, answer, &x, &t);
                // Whatever the loss is, the gradient must be that loss's own.
                judge.gradient(&["scores"], |x| answer(&x[0], &t).0, std::slice::from_ref(&x), &[answer(&x, &t).1]);
            }
        }
        for gap in [16.0, 30.0, 800.0, -40.0] {
            judge.given(format!("one sample of two classes, the right score lower by {gap}"));
            case(judge, answer, &pair(0.0, gap), &pair(1.0, 0.0));
        }
    })
}

/// The softmax along the last axis.
pub fn softmax(x: &ArrayD<f64>) -> ArrayD<f64> {
    let mut y = x.clone();
    for mut row in y.rows_mut() {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.mapv_inplace(|x| (x - largest).exp());
        let total = row.sum();
        row /= total;
    }
    y
}

fn case(judge: &mut Judge, answer: Loss, x: &ArrayD<f64>, t: &ArrayD<f64>) {
    let (loss, gradient) = answer(x, t);
    let (right_loss, right_gradient) = reference(x, t);
    let samples = x.rows().into_iter().len() as f64;
    judge
        .equal("the loss", right_loss, loss)
        .slip("the loss has 1e-7 inside its logarithm: this is another function than -ln y", || {
            mean_loss(x, t, |y, t| -(y[argmax(t.iter().copied())] + 1e-7).ln())
        })
        .slip("the loss has 1e-7 inside its logarithm: this is another function than -ln y", || {
            mean_loss(x, t, |y, t| -y.iter().zip(t).map(|(y, t)| t * (y + 1e-7).ln()).sum::<f64>())
        })
        .slip("the loss looks only at the class with the largest target", || {
            mean_loss(x, t, |y, t| -y[argmax(t.iter().copied())].ln())
        })
        .slip("the loss is the sum over the samples, not their mean", || right_loss * samples);
    judge
        .equal("the gradient", &right_gradient, &gradient)
        .slip(
            "the gradient is divided by the length of the first axis, which holds the classes of a single sample",
            || &right_gradient * samples / x.shape()[0] as f64,
        )
        .slip("the gradient is that of the sum over the samples, and the loss is their mean", || {
            &right_gradient * samples
        });
}

/// The mean over the samples of what `loss` makes of a sample's softmax and its targets.
fn mean_loss(x: &ArrayD<f64>, t: &ArrayD<f64>, loss: fn(&[f64], &[f64]) -> f64) -> f64 {
    let y = softmax(x);
    let losses: Vec<f64> = y.rows().into_iter().zip(t.rows()).map(|(y, t)| loss(&y.to_vec(), &t.to_vec())).collect();
    losses.iter().sum::<f64>() / losses.len() as f64
}

/// L = 1/n Σ t (ln Σ eˣ - x), dL/dx = (softmax(x) - t) / n.
fn reference(x: &ArrayD<f64>, t: &ArrayD<f64>) -> (f64, ArrayD<f64>) {
    let samples = (x.len() / x.len_of(Axis(x.ndim() - 1))) as f64;
    let mut loss = 0.0;
    for (x, t) in x.rows().into_iter().zip(t.rows()) {
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_sum = largest + x.mapv(|x| (x - largest).exp()).sum().ln();
        loss += x.iter().zip(t).map(|(x, t)| t * (log_sum - x)).sum::<f64>();
    }
    (loss / samples, (softmax(x) - t) / samples)
}

/// Rows that sum to 1: a single one, or something everywhere.
fn targets(judge: &mut Judge, shape: &[usize], soft: bool) -> ArrayD<f64> {
    if soft {
        return softmax(&judge.draw(IxDyn(shape), 1.0));
    }
    let mut t = ArrayD::zeros(IxDyn(shape));
    for mut row in t.rows_mut() {
        let label = judge.rng().random_range(0..row.len());
        row[label] = 1.0;
    }
    t
}

fn pair(a: f64, b: f64) -> ArrayD<f64> {
    ndarray::arr2(&[[a, b]]).into_dyn()
}
