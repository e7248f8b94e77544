//! Chapter 20. "Just add 5, 10, 100 layers": what reaches the first of them, and what a start has to do with it.

pub mod judge;
mod signals;

use frame::Origin::{Ours, Rerun, Theory};
use frame::{Chapter, Chart, Panels, Result, Run};
use gradus::data::Digits;
use gradus::draw::DrawOptions;
use gradus::io::Checkpoint;
use gradus::nn::{Activation, Init, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use serde_json::json;
use signals::{STARTS, Signals, median_first_gradient, signals};

pub const CHAPTER: Chapter = Chapter {
    slug: "20_depth",
    title: "Just add layers",
    sources: frame::sources!["chapter.rs", "signals.rs"],
    question: "Two layers, ReLUs between them, with weights from N(0, 0.01²) read 97% of the digits (chapter 16). The source \
               says: with blocks like these, just add 5, 10, 100 layers. Guess: by what factor does the gradient of the first \
               layer shrink with each layer that you add? And what will a net of five such layers read after two epochs?",
    time: "15 s",
    answer: "by a factor of {first_gradient.factor_per_layer:3} with each layer. The net of five such layers reads \
             {test_accuracy.5 small:%}.",
    epochs: 1_200,
    full_epochs: 10_000,
    options: &[],
    fooled: "The loss falls, from 2.3026 to 2.3010, and stays. That looks like a hard problem, or like a rate that is too \
             small, and every other number is as it should be: no error, no NaN, a right gradient (any check would pass it). \
             All that the net learns is the last layer's biases, that is, how often each digit occurs; so it says 1 to \
             everything. The norm of each layer's gradient shows in one step what the loss curve does not show in ten thousand.",
    exercise: "tutorials/ch20_depth/exercise.rs: choose the spread of the weights so that signals keep their size through any number of \
               ReLU layers. Then: cargo run --release -- exercises check ch20",
    next: "cargo run --release -- ch21",
};

const WIDTH: usize = 50;
const BATCH_SIZE: usize = 100;
const RATE: f64 = 0.1;
/// The number of steps between two checkpoints.
const INTERVAL: usize = 1_000;
const SMALL: Init = Init::Normal(0.01);

/// The layer sizes of a net with `layers` layers: 784-50-...-50-10.
fn sizes(layers: usize) -> Vec<usize> {
    [&[784][..], &vec![WIDTH; layers - 1], &[10]].concat()
}

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist(BATCH_SIZE, 1)?;
    let batch = train.first(BATCH_SIZE);
    what_reaches_the_first_layer(run, &batch)?;
    layer_by_layer(run, &batch)?;
    sigmoids(run, &batch);

    run.heading("Training");
    run.say(format!("  {} steps on {BATCH_SIZE} digits at rate {RATE}", run.epochs()));
    run.say("  layers   start          loss   test digits read");
    let frozen = learn(run, 5, SMALL, [&train, &test])?;
    let trained = learn(run, 5, Init::He, [&train, &test])?;
    let deep = learn(run, 20, Init::He, [&train, &test])?;
    knowing_only_how_often(run, &train, &test);
    run.result("test_accuracy", json!({ "5 small": frozen, "5 He": trained, "20 He": deep }));
    run.compare("5 layers, N(0, 0.01²): accuracy", frozen, Rerun("G7"), "0.1135: every digit a 1", 0.0892, 0.1135);
    if run.epochs() >= CHAPTER.epochs {
        run.compare("5 layers, He: accuracy", trained, Ours, "it trains", 0.9, 1.0);
    }

    let tape = Tape::new();
    let net = Mlp::<f32>::with_init(&sizes(5), Activation::Relu, Init::He, Init::Zeros, &mut run.rng()).logits();
    for batch in train.batches_in_order(3).take(1) {
        net.forward(tape.input(&batch.images)).softmax_cross_entropy(tape.input(&batch.labels)).backward();
    }
    run.draw("tape", &tape, &DrawOptions::new().title("Five layers, three digits: follow the blue line down"))
}

