//! Writes three larger nets as steps, as `steps.rs` does: W6 and W7 of the benches, and W12 as the net of chapter 23. `benches/peers/steps_jax.py` runs them on XLA
//! beside JAX's own programs.
//!
//! `cargo run --release -p gradus-pjrt --features train --example workloads -- DIR`

#[path = "../tests/course/mod.rs"]
#[allow(dead_code)]
mod course;

use course::gpt::{Gpt, Size};
use gradus::data::{CLASSES, SIDE};
use gradus::io::Arrays;
use gradus::nn::{Activation, Conv2d, Flatten, Init, Linear, MaxPool2d, Mlp, Module, Sequential, Unflatten};
use gradus::optim::{Adam, AdamW, Sgd};
use gradus::prelude::*;
use gradus::step::{Step, StepError};
use ndarray::{Array1, Array2};
use rand::RngExt;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

/// The sequences of a batch of W12, the places of a sequence, and the symbols of the alphabet.
const SEQUENCES: usize = 32;
const PLACES: usize = 64;
const SYMBOLS: usize = 64;
/// The rows of the file of batches that are sequences: those of twenty steps.
const ROWS: usize = 20 * SEQUENCES;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("where to? give the name of a folder")?);
    fs::create_dir_all(&folder)?;
    let mut arrays = Arrays::new();
    for (name, samples) in course::data().iter().filter(|(name, _)| ["pixels", "labels"].contains(name)) {
        arrays.insert(name, samples)?;
    }
    let mut rng = seeded(12345);
    let mut draw = || rng.random_range(0..SYMBOLS) as f32;
    arrays.insert("symbols", &Array2::from_shape_simple_fn((ROWS, PLACES), &mut draw))?;
    arrays.insert("next", &Array1::from_shape_simple_fn(ROWS * PLACES, &mut draw))?;
    arrays.save_npz(folder.join("batches.npz"))?;
    for (name, step) in [("w6", w6()?), ("w7", w7()?), ("w12", w12()?)] {
        fs::write(folder.join(format!("{name}.json")), step.to_json())?;
        fs::write(folder.join(format!("{name}.mlir")), step.to_stablehlo()?)?;
        println!("{name}: {}", step.to_string().lines().next().unwrap_or_default());
    }
    Ok(())
}

fn w6() -> Result<Step, StepError> {
    let net = Mlp::new(&[784, 1024, 1024, 10], Activation::Relu, &mut seeded(7)).logits();
    course::digits(&net, &Sgd::new(0.1), 256, |pixels| pixels)
}

fn w7() -> Result<Step, StepError> {
    let rng = &mut seeded(7);
    let net = Sequential::new()
        .then(Unflatten::new([1, SIDE, SIDE]))
        .then(Conv2d::new("conv1", 1, 16, 3, Init::He, rng).padding(1))
        .then(Activation::Relu)
        .then(MaxPool2d::new(2))
        .then(Conv2d::new("conv2", 16, 32, 3, Init::He, rng).padding(1))
        .then(Activation::Relu)
        .then(MaxPool2d::new(2))
        .then(Flatten)
        .then(Linear::new("hidden", 32 * 7 * 7, 128, Init::He, Init::Zeros, rng))
        .then(Activation::Relu)
        .then(Linear::new("scores", 128, CLASSES, Init::Scaled, Init::Zeros, rng));
    course::digits(&net, &Adam::new(1e-3), 64, |pixels| pixels)
}

fn w12() -> Result<Step, StepError> {
    let size = Size { symbols: SYMBOLS, places: PLACES, width: 128, heads: 4, blocks: 1, dropout: 0.0 };
    let net = Gpt::new(size, 7);
    let (symbols, next) = (Array2::<f32>::zeros((SEQUENCES, PLACES)), Array1::<f32>::zeros(SEQUENCES * PLACES));
    Step::record(&net, &AdamW::new(1e-3).weight_decay(0.01), |tape| {
        let scores = net.forward(tape.input(&symbols).named("symbols")).reshape([SEQUENCES * PLACES, SYMBOLS]);
        scores.softmax_cross_entropy(tape.input(&next).named("next"))
    })
}
