//! Chapter 16. The blocks of the earlier chapters on the real digits: 10,000 steps, and how much of the data they have seen.

use frame::{Chapter, Result, Run};
use gradus::data::{Batch, Digits, Ink, SIDE, idx};
use gradus::draw::DotOptions;
use gradus::nn::{Activation, Init, Mlp, Model, Parameters, argmax};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use rand::Rng;
use serde_json::{Value, json};
use std::process::ExitCode;

pub const CHAPTER: Chapter = Chapter {
    slug: "16_mnist_two_layer",
    title: "Two layers on real digits",
    question: "A layer of 50 ReLUs, a layer of 10 scores, and 10,000 steps of plain descent, each on 100 digits drawn at random from \
               60,000. How many of 10,000 new digits will it read? And after 600 steps, which makes 60,000 draws: what \
               share of the 60,000 has it seen at least once?",
    time: "8 s",
    epochs: 10_000,
    full_epochs: 10_000,
    options: &[],
    fooled: "The word epoch. 600 draws of 100 make 60,000, so one writes \"epoch 1\" beside the result; but with \
             replacement 37% of the digits have not been seen by then. The accuracy does not show it: counting does. And a loop whose \
             body has slipped out of it runs without a murmur, prints a loss and an accuracy, and has made one step of 10,000. \
             Count the updates.",
    exercise: "tutorials/ch16_mnist_two_layer/exercise.rs: sampling without replacement, so that an epoch is one. Then: cargo run \
               --release --example ch16_exercise",
    next: "cargo run --release -- ch17",
};

#[allow(dead_code)] // the binary `gradus` calls `run` itself
fn main() -> ExitCode {
    frame::main(&CHAPTER, run)
}

const BATCH_SIZE: usize = 100;
const RATE: f64 = 0.1;
/// So many steps draw as many digits as there are, and the source calls them an epoch.
const EPOCH: usize = 600;

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist()?;
    four_files(run, &train)?;

    run.heading("With replacement, as the source draws");
    let mut rng = run.rng();
    let net = start(&mut rng);
    let with = learn(run, &net, [&train, &test], || train.sample(BATCH_SIZE, &mut rng))?;
    run.result("curve", with.iter().map(Point::json).collect::<Value>());

    run.heading("Without replacement: each digit once in an epoch");
    let mut rng = run.rng();
    let other = start(&mut rng);
    let mut epoch = train.batches(BATCH_SIZE, &mut rng);
    let without = learn(run, &other, [&train, &test], || {
        if epoch.len() == 0 {
            epoch = train.batches(BATCH_SIZE, &mut rng);
        }
        epoch.next().expect("an epoch has 600 batches")
    })?;
    let [with, without] = [with, without].map(|curve| curve.last().map_or(0.0, |point| point.test));
    run.result("test_accuracy", with);
    run.result("test_accuracy_without_replacement", without);
    if run.is_full() {
        run.compare("accuracy after 10,000 steps", with, "0.969 to 0.972", 0.965, 0.976);
    }

    what_an_epoch_sees(run, &train);
    as_printed(run, &train, &test)?;
    surest_mistakes(run, &net, &test);

    let tape = Tape::new();
    for batch in train.batches_in_order(BATCH_SIZE).take(1) {
        record(&tape, &net, &batch).backward();
    }
    run.draw("tape.dot", &tape, &DotOptions::new().title("One step: a hundred digits, two layers, one loss"))
}

/// What the four files hold, and what becomes of the first digit.
fn four_files(run: &mut Run, train: &Digits) -> Result {
    run.say("  file                       header     holds bytes, by axis");
    for (part, rank) in [("train-images", 3), ("train-labels", 1), ("t10k-images", 3), ("t10k-labels", 1)] {
        let name = format!("{part}-idx{rank}-ubyte");
        let file = idx::read(run.data_folder().join(format!("{name}.gz")), rank)?;
        run.say(format!("  {name:25}  {:>2} bytes   {:?}", 4 + 4 * file.dims.len(), file.dims));
    }
    let first = train.first(1);
    let (row, target) = (first.images::<f32>(), first.one_hot::<f32>());
    let ink = row.iter().copied().fold(0.0, f32::max);
    run.say(format!("\nThe first digit, label {}:\n{}", first.label(0), first.text(0, Ink::Blocks)));
    run.say(format!("As a row {:?}: numbers from 0 to {ink}. As a target: {}", row.dim(), target.row(0)));
    Ok(())
}

fn start(rng: &mut impl Rng) -> Mlp {
    Mlp::with_init(&[784, 50, 10], Activation::Relu, Init::Normal(0.01), Init::Zeros, rng).logits()
}

/// The loss of a batch, recorded.
fn record<'t>(tape: &'t Tape, net: &Mlp, batch: &Batch) -> Var<'t> {
    let x = tape.input(&batch.images).named("images");
    net.forward(x).softmax_cross_entropy(tape.input(&batch.labels).named("labels")).named("loss")
}

/// A point of the curves: the mean loss of the last 600 batches, and two accuracies.
struct Point {
    step: usize,
    loss: f64,
    train: f64,
    test: f64,
}

