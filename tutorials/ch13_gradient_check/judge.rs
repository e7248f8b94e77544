//! Judges a softmax with cross-entropy: is the loss right, is the gradient, and do the two belong together?

use frame::Judge;
use gradus::check::Check;
use gradus::data::seeded;
use ndarray::{ArrayD, Axis, IxDyn};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::process::ExitCode;

type Loss = fn(&ArrayD<f64>, &ArrayD<f64>) -> (f64, ArrayD<f64>);

pub fn judge(answer: Loss) -> ExitCode {
    let mut judge = Judge::new("Exercise 13: a loss and its gradient");
    let mut rng = seeded(13);
    for shape in [&[3, 10][..], &[1, 10], &[7, 1], &[5, 2], &[10], &[2]] {
        for soft in [false, true] {
            let x = ArrayD::from_shape_simple_fn(IxDyn(shape), || rng.random_range(-3.0..3.0));
            let t = targets(shape, soft, &mut rng);
            let name = format!("scores {shape:?}, {} targets", if soft { "soft" } else { "one-hot" });
            case(&mut judge, answer, &name, &x, &t);
            let report = Check::new().names(["scores"]).by_hand(|x| answer(&x[0], &t).0, &[&x], &[&answer(&x, &t).1]);
            let name = format!("{name}: your gradient, and your loss nudged");
            judge.case(name, "agree", report.headline(), report.passed());
        }
    }
    for gap in [16.0, 30.0, 800.0, -40.0] {
        let (x, t) = (array(&[1, 2], [0.0, gap]), array(&[1, 2], [1.0, 0.0]));
        case(&mut judge, answer, &format!("one sample, the right score lower by {gap}"), &x, &t);
    }
    judge.verdict(
        "how many samples are there, if the scores are [10]? Which target does the gradient compare with, and which the loss? And \
         -ln softmax(x) is ln Σ eˣ - x: with the largest score taken out of the sum, no logarithm is ever taken of anything tiny.",
    )
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

fn case(judge: &mut Judge, answer: Loss, name: &str, x: &ArrayD<f64>, t: &ArrayD<f64>) {
    let (loss, gradient) = answer(x, t);
    let (right_loss, right_gradient) = reference(x, t);
    judge.number(format!("{name}: the loss"), right_loss, loss);
    let close = gradient.shape() == x.shape()
        && right_gradient.iter().zip(&gradient).all(|(right, g)| (right - g).abs() < 1e-12);
    judge.case(format!("{name}: the gradient"), format!("{right_gradient:.6}"), format!("{gradient:.6}"), close);
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
fn targets(shape: &[usize], soft: bool, rng: &mut ChaCha8Rng) -> ArrayD<f64> {
    if soft {
        return softmax(&ArrayD::from_shape_simple_fn(IxDyn(shape), || rng.random_range(-1.0..1.0)));
    }
    let mut t = ArrayD::zeros(IxDyn(shape));
    for mut row in t.rows_mut() {
        let label = rng.random_range(0..row.len());
        row[label] = 1.0;
    }
    t
}

fn array<const N: usize>(shape: &[usize], numbers: [f64; N]) -> ArrayD<f64> {
    ArrayD::from_shape_fn(IxDyn(shape), |index| numbers[index[1]])
}