/// The size of the first layer's gradient, for nets of more and more layers.
fn what_reaches_the_first_layer(run: &mut Run, batch: &Digits) -> Result {
    run.heading("What reaches the first layer");
    run.say(format!("  |dL/dW1|, the median of {STARTS} starts; one batch of {BATCH_SIZE} digits, before any step"));
    run.say("  layers   N(0, 0.01²)   the same in f32      He");
    let (mut small, mut he) = (Vec::new(), Vec::new());
    for layers in [2, 3, 5, 10, 20, 50, 100] {
        let [small_norm, in_f32, he_norm] = [
            median_first_gradient::<f64>(run.rng(), batch, &sizes(layers), SMALL),
            median_first_gradient::<f32>(run.rng(), batch, &sizes(layers), SMALL),
            median_first_gradient::<f64>(run.rng(), batch, &sizes(layers), Init::He),
        ];
        run.say(format!("  {layers:>6}   {small_norm:>11.1e}   {in_f32:>15.1e}   {he_norm:.3}"));
        small.push((layers as f64, small_norm));
        he.push((layers as f64, he_norm));
        if layers == 5 {
            run.compare("5 layers: |dL/dW1|", small_norm, Rerun("G7"), "7e-6, with D15's start", 4e-6, 1.2e-5);
        } else if layers == 100 {
            run.compare("100 layers", small_norm, Rerun("G7"), "6e-130, with D15's start", 5e-132, 5e-128);
            run.compare("100 layers in f32", in_f32, Theory, "0: below the smallest, 1.4e-45", 0.0, 0.0);
            run.compare("100 layers, He", he_norm, Ours, "0.46 in an earlier run", 0.1, 2.0);
        }
    }
    let per_layer = (small[6].1 / small[2].1).powf(1.0 / 95.0);
    run.say(format!("  from 5 to 100 layers: a factor of {per_layer:.3} for each"));
    run.result("first_gradient", json!({ "small": small, "he": he, "factor_per_layer": per_layer }));
    run.compare("factor for each layer, N(0, 0.01²)", per_layer, Theory, "0.01 √(50/2) = 0.05", 0.045, 0.055);
    let chart = Chart::new("layers", "size of the first layer's gradient, |dL/dW1|")
        .log_y()
        .line("weights of N(0, 0.01²)", &small)
        .line("He's weights", &he);
    run.plot("first_layer", &chart)
}

/// The signals on their way up and the gradients on their way down, in a net of 20 layers.
fn layer_by_layer(run: &mut Run, batch: &Digits) -> Result {
    run.heading("Layer by layer, in a net of 20");
    run.say("          how large its outputs are           how large its gradient is");
    run.say("  layer   N(0, 0.01²)   N(0, 1)      He       N(0, 0.01²)   N(0, 1)      He");
    let starts = [("N(0, 0.01²)", SMALL), ("N(0, 1)", Init::Normal(1.0)), ("He", Init::He)];
    let found = starts.map(|(_, start)| signals::<f64>(&mut run.rng(), batch, &sizes(20), Activation::Relu, start));
    for layer in [1, 5, 10, 15, 20] {
        let row = |numbers: [f64; 3]| format!("{:>11.0e}   {:>7.0e}   {:>6.2}", numbers[0], numbers[1], numbers[2]);
        let sizes = row([0, 1, 2].map(|start| found[start].sizes[layer - 1]));
        let gradients = row([0, 1, 2].map(|start| found[start].gradients[layer - 1]));
        run.say(format!("  {layer:>5}   {sizes}       {gradients}"));
    }
    let chart = |y: &str, of: fn(&Signals) -> &[f64]| {
        (0..3).fold(Chart::new("layer", y).log_y(), |chart, start| {
            let points: Vec<(f64, f64)> = (1..).map(f64::from).zip(of(&found[start]).iter().copied()).collect();
            chart.line(starts[start].0, &points)
        })
    };
    let (sizes, gradients) =
        (chart("size of the outputs", |s| &s.sizes), chart("|dL/dW| of the layer", |s| &s.gradients));
    run.plot("layers", &Panels::new(2).panel(sizes).panel(gradients))
}

