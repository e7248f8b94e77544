//! How far back in time a gradient reaches through a recurrent net.

use frame::Origin::Theory;
use frame::{Result, Run};
use gradus::nn::Init;
use gradus::prelude::*;
use ndarray::Array2;
use serde_json::json;

/// The width of the state.
const WIDTH: usize = 64;
/// The distances, in steps.
const DISTANCES: [usize; 5] = [1, 5, 10, 20, 40];
/// The spreads of the state's weights, times the root of the width.
const SPREADS: [f64; 5] = [0.5, 0.9, 1.1, 1.5, 3.0];
/// The number of nets for each spread.
const NETS: u64 = 8;

pub fn through_time(run: &mut Run) -> Result {
    run.heading("A gradient on its way back through time");
    run.say(format!("  |dL/dh|, steps before the last; U of N(0, s²/{WIDTH}); the geometric mean of {NETS} nets"));
    let names = SPREADS.iter().map(|spread| format!("{:>9}", format!("s = {spread}"))).collect::<String>();
    run.say(format!("  steps{names}"));
    let columns: Vec<Vec<f64>> = SPREADS.iter().map(|&spread| mean_lengths(run.seed(), spread)).collect();
    for (row, distance) in DISTANCES.into_iter().enumerate() {
        let numbers: String = columns.iter().map(|column| format!("{:>9.0e}", column[row])).collect();
        run.say(format!("  {distance:>5}{numbers}"));
    }
    run.result("through_time", json!(columns));
    // A matrix that moves each number one place on, times a factor: no net could be simpler. Each step back multiplies by the factor.
    let shift = Array2::from_shape_fn((WIDTH, WIDTH), |(row, column)| f64::from(u8::from((row + 1) % WIDTH == column)));
    let shifted = lengths(&(shift * 0.5), |h| h, &mut seeded(run.seed()));
    let apart = DISTANCES
        .into_iter()
        .zip(shifted)
        .map(|(distance, length)| (length / 0.5_f64.powi(distance as i32) - 1.0).abs());
    run.compare("no tanh, U = 0.5 times a shift: against 0.5ᵏ", apart.fold(0.0, f64::max), Theory, "0", 0.0, 1e-12);
    Ok(())
}

fn mean_lengths(seed: u64, spread: f64) -> Vec<f64> {
    let mut sums = vec![0.0; DISTANCES.len()];
    for net in 0..NETS {
        let mut rng = seeded(seed.wrapping_add(net));
        let weights = Init::Normal(spread / (WIDTH as f64).sqrt()).draw((WIDTH, WIDTH), 1, 1, &mut rng);
        let lengths = lengths(&weights, |h| h.tanh(), &mut rng);
        sums.iter_mut().zip(lengths).for_each(|(sum, length)| *sum += length.ln());
    }
    sums.iter().map(|sum| (sum / NETS as f64).exp()).collect()
}

/// The length of the gradient at states that lie so many steps before the last, if it is 1 there.
fn lengths(weights: &Array2<f64>, bend: fn(Var<f64>) -> Var<f64>, rng: &mut impl rand::Rng) -> Vec<f64> {
    let tape = Tape::<f64>::new();
    let steps = DISTANCES[DISTANCES.len() - 1];
    let mut draw = |spread| Init::Normal(spread).draw::<f64, _>((1, WIDTH), 1, 1, rng);
    // ANCHOR: through_time
    let u = tape.input(weights);
    let mut states = vec![tape.var(draw(0.5))];
    for step in 0..steps {
        let next = bend(states[step].matmul(u) + tape.input(draw(0.5)));
        states.push(next);
    }
    let g = draw(1.0);
    let direction = tape.input(&g / g.pow2().sum().sqrt());
    let gradients = (states[steps] * direction).sum().backward();
    let length = |state: Var<f64>| gradients.wrt(state).value().pow2().sum().sqrt();
    // ANCHOR_END: through_time
    DISTANCES.iter().map(|back| length(states[steps - back])).collect()
}
