//! Judges a nudge: single steps on random rows, then whole trainings.

use frame::{Judge, Judgement};
use gradus::data::TruthTable;
use rand::RngExt;

type Nudge = fn(&mut [f64; 2], &mut f64, f64, [f64; 2], f64, f64);

pub fn judge(nudge: Nudge) -> Judgement {
    Judge::examine("02_perceptron", |judge| {
        for (t, y) in [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)] {
            one_step(judge, nudge, [0.5, -0.5, 0.25], [1.0, 0.0], 0.1, (t, y));
        }
        for size in [1.0, 1.0, 1000.0].repeat(20) {
            let [w1, w2, b, x1, x2, rate] = judge.draw(6, size).to_vec()[..] else { continue };
            let (t, y) = (judge.rng().random_range(0..2), judge.rng().random_range(0..2));
            one_step(judge, nudge, [w1, w2, b], [x1, x2], rate.abs(), (f64::from(t), f64::from(y)));
        }
        for table in [TruthTable::and(), TruthTable::or(), TruthTable::nand()] {
            judge.given(format!("20 rounds of {} from zero at rate 1", table.name()));
            judge.equal("mistakes in the last round", 0, train(nudge, &table));
        }
    })
}

fn one_step(judge: &mut Judge, nudge: Nudge, start: [f64; 3], x: [f64; 2], rate: f64, (t, y): (f64, f64)) {
    let [w1, w2, b] = start;
    judge.given(format!("w = [{w1:.3}, {w2:.3}], b = {b:.3}, rate {rate:.3}, x = {x:.3?}, t = {t}, y = {y}"));
    let (mut weights, mut bias) = ([w1, w2], b);
    nudge(&mut weights, &mut bias, rate, x, t, y);
    let moved = |step: f64| [w1 + step * x[0], w2 + step * x[1], b + step];
    judge
        .equal("w1, w2 and b afterwards", moved(rate * (t - y)), [weights[0], weights[1], bias])
        .slip("nothing moves, though the answer was wrong", || start)
        .slip("the weights move the wrong way: the next time the mistake will be larger", || moved(rate * (y - t)))
        .slip("the bias stays where it was: it has to move as well", || {
            [moved(rate * (t - y))[0], moved(rate * (t - y))[1], b]
        })
        .slip("the rate is not used", || moved(t - y))
        .slip("the weights move after right answers too", || moved(rate * t))
        .slip("the input is not used: a weight whose input was 0 moves", || start.map(|w| w + rate * (t - y)));
}

/// The mistakes in the last of twenty rounds.
fn train(nudge: Nudge, table: &TruthTable) -> usize {
    let (inputs, targets) = (table.inputs::<f64>(), table.targets::<f64>());
    let (mut weights, mut bias) = ([0.0; 2], 0.0);
    let mut mistakes = 0;
    for _ in 0..20 {
        mistakes = 0;
        for (x, &t) in inputs.outer_iter().zip(&targets) {
            let z = weights[0] * x[0] + weights[1] * x[1] + bias;
            let y = if z >= 0.0 { 1.0 } else { 0.0 };
            mistakes += (y != t) as usize;
            nudge(&mut weights, &mut bias, 1.0, [x[0], x[1]], t, y);
        }
    }
    mistakes
}
