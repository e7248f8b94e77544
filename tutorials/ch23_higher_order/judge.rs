//! Judges a step of Newton's method: on bowls, where one step must reach the bottom, and on functions that bend.

#[allow(dead_code)] // the chapter uses all of it
#[path = "linear.rs"]
mod linear;

use frame::Judge;
use gradus::prelude::*;
use ndarray::{Array1, Array2, Ix1};
use rand::RngExt;
use std::process::ExitCode;

#[allow(unused_imports)] // for the answer
pub use linear::solve;

/// A function of a vector, whose result is one number.
pub type Function = for<'t> fn(Var<'t, f64>) -> Var<'t, f64>;

type Step = fn(Function, &Array1<f64>) -> Array1<f64>;

/// The value of a Var with one axis.
pub fn as_vector(var: Var<f64>) -> Array1<f64> {
    var.value().into_dimensionality::<Ix1>().expect("one axis")
}

/// Σᵢ (i + 1) (xᵢ - i)² + (Σ x)²: a bowl that is not round and stands askew.
fn bowl<'t>(x: Var<'t, f64>) -> Var<'t, f64> {
    let count = x.shape().size();
    let numbers: Vec<f64> = (0..count).map(|i| i as f64).collect();
    let i = x.tape().input(&numbers[..]);
    ((i + 1.0) * (x - i).pow(2.0)).sum() + x.sum().pow(2.0)
}

/// Σ (eˣ - x) + (Σ x)² / 10
fn bend<'t>(x: Var<'t, f64>) -> Var<'t, f64> {
    (x.exp() - x).sum() + 0.1 * x.sum().pow(2.0)
}

pub fn judge(newton_step: Step) -> ExitCode {
    let mut judge = Judge::new("Exercise 23: Newton's method");
    let mut rng = seeded(23);
    for count in [1, 2, 3, 6] {
        for trial in 0..5 {
            let start = Array1::from_shape_simple_fn(count, || rng.random_range(-1.0..1.0));
            let input = |what: &str| format!("{what} of {count} variable(s), start {trial}");
            let bottom = newton_step(bowl, &start);
            let expected = bowl_bottom(count);
            judge.case(input("the bottom of a bowl"), &expected, &bottom, near(&expected, &bottom, 1e-9));

            let mut x = start;
            for _ in 0..8 {
                x = newton_step(bend, &x);
            }
            let slope = slope_by_nudging(bend, &x);
            judge.case(input("after eight steps, the slope of a function"), 0, slope, slope < 1e-6);
        }
    }
    judge.verdict("at a step d from x the slope is about g + H d. Which d makes that zero? (Mind the sign.)")
}

/// Where all slopes of the bowl are 0: 2 (i + 1) (xᵢ - i) + 2 Σ x = 0.
fn bowl_bottom(count: usize) -> Array1<f64> {
    let a = Array2::from_shape_fn((count, count), |(i, j)| 1.0 + if i == j { i as f64 + 1.0 } else { 0.0 });
    solve(&a, &Array1::from_shape_fn(count, |i| (i + 1) as f64 * i as f64))
}

fn near(a: &Array1<f64>, b: &Array1<f64>, tolerance: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance)
}

/// The largest slope along an axis.
fn slope_by_nudging(f: Function, x: &Array1<f64>) -> f64 {
    let value = |x: &Array1<f64>| {
        let tape = Tape::new();
        f(tape.input(x)).item()
    };
    let slope = |i: usize| {
        let [ahead, behind] = [1e-5, -1e-5].map(|step| {
            let mut moved = x.clone();
            moved[i] += step;
            value(&moved)
        });
        ((ahead - behind) / 2e-5).abs()
    };
    // Not a number must not pass for a small slope.
    (0..x.len()).map(slope).fold(0.0, |largest, slope| if slope > largest || slope.is_nan() { slope } else { largest })
}
