//! Judges a nudge: single steps on random rows, then whole trainings.

use frame::Judge;
use gradus::data::{TruthTable, seeded};
use rand::RngExt;
use std::process::ExitCode;

type Nudge = fn(&mut [f64; 2], &mut f64, f64, [f64; 2], f64, f64);

pub fn judge(nudge: Nudge) -> ExitCode {
    let mut judge = Judge::new("Exercise 2: the nudge");
    let mut rng = seeded(2);
    for _ in 0..100 {
        let mut draw = || rng.random_range(-2.0..2.0_f64);
        let (start, x, rate) = ([draw(), draw(), draw()], [draw(), draw()], draw().abs());
        let (t, y) = (rng.random_range(0..2) as f64, rng.random_range(0..2) as f64);
        let (mut weights, mut bias) = ([start[0], start[1]], start[2]);
        nudge(&mut weights, &mut bias, rate, x, t, y);
        let input =
            format!("w = {:.3?}, b = {:.3}, rate {rate:.3}, x = {x:.3?}, t = {t}, y = {y}", &start[..2], start[2]);
        let error = t - y;
        for (i, name) in ["w1", "w2"].iter().enumerate() {
            judge.number(format!("{input}: {name}"), start[i] + rate * error * x[i], weights[i]);
        }
        judge.number(format!("{input}: b"), start[2] + rate * error, bias);
    }
    for table in [TruthTable::and(), TruthTable::or(), TruthTable::nand()] {
        let mistakes = train(nudge, &table);
        let input = format!("20 rounds of {} from zero at rate 1: mistakes in the last one", table.name());
        judge.number(input, 0.0, mistakes as f64);
    }
    judge.verdict("a row that should have fired and did not must get a larger z the next time. Which way must each weight move, if its input was 1? If it was 0?")
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
