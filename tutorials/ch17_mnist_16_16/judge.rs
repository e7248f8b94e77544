//! Judges a count of parameters by counting those of real nets.

use frame::{Judge, Judgement};
use gradus::nn::{Activation, Mlp, Parameters};
use rand::RngExt;

pub fn judge(parameters: fn(&[usize]) -> usize) -> Judgement {
    Judge::examine("17_mnist_16_16", |judge| {
        let mut nets = vec![vec![2, 3, 1], vec![784, 16, 16, 10], vec![1, 1], vec![784, 10], vec![5, 4, 3, 2, 1]];
        for _ in 0..4 {
            let layers = judge.rng().random_range(2..7);
            nets.push((0..layers).map(|_| judge.rng().random_range(1..40)).collect());
        }
        for sizes in nets {
            judge.given(format!("layer sizes {sizes:?}"));
            let net = Mlp::<f32>::new(&sizes, Activation::Sigmoid, judge.rng());
            let count = net.parameter_count();
            let units: usize = sizes.iter().sum();
            judge
                .equal("the number of parameters", count, parameters(&sizes))
                .slip("the biases are missing: one for each unit that computes", || count + sizes[0] - units)
                .slip("the inputs have no biases: they compute nothing", || count + sizes[0]);
        }
    })
}
