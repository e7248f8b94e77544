//! Judges Huber's loss: its value and its gradient against the definition, near the target and far from it, and what an outlier does to a fit.

use frame::{Judge, Judgement};
use gradus::prelude::*;
use ndarray::ArrayD;

type Loss = for<'t> fn(Var<'t, f64>, Var<'t, f64>, f64) -> Var<'t, f64>;

pub fn judge(huber: Loss) -> Judgement {
    Judge::examine("05_losses", |judge| {
        for (error, delta) in [(0.5, 1.0), (-3.0, 1.0), (3.0, 0.5)] {
            let at = |x: f64| ndarray::arr1(&[x]).into_dyn();
            on(judge, huber, &at(2.0 + error), &at(2.0), delta);
        }
        for (shape, size) in judge.shapes().into_iter().flat_map(|shape| [(shape, 0.5), (shape, 3.0), (shape, 1e4)]) {
            let (a, y): (ArrayD<f64>, ArrayD<f64>) =
                (judge.draw(shape, size).into_dyn(), judge.draw(shape, size).into_dyn());
            for delta in [1.0, 0.25] {
                on(judge, huber, &a, &y, delta);
            }
        }
        judge.given("four readings of 0 and one of 1000, and a guess at their middle that descends, with delta 1");
        judge.equal("where the guess ends: four pull it to 0, the outlier only by delta", 0.25, middle(huber));
    })
}

fn on(judge: &mut Judge, huber: Loss, outputs: &ArrayD<f64>, targets: &ArrayD<f64>, delta: f64) {
    let (n, errors) = (outputs.len() as f64, outputs - targets);
    let first = errors.iter().next().copied().unwrap_or(0.0);
    judge.given(format!("an array {:?} of errors a - y such as {first:.3}, delta {delta}", outputs.shape()));
    let tape = Tape::new();
    let a = tape.var(outputs);
    let loss = huber(a, tape.input(targets), delta);
    if loss.shape() != Shape::scalar() {
        return judge.holds("the loss", "one number", format!("an array of shape {}", loss.shape()), false);
    }
    let mean = |of: &dyn Fn(f64) -> f64| errors.iter().map(|&r| of(r.abs())).sum::<f64>() / n;
    let right = mean(&|r| if r <= delta { r * r / 2.0 } else { delta * (r - delta / 2.0) });
    judge
        .equal("the loss", right, loss.item())
        .slip("this is the squared error everywhere: an outlier still pulls as hard as it likes", || {
            mean(&|r| r * r / 2.0)
        })
        .slip("this is straight everywhere, near the target too", || mean(&|r| delta * (r - delta / 2.0)))
        .slip("the straight part starts too high: at r = delta both parts must be delta²/2", || {
            mean(&|r| if r <= delta { r * r / 2.0 } else { delta * r })
        })
        .slip("what is beyond delta is cut off, and no longer pulls at all", || mean(&|r| r.min(delta).powi(2) / 2.0))
        .slip("this is the sum over the elements, not their mean", || right * n);
    match loss.try_backward().ok().and_then(|gradients| gradients.get(a)) {
        Some(slopes) => {
            judge.equal("the gradient", errors.mapv(|r| r.clamp(-delta, delta) / n), slopes.value());
        }
        None => judge.holds(
            "the gradient",
            "one that reaches a",
            "none: the loss was not computed from a on the tape",
            false,
        ),
    }
}

/// The point where descent ends.
fn middle(huber: Loss) -> f64 {
    let (mut guess, mut tape) = (5.0, Tape::new());
    for _ in 0..2000 {
        let at = tape.var(guess);
        let loss = huber(at.broadcast_to([5]), tape.input([0.0, 0.0, 0.0, 0.0, 1000.0]), 1.0);
        let slope = loss.try_backward().ok().and_then(|gradients| gradients.get(at));
        guess -= 0.5 * slope.map_or(0.0, |slope| slope.item());
        tape.rewind();
    }
    guess
}
