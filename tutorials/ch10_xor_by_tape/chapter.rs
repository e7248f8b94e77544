//! Chapter 10. A hidden layer bends the plane, and XOR falls. The tape does the work that chapter 9 does by hand.

pub mod judge;
mod pictures;

use frame::Origin::Rerun;
use frame::{Chapter, Error, Figure, Result, Run};
use gradus::data::TruthTable;
use gradus::draw::DrawOptions;
use gradus::nn::{Activation, Init, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::Array2;
use pictures::{boundary, hidden_plane};

pub const CHAPTER: Chapter = Chapter {
    slug: "10_xor_by_tape",
    title: "XOR by tape",
    sources: frame::sources!["chapter.rs", "pictures.rs"],
    question: "Three tanh units between input and output, the four rows of XOR one after the other, plain gradient \
               descent at rate 0.1. From how many of 200 random starts does it learn XOR? And if a \
               typical start takes a hundred rounds, how many does the slowest take?",
    time: "1 s",
    answer: "from {solved_starts:%} of the 200 starts. A typical one takes {median_epochs} rounds, the slowest {slowest_epochs}.",
    epochs: 10_000,
    full_epochs: 10_000,
    options: &[],
    fooled: "One start that works proves little: this very net also learns XOR from nearly every start with a backward pass \
             that is wrong (chapter 9). Training does not show a wrong gradient; the gradient check of chapter 13 does. \
             And a cost that has stopped falling need not be a minimum: the few starts that failed in chapter 9 sit on a plateau.",
    exercise: "tutorials/ch10_xor_by_tape/exercise.rs: add an op of your own, a sine unit, with its vjp, and learn XOR \
               with it. Then: cargo run --release -- exercises watch ch10",
    next: "cargo run --release -- ch11",
};

/// How many random starts are trained.
pub const STARTS: usize = 200;
/// The learning rate.
pub const RATE: f64 = 0.1;
/// The stop test: training ends once the mean cost of the four rows is below this.
pub const LEARNT: f64 = 1e-3;

/// One training: the net, the epochs it took, and the mean cost after epochs 0, 10, 100, 1000 and so on.
pub struct Training {
    net: Mlp<f64>,
    pub epochs: usize,
    costs: Vec<(usize, f64)>,
}

pub fn run(run: &mut Run) -> Result {
    let xor = TruthTable::xor();
    let mut rng = run.rng();
    let starts: Vec<Mlp<f64>> = (0..STARTS).map(|_| start(&mut rng)).collect();
    let trainings = train_all(starts, &xor, run.epochs())?;

    let first = &trainings[0];
    run.say("the first start:");
    for (epoch, cost) in &first.costs {
        run.say(format!("  epoch {epoch:>6}   mean cost {cost:.5}"));
    }
    let outputs = predict(&first.net, &xor.inputs());
    for ((x, t), y) in xor.inputs::<f64>().outer_iter().zip(&xor.targets::<f64>()).zip(&outputs) {
        run.say(format!("  {} xor {} = {t}   the net says {y:.3}", x[0], x[1]));
    }
    run.heading("Where its output is above one half");
    run.say("'#' is above, '.' is not; 'o' is a row that should be, 'x' one that should not:");
    let plane = boundary(&first.net, &xor);
    run.say(plane.text());
    run.plot("boundary", &plane)?;
    run.heading("The hidden plane");
    run.explain(
        "The three hidden units see the four rows as points where a single plane can separate the ones from the zeros:",
    );
    let hidden = hidden_units(&first.net, &xor.inputs());
    for (row, h) in xor.inputs::<f64>().outer_iter().zip(hidden.outer_iter()) {
        run.say(format!("  ({}, {})  ->  ({:+.2}, {:+.2}, {:+.2})", row[0], row[1], h[0], h[1], h[2]));
    }

    run.plot("hidden_plane", &hidden_plane(&first.net, &xor))?;

    run.heading("Two hundred starts");
    let solved = trainings.iter().filter(|training| is_solved(&training.net, &xor)).count();
    let mut epochs: Vec<usize> = trainings.iter().map(|training| training.epochs).collect();
    epochs.sort_unstable();
    run.say(format!(
        "solved from {solved} of {STARTS}; median {} epochs until the stop test, slowest {}",
        epochs[STARTS / 2],
        epochs[STARTS - 1]
    ));

    let share = solved as f64 / STARTS as f64;
    run.result("solved_starts", share);
    run.result("median_epochs", epochs[STARTS / 2]);
    run.result("slowest_epochs", epochs[STARTS - 1]);
    if run.is_full() {
        run.compare("share of starts that learn XOR", share, Rerun("P9"), "496 of 500, with M1 mended", 0.99, 1.0);
    }
    let tape = Tape::new();
    record(&tape, &first.net, [0.0, 1.0], 1.0).backward();
    run.draw("tape", &tape, &DrawOptions::new().title("One row of XOR"))?;

    let tape = Tape::new();
    tape.keep_updates(true); // so that the stepper shows them
    let two_rows = record(&tape, &first.net, [0.0, 1.0], 1.0) + record(&tape, &first.net, [1.0, 1.0], 0.0);
    let gradients = two_rows.named("cost").backward();
    Sgd::new(RATE).step(&first.net, &gradients)?;
    run.draw(
        "two_rows",
        &tape,
        &DrawOptions::new().title("Two rows of XOR: each parameter is used twice").max_values(3),
    )
}

/// A net with random weights.
pub fn start(rng: &mut impl rand::Rng) -> Mlp<f64> {
    Mlp::with_init(&[2, 3, 1], Activation::Tanh, Init::Normal(1.0), Init::Normal(0.5), rng)
        .with_output(Activation::Identity)
}

/// The cost of one row: L = (y - t)^2 / 2.
pub fn record<'t>(tape: &'t Tape<f64>, net: &Mlp<f64>, x: [f64; 2], t: f64) -> Var<'t, f64> {
    let y = net.forward(tape.input([x]).named("x"));
    y.quadratic_cost(tape.input([[t]]).named("t")).named("L")
}

