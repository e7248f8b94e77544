//! Chapter 7. Downhill, step by step: what a gradient is, how long a step may be, and what noise is good for.

mod digits;
mod figures;
pub mod judge;
mod saddle;
pub mod walk;

use digits::batches;
use figures::DRAWN;
use frame::Origin::{Printed, Theory};
use frame::{Chapter, Result, Run};
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use saddle::{stumbling, the_lowest_point};
use serde_json::json;
use std::f64::consts::TAU;
use walk::{curve, curve_slope, descend_curve, height, surface};

pub const CHAPTER: Chapter = Chapter {
    slug: "07_descent",
    title: "Descent",
    sources: frame::sources!["chapter.rs", "digits.rs", "figures.rs", "saddle.rs", "walk.rs"],
    question: "L(w1, w2) = w1² + w2² + 0.3 sin(3 w1) sin(3 w2). Start at (1.2, 1.2) and go 0.1 times the gradient downhill, again and again, \
               until nothing moves any more. Is that the lowest point? And would it help to stumble a little in a random direction at each step?",
    time: "2 s",
    answer: "no: it stops at (0, 0), where the surface bends down ({rest.curvatures.0:1}) in one direction and up \
             ({rest.curvatures.1:1}) in the other. Of 1,000 runs that stumble, {noisy.stayed} stay there.",
    epochs: 60,
    full_epochs: 60,
    options: &[],
    fooled: "The gradient went to 0, the path came to rest, and contours that are too coarse show a hollow around the place. \
             It seems to be the lowest point, but it is a saddle. A path of descent that was drawn by hand climbed in its last \
             steps, and nobody checked its height. And 3.2 beside 0.1 looks like an important weight beside an unimportant \
             one; they are slopes, and a slope says what a change of the weight would do, not what the weight does.",
    exercise: "tutorials/ch07_descent/exercise.rs: mend both figures: steps that go downhill, and a test \
               that names level places. Then: cargo run --release -- exercises watch ch07",
    next: "cargo run --release -- ch08",
};

pub fn run(run: &mut Run) -> Result {
    of_all_directions(run)?;
    drawn_by_hand(run)?;
    how_long_a_step(run);
    the_lowest_point(run)?;
    stumbling(run);
    what_a_component_says(run);
    batches(run)
}

/// D7: of all directions, the gradient is the one in which the ground rises most.
fn of_all_directions(run: &mut Run) -> Result {
    run.heading("Of 360 directions");
    let at = [0.8, -0.4];
    // ANCHOR: gradient
    let tape = Tape::<f64>::new();
    let w = [tape.var(at[0]).named("w1"), tape.var(at[1]).named("w2")];
    let gradients = surface(&w).named("L").backward();
    let [g1, g2] = w.map(|w| gradients.wrt(w).item());
    // ANCHOR_END: gradient
    let rise = |degrees: u32| {
        let (sin, cos) = (f64::from(degrees) * TAU / 360.0).sin_cos();
        (height([at[0] + 1e-6 * cos, at[1] + 1e-6 * sin]) - height(at)) / 1e-6
    };
    let by_rise = |&a: &u32, &b: &u32| rise(a).total_cmp(&rise(b));
    let (up, down) = ((0..360).max_by(by_rise).unwrap_or(0), (0..360).min_by(by_rise).unwrap_or(0));
    let (length, towards) = (g1.hypot(g2), g2.atan2(g1).to_degrees().rem_euclid(360.0));
    run.say(format!("  the gradient      ({g1:.4}, {g2:.4}): length {length:.4}, towards {towards:.1} degrees"));
    for (what, degrees) in [("tried: most up", up), ("tried: most down", down), ("tried: across", (up + 90) % 360)] {
        run.say(format!("  {what:17} {:+.4} per unit, towards {degrees} degrees", rise(degrees)));
    }
    run.result("steepest", json!({ "gradient_towards": towards, "up": up, "down": down }));
    run.compare("steepest direction tried, minus the gradient's", f64::from(up) - towards, Theory, "0", -0.5, 0.5);
    run.compare("steepest rise tried, minus its length", rise(up) - length, Theory, "0", -1e-3, 1e-3);
    run.draw("tape", &tape, &DrawOptions::new().title("The surface as a graph: each weight is used three times"))
}

