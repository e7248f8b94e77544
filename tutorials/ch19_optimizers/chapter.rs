//! Chapter 19. The same gradient, other paths: descent, momentum, RMSProp and Adam in a ravine, and on digits.

mod digits;
pub mod judge;
mod ravine;

use digits::{RATES, Race};
use frame::Origin::Theory;
use frame::{Chapter, Chart, Panels, Result, Run};
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use ravine::{Path, Ravine, STEPS, WAYS};
use serde_json::json;

pub const CHAPTER: Chapter = Chapter {
    slug: "19_optimizers",
    title: "Optimizers",
    sources: frame::sources!["chapter.rs", "digits.rs", "ravine.rs"],
    question: "A ravine: f = (x² + 40 y²) / 2, forty times as steep across as along. Descent, momentum, RMSProp and Adam get the same \
               gradient and turn it into different steps. Which one reaches the bottom first, if each may choose its rate? Which of \
               them changes its path if the ravine is turned by 45 degrees? And which one if the loss is measured in thousandths?",
    time: "10 s",
    answer: "steps to the bottom: descent {ravine.0.along}, momentum {ravine.1.along}, \
             RMSProp {ravine.3.along}, Adam {ravine.4.along}. Turning the ravine changes the \
             paths of RMSProp and Adam; another unit of the loss changes those of the others.",
    epochs: 600,
    full_epochs: 600,
    options: &[],
    fooled: "A race at one rate for all. The rate of descent is a length per slope, the rate of Adam is a length: \
             at a rate that suits one the others look bad, and any of them can be made to win. And a ravine along \
             an axis, which every textbook draws: RMSProp and Adam scale each axis by itself, which helps in such \
             a ravine, but not in one that lies across the axes. Give each its best rate, and turn the problem.",
    exercise: "tutorials/ch19_optimizers/exercise.rs: write the step of RMSProp. Then: cargo run --release -- exercises watch ch19",
    next: "cargo run --release -- ch20",
};

const ALONG: Ravine = Ravine { degrees: 0.0, unit: 1.0 };
const TURNED: Ravine = Ravine { degrees: 45.0, unit: 1.0 };
const THOUSANDTHS: Ravine = Ravine { degrees: 0.0, unit: 1000.0 };

pub fn run(run: &mut Run) -> Result {
    the_first_step(run)?;
    to_the_bottom(run)?;
    never_at_rest(run)?;
    on_digits(run)?;
    let tape = Tape::<f64>::new();
    let w = tape.var([-4.0, 1.0]).named("w");
    ALONG.record(w).named("f").backward();
    run.draw("ravine", &tape, &DrawOptions::new().title("All of them are given this gradient"))
}

/// The first step of each optimizer from the same gradient.
fn the_first_step(run: &mut Run) -> Result {
    run.heading("The first step");
    const RATE: f64 = 0.01;
    run.say("  at (-4, 1) the gradient is (-4, 40); one step at rate 0.01:");
    let mut steps = Vec::new();
    for (name, walk) in WAYS {
        let path = walk(RATE, &ALONG, 1)?;
        let [x, y] = [0, 1].map(|axis| path[1][axis] - path[0][axis]);
        run.say(format!("  {name:10}   along {x:+.4}   across {y:+.4}"));
        steps.push([x, y]);
    }
    run.compare("RMSProp's first step, in rates", steps[3][0] / RATE, Theory, "1/√(1 - 0.9) = 3.162", 3.162, 3.163);
    run.compare("Adam's first step, in rates", steps[4][0] / RATE, Theory, "1", 0.999, 1.001);
    Ok(())
}

/// Each with the rate at which it reaches the bottom first.
fn to_the_bottom(run: &mut Run) -> Result {
    run.heading("To the bottom");
    run.say("  steps until f stays below 0.001, at the best of ten rates; and with this rate");
    run.say("               rate   steps   turned by 45°   loss in thousandths");
    let mut found = Vec::new();
    for (name, walk) in WAYS {
        let tries = RAVINE_RATES.map(|rate| (walk(rate, &ALONG, STEPS).map(|path| ALONG.arrival(&path)), rate));
        let mut soonest = (STEPS + 1, 0.0);
        for (steps, rate) in tries {
            let steps = steps?.unwrap_or(STEPS + 1);
            soonest = if steps < soonest.0 { (steps, rate) } else { soonest };
        }
        let (steps, rate) = soonest;
        let turned = TURNED.arrival(&walk(rate, &TURNED, STEPS)?);
        let thousandths = THOUSANDTHS.arrival(&walk(rate, &THOUSANDTHS, STEPS)?);
        let shown = |steps: Option<usize>| steps.map_or("never".to_owned(), |steps| steps.to_string());
        run.say(format!("  {name:10} {rate:>6}  {steps:>6}  {:>14}  {:>20}", shown(turned), shown(thousandths)));
        found.push(json!({ "way": name, "rate": rate, "along": steps, "turned": turned, "thousandths": thousandths }));
    }
    run.result("ravine", found);
    draw_paths(run)
}

