//! Exercise 26. One step of Newton's method, for any number of variables.
//! `cargo run --release -- exercises watch ch26`

use chapters::ch26::judge;
use gradus::derivatives::grad;
use gradus::prelude::*;
use judge::{Function, as_vector};
use ndarray::Array1;

/// From the point `x`, where to go next. Near x the function looks like a bowl, f(x) + g d + d H d / 2 for a step d, where g is the
/// gradient and H the Hessian; go to where that bowl is level.
///
/// What may help: `gradus::derivatives::hessian(|x| f(x[0]), &[x])` is H, and `judge::solve(&a, &b)` the vector d with A d = b.
fn newton_step(f: Function, x: &Array1<f64>) -> Array1<f64> {
    let tape = Tape::new();
    let here = tape.var(x);
    let slopes = as_vector(grad(f(here), &[here])[0]);
    // This is a step of plain descent, which must guess how far to go. The Hessian knows.
    x - 0.01 * slopes
}

pub fn main() -> frame::Judgement {
    judge::judge(newton_step)
}
