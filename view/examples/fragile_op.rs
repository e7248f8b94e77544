//! A program that panics while the stepper has the terminal: its op refuses every number but 1, and `c` nudges it. `.ci/terminal` presses `c` and
//! then checks that the terminal is as before.

use gradus::prelude::*;
use gradus::{Cotangents, Local, Op, Shape, View, ViewMut};

/// y = 2x; panics unless x is 1.
#[derive(PartialEq)]
struct Fragile;

impl<F: Scalar> Op<F> for Fragile {
    fn name(&self) -> &'static str {
        "fragile"
    }
    fn formula(&self) -> &'static str {
        "y = 2x"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        Ok(operands[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        assert!(x[0].data[0] == F::from_f64(1.0), "this op knows no number but 1");
        y.data[0] = F::from_f64(2.0) * x[0].data[0];
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.to(0, || at.cotangent() * 2.0)].into()
    }
}

fn main() -> std::io::Result<()> {
    let tape = Tape::<f64>::new();
    let x = tape.var(1.0).named("x");
    tape.record(Fragile, &[x]).named("y").backward();
    gradus_view::step(&tape)
}
