//! Judges a step of Newton's method: on bowls, where one step must reach the bottom, and on functions that bend.

use frame::{Judge, Judgement};
use gradus::prelude::*;
use ndarray::{Array1, Array2, Ix1};

pub use super::linear::solve;

/// A function of a vector, whose result is one number.
pub type Function = for<'t> fn(Var<'t, f64>) -> Var<'t, f64>;

type Step = fn(Function, &Array1<f64>) -> Array1<f64>;

/// The value of a Var with one axis.
pub fn as_vector(var: Var<f64>) -> Array1<f64> {
    var.value().into_dimensionality::<Ix1>().expect("one axis")
}

/// Σᵢ (i + 1) (xᵢ - i)² + (Σ x)²: a bowl that is not round, with its axes turned.
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

pub fn judge(newton_step: Step) -> Judgement {
    Judge::examine("26_higher_order", |judge| {
        for (count, size) in [2, 1, 3, 6].into_iter().flat_map(|count| [(count, 1.0), (count, 1.0), (count, 100.0)]) {
            let start: Array1<f64> = judge.draw(count, size);
            judge.given(format!("a bowl of {count} variable(s), from {start:.3}"));
            let bottom = bowl_bottom(count);
            judge
                .equal_within(1e-7, "where one step ends: the bottom", &bottom, newton_step(bowl, &start))
                .slip("the step has the right length and goes the wrong way", || 2.0 * &start - &bottom)
                .slip("nothing moves", || &start)
                .slip("this is the step alone, without the point that it starts from", || &bottom - &start);
        }
        for count in [1, 2, 3, 6] {
            let mut x: Array1<f64> = judge.draw(count, 1.0);
            judge.given(format!("a function that bends, of {count} variable(s), eight steps from {x:.3}"));
            for _ in 0..8 {
                x = newton_step(bend, &x);
            }
            let slope = slope_by_nudging(bend, &x);
            judge.holds("the largest slope there", "0, or below 1e-6", slope, slope < 1e-6);
        }
    })
}

/// Where all slopes of the bowl are 0: 2 (i + 1) (xᵢ - i) + 2 Σ x = 0.
fn bowl_bottom(count: usize) -> Array1<f64> {
    let a = Array2::from_shape_fn((count, count), |(i, j)| 1.0 + if i == j { i as f64 + 1.0 } else { 0.0 });
    solve(&a, &Array1::from_shape_fn(count, |i| (i + 1) as f64 * i as f64))
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
    // NaN must not pass for a small slope.
    (0..x.len()).map(slope).fold(0.0, |largest, slope| if slope > largest || slope.is_nan() { slope } else { largest })
}
