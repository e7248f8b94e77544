//! Chapter 18. A net of 784-256-10 with Adam reads 98% of the digits; and a test loss that is a thousand times too small.

use frame::{Chapter, Result, Run};
use gradus::data::{Batch, Digits, PIXELS};
use gradus::draw::DotOptions;
use gradus::nn::{Activation, Init, Mlp, Parameters};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::prelude::*;
use rand::Rng;
use serde_json::json;
use std::process::ExitCode;

pub const CHAPTER: Chapter = Chapter {
    slug: "18_mnist_adam",
    title: "How to measure a test loss",
    question: "A net that knows nothing gives each of ten digits a tenth. Its cross-entropy is -ln(1/10) = 2.30 for any digit, \
               so its test loss is 2.30. The source's program measures the test loss too: it adds up the loss of each \
               test batch and divides by 10,000. What will it say of a net that knows nothing?",
    time: "12 s",
    epochs: 10,
    full_epochs: 10,
    options: &[],
    fooled: "A test loss of 0.0001 looks like a triumph, the more so as the training loss beside it is a hundred times larger. But the loss of \
             a batch is a mean already; adding up ten means and dividing by the number of digits divides twice. The \
             curve has the right shape, falls and rises where it should, and only its unit is wrong. Measure something whose \
             value you know, such as a net that knows nothing. And measure twice with other batches: a loss that depends on \
             how the digits were cut into batches is no loss of the digits.",
    exercise: "tutorials/ch18_mnist_adam/exercise.rs: write the step of Adam. Then: cargo run --release --example ch18_exercise",
    next: "cargo run --release -- ch19",
};

#[allow(dead_code)] // the binary `gradus` calls `run` itself
fn main() -> ExitCode {
    frame::main(&CHAPTER, run)
}

const SIZES: [usize; 3] = [784, 256, 10];
const BATCH_SIZE: usize = 64;
const RATE: f64 = 1e-3;
/// The source measures a thousand test digits at a time.
const TEST_BATCH: usize = 1000;
/// So many epochs without a new lowest loss end the training.
const PATIENCE: usize = 2;
/// The source's mean and standard deviation of a pixel.
const MEAN: f64 = 0.1307;
const DEVIATION: f64 = 0.3081;

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist()?;
    pixels(run, &train);
    let (train, test) = (train.normalised(MEAN, DEVIATION), test.normalised(MEAN, DEVIATION));
    know_nothing(run, &test);

    let mut rng = run.rng();
    let net = Mlp::<f32>::new(&SIZES, Activation::Relu, &mut rng).logits();
    against_and_along(run, &net, &train)?;

    run.heading("Ten epochs of Adam");
    let curve = train_and_measure(run, &net, [&train, &test], &mut rng)?;
    let accuracy = curve.last().map_or(0.0, |row| row.accuracy);
    run.result("test_accuracy", curve.iter().map(|row| row.accuracy).collect::<Vec<_>>());
    run.result("test_loss", curve.iter().map(|row| row.test_loss.per_digit).collect::<Vec<_>>());
    run.result("test_loss_by_the_source", curve.iter().map(|row| row.test_loss.by_the_source).collect::<Vec<_>>());
    if run.is_full() {
        run.compare("accuracy after epoch 10", accuracy, "about 0.98", 0.975, 0.982);
    }
    other_batches(run, &net, &test);
    stop_test(run, &curve);

    run.heading("What it takes for what");
    let confusion = test.confusion(&net);
    run.say(confusion.to_string());
    for (label, answer, times) in confusion.worst(3) {
        run.say(format!("  {label} taken for {answer}: {times} times"));
    }
    let tape = Tape::new();
    for batch in train.batches_in_order(BATCH_SIZE).take(1) {
        record(&tape, &net, &batch).backward();
    }
    run.draw("tape.dot", &tape, &DotOptions::new().title("One batch of 64 digits"))
}

