//! A net of one layer that reads real digits, and what its cost and its accuracy say when a weight is nudged.

use frame::{Result, Run};
use gradus::nn::{Init, Linear, accuracy};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{Array2, Ix2};
use rand::RngExt;
use std::collections::BTreeSet;

/// The effects of the nudges.
pub struct Flat {
    pub accuracy: f64,
    pub cost: f64,
    /// How many weights were nudged, and how many of these nudges moved the cost and the accuracy.
    pub nudged: usize,
    pub cost_moved: usize,
    pub accuracy_moved: usize,
    /// The number of different costs and accuracies while one weight moves through 400 steps.
    pub costs: usize,
    pub accuracies: usize,
    /// These steps: the weight, the cost, the share of digits that are misread.
    pub walk: Vec<(f64, f64, f64)>,
}

const NUDGED: usize = 500;
const TRAINED_ON: usize = 6000;
const TESTED_ON: usize = 1000;

/// Trains a single layer on 6,000 digits, then nudges weights of pixels in the middle of the picture and measures on 1,000 test digits.
pub fn nudge_weights(run: &Run) -> Result<Flat> {
    let (train, test) = run.mnist(TRAINED_ON, TESTED_ON)?;
    let mut rng = run.rng();
    let layer = Linear::<f64>::new("layer", 784, 10, Init::Zeros, Init::Zeros, &mut rng);
    let (mut sgd, mut tape) = (Sgd::new(0.1), Tape::new());
    for batch in train.first(TRAINED_ON).batches(60, &mut rng) {
        let loss = layer.forward(tape.input(&batch.images)).softmax_cross_entropy(tape.input(&batch.labels));
        sgd.step(&layer, &loss.backward())?;
        tape.rewind();
    }

    let test = test.first(TESTED_ON);
    let images: Array2<f64> = test.images();
    let labels: Vec<usize> = test.labels().iter().map(|&label| label.into()).collect();
    let mut measure = || {
        let scores = tape.no_grad(|| layer.forward(tape.input(&images)));
        let cost = tape.no_grad(|| scores.softmax_cross_entropy(tape.labels(&labels))).item();
        let right = accuracy(scores.value().into_dimensionality::<Ix2>().expect("[rows, classes]").view(), &labels);
        tape.rewind();
        (cost, right)
    };
    let moved = |weight: usize, by: f64| layer.weights.update(|weights| weights[weight] += by);

    let (cost, right) = measure();
    let (mut cost_moved, mut accuracy_moved) = (0, 0);
    for _ in 0..NUDGED {
        let (row, column, class) = (rng.random_range(7..21), rng.random_range(7..21), rng.random_range(0..10));
        let weight = 10 * (28 * row + column) + class;
        moved(weight, 1e-4);
        let (nudged_cost, nudged_right) = measure();
        moved(weight, -1e-4);
        cost_moved += usize::from(nudged_cost != cost);
        accuracy_moved += usize::from(nudged_right != right);
    }

    let middle = 10 * (28 * 14 + 14) + 3;
    let (mut costs, mut accuracies, mut walk) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    moved(middle, -2.0);
    for _ in 0..=400 {
        let (cost, right) = measure();
        costs.insert(cost.to_bits());
        accuracies.insert(right.to_bits());
        walk.push((layer.weights.with(|weights| weights[middle]), cost, 1.0 - right));
        moved(middle, 0.01);
    }
    let (costs, accuracies) = (costs.len(), accuracies.len());
    Ok(Flat { accuracy: right, cost, nudged: NUDGED, cost_moved, accuracy_moved, costs, accuracies, walk })
}
