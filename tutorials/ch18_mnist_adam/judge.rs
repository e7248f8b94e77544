//! Judges a step of Adam: the first step, a hundred steps beside gradus's own, and gradients of every size.

use frame::Judge;
use gradus::data::seeded;
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;
use ndarray::Array1;
use rand::RngExt;
use std::process::ExitCode;

/// What Adam remembers between steps.
pub struct Memory {
    /// The mean of the gradients.
    #[allow(dead_code)] // the untouched exercise does not use it
    pub m: Vec<f64>,
    /// The mean of their squares.
    #[allow(dead_code)] // the untouched exercise does not use it
    pub v: Vec<f64>,
    /// How many steps were made.
    pub steps: i32,
}

impl Memory {
    fn new(size: usize) -> Self {
        Memory { m: vec![0.0; size], v: vec![0.0; size], steps: 0 }
    }
}

type Step = fn(&mut Memory, &mut [f64], &[f64], f64);

pub fn judge(step: Step) -> ExitCode {
    let mut judge = Judge::new("Exercise 18: Adam");
    for gradient in [1.0, -1.0, 1e-3, 1e6, -250.0] {
        let (mut w, mut memory) = ([0.5], Memory::new(1));
        step(&mut memory, &mut w, &[gradient], 0.001);
        let expected = 0.5 - 0.001 * gradient / (f64::abs(gradient) + 1e-8);
        judge.number(format!("w = 0.5, rate 0.001, after one step with gradient {gradient}"), expected, w[0]);
    }
    let mut rng = seeded(18);
    for size in [1, 3, 40] {
        for scale in [1.0, 1e-3, 1e3] {
            let start = Array1::from_shape_simple_fn(size, || rng.random_range(-1.0..1.0));
            // The gradient of Σ c w²/2, and noise that is given to both.
            let gradients: Vec<Array1<f64>> = (0..100)
                .map(|_| Array1::from_shape_simple_fn(size, || scale * rng.random_range(-0.5..1.0)))
                .collect();
            let expected = by_gradus(&start, &gradients, 0.01);
            let (mut w, mut memory) = (start.to_vec(), Memory::new(size));
            gradients.iter().for_each(|g| step(&mut memory, &mut w, &g.to_vec(), 0.01));
            let worst = (0..size).max_by(|&i, &j| (expected[i] - w[i]).abs().total_cmp(&(expected[j] - w[j]).abs()));
            let worst = worst.expect("there is an element");
            let input = format!("{size} numbers, 100 steps, gradients up to {scale}: element {worst}");
            judge.number(input, expected[worst], w[worst]);
        }
    }
    judge.verdict(
        "first update m and v, in place, so that the next step finds them. Then correct both for their start at 0, with t = the number of \
         this step, and only then divide. √ is taken of v̂, and ε is added outside the root.",
    )
}

/// The same steps with gradus's own Adam: a loss whose gradient is what we want it to be.
fn by_gradus(start: &Array1<f64>, gradients: &[Array1<f64>], rate: f64) -> Vec<f64> {
    let w = vec![Param::new("w", start.clone())];
    let (mut adam, mut tape) = (Adam::new(rate), Tape::new());
    for gradient in gradients {
        let loss = (tape.param(&w[0]) * tape.input(gradient)).sum();
        adam.step(&w, &loss.backward()).expect("w has a gradient");
        tape.rewind();
    }
    w[0].value().into_iter().collect()
}
