//! Axes: the place of a number, and the numbers that are written beside the axis.

/// The smallest and the largest of the finite numbers, if there is one.
pub(super) fn extent(numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    numbers.filter(|x| x.is_finite()).fold(None, |extent, x| match extent {
        None => Some((x, x)),
        Some((low, high)) => Some((f64::min(low, x), f64::max(high, x))),
    })
}

/// One axis of a chart.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub name: String,
    pub logarithmic: bool,
    /// The range the chapter asked for.
    pub range: Option<(f64, f64)>,
}

impl Axis {
    pub fn new(name: &str) -> Self {
        Axis { name: name.to_owned(), logarithmic: false, range: None }
    }

    /// The place of a number on the axis. The drawing crate clamps its own logarithms at 1e-10, so they are taken here.
    pub fn place(&self, x: f64) -> f64 {
        if !self.logarithmic {
            return x;
        }
        // A number that is not positive has no place on the axis: it goes to the bottom.
        if x > 0.0 { x.log10() } else { f64::NEG_INFINITY }
    }

    /// The range of the axis for these numbers, as places; `zero` if the axis must include 0, as for bars.
    pub fn reach(&self, numbers: impl Iterator<Item = f64>, zero: bool) -> (f64, f64) {
        if let Some((low, high)) = self.range {
            return (self.place(low), self.place(high));
        }
        let (low, high) = extent(numbers.map(|x| self.place(x))).unwrap_or((0.0, 1.0));
        if self.logarithmic {
            let (low, high) = (low.floor(), high.ceil());
            return (low, if high > low { high } else { low + 1.0 });
        }
        let (low, high) = if zero { (low.min(0.0), high.max(0.0)) } else { (low, high) };
        let air = match high - low {
            0.0 => 0.5 * low.abs().max(1.0),
            span => 0.04 * span,
        };
        (if zero && low == 0.0 { 0.0 } else { low - air }, if zero && high == 0.0 { 0.0 } else { high + air })
    }

    /// The distance between two numbers that are written, for at most `most` of them from `low` to `high`.
    pub fn step(&self, (low, high): (f64, f64), most: usize) -> f64 {
        let raw = (high - low) / most.max(1) as f64;
        if self.logarithmic {
            let decades = [1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0];
            return decades.into_iter().find(|decades| *decades >= raw).unwrap_or(raw.ceil());
        }
        let magnitude = 10.0_f64.powf(raw.log10().floor());
        let nice = [1.0, 2.0, 5.0, 10.0].into_iter().find(|nice| nice * magnitude >= raw * (1.0 - 1e-9));
        nice.unwrap_or(10.0) * magnitude
    }

    /// The number at a place, as it is written beside an axis whose numbers are `step` apart.
    pub fn label(&self, place: f64, step: f64) -> String {
        if self.logarithmic { power_of_ten(place.round() as i32) } else { decimal(place, step) }
    }
}

/// As many decimals as the step needs.
pub(super) fn decimal(x: f64, step: f64) -> String {
    let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    // A zero that rounding made negative is written as 0.
    let x = if x.abs() < step * 1e-6 { 0.0 } else { x };
    if decimals > 5 || x.abs() >= 1e7 {
        return format!("{x:.1e}").replace('-', "−");
    }
    let text = format!("{:.decimals$}", x.abs());
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    format!("{}{}{fraction}", if x < 0.0 { "−" } else { "" }, with_commas(whole))
}

fn with_commas(digits: &str) -> String {
    let grouped = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    if digits.len() > 4 { grouped.collect::<Vec<_>>().join(",") } else { digits.to_owned() }
}

/// 10⁻⁸, with 1 and 10 as they are.
fn power_of_ten(exponent: i32) -> String {
    match exponent {
        0 => return "1".to_owned(),
        1 => return "10".to_owned(),
        _ => {}
    }
    let raised = |digit: char| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => char::from_u32(0x2070 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
    };
    format!("10{}", exponent.to_string().chars().map(raised).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beside_an_axis_have_the_decimals_of_their_step() {
        assert_eq!(decimal(0.30000000000000004, 0.1), "0.3");
        assert_eq!(decimal(-1e-17, 0.5), "0.0");
        assert_eq!(decimal(-2.0, 1.0), "−2");
        assert_eq!(decimal(25_000.0, 5000.0), "25,000");
        assert_eq!(decimal(1000.0, 500.0), "1000");
    }

    #[test]
    fn powers_of_ten_are_raised() {
        assert_eq!([0, 1, 2, -8, 13].map(power_of_ten), ["1", "10", "10²", "10⁻⁸", "10¹³"]);
    }

    #[test]
    fn steps_are_round() {
        let axis = Axis::new("x");
        assert_eq!(axis.step((0.0, 10.0), 5), 2.0);
        assert!((axis.step((0.0, 0.9), 6) - 0.2).abs() < 1e-12);
        assert_eq!(Axis { logarithmic: true, ..axis }.step((-15.0, 0.0), 6), 3.0);
    }

    #[test]
    fn a_logarithmic_axis_reaches_whole_decades_far_below_1e_10() {
        let axis = Axis { logarithmic: true, ..Axis::new("error") };
        assert_eq!(axis.reach([3e-13, 0.0, 0.2].into_iter(), false), (-13.0, 0.0));
    }
}