/// The rates that are tried in the ravine.
const RAVINE_RATES: [f64; 10] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// Rates at which the paths are drawn: each at its best, but for RMSProp, whose best steps are too short to be seen.
const DRAWN: [f64; 5] = [0.02, 0.01, 0.02, 0.1, 0.5];

fn draw_paths(run: &mut Run) -> Result {
    let map_of = |way: usize, rate: f64, ravine: &Ravine, steps: usize| -> Result<Chart<'static>> {
        let (name, walk) = WAYS[way];
        Ok(map(&format!("{name}, rate {rate}"), ravine, &walk(rate, ravine, steps)?))
    };
    let mut along = Panels::new(2).panel(map_of(0, DRAWN[0], &ALONG, 40)?).panel(map_of(0, 0.0505, &ALONG, 24)?);
    for (way, &rate) in DRAWN.iter().enumerate().skip(1) {
        along = along.panel(map_of(way, rate, &ALONG, 50)?);
    }
    let turned = Panels::new(2).panel(map_of(3, DRAWN[3], &TURNED, 50)?).panel(map_of(4, DRAWN[4], &TURNED, 50)?);
    run.plot("paths", &along)?;
    run.plot("turned", &turned)
}

/// A path on the map of its ravine.
fn map(title: &str, ravine: &Ravine, path: &Path) -> Chart<'static> {
    let places: Vec<(f64, f64)> = path.iter().map(|&[x, y]| (x, y)).collect();
    let ravine = *ravine;
    let reach = if ravine.degrees == 0.0 { 1.6 } else { 4.5 };
    Chart::new("x", "y")
        .title(title)
        .size(360.0, 260.0)
        .x_range(-4.6, 1.6)
        .y_range(-reach, reach)
        .contours("f", move |x, y| ravine.height([x, y]))
        .levels(&[0.5, 2.0, 5.0, 10.0, 20.0, 40.0])
        .path("", &places)
}

/// An optimizer whose steps are always about as long as the rate never settles.
fn never_at_rest(run: &mut Run) -> Result {
    run.heading("After a thousand steps");
    const RATE: f64 = 0.02;
    run.say(format!("  at rate {RATE}:   f after 1,000 steps   length of the last step"));
    let mut rests = Vec::new();
    for (name, walk) in WAYS {
        let path = walk(RATE, &ALONG, STEPS)?;
        let [from, to] = [path[STEPS - 1], path[STEPS]];
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        run.say(format!("  {name:15} {:>20.0e}   {length:.0e}", ALONG.height(to)));
        rests.push(ALONG.height(to));
    }
    run.result("f_after_1000_steps", rests);
    Ok(())
}

/// The same race on real digits, at each of several rates.
fn on_digits(run: &mut Run) -> Result {
    run.heading("On digits");
    let race = Race::new(run)?;
    let accuracies = race.all(run)?;
    let rates: Vec<String> = RATES.iter().map(|rate| format!("{rate:>7}")).collect();
    run.say(format!(
        "  test digits read (%) after {} steps on {} digits each, at rate",
        run.epochs(),
        digits::BATCH_SIZE
    ));
    run.say(format!("             {}     the best", rates.join("")));
    let shown = |accuracy: f64| match accuracy {
        half if half < 0.5 => format!("{:>7}", "< 50"), // how far below is chaos
        _ => format!("{:>7.1}", 100.0 * accuracy),
    };
    let mut bests = Vec::new();
    for ((name, _), row) in digits::WAYS.iter().zip(&accuracies) {
        let cells: Vec<String> = row.iter().map(|&accuracy| shown(accuracy)).collect();
        let best = row.iter().copied().fold(0.0, f64::max);
        run.say(format!("  {name:10} {}      {:>5.1}", cells.join(""), 100.0 * best));
        bests.push(best);
    }
    let at = |way: usize, rate: usize| 100.0 * accuracies[way][rate];
    run.say("");
    run.say(format!("  at rate {}: Adam reads {:.1}%, descent {:.1}%", RATES[1], at(4, 1), at(0, 1)));
    run.say(format!("  at rate {}: descent reads {:.1}%, Adam under half", RATES[6], at(0, 6)));
    run.result("digits", json!({ "rates": RATES, "accuracy": accuracies, "best": bests }));
    let spread = bests.iter().copied().fold(0.0, f64::max) - bests.iter().copied().fold(1.0, f64::min);
    run.say(format!("  at its own best rate each reads nearly the same: the spread is {:.1} points", 100.0 * spread));
    let mut chart = Chart::new("rate", "test digits read (%)").log_x().y_range(50.0, 100.0);
    for ((name, _), row) in digits::WAYS.iter().zip(&accuracies) {
        let points: Vec<(f64, f64)> = RATES.iter().copied().zip(row.iter().map(|accuracy| 100.0 * accuracy)).collect();
        chart = chart.line(name, &points);
    }
    run.plot("rates", &chart)
}
