//! `gradus step FILE.onnx`: a model that another tool exported runs once, forward and backward, and is stepped through.

use frame::{Error, Result, files};
use gradus::data::seeded;
use gradus::io::Arrays;
use gradus::onnx::{Model, Port};
use gradus::prelude::*;
use ndarray::{ArrayD, IxDyn};
use rand::RngExt;
use std::path::Path;

/// Most numbers of an input that is made up.
const MOST_NUMBERS: usize = 1 << 24;

/// Steps through a model. Its inputs are those of the file beside it that ends in npz, or random numbers; whole numbers are 0.
pub fn step(file: &Path) -> Result {
    let told = |error: &dyn std::fmt::Display| Error::new(format!("{}: {error}", file.display()));
    let model = Model::<f32>::read(&files::bytes(file, files::MOST_BYTES).map_err(|error| told(&error))?)
        .map_err(|error| told(&error))?;
    frame::print(&model.to_string());
    let beside = file.with_extension("npz");
    let arrays = match beside.exists() {
        true => Arrays::load_npz(&beside).map_err(|error| Error::new(error.to_string()))?,
        false => Arrays::new(),
    };
    let tape = Tape::new();
    let mut inputs = Vec::new();
    for port in model.inputs() {
        let array = match arrays.get::<f32>(&port.name) {
            Some(array) => array,
            None => made_up(port).map_err(|error| told(&error))?,
        };
        inputs.push(tape.input(&array).named(&port.name));
    }
    let outputs = model.record(&tape, &inputs).map_err(|error| told(&error))?;
    let last = outputs[outputs.len() - 1];
    let loss = if last.shape().size() == 1 { last } else { last.sum() };
    loss.try_backward().map_err(|error| told(&error))?;
    walk(&tape).map_err(|error| told(&error))
}

#[cfg(not(target_family = "wasm"))]
fn walk(tape: &Tape<f32>) -> std::io::Result<()> {
    gradus_view::Stepper::of(tape).language(frame::catalog()).run().map(|_| ())
}

/// Prints the story of a tape: a web page is no terminal to step on.
#[cfg(target_family = "wasm")]
fn walk(tape: &Tape<f32>) -> std::io::Result<()> {
    tape.trace().narration().iter().for_each(|sentence| frame::print(sentence));
    Ok(())
}

fn made_up(port: &Port) -> std::result::Result<ArrayD<f32>, String> {
    let lengths: Vec<usize> = port.lengths.iter().flatten().map(|length| length.unwrap_or(1)).collect();
    let size = lengths.iter().try_fold(1_usize, |size, &length| size.checked_mul(length));
    if size.is_none_or(|size| size > MOST_NUMBERS) {
        return Err(format!(
            "the input {port} has more than {MOST_NUMBERS} numbers; put an array of this name in the npz beside the model"
        ));
    }
    let mut rng = seeded(7);
    let number = || if port.is_whole { 0.0 } else { rng.random_range(-1.0..1.0) };
    Ok(ArrayD::from_shape_simple_fn(IxDyn(&lengths), number))
}
