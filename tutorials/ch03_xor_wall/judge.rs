//! Judges a folded layer: its output at 0 is its bias, and its output at one input alone, less the bias, is a row of its weights.

use frame::{Judge, Judgement};
use ndarray::{Array1, Array2};

/// A layer without a bend: it makes x W + b of a row x.
pub type Layer = (Array2<f64>, Array1<f64>);

pub fn judge(fold: fn(&[Layer]) -> Layer) -> Judgement {
    Judge::examine("03_xor_wall", |judge| {
        // Square layers first: with them every typical mistake has a result of the right shape.
        let nets: [&[usize]; 9] = [
            &[2, 2],
            &[2, 2, 2],
            &[2, 3, 1],
            &[1, 4, 1],
            &[3, 1, 3],
            &[1, 1, 1],
            &[5, 2, 4, 3],
            &[2, 3, 3, 3, 3, 3, 2],
            &[2, 2, 2, 2],
        ];
        for (sizes, size) in nets.into_iter().flat_map(|sizes| [(sizes, 1.0), (sizes, 100.0)]) {
            let layers: Vec<Layer> = sizes
                .windows(2)
                .map(|pair| (judge.draw((pair[0], pair[1]), size), judge.draw(pair[1], size)))
                .collect();
            judge.given(format!(
                "layers {sizes:?}, of numbers up to {size}; the first has W =\n{:.3}\nb = {:.3}",
                layers[0].0, layers[0].1
            ));
            look_at(judge, &layers, fold(&layers));
        }
    })
}

fn look_at(judge: &mut Judge, layers: &[Layer], (w, b): Layer) {
    let last = layers.len() - 1;
    let through = |x: Array1<f64>| layers.iter().fold(x, |x, (w, b)| x.dot(w) + b);
    let inputs = layers[0].0.nrows();
    let bias = through(Array1::zeros(inputs));
    judge
        .equal("the folded bias, which is what comes out for x = 0", &bias, &b)
        .slip("this is the bias of the first layer alone", || &layers[0].1)
        .slip("this is the bias of the last layer alone: the earlier biases pass through it too", || &layers[last].1)
        .slip("the biases are added up as they are: a bias passes through all layers after its own", || {
            sum_of_biases(layers)
        });

    let mut weights = Array2::zeros((inputs, bias.len()));
    for (input, mut row) in weights.rows_mut().into_iter().enumerate() {
        let alone = Array1::from_shape_fn(inputs, |i| f64::from(u8::from(i == input)));
        row.assign(&(through(alone) - &bias));
    }
    judge
        .equal_within(1e-7, "the folded weights, row by row what an input of 1 adds", &weights, &w)
        .slip("these are the weights of the first layer alone", || &layers[0].0)
        .slip("the matrices are multiplied in the opposite order: x W has the row on the left", || backwards(layers));
}

fn sum_of_biases(layers: &[Layer]) -> Array1<f64> {
    let same = layers.iter().all(|(_, b)| b.len() == layers[0].1.len());
    if same { layers.iter().fold(Array1::zeros(layers[0].1.len()), |sum, (_, b)| sum + b) } else { Array1::zeros(0) }
}

fn backwards(layers: &[Layer]) -> Array2<f64> {
    let square = layers.iter().all(|(w, _)| w.dim() == layers[0].0.dim() && w.is_square());
    let Some(((last, _), others)) = layers.split_last().filter(|_| square) else { return Array2::zeros((0, 0)) };
    others.iter().rev().fold(last.clone(), |product, (w, _)| product.dot(w))
}
