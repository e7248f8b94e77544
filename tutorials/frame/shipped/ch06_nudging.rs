//! Exercise 6. Make a central difference out of this forward difference.
//! `cargo run --release -- exercises watch ch06`

use chapters::ch06::judge;
use judge::moved;
use ndarray::ArrayD;

/// The slope of `f` at `x` with respect to each element of x, by nudging that element by `step`. (`moved(x, i, by)` is a copy of x
/// with `by` added to element i, counted through all rows.)
fn slopes(f: &dyn Fn(&ArrayD<f64>) -> f64, x: &ArrayD<f64>, step: f64) -> ArrayD<f64> {
    let mut slopes = Vec::new();
    for i in 0..x.len() {
        // One side only: the error falls as the step does. Look to both sides, and it falls as its square.
        let slope = (f(&moved(x, i, step)) - f(x)) / step;
        slopes.push(slope);
    }
    ArrayD::from_shape_vec(x.raw_dim(), slopes).expect("there is one slope for each element")
}

pub fn main() -> frame::Judgement {
    judge::judge(slopes)
}
