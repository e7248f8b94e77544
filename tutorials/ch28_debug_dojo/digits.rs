//! Programs that read the first ten digits of MNIST.

use super::suspect::{Arrays, Known, Suspect, matrix, on_tape, sum_of_rows};
use gradus::data::{Digits, seeded};
use gradus::nn::Init;
use gradus::prelude::*;
use ndarray::{Array2, ArrayD};

/// The digits that the programs see.
pub const DIGITS: usize = 10;

fn softmax(scores: &Array2<f64>) -> Array2<f64> {
    let mut y = scores.clone();
    for mut row in y.rows_mut() {
        let largest = row.fold(f64::NEG_INFINITY, |largest, &x| largest.max(x));
        row.mapv_inplace(|x| (x - largest).exp());
        let total = row.sum();
        row /= total;
    }
    y
}

/// The mean of -Σ t ln(y + epsilon).
fn cross_entropy(y: &Array2<f64>, t: &Array2<f64>, epsilon: f64) -> f64 {
    -(t * &y.mapv(|y| (y + epsilon).ln())).sum() / t.nrows() as f64
}

fn drawn(sizes: &[usize], start: Init, seed: u64) -> Arrays {
    let mut rng = seeded(seed);
    let mut arrays = Vec::new();
    for pair in sizes.windows(2) {
        let weights: Array2<f64> = start.draw((pair[0], pair[1]), pair[0], pair[1], &mut rng);
        arrays.extend([weights.into_dyn(), Array2::zeros((1, pair[1])).into_dyn()]);
    }
    arrays
}

/// What is different in the programs of two layers.
struct TwoLayers {
    digits: usize,
    /// What stands in the loss beside y.
    epsilon: f64,
    /// By what the sum over the samples is divided in the backward pass.
    divisor: f64,
    /// By what W1's gradient is multiplied.
    factor: f64,
}

/// 784-20-10: relu, softmax, cross-entropy, a backward pass by hand.
fn two_layers(all: &Digits, seed: u64, TwoLayers { digits, epsilon, divisor, factor }: TwoLayers) -> Suspect {
    let (x, t): (Array2<f64>, Array2<f64>) = (all.first(digits).images(), all.first(digits).one_hot());
    let forward = |x: &Array2<f64>, w: &[ArrayD<f64>]| {
        let h = (x.dot(&matrix(&w[0])) + matrix(&w[1])).mapv(|z| z.max(0.0));
        let y = softmax(&(h.dot(&matrix(&w[2])) + matrix(&w[3])));
        (h, y)
    };
    let perfect =
        Known { what: "the loss if every answer is right", expected: 0.0, got: cross_entropy(&t, &t, epsilon) };
    // Without an epsilon 0 ln 0 is not a number; there a net that knows nothing is what one knows.
    let tenths = Array2::from_elem(t.raw_dim(), 0.1);
    let nothing = Known {
        what: "the loss of a net that knows nothing, ln 10",
        expected: 10_f64.ln(),
        got: cross_entropy(&tenths, &t, epsilon),
    };
    let (x_too, t_too) = (x.clone(), t.clone());
    let gradient = move |w: &[ArrayD<f64>]| {
        let (h, y) = forward(&x, w);
        let dy = (y - &t) / divisor;
        let dz = dy.dot(&matrix(&w[2]).t()) * h.mapv(|h| f64::from(u8::from(h > 0.0)));
        [x.t().dot(&dz) * factor, sum_of_rows(&dz), h.t().dot(&dy), sum_of_rows(&dy)].map(Array2::into_dyn).into()
    };
    Suspect {
        names: &["W1", "b1", "W2", "b2"],
        start: drawn(&[784, 20, 10], Init::He, seed),
        loss: Box::new(move |w| cross_entropy(&forward(&x_too, w).1, &t_too, epsilon)),
        gradient: Box::new(gradient),
        printed: None,
        rate: 0.1,
        steps: 60,
        direction: -1.0,
        known: if epsilon > 0.0 { perfect } else { nothing },
    }
}

pub fn epsilon_in_the_loss(all: &Digits, seed: u64) -> Suspect {
    two_layers(all, seed, TwoLayers { digits: DIGITS, epsilon: 1e-7, divisor: DIGITS as f64, factor: 1.0 })
}

pub fn a_factor_that_the_mean_forgives(all: &Digits, seed: u64) -> Suspect {
    let program = TwoLayers { digits: DIGITS, epsilon: 0.0, divisor: DIGITS as f64, factor: 1.0001 };
    Suspect { start: drawn(&[784, 20, 10], Init::Normal(0.01), seed), steps: 200, ..two_layers(all, seed, program) }
}

