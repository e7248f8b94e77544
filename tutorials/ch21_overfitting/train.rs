//! One training on a few digits, with any of the remedies, measured on digits that it does not see.

use super::shifts::shifted;
use frame::{Result, Run, Watch};
use gradus::data::{CLASSES, Digits, PIXELS, seeded};
use gradus::io::Checkpoint;
use gradus::nn::{Activation, Dropout, Init, Linear, Module, Sequential};
use gradus::optim::{AdamW, EarlyStopping, Optimizer};
use gradus::prelude::*;
use rand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::json;

const BATCH_SIZE: usize = 50;
const RATE: f64 = 1e-3;
/// Early stopping waits for so many epochs.
const PATIENCE: usize = 10;

/// What is done against overfitting. By default, nothing.
#[derive(Clone, Copy, Default, Serialize)]
pub struct Remedy {
    pub weight_decay: f64,
    /// The probability with which a hidden unit is left out.
    pub dropout: f64,
    /// The number of pixels by which digits are moved at most.
    pub shifts: usize,
    pub stops_early: bool,
}

/// What was measured after an epoch.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Epoch {
    pub training_loss: f64,
    pub validation_loss: f64,
    pub validation_accuracy: f64,
}

pub struct Training {
    pub net: Sequential,
    pub epochs: Vec<Epoch>,
    /// What was measured of the net that is handed on: of the last epoch, or of the best.
    pub end: Epoch,
}

// ANCHOR: net
/// Fully connected layers with ReLUs between them; in training, hidden units are left out with a certain probability.
pub fn net(hidden: &[usize], dropout: f64, rng: &mut impl Rng) -> Sequential {
    let mut net = Sequential::new();
    let mut inputs = PIXELS;
    for (layer, &units) in (1..).zip(hidden) {
        net = net
            .then(Linear::new(&format!("hidden{layer}"), inputs, units, Init::He, Init::Zeros, rng))
            .then(Activation::Relu)
            .then(Dropout::new(dropout, rng.next_u64()));
        inputs = units;
    }
    net.then(Linear::new("scores", inputs, CLASSES, Init::Scaled, Init::Zeros, rng))
}
// ANCHOR_END: net

/// Trains a net, and measures it after each epoch on the digits for validation. No training takes long, but there are many: each is kept when it is done.
pub fn train(
    run: &mut Run,
    what: &str,
    hidden: &[usize],
    remedy: Remedy,
    digits: [&Digits; 2],
    epochs: usize,
    seed: u64,
) -> Result<Training> {
    let mut rng = seeded(seed);
    let net = net(hidden, remedy.dropout, &mut rng);
    let steps = epochs * digits[0].len().div_ceil(BATCH_SIZE);
    let settings = json!({ "batch": BATCH_SIZE, "rate": RATE, "patience": PATIENCE, "remedy": remedy });
    let kept = run.kept(what, steps, &settings)?;
    let mut found = Vec::new();
    if kept.restore(&mut found, |saved| saved.restore_params(&net))? == 0 {
        let watch = run.watch(what, steps, &net);
        found = learn(&net, watch, remedy, digits, epochs, &mut rng)?;
        kept.save(steps, &found, Checkpoint::new().params(&net))?;
    }
    let end = measure(&net, digits);
    Ok(Training { net, epochs: found, end })
}

fn learn(
    net: &Sequential,
    mut watch: Watch<f32>,
    remedy: Remedy,
    [training, validation]: [&Digits; 2],
    epochs: usize,
    rng: &mut impl Rng,
) -> Result<Vec<Epoch>> {
    let (mut tape, mut found) = (Tape::new(), Vec::with_capacity(epochs));
    // ANCHOR: stopping
    let mut adam = AdamW::new(RATE).weight_decay(remedy.weight_decay);
    let mut stopping = EarlyStopping::new(net, PATIENCE);
    for _ in 0..epochs {
        for batch in training.batches(BATCH_SIZE, rng) {
            let images = match remedy.shifts {
                0 => tape.input(&batch.images),
                most => tape.input(shifted(training, &batch, most, rng)),
            };
            let loss = net.forward(images).softmax_cross_entropy(tape.input(&batch.labels));
            let gradients = loss.backward();
            watch.step(loss, &gradients);
            adam.step(net, &gradients)?;
            tape.rewind();
        }
        let epoch = measure(net, [training, validation]);
        watch.epoch(epoch.validation_accuracy);
        found.push(epoch);
        if remedy.stops_early && stopping.is_over(epoch.validation_loss) {
            break;
        }
    }
    if remedy.stops_early {
        stopping.restore();
    }
    // ANCHOR_END: stopping
    watch.finish();
    Ok(found)
}

fn measure(net: &Sequential, [training, validation]: [&Digits; 2]) -> Epoch {
    Epoch {
        training_loss: loss(net, training),
        validation_loss: loss(net, validation),
        validation_accuracy: validation.accuracy(net),
    }
}

/// The mean cross-entropy, in nats per digit.
fn loss(net: &Sequential, digits: &Digits) -> f64 {
    let tape = Tape::new();
    let all = digits.batch((0..digits.len()).collect());
    let loss = || net.forward(tape.input(&all.images)).softmax_cross_entropy(tape.input(&all.labels));
    f64::from(tape.no_grad(loss).item())
}
