//! Solution 10. By the chain rule dL/dx = dL/dy dy/dx = g * 3 cos(3x). Written in Vars, it is recorded like any other
//! computation, and can be differentiated again.

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
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || g * 3.0 * (3.0 * x).cos())].into()
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(|x| x.tape().record(Wave, &[x]))
}
