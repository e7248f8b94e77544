//! A function along random directions, for programs with a million parameters. The one idea to know: if any element of a gradient is wrong, then the
//! slope along a random direction that follows from the gradient is almost surely wrong, too. So a few directions check a gradient that would take
//! too long to check element by element. They cannot tell which element is wrong.

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

    /// A direction through an argument. Each element has a random sign and size, so that errors do not cancel. Its unit is max(1, |x|), as for nudges
    /// of single elements. Many elements together have more effect than one, so each moves less.
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

/// A function whose arguments can be moved along directions. Its elements are the distances moved along each direction, at first 0.
pub(super) struct Directions<'f> {
    function: &'f mut dyn Function,
    draw: Draw,
    /// The distance along each direction at the point where it is checked: 0.
    start: Vec<f64>,
}

impl<'f> Directions<'f> {
    pub(super) fn new(function: &'f mut dyn Function, draw: Draw, directions: usize) -> Self {
        Directions { function, draw, start: vec![0.0; directions] }
    }

    /// The slopes along the directions that follow from a gradient.
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
