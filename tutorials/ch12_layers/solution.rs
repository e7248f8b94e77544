//! Solution 12. The softmax alone has a slope for every pair of a score and a probability, and the logarithm alone divides by a probability that may
//! be 0. Together almost everything cancels: ∂L/∂x = (y - t) / N. The N is there because L is a mean over the rows, and g because L need not be
//! the end of the program. Written in Vars, the same line is differentiated again for second derivatives.

use chapters::ch12::judge;
use gradus::{Cotangents, Local, Op, Scalar, Shape, View, ViewMut};

/// L = -1/N Σ t ln softmax(x)
#[derive(PartialEq)]
struct SoftmaxWithLoss;

impl<F: Scalar> Op<F> for SoftmaxWithLoss {
    fn name(&self) -> &'static str {
        "softmax_with_loss"
    }
    fn formula(&self) -> &'static str {
        "L = -1/N Σ t ln softmax(x)"
    }
    fn shape(&self, _: &[Shape]) -> Result<Shape, String> {
        Ok(Shape::scalar())
    }
    fn forward(&self, operands: &[View<F>], loss: ViewMut<F>) {
        loss.data[0] = judge::cross_entropy(operands[0].data, operands[1].data, operands[0].shape[0]);
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x, t]) = (at.cotangent(), at.operands());
        let rows = x.shape()[0] as f64;
        [at.to(0, || g * (x.softmax(1) - t) / rows), at.no_gradient()].into()
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(|x, t| x.tape().record(SoftmaxWithLoss, &[x, t]))
}
