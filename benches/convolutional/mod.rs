//! The net of W7: two convolutions, each with a ReLU and a pooling, and two layers.

use crate::protocol::Random;
use gradus::prelude::*;
use ndarray::{Array1, ArrayD};

/// Its parameters, in the order in which `loss` uses them.
pub fn params() -> Vec<Param<f32>> {
    let mut random = Random(99);
    let mut layer = |name: &str, shape: &[usize], fan_in: usize, outputs: usize| {
        let weights = ArrayD::from_shape_simple_fn(shape, || random.normal() / (fan_in as f32).sqrt());
        [Param::new(format!("{name}/weights"), weights), Param::new(format!("{name}/biases"), Array1::zeros(outputs))]
    };
    [
        layer("conv1", &[16, 1, 3, 3], 9, 16),
        layer("conv2", &[32, 16, 3, 3], 144, 32),
        layer("layer1", &[1568, 128], 1568, 128),
        layer("layer2", &[128, 10], 128, 10),
    ]
    .concat()
}

/// Softmax cross-entropy of the scores for 64 images, `[64, 784]`.
pub fn loss<'t>(params: &[Param<f32>], x: Var<'t, f32>, labels: Var<'t, f32>) -> Var<'t, f32> {
    let [w1, b1, w2, b2, w3, b3, w4, b4] = std::array::from_fn(|i| x.tape().param(&params[i]));
    let x = x.reshape([64, 1, 28, 28]);
    let maps = x.conv2d(w1, b1, 1, 1).relu().max_pool2d(2, 2).conv2d(w2, b2, 1, 1).relu().max_pool2d(2, 2);
    let hidden = (maps.reshape([64, 1568]).matmul(w3) + b3).relu();
    (hidden.matmul(w4) + b4).softmax_cross_entropy(labels)
}
