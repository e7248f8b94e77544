//! Chapter 4. Four ways to bend, how steep each is, and what becomes of a slope behind five of them.

mod figures;
pub mod judge;

use frame::Origin::{Printed, Rerun, Theory};
use frame::{Chapter, Result, Run};
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use ndarray::{Array1, ArrayD, Axis, arr1, arr2};
use serde_json::json;

pub const CHAPTER: Chapter = Chapter {
    slug: "04_activations",
    title: "Activations",
    sources: frame::sources!["chapter.rs", "figures.rs"],
    question: "A sigmoid turns any number into one between 0 and 1. How steep is it where it is steepest? Put five \
               in a row, each at its steepest, and nudge the input by 1: by how much does the output move? And \
               take a plot of `the softmax` over a grid of 100 points: how does it change when the grid has 1,000?",
    time: "1 s",
    answer: "at its steepest {sigmoid.steepest}, and five in a row pass on {behind_sigmoids.4} of a nudge. The softmax \
             becomes ten times lower: its peak falls from {grid_peaks.0} to {grid_peaks.1}.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "The plot of a softmax looks like an exponential and has a softmax's name in its title. It is a distribution over the points \
             of the grid: a finer grid makes it lower, and no curve of a function does that. The same slip along the other axis of a \
             batch gives numbers that sum to 1 as well, down the column instead of along the row; you notice only when you take a sample \
             out of the batch. And a sigmoid that has learnt well is flat: a unit that looks sure of itself has stopped learning.",
    exercise: "tutorials/ch04_activations/exercise.rs: write the vjp of tanh. Then: \
               cargo run --release -- exercises watch ch04",
    next: "cargo run --release -- ch05",
};

type Bend = for<'t> fn(Var<'t, f64>) -> Var<'t, f64>;

const BENDS: [(&str, Bend); 3] = [("sigmoid", |z| z.sigmoid()), ("tanh", |z| z.tanh()), ("relu", |z| z.relu())];

pub fn run(run: &mut Run) -> Result {
    values_and_slopes(run)?;
    steepest_and_flat(run);
    five_in_a_row(run)?;
    a_softmax_is_no_curve(run)?;
    the_wrong_axis(run);
    large_numbers(run);
    Ok(())
}

/// A bend and its slope at each of these points. A point's value depends on that point alone, so the slopes of the sum are those of the curve.
fn curve(bend: Bend, points: &Array1<f64>) -> (ArrayD<f64>, ArrayD<f64>) {
    // ANCHOR: curve
    let tape = Tape::new();
    let z = tape.var(points);
    let a = bend(z);
    let slopes = a.sum().backward().wrt(z);
    // ANCHOR_END: curve
    (a.value(), slopes.value())
}

fn values_and_slopes(run: &mut Run) -> Result {
    run.heading("Values and slopes");
    let points = arr1(&[-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0]);
    let row = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| format!("{x:>8.4}")).collect::<String>();
    run.say(format!("  {:10}{}", "z", row(&mut points.iter().copied())));
    for (name, bend) in BENDS {
        let (values, slopes) = curve(bend, &points);
        run.say(format!("  {name:10}{}", row(&mut values.into_iter())));
        run.say(format!("  {:>9} {}", "slope", row(&mut slopes.into_iter())));
    }
    run.plot("slopes", &figures::slopes())
}

/// Where each bend is steepest, and from where on it is too flat to learn by.
fn steepest_and_flat(run: &mut Run) {
    run.heading("How steep, and how soon flat");
    let points = Array1::linspace(-10.0, 10.0, 20_001);
    for (name, bend) in BENDS {
        let (_, slopes) = curve(bend, &points);
        let mut steepest = (points[0], 0.0);
        for (&z, &slope) in points.iter().zip(&slopes) {
            steepest = if slope > steepest.1 { (z, slope) } else { steepest };
        }
        let flat = points.iter().zip(&slopes).filter(|(z, slope)| **z > 0.0 && **slope < 0.01).map(|(z, _)| *z).next();
        let from = flat.map_or("nowhere".to_owned(), |z| format!("from z = {z:.2} on"));
        run.say(format!(
            "  {name:8} steepest {} at z = {:.3}; slope below 0.01 to the right: {from}",
            steepest.1, steepest.0
        ));
        run.result(name, json!({ "steepest": steepest.1, "at": steepest.0, "flat_from": flat }));
        if name == "sigmoid" {
            run.compare("sigmoid, largest slope", steepest.1, Printed("N22"), "0.25", 0.25, 0.25);
            run.compare("sigmoid, where", steepest.0, Theory, "0", -1e-9, 1e-9);
        }
    }
}

