//! Tests every op of the table: its gradients agree with independent witnesses to second order, on any shape that it admits and on any kind
//! of number. And no op is missing from the table.

mod complete;
mod hard;
mod shapes;
mod witness;

use gradus::table::TABLE;
use ndarray::ArrayD;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use witness::Trial;

/// Every row of the table, at a random point.
fn trials(seed: u64) -> impl Iterator<Item = Trial> {
    TABLE.iter().map(move |example| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let x = example.operands.iter().map(|operand| operand.sample(&mut rng)).collect();
        Trial::new(example, x, &mut rng)
    })
}

/// Random numbers of both signs.
fn random(shape: &[usize], rng: &mut ChaCha8Rng) -> ArrayD<f64> {
    ArrayD::from_shape_simple_fn(shape, || rng.random_range(-1.0..1.0))
}

#[test]
fn the_reverse_pass_agrees_with_dual_numbers_and_finite_differences() {
    for seed in [11, 12, 13] {
        trials(seed).for_each(|trial| trial.check_first_order());
    }
}

#[test]
fn the_derivative_of_the_derivative_agrees_with_dual_numbers_and_finite_differences() {
    for seed in [21, 22, 23] {
        trials(seed).for_each(|trial| trial.check_second_order());
    }
}

#[test]
fn f32_agrees_with_f64_to_the_accuracy_of_f32() {
    for seed in [31, 32] {
        trials(seed).for_each(|trial| trial.check_f32());
    }
}
