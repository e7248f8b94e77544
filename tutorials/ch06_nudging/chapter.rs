//! Chapter 6. The slow way to a slope: nudge, and see. How far should one nudge, and what does it cost?

pub mod judge;

use frame::Origin::{Rerun, Theory};
use frame::{Chapter, Chart, Figure, Result, Run};
use gradus::check::Check;
use gradus::draw::DrawOptions;
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::prelude::*;
use ndarray::Array2;
use serde_json::json;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

pub const CHAPTER: Chapter = Chapter {
    slug: "06_nudging",
    title: "Nudging",
    sources: frame::sources!["chapter.rs"],
    question: "The slope of a curve, without calculus: go a small step h to the right, see how much higher you are, and divide by \
               h. The smaller the step, the better the slope? And would it be better still to go a step to the left as well? \
               Guess the best step for numbers of sixteen digits (f64), and for numbers of seven (f32).",
    time: "1 s",
    answer: "no, there is a best step. To both sides it is {both_sides_f64.best_step} in f64 and {both_sides_f32.best_step} \
             in f32, to one side {one_side_f64.best_step} and {one_side_f32.best_step}.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "A smaller step looks like a better one, and is, until rounding takes over: below the sweet spot each further \
             digit of the step costs a digit of the slope. In f32 the sweet spot is so high that the usual 0.0001 lies \
             below it. An array of whole numbers cannot hold the step at all, and the slope comes out as 25000 where it \
             is 6. And a method that is right for ten weights may be out of the question for eighty thousand.",
    exercise: "tutorials/ch06_nudging/exercise.rs: make a central difference out of a forward one, for arrays of any shape. Then: \
               cargo run --release -- exercises watch ch06",
    next: "cargo run --release -- ch07",
};

// ANCHOR: differences
/// (f(x + h) - f(x)) / h
fn forward<F: Scalar>(f: impl Fn(F) -> F, x: F, h: F) -> F {
    (f(x + h) - f(x)) / h
}

/// (f(x + h) - f(x - h)) / 2h
fn central<F: Scalar>(f: impl Fn(F) -> F, x: F, h: F) -> F {
    (f(x + h) - f(x - h)) / (h + h)
}
// ANCHOR_END: differences

pub fn run(run: &mut Run) -> Result {
    run.heading("The slope of sin at 1");
    run.say("It is cos(1) = 0.540302...");
    for h in [0.1, 0.01, 0.001] {
        let (one, both) = (forward(f64::sin, 1.0, h), central(f64::sin, 1.0, h));
        run.say(format!("  step {h:<5}   one side {one:.9}   both sides {both:.9}"));
    }
    sweet_spots(run)?;
    numbers_that_keep_no_step(run);
    what_it_costs(run);
    at_a_kink(run);

    let tape = Tape::<f64>::new();
    let x = tape.var([3.0, 4.0]).named("x");
    (x * x).sum().named("f").backward();
    run.draw("squares", &tape, &DrawOptions::new().title("f = x0² + x1², and the slopes without nudging"))
}

/// How to measure the slope of a function at a point with a step.
type Slope<F> = fn(fn(F) -> F, F, F) -> F;

/// The mean relative error of `slope` at 100 points of the sine, for one step.
fn error<F: Scalar>(slope: Slope<F>, h: f64) -> f64 {
    let at = |x: f64| (slope(F::sin, F::from_f64(x), F::from_f64(h)).to_f64() / x.cos() - 1.0).abs();
    (0..100).map(|i| at(0.5 + 0.007 * i as f64)).sum::<f64>() / 100.0
}

/// The error against the step, for both differences and both kinds of numbers: four Vs.
fn sweet_spots(run: &mut Run) -> Result {
    run.heading("The error against the step");
    let steps: Vec<f64> = (2..=60).map(|quarter| 10.0_f64.powf(-0.25 * quarter as f64)).collect();
    let curve = |error: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> { steps.iter().map(|&h| (h, error(h))).collect() };
    let curves = [
        ("one side, f32", curve(&|h| error::<f32>(forward, h))),
        ("both sides, f32", curve(&|h| error::<f32>(central, h))),
        ("one side, f64", curve(&|h| error::<f64>(forward, h))),
        ("both sides, f64", curve(&|h| error::<f64>(central, h))),
    ];
    let empty = Chart::new("step h", "mean relative error").title("The slope of sin, by nudging").log_x().log_y();
    let chart = curves.iter().fold(empty, |chart, (name, points)| chart.line(name, points));
    run.say(chart.text());
    run.plot("v_curves", &chart)?;
    run.say("\n                     best step     error there     step 0.1 instead of 0.01");
    let mut orders = Vec::new();
    for (name, points) in &curves {
        let best = points.iter().fold(points[0], |best, point| if point.1 < best.1 { *point } else { best });
        let order = points[2].1 / points[6].1;
        run.say(format!("  {name:16} {:>12.1e} {:>15.1e} {order:>12.0} times the error", best.0, best.1));
        let key = name.replace(", ", "_").replace(' ', "_");
        run.result(&key, json!({ "best_step": best.0, "error": best.1, "order": order }));
        orders.push(order);
    }
    run.compare("one side: error at 0.1 over error at 0.01", orders[2], Theory, "O(h): 10", 9.0, 11.0);
    run.compare("both sides: error at 0.1 over error at 0.01", orders[3], Theory, "O(h²): 100", 95.0, 105.0);
    let mut csv = String::from("step,one side f32,both sides f32,one side f64,both sides f64\n");
    for (i, h) in steps.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            csv,
            "{h:e},{:e},{:e},{:e},{:e}",
            curves[0].1[i].1, curves[1].1[i].1, curves[2].1[i].1, curves[3].1[i].1
        );
    }
    run.write("v_curves.csv", csv)
}

