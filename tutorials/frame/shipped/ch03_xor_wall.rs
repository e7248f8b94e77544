//! Exercise 3. Fold the layers. `cargo run --release -- exercises watch ch03`

use chapters::ch03::judge;
use judge::Layer;

/// One layer that does what all of these do, one after the other. There is at least one. A layer is a pair (W, b) without a bend: it makes
/// x W + b of a row x. W is an `Array2<f64>`, b an `Array1<f64>`.
fn fold(layers: &[Layer]) -> Layer {
    // This keeps the first layer and forgets the others. (`a.dot(&b)` is the product of two matrices, or of a row and a matrix.)
    layers[0].clone()
}

pub fn main() -> frame::Judgement {
    judge::judge(fold)
}
