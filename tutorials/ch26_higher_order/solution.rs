//! Solution 26. The slope of the bowl at a step d is g + H d. It is level where H d = -g. Where f itself is a bowl, one step is all
//! it takes. Inverting H would give the same, at a higher price and with more rounding: solve instead.

use chapters::ch26::judge;
use gradus::derivatives::{grad, hessian};
use gradus::prelude::*;
use judge::{Function, as_vector, solve};
use ndarray::Array1;

fn newton_step(f: Function, x: &Array1<f64>) -> Array1<f64> {
    let tape = Tape::new();
    let here = tape.var(x);
    let slopes = as_vector(grad(f(here), &[here])[0]);
    x - solve(&hessian(|x| f(x[0]), &[x]), &slopes)
}

pub fn main() -> frame::Judgement {
    judge::judge(newton_step)
}
