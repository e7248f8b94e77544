//! Three witnesses of one gradient, each independent of the other two: the reverse pass, dual numbers, nudging. The one idea to know:
//! **of three, the one that stands alone is the one that errs.** With two, a disagreement only says that one of them does.

use super::report::{Entry, Verdict};
use std::fmt;

/// A way to compute a derivative, as evidence about a gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
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

/// What it means that a witness stands alone: a sentence for each case, with the places.
pub(super) fn meanings(entries: &[Entry]) -> Vec<String> {
    let mut ways: Vec<(Witness, bool)> = Vec::new();
    for entry in entries {
        let way = entry.alone.map(|witness| (witness, entry.verdict == Verdict::Wrong));
        ways.extend(way.filter(|way| !ways.contains(way)));
    }
    let sentence = |&way: &(Witness, bool)| {
        let same = |entry: &&Entry| entry.alone == Some(way.0) && (entry.verdict == Verdict::Wrong) == way.1;
        let places: Vec<String> = entries.iter().filter(same).map(Entry::place).collect();
        format!("At {} {}", places.join(" and "), meaning(way.0, way.1))
    };
    ways.iter().map(sentence).collect()
}

fn meaning(alone: Witness, wrong: bool) -> &'static str {
    match (alone, wrong) {
        (Witness::Reverse, _) => {
            "the reverse pass stands alone. Dual numbers and nudging, which use no vjp, agree with each other: the gradient is \
             wrong."
        }
        (Witness::Duals, _) => {
            "dual numbers stand alone. The reverse pass and nudging agree with each other: the gradient is right, and something on \
             the way computes in plain numbers, where a tangent is lost."
        }
        (Witness::Nudging, true) => {
            "nudging stands alone, with the same slope for every step: it is not a bad measurement. Something on the way computes in \
             plain numbers, where neither the reverse pass nor dual numbers can follow."
        }
        (Witness::Nudging, false) => {
            "nudging stands alone. The reverse pass and dual numbers agree with each other: the gradient is right, and the measurement \
             is bad (a difference lost in rounding, or a kink or jump close by)."
        }
    }
}