/// Where the source's two numbers come from.
fn pixels(run: &mut Run, train: &Digits) {
    let all = || (0..train.len()).flat_map(|index| train.pixels(index)).map(|&pixel| f64::from(pixel) / 255.0);
    let count = (train.len() * PIXELS) as f64;
    let mean = all().sum::<f64>() / count;
    let deviation = (all().map(|pixel| pixel * pixel).sum::<f64>() / count - mean * mean).sqrt();
    run.say(format!(
        "The {count} training pixels, from 0 to 1, have the mean {mean:.4} and the standard deviation {deviation:.4}."
    ));
    run.compare("mean of a pixel", mean, "0.1307", 0.13065, 0.13075);
    run.compare("standard deviation of a pixel", deviation, "0.3081", 0.30805, 0.30815);
}

/// The loss of a batch, recorded: a mean over its digits.
fn record<'t>(tape: &'t Tape, net: &Mlp, batch: &Batch) -> Var<'t> {
    let x = tape.input(&batch.images).named("images");
    net.forward(x).softmax_cross_entropy(tape.input(&batch.labels).named("labels")).named("loss")
}

/// One loss of one net on one set of digits, put together from batches in three ways.
struct Loss {
    /// The sum of the batches' means, divided by the number of digits.
    by_the_source: f64,
    /// The same, divided by the number of batches.
    mean_of_means: f64,
    /// Each mean times the number of its digits, added up, divided by the number of all digits.
    per_digit: f64,
}

fn measure(net: &Mlp, digits: &Digits, batch_size: usize) -> Loss {
    let (mut means, mut sum, mut batches) = (0.0, 0.0, 0.0);
    let mut tape = Tape::new();
    for batch in digits.batches_in_order(batch_size) {
        let mean = f64::from(tape.no_grad(|| record(&tape, net, &batch).item()));
        means += mean;
        sum += mean * batch.len() as f64;
        batches += 1.0;
        tape.rewind();
    }
    let count = digits.len() as f64;
    Loss { by_the_source: means / count, mean_of_means: means / batches, per_digit: sum / count }
}

/// Measures something whose loss is known.
fn know_nothing(run: &mut Run, test: &Digits) {
    run.heading("A net that knows nothing");
    let net = Mlp::with_init(&SIZES, Activation::Relu, Init::Zeros, Init::Zeros, &mut run.rng()).logits();
    let loss = measure(&net, test, TEST_BATCH);
    run.say(format!("  all weights 0, every digit has a tenth: -ln(1/10) is {:.4}", 10.0_f64.ln()));
    run.say(format!("  by the source {:.7}, right {:.4}: {:.0} times apart", loss.by_the_source, loss.per_digit, loss.per_digit / loss.by_the_source));
    run.result("know_nothing", json!({ "by_the_source": loss.by_the_source, "per_digit": loss.per_digit }));
    run.compare("loss of a net that knows nothing", loss.per_digit, "2.3026", 2.3025, 2.3027);
    run.compare("the same, over the source's", loss.per_digit / loss.by_the_source, "1000 times", 999.9, 1000.1);
}

/// A loss that is one does not depend on how the digits were cut.
fn other_batches(run: &mut Run, net: &Mlp, test: &Digits) {
    run.heading("The same net, measured with other batches");
    run.say("  batches of   by the source   mean of means   right");
    for batch_size in [10_000, 1000, 100, 64, 4096] {
        let loss = measure(net, test, batch_size);
        run.say(format!("  {batch_size:>10}   {:>13.7}   {:>13.6}   {:.6}", loss.by_the_source, loss.mean_of_means, loss.per_digit));
    }
}

