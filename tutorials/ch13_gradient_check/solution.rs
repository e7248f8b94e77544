//! Solution 13. Three mistakes, and one rule: the backward pass must differentiate what the forward pass computes.
//!
//! - ln(y + 1e-7) is another function than ln y. Written as ln Σ eˣ - x with the largest score taken out, -ln y needs no
//!   protection: the sum is at least 1.
//! - The forward pass looked up one class per sample, the backward pass compared with all of t. For soft targets these
//!   are two different losses. The cross-entropy sums t over all classes.
//! - A single sample `[10]` is one sample. Its first axis holds classes, so dividing by that length made the gradient 10 times
//!   too small.

use chapters::ch13::judge;
use judge::softmax;
use ndarray::ArrayD;

fn softmax_with_loss(x: &ArrayD<f64>, t: &ArrayD<f64>) -> (f64, ArrayD<f64>) {
    let samples = x.rows().into_iter().len() as f64;
    let mut loss = 0.0;
    for (x, t) in x.rows().into_iter().zip(t.rows()) {
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_sum = largest + x.mapv(|x| (x - largest).exp()).sum().ln();
        for (x, t) in x.iter().zip(t) {
            loss += t * (log_sum - x);
        }
    }
    (loss / samples, (softmax(x) - t) / samples)
}

pub fn main() -> frame::Judgement {
    judge::judge(softmax_with_loss)
}
