//! Models in files: what is written comes back, damaged and foreign files are refused with a helpful error, and nothing is half written or half read.

mod checkpoint;
mod damage;
mod formats;
mod killed;
mod layers;
mod models;
mod others;
mod writing;

use gradus::nn::{Activation, Init, Mlp, Parameters};
use gradus::prelude::*;
use ndarray::ArrayD;

/// A small network whose biases are not 0.
fn net(seed: u64) -> Mlp<f32> {
    Mlp::with_init(&[4, 5, 3], Activation::Tanh, Init::Normal(1.0), Init::Normal(1.0), &mut seeded(seed))
}

/// The same in f64.
fn net64(seed: u64) -> Mlp<f64> {
    Mlp::with_init(&[4, 5, 3], Activation::Tanh, Init::Normal(1.0), Init::Normal(1.0), &mut seeded(seed))
}

fn numbers<F: Scalar>(model: &impl Parameters<F>) -> Vec<ArrayD<F>> {
    model.params().iter().map(Param::value).collect()
}
