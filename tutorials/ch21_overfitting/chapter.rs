//! Chapter 21. Overfitting: a net that knows a thousand digits by heart, what helps against it, and how a test set is used up.

pub mod judge;
mod looked_at;
pub mod shifts;
mod sizes;
mod stuck;
mod train;

use frame::Origin::Ours;
use frame::{Chapter, Chart, Panels, Result, Run};
use gradus::data::{CLASSES, Digits, seeded};
use gradus::draw::DrawOptions;
use gradus::nn::Module;
use gradus::prelude::*;
use rand::RngExt;
use serde_json::json;
use train::{Epoch, Remedy, Training, net, train};

pub const CHAPTER: Chapter = Chapter {
    slug: "21_overfitting",
    title: "Overfitting",
    sources: frame::sources!["chapter.rs", "train.rs", "shifts.rs", "looked_at.rs", "sizes.rs", "stuck.rs"],
    question: "A net with 203,530 parameters learns 1,000 digits until it knows them all. One label in five was drawn at random. How many \
               of the test digits does it read? And how many if you had stopped it at the right time?",
    time: "1 min",
    answer: "{test_accuracy.nothing:%} when it knows all of them, {test_accuracy.early stopping:%} when it is stopped in time, and \
             {test_accuracy.moved digits:%} when each digit is moved a little whenever it is shown.",
    epochs: 60,
    full_epochs: 60,
    options: &[],
    fooled: "The accuracy of the net that was chosen. Forty nets of one kind were tried, and the best of them on 100 test digits looked better \
             than it is. Only the way of choosing was wrong. And the digits for validation: if you take them from the end of the training \
             file, as is usual, they are easier to read than the others, so the same net looks better on them than it is.",
    exercise: "tutorials/ch21_overfitting/exercise.rs: dropout by hand, forward and backward. Then: \
               cargo run --release -- exercises watch ch21",
    next: "cargo run --release -- ch22",
};

/// The digits to learn from, and those to choose by.
const FEW: usize = 1_000;
const VALIDATION: usize = 2_000;
/// The width of the hidden layer: 784 · 256 + 256 + 256 · 10 + 10 = 203,530 numbers.
pub const HIDDEN: [usize; 1] = [256];
/// The nets that are trained for a mean.
const NETS: u64 = 3;

pub fn run(run: &mut Run) -> Result {
    let (all, test) = run.mnist(FEW + VALIDATION, 1_000)?;
    let mut rng = run.rng();
    let shuffled = all.shuffled(&mut rng);
    let (few, rest) = shuffled.split_at(FEW);
    // A run that is shortened is measured on fewer digits, too.
    let is_short = run.epochs() < CHAPTER.epochs;
    let (validation, test) = match is_short {
        true => (rest.first(VALIDATION / 4), test.first(FEW)),
        false => (rest.first(VALIDATION), test),
    };

    by_heart(run, [&few, &validation])?;
    remedies(run, [&with_wrong_labels(&few, &mut rng), &validation], &test)?;
    looked_at::forty_nets(run, &few, &test)?;
    looked_at::from_the_end(run, [&few, &validation], &all.last(validation.len()))?;
    sizes::sizes(run, [&few, &validation], &test)?;
    stuck::plateaus(run)?;
    draw_tape(run, &few)
}

