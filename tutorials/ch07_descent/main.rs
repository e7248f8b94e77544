//! Chapter 7. Downhill, step by step: what a gradient is, how long a step may be, and what noise is good for.

mod digits;
mod walk;

use digits::one_pass;
use frame::{Chapter, Result, Run};
use gradus::derivatives::{hessian, jacobian_by_rows};
use gradus::draw::DotOptions;
use gradus::prelude::*;
use serde_json::json;
use std::f64::consts::TAU;
use std::process::ExitCode;
use walk::{Noise, curve, curve_slope, descend, surface, value_and_gradient};

pub const CHAPTER: Chapter = Chapter {
    slug: "07_descent",
    title: "Descent",
    question: "L(w1, w2) = w1² + w2² + 0.3 sin(3 w1) sin(3 w2). Start at (1.2, 1.2) and go 0.1 times the gradient downhill, again and again, \
               until nothing moves any more. Is that the lowest point? And would it help to stumble, a little to a random side at each step?",
    time: "2 s",
    epochs: 60,
    full_epochs: 60,
    options: &[],
    fooled: "The gradient went to 0, the path came to rest, and the picture showed a hollow around the place: the lowest point, one would \
             swear. It is a saddle. A path of descent that was drawn by hand climbed in its last steps, and no one asked it for its height. \
             And 3.2 beside 0.1 looks like an important weight beside an unimportant one; they are slopes, and a slope says what a \
             change of the weight would do, not what the weight does.",
    exercise: "tutorials/ch07_descent/exercise.rs: mend both figures, with a step that is one and a judge of places. Then: cargo run --release \
               --example ch07_exercise",
    next: "cargo run --release -- ch08",
};

#[allow(dead_code)] // the binary `gradus` calls `run` itself
fn main() -> ExitCode {
    frame::main(&CHAPTER, run)
}

pub fn run(run: &mut Run) -> Result {
    steepest(run)?;
    a_path_drawn_by_hand(run);
    too_long_too_short(run);
    the_lowest_point(run);
    stumbling(run);
    what_a_component_says(run);
    batches(run)
}

/// What the gradient is, geometrically: of all directions, the one in which the ground rises most.
fn steepest(run: &mut Run) -> Result {
    run.heading("Of 360 directions");
    let at = [0.8, -0.4];
    let (height, gradient) = value_and_gradient(at);
    let length = gradient[0].hypot(gradient[1]);
    let rise = |degrees: usize| {
        let angle = degrees as f64 * TAU / 360.0;
        (surface_at([at[0] + 1e-6 * angle.cos(), at[1] + 1e-6 * angle.sin()]) - height) / 1e-6
    };
    let rises: Vec<f64> = (0..360).map(rise).collect();
    let place =
        |better: fn(f64, f64) -> bool| (1..360).fold(0, |best, i| if better(rises[i], rises[best]) { i } else { best });
    let (up, down) = (place(|a, b| a > b), place(|a, b| a < b));
    let towards = (gradient[1].atan2(gradient[0]).to_degrees() + 360.0) % 360.0;
    run.say(format!(
        "  at ({}, {}) the gradient is ({:.4}, {:.4}): length {length:.4}, towards {towards:.1} degrees",
        at[0], at[1], gradient[0], gradient[1]
    ));
    run.say(format!("  tried one after the other: steepest up {:.4} per unit, towards {up} degrees; steepest down {:.4}, towards {down}", rises[up], rises[down]));
    run.say(format!("  across, towards {} degrees: {:+.4}", (up + 90) % 360, rises[(up + 90) % 360]));
    run.result("steepest", json!({ "gradient_towards": towards, "up": up, "down": down }));
    run.compare("steepest direction, tried minus gradient", up as f64 - towards, "the gradient", -0.5, 0.5);
    run.compare("steepest rise, tried minus length", rises[up] - length, "its length", -1e-3, 1e-3);

    let tape = Tape::<f64>::new();
    let w = [tape.var(at[0]).named("w1"), tape.var(at[1]).named("w2")];
    surface(&w).named("L").backward();
    run.draw("tape.dot", &tape, &DotOptions::new().title("The surface as a graph: each weight is used three times"))
}

