//! Chapter 13. Is that gradient right? We nudge each of 39,760 weights and compare; and find that the usual verdict looks away.

pub mod judge;
pub mod task;

use frame::Origin::{Printed, Rerun, Theory};
use frame::{Chapter, Chart, Figure, Result, Run};
use gradus::check::{Check, Report};
use gradus::data::Digits;
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use serde_json::{Value, json};
use task::Task;

pub const CHAPTER: Chapter = Chapter {
    slug: "13_gradient_check",
    title: "The gradient check",
    sources: frame::sources!["chapter.rs", "task.rs"],
    question: "A network of 784-50-10 has 39,760 weights and biases, and backprop gives a slope for each. \
               Nudge each of them up and down by 0.0001, see how the loss moves, and you have all slopes \
               again, the slow way. To how many digits will the two agree: two, five, ten? And then the loss \
               gets a harmless 0.0000001 inside its logarithm, as many tutorials have it. Will anyone notice?",
    time: "5 s",
    answer: "the slopes of the first weights differ by {mean_absolute_difference.W1} on average, those of the last by \
             {mean_absolute_difference.W2}. With 0.0000001 in the logarithm the checker says: {checker_with_epsilon}.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "The mean of |difference|, and the rule that below 1e-7 is right. The rule passes a gradient whose every \
             element is wrong by a ten-thousandth, and one with an element set to zero: most of W1's gradients are \
             zero, and a mean drowns the rest. And it does not know how large a gradient is. Compare each element \
             with its own size. And an epsilon in a logarithm does not make it safe: forward and backward then \
             belong to two different functions, and where a sample is badly wrong, the loss no longer feels it.",
    exercise: "tutorials/ch13_gradient_check/exercise.rs: softmax with cross-entropy, as source D has it. Mend its loss and its \
               gradient until they belong together. Then: cargo run --release -- exercises watch ch13",
    next: "cargo run --release -- ch14",
};

/// The source's step, its rule (a mean absolute difference below this is right), and what its loss has inside the logarithm.
pub const STEP: f64 = 1e-4;
const THRESHOLD: f64 = 1e-7;
pub const EPSILON: f64 = 1e-7;
/// The four arrays in the source's order, with the mean absolute differences that it prints.
const SOURCE: [(&str, &str, f64); 4] = [
    ("b1, mean |diff|", "9.70e-13", 9.70e-13),
    ("W2, mean |diff|", "8.41e-13", 8.41e-13),
    ("b2, mean |diff|", "1.19e-10", 1.19e-10),
    ("W1, mean |diff|", "2.22e-13", 2.22e-13),
];

pub fn run(run: &mut Run) -> Result {
    let digits = run.mnist(3, 0)?.0.first(3);
    let check = Check::new().fixed_step(STEP).seed(run.seed());
    let task = start(run, &check, &digits);

    run.heading("Every slope, both ways");
    let report = check.parameters(&task.params(), |tape| task.loss(tape, 0.0));
    run.say(report.to_string());
    run.result("mean_absolute_difference", means(&report));
    run.result("verdict", verdict(&report));
    run.result("checker", checker(&report));
    run.result("w1_zero_share", report.entry("W1").map_or(0.0, |entry| entry.zero_share));
    for (name, text, theirs) in SOURCE {
        run.compare(name, mean(&report, &name[..2]), Printed("G4"), text, theirs / 2.0, theirs * 2.0);
    }

    run.heading("The same with D's loss, -ln(y + 1e-7)");
    let report = check.parameters(&task.params(), |tape| task.loss(tape, EPSILON));
    run.say(report.to_string());
    run.say(format!("By G's rule, \"below 1e-7 is right\": {}.", verdict(&report)));
    run.result("with_epsilon", means(&report));
    run.result("verdict_with_epsilon", verdict(&report));
    run.result("checker_with_epsilon", checker(&report));
    run.compare(
        "b2 with the 1e-7 in the loss",
        mean(&report, "b2"),
        Rerun("G4"),
        "1.4e-7, with D10's loss",
        THRESHOLD,
        2.0 * THRESHOLD,
    );

    other_steps(run, &task)?;
    badly_wrong(run);
    what_a_mean_hides(run, &task, &check);

    let tape = Tape::new();
    task.loss(&tape, EPSILON).backward();
    run.draw("net", &tape, &DrawOptions::new().title("Three digits, and a loss with its 1e-7"))
}

/// Draws a start, and draws again as long as a ReLU stands so close to its kink that a nudge could carry it across.
fn start(run: &mut Run, check: &Check, digits: &Digits) -> Task {
    let mut rng = run.rng();
    let mut draws = 1;
    loop {
        let task = Task::new(digits, &mut rng);
        let kink = task.closest_kink();
        if kink > 2.0 * STEP {
            run.say(format!(
                "Start {draws}: each of the 150 ReLUs is at least {kink:.1e} from its kink. We take this one."
            ));
            run.result("start", draws);
            return task;
        }
        let b1 = mean(&check.parameters(&[&task.b1], |tape| task.loss(tape, 0.0)), "b1");
        run.say(format!(
            "Start {draws}: a ReLU is only {kink:.1e} from its kink. A nudge of {STEP:e} may carry it across: mean |diff| of b1 {b1:.1e}."
        ));
        draws += 1;
    }
}