/// A training without any remedy: what it knows of the digits it has seen, and of others.
fn by_heart(run: &mut Run, digits: [&Digits; 2]) -> Result {
    run.heading("A thousand digits by heart");
    let Training { epochs, .. } = train(run, "by heart", &HIDDEN, Remedy::default(), digits, run.epochs(), run.seed())?;
    run.say("           loss in   loss in      read in\n  epoch   training   validation   validation");
    for (number, epoch) in (1..).zip(&epochs) {
        if [1, 2, 5, 10, 20, 40, 60].contains(&number) || number == epochs.len() {
            let Epoch { training_loss, validation_loss, validation_accuracy } = epoch;
            let read = 100.0 * validation_accuracy;
            run.say(format!("  {number:>5}   {training_loss:>8.4}   {validation_loss:>10.4}   {read:>9.2}%"));
        }
    }
    let least = epochs.iter().map(|epoch| epoch.validation_loss).fold(f64::INFINITY, f64::min);
    let at = 1 + epochs.iter().position(|epoch| epoch.validation_loss == least).unwrap_or(0);
    let last = epochs[epochs.len() - 1];
    run.say(format!("\n  the loss in validation is smallest after epoch {at}: {least:.4}"));
    run.result("least_validation_loss", json!([at, least]));
    run.result("last_validation_loss", last.validation_loss);
    if run.is_full() {
        let ratio = last.validation_loss / least;
        run.compare("loss in validation, last over least", ratio, Ours, "above 1: it rises again", 1.1, 2.0);
        run.compare("loss in training at the end", last.training_loss, Ours, "near 0: known by heart", 0.0, 0.01);
    }
    let line = |of: fn(&Epoch) -> f64| -> Vec<(f64, f64)> { (1..).map(f64::from).zip(epochs.iter().map(of)).collect() };
    let losses = Chart::new("epoch", "loss, in nats per digit")
        .log_y()
        .line("in training", &line(|epoch| epoch.training_loss))
        .line("in validation", &line(|epoch| epoch.validation_loss));
    let read = Chart::new("epoch", "read in validation").line("read", &line(|epoch| epoch.validation_accuracy));
    run.plot("by_heart", &Panels::new(2).panel(losses).panel(read))
}

/// The same images; one label in five is drawn at random.
fn with_wrong_labels(digits: &Digits, rng: &mut impl RngExt) -> Digits {
    let label = |&label| if rng.random_range(0..5) == 0 { rng.random_range(0..CLASSES as u8) } else { label };
    digits.with_labels(digits.labels().iter().map(label).collect())
}

/// What helps, each by itself, on digits of which some have wrong labels.
fn remedies(run: &mut Run, [noisy, validation]: [&Digits; 2], test: &Digits) -> Result {
    run.heading("What helps");
    let wrong = "one label in five is drawn at random";
    run.say(format!("  {FEW} digits, {wrong}; means of {NETS} nets; test digits are read once, at the end"));
    run.say("                      loss in    loss in      read in      test\n                      training   validation   validation   digits read");
    let nothing = Remedy::default();
    let tried = [
        ("nothing", nothing),
        ("early stopping", Remedy { stops_early: true, ..nothing }),
        ("weight decay", Remedy { weight_decay: 3.0, ..nothing }),
        ("dropout", Remedy { dropout: 0.8, ..nothing }),
        ("moved digits", Remedy { shifts: 2, ..nothing }),
    ];
    let mut found = serde_json::Map::new();
    let mut accuracies = Vec::new();
    for (name, remedy) in tried {
        let mut mean = [0.0; 4];
        for net in 0..NETS {
            let (what, seed) = (format!("{name}, net {} of {NETS}", net + 1), run.seed().wrapping_add(net));
            let trained = train(run, &what, &HIDDEN, remedy, [noisy, validation], run.epochs(), seed)?;
            let Epoch { training_loss, validation_loss, validation_accuracy } = trained.end;
            let measured = [training_loss, validation_loss, validation_accuracy, test.accuracy(&trained.net)];
            mean.iter_mut().zip(measured).for_each(|(mean, measured)| *mean += measured / NETS as f64);
        }
        let [training, validation, read, accuracy] = mean;
        let (read, percent) = (100.0 * read, 100.0 * accuracy);
        run.say(format!("  {name:<16}   {training:>9.4}   {validation:>10.4}   {read:>9.2}%   {percent:>10.2}%"));
        found.insert(name.to_owned(), json!(accuracy));
        accuracies.push(accuracy);
    }
    run.result("test_accuracy", found);
    if run.is_full() {
        run.compare("read by heart, with wrong labels", accuracies[0], Ours, "0.80 in an earlier run", 0.75, 0.86);
        run.compare("more with early stopping", accuracies[1] - accuracies[0], Ours, "some", 0.0, 0.09);
        run.compare("more with moved digits", accuracies[4] - accuracies[0], Ours, "most", 0.04, 0.15);
    }
    Ok(())
}

/// The net with dropout, in training.
fn draw_tape(run: &mut Run, few: &Digits) -> Result {
    let tape = Tape::new();
    let net = net(&HIDDEN, 0.5, &mut seeded(run.seed()));
    let batch = few.batch(vec![0, 1, 2]);
    let labels = tape.input(&batch.labels);
    net.forward(tape.input(&batch.images)).softmax_cross_entropy(labels).named("training").backward();
    run.draw("tape", &tape, &DrawOptions::new().title("Dropout in training: a product with zeros and twos"))
}
