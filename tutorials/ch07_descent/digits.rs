//! One pass over real digits in batches of several sizes, and how the gradient of a batch relates to that of all.

use frame::Origin::Theory;
use frame::{Result, Run};
use gradus::data::{Batch, Digits};
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use serde_json::json;

/// N6: one pass over 10,000 digits, in one step or in a thousand.
pub fn batches(run: &mut Run) -> Result {
    run.heading("One pass over 10,000 digits");
    let (train, test) = run.mnist(10_000, 1)?;
    let train = train.first(10_000);
    let mut accuracies = Vec::new();
    for size in [10_000, 1000, 100, 10] {
        let mut rng = run.rng();
        let net = start(&mut rng);
        let (mut sgd, mut tape, mut steps) = (Sgd::new(0.5), Tape::new(), 0);
        // ANCHOR: pass
        for batch in train.batches(size, &mut rng) {
            let gradients = loss(&tape, &net, &batch).backward(); // which way
            sgd.step(&net, &gradients)?; // and how far
            tape.rewind();
            steps += 1;
        }
        // ANCHOR_END: pass
        let accuracy = test.accuracy(&net);
        run.say(format!("  batches of {size:>6}: {steps:>5} steps, {:.1}% of the test digits read", 100.0 * accuracy));
        accuracies.push(accuracy);
    }
    let (apart, angle) = batches_against_all(&train, run);
    run.say(format!("The gradient of all digits and the mean gradient of all batches of ten differ by {apart:.0e}."));
    run.say(format!("The gradient of a single batch of ten points {angle:.0} degrees away from it (the median)."));
    run.result("batches", json!({ "accuracies": accuracies, "apart": apart, "angle": angle }));
    run.compare("mean of the batches' gradients, apart", apart, Theory, "0", 0.0, 1e-12);
    Ok(())
}

fn start(rng: &mut impl rand::Rng) -> Mlp<f64> {
    Mlp::new(&[784, 10], Activation::Identity, rng)
}

fn loss<'t>(tape: &'t Tape<f64>, net: &Mlp<f64>, batch: &Batch) -> Var<'t, f64> {
    net.forward(tape.input(&batch.images)).softmax_cross_entropy(tape.input(&batch.labels))
}

/// At the start, without a step between: the mean of the batches' gradients, and the median angle of one with the whole.
fn batches_against_all(train: &Digits, run: &Run) -> (f64, f64) {
    let mut rng = run.rng();
    let net = start(&mut rng);
    let mut tape = Tape::new();
    let mut gradient = |batch: &Batch| -> Vec<f64> {
        let gradients = loss(&tape, &net, batch).backward();
        let flat =
            net.params().iter().filter_map(|param| gradients.param(param)).flat_map(|slope| slope.value()).collect();
        tape.rewind();
        flat
    };
    let all = gradient(&train.batch((0..train.len()).collect()));
    let mut mean = vec![0.0; all.len()];
    let mut angles = Vec::new();
    for batch in train.batches(10, &mut rng) {
        let one = gradient(&batch);
        angles.push((dot(&one, &all) / (dot(&one, &one) * dot(&all, &all)).sqrt()).acos().to_degrees());
        mean.iter_mut().zip(&one).for_each(|(mean, slope)| *mean += slope / (train.len() / 10) as f64);
    }
    angles.sort_by(f64::total_cmp);
    let apart = mean.iter().zip(&all).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    (apart, angles[angles.len() / 2])
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