/// M19: the slopes of f(x) = x0² + x1² at (3, 4), which are 6 and 8, with the usual step and with one ten times as long.
fn numbers_that_keep_no_step(run: &mut Run) {
    run.heading("The same nudge in other kinds of numbers");
    run.say("                  step 0.0001          step 0.001");
    let square = |x: f64| x * x;
    // An array of whole numbers drops what it cannot hold: 3.0001 becomes 3, and 2.9999 becomes 2.
    let whole = |x: f64, other: f64, h| central(|x: f64| square(x.trunc()) + square(other), x, h);
    let single = |x: f32, other: f32, h| central(|x| x * x + other * other, x, h);
    let double = |x: f64, other: f64, h| central(|x| square(x) + square(other), x, h);
    let both = |slope: &dyn Fn(f64, f64, f64) -> f64| {
        [1e-4, 1e-3].map(|h| [slope(3.0, 4.0, h), slope(4.0, 3.0, h)].map(|slope| format!("{slope:.3}")).join(", "))
    };
    let by_single = |x: f64, other: f64, h: f64| single(x as f32, other as f32, h as f32).into();
    for (name, [usual, longer]) in [("f64", both(&double)), ("f32", both(&by_single)), ("whole numbers", both(&whole))]
    {
        run.say(format!("  {name:14}  {usual:20} {longer}"));
    }
    let f32_slopes = [single(3.0, 4.0, 1e-4), single(4.0, 3.0, 1e-4)].map(f64::from);
    let whole_slopes = [whole(3.0, 4.0, 1e-4), whole(4.0, 3.0, 1e-4)].map(f64::round);
    run.result("slopes_f32", f32_slopes.to_vec());
    run.result("slopes_of_whole_numbers", whole_slopes.to_vec());
    run.compare("slope in f32, for 6", f32_slopes[0], Rerun("D11"), "5.989", 5.95, 5.999);
    run.compare("slope in f32, for 8", f32_slopes[1], Rerun("D11"), "8.001", 8.0, 8.05);
    run.compare("slope in whole numbers, for 6", whole_slopes[0], Rerun("D11"), "25000", 25000.0, 25000.0);
    run.compare("slope in whole numbers, for 8", whole_slopes[1], Rerun("D11"), "35000", 35000.0, 35000.0);
}

/// All slopes of a network by nudging, against all slopes by one backward pass.
fn what_it_costs(run: &mut Run) {
    run.heading("What it costs");
    let net = Mlp::<f32>::new(&[784, 100, 20, 10], Activation::Sigmoid, &mut run.rng());
    let images = Array2::from_shape_fn((10, 784), |(image, pixel)| ((image + pixel) % 7) as f32 / 7.0);
    let targets = Array2::from_shape_fn((10, 10), |(image, class)| if image == class { 1.0 } else { 0.0 });
    let mut tape = Tape::new();
    let (mut forward, mut backward) = (f64::INFINITY, f64::INFINITY);
    // The fastest of many, so that other work of the machine does not count.
    for _ in 0..300 {
        let start = Instant::now();
        let cost = net.forward(tape.input(&images)).quadratic_cost(tape.input(&targets));
        let middle = Instant::now();
        black_box(cost.backward());
        forward = forward.min((middle - start).as_secs_f64());
        backward = backward.min(middle.elapsed().as_secs_f64());
        tape.rewind();
    }
    let (parameters, passes) = (net.parameter_count(), 2 * net.parameter_count());
    run.say(format!(
        "A network of 784-100-20-10 has {parameters} parameters: {passes} forward passes for one gradient."
    ));
    run.say(format!(
        "  a forward pass for ten images takes {forward:.6} seconds, a backward pass {backward:.6} seconds"
    ));
    run.say(format!(
        "  so all slopes by nudging take {:.1} seconds; {:.0} times as long",
        passes as f64 * forward,
        passes as f64 * forward / backward
    ));
    run.result("forward_passes", passes);
    // A backward pass has two matrix products (for the weights, for the layer before) where the forward pass has one.
    let work = passes as f64 / 2.0;
    run.compare(
        "forward passes for a gradient by nudging",
        passes as f64,
        Theory,
        "2 x 80,730 = 161,460",
        161_460.0,
        161_460.0,
    );
    run.compare("work, in backward passes", work, Theory, "161,460 / 2 = 80,730", 8.0e4, 8.1e4);
}

/// At a kink each kind of difference gives another answer.
fn at_a_kink(run: &mut Run) {
    run.heading("At a kink");
    let relu = |x: f64| x.max(0.0);
    let (right, left, both) = (forward(relu, 0.0, 1e-4), forward(relu, 0.0, -1e-4).abs(), central(relu, 0.0, 1e-4));
    let tape = Tape::<f64>::new();
    let x = tape.var(0.0);
    let code = x.relu().backward().wrt(x).item();
    run.say(format!("relu at 0: nudged to the right {right}, to the left {left}, both ways {both}; the code says {code}. The checker:\n"));
    let report = Check::new().names(["x"]).run(|x| x[0].relu(), &[[-1.0, 0.0, 2.0]]);
    run.say(report.to_string());
    run.result("slope_of_relu_at_0", json!({ "both_sides": both, "code": code }));
    run.compare("slope of relu at 0, both sides", both, Theory, "(1 + 0) / 2", 0.5, 0.5);
}
