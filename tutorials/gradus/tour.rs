//! The tour: one network, from its tape to 97% of the test digits.

use frame::Origin::Rerun;
use frame::{Chapter, Result, Run};
use gradus::check::{Check, Report};
use gradus::data::{Batch, Digits, Ink};
use gradus::draw::{DrawOptions, Theme};
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;

pub const CHAPTER: Chapter = Chapter {
    slug: "tour",
    title: "from a tape to handwritten digits",
    sources: frame::sources!["tour.rs"],
    question: "A network is a program; a tape records it; walking the tape backwards gives the gradient; the gradient trains \
               the network. Here is all of it, once, on real handwritten digits. How many of 10,000 will it read?",
    time: "2 s",
    answer: "{test_accuracy:%} of them.",
    epochs: 8,
    full_epochs: 8,
    options: &[],
    fooled: "A net with a wrong gradient often learns too, only worse, and nobody notices. That is why the gradient was checked \
             before the training, and not the accuracy trusted after it.",
    exercise: "Open tutorials/gradus/tour.rs, change the layer sizes or the activation, and run again. Can you make it smaller \
               and still read 97%?",
    next: "cargo run --release -- ch01",
};

const BATCH_SIZE: usize = 64;

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist(3, 10_000)?;
    let mut rng = run.rng();
    let net = Mlp::<f32>::new(&[784, 128, 10], Activation::Relu, &mut rng).logits();
    let mut tape = Tape::new();

    run.say(format!(
        "1. A network of {} parameters, recorded on a tape for a batch of 3 digits, with its gradient:",
        net.parameter_count()
    ));
    run.say("");
    for batch in train.batches_in_order(3).take(1) {
        record(&tape, &net, &batch).backward();
        run.say(tape.listing());
        let figure = DrawOptions::new().title("A batch of three digits");
        run.write("tape.svg", tape.to_svg(&figure.clone().theme(Theme::Auto)))?;
        run.write("tape.dot", tape.to_dot(&figure))?;
    }
    tape.rewind();

    run.heading("2. Is that gradient right?");
    run.explain(
        "Nudge a weight, run the network again, and see by how much the cost moves: the slow way to a gradient, which \
                 has nothing to do with the tape. Both must agree.",
    );
    let report = check(&net, &train, run.seed());
    run.say(report.to_string());
    run.result("gradient_check", if report.passed() { "pass" } else { "fail" });

    run.heading("3. Training");
    let epochs = run.epochs();
    let bar = run.progress(epochs * train.len().div_ceil(BATCH_SIZE), "training");
    let mut adam = Adam::new(1e-3);
    for epoch in 1..=epochs {
        for batch in train.batches(BATCH_SIZE, &mut rng) {
            let loss = record(&tape, &net, &batch);
            let gradients = loss.backward();
            adam.step(&net, &gradients)?;
            tape.rewind();
            bar.inc(1);
        }
        let accuracy = test.accuracy(&net);
        bar.suspend(|| {
            run.say(format!("epoch {epoch}   {:.2}% of the 10,000 test digits read right", 100.0 * accuracy))
        });
    }
    bar.finish_and_clear();

    run.heading("4. Some digits that it misreads");
    show_misread(run, &test, &test.predictions(&net));

    let accuracy = test.accuracy(&net);
    run.result("test_accuracy", accuracy);
    if run.is_full() {
        run.compare("test accuracy", accuracy, Rerun("P11"), "0.975 to 0.982, after 10 epochs", 0.97, 1.0);
    }
    run.say("");
    run.say(crate::command::list());
    Ok(())
}

fn record<'t>(tape: &'t Tape, net: &Mlp, batch: &Batch) -> Var<'t> {
    let x = tape.input(&batch.images).named("images");
    let labels = tape.input(&batch.labels).named("labels");
    net.forward(x).named("logits").softmax_cross_entropy(labels).named("loss")
}

/// Checks the gradient of the same network in f64, where finite differences have digits to spare.
fn check(net: &Mlp, train: &Digits, seed: u64) -> Report {
    let net = net.cast::<f64>();
    let digits = train.first(3);
    let (images, labels) = (digits.images::<f64>(), digits.labels().to_vec());
    let labels: Vec<usize> = labels.into_iter().map(usize::from).collect();
    Check::new()
        .seed(seed)
        .sample(200)
        .parameters(&net.params(), |tape| net.forward(tape.input(&images)).softmax_cross_entropy(tape.labels(&labels)))
}

fn show_misread(run: &Run, test: &Digits, predictions: &[usize]) {
    let misread = (0..test.len()).filter(|&i| predictions[i] != test.label(i) as usize).take(3);
    let picture = |i: usize| {
        let title = format!("a {}, taken for a {}", test.label(i), predictions[i]);
        let digit = test.text(i, Ink::Blocks);
        std::iter::once(&title[..]).chain(digit.lines()).map(|line| format!("  {line}\n")).collect::<String>()
    };
    run.say_side_by_side(&misread.map(picture).collect::<Vec<_>>());
}
