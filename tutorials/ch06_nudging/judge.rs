//! Judges a central difference: exact where it must be, its error falling as the square of the step, two runs for each element.

use frame::{Judge, Judgement};
use ndarray::ArrayD;
use std::cell::Cell;

type Slopes = fn(&dyn Fn(&ArrayD<f64>) -> f64, &ArrayD<f64>, f64) -> ArrayD<f64>;

pub fn judge(slopes: Slopes) -> Judgement {
    Judge::examine("06_nudging", |judge| {
        for (shape, size) in judge.shapes().into_iter().flat_map(|shape| [(shape, 2.0), (shape, 100.0)]) {
            let x: ArrayD<f64> = judge.draw(shape, size).into_dyn();
            let weights: ArrayD<f64> = judge.draw(shape, 0.5).into_dyn() + 1.0;
            on_a_parabola(judge, slopes, &x, &weights);
            on_waves(judge, slopes, &x, &weights);
        }
        let single = |x: f64| ndarray::arr0(x).into_dyn();
        on_a_parabola(judge, slopes, &single(3.0), &single(1.0));
    })
}

/// On a parabola the two sides cancel all of the curvature, whatever the step.
fn on_a_parabola(judge: &mut Judge, slopes: Slopes, x: &ArrayD<f64>, weights: &ArrayD<f64>) {
    const STEP: f64 = 0.5;
    let parabola = |x: &ArrayD<f64>| (weights * x * x).sum();
    judge.given(format!(
        "a parabola of an array {:?} with numbers such as {:.2}, step {STEP}",
        x.shape(),
        x.iter().next().unwrap_or(&0.0)
    ));
    let right = 2.0 * weights * x;
    judge
        .equal("the slopes", &right, slopes(&parabola, x, STEP))
        .slip("one side only: this is (f(x + h) - f(x)) / h, so the curvature stays in", || &right + weights * STEP)
        .slip("one side only: this is (f(x) - f(x - h)) / h, so the curvature stays in", || &right - weights * STEP)
        .slip("every slope is twice too large: the two points are not one step apart", || 2.0 * &right)
        .slip("every slope is half of what it should be", || 0.5 * &right)
        .slip("every slope has the wrong sign: which of the two values comes first?", || -&right);
}

/// Where the curve bends more than a parabola, the error falls as the square of the step.
fn on_waves(judge: &mut Judge, slopes: Slopes, x: &ArrayD<f64>, weights: &ArrayD<f64>) {
    let calls = Cell::new(0);
    let waves = |x: &ArrayD<f64>| {
        calls.set(calls.get() + 1);
        (weights * x.mapv(f64::sin)).sum()
    };
    let right = weights * x.mapv(f64::cos);
    judge.given(format!("waves in an array {:?}", x.shape()));
    let [coarse, fine] = [1e-2, 1e-3].map(|step| largest_difference(&right, &slopes(&waves, x, step)));
    let ratio = coarse / fine;
    judge.holds(
        "the error at step 0.01 over that at 0.001",
        "100",
        format!("{ratio:.1}"),
        (90.0..110.0).contains(&ratio),
    );
    judge.equal("runs of f for two gradients", 4 * x.len(), calls.get());
}

fn largest_difference(a: &ArrayD<f64>, b: &ArrayD<f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// A copy of `x` with `by` added to element `i`, counted through all rows.
pub fn moved(x: &ArrayD<f64>, i: usize, by: f64) -> ArrayD<f64> {
    let mut moved = x.clone();
    if let Some(element) = moved.iter_mut().nth(i) {
        *element += by;
    }
    moved
}
