//! What is checked: D's network of two layers on three digits, as G checks it, and the loss with and without D's 1e-7.

use gradus::data::Digits;
use gradus::kernel::gemm::Matrix;
use gradus::nn::Init;
use gradus::prelude::*;
use gradus::{Cotangents, Local, Op, View, ViewMut};
use ndarray::{Array1, Array2, ArrayD};
use rand::Rng;

pub struct Task {
    pub w1: Param<f64>,
    pub b1: Param<f64>,
    pub w2: Param<f64>,
    pub b2: Param<f64>,
    pub images: Array2<f64>,
    pub targets: Array2<f64>,
}

impl Task {
    /// 784-50-10, weights from N(0, 0.01²), biases 0; pixels from 0 to 1.
    pub fn new(digits: &Digits, rng: &mut impl Rng) -> Self {
        let mut weights = |n_in, n_out| Init::Normal(0.01).draw::<f64, _>((n_in, n_out), n_in, n_out, rng);
        let (w1, w2) = (Param::new("W1", weights(784, 50)), Param::new("W2", weights(50, 10)));
        let (b1, b2) = (Param::new("b1", Array1::zeros(50)), Param::new("b2", Array1::zeros(10)));
        Task { w1, b1, w2, b2, images: digits.images(), targets: digits.one_hot() }
    }

    /// In the order in which G prints them.
    pub fn params(&self) -> [&Param<f64>; 4] {
        [&self.b1, &self.w2, &self.b2, &self.w1]
    }

    pub fn loss<'t>(&self, tape: &'t Tape<f64>, epsilon: f64) -> Var<'t, f64> {
        let (x, t) = (tape.input(&self.images).named("x"), tape.input(&self.targets).named("t"));
        let hidden = (x.matmul(tape.param(&self.w1)) + tape.param(&self.b1)).named("z").relu();
        let scores = hidden.matmul(tape.param(&self.w2)) + tape.param(&self.b2);
        tape.record(SoftmaxWithLoss { epsilon }, &[scores.named("scores"), t])
    }

    /// How far the closest of the 150 ReLUs is from its kink.
    pub fn closest_kink(&self) -> f64 {
        self.plain_z(&self.w1.value()).iter().map(|z| z.abs()).fold(f64::INFINITY, f64::min)
    }

    /// The loss without the 1e-7 as a function of W1, in plain arithmetic: no tape, nothing recorded.
    pub fn plain_loss(&self, w1: &ArrayD<f64>) -> f64 {
        let hidden = self.plain_z(w1).mapv(|z| z.max(0.0));
        let w2 = self.w2.value().into_dimensionality().expect("W2 is a matrix");
        let scores: Array2<f64> = hidden.dot::<Array2<f64>>(&w2);
        // -ln softmax(x)[label] = ln Σ eˣ - x[label]
        let losses =
            scores.outer_iter().zip(self.targets.outer_iter()).map(|(x, t)| x.mapv(f64::exp).sum().ln() - x.dot(&t));
        losses.sum::<f64>() / self.targets.nrows() as f64
    }

    /// The weighted sums of the first layer. The biases are 0. (gradus's own product: ndarray's takes three times as long on 3 rows.)
    fn plain_z(&self, w1: &ArrayD<f64>) -> Array2<f64> {
        let mut z = Array2::zeros((self.images.nrows(), 50));
        if let (Some(x), Some(w), Some(z)) = (self.images.as_slice(), w1.as_slice(), z.as_slice_mut()) {
            f64::matrix_multiply(Matrix::new(x, self.images.nrows(), 784), Matrix::new(w, 784, 50), z);
        }
        z
    }
}

/// L = -1/n Σ t ln(y + ε), y = softmax(x). D has ε = 1e-7 going forward, and forgets it going back.
#[derive(PartialEq)]
struct SoftmaxWithLoss {
    epsilon: f64,
}

impl Op<f64> for SoftmaxWithLoss {
    fn name(&self) -> &'static str {
        "softmax_with_loss"
    }
    fn formula(&self) -> &'static str {
        "L = -1/n Σ t ln(softmax(x) + ε)"
    }
    fn attributes(&self) -> String {
        format!("ε = {:e}", self.epsilon)
    }
    fn shape(&self, _: &[Shape]) -> Result<Shape, String> {
        Ok(Shape::scalar())
    }
    fn forward(&self, operands: &[View<f64>], loss: ViewMut<f64>) {
        let (scores, targets) = (operands[0].array(), operands[1].array());
        let mut sum = 0.0;
        for (x, t) in scores.outer_iter().zip(targets.outer_iter()) {
            let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let exponentials = x.mapv(|x| (x - largest).exp());
            let y = &exponentials / exponentials.sum();
            sum -= t.iter().zip(&y).map(|(t, y)| t * (y + self.epsilon).ln()).sum::<f64>();
        }
        loss.data[0] = sum / scores.shape()[0] as f64;
    }
    // dx = g (y - t) / n
    fn vjp<'t>(&self, at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let (g, [x, t]) = (at.cotangent(), at.operands());
        [at.to(0, || (x.softmax(1) - t) * (g / x.shape()[0] as f64)), at.no_gradient()].into()
    }
}
