//! Patterns that a mistake leaves in the numbers alone: the ratio of the gradient by the reverse pass to that by nudging, where the gradient is zero,
//! in which order its elements are.

use super::cause::Cause;
use super::judge::{Element, Standing};
use crate::shape::Shape;

/// The probable mistake in a gradient of which only the numbers are known.
pub(super) fn cause_of_numbers(elements: &[Element], reverse: &[f64], shape: Shape) -> Cause {
    let telling = || Ratio::of(elements).constant().and_then(telling);
    unusable(elements).or_else(telling).unwrap_or_else(|| pattern(elements, reverse, shape))
}

/// The cause if the gradient's ratios say nothing: it is not finite, or 0 everywhere.
pub(super) fn unusable(elements: &[Element]) -> Option<Cause> {
    match () {
        _ if elements.iter().any(|element| !element.reverse.is_finite()) => Some(Cause::NotANumber),
        _ if elements.iter().all(|element| element.reverse == 0.0) => Some(Cause::Zero),
        _ => None,
    }
}

/// Patterns in the numbers, exact ones first, vague ones last.
pub(super) fn pattern(elements: &[Element], reverse: &[f64], shape: Shape) -> Cause {
    let ratio = Ratio::of(elements);
    if elements.iter().all(|element| element.numeric.abs() <= element.uncertainty) {
        Cause::NoSlope
    } else if transposed(elements, reverse, shape) {
        Cause::Transposed
    } else if let Some(zeros) = some_zero(elements) {
        Cause::SomeZero { zeros }
    } else if let Some(relative) = ratio.off_by_a_hair() {
        Cause::Epsilon { relative }
    } else if let Some(ratio) = ratio.constant() {
        Cause::Factor(ratio)
    } else {
        Cause::Unknown { lowest: ratio.lowest, highest: ratio.highest }
    }
}

/// The range of reverse / numeric over the elements that are not zero.
pub(super) struct Ratio {
    lowest: f64,
    highest: f64,
    /// Whether both are zero wherever one of them is.
    everywhere: bool,
}

impl Ratio {
    pub(super) fn of(elements: &[Element]) -> Ratio {
        Ratio::of_pairs(elements.iter().map(|element| (element.reverse, element.numeric)))
    }

    /// The same of pairs of reverse and numeric.
    pub(super) fn of_pairs(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Ratio {
        let largest = pairs.clone().map(|(_, numeric)| numeric.abs()).fold(0.0, f64::max);
        let mut ratio = Ratio { lowest: f64::INFINITY, highest: f64::NEG_INFINITY, everywhere: true };
        for (reverse, numeric) in pairs {
            if numeric.abs() > 1e-6 * largest {
                let quotient = reverse / numeric;
                (ratio.lowest, ratio.highest) = (ratio.lowest.min(quotient), ratio.highest.max(quotient));
            } else {
                ratio.everywhere &= reverse.abs() <= 1e-3 * largest;
            }
        }
        ratio
    }

    pub(super) fn constant(&self) -> Option<f64> {
        let middle = 0.5 * (self.lowest + self.highest);
        (self.everywhere && self.highest - self.lowest <= 1e-5 * middle.abs()).then_some(middle)
    }

    /// The largest distance from 1, if it is small and all ratios lie on one side of 1.
    fn off_by_a_hair(&self) -> Option<f64> {
        let (low, high) = (self.lowest - 1.0, self.highest - 1.0);
        let one_side = low > -1e-9 || high < 1e-9;
        (self.everywhere && one_side && low > -1e-2 && high < 1e-2).then_some(low.abs().max(high.abs()))
    }
}

/// The cause if a ratio is the same everywhere: a sign, a tiny difference, a simple fraction.
pub(super) fn telling(ratio: f64) -> Option<Cause> {
    if is_near(ratio, -1.0) {
        return Some(Cause::Sign);
    }
    if (ratio - 1.0).abs() < 1e-3 {
        return Some(Cause::Epsilon { relative: (ratio - 1.0).abs() });
    }
    let simple = |n: i32| (1..=10).any(|m| is_near(ratio.abs(), f64::from(n) / f64::from(m)));
    (1..=10).any(simple).then_some(Cause::Factor(ratio))
}

pub(super) fn is_near(x: f64, y: f64) -> bool {
    (x / y - 1.0).abs() < 1e-5
}

/// Whether `explained` gives the measured slopes of all elements.
pub(super) fn agrees(elements: &[Element], explained: impl Fn(&Element) -> f64) -> bool {
    let largest = elements.iter().map(|element| element.numeric.abs()).fold(0.0, f64::max);
    elements.iter().all(|element| (explained(element) - element.numeric).abs() <= 1e-5 * largest)
}

/// Whether the last two axes are exchanged. The gradient may also have been read in the transposed order.
fn transposed(elements: &[Element], reverse: &[f64], shape: Shape) -> bool {
    let &[.., rows, columns] = &shape[..] else { return false };
    let exchanged = |element: &Element| {
        let (matrix, place) = (element.index / (rows * columns), element.index % (rows * columns));
        let (row, column) = (place / columns, place % columns);
        reverse[matrix * rows * columns + column * rows + row]
    };
    rows > 1 && columns > 1 && agrees(elements, exchanged)
}

/// The number of wrong elements, if all of these are 0.
pub(super) fn some_zero(elements: &[Element]) -> Option<usize> {
    let wrong: Vec<&Element> = elements.iter().filter(|element| element.standing == Standing::Wrong).collect();
    wrong.iter().all(|element| element.reverse == 0.0).then_some(wrong.len())
}
