//! Learning-rate schedules: the rate as a function of the step. A schedule keeps no count: the training loop knows its step, and a resumed training
//! continues where it stood.

use std::f64::consts::PI;

/// A learning rate for each step. Steps count from 0; whether a step is a batch or an epoch is up to the caller.
///
/// ```
/// use gradus::optim::{Adam, Schedule};
/// let schedule = Schedule::cosine(1e-3, 900).after_warm_up(100);
/// let mut adam = Adam::<f32>::new(0.0);
/// for step in 0..1000 {
///     adam.learning_rate = schedule.at(step);
///     // forward, backward, adam.step(..)
/// }
/// assert_eq!(schedule.at(99), 1e-3); // the warm-up ends at the full rate
/// assert!(schedule.at(999) < 1e-8);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a schedule only says what the rate is"]
pub struct Schedule {
    /// The rate at the height of the schedule.
    rate: f64,
    shape: Shape,
    /// Steps of warm-up before the shape begins.
    warm_up: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Constant,
    /// Times `factor` after every `every` steps.
    Step {
        every: usize,
        factor: f64,
    },
    /// Half a cosine from the rate down to 0.
    Cosine {
        steps: usize,
    },
    /// Half a cosine up, half a cosine down.
    OneCycle {
        steps: usize,
        rise: f64,
    },
}

/// How far a one-cycle schedule starts below its height, and how far below its start it ends (PyTorch's `div_factor` and `final_div_factor`).
const START: f64 = 1.0 / 25.0;
const END: f64 = START / 1e4;

impl Schedule {
    /// The same rate in every step.
    pub fn constant(rate: f64) -> Self {
        Schedule { rate, shape: Shape::Constant, warm_up: 0 }
    }

    /// The rate is multiplied by `factor` after every `every` steps: PyTorch's `StepLR`.
    ///
    /// # Panics
    /// If `every` is 0.
    #[track_caller]
    pub fn step(rate: f64, every: usize, factor: f64) -> Self {
        assert!(every > 0, "Schedule::step: the rate changes after a number of steps above 0");
        Schedule { rate, shape: Shape::Step { every, factor }, warm_up: 0 }
    }

    /// Half a cosine from `rate` down to 0, over `steps` steps; then 0 (Loshchilov and Hutter 2017, without restarts): PyTorch's `CosineAnnealingLR`.
    ///
    /// # Panics
    /// If `steps` is 0.
    #[track_caller]
    pub fn cosine(rate: f64, steps: usize) -> Self {
        assert!(steps > 0, "Schedule::cosine: it falls over a number of steps above 0");
        Schedule { rate, shape: Shape::Cosine { steps }, warm_up: 0 }
    }

    /// One cycle (Smith and Topin 2018) of `steps` steps: half a cosine from `rate` / 25 up to `rate` over the first 30% of them, then half a cosine down
    /// to a ten-thousandth of where it started. The defaults of PyTorch's `OneCycleLR`.
    ///
    /// # Panics
    /// If there are fewer than 4 steps: they would not go up and down.
    #[track_caller]
    pub fn one_cycle(rate: f64, steps: usize) -> Self {
        assert!(steps > 3, "Schedule::one_cycle: it goes up and down in at least 4 steps, not in {steps}");
        Schedule { rate, shape: Shape::OneCycle { steps, rise: 0.3 * steps as f64 - 1.0 }, warm_up: 0 }
    }

    /// The schedule begins after `steps` steps of warm-up, in which the rate rises in a straight line: to the first step's rate, reached in the last of
    /// them.
    pub fn after_warm_up(self, steps: usize) -> Self {
        Schedule { warm_up: steps, ..self }
    }

    /// The learning rate of a step.
    pub fn at(&self, step: usize) -> f64 {
        match step.checked_sub(self.warm_up) {
            Some(step) => self.rate * self.share(step),
            None => self.rate * self.share(0) * (step + 1) as f64 / self.warm_up as f64,
        }
    }

    /// The share of the rate, warm-up aside.
    fn share(&self, step: usize) -> f64 {
        match self.shape {
            Shape::Constant => 1.0,
            Shape::Step { every, factor } => factor.powi((step / every).min(i32::MAX as usize) as i32),
            Shape::Cosine { steps } => between(1.0, 0.0, step as f64 / steps as f64),
            Shape::OneCycle { steps, rise } => {
                let (step, last) = (step as f64, steps as f64 - 1.0);
                match step <= rise {
                    true => between(START, 1.0, step / rise),
                    false => between(1.0, END, (step - rise) / (last - rise)),
                }
            }
        }
    }
}

/// Half a cosine from one number to another; `part` runs from 0 to 1.
fn between(from: f64, to: f64, part: f64) -> f64 {
    to + (from - to) * 0.5 * (1.0 + (PI * part.min(1.0)).cos())
}
