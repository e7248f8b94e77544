//! Judges both figures: a path on curves of several shapes, and the kind of a level place.

use frame::{Judge, Judgement};
use std::f64::consts::TAU;

/// The kind of a level place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The ground rises in every direction.
    Minimum,
    /// It falls in every direction.
    Maximum,
    /// It rises in some and falls in others.
    Saddle,
}

type Path = fn(&dyn Fn(f64) -> f64, f64, f64, usize) -> Vec<f64>;

pub fn judge(path: Path, place: fn([[f64; 2]; 2]) -> Place) -> Judgement {
    Judge::examine("07_descent", |judge| {
        on_a_curve(judge, path, "f = x²", |x| 2.0 * x, (1.0, 0.1, 4));
        on_a_curve(judge, path, "f = x² + 0.5 sin 3x", |x| 2.0 * x + 1.5 * (3.0 * x).cos(), (2.0, 0.1, 40));
        for _ in 0..20 {
            let [start, steepness, rate] = judge.draw(3, 3.0).to_vec()[..] else { continue };
            let text = format!("f = {:.3} (x - 1)² / 2", steepness.abs());
            on_a_curve(judge, path, &text, |x| steepness.abs() * (x - 1.0), (start, 0.1 * rate.abs(), 10));
        }
        on_a_curve(judge, path, "f = 100 x²", |x| 200.0 * x, (1000.0, 0.005, 1));
        // The two places of the figure, a hill, and a place whose diagonal has both signs.
        for h in [[2.0, 2.7, 2.0], [3.59, 0.98, 3.59], [-2.0, 0.5, -1.0], [-1.0, 0.0, 2.0]] {
            level(judge, place, h);
        }
        for size in [1.0, 1.0, 1000.0].repeat(20) {
            // If a place is too level to tell, another one is drawn.
            loop {
                let drawn = judge.draw(3, size);
                if level(judge, place, [drawn[0], drawn[1], drawn[2]]) {
                    break;
                }
            }
        }
    })
}

fn on_a_curve(
    judge: &mut Judge,
    path: Path,
    text: &str,
    slope: impl Fn(f64) -> f64,
    (start, rate, steps): (f64, f64, usize),
) {
    judge.given(format!("{text}, start {start:.3}, rate {rate:.3}, {steps} step(s)"));
    let walk = |rate: f64| {
        let mut x = start;
        (0..steps).map(|_| (x -= rate * slope(x), x).1).collect::<Vec<f64>>()
    };
    let with_start = |walk: Vec<f64>| [vec![start], walk].concat();
    judge
        .equal("the places it visits", with_start(walk(rate)), path(&slope, start, rate, steps))
        .slip("every step goes uphill: mind the sign", || with_start(walk(-rate)))
        .slip("the rate is not used", || with_start(walk(1.0)))
        .slip("the start is missing: it is the first place that is visited", || walk(rate));
}

/// A level place with second derivatives a and c along the axes, and b mixed. Returns whether its kind can be told.
fn level(judge: &mut Judge, place: fn([[f64; 2]; 2]) -> Place, [a, b, c]: [f64; 3]) -> bool {
    judge.given(format!("second derivatives [[{a:.3}, {b:.3}], [{b:.3}, {c:.3}]]"));
    // The curvature in each of 3,600 directions.
    let bends = (0..3600)
        .map(|i| (f64::from(i) * TAU / 3600.0).sin_cos())
        .map(|(s, k)| a * k * k + 2.0 * b * k * s + c * s * s);
    let (lowest, highest) =
        bends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), bend| (low.min(bend), high.max(bend)));
    if lowest.abs().min(highest.abs()) < 1e-3 * lowest.abs().max(highest.abs()) {
        return false; // too near to level for 3,600 directions to tell
    }
    let right = match (lowest > 0.0, highest > 0.0) {
        (true, true) => Place::Minimum,
        (false, false) => Place::Maximum,
        _ => Place::Saddle,
    };
    let shown = |place: Place| format!("{place:?}, as curvatures run from {lowest:.3} to {highest:.3}");
    let got = place([[a, b], [b, c]]);
    judge.holds("what the place is", shown(right), format!("{got:?}"), got == right);
    true
}
