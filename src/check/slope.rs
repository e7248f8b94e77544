//! A slope, with what is known of its error; the slopes to both sides of a point.

/// Assumed rounding error of a result, in units of ε|y|: that of a few operations.
pub(super) const ROUNDINGS: f64 = 4.0;

/// A slope and its possible error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slope {
    pub(super) value: f64,
    /// The part of the error that rounding alone can make.
    pub(super) noise: f64,
    /// The largest possible error, as far as it is known.
    pub(super) uncertainty: f64,
}

/// The slopes to both sides of a point. At a kink, every number from `low` to `high` is a subgradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sides {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) noise: f64,
}

impl Sides {
    /// Whether there is a kink, given the slopes with a larger step. The slopes to both sides of a smooth point
    /// approach each other as the step shrinks; those of a kink do not, and those of a jump grow apart.
    pub(super) fn is_kink(&self, far: &Sides) -> bool {
        let (gap, far_gap) = (self.high - self.low, far.high - far.low);
        gap > 0.5 * far_gap && gap < 2.0 * far_gap && gap > 10.0 * self.noise
    }

    /// Whether a slope is a subgradient, up to the error of the measurement.
    pub(super) fn contains(&self, slope: f64) -> bool {
        let slack = 1e-3 * (self.high - self.low);
        (self.low - slack..=self.high + slack).contains(&slope)
    }
}

/// The rounding error of a number of this size. Below the smallest normal number it does not shrink.
pub(super) fn rounding(size: f64, epsilon: f64) -> f64 {
    epsilon * size.max(f64::MIN_POSITIVE)
}

/// √Σx², of numbers of any size: 1e300 has no square.
#[derive(Default)]
pub(super) struct Norm {
    largest: f64,
    /// Σ(x / largest)²
    squares: f64,
}

impl Norm {
    pub(super) fn add(&mut self, x: f64) {
        let x = x.abs();
        if x > self.largest {
            self.squares = self.squares * (self.largest / x).powi(2) + 1.0;
            self.largest = x;
        } else if self.largest > 0.0 {
            self.squares += (x / self.largest).powi(2);
        }
    }

    pub(super) fn value(&self) -> f64 {
        self.largest * self.squares.sqrt()
    }
}
