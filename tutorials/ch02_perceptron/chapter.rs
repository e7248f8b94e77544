//! Chapter 2. One neuron with a step learns by being nudged. It learns AND; XOR it can never learn.

pub mod judge;

use frame::Origin::{Ours, Rerun, Theory};
use frame::{Chapter, Chart, Figure, Panels, Result, Run};
use gradus::data::TruthTable;
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use rand::RngExt;
use rand_distr::StandardNormal;

pub const CHAPTER: Chapter = Chapter {
    slug: "02_perceptron",
    title: "The perceptron",
    sources: frame::sources!["chapter.rs"],
    question: "A perceptron fires when w1 x1 + w2 x2 + b is not negative. After a mistake it nudges its weights \
               by the learning rate times the input. How many rounds over the four rows of AND does it need, from \
               zero? Does the learning rate matter, when all it does is scale the picture? And how long for XOR?",
    time: "1 s",
    answer: "{and_rounds_rate_1} rounds at rate 1, and {and_rounds_rate_0_1} at rate 0.1: it does matter. XOR never ends: \
             {xor_mistakes} mistakes in every round.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "At rate 0.1 the run from zero is over sooner than at rate 1, and looks like the better run. It is over \
             because 0.1 + 0.1 - 0.2 is not 0 in binary: at a tie that must fire, z comes out as -3e-17, and the neuron is \
             silent by luck. In exact arithmetic the rate would not matter at all from zero. From a random start it does: \
             the start is as large as ten nudges, and ten rounds are too few in six cases of ten. A single run that \
             worked would have shown none of this.",
    exercise: "tutorials/ch02_perceptron/exercise.rs: write the nudge yourself, then watch it learn OR and NAND: \
               cargo run --release -- exercises watch ch02",
    next: "cargo run --release -- ch03",
};

/// A neuron with a step.
#[derive(Clone)]
struct Perceptron {
    weights: [f64; 2],
    bias: f64,
    rate: f64,
}

impl Perceptron {
    fn z(&self, x: [f64; 2]) -> f64 {
        self.weights[0] * x[0] + self.weights[1] * x[1] + self.bias
    }

    // ANCHOR: predict
    fn predict(&self, x: [f64; 2]) -> f64 {
        if self.z(x) >= 0.0 { 1.0 } else { 0.0 }
    }
    // ANCHOR_END: predict

    /// Looks at each row once and nudges after each mistake: w <- w + rate (t - y) x. Returns the number of mistakes.
    fn round(&mut self, table: &TruthTable) -> usize {
        let mut mistakes = 0;
        // ANCHOR: nudge
        for (x, t) in rows(table) {
            let error = t - self.predict(x);
            mistakes += (error != 0.0) as usize;
            self.weights[0] += self.rate * error * x[0];
            self.weights[1] += self.rate * error * x[1];
            self.bias += self.rate * error;
        }
        // ANCHOR_END: nudge
        mistakes
    }

    /// Rounds until one has no mistake, at most `limit`: the mistakes of each.
    fn learn(&mut self, table: &TruthTable, limit: usize) -> Vec<usize> {
        let mut history = Vec::new();
        while history.len() < limit && history.last() != Some(&0) {
            history.push(self.round(table));
        }
        history
    }
}

fn rows(table: &TruthTable) -> impl Iterator<Item = ([f64; 2], f64)> {
    table.inputs::<f64>().outer_iter().map(|x| [x[0], x[1]]).zip(table.targets::<f64>()).collect::<Vec<_>>().into_iter()
}

fn from_zero(rate: f64) -> Perceptron {
    Perceptron { weights: [0.0; 2], bias: 0.0, rate }
}

