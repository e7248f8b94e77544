//! Exercise 4. The slope of a tanh. `cargo run --release -- exercises watch ch04`

use chapters::ch04::judge;
use gradus::{Cotangents, Local, Op, Scalar, Shape, View, ViewMut};

/// y = tanh x. The forward kernel is right, the vjp is not.
#[derive(PartialEq)]
struct MyTanh;

impl<F: Scalar> Op<F> for MyTanh {
    fn name(&self) -> &'static str {
        "my_tanh"
    }
    fn formula(&self) -> &'static str {
        "y = tanh x"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        Ok(operands[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        for (y, &x) in y.data.iter_mut().zip(x[0].data) {
            *y = x.tanh();
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        // g is how fast the loss moves with y. `at.output()` is y, and `at.operand(0)` is x.
        let g = at.cotangent();
        // This says that y moves as fast as x does. That is true only at 0. Change the closure.
        [at.to(0, || g)].into()
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(|x| x.tape().record(MyTanh, &[x]))
}
