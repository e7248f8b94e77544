//! Exercise 11. Write sum_to, the way back of a copy. `cargo run --release -- exercises watch ch11`

use chapters::ch11::judge;
use ndarray::{ArrayD, Axis, IxDyn};

/// An array of shape `shape` was copied to the shape of `g` on the way forward, and `g` came back. What comes back to each element of
/// the array?
///
/// Axes are aligned at the right. An axis that `shape` lacks was added in front; one of length 1 was repeated.
/// `g.sum_axis(Axis(k))` sums over an axis and takes it away, `g.insert_axis(Axis(k))` puts one of length 1 there.
fn sum_to(g: &ArrayD<f64>, shape: &[usize]) -> ArrayD<f64> {
    // This keeps the first copy and forgets the others.
    let mut first = g.clone();
    while first.ndim() > shape.len() {
        first = first.index_axis(Axis(0), 0).to_owned();
    }
    let numbers = first.iter().copied().take(shape.iter().product()).collect();
    ArrayD::from_shape_vec(IxDyn(shape), numbers).expect("as many numbers as elements")
}

pub fn main() -> frame::Judgement {
    judge::judge(sum_to)
}
