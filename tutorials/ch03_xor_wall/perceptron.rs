//! The perceptron of chapter 2, on two truth values.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// The inputs of every function of two truth values.
pub const ROWS: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

/// Shows it a row. After a mistake w1, w2 and b are nudged. Returns whether it was one.
pub fn show(weights: &mut [f64; 3], rate: f64, [x1, x2]: [f64; 2], t: f64) -> bool {
    let fires = weights[0] * x1 + weights[1] * x2 + weights[2] >= 0.0;
    let error = t - f64::from(fires);
    for (weight, x) in weights.iter_mut().zip([x1, x2, 1.0]) {
        *weight += rate * error * x;
    }
    error != 0.0
}

/// Shows it each row once. Returns how many mistakes there were.
pub fn round(weights: &mut [f64; 3], rate: f64, targets: [f64; 4]) -> usize {
    ROWS.into_iter().zip(targets).filter(|&(row, t)| show(weights, rate, row, t)).count()
}

/// The number of random starts that make four mistakes on XOR in each of rounds 301 to 400.
pub fn from_random_starts(starts: usize, rng: &mut impl Rng) -> usize {
    let stuck = |_: &usize| {
        let mut weights: [f64; 3] = std::array::from_fn(|_| rng.sample(StandardNormal));
        let history: Vec<usize> = (0..400).map(|_| round(&mut weights, 0.1, [0.0, 1.0, 1.0, 0.0])).collect();
        history[300..].iter().all(|&mistakes| mistakes == 4)
    };
    (0..starts).filter(stuck).count()
}
