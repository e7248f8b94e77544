//! Judges a step of RMSProp: the first step, the second, and fifty steps beside the formulas, with gradients of all sizes.

use frame::{Judge, Judgement};
use ndarray::Array1;

/// A step: what is remembered, the numbers, their gradient, the rate.
type Step = fn(&mut [f64], &mut [f64], &[f64], f64);

pub fn judge(step: Step) -> Judgement {
    Judge::examine("19_optimizers", |judge| {
        for gradients in [vec![2.0], vec![-1.0], vec![1e-3], vec![1e6], vec![3.0, 4.0], vec![1.0, 0.0]] {
            judge.given(format!("w = 0.5, gradients {gradients:?} one after the other, rate 0.01"));
            let steps: Vec<_> = gradients.into_iter().map(|g| Array1::from_elem(1, g)).collect();
            compare(judge, step, &Array1::from_elem(1, 0.5), &steps, 0.01);
        }
        for (size, scale) in [(1, 1.0), (3, 1.0), (3, 1e-3), (5, 1e4), (40, 1.0)] {
            judge.given(format!("{size} numbers, gradients up to {scale}, fifty steps at rate 0.01"));
            let start = judge.draw(size, 1.0);
            let gradients: Vec<_> = (0..50).map(|_| judge.draw(size, scale) + 0.2 * scale).collect();
            compare(judge, step, &start, &gradients, 0.01);
        }
    })
}

/// Makes the steps with the answer and with the formulas, and with typical mistakes in them.
fn compare(judge: &mut Judge, step: Step, start: &Array1<f64>, gradients: &[Array1<f64>], rate: f64) {
    let (mut w, mut v) = (start.to_vec(), vec![0.0; start.len()]);
    gradients.iter().for_each(|g| step(&mut v, &mut w, &g.to_vec(), rate));
    let rmsprop = |mistake| by_formula(start, gradients, rate, mistake);
    judge
        .equal("w after it", rmsprop(Mistake::None), w)
        .slip("v remembers the gradient, not its square", || rmsprop(Mistake::NoSquare))
        .slip("the root of v is missing", || rmsprop(Mistake::NoRoot))
        .slip("v is used before this gradient has gone into it", || rmsprop(Mistake::OldSquares))
        .slip("v is forgotten between steps: it has to be changed in place", || rmsprop(Mistake::Forgetful))
        .slip("v only grows: the old value must shrink by ρ (with 1 for both factors this is AdaGrad)", || {
            rmsprop(Mistake::Growing)
        })
        .slip("it goes along the gradient, not against it", || rmsprop(Mistake::Upwards));
}

#[derive(PartialEq)]
enum Mistake {
    None,
    NoSquare,
    NoRoot,
    OldSquares,
    Forgetful,
    Growing,
    Upwards,
}

/// The formulas, one number at a time.
fn by_formula(start: &Array1<f64>, gradients: &[Array1<f64>], rate: f64, mistake: Mistake) -> Array1<f64> {
    let mut w = start.clone();
    for (element, w) in w.iter_mut().enumerate() {
        let mut v = 0.0;
        for g in gradients.iter().map(|g| g[element]) {
            let before = if mistake == Mistake::Forgetful { 0.0 } else { v };
            let kind = if mistake == Mistake::NoSquare { g.abs() } else { g * g };
            let after = if mistake == Mistake::Growing { before + kind } else { 0.9 * before + 0.1 * kind };
            v = if mistake == Mistake::OldSquares { before } else { after };
            let size = if mistake == Mistake::NoRoot { v } else { v.sqrt() };
            let way = if mistake == Mistake::Upwards { -1.0 } else { 1.0 };
            *w -= way * rate * g / (size + 1e-8);
            v = after;
        }
    }
    w
}
