//! A net of two inputs, three hidden units and one output, whose hidden weights are nudged one after the other.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// The output of a unit, given its weighted sum.
pub type Bend = fn(f64) -> f64;

/// Two weights and a bias for each hidden unit; then the three weights of the output.
type Numbers = [f64; 12];
const HIDDEN: usize = 9;
const STARTS: usize = 100;
const STEP: f64 = 1e-4;

/// The mean cost of the four rows of XOR, with the given bend.
fn cost(numbers: &Numbers, bend: Bend) -> f64 {
    let row = |[x1, x2, t]: [f64; 3]| {
        let (hidden, output) = numbers.split_at(HIDDEN);
        let units = hidden.chunks(3).map(|unit| bend(unit[0] * x1 + unit[1] * x2 + unit[2]));
        let y: f64 = units.zip(output).map(|(h, w)| h * w).sum();
        (y - t).powi(2) / 2.0
    };
    [[0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]].map(row).iter().sum::<f64>() / 4.0
}

/// The share of hidden numbers, over 100 random starts, whose nudge leaves the cost exactly as it was.
pub fn share_of_dead_nudges(bend: Bend, rng: &mut impl Rng) -> f64 {
    let mut dead = 0;
    for _ in 0..STARTS {
        let mut numbers: Numbers = std::array::from_fn(|_| rng.sample(StandardNormal));
        let before = cost(&numbers, bend);
        for i in 0..HIDDEN {
            let kept = numbers[i];
            numbers[i] += STEP;
            dead += usize::from(cost(&numbers, bend) == before);
            numbers[i] = kept;
        }
    }
    dead as f64 / (STARTS * HIDDEN) as f64
}

/// The cost while the first hidden weight goes from -3 to 3 and all else stays.
pub fn sweep(bend: Bend) -> Vec<(f64, f64)> {
    let mut numbers = [0.0, 1.1, -0.4, -1.3, 0.9, 0.2, 0.7, -0.8, 0.5, 0.9, -0.7, 0.6];
    let cost_at = |step: i32| {
        numbers[0] = f64::from(step) / 100.0;
        (numbers[0], cost(&numbers, bend))
    };
    (-300..=300).map(cost_at).collect()
}
