//! A ravine, and the ways down.

use frame::Result;
use gradus::optim::{Adam, Optimizer, RmsProp, Sgd};
use gradus::prelude::*;
use ndarray::arr1;

/// f = unit · (along² + 40 across²) / 2; the axis `along` is turned by `degrees`.
#[derive(Clone, Copy)]
pub struct Ravine {
    pub degrees: f64,
    pub unit: f64,
}

/// The places that were visited, the start first.
pub type Path = Vec<[f64; 2]>;

/// Number of steps: enough for every optimizer.
pub const STEPS: usize = 1000;

/// The height, in the plain unit, below which a path is at the bottom.
const DOWN: f64 = 1e-3;

const STEEPNESS: f64 = 40.0;

impl Ravine {
    /// Records f at w = [x, y].
    pub fn record<'t>(&self, w: Var<'t, f64>) -> Var<'t, f64> {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let tape = w.tape();
        let [along, across] = [[cos, sin], [-sin, cos]].map(|axis| (w * tape.input(axis)).sum());
        (along * along + STEEPNESS * across * across) * (0.5 * self.unit)
    }

    /// f at a place.
    pub fn height(&self, place: [f64; 2]) -> f64 {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let (along, across) = (cos * place[0] + sin * place[1], cos * place[1] - sin * place[0]);
        (along * along + STEEPNESS * across * across) * 0.5 * self.unit
    }

    /// The start: as far along and across as (-4, 1) in a ravine that is not turned.
    fn start(&self) -> [f64; 2] {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        [-4.0 * cos - sin, -4.0 * sin + cos]
    }

    /// The number of steps after which a path stays at the bottom; `None` if it does not.
    pub fn arrival(&self, path: &Path) -> Option<usize> {
        let is_down = |&place: &[f64; 2]| self.height(place) < DOWN * self.unit;
        let steps = path.len() - path.iter().rev().take_while(|place| is_down(place)).count();
        (steps < path.len()).then_some(steps)
    }
}

// ANCHOR: walk
/// Walks down with an optimizer.
fn walk(mut optimizer: impl Optimizer<f64>, ravine: &Ravine, steps: usize) -> Result<Path> {
    let w = vec![Param::new("w", arr1(&ravine.start()))];
    let (mut path, mut tape) = (vec![ravine.start()], Tape::new());
    for _ in 0..steps {
        let f = ravine.record(tape.param(&w[0]));
        optimizer.step(&w, &f.backward())?;
        tape.rewind();
        let place = w[0].value();
        path.push([place[0], place[1]]);
    }
    Ok(path)
}
// ANCHOR_END: walk

/// Walks with an optimizer at this rate.
type Walk = fn(f64, &Ravine, usize) -> Result<Path>;

// ANCHOR: ways
pub const WAYS: [(&str, Walk); 5] = [
    ("descent", |rate, ravine, steps| walk(Sgd::new(rate), ravine, steps)),
    ("momentum", |rate, ravine, steps| walk(Sgd::new(rate).momentum(0.9), ravine, steps)),
    ("Nesterov", |rate, ravine, steps| walk(Sgd::new(rate).nesterov(0.9), ravine, steps)),
    ("RMSProp", |rate, ravine, steps| walk(RmsProp::new(rate), ravine, steps)),
    ("Adam", |rate, ravine, steps| walk(Adam::new(rate), ravine, steps)),
];
// ANCHOR_END: ways
