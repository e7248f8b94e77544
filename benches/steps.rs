//! What a training step needs when it is run as a value ([`gradus::step`]), beside a tape: its memory, and its time.
//! `cargo bench --bench steps --features json` prints a line for each of W6, W7 and W12, and what is kept at the peak.
//!
//! The times are those of the same step, forward, backward and recorded update: on a rewound tape by the interpreter, which records it again, and by the runner,
//! in turn, in one process.

mod convolutional;
// What only the workloads need.
#[allow(dead_code)]
mod protocol;
#[allow(dead_code)]
mod transformer;

use gradus::nn::{Activation, Mlp, Module};
use gradus::optim::{Adam, AdamW, Sgd};
use gradus::prelude::*;
use gradus::program::Interpreter;
use gradus::step::{Step, StepError};
use ndarray::{ArrayD, IxDyn};
use protocol::Random;
use std::time::Instant;

/// Rounds of both ways in turn.
const ROUNDS: usize = 31;

fn main() -> Result<(), StepError> {
    let args = protocol::args();
    for (name, step) in [("W6", w6()?), ("W7", w7()?), ("W12", w12()?)] {
        if ["all", name].contains(&&args.workload[..]) {
            println!("{name}: {}", step.memory()?);
            times(&step)?;
        }
    }
    Ok(())
}

/// What every input holds: classes, if it is a list, and otherwise centred noise.
fn numbers(shape: &[usize]) -> ArrayD<f32> {
    let mut random = Random(12345);
    let is_list = shape.len() == 1;
    let number = || if is_list { random.below(10) as f32 } else { random.uniform() as f32 - 0.5 };
    ArrayD::from_shape_simple_fn(IxDyn(shape), number)
}

fn w6() -> Result<Step, StepError> {
    let net = Mlp::<f32>::new(&[784, 1024, 1024, 10], Activation::Relu, &mut seeded(7)).logits();
    Step::record(&net, &Sgd::new(0.1), |tape| {
        let x = tape.input(numbers(&[256, 784])).named("x");
        net.forward(x).softmax_cross_entropy(tape.input(numbers(&[256])).named("labels"))
    })
}

fn w7() -> Result<Step, StepError> {
    let params = convolutional::params();
    Step::record(&params, &Adam::new(1e-3), |tape| {
        let (x, labels) = (tape.input(numbers(&[64, 784])).named("x"), tape.input(numbers(&[64])).named("labels"));
        convolutional::loss(&params, x, labels)
    })
}

fn w12() -> Result<Step, StepError> {
    let (net, tokens) = (transformer::Transformer::new(), transformer::BATCH * transformer::PLACES);
    Step::record(&net, &AdamW::new(1e-3), |tape| {
        let targets = tape.input(numbers(&[tokens])).named("targets");
        net.forward(tape.input(numbers(&[tokens])).named("symbols")).softmax_cross_entropy(targets)
    })
}

/// Prints the median times, and the median of the ratios of the rounds.
fn times(step: &Step) -> Result<(), StepError> {
    let inputs: Vec<ArrayD<f32>> = step.inputs().iter().map(|input| numbers(&input.shape)).collect();
    let (mut runner, mut state) = (step.runner::<f32>()?, step.start::<f32>()?);
    let mut interpreter = Interpreter::<f32>::new(step.program().clone())?;
    let (mut tape, mut lean) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS + 2 {
        let start = Instant::now();
        interpreter.run()?;
        let between = Instant::now();
        runner.run(&mut state, &inputs)?;
        if round >= 2 {
            tape.push((between - start).as_secs_f64() * 1e3);
            lean.push(between.elapsed().as_secs_f64() * 1e3);
        }
    }
    let mut ratios: Vec<f64> = tape.iter().zip(&lean).map(|(tape, lean)| lean / tape).collect();
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    println!(
        "  on the tape {:.2} ms, here {:.2} ms, {:.2} times as long\n",
        median(&mut tape),
        median(&mut lean),
        median(&mut ratios)
    );
    Ok(())
}
