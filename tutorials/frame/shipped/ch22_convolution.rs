//! Exercise 22. Max-pooling by hand, forward and backward. `cargo run --release -- exercises watch ch22`
//!
//! A window of `side` x `side` pixels starts in the top left corner and moves by `stride`, across and down, as long as it lies inside the image.
//! A window may overlap its neighbours (`stride` < `side`), and pixels that are in no window are ignored.

use chapters::ch22::judge;
use ndarray::Array2;

/// The largest number of each window: a row of results for each row of windows.
fn forward(image: &Array2<f64>, side: usize, stride: usize) -> Array2<f64> {
    // This takes the first number of each window. And does the last window lie inside the image?
    let down = image.nrows() / stride;
    let across = image.ncols() / stride;
    let _ = side;
    Array2::from_shape_fn((down, across), |(row, column)| image[[row * stride, column * stride]])
}

/// The gradient of every pixel, if `g` is the gradient of what `forward` returned.
/// Where several pixels of a window are the largest, they share its gradient equally.
fn backward(image: &Array2<f64>, side: usize, stride: usize, g: &Array2<f64>) -> Array2<f64> {
    // Nothing flows back yet. Which pixels of a window move its result?
    let _ = (side, stride, g);
    Array2::zeros(image.dim())
}

pub fn main() -> frame::Judgement {
    judge::judge(forward, backward)
}
