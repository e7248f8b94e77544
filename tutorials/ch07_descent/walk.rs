//! The two landscapes of this chapter, and walks on them.

use gradus::prelude::*;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// L(w1, w2) = w1² + w2² + 0.3 sin(3 w1) sin(3 w2), on a tape.
pub fn surface<'t>(w: &[Var<'t, f64>]) -> Var<'t, f64> {
    w[0] * w[0] + w[1] * w[1] + 0.3 * (3.0 * w[0]).sin() * (3.0 * w[1]).sin()
}

/// Its height and its gradient.
pub fn value_and_gradient(w: [f64; 2]) -> (f64, [f64; 2]) {
    let tape = Tape::new();
    let vars = w.map(|w| tape.var(w));
    let height = surface(&vars);
    let gradients = height.backward();
    (height.item(), vars.map(|w| gradients.wrt(w).item()))
}

/// f(x) = x² + 0.5 sin 3x
pub fn curve(x: f64) -> f64 {
    x * x + 0.5 * (3.0 * x).sin()
}

/// f'(x) = 2x + 1.5 cos 3x
pub fn curve_slope(x: f64) -> f64 {
    2.0 * x + 1.5 * (3.0 * x).cos()
}

/// What is added to each component of the gradient: a normal number of this spread.
#[derive(Clone, Copy)]
pub struct Noise(f64);

impl Noise {
    pub fn none() -> Noise {
        Noise(0.0)
    }

    pub fn normal(spread: f64) -> Noise {
        Noise(spread)
    }
}

/// The places that descent visits, the start first.
pub fn descend(start: [f64; 2], rate: f64, steps: usize, noise: Noise, rng: &mut impl Rng) -> Vec<[f64; 2]> {
    let mut path = vec![start];
    let mut w = start;
    for _ in 0..steps {
        // ANCHOR: step
        let (_, gradient) = value_and_gradient(w);
        for (w, slope) in w.iter_mut().zip(gradient) {
            let stumble = noise.0 * rng.sample::<f64, _>(StandardNormal);
            *w -= rate * (slope + stumble);
        }
        // ANCHOR_END: step
        path.push(w);
    }
    path
}
