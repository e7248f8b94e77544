//! Chapter 5. A loss is the one number that training looks at. Three of them are called MSE, and the one we care about is flat.

mod figures;
mod flat;
pub mod judge;

use flat::nudge_weights;
use frame::Origin::{Ours, Rerun, Theory};
use frame::{Chapter, Result, Run};
use gradus::draw::DrawOptions;
use gradus::ops::{self, losses::MeanSquaredError};
use gradus::prelude::*;
use gradus::{Op, Scalar, Shape};
use ndarray::{Array1, Array2};
use rand::RngExt;
use serde_json::json;

pub const CHAPTER: Chapter = Chapter {
    slug: "05_losses",
    title: "Losses",
    sources: frame::sources!["chapter.rs", "figures.rs", "flat.rs"],
    question: "Three programs compute `the mean squared error` of a net with ten outputs. By how much do their \
               gradients differ? And if accuracy is what we want, why not follow its slope directly? Nudge one of the \
               7,850 weights of a net that reads 1,000 digits: in how many cases out of ten does the accuracy change?",
    time: "2 s",
    answer: "by factors of {ratios.0}, {ratios.1} and {ratios.2}. The accuracy changed in {flat.accuracy_moved} of \
             {flat.nudged} cases.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "Each of the three squared errors is right, and a rate that was found with one is five times too small for the next. A curve labelled \
             `class 0` had its lowest point at a third, though a sure and right answer should not cost more than an unsure one. A clip \
             of 1e-12 guards a logarithm in sixteen digits and does nothing at all in seven. And an epsilon inside a logarithm made a loss \
             negative, by so little that it reads as 0.",
    exercise: "tutorials/ch05_losses/exercise.rs: build Huber's loss, which an outlier cannot drag along. Then: \
               cargo run --release -- exercises watch ch05",
    next: "cargo run --release -- ch06",
};

pub fn run(run: &mut Run) -> Result {
    three_squares(run);
    half_for_the_slope(run)?;
    one_prediction(run)?;
    the_broken_plots(run)?;
    ten_scores(run);
    accuracy_is_flat(run)
}

type Loss = for<'t> fn(Var<'t, f64>, Var<'t, f64>) -> Var<'t, f64>;

/// M17: three formulas, one name.
fn three_squares(run: &mut Run) {
    run.heading("Three losses that are called MSE");
    // ANCHOR: three
    let losses: [(&str, Loss); 3] = [
        ("1/(2n) Σ |a - y|²", |a, y| a.quadratic_cost(y)),
        ("mean over all elements", |a, y| a.mean_squared_error(y)),
        ("Σ (a - y)² per sample", |a, y| (a - y).pow(2.0).sum() * (1.0 / a.shape()[0] as f64)),
    ];
    // ANCHOR_END: three
    let mut rng = run.rng();
    let outputs = Array2::from_shape_simple_fn((4, 10), || rng.random_range(0.0..1.0));
    let one_hot = Array2::from_shape_fn((4, 10), |(sample, class)| f64::from(class == 2 * sample));
    let slopes = losses.map(|(name, loss)| {
        let tape = Tape::new();
        let a = tape.var(&outputs);
        let value = loss(a, tape.input(&one_hot));
        let slope = value.backward().wrt(a).value()[[0, 0]];
        run.say(format!("  {name:24} loss {:.4}   slope of the first output {slope:+.6}", value.item()));
        slope
    });
    let ratios = [slopes[0] / slopes[1], slopes[2] / slopes[0], slopes[2] / slopes[1]];
    run.say(format!(
        "  The first pulls {:.0} times as hard as the second, the third {:.0} times as hard as the first.",
        ratios[0], ratios[1]
    ));
    run.result("ratios", ratios.to_vec());
    run.compare("1/(2n) against the mean, ten outputs", ratios[0], Theory, "10 / 2 = 5", 4.999, 5.001);
}

