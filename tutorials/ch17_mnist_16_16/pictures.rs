//! Digits before and after the shuffle, and the weights of the first layer as pictures.

use frame::{Images, Result, Run, Shades};
use gradus::data::{Digits, SIDE};
use gradus::nn::{Linear, Mlp};
use ndarray::Array2;

/// Five digits, and below them the same with their pixels shuffled.
pub fn digits(run: &mut Run, plain: &Digits, mixed: &Digits) -> Result {
    let mut grid = Images::new(5);
    for (digits, how) in [(plain, ""), (mixed, ", shuffled")] {
        for index in 0..5 {
            let caption = format!("{}{how}", digits.label(index));
            grid = grid.image(&caption, digits.image::<f32>(index).view());
        }
    }
    run.plot("shuffled", &grid)
}

/// What each unit of the first layer adds up, as a picture; for both nets.
pub fn weights(run: &mut Run, plain: &Mlp, mixed: &Mlp) -> Result {
    let mut grid = Images::new(8).shades(Shades::Signed);
    for (net, is_mixed) in [(plain, false), (mixed, true)] {
        let layer: &Linear = net.layers().next().expect("there are three layers");
        let weights = layer.weights.value();
        for unit in 0..8 {
            let picture = Array2::from_shape_fn((SIDE, SIDE), |(row, column)| weights[[SIDE * row + column, unit]]);
            let caption = if is_mixed { "shuffled".to_owned() } else { format!("unit {}", unit + 1) };
            grid = grid.image(&caption, picture.view());
        }
    }
    run.plot("weights", &grid)
}
