//! How reports print numbers: five digits for values, two for errors, and a bound for errors that are only noise.

use crate::number::significant;

/// A value: `0.12346`, `-3.1416`, `1.2346e-9`.
pub(super) fn digits(x: f64) -> String {
    significant(x, 5)
}

/// Two values, with as many digits as it takes to see that they differ: `6.298712` and `6.298711`.
pub(super) fn apart(a: f64, b: f64) -> (String, String) {
    let both = |places: usize| (significant(a, places), significant(b, places));
    (5..=15).map(both).find(|(a, b)| a != b).unwrap_or_else(|| both(15))
}

/// An error or a tolerance: `0.33`, `2.3e-9`.
pub(super) fn error(x: f64) -> String {
    significant(x, 2)
}

/// An error in a form that is the same on every machine: a bound for noise, three digits for a true error.
pub(super) fn stable_error(x: f64, tolerance: f64) -> String {
    if x <= tolerance { format!("< {}", error(tolerance)) } else { significant(x, 3) }
}

/// A share as a percentage. It prints as 0% or 100% only if it is exactly that.
pub(super) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    match () {
        _ if percent > 0.0 && percent < 1.0 => "<1%".into(),
        _ if percent < 100.0 && percent > 99.0 => ">99%".into(),
        _ => format!("{percent:.0}%"),
    }
}
