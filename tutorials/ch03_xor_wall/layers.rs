//! Nets with and without a bend, how they are trained on XOR, and how layers without a bend become one.

use frame::Result;
use gradus::data::TruthTable;
use gradus::nn::{Activation, Init, Mlp, Predict};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{Array1, Array2, Ix1, Ix2};

/// A random start. The bend follows every layer but the last.
pub fn start(sizes: &[usize], bend: Activation, rng: &mut impl rand::Rng) -> Mlp<f64> {
    Mlp::with_init(sizes, bend, Init::Scaled, Init::Normal(0.5), rng).with_output(Activation::Identity)
}

/// Plain descent on the four rows of XOR. Returns the last cost.
pub fn train(net: &Mlp<f64>, rate: f64, rounds: usize) -> Result<f64> {
    let (inputs, targets) = (TruthTable::xor().inputs(), TruthTable::xor().targets());
    let (mut sgd, mut tape, mut last) = (Sgd::new(rate), Tape::new(), 0.0);
    for _ in 0..rounds {
        let cost = net.forward(tape.input(&inputs)).quadratic_cost(tape.input(&targets));
        last = cost.item();
        sgd.step(net, &cost.backward())?;
        tape.rewind();
    }
    Ok(last)
}

/// Layer after layer into one: (x W + b) V + c = x (W V) + (b V + c).
pub fn fold(net: &Mlp<f64>) -> (Array2<f64>, Array1<f64>) {
    let matrix = |param: &Param<f64>| param.value().into_dimensionality::<Ix2>().expect("weights are a matrix");
    let row = |param: &Param<f64>| param.value().into_dimensionality::<Ix1>().expect("biases are a row");
    // ANCHOR: fold
    let mut layers = net.layers().map(|layer| (matrix(&layer.weights), row(&layer.biases)));
    let first = layers.next().expect("a net has a layer");
    layers.fold(first, |(w, b), (v, c)| (w.dot(&v), b.dot(&v) + c))
    // ANCHOR_END: fold
}

/// The largest difference, over these points, between the outputs of a net and of the folded net.
pub fn furthest_apart(net: &Mlp<f64>, points: &Array2<f64>) -> f64 {
    let (w, b) = fold(net);
    let differences = net.predict(points.view()) - (points.dot(&w) + b);
    // NaN counts as the largest difference: it must not pass for agreement.
    differences.iter().map(|x| x.abs()).max_by(f64::total_cmp).unwrap_or(f64::NAN)
}

/// Of nets with their costs, the one whose cost is lowest.
pub fn lowest<'n>(nets: &[(&'n Mlp<f64>, f64)]) -> (&'n Mlp<f64>, f64) {
    nets.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).expect("there is a net")
}
