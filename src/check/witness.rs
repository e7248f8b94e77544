//! Three witnesses of one gradient, each independent of the other two: the reverse pass, dual numbers, nudging. The one idea to know:
//! **of three, the one that stands alone is the one that errs.** With two, a disagreement only says that one of them does.

use std::fmt;

/// A way to compute a derivative, as evidence about a gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Witness {
    /// The reverse pass, through the vjps: the one that is checked.
    Reverse,
    /// Dual numbers, through the forward kernels.
    Duals,
    /// Finite differences, through the results alone.
    Nudging,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Witness::Reverse => "the reverse pass",
            Witness::Duals => "dual numbers",
            Witness::Nudging => "nudging",
        })
    }
}

/// The witness that the two others contradict, given which pairs agree.
pub(super) fn alone(reverse_and_duals: bool, reverse_and_nudging: bool, duals_and_nudging: bool) -> Option<Witness> {
    match (reverse_and_duals, reverse_and_nudging, duals_and_nudging) {
        (false, false, true) => Some(Witness::Reverse),
        (false, true, false) => Some(Witness::Duals),
        (true, false, false) => Some(Witness::Nudging),
        _ => None,
    }
}
