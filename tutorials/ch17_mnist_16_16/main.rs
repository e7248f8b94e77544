//! Chapter 17. A net small enough to know all of: 13,002 numbers, and what they do not know about images.

use frame::{Chapter, Result, Run};
use gradus::data::{Batch, Digits, PIXELS, shuffled};
use gradus::draw::DotOptions;
use gradus::nn::{Activation, Mlp, Model, Parameters};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::Axis;
use rand::RngExt;
use serde_json::json;
use std::process::ExitCode;

pub const CHAPTER: Chapter = Chapter {
    slug: "17_mnist_16_16",
    title: "Thirteen thousand and two",
    question: "A net of 784-16-16-10 reads 94% of the test digits. Now take the pixels of every image and shuffle them, all images \
               alike, until no eye can tell a 1 from an 8. What will the same net read then? And if instead \
               each of 2,000 images gets a label drawn by lot: to how many of the 2,000 can it learn the lot?",
    time: "20 s",
    epochs: 10,
    full_epochs: 30,
    options: &[],
    fooled: "Two stories that one likes to tell. That the net sees strokes and loops: it reads digits whose pixels were shuffled just as \
             well, because to it an image is a list of 784 numbers in no order. And that noise cannot be learnt: 2,000 random \
             labels go in to the last one, with a training loss as fine as any, and 9% on new digits. A falling training \
             loss shows that something is being learnt, not what.",
    exercise: "tutorials/ch17_mnist_16_16/exercise.rs: count the parameters of a net, without forgetting what is easily forgotten. Then: \
               cargo run --release --example ch17_exercise",
    next: "cargo run --release -- ch18",
};

#[allow(dead_code)] // the binary `gradus` calls `run` itself
fn main() -> ExitCode {
    frame::main(&CHAPTER, run)
}

const SIZES: [usize; 4] = [784, 16, 16, 10];

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist()?;
    count(run);

    run.heading("Digits, and the same with all pixels shuffled alike");
    let permutation = shuffled(PIXELS, &mut run.rng());
    let mixed = [&train, &test].map(|digits| digits.with_pixels_permuted(&permutation));
    run.say(side_by_side(&train.first(3), &mixed[0].first(3)));
    ...
}
