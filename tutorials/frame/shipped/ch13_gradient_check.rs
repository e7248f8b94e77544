//! Exercise 13. Mend D's softmax with cross-entropy. It has three mistakes; a batch of one-hot targets hides two of them.
//! `cargo run --release -- exercises watch ch13`

use chapters::ch13::judge;
use gradus::nn::argmax;
use judge::softmax;
use ndarray::ArrayD;

/// The loss of scores `x` against targets `t`, and its gradient with respect to x. Both are a batch `[n, classes]` or a single
/// sample `[classes]`; each row of t sums to 1. The loss is the mean of -Σ t ln(softmax(x)) over the samples.
fn softmax_with_loss(x: &ArrayD<f64>, t: &ArrayD<f64>) -> (f64, ArrayD<f64>) {
    let y = softmax(x);
    // Forward: -ln y of the class that the target names.
    let mut loss = 0.0;
    for (y, t) in y.rows().into_iter().zip(t.rows()) {
        let label = argmax(t.iter().copied());
        loss -= (y[label] + 1e-7).ln();
    }
    let samples = y.rows().into_iter().len();
    // Backward: (y - t) / n.
    let n = t.shape()[0];
    (loss / samples as f64, (y - t) / n as f64)
}

pub fn main() -> frame::Judgement {
    judge::judge(softmax_with_loss)
}