/// One step against the gradient, one along it, and what each promises: a change by rate · |g|².
fn against_and_along(run: &mut Run, net: &Mlp, train: &Digits) -> Result {
    const STEP: f64 = 1e-3;
    run.heading("Against the gradient, not along it");
    let batch = train.batch((0..1000).collect());
    let mut changes = Vec::new();
    for (way, rate) in [("against", STEP), ("along", -STEP)] {
        let (net, mut tape) = (net.cast::<f32>(), Tape::new());
        let loss = record(&tape, &net, &batch);
        let (before, gradients) = (f64::from(loss.item()), loss.backward());
        let square = |param: &Param<f32>| gradients.param(param).map_or(0.0, |g| g.value().mapv(|g| g * g).sum());
        let promised = -rate * f64::from(net.params().iter().map(square).sum::<f32>());
        Sgd::new(rate).step(&net, &gradients)?;
        tape.rewind();
        let change = f64::from(record(&tape, &net, &batch).item()) - before;
        run.say(format!("  a step of {STEP} {way:7}: the loss should change by {promised:+.5}, it changes by {change:+.5}"));
        changes.push(change);
    }
    run.result("change_of_the_loss", json!({ "against": changes[0], "along": changes[1] }));
    Ok(())
}

/// What is known after an epoch.
struct Row {
    training_loss: f64,
    test_loss: Loss,
    accuracy: f64,
}

fn train_and_measure(run: &Run, net: &Mlp, [train, test]: [&Digits; 2], rng: &mut impl Rng) -> Result<Vec<Row>> {
    run.say("         training loss          test loss");
    run.say("  epoch   (mean of it)    right   the source's   accuracy");
    let (mut adam, mut tape, mut rows) = (Adam::new(RATE), Tape::new(), Vec::new());
    let bar = run.progress(run.epochs() * train.len().div_ceil(BATCH_SIZE), "training");
    for epoch in 1..=run.epochs() {
        let mut sum = 0.0;
        for batch in train.batches(BATCH_SIZE, rng) {
            let loss = record(&tape, net, &batch);
            let gradients = loss.backward();
            adam.step(net, &gradients)?;
            sum += f64::from(loss.item()) * batch.len() as f64;
            tape.rewind();
            bar.inc(1);
        }
        let (training_loss, test_loss) = (sum / train.len() as f64, measure(net, test, TEST_BATCH));
        let accuracy = test.accuracy(net);
        bar.suspend(|| {
            run.say(format!(
                "  {epoch:>5}   {training_loss:>12.4}   {:.4}   {:>12.7}     {:.2}%",
                test_loss.per_digit,
                test_loss.by_the_source,
                100.0 * accuracy
            ));
        });
        rows.push(Row { training_loss, test_loss, accuracy });
    }
    bar.finish_and_clear();
    Ok(rows)
}

/// The stop test of the workflow: two epochs without a new lowest loss, and it is over. (On digits that are kept apart for it; here, to
/// see what it would do, on the test digits.)
fn stop_test(run: &mut Run, rows: &[Row]) {
    run.heading("When to stop");
    let lowest = |epochs: usize| {
        let loss = |row: &usize| rows[*row].test_loss.per_digit;
        (0..epochs).min_by(|a, b| loss(a).total_cmp(&loss(b))).unwrap_or(0)
    };
    let best = lowest(rows.len());
    run.say(format!("  lowest test loss: {:.4}, after epoch {}", rows[best].test_loss.per_digit, best + 1));
    match (1..=rows.len()).find(|&epoch| epoch - (lowest(epoch) + 1) == PATIENCE) {
        Some(stop) => run.say(format!("  the stop test ends the training after epoch {stop}, at {:.2}%", 100.0 * rows[stop - 1].accuracy)),
        None => run.say("  the stop test does not end the training"),
    }
    let last = &rows[rows.len() - 1];
    run.say(format!("  after all {} epochs: training loss {:.4}, test loss {:.4}, {:.2}%", rows.len(), last.training_loss, last.test_loss.per_digit, 100.0 * last.accuracy));
    run.result("lowest_test_loss_after_epoch", best + 1);
}
