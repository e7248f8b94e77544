//! What is done with every net alike: its loss, its training, how surprised it is by names, and names of its own.

use super::RATE;
use super::names::{Batch, Name, Names, characters};
use frame::{Result, Run};
use gradus::data::shuffled;
use gradus::io::Checkpoint;
use gradus::nn::{Dropout, Module};
use gradus::optim::{AdamW, Optimizer, Schedule};
use gradus::prelude::*;
use ndarray::{Array2, ArrayView1};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::iter;

/// The number of names in a batch.
const BATCH_SIZE: usize = 64;
/// How many names are looked at together where nothing is learnt.
const MANY: usize = 500;
/// A gradient that is longer is shortened to this length.
pub const LONGEST_GRADIENT: f64 = 1.0;
/// The weight decay.
const DECAY: f64 = 0.1;
/// How often a training is measured.
const LOOKS: usize = 20;

// ANCHOR: loss
/// The mean surprise, in nats, over all letters of the names and their ends.
pub fn loss<'t>(net: &impl Module<f32>, tape: &'t Tape, names: &[Name]) -> Var<'t> {
    let batch = Batch::of(names);
    let scores = net.forward(tape.input(&batch.symbols)); // [names, places, 27]
    let rows = scores.reshape([batch.symbols.len(), scores.shape()[2]]);
    rows.gather_rows(tape.labels(&batch.counted)).softmax_cross_entropy(tape.labels(&batch.next))
}
// ANCHOR_END: loss

/// Nats per character of a net, over all letters of the names and their ends.
pub fn nats(net: &impl Module<f32>, names: &[Name]) -> f64 {
    let mut tape = Tape::new();
    let sum: f64 = names
        .chunks(MANY)
        .map(|names| {
            tape.rewind();
            f64::from(tape.no_grad(|| loss(net, &tape, names).item())) * characters(names) as f64
        })
        .sum();
    sum / characters(names) as f64
}

/// What a training was like.
#[derive(Serialize, Deserialize)]
pub struct Story {
    /// (step, nats on the names to choose settings by).
    pub curve: Vec<(f64, f64)>,
    /// The length of the longest gradient, before it was clipped.
    pub longest: f64,
    /// The share of the steps in which the gradient was clipped.
    pub clipped: f64,
}

/// Trains a net in so many steps, each on 64 names. What it leaves out at random, if it does, belongs to what is kept.
pub fn train(
    run: &mut Run,
    what: &str,
    net: &impl Module<f32>,
    dropout: Option<&Dropout>,
    names: &Names,
    steps: usize,
) -> Result<Story> {
    let (mut rng, mut tape) = (run.rng(), Tape::new());
    let mut story = Story { curve: Vec::new(), longest: 0.0, clipped: 0.0 };
    let warm_up = steps / 10;
    let schedule = Schedule::cosine(RATE, steps - warm_up).after_warm_up(warm_up);
    let mut adam = AdamW::new(RATE).weight_decay(DECAY);
    let kept = run.kept(what, steps, &json!({ "batch": BATCH_SIZE, "rate": RATE, "decay": DECAY }))?;
    let mut step = kept.restore(&mut story, |saved| {
        let mut guard = dropout.map(Dropout::rng);
        saved.restore(net, &mut adam, iter::once(&mut rng).chain(guard.as_deref_mut()))
    })?;
    let mut watch = run.watch(what, steps, net).after(step);
    while step < steps {
        for batch in shuffled_batches(&names.train, &mut rng).into_iter().take(steps - step) {
            // ANCHOR: train
            let loss = loss(net, &tape, &batch);
            let gradients = loss.backward();
            let length = f64::from(gradients.norm(net).item());
            adam.learning_rate = schedule.at(step);
            adam.step(net, &gradients.clip_norm(net, LONGEST_GRADIENT))?;
            // ANCHOR_END: train
            watch.step(loss, &gradients);
            story.longest = story.longest.max(length);
            story.clipped += f64::from(u8::from(length > LONGEST_GRADIENT)) / steps as f64;
            tape.rewind();
            step += 1;
            if step % steps.div_ceil(LOOKS) == 0 || step == steps {
                story.curve.push((step as f64, nats(net, &names.validation)));
            }
        }
        let checkpoint = Checkpoint::new().params(net).optimizer(&adam).rng(&rng);
        kept.save(
            step,
            &story,
            dropout.iter().fold(checkpoint, |checkpoint, dropout| checkpoint.rng(&*dropout.rng())),
        )?;
    }
    watch.finish();
    Ok(story)
}

/// All names in a random order, in batches.
fn shuffled_batches(names: &[Name], rng: &mut impl Rng) -> Vec<Vec<Name>> {
    let order = shuffled(names.len(), rng);
    order.chunks(BATCH_SIZE).map(|batch| batch.iter().map(|&index| names[index].clone()).collect()).collect()
}

// ANCHOR: sample
/// Names that a net makes up: letter by letter, each drawn with the probability that the net gives it, until it draws the mark.
pub fn samples(net: &impl Module<f32>, count: usize, longest: usize, rng: &mut impl Rng) -> Vec<Name> {
    let mut tape = Tape::new();
    let mut symbols = Array2::zeros((count, 1));
    for place in 0..longest {
        tape.rewind();
        let shares = tape.no_grad(|| net.forward(tape.input(&symbols)).slice(s![.., place, ..]).softmax(1).value());
        let drawn = shares.outer_iter().map(|row| draw(row.as_slice().unwrap_or_default(), rng) as f32);
        symbols.push_column(ArrayView1::from(&drawn.collect::<Vec<f32>>())).expect("a symbol for each name");
    }
    let letters = |row: ArrayView1<f32>| row.iter().skip(1).map(|&x| x as usize).take_while(|&x| x > 0).collect();
    symbols.outer_iter().map(letters).collect()
}

/// The number of a share, with the probability that it says.
fn draw(shares: &[f32], rng: &mut impl Rng) -> usize {
    let mut left: f32 = rng.random();
    let found = shares.iter().position(|share| {
        left -= share;
        left < 0.0
    });
    found.unwrap_or(0)
}
// ANCHOR_END: sample
