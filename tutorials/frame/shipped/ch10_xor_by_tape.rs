//! Exercise 10. Add an op of your own: a unit that answers with a sine. Its forward kernel is written; its vjp is wrong.
//! `cargo run --release -- exercises watch ch10`

use chapters::ch10::judge;
use gradus::{Cotangents, Local, Op, Scalar, Shape, View, ViewMut};

/// y = sin(3x)
#[derive(PartialEq)]
struct Wave;

impl<F: Scalar> Op<F> for Wave {
    fn name(&self) -> &'static str {
        "wave"
    }
    fn formula(&self) -> &'static str {
        "y = sin(3x)"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        Ok(operands[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        for (y, &x) in y.data.iter_mut().zip(x[0].data) {
            *y = (F::from_f64(3.0) * x).sin();
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [_x]) = (at.cotangent(), at.operands());
        // g is how fast the loss moves with y. How fast does it move with x? Change the closure.
        [at.to(0, || g)].into()
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(|x| x.tape().record(Wave, &[x]))
}
