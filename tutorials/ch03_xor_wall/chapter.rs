//! Chapter 3. XOR is a wall for one neuron, and for any number of layers without a bend, because they are one layer.

mod figures;
pub mod judge;
mod layers;
mod nudges;
mod perceptron;

use figures::{planes, staircase};
use frame::Origin::{Ours, Theory};
use frame::{Chapter, Result, Run};
use gradus::draw::DrawOptions;
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::prelude::*;
use layers::{fold, furthest_apart, lowest, start, train};
use ndarray::Array2;
use nudges::{Bend, share_of_dead_nudges};
use perceptron::{ROWS, from_random_starts, round, show};
use rand::RngExt;
use serde_json::json;

pub const CHAPTER: Chapter = Chapter {
    slug: "03_xor_wall",
    title: "The XOR wall",
    sources: frame::sources!["chapter.rs", "figures.rs", "layers.rs", "nudges.rs", "perceptron.rs"],
    question: "A perceptron makes mistakes on XOR and nudges its weights after each. How many mistakes will it make in round one thousand? And \
               if one layer is too weak: how many layers without a bend between them will do, two, three, ten?",
    time: "1 s",
    answer: "{mistakes} mistakes, then and for ever. No number of layers will do without a bend: {stuck_starts} of 1,000 \
             starts are stuck.",
    epochs: 2_000,
    full_epochs: 2_000,
    options: &[],
    fooled: "The cost of two linear layers falls and then stands still, as if the net needed more rounds, another rate, or one \
             more layer. None of these helps: all such nets can do only what one layer can. Weights that move are no sign of \
             learning either; the perceptron nudges four times a round, and ends each round where it began. And a continuous \
             unit is not enough: a steep ramp has no gap, but it answers a nudge as a step does. What a unit needs is a slope.",
    exercise: "tutorials/ch03_xor_wall/exercise.rs: fold any number of linear layers into one. Then: \
               cargo run --release -- exercises watch ch03",
    next: "cargo run --release -- ch04",
};

pub fn run(run: &mut Run) -> Result {
    let neuron = one_neuron(run);
    all_sixteen(run);
    layers_without_a_bend(run)?;
    a_bend(run, neuron)?;
    nudge_a_step(run)
}

const XOR: [f64; 4] = [0.0, 1.0, 1.0, 0.0];

/// Returns its weights and its bias after a thousand rounds.
fn one_neuron(run: &mut Run) -> [f64; 3] {
    run.heading("A perceptron on XOR");
    let (mut weights, mut mistakes) = ([0.0; 3], 0);
    for count in 1..=1000 {
        mistakes = round(&mut weights, 1.0, XOR);
        if count <= 4 || count == 1000 {
            let [w1, w2, b] = weights;
            run.say(format!("  round {count:>4}   {mistakes} mistakes   afterwards w1 = {w1}, w2 = {w2}, b = {b}"));
        }
    }
    run.say("\nOne more round, row by row:");
    let mut turning = weights;
    for (row, t) in ROWS.into_iter().zip(XOR) {
        let before = turning;
        show(&mut turning, 1.0, row, t);
        let three = |[w1, w2, b]: [f64; 3]| format!("({w1:>2}, {w2:>2}, {b:>2})");
        run.say(format!("  row {row:?}   (w1, w2, b) = {} -> {}", three(before), three(turning)));
    }
    let stuck = from_random_starts(1000, &mut run.rng());
    run.say(format!("From 1,000 random starts, at rate 0.1: {stuck} end up with 4 mistakes in every round."));
    run.result("mistakes", mistakes);
    run.result("stuck_starts", stuck);
    run.compare("XOR, mistakes in round 1,000", mistakes as f64, Ours, "4, for ever", 4.0, 4.0);
    weights
}

/// Every function of two truth values: which of them can one line separate?
fn all_sixteen(run: &mut Run) {
    run.heading("All sixteen functions of two truth values");
    let mut learnt = Vec::new();
    for function in 0..16_u8 {
        let targets: [f64; 4] = std::array::from_fn(|row| f64::from(function >> row & 1));
        let mut weights = [0.0; 3];
        match (1..=1000).find(|_| round(&mut weights, 1.0, targets) == 0) {
            Some(rounds) => learnt.push(rounds),
            None => run.say(format!(
                "  00, 01, 10, 11 -> {}   not learnt in 1,000 rounds",
                targets.map(|t| t.to_string()).join(", ")
            )),
        }
    }
    let slowest = learnt.iter().max().copied().unwrap_or(0);
    run.say(format!("  The other {} are learnt, in {slowest} rounds or fewer.", learnt.len()));
    run.result("functions_learnt", learnt.len());
    run.compare(
        "functions of 16 that are learnt",
        learnt.len() as f64,
        Theory,
        "14: all but XOR and its opposite",
        14.0,
        14.0,
    );
}

const STARTS: usize = 40;

