//! Chapter 22. Convolution: a net that knows which pixels are neighbours, and what it is worth to know that.

pub mod by_hand;
pub mod judge;
mod look;
pub mod net;
mod shifts;

use crate::ch21::shifts::shifted;
use frame::Origin::{Ours, Printed, Theory};
use frame::{Chapter, Result, Run};
use gradus::data::{Digits, PIXELS, SIDE, shuffled};
use gradus::draw::DrawOptions;
use gradus::io::{Arrays, Checkpoint, Layout};
use gradus::nn::{Module, Parameters, Sequential};
use gradus::optim::{Adam, Optimizer, Schedule};
use gradus::prelude::*;
use net::{KERNEL, KERNELS, cnn};
use serde_json::json;
use shifts::read_when_moved;

pub const CHAPTER: Chapter = Chapter {
    slug: "22_convolution",
    title: "Convolution",
    sources: frame::sources!["chapter.rs", "by_hand.rs", "look.rs", "net.rs", "shifts.rs"],
    question: "Chapter 17's net of 13,002 parameters reads 94% of the test digits, and with the pixels of every image shuffled in the same way \
               it read as many. Here is one of 11,386 parameters that looks at the digits through windows of 5 by 5 pixels. How many will it \
               read? And how many if it is trained and tested on shuffled digits?",
    time: "2 min",
    answer: "{test_accuracy:%}, and {test_accuracy_shuffled:%} with shuffled pixels.",
    epochs: 4 * EPOCH,
    full_epochs: 12 * EPOCH,
    options: &[],
    fooled: "That 96% of the shuffled digits is nearly as good as 99% of the others. Count the mistakes: there are five times as many. And \
             that a convolutional net knows a digit wherever it stands: its maps move with the digit, but the last layer has a weight for \
             each place, so the net misreads three in ten of the digits that are moved four pixels to the left. What is true of a layer \
             need not be true of a net.",
    exercise: "tutorials/ch22_convolution/exercise.rs: max-pooling by hand, forward and backward. Then: \
               cargo run --release -- exercises watch ch22",
    next: "cargo run --release -- ch23",
};

const BATCH_SIZE: usize = 64;
/// The highest rate of the schedule.
const RATE: f64 = 0.01;
/// The number of steps in which a net sees each training digit once.
const EPOCH: usize = 938;
/// The number of digits on which quick measurements are made.
const FEW: usize = 1_000;
/// How far `--full` moves the digits that it trains on, in pixels.
const MOST: usize = 1;

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist(60_000, 10_000)?;
    let steps = run.epochs().min(CHAPTER.epochs);
    // A run that is shortened is measured on fewer digits, too.
    let test = if steps < CHAPTER.epochs { test.first(FEW) } else { test };
    by_hand::edges(run, &test)?;
    by_hand::sharing(run, &test);
    by_hand::way_back(run, &test);
    count(run);

    run.heading("Training, on digits and on shuffled digits");
    let order = shuffled(PIXELS, &mut run.rng());
    let [mixed_train, mixed_test] = [&train, &test].map(|digits| digits.with_pixels_permuted(&order));
    let (net, plain) = learn(run, "training", [&train, &test], steps, 0)?;
    let (mixed_net, mixed) = learn(run, "training on shuffled digits", [&mixed_train, &mixed_test], steps, 0)?;
    run.say("    step   as they are   shuffled");
    for ((step, plain), (_, mixed)) in plain.iter().zip(&mixed) {
        run.say(format!("  {step:>6}   {:>10.2}%   {:>7.2}%", 100.0 * plain, 100.0 * mixed));
    }
    let [accuracy, without_places] = [plain, mixed].map(|found| found.last().map_or(0.0, |last| last.1));
    let [misread, mixed_misread] = [accuracy, without_places].map(|read| (1.0 - read) * test.len() as f64);
    run.say(format!("  misread: {misread:.0} and {mixed_misread:.0}"));
    run.result("test_accuracy", accuracy);
    run.result("test_accuracy_shuffled", without_places);
    if steps == CHAPTER.epochs {
        run.compare("test digits read", accuracy, Printed("N24"), "99%+", 0.99, 1.0);
        run.compare("the same with shuffled pixels", without_places, Ours, "0.958 in earlier runs", 0.93, 0.97);
    }

    run.write_arrays("net", &Arrays::of(&net, Layout::PyTorch)?)?;
    look::kernels_and_maps(run, &net, &test)?;
    look::fields(run, &net, &test)?;
    moved(run, [(&net, None), (&mixed_net, Some(&order))], &test);
    look::mistakes(run, &net, &test)?;
    if run.is_full() {
        longer(run, &train, &test)?;
    }
    draw_tape(run)
}

