//! Small trainings, to measure a step with: those of a first page. Rows are drawn from a generator, so every machine trains on the same ones.

use gradus::data::{moons, seeded};
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::Array2;

/// A training.
#[derive(Debug)]
pub struct Training {
    /// Its name in a request.
    pub name: &'static str,
    /// What a step is.
    pub step: &'static str,
    /// Trains for this many steps and returns the last loss (0 if there was none).
    pub run: fn(usize) -> f64,
}

/// All trainings.
pub const ALL: &[Training] = &[
    Training { name: "xor", step: "2-3-1, one row of XOR, SGD", run: xor },
    Training { name: "digits", step: "784-30-10, 10 digits, SGD", run: digits },
    Training { name: "plane", step: "2-8-8-1, 500 points, Adam", run: plane },
];

/// The names of all trainings, for messages.
pub(crate) fn names() -> String {
    ALL.iter().map(|training| training.name).collect::<Vec<_>>().join(", ")
}

fn xor(steps: usize) -> f64 {
    let rows = [([0.0, 0.0], 0.0), ([0.0, 1.0], 1.0), ([1.0, 0.0], 1.0), ([1.0, 1.0], 0.0)];
    let net = Mlp::<f32>::new(&[2, 3, 1], Activation::Tanh, &mut seeded(7)).with_output(Activation::Identity);
    let mut sgd = Sgd::new(0.1);
    repeat(steps, |step, tape| {
        let (x, t) = rows[step % 4];
        let loss = net.forward(tape.input([x])).quadratic_cost(tape.input([[t]]));
        sgd.step(&net, &loss.backward()).expect("parameters as they were recorded");
        loss.item()
    })
}

/// Pixels by chance: a step takes as long as with real ones.
fn digits(steps: usize) -> f64 {
    let mut pixel = noise();
    let images = Array2::from_shape_simple_fn((10, 784), &mut pixel);
    let one_hot = Array2::from_shape_fn((10, 10), |(row, class)| if row == class { 1.0 } else { 0.0 });
    let net = Mlp::<f32>::new(&[784, 30, 10], Activation::Sigmoid, &mut seeded(7));
    let mut sgd = Sgd::new(0.1);
    repeat(steps, |_, tape| {
        let loss = net.forward(tape.input(&images)).quadratic_cost(tape.input(&one_hot));
        sgd.step(&net, &loss.backward()).expect("parameters as they were recorded");
        loss.item()
    })
}

fn plane(steps: usize) -> f64 {
    let (points, labels) = moons::<f32>(500, 0.1, &mut seeded(5));
    let targets = Array2::from_shape_fn((500, 1), |(row, _)| labels[row] as f32);
    let net = Mlp::<f32>::new(&[2, 8, 8, 1], Activation::Tanh, &mut seeded(7)).logits();
    let mut adam = Adam::new(1e-3);
    repeat(steps, |_, tape| {
        let loss = net.forward(tape.input(&points)).binary_cross_entropy_with_logits(tape.input(&targets));
        adam.step(&net, &loss.backward()).expect("parameters as they were recorded");
        loss.item()
    })
}

fn repeat(steps: usize, mut step: impl FnMut(usize, &Tape<f32>) -> f32) -> f64 {
    let (mut tape, mut loss) = (Tape::new(), 0.0);
    for number in 0..steps {
        loss = step(number, &tape);
        tape.rewind();
    }
    f64::from(loss)
}

/// Numbers from 0 to 1, from a small generator.
fn noise() -> impl FnMut() -> f32 {
    let mut state = 1_u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    }
}
