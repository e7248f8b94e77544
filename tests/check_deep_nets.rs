//! Right gradients of deep networks, where slopes vanish or explode from layer to layer, and where with ReLU a nudge of a first weight crosses
//! kinks of later layers. None may be called wrong.
use gradus::check::{Check, Report};
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::prelude::*;
use ndarray::Array2;
use rand::RngExt;

/// Something like three digits: half of their pixels are black.
fn images(pixels: usize, seed: u64) -> Array2<f64> {
    let mut random = seeded(seed);
    Array2::from_shape_simple_fn((3, pixels), || random.random_range(-1.0_f64..1.0).max(0.0))
}

/// What `gradus check --model` does: a network of `depth` layers before the logits, and its cross-entropy on three digits.
fn report(activation: Activation, depth: usize, seed: u64, check: &Check) -> Report {
    let sizes: Vec<usize> = std::iter::once(20).chain(std::iter::repeat_n(8, depth)).chain([10]).collect();
    let net = Mlp::<f64>::new(&sizes, activation, &mut seeded(seed)).logits();
    let images = images(sizes[0], seed + 100);
    check.clone().seed(seed).parameters(&net.params(), |tape| {
        net.forward(tape.input(&images)).softmax_cross_entropy(tape.labels(&[3, 0, 7]))
    })
}

#[test]
fn no_right_gradient_of_a_deep_network_is_called_wrong() {
    let mut convicted = Vec::new();
    println!("{:<10} {:>6} {:>6} {:>12} {:>6}", "", "layers", "right", "cannot tell", "WRONG");
    for activation in [Activation::Relu, Activation::Tanh, Activation::Sigmoid, Activation::Identity] {
        for depth in [19, 20, 24, 29, 30] {
            let mut counts = [0; 3];
            for seed in 0..6 {
                for check in [Check::new().sample(12), Check::new().directions(4)] {
                    let report = report(activation, depth, seed, &check);
                    counts[if report.passed() { 0 } else { 1 + usize::from(report.wrong()) }] += 1;
                    if report.wrong() {
                        convicted.push(format!("{} layers of {}, seed {seed}\n{report}", depth, activation.name()));
                    } else if !report.passed() {
                        println!("{seed} {}", report.headline());
                    }
                }
            }
            println!("{:<10} {depth:>6} {:>6} {:>12} {:>6}", activation.name(), counts[0], counts[1], counts[2]);
        }
    }
    convicted.iter().take(5).for_each(|report| println!("{report}"));
    assert!(convicted.is_empty(), "{} right networks were called wrong", convicted.len());
}