/// What the layers have to learn, and what fully connected ones in their place would have to.
fn count(run: &mut Run) {
    run.heading("What there is to learn");
    run.say("  layer      numbers   of its map   fully connected instead");
    let net = cnn(&mut run.rng());
    let (mut channels, mut side) = (1, SIDE);
    let mut counts = Vec::new();
    for (layer, kernels) in KERNELS.into_iter().enumerate() {
        let inputs = channels * side * side;
        side -= KERNEL - 1;
        let outputs = kernels * side * side;
        let own = net.params()[2 * layer..][..2].iter().map(|param| param.shape().size()).sum::<usize>();
        let instead = (inputs + 1) * outputs;
        run.say(format!("  conv {}     {own:>7}   {outputs:>10}   {instead:>23}", layer + 1));
        counts.push((own, instead));
        (channels, side) = (kernels, side / 2);
    }
    let scores = net.params()[4..].iter().map(|param| param.shape().size()).sum::<usize>();
    run.say(format!("  scores     {scores:>7}   {:>10}", 10));
    run.say(format!("  together   {:>7}", net.parameter_count()));
    run.result("parameters", net.parameter_count());
    run.compare("first layer: its numbers", counts[0].0 as f64, Theory, "12 · 5 · 5 + 12 = 312", 312.0, 312.0);
    let instead = counts[0].1 as f64;
    run.compare("fully connected instead", instead, Theory, "(784 + 1) · 12 · 24 · 24", 5_425_920.0, 5_425_920.0);
}

/// The accuracy after a number of steps.
type Found = Vec<(usize, f64)>;

/// Trains a net, on digits that are moved by up to `most` pixels.
fn learn(
    run: &mut Run,
    what: &str,
    [train, test]: [&Digits; 2],
    steps: usize,
    most: usize,
) -> Result<(Sequential, Found)> {
    let (mut rng, mut moves) = (run.rng(), seeded(run.seed().wrapping_add(1)));
    let net = cnn(&mut rng);
    let (mut adam, mut tape, mut found) = (Adam::new(RATE), Tape::new(), Vec::new());
    // ANCHOR: schedule
    let schedule = Schedule::one_cycle(RATE, steps.max(4));
    // ANCHOR_END: schedule
    let kept = run.kept(what, steps, &json!({ "batch": BATCH_SIZE, "rate": RATE, "moved": most }))?;
    let mut step = kept.restore(&mut found, |saved| saved.restore(&net, &mut adam, [&mut rng, &mut moves]))?;
    let mut watch = run.watch(what, steps, &net).after(step);
    while step < steps {
        for batch in train.batches(BATCH_SIZE, &mut rng).take(steps - step) {
            adam.learning_rate = schedule.at(step);
            let images = match most {
                0 => tape.input(&batch.images),
                _ => tape.input(shifted(train, &batch, most, &mut moves)),
            };
            let loss = net.forward(images).softmax_cross_entropy(tape.input(&batch.labels));
            let gradients = loss.backward();
            watch.step(loss, &gradients);
            adam.step(&net, &gradients)?;
            tape.rewind();
            step += 1;
        }
        let accuracy = test.accuracy(&net);
        watch.epoch(accuracy);
        found.push((step, accuracy));
        kept.save(step, &found, Checkpoint::new().params(&net).optimizer(&adam).rng(&rng).rng(&moves))?;
    }
    watch.finish();
    Ok((net, found))
}

/// The same digits, moved. A net that was trained on shuffled digits gets them moved first, then shuffled.
fn moved(run: &mut Run, nets: [(&Sequential, Option<&Vec<usize>>); 2], test: &Digits) {
    run.heading("The same digits, moved to the left");
    run.say(format!("  the first {FEW} test digits\n  pixels   as they are   shuffled"));
    let mut rows = Vec::new();
    let some = test.first(FEW);
    for pixels in 0..=4 {
        let [plain, mixed] = nets.map(|(net, order)| read_when_moved(net, &some, pixels, order));
        run.say(format!("  {pixels:>6}   {:>10.2}%   {:>7.2}%", 100.0 * plain, 100.0 * mixed));
        rows.push(json!([pixels, plain, mixed]));
    }
    run.result("moved", rows);
}

/// A second training, with more steps and with digits that are moved.
fn longer(run: &mut Run, train: &Digits, test: &Digits) -> Result {
    run.heading("Longer, on digits that are moved");
    let (net, found) = learn(run, "training for longer", [train, test], run.epochs(), MOST)?;
    let accuracy = found.last().map_or(0.0, |last| last.1);
    run.say(format!("  {} steps, moved by up to {MOST} pixels: {:.2}%", run.epochs(), 100.0 * accuracy));
    run.say(format!("  moved to the left by 3: {:.2}%", 100.0 * read_when_moved(&net, &test.first(FEW), 3, None)));
    run.result("test_accuracy_longer", accuracy);
    run.compare("for longer, on moved digits", accuracy, Printed("N24"), "99%+", 0.993, 1.0);
    Ok(())
}

/// One small convolution, to step through.
fn draw_tape(run: &mut Run) -> Result {
    let tape = Tape::<f64>::new();
    let image = tape.input([[1.0, 3.0, 0.0, 0.0], [2.0, 0.0, 0.0, 7.0], [5.0, 4.0, 1.0, 1.0], [0.0, 6.0, 0.0, 1.0]]);
    let kernel = tape.var([[1.0, -1.0, 0.5]; 3]).named("kernel");
    let map = image.reshape([1, 1, 4, 4]).conv2d(kernel.reshape([1, 1, 3, 3]), tape.var([0.0]).named("bias"), 1, 0);
    map.max_pool2d(2, 2).relu().sum().named("y").backward();
    run.draw("tape", &tape, &DrawOptions::new().title("A convolution of 4 by 4 pixels, and a pooling"))
}
