//! Judges an op: its gradient against finite differences, then whether XOR is learnt with it.

use frame::Judge;
use gradus::Var;
use gradus::check::Check;
use gradus::data::{TruthTable, seeded};
use gradus::nn::{Init, Linear, Parameters};
use gradus::optim::{Optimizer, Sgd};
use ndarray::Array2;
use std::process::ExitCode;

type Unit = for<'t> fn(Var<'t, f64>) -> Var<'t, f64>;

pub fn judge(wave: Unit) -> ExitCode {
    let mut judge = Judge::new("Exercise 10: an op of your own");
    let mut shown = false;
    for shape in [(3, 4), (1, 5), (5, 1), (1, 1)] {
        let x = Array2::from_shape_fn(shape, |(i, j)| 0.7 * i as f64 - 0.9 * j as f64 + 0.2).into_dyn();
        let report = Check::new().run(|x| wave(x[0]), &[x]);
        if !report.passed() && !shown {
            shown = true; // one report says it
            judge.say(&report.to_string());
        }
        let verdict = if report.passed() { "agree" } else { "differ" };
        judge.case(
            format!("the gradient of a {shape:?} array, and finite differences"),
            "agree",
            verdict,
            report.passed(),
        );
    }
    judge.number("XOR with three of these units: rows answered wrong", 0.0, wrong_rows(wave) as f64);
    judge.verdict("the chain rule: dL/dx = dL/dy dy/dx. The first factor is g. What is the slope of sin(3x), and which operand do you need for it?")
}

/// Trains 2-3-1 units on XOR; the number of rows that it still answers wrong.
fn wrong_rows(wave: Unit) -> usize {
    let xor = TruthTable::xor();
    let (inputs, targets) = (xor.inputs::<f64>(), xor.targets::<f64>());
    let mut rng = seeded(10);
    let hidden = Linear::new("hidden", 2, 3, Init::Normal(1.0), Init::Zeros, &mut rng);
    let output = Linear::new("output", 3, 1, Init::Normal(1.0), Init::Zeros, &mut rng);
    let params = [hidden.params(), output.params()].concat();
    let (mut sgd, mut tape) = (Sgd::new(0.05), gradus::Tape::new());
    for _ in 0..2_000 {
        let y = output.forward(wave(hidden.forward(tape.input(&inputs))));
        let loss = y.quadratic_cost(tape.input(&targets));
        sgd.step(&params, &loss.backward()).expect("every parameter has a gradient");
        tape.rewind();
    }
    let y = output.forward(wave(hidden.forward(tape.input(&inputs)))).value();
    y.iter().zip(&targets).filter(|(y, t)| (**y - **t).abs() >= 0.5).count()
}