/// The height of the surface.
fn surface_at(w: [f64; 2]) -> f64 {
    value_and_gradient(w).0
}

/// M9: the source's path on x² + 0.5 sin 3x, and one that asks for its slope.
fn a_path_drawn_by_hand(run: &mut Run) {
    run.heading("A path drawn by hand");
    let drawn = [-0.2, -0.5, -0.7, -0.8];
    run.say("      x      f(x)    slope   the next step goes");
    let mut wrong = 0;
    for pair in drawn.windows(2) {
        let (here, next) = (pair[0], pair[1]);
        let downhill = (next - here) * curve_slope(here) < 0.0;
        wrong += usize::from(!downhill);
        run.say(format!(
            "  {here:>5} {:>9.3} {:>8.3}   to {next}: {}",
            curve(here),
            curve_slope(here),
            if downhill { "downhill" } else { "UPHILL" }
        ));
    }
    run.say(format!("  {:>5} {:>9.3} {:>8.3}", drawn[3], curve(drawn[3]), curve_slope(drawn[3])));
    let mut path = vec![2.0];
    while path.len() < 200 {
        let x = path[path.len() - 1];
        path.push(x - 0.1 * curve_slope(x));
    }
    let shown: Vec<String> = path[..8].iter().map(|x| format!("{x:.3}")).collect();
    let end = path[path.len() - 1];
    run.say(format!("  from 2 by descent at rate 0.1: {} ... {end:.3}, where f = {:.3}", shown.join(" "), curve(end)));
    run.result(
        "curve",
        json!({ "minimum": end, "value": curve(end), "drawn": drawn.map(curve), "wrong_steps": wrong }),
    );
    run.compare("x² + 0.5 sin 3x, lowest at", end, "-0.358 (drawn: -0.8)", -0.3585, -0.3575);
    run.compare("its value there", curve(end), "-0.311 (drawn: 0.302)", -0.3115, -0.3105);
}

/// D8: the learning rate on x², where every step multiplies x by 1 - 2 rate.
fn too_long_too_short(run: &mut Run) {
    run.heading("How long a step");
    for (rate, what) in [
        (0.001, "too short"),
        (0.1, "good"),
        (0.5, "lucky"),
        (0.95, "too long"),
        (1.0, "back and forth"),
        (1.05, "away"),
    ] {
        let path: Vec<f64> = (0..=20).scan(1.0, |x, _| Some(std::mem::replace(x, *x - rate * 2.0 * *x))).collect();
        run.say(format!(
            "  rate {rate:<5}  x = {:7.3} {:7.3} {:7.3} {:7.3} ... {:8.4} after 20 steps: {what}",
            path[0], path[1], path[2], path[3], path[20]
        ));
    }
}

/// M8: noise-free descent comes to rest on a saddle.
fn the_lowest_point(run: &mut Run) {
    run.heading("The lowest point");
    let mut rng = run.rng();
    let path = descend([1.2, 1.2], 0.1, run.epochs(), Noise::none(), &mut rng);
    let end = path[path.len() - 1];
    run.say(format!(
        "  from (1.2, 1.2), {} steps without noise: ({:.4}, {:.4}), L = {:.4}",
        path.len() - 1,
        end[0],
        end[1],
        surface_at(end)
    ));
    let h = hessian(surface, &end);
    let [low, high] = [h[[0, 0]] - h[[0, 1]].abs(), h[[0, 0]] + h[[0, 1]].abs()];
    run.say(format!("  the check: curvature {low:.1} along one diagonal, {high:.1} along the other. A saddle"));
    let aside = surface_at([end[0] + 0.1, end[1] - 0.1]);
    run.say(format!("  and a step aside, to (0.1, -0.1), is lower: L = {aside:.4}"));
    run.result("rest", json!({ "at": end, "curvatures": [low, high] }));
    if run.is_full() {
        run.compare("where descent rests, w1", end[0], "(0, 0), \"the lowest point\"", -1e-3, 1e-3);
        run.compare("smallest curvature there", low, "-0.7: a saddle", -0.701, -0.699);
        run.compare("largest curvature there", high, "4.7", 4.699, 4.701);
    }
}

