//! Nets of the course as steps. What they are is in the chapters; here are only the parts that a step needs besides: inputs with names, and a loss.

#[path = "../../../tutorials/ch22_convolution/net.rs"]
#[allow(dead_code)]
mod cnn;
#[path = "../../../tutorials/ch23_words_and_attention/net.rs"]
#[allow(dead_code)]
pub mod gpt;

use gpt::{Gpt, Size};
use gradus::data::{CLASSES, Mnist, PIXELS};
use gradus::nn::{Activation, Init, Mlp, Module};
use gradus::optim::{Adam, AdamW, RecordUpdate, Sgd};
use gradus::prelude::*;
use gradus::step::{Slot, Step, StepError};
use ndarray::{Array1, Array2, ArrayD, Axis, IxDyn};
use std::iter;
use std::path::Path;

/// What the GPT reads: the mark and 26 letters, in names of five letters and the mark before them.
const SYMBOLS: usize = 27;
const PLACES: usize = 6;
const BATCH: usize = 64;
/// How many devices share that batch in the parallel training.
pub const DEVICES: usize = 4;
/// How many digits there are: a number that the batches of all nets divide.
const DIGITS: usize = 6_400;

/// A net of a chapter, as a step.
pub struct Net {
    pub name: &'static str,
    pub step: Step,
}

/// The nets of chapters 15, 16, 18, 22, 23 and 30, where they begin. All but that of chapter 23 read digits, with pixels from 0 to 1.
pub fn nets() -> Result<Vec<Net>, StepError> {
    let mut rng = seeded(7);
    let ch15 = Mlp::with_init(&[784, 100, 20, 10], Activation::Sigmoid, Init::Normal(1.0), Init::Normal(1.0), &mut rng);
    let ch16 = Mlp::with_init(&[784, 50, 10], Activation::Relu, Init::Normal(0.01), Init::Zeros, &mut rng).logits();
    let ch18 = Mlp::new(&[784, 256, 10], Activation::Relu, &mut rng).logits();
    let ch22 = cnn::cnn(&mut rng);
    let ch30 = Mlp::new(&[784, 32, 10], Activation::Relu, &mut rng).logits();
    let size = Size { symbols: SYMBOLS, places: PLACES, width: 32, heads: 4, blocks: 2, dropout: 0.0 };
    Ok(vec![
        Net { name: "ch15", step: nielsen(&ch15)? },
        Net { name: "ch16", step: digits(&ch16, &Sgd::new(0.1), 100, |pixels| pixels)? },
        Net { name: "ch18", step: digits(&ch18, &Adam::new(1e-3), BATCH, ch18_scaled)? },
        Net { name: "ch18_parallel", step: parallel(&ch18, &Adam::new(1e-3), BATCH / DEVICES)? },
        Net { name: "ch22", step: digits(&ch22, &Adam::new(1e-3), BATCH, |pixels| pixels)? },
        Net { name: "ch23", step: names(&Gpt::new(size, 7))? },
        Net { name: "ch30", step: digits(&ch30, &Sgd::new(0.1), BATCH, |pixels| pixels)? },
    ])
}

fn zeros(shape: &[usize]) -> ArrayD<f32> {
    ArrayD::zeros(IxDyn(shape))
}

/// Chapter 15: batches of ten, and half the squared distance.
fn nielsen(net: &Mlp) -> Result<Step, StepError> {
    let (pixels, one_hot) = (zeros(&[10, PIXELS]), zeros(&[10, CLASSES]));
    Step::record(net, &Sgd::new(0.1), |tape| {
        let scores = net.forward(tape.input(&pixels).named("pixels")).named("scores");
        scores.quadratic_cost(tape.input(&one_hot).named("one_hot"))
    })
}

/// A net that reads digits.
pub fn digits(
    net: &impl Module<f32>,
    optimizer: &impl RecordUpdate<f32>,
    batch: usize,
    scaled: impl for<'t> Fn(Var<'t>) -> Var<'t>,
) -> Result<Step, StepError> {
    let (pixels, labels) = (zeros(&[batch, PIXELS]), zeros(&[batch]));
    Step::record(net, optimizer, |tape| {
        let scores = net.forward(scaled(tape.input(&pixels).named("pixels"))).named("scores");
        scores.softmax_cross_entropy(tape.input(&labels).named("labels"))
    })
}

/// Chapter 18's net, trained by several devices that say themselves what they sum: the batch of one of them.
fn parallel(net: &Mlp, optimizer: &impl RecordUpdate<f32>, batch: usize) -> Result<Step, StepError> {
    let (pixels, labels) = (zeros(&[batch, PIXELS]), zeros(&[batch]));
    Step::record_parallel(net, optimizer, |tape| {
        let scores = net.forward(ch18_scaled(tape.input(&pixels).named("pixels"))).named("scores");
        scores.softmax_cross_entropy(tape.input(&labels).named("labels"))
    })
}

/// By the chapter's mean and standard deviation of a pixel.
fn ch18_scaled(pixels: Var<'_>) -> Var<'_> {
    (pixels - 0.1307) / 0.3081
}

/// Chapter 23: names of five letters, so that all batches have one shape, and nothing left out at random, which a step would leave out each time.
fn names(net: &Gpt) -> Result<Step, StepError> {
    let (symbols, next) = (zeros(&[BATCH, PLACES]), zeros(&[BATCH * PLACES]));
    Step::record(net, &AdamW::new(0.003).weight_decay(0.1), |tape| {
        let scores = net.forward(tape.input(&symbols).named("symbols")).reshape([BATCH * PLACES, SYMBOLS]);
        scores.named("scores").softmax_cross_entropy(tape.input(&next).named("next"))
    })
}

/// What the inputs of these nets are filled with, by their names, with samples along the first axis: digits, and names of five letters.
pub fn data() -> Vec<(&'static str, ArrayD<f32>)> {
    let mnist = Mnist::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist")).expect("MNIST");
    let digits = mnist.train().first(DIGITS);
    let labels: Array1<f32> = digits.labels().iter().map(|&label| f32::from(label)).collect();
    // The first names of the United States census of 1990: the mark and a name, and the name and the mark.
    let list = include_str!("../../../data/names/names.txt");
    let names: Vec<&str> = list.lines().filter(|name| name.len() == PLACES - 1).collect();
    let number = |letter: char| f32::from(letter.to_ascii_lowercase() as u8 - b'a' + 1);
    let symbols = names.iter().flat_map(|name| iter::once(0.0).chain(name.chars().map(number))).collect();
    let next = names.iter().flat_map(|name| name.chars().map(number).chain([0.0])).collect();
    vec![
        ("pixels", digits.images().into_dyn()),
        ("one_hot", digits.one_hot().into_dyn()),
        ("labels", labels.into_dyn()),
        ("symbols", Array2::from_shape_vec((names.len(), PLACES), symbols).expect("names of one length").into_dyn()),
        ("next", Array1::from_vec(next).into_dyn()),
    ]
}

/// The inputs of a step on so many devices: the samples behind those of the step before, and from the beginning again.
pub fn batch(step: &Step, data: &[(&str, ArrayD<f32>)], number: usize, devices: usize) -> Vec<ArrayD<f32>> {
    let input = |input: &Slot| {
        let (_, samples) = data.iter().find(|(name, _)| *name == input.name).expect("data of this name");
        let first = number * input.shape[0];
        let rows: Vec<usize> = (first..first + input.shape[0]).map(|row| row % samples.shape()[0]).collect();
        samples.select(Axis(0), &rows)
    };
    step.inputs_on(devices).iter().map(input).collect()
}
