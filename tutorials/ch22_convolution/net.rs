//! The net: two layers that look through small windows, and one that sees all they found.

use gradus::data::{CLASSES, SIDE};
use gradus::nn::{Activation, Conv2d, Flatten, Init, Linear, MaxPool2d, Sequential, Unflatten};
use gradus::prelude::*;
use rand::Rng;

/// The side of every kernel.
pub const KERNEL: usize = 5;
/// The number of kernels in the first layer and in the second.
pub const KERNELS: [usize; 2] = [12, 24];

// ANCHOR: net
/// 11,386 numbers: 312 and 7,224 in the two convolutions, 3,850 in the last layer.
pub fn cnn(rng: &mut impl Rng) -> Sequential {
    let [first, second] = KERNELS;
    Sequential::new()
        .then(Unflatten::new([1, SIDE, SIDE]))
        .then(Conv2d::new("conv1", 1, first, KERNEL, Init::He, rng)) // maps of 24 by 24
        .then(MaxPool2d::new(2)) // 12 by 12
        .then(Activation::Relu)
        .then(Conv2d::new("conv2", first, second, KERNEL, Init::He, rng)) // 8 by 8
        .then(MaxPool2d::new(2)) // 4 by 4
        .then(Activation::Relu)
        .then(Flatten)
        .then(Linear::new("scores", 16 * second, CLASSES, Init::Scaled, Init::Zeros, rng))
}
// ANCHOR_END: net

/// What the layers make of a batch of images, up to the scores: after each convolution and each pooling.
pub fn outputs<'t>(net: &Sequential, images: Var<'t>) -> [Var<'t>; 4] {
    let mut outputs = vec![images];
    for layer in net.layers() {
        outputs.push(layer.forward(outputs[outputs.len() - 1]));
    }
    // A ReLU follows each pooling.
    [2, 4, 5, 7].map(|layer| outputs[layer])
}