/// The same check of b2 with steps from coarse to fine: a V, or a V with a flat floor.
fn other_steps(run: &mut Run, task: &Task) -> Result {
    let curve = |epsilon: f64| -> Vec<(f64, f64)> {
        let at = |step: f64| {
            let report = Check::new().fixed_step(step).parameters(&[&task.b2], |tape| task.loss(tape, epsilon));
            (step, mean(&report, "b2"))
        };
        (1..=22).map(|half_decades| at(10.0_f64.powf(-0.5 * half_decades as f64))).collect()
    };
    let (right, wrong) = (curve(0.0), curve(EPSILON));
    run.heading("Other steps");
    let chart =
        Chart::new("step h", "b2: mean |difference|").title("How far backprop and nudging are apart").log_x().log_y();
    let chart = chart.line("with the 1e-7", &wrong).line("without it", &right).level(THRESHOLD, "below 1e-7 is right");
    run.say(chart.text());
    run.plot("v_curves", &chart)?;
    let fall = right[3].1 / right[5].1;
    run.say(format!(
        "\nWithout it: from step 0.01 to 0.001 the difference falls {fall:.1} times, as h² does; below 1e-5 rounding takes over.\n\
         With it: no step gets below {:.1e}. What no step removes is not the error of the measurement.",
        wrong.iter().map(|point| point.1).fold(f64::INFINITY, f64::min)
    ));
    run.result("b2_fall_from_step_1e-2_to_1e-3", fall);
    run.compare("b2's error, step 0.01 over step 0.001", fall, Theory, "falls as h²: 100", 95.0, 105.0);
    Ok(())
}

/// Two classes, and the right one has a score that is lower by `gap`: its loss, and the slope of the loss by that score.
fn badly_wrong(run: &mut Run) {
    run.heading("A sample that is badly wrong");
    run.say("  gap    loss   with 1e-7    slope by backprop   nudged   nudged with 1e-7");
    let probability = |gap: f64| 1.0 / (1.0 + gap.exp());
    let exact = |gap: f64| gap.exp().ln_1p();
    let with_epsilon = |gap: f64| -(probability(gap) + EPSILON).ln();
    // A higher score is a smaller gap.
    let nudged = |loss: &dyn Fn(f64) -> f64, gap: f64| (loss(gap - STEP) - loss(gap + STEP)) / (2.0 * STEP);
    for gap in [0.0, 8.0, 16.0, 30.0] {
        let (backprop, right, wrong) = (probability(gap) - 1.0, nudged(&exact, gap), nudged(&with_epsilon, gap));
        let (loss, source) = (exact(gap), with_epsilon(gap));
        run.say(format!("  {gap:>3} {loss:>7.3} {source:>11.3} {backprop:>20.3} {right:>8.3} {wrong:>18.6}"));
    }
    run.say(format!("A perfect prediction (gap -40) has a loss of {:.1e}: below zero.", with_epsilon(-40.0)));
    let (at_16, at_30) = (nudged(&with_epsilon, 16.0), nudged(&with_epsilon, 30.0));
    run.result("nudged_slope_with_epsilon", json!({ "gap_16": at_16, "gap_30": at_30 }));
    run.result("loss_of_a_perfect_prediction", with_epsilon(-40.0));
    run.compare("slope at gap 16 with the 1e-7", at_16, Theory, "-p / (p + 1e-7) = -0.53; without -1", -0.55, -0.5);
    run.compare("slope at gap 30 with the 1e-7", at_30, Theory, "-p / (p + 1e-7) = -9.4e-7; without -1", -1e-5, 0.0);
}

/// Two gradients of W1 that are wrong, and the mean over 39,200 elements that passes them.
fn what_a_mean_hides(run: &mut Run, task: &Task, check: &Check) {
    run.heading("What a mean hides");
    let tape = Tape::new();
    let right = task.loss(&tape, 0.0).backward().param(&task.w1).expect("the loss depends on W1").value();
    let mut sizes: Vec<f64> = right.iter().map(|g| g.abs()).filter(|&g| g > 0.0).collect();
    sizes.sort_by(f64::total_cmp);
    let ordinary = sizes[sizes.len() / 2];
    for (name, key, wrong) in [
        ("Every element of W1's gradient times 1.0001", "w1_times_1.0001", right.mapv(|g| 1.0001 * g)),
        ("One element set to 0", "w1_one_zeroed", right.mapv(|g| if g.abs() == ordinary { 0.0 } else { g })),
    ] {
        let report = check.clone().names(["W1"]).by_hand(|x| task.plain_loss(&x[0]), &[task.w1.value()], &[wrong]);
        let (mean, verdict, checker) = (mean(&report, "W1"), verdict(&report), checker(&report));
        run.say(format!("{name}: mean |diff| {mean:.1e}; by the rule of 1e-7 {verdict}. The checker:"));
        run.say(format!("  {}", report.headline()));
        run.result(key, json!({ "mean_absolute_difference": mean, "verdict": verdict, "checker": checker }));
    }
}

fn mean(report: &Report, name: &str) -> f64 {
    report.entry(name).map_or(f64::NAN, |entry| entry.mean_absolute_difference)
}

fn means(report: &Report) -> Value {
    report.entries.iter().map(|entry| (entry.name.clone(), json!(entry.mean_absolute_difference))).collect()
}

/// The source's verdict.
fn verdict(report: &Report) -> &'static str {
    let below = report.entries.iter().all(|entry| entry.mean_absolute_difference < THRESHOLD);
    if below { "pass" } else { "fail" }
}

fn checker(report: &Report) -> &'static str {
    if report.passed() { "pass" } else { "fail" }
}
