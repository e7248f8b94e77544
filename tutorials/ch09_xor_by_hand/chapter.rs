//! Chapter 9. A backward pass written by hand learns XOR. It is wrong.

mod hand_tanh;
pub mod judge;
mod measure;
pub mod net;

use frame::Origin::Rerun;
use frame::{Chapter, Figure, Result, Run};
use gradus::check::{Check, Report};
use gradus::data::TruthTable;
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use hand_tanh::record;
use measure::{Rows, heat_maps, mean_cost, median, relative_errors};
use ndarray::Array1;
use net::{Net, outer};
use serde_json::{Value, json};

pub const CHAPTER: Chapter = Chapter {
    slug: "09_xor_by_hand",
    title: "XOR by hand",
    sources: frame::sources!["chapter.rs", "hand_tanh.rs", "measure.rs", "net.rs"],
    question: "Two inputs, three tanh units, one output, and a backward pass written by hand, five lines \
               long. One of the five is wrong, which makes the gradient of the first layer wrong, typically \
               by a third. From how many of 500 random starts will the net learn XOR all the same?",
    time: "3 s",
    answer: "from {solved_starts:%} of the 500 starts with the wrong gradient, and from \
             {solved_starts_with_the_right_gradient:%} with the right one.",
    epochs: 10_000,
    full_epochs: 10_000,
    options: &[],
    fooled: "It learns, from every start, and the right gradient does no better. A gradient that is wrong by a third still \
             points downhill, and training asks for no more. Only a comparison with nudging shows the mistake, and only where \
             the tanh is curved: with weights 300 times smaller, where tanh is a straight line, the check passes as well.",
    exercise: "tutorials/ch09_xor_by_hand/exercise.rs: the backward pass as the source has it. Find the line and mend it. \
               Then: cargo run --release -- exercises watch ch09",
    next: "cargo run --release -- ch10",
};

const SIZES: [usize; 3] = [2, 3, 1];
const RATE: f64 = 0.1;
const STARTS: usize = 500;
const NAMES: [&str; 4] = ["W1", "b1", "W2", "b2"];

/// The slope of tanh at z, given h = tanh(z).
type Slope = fn(f64) -> f64;

/// The source's: the formula is 1 - tanh(z)², and so a tanh is taken. But h is one already.
// ANCHOR: source_slope
fn source_slope(h: f64) -> f64 {
    1.0 - h.tanh().powi(2)
}
// ANCHOR_END: source_slope

fn right_slope(h: f64) -> f64 {
    1.0 - h.powi(2)
}

/// The gradient of one row's cost, by hand.
fn backward(net: &Net, x: &Array1<f64>, t: &Array1<f64>, slope: Slope) -> Net {
    // ANCHOR: backward
    let (h, y) = net.forward(x);
    let dy = y - t;
    let dh = net.w2.dot(&dy);
    let dz = dh * h.mapv(slope);
    Net { w1: outer(x, &dz), b1: dz, w2: outer(&h, &dy), b2: dy }
    // ANCHOR_END: backward
}

pub fn run(run: &mut Run) -> Result {
    let (inputs, targets) = (TruthTable::xor().inputs::<f64>(), TruthTable::xor().targets::<f64>());
    let rows: Rows = inputs.outer_iter().zip(targets.outer_iter()).map(|(x, t)| (x.to_owned(), t.to_owned())).collect();
    let mut rng = run.rng();
    let starts: Vec<Net> = (0..STARTS).map(|_| Net::random(SIZES, 1.0, &mut rng)).collect();

    let mut net = starts[0].clone();
    run.say("The first start, trained with the source's backward pass:");
    for epoch in 0..=run.epochs() {
        if [0, 10, 100, 1_000, 10_000].contains(&epoch) {
            run.say(format!("  epoch {epoch:>6}   mean cost {:.1e}", mean_cost(&net, &rows)));
        }
        train_epoch(&mut net, &rows, source_slope);
    }
    for (x, t) in &rows {
        run.say(format!("  {} xor {} = {}   the net says {:.3}", x[0], x[1], t[0], net.forward(x).1[0]));
    }
    run.result("solved", is_solved(&net, &rows));

    run.heading("Its gradient at that start, compared with nudging");
    run.say("Relative difference, element by element; the darker, the more wrong:\n");
    let maps = heat_maps(&starts[0], &rows);
    run.say(maps.text());
    run.plot("difference", &maps)?;
    let errors = relative_errors(&starts[0], &rows);
    let median = median(&starts, &rows);
    run.say(format!(
        "\nThe source's gradient of W1 as a whole is off by {:.2} here, and by {median:.2} at the median of the {STARTS} starts.",
        errors[0]
    ));
    run.result("relative_error", NAMES.into_iter().zip(errors).collect::<Value>());
    run.result("relative_error_of_W1_median", median);
    run.compare("W1: relative error", errors[0], Rerun("P9"), "0.01 to 0.9", 0.01, 0.9);
    run.compare("W1: median of 500 starts", median, Rerun("P9"), "0.24 typical", 0.15, 0.5);
    run.compare("W2: relative error", errors[2], Rerun("P9"), "1e-10: exact but for nudging", 0.0, 1e-8);

    five_hundred_starts(run, &starts, &rows);
    where_to_look(run, &rows);

    run.heading("What the checker says");
    run.explain("The same net on a tape. Its tanh is an op of our own, whose vjp makes the source's mistake:");
    let report = check(&starts[0]);
    run.say(format!("\n{report}"));
    run.result("checker", if report.passed() { "pass" } else { "fail" });
    run.result("cause", report.cause().map_or(String::new(), |cause| cause.to_string()));
    let (tape, numbers) = (Tape::new(), starts[0].arrays());
    let params = [0, 1, 2, 3].map(|i| tape.var(&numbers[i]).named(NAMES[i]));
    record(&params).backward();
    run.draw("tape", &tape, &DrawOptions::new().title("The four rows of XOR, with a tanh by hand"))
}

