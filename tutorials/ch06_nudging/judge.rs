//! Judges a central difference: exact where it must be, its error falling as the square of the step, two runs for each element.

use frame::Judge;
use gradus::data::seeded;
use ndarray::{ArrayD, IxDyn};
use rand::RngExt;
use std::cell::Cell;
use std::process::ExitCode;

type Slopes = fn(&dyn Fn(&ArrayD<f64>) -> f64, &ArrayD<f64>, f64) -> ArrayD<f64>;

pub fn judge(slopes: Slopes) -> ExitCode {
    let mut judge = Judge::new("Exercise 6: a central difference");
    let mut rng = seeded(6);
    for shape in [&[1, 4][..], &[4, 1], &[2, 3], &[5], &[]] {
        let x = ArrayD::from_shape_simple_fn(IxDyn(shape), || rng.random_range(-2.0..2.0));
        let weights = ArrayD::from_shape_simple_fn(IxDyn(shape), || rng.random_range(0.5..1.5));
        let error =
            |right: &ArrayD<f64>, got: &ArrayD<f64>| (right - got).iter().fold(0.0, |worst: f64, e| worst.max(e.abs()));

        // On a parabola the two sides cancel all of the bend, whatever the step.
        let parabola = |x: &ArrayD<f64>| (&weights * x * x).sum();
        let (right, got) = (2.0 * &weights * &x, slopes(&parabola, &x, 0.5));
        let name = format!("a parabola of an array {shape:?}, step 0.5");
        if got.shape() != x.shape() {
            judge.case(name, format!("slopes of shape {shape:?}"), format!("{:?}", got.shape()), false);
            continue;
        }
        judge.case(name, format!("{right:.3}"), format!("{got:.3}"), error(&right, &got) < 1e-9);

        let calls = Cell::new(0);
        let waves = |x: &ArrayD<f64>| {
            calls.set(calls.get() + 1);
            (&weights * x.mapv(f64::sin)).sum()
        };
        let right = &weights * x.mapv(f64::cos);
        let [coarse, fine] = [1e-2, 1e-3].map(|step| error(&right, &slopes(&waves, &x, step)));
        let name = format!("waves in an array {shape:?}: the error at step 0.01 over that at 0.001");
        judge.case(name, "100", format!("{:.1}", coarse / fine), (95.0..105.0).contains(&(coarse / fine)));
        judge.number(
            format!("an array {shape:?}: runs of f for two gradients"),
            4.0 * x.len() as f64,
            f64::from(calls.get()),
        );
    }
    judge.verdict("go a step up and a step down from the same x. How far apart are the two points?")
}

/// A copy of `x` with `by` added to element `i`, counted through all rows.
pub fn moved(x: &ArrayD<f64>, i: usize, by: f64) -> ArrayD<f64> {
    let mut moved = x.clone();
    if let Some(element) = moved.iter_mut().nth(i) {
        *element += by;
    }
    moved
}
