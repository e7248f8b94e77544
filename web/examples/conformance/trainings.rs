//! How fast a step is: trainings of a first page, by the request that its button sends.

use crate::node::Node;
use gradus::data::{moons, seeded};
use gradus::nn::{Activation, Mlp};
use gradus::page::{self, Live};
use gradus::prelude::*;
use ndarray::Array2;
use std::time::Instant;

/// A training.
struct Training {
    name: &'static str,
    /// What a step is.
    step: &'static str,
    optimizer: &'static str,
    record: fn(&Tape<f32>),
}

const ALL: &[Training] = &[
    Training { name: "xor", step: "2-3-1, one row of XOR, SGD", optimizer: "sgd", record: xor },
    Training { name: "digits", step: "784-30-10, 10 digits, SGD", optimizer: "sgd", record: digits },
    Training { name: "plane", step: "2-8-8-1, 500 points, Adam", optimizer: "adam", record: plane },
];

/// Prints a row of the table of speeds for each training: the best of several runs on either side, taking turns.
pub fn measure(node: &mut Node) {
    for training in ALL {
        let tape = Tape::new();
        (training.record)(&tape);
        let program = tape.program().expect("a program of the library's own ops").to_json().replace('\n', " ");
        let mut here = page::open(&program).expect("a program that runs");
        node.ask(&format!("open {program}"));
        let steps = steps_of_a_run(training, &mut here);
        let request = request(training, steps);
        let mut best = [f64::INFINITY; 2];
        for _ in 0..7 {
            let times = [time(&mut here, &request), f64_of(&node.ask(&format!("time ask {request}")))];
            (0..2).for_each(|side| best[side] = best[side].min(times[side] * 1e3 / steps as f64));
        }
        let [native, wasm] = best;
        let Training { name, step, .. } = training;
        println!("| {name} | {step} | {native:.1} us | {wasm:.1} us | {:.1} |", wasm / native);
    }
}

fn request(training: &Training, steps: usize) -> String {
    format!(r#"{{"ask": "train", "steps": {steps}, "optimizer": "{}", "rate": 0.001}}"#, training.optimizer)
}

/// The milliseconds of an answer.
fn time(live: &mut Live, request: &str) -> f64 {
    let start = Instant::now();
    live.ask(request).expect("a training");
    start.elapsed().as_secs_f64() * 1e3
}

/// As many steps as take a fifth of a second here, but no more than a page may ask for.
fn steps_of_a_run(training: &Training, here: &mut Live) -> usize {
    let milliseconds = time(here, &request(training, 500));
    ((500.0 * 200.0 / milliseconds) as usize).clamp(1, 10_000)
}

fn f64_of(bytes: &[u8]) -> f64 {
    f64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

fn xor(tape: &Tape<f32>) {
    let net = Mlp::new(&[2, 3, 1], Activation::Tanh, &mut seeded(7)).with_output(Activation::Identity);
    net.forward(tape.input([[0.0, 1.0]])).quadratic_cost(tape.input([[1.0]])).backward();
}

/// Pixels by chance: a step takes as long as with real ones.
fn digits(tape: &Tape<f32>) {
    let mut pixel = noise();
    let images = Array2::from_shape_simple_fn((10, 784), &mut pixel);
    let one_hot = Array2::from_shape_fn((10, 10), |(row, class)| if row == class { 1.0 } else { 0.0 });
    let net = Mlp::new(&[784, 30, 10], Activation::Sigmoid, &mut seeded(7));
    net.forward(tape.input(&images)).quadratic_cost(tape.input(&one_hot)).backward();
}

fn plane(tape: &Tape<f32>) {
    let (points, labels) = moons::<f32>(500, 0.1, &mut seeded(5));
    let targets = Array2::from_shape_fn((500, 1), |(row, _)| labels[row] as f32);
    let net = Mlp::new(&[2, 8, 8, 1], Activation::Tanh, &mut seeded(7)).logits();
    net.forward(tape.input(&points)).binary_cross_entropy_with_logits(tape.input(&targets)).backward();
}

/// Numbers from 0 to 1, from a small generator.
fn noise() -> impl FnMut() -> f32 {
    let mut state = 1_u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    }
}
