//! Judges an op: its gradient against finite differences, then whether XOR is learnt with it.

use frame::{Judge, Judgement};
use gradus::check::Check;
use gradus::data::{TruthTable, seeded};
use gradus::nn::{Init, Linear, Parameters};
use gradus::optim::{Optimizer, Sgd};
use gradus::{Tape, Var};
use ndarray::ArrayD;

type Unit = for<'t> fn(Var<'t, f64>) -> Var<'t, f64>;

pub fn judge(wave: Unit) -> Judgement {
    Judge::examine("10_xor_by_tape", |judge| {
        for (shape, size) in judge.shapes().into_iter().flat_map(|shape| [(shape, 1.0), (shape, 30.0)]) {
            let x: ArrayD<f64> = judge.draw(shape, size).into_dyn();
            judge.given(format!("an array {shape:?} of numbers up to {size}"));
            let tape = Tape::new();
            judge.equal("y = sin(3x)", x.mapv(|x| (3.0 * x).sin()), wave(tape.input(&x)).value());
            judge.report(&Check::new().seed(judge.seed()).run(|x| wave(x[0]), &[x]));
        }
        judge.given("XOR with three of these units");
        judge.equal("rows answered wrong", 0, wrong_rows(wave));
    })
}

/// Trains 2-3-1 units on XOR; the number of rows that it still answers wrong.
fn wrong_rows(wave: Unit) -> usize {
    let xor = TruthTable::xor();
    let (inputs, targets) = (xor.inputs::<f64>(), xor.targets::<f64>());
    let mut rng = seeded(10);
    let hidden = Linear::new("hidden", 2, 3, Init::Normal(1.0), Init::Zeros, &mut rng);
    let output = Linear::new("output", 3, 1, Init::Normal(1.0), Init::Zeros, &mut rng);
    let params = [hidden.params(), output.params()].concat();
    let (mut sgd, mut tape) = (Sgd::new(0.05), Tape::new());
    for _ in 0..2_000 {
        let y = output.forward(wave(hidden.forward(tape.input(&inputs))));
        let loss = y.quadratic_cost(tape.input(&targets));
        sgd.step(&params, &loss.backward()).expect("every parameter has a gradient");
        tape.rewind();
    }
    let y = output.forward(wave(hidden.forward(tape.input(&inputs)))).value();
    y.iter().zip(&targets).filter(|(y, t)| (**y - **t).abs() >= 0.5).count()
}
