//! How reports print numbers: five digits for values, a decade for errors that are only noise.

/// Five significant digits: `0.12346`, `-3.1416`, `1.2346e-9`.
pub(super) fn digits(x: f64) -> String {
    significant(x, 5)
}

fn significant(x: f64, places: usize) -> String {
    let size = x.abs();
    match () {
        _ if x == 0.0 => "0".into(),
        _ if !x.is_finite() => x.to_string(),
        _ if (1e-3..1e5).contains(&size) => {
            // 0.012346 has one more decimal than 0.12346.
            let decimals = (places as i32 - 1 - size.log10().floor() as i32).max(0) as usize;
            let text = format!("{x:.decimals$}");
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text,
            }
        }
        _ => format!("{x:.*e}", places - 1),
    }
}

/// Two numbers that differ, with so many digits that one sees it: `6.298712` and `6.298711`.
pub(super) fn apart(a: f64, b: f64) -> (String, String) {
    let both = |places: usize| (significant(a, places), significant(b, places));
    (5..=15).map(both).find(|(a, b)| a != b).unwrap_or_else(|| both(15))
}

/// Two digits, for errors: `0.33`, `2.3e-9`.
pub(super) fn error(x: f64) -> String {
    match () {
        _ if x == 0.0 => "0".into(),
        _ if (1e-3..1e5).contains(&x) => digits(format!("{x:.1e}").parse().unwrap_or(x)),
        _ => format!("{x:.1e}"),
    }
}

/// A tolerance: `1e-7`.
pub(super) fn bound(x: f64) -> String {
    format!("{x:e}")
}

/// An error in a form that is the same on every machine: noise is only bounded, and a true error has three digits.
pub(super) fn stable_error(x: f64, tolerance: f64) -> String {
    match x <= tolerance {
        true => format!("< {}", bound(tolerance)),
        false => digits(format!("{x:.2e}").parse().unwrap_or(x)),
    }
}

/// A share as a percentage that is 0% or 100% only if it is exactly that.
pub(super) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    match () {
        _ if percent > 0.0 && percent < 1.0 => "<1%".into(),
        _ if percent < 100.0 && percent > 99.0 => ">99%".into(),
        _ => format!("{percent:.0}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_five_digits_at_most() {
        for (x, text) in [
            (0.0, "0"),
            (0.5, "0.5"),
            (-1.0 / 3.0, "-0.33333"),
            (0.0123456789, "0.012346"),
            (12345.678, "12346"),
            (1234567.0, "1.2346e6"),
            (100.0, "100"),
            (-1.5e-9, "-1.5000e-9"),
        ] {
            assert_eq!(digits(x), text);
        }
    }
}
