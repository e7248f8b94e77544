//! Chapter 15. A network of sigmoids learns to read digits, exactly as Nielsen's book has it; then we ask why it stops at 92%.

pub mod judge;
mod pictures;

use frame::Origin::{Printed, Rerun};
use frame::{Chapter, Opt, Result, Run};
use gradus::data::Batch;
use gradus::data::Digits;
use gradus::draw::{Architecture, DrawOptions};
use gradus::nn::{Activation, Init, Linear, Mlp, Predict};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;

pub const CHAPTER: Chapter = Chapter {
    slug: "15_mnist_nielsen",
    title: "Reading digits with sigmoids",
    sources: frame::sources!["chapter.rs", "pictures.rs"],
    question: "A network of 784-100-20-10 sigmoids sees 50,000 handwritten digits, ten at a time, thirty times over. \
               How many of 10,000 digits that it never saw does it read right? Guess before you go on; and guess \
               how many it reads right after the first of the thirty rounds.",
    time: "20 s",
    answer: "{test_accuracy.last:%} at the end, and {test_accuracy.0:%} after the first round.",
    epochs: 30,
    full_epochs: 30,
    options: &[
        Opt {
            name: "init",
            value: "START",
            default: "normal",
            allowed: &["normal", "scaled"],
            help: "How weights start: N(0, 1) as the source has it, or scaled by 1/sqrt(inputs)",
        },
        Opt { name: "eta", value: "RATE", default: "0.1", allowed: &[], help: "The learning rate" },
    ],
    fooled: "92% looks like what such a network can do: the curve has flattened, and the source calls it reasonable. \
             But softmax regression, with no hidden layer at all, reads 92% as well. The run was spoiled before it began: \
             with N(0, 1) weights on 784 pixels the first weighted sums spread so wide that most sigmoids sit where \
             they are flat, and a flat sigmoid passes almost no gradient. Nothing in the loss curve says so; looking at z does.",
    exercise: "tutorials/ch15_mnist_nielsen/exercise.rs: choose the start yourself, so that the sigmoids of every layer \
               begin where they are steep. Then: cargo run --release -- exercises watch ch15",
    next: "cargo run --release -- ch16",
};

const SIZES: [usize; 4] = [784, 100, 20, 10];
const BATCH_SIZE: usize = 10;

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist(50_000, 10_000)?;
    let train = train.first(50_000);
    let mut rng = run.rng();
    let scaled = run.option("init") == "scaled";
    let eta: Option<f64> = run.option("eta").parse().ok().filter(|eta: &f64| eta.is_finite() && *eta > 0.0);
    let eta = eta.ok_or_else(|| frame::Error::new("--eta takes a number above 0, such as 0.1"))?;

    let start = if scaled { Init::Scaled } else { Init::Normal(1.0) };
    let net = Mlp::<f32>::with_init(&SIZES, Activation::Sigmoid, start, Init::Normal(1.0), &mut rng);
    let mut sgd = Sgd::new(eta);
    let mut tape = Tape::new();

    let untrained = test.accuracy(&net);
    run.say(format!("untrained  {} of 10,000: guessing", count(untrained)));
    look_at_first_layer(run, &net, &train);

    let epochs = run.epochs();
    let steps = epochs * train.len() / BATCH_SIZE;
    let first = test.first(1).images();
    let mut watch = run
        .watch("training", steps, &net)
        .digit(test.image(0), test.label(0), || net.predict(first.view()).into_iter().map(f64::from).collect());
    let mut accuracies = Vec::new();
    for epoch in 1..=epochs {
        // ANCHOR: train
        for batch in train.batches(BATCH_SIZE, &mut rng) {
            let loss = record(&tape, &net, &batch);
            let gradients = loss.backward();
            watch.step(loss, &gradients);
            sgd.step(&net, &gradients)?;
            tape.rewind();
        }
        // ANCHOR_END: train
        let accuracy = test.accuracy(&net);
        accuracies.push(accuracy);
        let width = (accuracy * 60.0).round() as usize;
        watch.epoch(accuracy);
        watch.say(&format!("epoch {epoch:>2}   {:>5}  {}", count(accuracy), "█".repeat(width)));
    }
    watch.finish();

    for batch in train.batches_in_order(BATCH_SIZE).take(1) {
        record(&tape, &net, &batch).backward();
        run.draw("tape", &tape, &DrawOptions::new().title("One batch of ten digits"))?;
    }

    run.draw_layers("layers", &Architecture::new(&SIZES).title("784-100-20-10, every unit a sigmoid"))?;
    run.plot("accuracy", &pictures::accuracy(&accuracies))?;
    run.plot("gains", &pictures::gains(&accuracies))?;
    run.plot("misread", &pictures::misread(&net, &test))?;
    run.result("test_accuracy", accuracies.clone());
    run.result("untrained_accuracy", untrained);
    if let (true, Some(&last)) = (run.is_full(), accuracies.last()) {
        compare(run, scaled, accuracies[0], last);
        run.heading("What it still misreads");
        run.explain(&format!(
            "{} of 10,000. The pairs mixed up most often (label, taken for, how often):",
            count(1.0 - last)
        ));
        for (label, prediction, times) in test.confusion(&net).worst(5) {
            run.say(format!("  {label} taken for {prediction}  {times:>4} times"));
        }
    }
    Ok(())
}

/// The quadratic cost of one batch, recorded.
fn record<'t>(tape: &'t Tape, net: &Mlp, batch: &Batch) -> Var<'t> {
    let x = tape.input(&batch.images).named("images");
    let y = tape.input(&batch.one_hot).named("targets");
    net.forward(x).quadratic_cost(y).named("cost")
}

/// How wide the first weighted sums spread, and how many sigmoids are flat there: the cause of the 92%.
fn look_at_first_layer(run: &mut Run, net: &Mlp, train: &Digits) {
    let tape = Tape::new();
    let first: &Linear = net.layers().next().expect("the network has three layers");
    for batch in train.batches_in_order(1000).take(1) {
        let z = tape.no_grad(|| first.forward(tape.input(&batch.images))).value().mapv(f64::from);
        let spread = z.std(0.0);
        let slope = |z: f64| Scalar::sigmoid(z) * (1.0 - Scalar::sigmoid(z));
        let flat = z.iter().filter(|&&z| slope(z) < 0.01).count() as f64 / z.len() as f64;
        run.say(format!(
            "first layer: z spreads by {spread:.1}; {:.0}% of the sigmoids have a slope below 0.01",
            100.0 * flat
        ));
        run.result("first_layer_spread", spread);
        run.result("first_layer_flat_share", flat);
    }
}

fn compare(run: &mut Run, scaled: bool, first: f64, last: f64) {
    match scaled {
        true => run.compare(
            "accuracy after 30 epochs, scaled start",
            last,
            Rerun("N1"),
            "0.967, with scaled weights",
            0.96,
            1.0,
        ),
        false => {
            run.compare("accuracy after epoch 1", first, Printed("N2"), "5377 of 10,000", 0.40, 0.70);
            run.compare("accuracy after epoch 30", last, Printed("N2"), "9217 of 10,000", 0.912, 0.930);
        }
    }
}

fn count(share: f64) -> String {
    format!("{:.0}", share * 10_000.0)
}
