//! Judges the vjp of a tanh: against nudging, to second order, for arrays of several shapes, in the bend and out on the flat part.

use frame::{Judge, Judgement};
use gradus::Var;
use gradus::check::Check;
use ndarray::ArrayD;

type Unit = for<'t> fn(Var<'t, f64>) -> Var<'t, f64>;

pub fn judge(tanh: Unit) -> Judgement {
    Judge::examine("04_activations", |judge| {
        let mut shapes = judge.shapes();
        // A matrix shows more of a mistake than a single number.
        shapes.rotate_left(3);
        for (shape, size) in shapes.into_iter().flat_map(|shape| [(shape, 1.0), (shape, 3.0), (shape, 30.0)]) {
            let x: ArrayD<f64> = judge.draw(shape, size).into_dyn();
            // Far out on the flat part a second derivative is smaller than what nudging can see.
            let order = if size > 10.0 { 1 } else { 2 };
            let check = Check::new().seed(judge.seed()).names(["x"]);
            judge.given(format!("an array {shape:?} of numbers up to {size}"));
            judge.report(&check.clone().order(order).run(|x| tanh(x[0]), &[&x]));
            judge.given("the same array, its tanh used twice: t² + t x");
            judge.report(&check.run(|x| tanh(x[0]) * tanh(x[0]) + tanh(x[0]) * x[0], &[&x]));
        }
    })
}
