//! The reasons why a check can tell neither right nor wrong.

use std::fmt;

/// Why nudging cannot tell whether a gradient is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Doubt {
    /// The result itself is infinite or not a number.
    NoResult,
    /// To at least one side the result is not finite or has another size, and the slope to the other side does not settle.
    Edge,
    /// The result moves in steps that are larger than the nudges.
    Staircase,
    /// The slope grows without bound as the step shrinks.
    Jump,
    /// Rounding in the result explains the difference.
    Rounding,
    /// Rounding in the result hides the slope.
    TooSmall,
    /// The slopes of finer and finer steps do not settle before rounding drowns them.
    Unsettled,
    /// The gradient is too large for a number.
    Infinite,
    /// It looks wrong; but every op alone is right, and no numbers leave the tape.
    Suspected,
}

impl Doubt {
    /// Whether the reason lies in the measurement, so that trying ops one by one may settle it.
    pub(super) fn is_of_measurement(self) -> bool {
        !matches!(self, Doubt::NoResult | Doubt::Infinite | Doubt::Suspected)
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Doubt::NoResult => "the result itself is infinite or not a number here",
            Doubt::Edge => {
                "this is the edge of a domain: to one side of it the result is infinite, not a number or of another size, and the slope \
                 to the other side does not settle"
            }
            Doubt::Staircase => {
                "the result moves in steps, as if it were computed in f32 or beside a huge number, and finer nudges move nothing"
            }
            Doubt::Jump => "the slope grows without bound as the step shrinks: a jump, or a slope too steep for any nudge",
            Doubt::TooSmall => "the slope is too small to be told from rounding in the result",
            Doubt::Rounding => "rounding in the result is larger than the difference",
            Doubt::Unsettled => {
                "the slope changes with every finer step until rounding drowns it: a pole, an edge, a kink or a bend is too close"
            }
            Doubt::Suspected => {
                "another slope was found, and yet every op alone is right and no numbers leave the tape: rounding may have spoilt either"
            }
            Doubt::Infinite => "the slope is too large for a number",
        })
    }
}