/// An epoch is four steps, one for each row.
fn train(net: Mlp<f64>, xor: &TruthTable, epochs: usize) -> Result<Training> {
    let (inputs, targets) = (xor.inputs::<f64>(), xor.targets::<f64>());
    let mut sgd = Sgd::new(RATE);
    let mut tape = Tape::new();
    let mut costs = Vec::new();
    for epoch in 0..=epochs {
        let mut cost = 0.0;
        for (x, &t) in inputs.outer_iter().zip(&targets) {
            // ANCHOR: step
            let loss = record(&tape, &net, [x[0], x[1]], t);
            cost += loss.item() / 4.0;
            let gradients = loss.backward();
            sgd.step(&net, &gradients)?;
            tape.rewind();
            // ANCHOR_END: step
        }
        let landmark = epoch == 0 || epoch == 10 || epoch == 100 || epoch % 1000 == 0;
        if landmark || cost < LEARNT {
            costs.push((epoch, cost));
        }
        if cost < LEARNT {
            return Ok(Training { net, epochs: epoch, costs });
        }
    }
    Ok(Training { net, epochs, costs })
}

/// Trains from every start, on as many threads as there are processors. The order of the results is that of the starts.
pub fn train_all(starts: Vec<Mlp<f64>>, xor: &TruthTable, epochs: usize) -> Result<Vec<Training>> {
    let Ok(threads) = std::thread::available_parallelism().map(|n| n.get()) else {
        // A web page has no threads.
        return starts.into_iter().map(|net| train(net, xor, epochs)).collect();
    };
    let per_thread = starts.len().div_ceil(threads);
    let mut starts = starts.into_iter();
    std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for _ in 0..threads {
            let share: Vec<_> = starts.by_ref().take(per_thread).collect();
            workers.push(scope.spawn(move || share.into_iter().map(|net| train(net, xor, epochs)).collect::<Vec<_>>()));
        }
        let joined = workers.into_iter().map(|worker| worker.join());
        let finished = joined.map(|done| done.map_err(|_| Error::new("a training thread panicked")));
        finished.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect()
    })
}

fn predict(net: &Mlp<f64>, x: &Array2<f64>) -> Vec<f64> {
    gradus::nn::Predict::predict(net, x.view()).into_iter().collect()
}

fn is_solved(net: &Mlp<f64>, xor: &TruthTable) -> bool {
    let outputs = predict(net, &xor.inputs());
    outputs.iter().zip(&xor.targets::<f64>()).all(|(y, t)| (y - t).abs() < 0.5)
}

fn hidden_units(net: &Mlp<f64>, x: &Array2<f64>) -> Array2<f64> {
    let tape = Tape::new();
    let first = net.layers().next().expect("the net has two layers");
    let hidden = tape.no_grad(|| first.forward(tape.input(x)).tanh()).value();
    hidden.into_dimensionality().expect("one row of hidden units for each row of inputs")
}
