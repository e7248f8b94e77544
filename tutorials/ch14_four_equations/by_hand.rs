//! Backpropagation by hand, as books write it: a sample is a **column**, and layers are counted from 1.

use gradus::Scalar;
use gradus::nn::Mlp;
use ndarray::{Array2, ArrayD, Axis, Ix1, Ix2};

/// What the equations say of one layer. The slopes are those of each sample's own cost; nothing is averaged yet.
pub struct Layer {
    /// W, `[outputs, inputs]`.
    pub weights: Array2<f64>,
    /// a^{l-1}, the layer's inputs: a column for each sample.
    pub inputs: Array2<f64>,
    /// z = W a^{l-1} + b
    pub z: Array2<f64>,
    /// dC/da, of the layer's outputs
    pub slope_of_a: Array2<f64>,
    /// δ = dC/dz
    pub delta: Array2<f64>,
}

impl Layer {
    /// BP3, dC/db = δ, averaged over the samples.
    pub fn slope_of_biases(&self) -> Array2<f64> {
        self.delta.sum_axis(Axis(1)).insert_axis(Axis(1)) / self.delta.ncols() as f64
    }

    /// BP4, dC/dW = δ (a^{l-1})ᵀ, averaged over the samples.
    pub fn slope_of_weights(&self) -> Array2<f64> {
        self.delta.dot(&self.inputs.t()) / self.delta.ncols() as f64
    }
}

/// σ'(z)
fn sigmoid_slope(z: f64) -> f64 {
    let a = Scalar::sigmoid(z);
    a * (1.0 - a)
}

/// Forward and back, for the cost |y - a|² / 2 of each sample. `x` and `y` have a column for each.
pub fn backpropagate(net: &Mlp<f64>, x: &Array2<f64>, y: &Array2<f64>) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut a = x.clone();
    for linear in net.layers() {
        // The library's rows times W is the book's Wᵀ.
        let weights = matrix(linear.weights.value()).reversed_axes();
        let biases = linear.biases.value().into_dimensionality::<Ix1>().expect("one bias for each unit");
        let z = weights.dot(&a) + biases.insert_axis(Axis(1));
        let inputs = std::mem::replace(&mut a, z.mapv(Scalar::sigmoid));
        let nothing_yet = Array2::zeros((0, 0));
        layers.push(Layer { weights, inputs, z, slope_of_a: nothing_yet.clone(), delta: nothing_yet });
    }
    // BP1, δᴸ = ∇ₐC ∘ σ'(zᴸ), where ∇ₐC = a - y; then BP2, δˡ = (W^{l+1})ᵀ δ^{l+1} ∘ σ'(zˡ)
    let mut slope_of_a = &a - y;
    for layer in layers.iter_mut().rev() {
        layer.delta = &slope_of_a * &layer.z.mapv(sigmoid_slope);
        let further_down = layer.weights.t().dot(&layer.delta);
        layer.slope_of_a = std::mem::replace(&mut slope_of_a, further_down);
    }
    layers
}

pub fn matrix(array: ArrayD<f64>) -> Array2<f64> {
    array.into_dimensionality::<Ix2>().expect("two axes")
}
