//! Blocks in company: one network of them, held against the tape, and trained.

use super::blocks::{Flaws, Net, rows};
use frame::Origin::Theory;
use frame::{Chart, Result, Run};
use gradus::data::{Batch, Digits};
use gradus::nn::{Init, argmax};
use gradus::prelude::*;
use ndarray::{Array2, Ix2};
use serde_json::json;

/// The parameters, by name: their shapes.
pub const STARTS: [(&str, (usize, usize)); 6] =
    [("W1", (784, 50)), ("b1", (1, 50)), ("W2", (50, 50)), ("b2", (1, 50)), ("W3", (50, 10)), ("b3", (1, 10))];

/// A start for all of them, from the seed.
pub fn start(run: &Run) -> Vec<Array2<f64>> {
    let mut rng = run.rng();
    let draw = |(_, (rows, columns)): (&str, (usize, usize))| match rows {
        1 => Array2::zeros((rows, columns)),
        // A little smaller than He's, since the middle layer adds to what is there.
        _ => (Init::He.draw::<f64, _>((rows, columns), rows, columns, &mut rng)) * 0.7,
    };
    STARTS.map(draw).to_vec()
}

/// The same network on a tape, which knows no blocks.
fn record<'t>(tape: &'t Tape<f64>, params: &[Param<f64>], batch: &Batch) -> Var<'t, f64> {
    let layer =
        |x: Var<'t, f64>, layer: usize| x.matmul(tape.param(&params[2 * layer])) + tape.param(&params[2 * layer + 1]);
    let mut a = {
        let _scope = tape.scope("first");
        layer(tape.input(&batch.images).named("x"), 0).relu()
    };
    for pass in ["middle", "middle again"] {
        let _scope = tape.scope(pass);
        a += layer(a, 1).relu();
    }
    let _scope = tape.scope("last");
    layer(a, 2).named("scores").softmax_cross_entropy_with(tape.input(&batch.one_hot).named("t")).named("L")
}

/// The flaws one by one.
const FLAWS: [(&str, &str, Flaws); 4] = [
    ("as it should be", "right", Flaws { overwrites: false, assigns: false, renames: false }),
    ("the ReLU overwrites", "overwrites", Flaws { overwrites: true, assigns: false, renames: false }),
    ("the last slope stays", "assigns", Flaws { overwrites: false, assigns: true, renames: false }),
    ("p = p - ...", "renames", Flaws { overwrites: false, assigns: false, renames: true }),
];

/// M20: the slopes of the whole, by blocks and by the tape.
pub fn in_company(run: &mut Run, digits: &Digits) -> Result {
    run.heading("Blocks in company");
    let arrays = start(run);
    let params: Vec<Param<f64>> =
        STARTS.iter().zip(&arrays).map(|((name, _), array)| Param::new(*name, array.clone())).collect();
    let Some(batch) = digits.batches_in_order(digits.len()).next() else { return Ok(()) };
    let tape = Tape::new();
    let by_tape: Vec<Array2<f64>> = {
        let gradients = record(&tape, &params, &batch).backward();
        let slope = |param: &Param<f64>| gradients.param(param).expect("the loss depends on every parameter").value();
        params.iter().map(|param| slope(param).into_dimensionality::<Ix2>().expect("two axes")).collect()
    };
    super::draw(run, &tape)?;
    run.say("  largest difference from the tape's slopes, as a share of the largest slope");
    run.say(format!("  {:22}{}", "", STARTS.map(|(name, _)| format!("{name:>9}")).concat()));
    for (name, key, flaws) in FLAWS {
        let slopes = Net::new(&arrays, flaws).slopes(&batch).1;
        let pairs = slopes.iter().zip(&by_tape);
        let off: Vec<f64> =
            pairs.map(|(ours, tape)| apart(std::slice::from_ref(ours), std::slice::from_ref(tape))).collect();
        run.say(format!("  {name:22}{}", off.iter().map(|off| format!("{off:>9.0e}")).collect::<String>()));
        run.result(&format!("off_{key}"), off.clone());
        if key == "right" {
            run.compare(
                "right blocks minus tape, largest slope",
                off.iter().copied().fold(0.0, f64::max),
                Theory,
                "0",
                0.0,
                1e-12,
            );
        }
    }
    Ok(())
}

/// The largest difference, as a share of the largest number.
pub fn apart(ours: &[Array2<f64>], others: &[Array2<f64>]) -> f64 {
    let pairs = ours.iter().flatten().zip(others.iter().flatten());
    let (difference, largest) = pairs.fold((0.0_f64, 0.0_f64), |(difference, largest), (a, b)| {
        (difference.max((a - b).abs()), largest.max(b.abs()))
    });
    difference / largest
}

/// The four steps of learning, with right and with wrong blocks.
pub fn training(run: &mut Run, train: &Digits, test: &Digits) -> Result {
    run.heading("Training");
    run.say(format!("  {} steps on 100 digits at rate 0.1", run.epochs()));
    run.say("                          loss, first    last   test digits read   parameters moved by");
    let mut chart = Chart::new("step", "loss, mean of the last 20 batches").y_range(0.0, 3.5);
    for (name, key, flaws) in FLAWS {
        let (mut net, mut rng, mut losses) = (Net::new(&start(run), flaws), run.rng(), Vec::new());
        let bar = run.progress(run.epochs(), "training");
        // ANCHOR: four_steps
        for _ in 0..run.epochs() {
            let batch = train.sample(100, &mut rng); // 1. a mini-batch
            let (loss, slopes) = net.slopes(&batch); // 2. its loss and all slopes: forward, and back
            net.step(&slopes, 0.1); //                  3. a step against them
            losses.push(loss);
            bar.inc(1); //                              4. again
        }
        // ANCHOR_END: four_steps
        bar.finish_and_clear();
        let accuracy = accuracy(&mut net, test);
        let moved: f64 =
            net.params.iter().zip(start(run)).map(|(now, was)| (&*now.borrow() - &was).mapv(|d| d * d).sum()).sum();
        let last = mean_of_last(&losses, losses.len());
        run.say(format!(
            "  {name:22} {:>12.4}  {last:.4} {:>17.1}%   {:>10.2}",
            losses[0],
            100.0 * accuracy,
            moved.sqrt()
        ));
        run.result(&format!("learnt_{key}"), json!({ "accuracy": accuracy, "last_loss": last }));
        let curve: Vec<(f64, f64)> =
            (1..=losses.len()).map(|step| (step as f64, mean_of_last(&losses, step))).collect();
        chart = chart.line(name, &curve);
    }
    run.plot("training", &chart)
}

/// The mean of the last twenty losses up to a step.
fn mean_of_last(losses: &[f64], step: usize) -> f64 {
    let last = &losses[step.saturating_sub(20)..step];
    last.iter().sum::<f64>() / last.len() as f64
}

fn accuracy(net: &mut Net, test: &Digits) -> f64 {
    let right = |batch: Batch| {
        let scores = net.scores(rows(&batch.images));
        scores
            .outer_iter()
            .zip(batch.labels.iter())
            .filter(|(row, label)| argmax(row.iter().copied()) == usize::from(*label))
            .count()
    };
    test.batches_in_order(1000).map(right).sum::<usize>() as f64 / test.len() as f64
}