/// Sigmoids have a limit of their own: a slope of at most 1/4.
fn sigmoids(run: &mut Run, batch: &Digits) {
    run.heading("Sigmoids");
    run.say("  layers   start       |dL/dW1|   flat units (slope below 0.01)");
    let mut flat = Vec::new();
    for (name, start) in [("N(0, 1)", Init::Normal(1.0)), ("1/√n", Init::Scaled)] {
        for layers in [5, 20] {
            let found = signals::<f64>(&mut run.rng(), batch, &sizes(layers), Activation::Sigmoid, start);
            let share = 100.0 * found.flat;
            run.say(format!("  {layers:>6}   {name:9} {:>10.0e}   {share:>3.0}%", found.gradients[0]));
            flat.push(found.flat);
        }
    }
    run.result("flat_sigmoids", flat);
}

/// Trains a net and returns the share of the test digits that it reads.
fn learn(run: &mut Run, layers: usize, start: Init, [train, test]: [&Digits; 2]) -> Result<f64> {
    let mut rng = run.rng();
    let net = Mlp::<f32>::with_init(&sizes(layers), Activation::Relu, start, Init::Zeros, &mut rng).logits();
    let (mut sgd, mut tape, mut loss) = (Sgd::new(RATE), Tape::new(), 0.0);
    let name = if start == SMALL { "N(0, 0.01²)" } else { "He" };
    let (what, steps) = (format!("training {layers} layers, {name}"), run.epochs());
    let kept = run.kept(&what, steps, &json!({ "batch": BATCH_SIZE, "rate": RATE }))?;
    let done = kept.restore(&mut loss, |saved| saved.restore(&net, &mut sgd, [&mut rng]))?;
    let mut watch = run.watch(&what, steps, &net).after(done);
    for step in done + 1..=steps {
        let batch = train.sample(BATCH_SIZE, &mut rng);
        let cost = net.forward(tape.input(&batch.images)).softmax_cross_entropy(tape.input(&batch.labels));
        let gradients = cost.backward();
        watch.step(cost, &gradients);
        sgd.step(&net, &gradients)?;
        // A mean over the last steps or so, since single batches differ.
        loss += (f64::from(cost.item()) - loss) / f64::from(step.min(100) as u32);
        tape.rewind();
        if step % INTERVAL == 0 || step == steps {
            kept.save(step, &loss, Checkpoint::new().params(&net).optimizer(&sgd).rng(&rng))?;
        }
    }
    let accuracy = test.accuracy(&net);
    watch.epoch(accuracy);
    watch.finish();
    let answers = test.predictions(&net);
    let always =
        answers.iter().all(|&answer| answer == answers[0]).then(|| format!(", and it says {} to all", answers[0]));
    run.say(format!("  {layers:>6}   {name:11}   {loss:.4}   {:.2}%{}", 100.0 * accuracy, always.unwrap_or_default()));
    Ok(accuracy)
}

/// What is known without looking at an image: how often each digit occurs.
fn knowing_only_how_often(run: &mut Run, train: &Digits, test: &Digits) {
    let share = |digits: &Digits, digit: u8| {
        digits.labels().iter().filter(|&&label| label == digit).count() as f64 / digits.len() as f64
    };
    let entropy: f64 = (0..10).map(|digit| share(train, digit)).map(|p| -p * p.ln()).sum();
    run.say(format!(
        "\n  -ln(1/10) is {:.4}. Knowing how often each digit occurs, and no more: {entropy:.4}.",
        10.0_f64.ln()
    ));
    run.say(format!("  The commonest digit is 1: {:.2}% of the test digits.", 100.0 * share(test, 1)));
    run.result("entropy_of_the_labels", entropy);
}
