//! What it means that of three witnesses one stands alone.

use super::report::{Entry, Verdict};
use super::witness::Witness;

/// What it means that a witness stands alone: a sentence for each case, with the places.
pub(super) fn meanings(entries: &[Entry]) -> Vec<String> {
    let case_of = |entry: &Entry| entry.alone.map(|alone| (alone, entry.verdict == Verdict::Wrong));
    let mut cases: Vec<(Witness, bool)> = Vec::new();
    for entry in entries {
        cases.extend(case_of(entry).filter(|case| !cases.contains(case)));
    }
    let sentence = |&(alone, wrong): &(Witness, bool)| {
        let same = |entry: &&Entry| case_of(entry) == Some((alone, wrong));
        let places: Vec<String> = entries.iter().filter(same).map(Entry::place).collect();
        format!("At {} {}", places.join(" and "), meaning(alone, wrong))
    };
    cases.iter().map(sentence).collect()
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
