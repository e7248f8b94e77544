//! The two landscapes of this chapter, and walks on them.

use gradus::prelude::*;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// L(w1, w2) = w1² + w2² + 0.3 sin(3 w1) sin(3 w2), on a tape.
pub fn surface<'t>(w: &[Var<'t, f64>]) -> Var<'t, f64> {
    w[0] * w[0] + w[1] * w[1] + 0.3 * (3.0 * w[0]).sin() * (3.0 * w[1]).sin()
}

/// The height of the surface at a place.
pub fn height(w: [f64; 2]) -> f64 {
    let tape = Tape::new();
    surface(&w.map(|w| tape.input(w))).item()
}

/// f(x) = x² + 0.5 sin 3x
pub fn curve(x: f64) -> f64 {
    x * x + 0.5 * (3.0 * x).sin()
}

/// f'(x) = 2x + 1.5 cos 3x
pub fn curve_slope(x: f64) -> f64 {
    2.0 * x + 1.5 * (3.0 * x).cos()
}

/// The places that descent on the curve visits, the start first.
pub fn descend_curve(start: f64, rate: f64, steps: usize) -> Vec<f64> {
    std::iter::successors(Some(start), |&x| Some(x - rate * curve_slope(x))).take(steps + 1).collect()
}

/// The places that descent on the surface visits, the start first. To each component of the gradient is added a normal number of spread
/// `noise`.
pub fn descend(start: [f64; 2], rate: f64, noise: f64, steps: usize, rng: &mut impl Rng) -> Vec<[f64; 2]> {
    let (mut w, mut path, mut tape) = (start, vec![start], Tape::new());
    for _ in 0..steps {
        // ANCHOR: step
        let at = w.map(|w| tape.var(w));
        let gradients = surface(&at).backward();
        for i in 0..2 {
            let stumble = noise * rng.sample::<f64, _>(StandardNormal);
            w[i] -= rate * (gradients.wrt(at[i]).item() + stumble);
        }
        // ANCHOR_END: step
        tape.rewind();
        path.push(w);
    }
    path
}
