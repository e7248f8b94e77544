//! Solution 22. A window's result is its largest pixel, so only that pixel moves it, with slope 1: it gets the whole of the window's gradient, the
//! others nothing. Pixels that are equally large share it (a convention: see `docs/conventions.md`). A pixel that is the largest of several
//! windows gets the sum of what they send: hence `+=`. The backward pass looks at the same windows as the forward pass, in the same places.
//! That is all that a vjp of pooling is: remember where each number came from, and send its gradient there.

use chapters::ch22::judge;
use ndarray::{Array2, s};

fn forward(image: &Array2<f64>, side: usize, stride: usize) -> Array2<f64> {
    let places = |length: usize| (length - side) / stride + 1;
    Array2::from_shape_fn((places(image.nrows()), places(image.ncols())), |(row, column)| {
        let window = image.slice(s![row * stride..row * stride + side, column * stride..column * stride + side]);
        window.fold(f64::NEG_INFINITY, |largest, &pixel| largest.max(pixel))
    })
}

fn backward(image: &Array2<f64>, side: usize, stride: usize, g: &Array2<f64>) -> Array2<f64> {
    let (largest, mut flowed) = (forward(image, side, stride), Array2::zeros(image.dim()));
    for ((row, column), g) in g.indexed_iter() {
        let window = s![row * stride..row * stride + side, column * stride..column * stride + side];
        let wins = image.slice(window).mapv(|pixel| f64::from(u8::from(pixel == largest[[row, column]])));
        let share = g / wins.sum();
        flowed.slice_mut(window).scaled_add(share, &wins);
    }
    flowed
}

pub fn main() -> frame::Judgement {
    judge::judge(forward, backward)
}
