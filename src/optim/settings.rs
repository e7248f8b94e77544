//! Checks of an optimizer's settings. They are made in every step, since the learning rate may change between steps.

use super::OptimError;
use crate::Scalar;

/// The name of the optimizer, for the message.
#[derive(Clone, Copy)]
pub(super) struct Of(pub(super) &'static str);

impl Of {
    /// A learning rate. With 0 nothing moves; a negative one would climb.
    pub(super) fn rate<F: Scalar>(self, value: f64) -> Result<f64, OptimError> {
        let expected = "a finite number, 0 or above (to climb instead of descending, negate the loss)";
        self.hold(value >= 0.0 && value.is_finite(), "learning rate", value, expected)?;
        let held = F::from_f64(value).to_f64();
        let expected = "a number that the parameters' kind of number can hold, neither too large nor too small for it";
        self.hold(held.is_finite() && (held > 0.0 || value == 0.0), "learning rate", value, expected)
    }

    /// The share of a running mean that is kept in each step. With 1 nothing new would ever come in.
    pub(super) fn kept_share(self, name: &'static str, value: f64) -> Result<f64, OptimError> {
        self.hold((0.0..1.0).contains(&value), name, value, "from 0 to below 1, such as 0.9")
    }

    /// The number that is added to a divisor.
    pub(super) fn epsilon<F: Scalar>(self, value: f64) -> Result<f64, OptimError> {
        let is_held = F::from_f64(value).is_finite();
        self.hold(value >= 0.0 && is_held, "epsilon", value, "a finite number, 0 or above, such as 1e-8")
    }

    /// The share of a weight that a step takes away: η λ.
    pub(super) fn shrinkage(self, rate: f64, weight_decay: f64) -> Result<f64, OptimError> {
        let expected =
            "0 or above, and not so large that a step takes more than all of a weight away: at most 1 / learning rate";
        self.hold(weight_decay >= 0.0 && rate * weight_decay <= 1.0, "weight decay", weight_decay, expected)?;
        Ok(rate * weight_decay)
    }

    fn hold(self, holds: bool, setting: &'static str, value: f64, expected: &'static str) -> Result<f64, OptimError> {
        let Of(optimizer) = self;
        if holds { Ok(value) } else { Err(OptimError::Setting { optimizer, setting, value, expected }) }
    }
}
