//! A function along random directions, for a million parameters. The one idea to know: if a gradient is wrong in one element or in all of
//! them, then the slope that it promises along a random direction is wrong, too, but for an unlikely accident. So a few directions check
//! what no time would be left to check element by element. They do not say which element it is.

use super::function::{Function, Given};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Directions through each argument, which can be drawn again at any time.
#[derive(Clone)]
pub(super) struct Draw {
    seed: u64,
    direction: Vec<f64>,
    drawn: Option<(usize, usize)>,
}

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Draw { seed, direction: Vec::new(), drawn: None }
    }

    /// A direction through an argument. Each element has either sign and its own length, so that errors do not cancel, in units of
    /// max(1, |x|), in which single elements are nudged too. Many elements together have more effect than one, so each moves less.
    pub(super) fn through(&mut self, argument: usize, number: usize, point: &[f64]) -> &[f64] {
        if self.drawn != Some((argument, number)) {
            let mut random =
                ChaCha8Rng::seed_from_u64(self.seed ^ ((argument as u64) << 40 | (number as u64) << 1 | 1));
            let share = (point.len() as f64).powf(-0.25);
            self.direction.clear();
            self.direction.extend(point.iter().map(|x| {
                // From 0.5 to 1.5, and a sign.
                let drawn: f64 = random.random_range(-1.0..1.0);
                share * x.abs().max(1.0) * (drawn + 0.5_f64.copysign(drawn))
            }));
            self.drawn = Some((argument, number));
        }
        &self.direction
    }
}

/// A function whose arguments can be moved along directions: its elements are how far it was moved along each, at first 0.
pub(super) struct Directions<'f> {
    function: &'f mut dyn Function,
    draw: Draw,
    /// How far it is along each direction where it is checked.
    start: Vec<f64>,
}

impl<'f> Directions<'f> {
    pub(super) fn new(function: &'f mut dyn Function, draw: Draw, directions: usize) -> Self {
        Directions { function, draw, start: vec![0.0; directions] }
    }

    /// The slopes along the directions that a gradient promises.
    pub(super) fn slopes(&mut self, argument: usize, gradient: &[f64]) -> Vec<f64> {
        let mut slopes = Vec::with_capacity(self.start.len());
        for number in 0..self.start.len() {
            let direction = self.draw.through(argument, number, self.function.point(argument));
            slopes.push(direction.iter().zip(gradient).map(|(v, g)| v * g).sum());
        }
        slopes
    }
}

impl Function for Directions<'_> {
    fn point(&self, _: usize) -> &[f64] {
        &self.start
    }
    fn set(&mut self, argument: usize, number: usize, to: f64) {
        let direction = self.draw.through(argument, number, self.function.point(argument));
        self.function.shift(argument, direction, to);
    }
    fn evaluate(&mut self, result: &mut Vec<f64>) {
        self.function.evaluate(result);
    }
    fn epsilon(&self) -> f64 {
        self.function.epsilon()
    }
    fn rounding(&self) -> f64 {
        self.function.rounding()
    }
    fn has_ops(&self) -> bool {
        self.function.has_ops()
    }
    fn given(&mut self) -> Vec<Given> {
        self.function.given()
    }
}
