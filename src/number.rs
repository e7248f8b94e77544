//! How numbers are written in listings, pictures and reports: with a few significant digits, in the shortest form.

use crate::scalar::Scalar;
use ndarray::{ArrayViewD, Axis};

/// Four significant digits. Whole parts up to 999999 are written in full, and an exponent only where it is shorter.
///
/// ```
/// use gradus::draw::number;
/// assert_eq!(number(2.0), "2");
/// assert_eq!(number(0.196_612), "0.1966");
/// assert_eq!(number(13_002.4), "13002");
/// assert_eq!(number(-1.5e-7), "-1.5e-7");
/// assert_eq!(number(-0.0), "0");
/// assert_eq!(number(f64::NAN), "NaN");
/// ```
pub fn number(x: f64) -> String {
    significant(x, 4)
}

/// The same with any number of significant digits, at least one.
pub(crate) fn significant(x: f64, digits: usize) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    if !x.is_finite() {
        return x.to_string();
    }
    // Rust writes 9999.9 as "1.000e4": the exponent is that of the rounded number.
    let scientific = format!("{x:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').expect("a finite number written with :e has an exponent");
    match exponent.parse::<i32>() {
        Ok(exponent @ -3..6) => {
            let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
            without_trailing_zeros(&format!("{x:.decimals$}")).to_owned()
        }
        _ => format!("{}e{exponent}", without_trailing_zeros(mantissa)),
    }
}

/// Numbers as rows of texts. An array that is not shown in full is a single text.
pub type Numbers = Vec<Vec<String>>;

/// All the numbers of an array: a matrix row by row, anything else in one row.
pub(crate) fn grid<F: Scalar>(value: &ArrayViewD<F>) -> Numbers {
    let one_row = |row: &ArrayViewD<F>| row.iter().map(|x| number(x.to_f64())).collect();
    match value.ndim() {
        _ if value.is_empty() => vec![vec!["empty".to_owned()]],
        2 => value.axis_iter(Axis(0)).map(|row| one_row(&row)).collect(),
        _ => vec![one_row(value)],
    }
}

/// The least and the greatest number of an array, and the count of its NaNs.
pub(crate) fn range<F: Scalar>(value: &ArrayViewD<F>) -> Numbers {
    let numbers = || value.iter().map(|x| x.to_f64()).filter(|x| !x.is_nan());
    let (least, greatest) = numbers().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    let count = numbers().count();
    let range = match (count, value.len() - count) {
        (0, 0) => "empty".to_owned(),
        (0, 1) => "NaN".to_owned(),
        (0, _) => "all NaN".to_owned(),
        (_, 0) if least == greatest => number(least),
        (_, 0) => format!("{} … {}", number(least), number(greatest)),
        (_, bad) => format!("{} … {}, {bad} NaN", number(least), number(greatest)),
    };
    vec![vec![range]]
}

fn without_trailing_zeros(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

#[cfg(test)]
mod tests {
    use super::{number, significant};

    #[test]
    fn numbers_have_four_significant_digits_and_no_ballast() {
        let cases = [
            (0.0, "0"),
            (1.0, "1"),
            (-1.0, "-1"),
            (0.1_f32 as f64, "0.1"),
            (100.0, "100"),
            (3.16228, "3.162"),
            (9999.96, "10000"),
            (123456.7, "123457"),
            (999_999.7, "1e6"),
            (12_345_678.0, "1.235e7"),
            (0.001, "0.001"),
            (0.000_999_96, "0.001"),
            (0.000_123_45, "1.234e-4"),
            (1e-11, "1e-11"),
            (-2.5e300, "-2.5e300"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (-f64::NAN, "NaN"),
        ];
        for (x, written) in cases {
            assert_eq!(number(x), written, "{x:e}");
        }
        assert_eq!(significant(-1.0 / 3.0, 5), "-0.33333");
        assert_eq!(significant(1234.5, 2), "1234");
        assert_eq!(significant(9.96, 2), "10");
    }
}
