//! Solution 21. A number is kept with probability 1 - p. If what is kept is divided by 1 - p, the mean is (1 - p) · x / (1 - p) = x: what the layer
//! gives in use, without any factor. Dropout is a product with numbers that do not depend on x, so its slope is the factor itself: the way back
//! is the same product, with the same draw. A second draw would send gradients through units that took no part.

use chapters::ch21::judge;
use ndarray::Array2;

fn forward(x: &Array2<f64>, drawn: &Array2<f64>, p: f64, training: bool) -> Array2<f64> {
    match training {
        true => x * &drawn.mapv(|drawn| if drawn < p { 0.0 } else { 1.0 / (1.0 - p) }),
        false => x.clone(),
    }
}

fn backward(g: &Array2<f64>, drawn: &Array2<f64>, p: f64, training: bool) -> Array2<f64> {
    forward(g, drawn, p, training)
}

pub fn main() -> frame::Judgement {
    judge::judge(forward, backward)
}