pub fn run(run: &mut Run) -> Result {
    let (and, xor) = (TruthTable::and(), TruthTable::xor());

    run.heading("AND from zero at rate 1");
    run.say("The boundary after each round ('#' fires, '.' does not; 'o' is the row of the table that should, 'x' one that should not):");
    run.say("");
    let mut neuron = from_zero(1.0);
    let mut pictures = Panels::new(3).key("blue: it fires   orange: it does not   ● should   ■ should not");
    let mut rounds = 0;
    loop {
        rounds += 1;
        let mistakes = neuron.round(&and);
        pictures = pictures.panel(boundary(&neuron, &and).title(&format!("round {rounds}: {mistakes} wrong")));
        if mistakes == 0 {
            break;
        }
    }
    run.say(pictures.text());
    run.plot("boundaries", &pictures)?;
    run.result("and_rounds_rate_1", rounds);
    run.compare("AND from zero at rate 1, rounds", rounds as f64, Ours, "6", 6.0, 6.0);

    run.heading("The same at rate 0.1");
    let mut neuron = from_zero(0.1);
    let history = neuron.learn(&and, 100);
    let tie = neuron.z([1.0, 0.0]);
    run.say(format!("mistakes per round {history:?}: over after {} rounds, not {rounds}", history.len()));
    run.say(format!("z at the row (1, 0) is {tie:e}; in exact arithmetic it is 0, and a 0 fires, which is wrong here"));
    run.result("and_rounds_rate_0_1", history.len());
    run.result("tie", tie);
    run.compare("z at the tie", tie, Theory, "-2^-55 = -2.8e-17", -4e-17, -2e-17);

    run.heading("A thousand random starts");
    for (rate, name, other, low, high) in [
        (0.1, "share done in 10 rounds, rate 0.1", "0.37", 0.32, 0.42),
        (1.0, "share done in 10 rounds, rate 1", "0.99, with rate 1", 0.98, 1.0),
    ] {
        let mut rng = run.rng();
        let mut lengths: Vec<usize> = (0..1000)
            .map(|_| {
                let mut normal = || rng.sample::<f64, _>(StandardNormal);
                let mut neuron = Perceptron { weights: [normal(), normal()], bias: normal(), rate };
                neuron.learn(&and, 1000).len()
            })
            .collect();
        lengths.sort_unstable();
        let share = lengths.iter().filter(|&&length| length <= 10).count() as f64 / 1000.0;
        run.say(format!(
            "rate {rate}: {:.1}% done in 10 rounds; median {}, slowest {}",
            100.0 * share,
            lengths[500],
            lengths[999]
        ));
        run.result(if rate == 1.0 { "done_in_10_rate_1" } else { "done_in_10_rate_0_1" }, share);
        run.compare(name, share, Rerun("P1"), other, low, high);
    }

    run.heading("XOR");
    let history = from_zero(1.0).learn(&xor, 1000);
    run.say(format!("mistakes per round {:?} ... and after 1,000 rounds still {}", &history[..8], history[999]));
    run.explain(
        "No straight line has (0, 1) and (1, 0) on one side and (0, 0) and (1, 1) on the other, so a round without \
                 a mistake cannot come; the weights run in a circle.",
    );
    run.result("xor_mistakes", history[999]);
    run.compare("XOR, mistakes per round for ever", history[999] as f64, Ours, "4", 4.0, 4.0);

    draw(run)
}

/// The plane from -0.5 to 1.5, and the rows of the table.
fn boundary(neuron: &Perceptron, table: &TruthTable) -> Chart<'static> {
    let neuron = neuron.clone();
    let that_should = |wanted: f64| -> Vec<(f64, f64)> {
        rows(table).filter(|(_, t)| *t == wanted).map(|([x1, x2], _)| (x1, x2)).collect()
    };
    Chart::new("x1", "x2")
        .size(250.0, 265.0)
        .x_range(-0.5, 1.5)
        .y_range(-0.5, 1.5)
        .boundary(0.0, move |x1, x2| neuron.z([x1, x2]))
        .points("", &that_should(1.0))
        .points("", &that_should(0.0))
}

/// The weighted sum of one row as a graph. The step is not on it: it has no slope to pass a gradient through.
fn draw(run: &mut Run) -> Result {
    let tape = Tape::<f64>::new();
    let x = tape.input([1.0, 0.0]).named("x");
    let (w, b) = (tape.var([2.0, 1.0]).named("w"), tape.var(-3.0).named("b"));
    ((w * x).sum() + b).named("z").backward();
    run.draw("perceptron", &tape, &DrawOptions::new())
}
