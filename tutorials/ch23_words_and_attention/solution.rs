//! Solution 23. All scores are one matrix product: row i of Q times column j of Kᵀ. The mask goes on the scores, before the softmax: a score of -∞ has a
//! share of exactly 0, and the others share all of the 1. Zeros that are written in after the softmax leave rows that add up to less
//! than 1: their shares were divided by a sum that includes hidden scores. The largest score of a row is taken off first: that changes no share (numerator and denominator
//! get the same factor), and no exponential overflows. Looking up is then a matrix product again.

use chapters::ch23::judge;
use ndarray::{Array2, Axis};

fn weights(queries: &Array2<f64>, keys: &Array2<f64>) -> Array2<f64> {
    let mut weights = queries.dot(&keys.t()) / (queries.ncols() as f64).sqrt();
    weights.indexed_iter_mut().filter(|((row, column), _)| column > row).for_each(|(_, score)| *score = f64::NEG_INFINITY);
    for mut row in weights.axis_iter_mut(Axis(0)) {
        let largest = row.fold(f64::NEG_INFINITY, |largest, &score| largest.max(score));
        row.mapv_inplace(|score| (score - largest).exp());
        row /= row.sum();
    }
    weights
}

fn head(queries: &Array2<f64>, keys: &Array2<f64>, values: &Array2<f64>) -> Array2<f64> {
    weights(queries, keys).dot(values)
}

pub fn main() -> frame::Judgement {
    judge::judge(weights, head)
}