pub fn ten_classes_taken_for_ten_samples(all: &Digits, seed: u64) -> Suspect {
    two_layers(all, seed, TwoLayers { digits: 1, epsilon: 0.0, divisor: 10.0, factor: 1.0 })
}

pub fn epsilon_hides_the_surest_mistakes(all: &Digits, seed: u64) -> Suspect {
    let (images, targets): (Array2<f64>, Array2<f64>) = (all.first(DIGITS).images(), all.first(DIGITS).one_hot());
    let (loss, gradient) = on_tape(move |w| {
        let tape = w[0].tape();
        let y = (tape.input(&images).matmul(w[0]) + w[1]).softmax(1);
        -(tape.input(&targets) * (y + 1e-7).ln()).sum() / DIGITS as f64
    });
    let wrong = softmax(&ndarray::array![[0.0, 30.0]]);
    Suspect {
        names: &["W", "b"],
        start: drawn(&[784, 10], Init::Normal(0.8), seed),
        loss,
        gradient,
        printed: None,
        rate: 0.1,
        steps: 60,
        direction: -1.0,
        known: Known {
            what: "the loss of one digit whose right score is 30 too low",
            expected: 30.0,
            got: cross_entropy(&wrong, &ndarray::array![[1.0, 0.0]], 1e-7),
        },
    }
}

/// Cross-entropy of a yes or no, with p clipped as the source has it, in this kind of number.
fn clipped<F: Scalar>(p: F, t: F) -> F {
    let (low, one) = (F::from_f64(1e-12), F::from_f64(1.0));
    let p = if p < low {
        low
    } else if p > one - low {
        one - low
    } else {
        p
    };
    -(t * p.ln() + (one - t) * (one - p).ln())
}

pub fn a_clip_that_f32_rounds_away(all: &Digits, seed: u64) -> Suspect {
    let digits = all.first(DIGITS);
    let x: Array2<f64> = digits.images();
    let t: Array2<f64> = Array2::from_shape_fn((DIGITS, 1), |(i, _)| f64::from(u8::from(digits.label(i) == 1)));
    let forward =
        |x: &Array2<f64>, w: &[ArrayD<f64>]| (x.dot(&matrix(&w[0])) + matrix(&w[1])).mapv(|z| 1.0 / (1.0 + (-z).exp()));
    let (x_too, t_too) = (x.clone(), t.clone());
    let (x_again, t_again) = (x.clone(), t.clone());
    let gradient = move |w: &[ArrayD<f64>]| {
        let dz = (forward(&x, w) - &t) / DIGITS as f64;
        vec![x.t().dot(&dz).into_dyn(), sum_of_rows(&dz).into_dyn()]
    };
    let mean = |losses: f64| losses / DIGITS as f64;
    Suspect {
        names: &["w", "b"],
        start: drawn(&[784, 1], Init::Normal(0.05), seed),
        // The check runs in f64, as checks do; the program prints what it computes in f32.
        loss: Box::new(move |w| mean(forward(&x_too, w).iter().zip(&t_too).map(|(&p, &t)| clipped(p, t)).sum())),
        gradient: Box::new(gradient),
        printed: Some(Box::new(move |w| {
            let p = forward(&x_again, w);
            mean(p.iter().zip(&t_again).map(|(&p, &t)| f64::from(clipped(p as f32, t as f32))).sum())
        })),
        rate: 0.1,
        steps: 60,
        direction: -1.0,
        known: Known {
            what: "the loss of a sure and right answer, p = 1",
            expected: 0.0,
            got: clipped(1_f32, 1.0).into(),
        },
    }
}

pub fn a_start_that_starves(all: &Digits, seed: u64) -> Suspect {
    let digits = all.first(DIGITS);
    let images: Array2<f64> = digits.images();
    let labels: Vec<usize> = digits.labels().iter().copied().map(usize::from).collect();
    let (loss, gradient) = on_tape(move |w| {
        let tape = w[0].tape();
        let hidden = w[..8].chunks(2).fold(tape.input(&images), |a, pair| (a.matmul(pair[0]) + pair[1]).tanh());
        (hidden.matmul(w[8]) + w[9]).softmax_cross_entropy(tape.labels(&labels))
    });
    let start = drawn(&[784, 20, 20, 20, 20, 10], Init::Normal(0.01), seed);
    let zeros: Arrays = start.iter().map(|array| array.mapv(|_| 0.0)).collect();
    Suspect {
        names: &["W1", "b1", "W2", "b2", "W3", "b3", "W4", "b4", "W5", "b5"],
        known: Known { what: "the loss of a net that knows nothing, ln 10", expected: 10_f64.ln(), got: loss(&zeros) },
        start,
        loss,
        gradient,
        printed: None,
        rate: 0.1,
        steps: 60,
        direction: -1.0,
    }
}