impl Point {
    fn json(&self) -> Value {
        json!({ "step": self.step, "loss": self.loss, "train": self.train, "test": self.test })
    }
}

/// Trains the net on one batch after the other.
fn learn(run: &Run, net: &Mlp, [train, test]: [&Digits; 2], mut next: impl FnMut() -> Batch) -> Result<Vec<Point>> {
    let (mut sgd, mut tape) = (Sgd::new(RATE), Tape::new());
    let (mut curve, mut losses) = (Vec::new(), Vec::new());
    let bar = run.progress(run.epochs(), "training");
    run.say("    step     loss    train     test");
    for step in 1..=run.epochs() {
        let loss = record(&tape, net, &next());
        let gradients = loss.backward();
        sgd.step(net, &gradients)?;
        losses.push(f64::from(loss.item()));
        tape.rewind();
        bar.inc(1);
        if step % EPOCH == 0 || step == run.epochs() {
            let loss = losses.iter().sum::<f64>() / losses.len() as f64;
            let point = Point { step, loss, train: train.accuracy(net), test: test.accuracy(net) };
            losses.clear();
            bar.suspend(|| {
                run.say(format!("  {step:>6}   {loss:>6.4}   {:>5.2}%   {:>5.2}%", 100.0 * point.train, 100.0 * point.test));
            });
            curve.push(point);
        }
    }
    bar.finish_and_clear();
    Ok(curve)
}

/// Draws as the source does, and looks which digits come.
fn what_an_epoch_sees(run: &mut Run, train: &Digits) {
    run.heading("What an epoch sees");
    let mut rng = run.rng();
    let mut seen = vec![false; train.len()];
    let mut shares = Vec::new();
    for step in 1..=17 * EPOCH {
        train.sample(BATCH_SIZE, &mut rng).indices().iter().for_each(|&index| seen[index] = true);
        if [1, 2, 3, 17].contains(&(step / EPOCH)) && step % EPOCH == 0 {
            let count = seen.iter().filter(|&&seen| seen).count();
            let epochs = step / EPOCH;
            run.say(format!("  after {epochs:>2} \"epochs\" {count:>6} of 60,000 digits have been seen; 1 - 1/e^{epochs} is {:.4}", 1.0 - (-(epochs as f64)).exp()));
            shares.push(count as f64 / train.len() as f64);
        }
    }
    run.result("seen_in_one_epoch", shares[0]);
    run.compare("share of the digits seen in an \"epoch\"", shares[0], "63%", 0.62, 0.64);
}

/// The source's loop as it is printed: all but the drawing of a batch stands behind the loop.
fn as_printed(run: &mut Run, train: &Digits, test: &Digits) -> Result {
    run.heading("The loop as it is printed");
    let mut rng = run.rng();
    let net = start(&mut rng);
    let (mut sgd, tape) = (Sgd::new(RATE), Tape::new());
    let mut batch = train.sample(BATCH_SIZE, &mut rng);
    for _ in 1..run.epochs() {
        batch = train.sample(BATCH_SIZE, &mut rng);
    }
    let loss = record(&tape, &net, &batch);
    sgd.step(&net, &loss.backward())?;
    let (accuracy, updates) = (test.accuracy(&net), net.params()[0].version());
    run.say(format!("  {} batches drawn, and an accuracy comes out: {:.2}%.", run.epochs(), 100.0 * accuracy));
    run.say(format!("  The check: how often has W of layer 1 been changed? {updates} time."));
    run.result("as_printed", json!({ "accuracy": accuracy, "updates": updates }));
    run.compare("updates of the loop as printed", updates as f64, "1", 1.0, 1.0);
    Ok(())
}

/// The test digits that the net reads wrong and is most sure of.
fn surest_mistakes(run: &mut Run, net: &Mlp, test: &Digits) {
    run.heading("Wrong, and sure of it");
    let mut mistakes: Vec<(f32, usize, usize)> = Vec::new();
    for (index, scores) in net.predict(test.images().view()).outer_iter().enumerate() {
        let answer = argmax(scores.iter().copied());
        // The softmax of the largest score: 1 / Σ e^(score - largest).
        let sure = 1.0 / scores.mapv(|score| (score - scores[answer]).exp()).sum();
        if answer != usize::from(test.label(index)) {
            mistakes.push((sure, index, answer));
        }
    }
    mistakes.sort_by(|a, b| b.0.total_cmp(&a.0));
    for &(sure, index, answer) in mistakes.iter().take(3) {
        run.say(format!("  test digit {index}: a {}, taken for a {answer} at {:.2}%", test.label(index), 100.0 * sure));
    }
    let pictures: Vec<String> =
        mistakes.iter().take(3).map(|&(_, index, _)| test.text(index, Ink::Blocks)).collect();
    let mut lines: Vec<_> = pictures.iter().map(|picture| picture.lines()).collect();
    for _ in 0..SIDE / 2 {
        let line: Vec<String> = lines.iter_mut().filter_map(Iterator::next).map(|line| format!("{line:SIDE$}")).collect();
        run.say(format!("  {}", line.join("    ")).trim_end());
    }
    run.result("mistakes", mistakes.len());
}