/// M9: the end of the source's path on x² + 0.5 sin 3x, and a path that asks for its slope.
fn drawn_by_hand(run: &mut Run) -> Result {
    run.heading("A path drawn by hand");
    run.say("      x      f(x)    slope   the next step");
    for (i, &x) in DRAWN.iter().enumerate() {
        let next = DRAWN.get(i + 1).map_or(String::new(), |next| {
            let downhill = (next - x) * curve_slope(x) < 0.0;
            format!("   to {next}: {}", if downhill { "downhill" } else { "UPHILL" })
        });
        run.say(format!("  {x:>5} {:>9.3} {:>8.3}{next}", curve(x), curve_slope(x)));
    }
    let wrong = DRAWN.windows(2).filter(|pair| (pair[1] - pair[0]) * curve_slope(pair[0]) > 0.0).count();
    let path = descend_curve(2.0, 0.1, 60);
    let shown: Vec<String> = path[..8].iter().map(|x| format!("{x:.3}")).collect();
    let end = path[path.len() - 1];
    run.say(format!("By descent from 2, rate 0.1: {} ... {end:.3}, where f = {:.3}", shown.join(" "), curve(end)));
    run.result(
        "curve",
        json!({ "minimum": end, "value": curve(end), "drawn": DRAWN.map(curve), "wrong_steps": wrong }),
    );
    run.compare("x² + 0.5 sin 3x is lowest at", end, Theory, "-0.358, where 2x + 1.5 cos 3x = 0", -0.3585, -0.3575);
    run.compare("its value there", curve(end), Theory, "-0.311", -0.3115, -0.3105);
    run.plot("curves", &figures::curves(&path[..24]))
}

/// D8: the learning rate on x², where every step multiplies x by 1 - 2 rate.
fn how_long_a_step(run: &mut Run) {
    run.heading("How long a step");
    let rates =
        [(0.001, "too short"), (0.1, "good"), (0.5, "lucky"), (0.95, "too long"), (1.0, "for ever"), (1.05, "away")];
    for (rate, what) in rates {
        let path: Vec<f64> = std::iter::successors(Some(1.0), |x| Some(x - rate * 2.0 * x)).take(21).collect();
        let first: String = path[..4].iter().map(|x| format!("{x:>8.3}")).collect();
        run.say(format!("  rate {rate:<5}  x ={first} ... {:>7.3} after 20 steps: {what}", path[20]));
    }
}

/// M24: a component of the gradient says what a change of the weight would do; what the weight does is w a.
fn what_a_component_says(run: &mut Run) {
    run.heading("3.2 and 0.1");
    // ANCHOR: component
    let tape = Tape::<f64>::new();
    let w = tape.var([0.05, 2.0]).named("w");
    let a = tape.input([3.2, 0.1]).named("a");
    let z = (w * a).sum().named("z");
    let gradient = z.backward().wrt(w).value();
    // ANCHOR_END: component
    let does = (w * a).value();
    run.say("              w       a   what it does: w a   gradient   z if it grows by 0.01");
    for i in 0..2 {
        let (w, a, nudged) = (w.value()[i], a.value()[i], z.item() + 0.01 * gradient[i]);
        run.say(format!("  w{} {w:>12.2} {a:>7.1} {:>19.2} {:>10.1} {nudged:>22.3}", i + 1, does[i], gradient[i]));
    }
    run.say(format!("  z is {:.3} before", z.item()));
    run.result("components", json!({ "ratio": gradient[0] / gradient[1], "does": [does[0], does[1]] }));
    run.compare(
        "components, first over second",
        gradient[0] / gradient[1],
        Printed("B11"),
        "3.2 / 0.1: 32 times",
        31.99,
        32.01,
    );
    run.compare("what the weights do, first over second", does[0] / does[1], Theory, "0.16 / 0.20 = 0.8", 0.799, 0.801);
}
