//! Labels that mean nothing, learnt by heart.

use frame::Origin::Ours;
use frame::{Chart, Result, Run};
use gradus::data::Digits;
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;
use rand::RngExt;
use serde_json::json;

/// Number of images with a random label.
pub const IMAGES: usize = 2_000;
const MOST_EPOCHS: usize = 100;

/// The accuracy of a net after each epoch, on its own 2,000 images and on the test digits.
struct Learnt {
    own: Vec<f64>,
    new: Vec<f64>,
}

impl Learnt {
    fn last(&self) -> (f64, f64) {
        (self.own.last().copied().unwrap_or(0.0), self.new.last().copied().unwrap_or(0.0))
    }
}

pub fn memorise(run: &mut Run, train: &Digits, test: &Digits) -> Result {
    run.heading("2,000 images, each with a random label");
    let real = train.first(IMAGES);
    // ANCHOR: random
    let mut rng = run.rng();
    let random = real.with_labels((0..IMAGES).map(|_| rng.random_range(0..10)).collect());
    // ANCHOR_END: random
    let wide = learn(run, &[784, 256, 10], &random, test)?;
    let small = learn(run, &super::SIZES, &random, test)?;
    let truth = learn(run, &[784, 256, 10], &real, test)?;
    run.say("  net              labels     epochs   its own 2,000   new digits");
    for (name, labels, learnt) in
        [("784-256-10", "random", &wide), ("784-16-16-10", "random", &small), ("784-256-10", "true", &truth)]
    {
        let (own, new) = learnt.last();
        let epochs = learnt.own.len();
        run.say(format!("  {name:14}   {labels:8}   {epochs:>6}   {:>12.2}%   {:>9.2}%", 100.0 * own, 100.0 * new));
    }
    let line =
        |shares: &[f64]| -> Vec<(f64, f64)> { (1..).map(f64::from).zip(shares.iter().map(|s| 100.0 * s)).collect() };
    let chart = Chart::new("epoch", "right (%)")
        .line("random labels: its own 2,000 images", &line(&wide.own))
        .line("random labels: new digits", &line(&wide.new))
        .line("true labels: its own 2,000 images", &line(&truth.own))
        .line("true labels: new digits", &line(&truth.new))
        .y_range(0.0, 105.0);
    run.plot("lots", &chart)?;
    let ((own, new), small) = (wide.last(), small.last().0);
    run.result("random_labels", json!({ "own": own, "new": new, "own_small_net": small, "epochs": wide.own.len() }));
    run.compare("random labels: its own 2,000", own, Ours, "1 in an earlier run", 1.0, 1.0);
    run.compare("random labels: new digits", new, Ours, "0.09 in an earlier run", 0.06, 0.14);
    Ok(())
}

/// Trains until every label is learnt, at most 100 epochs.
fn learn(run: &Run, sizes: &[usize], digits: &Digits, test: &Digits) -> Result<Learnt> {
    let mut rng = run.rng();
    let net = Mlp::<f32>::new(sizes, Activation::Relu, &mut rng).logits();
    let (mut adam, mut tape) = (Adam::new(1e-3), Tape::new());
    let mut learnt = Learnt { own: Vec::new(), new: Vec::new() };
    while learnt.last().0 < 1.0 && learnt.own.len() < MOST_EPOCHS {
        for batch in digits.batches(20, &mut rng) {
            let loss = net.forward(tape.input(&batch.images)).softmax_cross_entropy(tape.input(&batch.labels));
            adam.step(&net, &loss.backward())?;
            tape.rewind();
        }
        learnt.own.push(digits.accuracy(&net));
        learnt.new.push(test.accuracy(&net));
    }
    Ok(learnt)
}