fn layers_without_a_bend(run: &mut Run) -> Result {
    run.heading("Layers without a bend");
    let mut rng = run.rng();
    let points = Array2::from_shape_simple_fn((1000, 2), || rng.random_range(-3.0..3.0));
    let ten: Vec<usize> = [&[2], &[3; 9][..], &[1]].concat();
    let (mut best, mut furthest) = (Vec::new(), 0.0_f64);
    run.say(format!(
        "  layers   parameters   of {STARTS} starts   lowest   that net folded: W and b    a net and its fold,"
    ));
    run.say("                         came to rest     cost                               furthest apart");
    for sizes in [&[2, 1][..], &[2, 3, 1], &[2, 3, 3, 1], &ten] {
        let nets: Vec<Mlp<f64>> = (0..STARTS).map(|_| start(sizes, Activation::Identity, &mut rng)).collect();
        let trained = nets.iter().map(|net| Ok((net, train(net, 0.05, run.epochs())?))).collect::<Result<Vec<_>>>()?;
        // Some nets of ten layers are too steep for this rate: their weights diverge.
        let at_rest: Vec<_> = trained.into_iter().filter(|(_, cost)| cost.is_finite()).collect();
        let apart =
            at_rest.iter().map(|(net, _)| furthest_apart(net, &points)).max_by(f64::total_cmp).unwrap_or(f64::NAN);
        let (net, lowest) = lowest(&at_rest);
        let (w, b) = fold(net);
        let [w1, w2, b] = [w[[0, 0]], w[[1, 0]], b[0]].map(|x| format!("{:.4}", (x * 1e4).round() / 1e4 + 0.0));
        let (layers, parameters, rested) = (sizes.len() - 1, net.parameter_count(), at_rest.len());
        run.say(format!(
            "  {layers:>6} {parameters:>12} {rested:>14} {lowest:>10.6}   ({w1}, {w2}), {b} {apart:>20.0e}"
        ));
        best.push(lowest);
        furthest = furthest.max(apart);
    }
    let lowest = best.iter().copied().fold(f64::INFINITY, f64::min);
    run.result("lowest_costs", best);
    run.result("fold_difference", furthest);
    run.compare(
        "lowest cost without a bend",
        lowest,
        Theory,
        "1/8: it says 1/2 to everything",
        0.125 - 1e-9,
        0.125 + 1e-3,
    );
    run.compare("net and folded net, furthest apart", furthest, Theory, "0: the same function", 0.0, 1e-12);
    Ok(())
}

fn a_bend(run: &mut Run, neuron: [f64; 3]) -> Result {
    run.heading("One bend");
    let mut rng = run.rng();
    let nets: Vec<Mlp<f64>> = (0..STARTS).map(|_| start(&[2, 3, 1], Activation::Tanh, &mut rng)).collect();
    let trained = nets.iter().map(|net| Ok((net, train(net, 0.2, run.epochs())?))).collect::<Result<Vec<_>>>()?;
    let solved = trained.iter().filter(|(_, cost)| *cost < 0.01).count();
    run.say(format!(
        "The two layers again, with a tanh between them: {solved} of {STARTS} starts reach a cost below 0.01."
    ));
    run.result("solved_with_a_bend", solved);
    if run.is_full() {
        run.compare(
            "share of starts that solve it with a bend",
            solved as f64 / STARTS as f64,
            Ours,
            "most",
            0.75,
            1.0,
        );
    }
    run.plot("planes", &planes(neuron, lowest(&trained).0))
}

fn nudge_a_step(run: &mut Run) -> Result {
    run.heading("Why not a step?");
    run.say("Hidden weights nudged by 0.0001, and how many of them left the cost exactly as it was:");
    // ANCHOR: bends
    let bends: [(&str, Bend); 3] = [
        ("a step", |z| f64::from(z >= 0.0)),
        ("a ramp with no gap, 100 times as steep", |z| (100.0 * z + 0.5).clamp(0.0, 1.0)),
        ("a sigmoid", |z| 1.0 / (1.0 + (-z).exp())),
    ];
    // ANCHOR_END: bends
    let shares = bends.map(|(_, bend)| share_of_dead_nudges(bend, &mut run.rng()));
    for ((name, _), share) in bends.iter().zip(shares) {
        run.say(format!("  {name:42} {:>6.1}%", 100.0 * share));
    }
    run.result("dead_nudges", json!({ "step": shares[0], "ramp": shares[1], "sigmoid": shares[2] }));
    run.compare("step: nudges that change nothing", shares[0], Theory, "1: a step is flat", 0.99, 1.0);
    run.compare("steep ramp: the same", shares[1], Ours, "nearly all", 0.9, 1.0);
    run.compare("sigmoid: the same", shares[2], Theory, "0: it is flat nowhere", 0.0, 0.0);

    run.plot("staircase", &staircase(&bends))?;

    let tape = Tape::<f64>::new();
    let (x, t) = (tape.input([[0.0, 1.0]]).named("x"), tape.input([[1.0]]).named("t"));
    let (w1, w2) = (tape.var([[0.5, -1.0], [2.0, 1.0]]).named("W1"), tape.var([[0.4], [-0.6]]).named("W2"));
    let h = x.matmul(w1).named("z").exceeds(tape.constant(0.0)).named("h");
    let gradients = h.matmul(w2).named("y").quadratic_cost(t).named("L").backward();
    let what = |w| {
        gradients.get(w).map_or("none: it is absent, which is not the same as 0".to_owned(), |g| g.value().to_string())
    };
    run.say(format!(
        "On a tape with a step between two layers, the gradient of W2 is\n{}\nand that of W1 {}.",
        what(w2),
        what(w1)
    ));
    run.draw("tape", &tape, &DrawOptions::new().title("Nothing comes back past a step"))
}
