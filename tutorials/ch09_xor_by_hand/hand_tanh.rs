//! The tanh as an op of our own, with the mistake of the source in its vjp, and the net of this chapter with it on a tape.

use gradus::data::TruthTable;
use gradus::prelude::*;
use gradus::{Cotangents, Local, Op, View, ViewMut};

/// h = tanh z
#[derive(PartialEq)]
struct HandTanh;

impl Op<f64> for HandTanh {
    fn name(&self) -> &'static str {
        "tanh"
    }
    fn formula(&self) -> &'static str {
        "h = tanh z"
    }
    fn shape(&self, z: &[Shape]) -> Result<Shape, String> {
        Ok(z[0])
    }
    fn forward(&self, z: &[View<f64>], h: ViewMut<f64>) {
        for (h, z) in h.data.iter_mut().zip(z[0].data) {
            *h = z.tanh();
        }
    }
    // dz = g (1 - tanh(h)²), as the source has it
    fn vjp<'t>(&self, at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let (g, h) = (at.cotangent(), at.output());
        [at.to(0, || g * (1.0 - h.tanh() * h.tanh()))].into()
    }
}

/// The cost of all four rows of XOR, given W1, b1, W2, b2.
pub fn record<'t>(params: &[Var<'t, f64>]) -> Var<'t, f64> {
    let (tape, xor) = (params[0].tape(), TruthTable::xor());
    let z = tape.input(xor.inputs::<f64>()).named("x").matmul(params[0]) + params[1];
    let h = tape.record(HandTanh, &[z.named("z")]).named("h");
    let y = h.matmul(params[2]) + params[3];
    y.named("y").quadratic_cost(tape.input(xor.targets::<f64>()).named("t")).named("cost")
}