/// N20: the quadratic cost of a neuron with one output is the half mean squared error of linear regression.
fn half_for_the_slope(run: &mut Run) -> Result {
    run.heading("The same as in linear regression");
    let (x, y) = (Array1::linspace(-1.0, 1.0, 5), Array1::from(vec![0.1, 0.4, 1.1, 1.4, 2.2]));
    let tape = Tape::<f64>::new();
    let w = tape.var(0.7).named("w");
    let b = tape.var(0.2).named("b");
    let a = (w * tape.input(&x).named("x") + b).named("a");
    let loss = a.quadratic_cost(tape.input(&y).named("y")).named("C");
    let slope = loss.backward().wrt(w).item();
    let errors = x.mapv(|x| 0.7 * x + 0.2) - &y;
    let (half, by_hand) = (errors.mapv(|e| e * e).sum() / 10.0, (&errors * &x).sum() / 5.0);
    run.say(format!("  C = {:.6} on the tape, half the mean squared error {half:.6}", loss.item()));
    run.say(format!("  dC/dw = {slope:.6} on the tape, the mean of (a - y) x {by_hand:.6}: no factor 2 is left"));
    run.compare("dC/dw, tape minus mean of (a - y) x", slope - by_hand, Theory, "0: the 1/2 cancels", -1e-15, 1e-15);
    run.draw("tape", &tape, &DrawOptions::new().title("Linear regression: the gradient at a is (a - y) / n"))
}

/// For one prediction whose truth is 1.
const SQUARED_AND_CROSS: [(&str, Loss); 2] =
    [("(p - 1)² / 2", |p, t| (p - t).pow(2.0).sum() * 0.5), ("-ln p", |p, _| -p.ln().sum())];

/// What a prediction p costs when the truth is 1, and how hard it is pulled.
fn one_prediction(run: &mut Run) -> Result {
    run.heading("What one prediction costs");
    run.say("  the truth is 1, the net says p    loss    slope");
    for (name, loss) in SQUARED_AND_CROSS {
        for p in [0.01, 0.5, 0.99] {
            let tape = Tape::new();
            let p = tape.var([p]);
            let cost = loss(p, tape.input([1.0]));
            run.say(format!(
                "  {name:14} p = {:.2} {:>16.4} {:>8.2}",
                p.item(),
                cost.item(),
                cost.backward().wrt(p).item()
            ));
        }
    }
    run.plot("losses", &figures::losses())
}

/// M14: what is wrong with plots of losses, the source's and a tempting version, and the checks that find it.
fn the_broken_plots(run: &mut Run) -> Result {
    run.heading("One number is no curve");
    let shapes = [100, 1].map(|length| Shape::new(&[length]));
    let refusal = Op::<f64>::shape(&ops::Loss(MeanSquaredError), &shapes).err().unwrap_or_default();
    run.say(format!(
        "  A tempting version: 100 predictions, one truth, in one call. The library refuses:\n  {refusal}"
    ));

    run.heading("The curve of class 0");
    let grid: Vec<f64> = (1..1000).map(|i| i as f64 / 1000.0).collect();
    let class_0 = |p: f64| -p.ln();
    let source = |p: f64| [p, (1.0 - p) / 2.0, (1.0 - p) / 2.0].iter().map(|share| -share.ln()).sum::<f64>() / 3.0;
    let lowest = |loss: &dyn Fn(f64) -> f64| {
        grid.iter().copied().min_by(|&a, &b| loss(a).total_cmp(&loss(b))).unwrap_or(f64::NAN)
    };
    let (theirs, ours) = (lowest(&source), lowest(&class_0));
    run.say(format!(
        "  the source's, a mean over all three classes, is lowest at p = {theirs:.3}; that of class 0 at p = {ours:.3}"
    ));
    run.result("lowest_at", json!({ "source": theirs, "class_0": ours }));
    run.compare("\"class 0\" curve, lowest at", theirs, Theory, "1/3", 0.333, 0.334);
    run.compare("curve of class 0, lowest at", ours, Theory, "1: the end of the grid", 0.999, 1.0);

    run.plot("class_0", &figures::class_0(source, class_0))?;

    run.heading("A clip of 1e-12 in seven digits");
    let (double, single) = (clipped(1.0_f64), clipped(1.0_f32));
    run.say(format!("  truth 1, prediction 1: f64 {double:e}, f32 {single}"));
    let tape = Tape::<f32>::new();
    let logit = tape.input([40.0]).binary_cross_entropy_with_logits(tape.input([1.0])).item();
    run.say(format!("  from the score instead of the probability, f32, score 40: {logit:e}"));
    run.result("clip", json!({ "f64": double, "f32_is_nan": single.is_nan() }));
    run.compare(
        "clip of 1e-12 in f32 is NaN",
        f64::from(u8::from(single.is_nan())),
        Rerun("P6"),
        "NaN, in f32",
        1.0,
        1.0,
    );
    Ok(())
}

