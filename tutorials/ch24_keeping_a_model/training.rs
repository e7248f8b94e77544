//! A training with all that changes in it, and how it is kept and taken up again.

use super::{Outcome, RATE};
use gradus::data::{Batch, CLASSES, Digits, PIXELS};
use gradus::io::{Checkpoint, Progress, RngState};
use gradus::nn::{Activation, Dropout, Init, Linear, Module, Parameters, Sequential};
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;
use std::path::Path;

pub const BATCH_SIZE: usize = 64;

/// Everything that a step of the training changes.
pub struct Training {
    pub net: Sequential,
    adam: Adam,
    /// Has a generator of its own.
    dropout: Dropout,
    /// The generator from which the order of the present epoch is drawn.
    order: RngState,
    pub step: usize,
}

/// What is restored from a checkpoint.
#[derive(Clone, Copy, PartialEq)]
pub enum Back {
    All,
    AllButMoments,
    AllButGenerators,
    ParametersAlone,
}

impl Training {
    /// At its beginning.
    pub fn new(seed: u64) -> Self {
        let mut rng = seeded(seed);
        let dropout = Dropout::new(0.2, seed.wrapping_add(1));
        let net = Sequential::new()
            .then(Linear::new("hidden", PIXELS, 100, Init::He, Init::Zeros, &mut rng))
            .then(Activation::Relu)
            .then(dropout.clone())
            .then(Linear::new("scores", 100, CLASSES, Init::Scaled, Init::Zeros, &mut rng));
        let order = RngState::of(&rng);
        Training { net, adam: Adam::new(RATE), dropout, order, step: 0 }
    }

    /// Goes on up to a step. After each, `look` is called.
    pub fn run(
        &mut self,
        digits: &Digits,
        until: usize,
        look: &mut dyn FnMut(&Training) -> Outcome<()>,
    ) -> Outcome<()> {
        let (mut tape, per_epoch) = (Tape::new(), digits.len().div_ceil(BATCH_SIZE));
        while self.step < until {
            // Who begins in the middle of an epoch draws its order again, and skips what was done.
            let mut rng = self.order.rng();
            let batches = digits.batches(BATCH_SIZE, &mut rng).skip(self.step % per_epoch);
            for batch in batches.take(until - self.step) {
                let loss = loss(&tape, &self.net, &batch);
                self.adam.step(&self.net, &loss.backward())?;
                tape.rewind();
                self.step += 1;
                if self.step.is_multiple_of(per_epoch) {
                    self.order = RngState::of(&rng);
                }
                look(self)?;
            }
        }
        Ok(())
    }

    // ANCHOR: save
    pub fn save(&self, path: &Path) -> Outcome<()> {
        let progress = Progress { step: self.step, ..Progress::default() };
        let checkpoint = Checkpoint::new().params(&self.net).optimizer(&self.adam).progress(progress);
        Ok(checkpoint.rng(self.order.clone()).rng(&*self.dropout.rng()).save(path)?)
    }
    // ANCHOR_END: save

    /// A new training that goes on from a checkpoint.
    pub fn resume(path: &Path, back: Back, seed: u64) -> Outcome<Self> {
        let mut new = Training::new(seed);
        let saved = Checkpoint::load(path)?;
        if back == Back::ParametersAlone {
            saved.restore_params(&new.net)?;
            return Ok(Training { step: saved.progress().step, ..new });
        }
        let (mut rng, mut factors) = (seeded(seed), seeded(seed));
        // ANCHOR: restore
        let progress = saved.restore(&new.net, &mut new.adam, [&mut rng, &mut factors])?;
        // ANCHOR_END: restore
        if back != Back::AllButGenerators {
            *new.dropout.rng() = factors;
            new.order = RngState::of(&rng);
        }
        if back == Back::AllButMoments {
            new.adam = Adam::new(RATE);
        }
        Ok(Training { step: progress.step, ..new })
    }

    /// How many numbers of the two nets differ in at least one bit.
    pub fn different(&self, other: &Training) -> usize {
        let bits = |training: &Training| -> Vec<u32> {
            let params = training.net.params();
            params.iter().flat_map(|param| param.value().into_iter().map(f32::to_bits)).collect()
        };
        bits(self).iter().zip(bits(other)).filter(|(a, b)| **a != *b).count()
    }
}

/// The loss of a batch, recorded.
pub fn loss<'t>(tape: &'t Tape, net: &Sequential, batch: &Batch) -> Var<'t> {
    let scores = net.forward(tape.input(&batch.images).named("images"));
    scores.softmax_cross_entropy(tape.input(&batch.labels)).named("loss")
}