/// From every start with either gradient, until the mean cost is below 0.001.
fn five_hundred_starts(run: &mut Run, starts: &[Net], rows: &Rows) {
    run.heading("Five hundred starts");
    let learns = |start: &Net, slope: Slope| {
        let mut net = start.clone();
        for _ in 0..run.epochs() {
            train_epoch(&mut net, rows, slope);
            if mean_cost(&net, rows) < 1e-3 {
                break;
            }
        }
        is_solved(&net, rows)
    };
    let [wrong, right] =
        [source_slope as Slope, right_slope].map(|slope| starts.iter().filter(|net| learns(net, slope)).count());
    run.say(format!("  with the source's gradient {wrong} of {STARTS} learn XOR, with the right one {right}"));
    let mut turned = 0;
    for net in starts {
        for (x, t) in rows {
            let (wrong, right) = (backward(net, x, t, source_slope), backward(net, x, t, right_slope));
            turned += (wrong.w1 * right.w1).iter().filter(|&&product| product < 0.0).count();
        }
    }
    run.say(format!(
        "  of all elements of W1's gradient, at these starts and for each row, {turned} have the wrong sign"
    ));
    let share = |solved: usize| solved as f64 / STARTS as f64;
    run.result("solved_starts", share(wrong));
    run.result("solved_starts_with_the_right_gradient", share(right));
    run.result("wrong_signs", turned);
    if run.is_full() {
        run.compare("share that learns, source's gradient", share(wrong), Rerun("P9"), "500 of 500", 0.99, 1.0);
        run.compare(
            "share that learns, right gradient",
            share(right),
            Rerun("P9"),
            "496 of 500, with M1 mended",
            0.97,
            1.0,
        );
    }
}

/// The same mistake in nets with smaller and smaller weights.
fn where_to_look(run: &mut Run, rows: &Rows) {
    run.heading("Where to look");
    run.say("  weights   W1 is off by (median)   the checker on the first start");
    let mut errors = Vec::new();
    for divisor in [1.0, 10.0, 30.0, 300.0] {
        let mut rng = run.rng();
        let starts: Vec<Net> = (0..STARTS).map(|_| Net::random(SIZES, 1.0 / divisor, &mut rng)).collect();
        let (error, report) = (median(&starts, rows), check(&starts[0]));
        let verdict = if report.passed() { "right" } else { "WRONG" };
        run.say(format!("  / {divisor:<5} {error:>21.1e}    {verdict}"));
        errors.push(error);
    }
    run.result("relative_error_of_W1_by_size", json!({ "1/10": errors[1], "1/30": errors[2], "1/300": errors[3] }));
    run.compare("W1: weights 10 times smaller", errors[1], Rerun("P9"), "3e-4", 1e-4, 1e-3);
    run.compare("W1: weights 30 times smaller", errors[2], Rerun("P9"), "5e-6", 1e-6, 2e-5);
}

fn check(net: &Net) -> Report {
    Check::new().names(NAMES).run(record, &net.arrays())
}

fn train_epoch(net: &mut Net, rows: &Rows, slope: Slope) {
    for (x, t) in rows {
        let gradient = backward(net, x, t, slope);
        net.add(-RATE, &gradient);
    }
}

fn is_solved(net: &Net, rows: &Rows) -> bool {
    rows.iter().all(|(x, t)| (net.forward(x).1[0] - t[0]).abs() < 0.5)
}