/// Binary cross-entropy for the truth 1, as the source has it.
fn clipped<F: Scalar>(p: F) -> F {
    // ANCHOR: clip
    let (low, high) = (F::from_f64(1e-12), F::from_f64(1.0 - 1e-12));
    let p = if p < low {
        low
    } else if p > high {
        high
    } else {
        p
    };
    let t = F::ONE;
    -(t * p.ln() + (F::ONE - t) * (F::ONE - p).ln())
    // ANCHOR_END: clip
}

/// From ten scores to a distribution to a loss: by index, by one-hot row, and with the source's epsilon.
fn ten_scores(run: &mut Run) {
    run.heading("Ten scores");
    let tape = Tape::<f64>::new();
    let scores = tape.var([[2.0, -1.0, 0.5, 3.0, 0.0, -2.0, 1.0, 0.0, -0.5, 1.5]]);
    let one_hot = Array2::from_shape_fn((1, 10), |(_, class)| f64::from(class == 3));
    let (sigmoids, softmax) = (scores.sigmoid().sum().item(), scores.softmax(1).sum().item());
    run.say(format!("  ten sigmoids of them sum to {sigmoids:.3}, the softmax to {softmax:.3}"));
    let by_index = scores.softmax_cross_entropy(tape.labels(&[3]));
    let by_row = scores.softmax_cross_entropy_with(tape.input(&one_hot));
    run.say(format!("  cross-entropy by index {:.6}, by one-hot row {:.6}", by_index.item(), by_row.item()));
    let gradient = by_index.backward().wrt(scores).value();
    let by_formula = scores.softmax(1).value() - &one_hot;
    let apart = (&gradient - &by_formula).iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    run.say(format!("  its gradient and p - t are {apart:.0e} apart; the gradient sums to {:.0e}", gradient.sum()));
    let perfect = -(1.0_f64 + 1e-7).ln();
    run.say(format!("  with 1e-7 inside the logarithm a perfect prediction costs {perfect:.1e}"));
    run.result("sigmoids_sum", sigmoids);
    run.result("perfect_prediction", perfect);
    run.compare("by index minus by one-hot row", by_index.item() - by_row.item(), Theory, "0", -1e-15, 1e-15);
    run.compare("gradient and p - t, apart", apart, Theory, "0", 0.0, 1e-15);
    run.compare(
        "loss of a perfect prediction, 1e-7 inside",
        perfect,
        Theory,
        "-ln(1 + 1e-7) = -1.0e-7",
        -1.01e-7,
        -0.99e-7,
    );
}

/// D6: nudging the weights of a net that reads real digits.
fn accuracy_is_flat(run: &mut Run) -> Result {
    run.heading("Accuracy is flat");
    let flat = nudge_weights(run)?;
    run.say(format!("  {:.1}% of 1,000 digits are read right, at a cost of {:.4}", 100.0 * flat.accuracy, flat.cost));
    run.say(format!(
        "  {} weights nudged by 0.0001: the cost moved in {} cases, the accuracy in {}",
        flat.nudged, flat.cost_moved, flat.accuracy_moved
    ));
    run.say(format!(
        "  one weight moved from -2 to 2 in 400 steps: {} different costs, {} different accuracies",
        flat.costs, flat.accuracies
    ));
    run.result("flat", json!({ "nudged": flat.nudged, "cost_moved": flat.cost_moved, "accuracy_moved": flat.accuracy_moved, "costs": flat.costs, "accuracies": flat.accuracies }));
    run.compare("nudges that move the accuracy", flat.accuracy_moved as f64, Ours, "almost none", 0.0, 5.0);
    run.compare(
        "nudges that move the cost",
        flat.cost_moved as f64,
        Ours,
        "almost all 500",
        0.95 * flat.nudged as f64,
        flat.nudged as f64,
    );
    run.plot("stairs", &figures::stairs(&flat.walk))
}