/// A thousand noisy walks, each followed by quiet descent to see into which hollow it had come.
fn stumbling(run: &mut Run) {
    run.heading("A thousand noisy walks");
    let mut rng = run.rng();
    let (mut right, mut left, mut stayed, mut lowest) = (0, 0, 0, [0.0; 2]);
    for _ in 0..1000 {
        let path = descend([1.2, 1.2], 0.1, run.epochs(), Noise::normal(0.25), &mut rng);
        let quiet = descend(path[path.len() - 1], 0.1, 400, Noise::none(), &mut rng);
        let end = quiet[quiet.len() - 1];
        match end[0] {
            w1 if w1 > 0.1 => (right, lowest) = (right + 1, end),
            w1 if w1 < -0.1 => left += 1,
            _ => stayed += 1,
        }
    }
    run.say(format!(
        "  {right} end at ({:.3}, {:.3}), L = {:.4}; {left} at the mirror image; {stayed} on the saddle",
        lowest[0],
        lowest[1],
        surface_at(lowest)
    ));
    let slopes = jacobian_by_rows(surface, &lowest);
    run.result(
        "noisy",
        json!({ "right": right, "left": left, "stayed": stayed, "minimum": lowest, "value": surface_at(lowest) }),
    );
    if run.is_full() {
        run.compare("share of noisy walks to one side", f64::from(right) / 1000.0, "half to each side", 0.45, 0.55);
        run.compare("minimum, w1", lowest[0], "0.217", 0.2165, 0.2175);
        run.compare("minimum, w2", lowest[1], "-0.217", -0.2175, -0.2165);
        run.compare("minimum, L", surface_at(lowest), "-0.0160", -0.01605, -0.01595);
        run.compare("gradient there", slopes.iter().fold(0.0, |most: f64, x| most.max(x.abs())), "0", 0.0, 1e-9);
    }
}

/// M24: a component of the gradient says what a change of the weight would do; what the weight does is w a.
fn what_a_component_says(run: &mut Run) {
    run.heading("3.2 and 0.1");
    let tape = Tape::<f64>::new();
    let w = tape.var([0.05, 2.0]).named("w");
    let a = tape.input([3.2, 0.1]).named("a");
    let z = (w * a).sum().named("z");
    let gradient = z.backward().wrt(w).value();
    let does = (w * a).value();
    run.say("             w        a     w a   gradient   z after w + 0.01");
    for i in 0..2 {
        let nudged = z.item() + 0.01 * gradient[i];
        run.say(format!(
            "  weight {i} {:>5.2} {:>8.1} {:>7.2} {:>10.1} {nudged:>12.3}  (was {:.2})",
            w.value()[i],
            a.value()[i],
            does[i],
            gradient[i],
            z.item()
        ));
    }
    run.result("components", json!({ "ratio": gradient[0] / gradient[1], "does": [does[0], does[1]] }));
    run.compare(
        "components, the first over the second",
        gradient[0] / gradient[1],
        "3.2 / 0.1 = 32 times",
        31.99,
        32.01,
    );
    run.compare("what the weights do, first over second", does[0] / does[1], "not told", 0.799, 0.801);
}

/// N6: one pass over 10,000 digits, in one step or in a thousand.
fn batches(run: &mut Run) -> Result {
    run.heading("One pass over 10,000 digits");
    let pass = one_pass(run)?;
    for (size, steps, accuracy) in &pass.by_size {
        run.say(format!(
            "  batches of {size:>6}: {steps:>5} steps, {:.1}% of the test digits read right",
            100.0 * accuracy
        ));
    }
    run.say(format!(
        "  the mean of the gradients of all batches of ten, and the gradient of all: apart by {:.0e}",
        pass.apart
    ));
    run.say(format!("  one batch of ten points {:.0} degrees away from the gradient of all, as a rule", pass.angle));
    run.result("batches", json!({ "accuracies": pass.by_size.iter().map(|(_, _, accuracy)| *accuracy).collect::<Vec<_>>(), "apart": pass.apart, "angle": pass.angle }));
    run.compare("mean of the batches' gradients, apart", pass.apart, "the full gradient", 0.0, 1e-12);
    Ok(())
}