/// Units of one input and one output, one behind the other. A bias of -a(0) puts each where it is steepest.
fn five_in_a_row(run: &mut Run) -> Result {
    run.heading("Five in a row, each at its steepest");
    run.say("  units     sigmoid        tanh");
    let mut shares = Vec::new();
    for units in 1..=5 {
        let [sigmoid, tanh] = [BENDS[0], BENDS[1]].map(|(_, bend)| chain(&Tape::new(), bend, units));
        run.say(format!("  {units:>5} {sigmoid:>11.7} {tanh:>11.7}"));
        shares.push(sigmoid);
    }
    run.result("behind_sigmoids", shares.clone());
    run.compare("slope behind five sigmoids", shares[4], Theory, "0.25^5 = 9.8e-4", 0.25_f64.powi(5), 0.25_f64.powi(5));
    let tape = Tape::new();
    chain(&tape, BENDS[0].1, 5);
    run.draw(
        "tape",
        &tape,
        &DrawOptions::new().title("Five sigmoids: from right to left the gradient falls by four each time"),
    )
}

/// The slope of the last unit's output with respect to the input.
fn chain(tape: &Tape<f64>, bend: Bend, units: usize) -> f64 {
    let at_rest = bend(Tape::new().input(0.0)).item();
    let x = tape.var(0.0).named("x");
    let mut a = x;
    for layer in 1..=units {
        let _scope = tape.scope(&format!("unit{layer}"));
        a = bend(if layer == 1 { x } else { a - at_rest }).named("a");
    }
    a.backward().wrt(x).item()
}

fn softmax_of(numbers: &[f64]) -> ArrayD<f64> {
    Tape::new().input(numbers).softmax(0).value()
}

/// M13: what the source plots as "softmax" is one softmax of all points of its grid.
fn a_softmax_is_no_curve(run: &mut Run) -> Result {
    run.heading("A softmax over a grid");
    let mut peaks = Vec::new();
    for points in [100, 1000] {
        let grid = Array1::linspace(-5.0, 5.0, points).to_vec();
        let distribution = softmax_of(&grid);
        peaks.push(distribution[points - 1]);
        run.say(format!(
            "  {points:>5} points: at z = 5 it says {:.3}, in all they sum to {:.3}",
            peaks[peaks.len() - 1],
            distribution.sum()
        ));
    }
    run.explain("A function of z has one value at z = 5, however many points are drawn. So here is one: three scores, of which the first is z and the others 0.");
    for z in [-5.0, 0.0, 5.0] {
        run.say(format!(
            "  z = {z:>2}: {:.4}   (and of two scores, z and 0: {:.4}; sigmoid {:.4})",
            softmax_of(&[z, 0.0, 0.0])[0],
            softmax_of(&[z, 0.0])[0],
            Scalar::sigmoid(z)
        ));
    }
    run.result("grid_peaks", peaks.clone());
    run.compare("peak of a softmax over 100 points", peaks[0], Rerun("P3"), "0.096", 0.0955, 0.0965);
    run.compare(
        "peak of a softmax over 1,000 points",
        peaks[1],
        Rerun("P3"),
        "0.010, with 1,000 points",
        0.0095,
        0.0105,
    );
    run.plot("as_the_source", &figures::as_the_source())?;
    run.plot("softmax", &figures::softmax_mended())
}

/// M13: along the wrong axis of a batch.
fn the_wrong_axis(run: &mut Run) {
    run.heading("The wrong axis");
    let batch = arr2(&[[1.0, 2.0, 3.0], [3.0, 1.0, 1.0]]);
    let first_alone = batch.slice_axis(Axis(0), (0..1).into()).to_owned();
    let mut moved = Vec::new();
    for axis in [0, 1] {
        let tape = Tape::<f64>::new();
        let [both, alone] = [&batch, &first_alone].map(|x| tape.input(x).softmax(axis).value());
        let show =
            |numbers: &ArrayD<f64>| numbers.iter().take(3).map(|p| format!("{p:.3}")).collect::<Vec<_>>().join(" ");
        run.say(format!(
            "  axis {axis}: sample 1 is given {}, in a batch with sample 2; {} alone",
            show(&both),
            show(&alone)
        ));
        moved.push(both.iter().zip(&alone).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max));
    }
    run.result("moved_by_another_sample", moved.clone());
    run.compare(
        "axis 0: another sample moves this one by",
        moved[0],
        Theory,
        "1 / (1 + e^-2) = 0.8808",
        0.8807,
        0.8809,
    );
    run.compare("axis 1: the same", moved[1], Theory, "0", 0.0, 0.0);
}

/// e^1000 is too large for any kind of number; a softmax does not need it.
fn large_numbers(run: &mut Run) {
    run.heading("Large scores");
    let scores = [1000.0, 1001.0, 1002.0];
    // ANCHOR: naive
    let naive = scores.map(|x: f64| x.exp() / scores.iter().map(|x| x.exp()).sum::<f64>());
    // ANCHOR_END: naive
    // ANCHOR: shifted
    let largest = scores.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = scores.iter().map(|x| (x - largest).exp()).sum();
    let shifted = scores.map(|x| (x - largest).exp() / sum);
    // ANCHOR_END: shifted
    run.say(format!("  as the formula says      {naive:?}"));
    run.say(format!("  the largest subtracted   {shifted:.4?}"));
    run.say(format!("  the library's            {:.4}", softmax_of(&scores)));
    let apart = shifted.iter().zip(&softmax_of(&scores)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    run.result("naive_is_a_number", naive.iter().all(|p| p.is_finite()));
    run.compare("shifted softmax and the library's, apart", apart, Theory, "0", 0.0, 1e-15);
}
