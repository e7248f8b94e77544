//! Chapter 16. The blocks of the earlier chapters on the real digits: 10,000 steps, and how much of the data they have seen.

pub mod judge;
mod look;

use frame::Origin::{Rerun, Theory};
use frame::{Chapter, Result, Run};
use gradus::data::{Batch, Digits};
use gradus::draw::DrawOptions;
use gradus::nn::{Activation, Init, Mlp, Parameters};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use rand::Rng;
use serde_json::{Value, json};

pub const CHAPTER: Chapter = Chapter {
    slug: "16_mnist_two_layer",
    title: "Two layers on real digits",
    sources: frame::sources!["chapter.rs", "look.rs"],
    question: "A layer of 50 ReLUs, a layer of 10 scores, and 10,000 steps of plain descent, each on 100 \
               digits drawn at random from 60,000. How many of 10,000 new digits will it read? And after 600 \
               steps, which make 60,000 draws: what share of the 60,000 digits has it seen at least once?",
    time: "8 s",
    answer: "{test_accuracy:%} of the new digits. After 600 steps it has seen {seen_in_one_epoch:%} of the 60,000.",
    epochs: 10_000,
    full_epochs: 10_000,
    options: &[],
    fooled: "The word epoch. 600 draws of 100 make 60,000, so you write \"epoch 1\" beside the result; \
             but with replacement 37% of the digits have not been seen by then. The accuracy does not \
             show it: counting does. And a loop whose body has slipped out of it runs without an \
             error, prints a loss and an accuracy, and has made one step of 10,000. Count the updates.",
    exercise: "tutorials/ch16_mnist_two_layer/exercise.rs: draw without replacement, so that an \
               epoch shows every digit once. Then: cargo run --release -- exercises watch ch16",
    next: "cargo run --release -- ch17",
};

const BATCH_SIZE: usize = 100;
const RATE: f64 = 0.1;
/// Number of steps that draw as many digits as there are; the source calls them an epoch.
const EPOCH: usize = 600;

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist(60_000, 10_000)?;
    run.heading("Four files");
    look::four_files(run, &train)?;

    run.heading("With replacement, as the source draws");
    let mut rng = run.rng();
    let net = start(&mut rng);
    let with = learn(run, &net, [&train, &test], || train.sample(BATCH_SIZE, &mut rng))?;

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
    look::curves(run, &with, &without)?;
    run.result("curve", with.iter().map(Point::json).collect::<Value>());
    let [with, without] = [with, without].map(|curve| curve.last().map_or(0.0, |point| point.test));
    run.result("test_accuracy", with);
    run.result("test_accuracy_without_replacement", without);
    if run.is_full() {
        run.compare("accuracy after 10,000 steps", with, Rerun("D17"), "0.969 to 0.972", 0.965, 0.976);
    }

    what_an_epoch_sees(run, &train)?;
    as_printed(run, &train, &test)?;
    run.heading("Wrong, and sure of it");
    look::surest_mistakes(run, &net, &test)?;

    let tape = Tape::new();
    for batch in train.batches_in_order(BATCH_SIZE).take(1) {
        record(&tape, &net, &batch).backward();
    }
    run.draw("tape", &tape, &DrawOptions::new().title("One step: a hundred digits, two layers, one loss"))
}

// ANCHOR: blocks
fn start(rng: &mut impl Rng) -> Mlp {
    Mlp::with_init(&[784, 50, 10], Activation::Relu, Init::Normal(0.01), Init::Zeros, rng).logits()
}

/// The loss of a batch, recorded.
fn record<'t>(tape: &'t Tape, net: &Mlp, batch: &Batch) -> Var<'t> {
    let x = tape.input(&batch.images).named("images");
    net.forward(x).softmax_cross_entropy(tape.input(&batch.labels).named("labels")).named("loss")
}
// ANCHOR_END: blocks

/// A point of the curves: the mean loss of the last batches, and two accuracies.
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
fn learn(run: &mut Run, net: &Mlp, [train, test]: [&Digits; 2], mut next: impl FnMut() -> Batch) -> Result<Vec<Point>> {
    let (mut sgd, mut tape) = (Sgd::new(RATE), Tape::new());
    let (mut curve, mut losses) = (Vec::new(), Vec::new());
    let steps = run.epochs();
    let mut watch = run.watch("training", steps, net);
    watch.say("    step     loss    train     test");
    for step in 1..=steps {
        // ANCHOR: step
        let loss = record(&tape, net, &next());
        losses.push(f64::from(loss.item()));
        let gradients = loss.backward();
        watch.step(loss, &gradients);
        sgd.step(net, &gradients)?;
        tape.rewind();
        // ANCHOR_END: step
        if step % EPOCH == 0 || step == steps {
            let loss = losses.iter().sum::<f64>() / losses.len() as f64;
            let (train, test) = (train.accuracy(net), test.accuracy(net));
            losses.clear();
            watch.epoch(test);
            watch.say(&format!("  {step:>6}   {loss:.4}   {:.2}%   {:.2}%", 100.0 * train, 100.0 * test));
            curve.push(Point { step, loss, train, test });
        }
    }
    watch.finish();
    Ok(curve)
}

/// Draws as the source does, and counts which digits come.
fn what_an_epoch_sees(run: &mut Run, train: &Digits) -> Result {
    run.heading("What an epoch sees");
    let (mut rng, mut seen) = (run.rng(), vec![false; train.len()]);
    let mut shares = Vec::new();
    for step in 1..=17 * EPOCH {
        train.sample(BATCH_SIZE, &mut rng).indices().iter().for_each(|&index| seen[index] = true);
        if step % (EPOCH / 10) == 0 {
            let (epochs, count) = (step as f64 / EPOCH as f64, seen.iter().filter(|&&seen| seen).count());
            shares.push((epochs, 100.0 * count as f64 / train.len() as f64));
            if [1.0, 2.0, 3.0, 17.0].contains(&epochs) {
                let expected = 1.0 - (-epochs).exp();
                run.say(format!("  after {step:>5} steps {count:>5} of 60,000; 1 - 1/e^{epochs:<2} is {expected:.4}"));
            }
        }
    }
    let first = shares[9].1 / 100.0;
    run.result("seen_in_one_epoch", first);
    run.compare("share of the digits seen in an \"epoch\"", first, Theory, "1 - 1/e = 0.63", 0.62, 0.64);
    look::seen(run, &shares[..40])
}

/// The source's loop as it is printed: only the drawing of a batch stands inside.
fn as_printed(run: &mut Run, train: &Digits, test: &Digits) -> Result {
    run.heading("The loop as it is printed");
    let mut rng = run.rng();
    let net = start(&mut rng);
    let (mut sgd, tape) = (Sgd::new(RATE), Tape::new());
    // ANCHOR: printed
    let mut batch = train.sample(BATCH_SIZE, &mut rng);
    for _ in 1..run.epochs() {
        batch = train.sample(BATCH_SIZE, &mut rng);
    }
    let loss = record(&tape, &net, &batch);
    sgd.step(&net, &loss.backward())?;
    let updates = net.params()[0].version();
    // ANCHOR_END: printed
    let accuracy = test.accuracy(&net);
    run.say(format!("  {} batches drawn, and an accuracy comes out: {:.2}%", run.epochs(), 100.0 * accuracy));
    run.say(format!("  updates of layer1/W, counted: {updates}"));
    run.result("as_printed", json!({ "accuracy": accuracy, "updates": updates }));
    run.compare("updates of the loop as printed", updates as f64, Rerun("D17"), "1", 1.0, 1.0);
    Ok(())
}
