//! Exercise 3. Fold the layers. `cargo run --release -- exercises watch ch03`

mod judge;

use ndarray::{Array1, Array2};

/// A layer without a bend: it makes x W + b of a row x.
pub type Layer = (Array2<f64>, Array1<f64>);

/// One layer that does what all of these do, one after the other. There is at least one.
fn fold(layers: &[Layer]) -> Layer {
    // This keeps the first layer and forgets the others. (`a.dot(&b)` is the product of two matrices, or of a row and a matrix.)
    layers[0].clone()
}

pub fn main() -> frame::Judgement {
    judge::judge(fold)
}
