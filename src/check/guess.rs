//! A guess at the cause. The one idea to know: most mistakes leave a pattern in the ratio of what the vjp says to what
//! nudging says, and some can be undone by showing the vjp another value, which proves them.

use super::cause::Cause;
use super::function::Function;
use super::judge::{Element, Standing, multi_index};
use super::locate::Fault;
use super::measure::Probe;
use super::one_op::Seen;
use crate::shape::Shape;

/// What is probably wrong with an op. What can be proven by an experiment with the op comes before what only looks like a pattern.
pub(super) fn cause_of(fault: &mut Fault) -> Cause {
    let Some(reverse) = fault.reverse.clone() else { return Cause::NoGradient };
    let operand = fault.op.operands[fault.slot].shape();
    let ratio = Ratio::of(&fault.elements);
    if let Some(cause) = unusable(&fault.elements) {
        cause
    } else if ignores_cotangent(fault, &reverse) {
        Cause::CotangentIgnored
    } else if let Some(cause) = ratio.constant().and_then(|ratio| forgotten_length(fault, ratio).or(telling(ratio))) {
        cause
    } else if let Some((used, meant)) = mistaken_value(fault) {
        Cause::WrongValue { used, meant }
    } else if let Some(with) = swapped(fault) {
        Cause::Swapped { with }
    } else if let Some(copies) = missing_sum(fault) {
        Cause::MissingSum { copies }
    } else if let Some(operand) = unused(fault, &reverse).filter(|_| some_zero(&fault.elements).is_none()) {
        Cause::Unused { operand }
    } else {
        pattern(&fault.elements, &reverse, operand)
    }
}

/// What is probably wrong with a gradient of which there are only the numbers.
pub(super) fn cause_of_numbers(elements: &[Element], reverse: &[f64], shape: Shape) -> Cause {
    let telling = || Ratio::of(elements).constant().and_then(telling);
    unusable(elements).or_else(telling).unwrap_or_else(|| pattern(elements, reverse, shape))
}

/// Numbers that have no ratio to anything.
fn unusable(elements: &[Element]) -> Option<Cause> {
    match () {
        _ if elements.iter().any(|element| !element.reverse.is_finite()) => Some(Cause::NotANumber),
        _ if elements.iter().all(|element| element.reverse == 0.0) => Some(Cause::Zero),
        _ => None,
    }
}

/// Patterns in the numbers, exact ones first, vague ones last.
fn pattern(elements: &[Element], reverse: &[f64], shape: Shape) -> Cause {
    let ratio = Ratio::of(elements);
    if transposed(elements, reverse, shape) {
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
struct Ratio {
    lowest: f64,
    highest: f64,
    /// Whether both are zero wherever one of them is.
    everywhere: bool,
}

impl Ratio {
    fn of(elements: &[Element]) -> Ratio {
        let largest = elements.iter().map(|element| element.numeric.abs()).fold(0.0, f64::max);
        let mut ratio = Ratio { lowest: f64::INFINITY, highest: f64::NEG_INFINITY, everywhere: true };
        for element in elements {
            if element.numeric.abs() > 1e-6 * largest {
                let quotient = element.reverse / element.numeric;
                (ratio.lowest, ratio.highest) = (ratio.lowest.min(quotient), ratio.highest.max(quotient));
            } else {
                ratio.everywhere &= element.reverse.abs() <= 1e-3 * largest;
            }
        }
        ratio
    }

    fn constant(&self) -> Option<f64> {
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

/// What a ratio that is the same everywhere tells: a sign, a hair, a simple fraction.
fn telling(ratio: f64) -> Option<Cause> {
    if is_near(ratio, -1.0) {
        return Some(Cause::Sign);
    }
    if (ratio - 1.0).abs() < 1e-3 {
        return Some(Cause::Epsilon { relative: (ratio - 1.0).abs() });
    }
    let simple = |n: i32| (1..=10).any(|m| is_near(ratio.abs(), f64::from(n) / f64::from(m)));
    (1..=10).any(simple).then_some(Cause::Factor(ratio))
}

fn is_near(x: f64, y: f64) -> bool {
    (x / y - 1.0).abs() < 1e-5
}

/// Whether a ratio is a length that occurs here, and that forward and backward can disagree about.
fn forgotten_length(fault: &Fault, ratio: f64) -> Option<Cause> {
    let (operand, result) = (fault.op.operands[fault.slot].shape(), fault.op.result().shape());
    let copies = result.size() / operand.size().max(1);
    if broadcast_axes(operand, result).is_some() && is_near(ratio, 1.0 / copies as f64) {
        return Some(Cause::MeanOverCopies { copies });
    }
    // Only where elements were put together can the number of them have been forgotten.
    let averaged = operand.size() / result.size().max(1);
    let gone = operand.iter().copied().filter(|length| !result.contains(length));
    let mut lengths = std::iter::once(averaged).chain(gone).filter(|&length| length > 1 && averaged > 1);
    let fits = |&length: &usize| is_near(ratio, length as f64) || is_near(ratio, 1.0 / length as f64);
    lengths.find(fits).map(|length| Cause::BatchSize { factor: ratio, length })
}

/// Whether twice the cotangent gives the same gradient.
fn ignores_cotangent(fault: &Fault, reverse: &[f64]) -> bool {
    let twice: Vec<f64> = fault.cotangent.iter().map(|c| 2.0 * c).collect();
    fault.op.gradients(&twice)[fault.slot].as_deref() == Some(reverse)
}

/// Shows the vjp one thing where it looks at another; if that makes it right, this was the mistake.
fn mistaken_value(fault: &Fault) -> Option<(Seen, Seen)> {
    let seen: Vec<Seen> =
        std::iter::once(Seen::Result).chain((0..fault.op.operands.len()).map(Seen::Operand)).collect();
    for &used in &seen {
        for &meant in &seen {
            let [old, new] = [used, meant].map(|seen| fault.op.seen(seen));
            if used == meant || old.shape() != new.shape() || old.index() == new.index() {
                continue;
            }
            let repaired = fault.op.gradients_with(&fault.cotangent, used, meant);
            if repaired[fault.slot]
                .as_ref()
                .is_some_and(|repaired| agrees(&fault.elements, |element| repaired[element.index]))
            {
                return Some((used, meant));
            }
        }
    }
    None
}

/// An operand that the slope depends on and the vjp does not: with other numbers in it the one changes, and the other does not.
fn unused(fault: &mut Fault, reverse: &[f64]) -> Option<usize> {
    let slot = fault.slot;
    (0..fault.op.operands.len()).filter(|&other| other != slot).find(|&other| {
        if !fault.op.wants(other) {
            return false;
        }
        let before = fault.op.point(other).to_vec();
        let moved: Vec<f64> = before.iter().map(|x| 1.1 * x).collect();
        let vjp_depends = fault.op.gradients_at(&fault.cotangent, other, &moved)[slot].as_deref() != Some(reverse);
        if vjp_depends {
            return false;
        }
        fault.op.move_operand(other, moved);
        let mut probe = Probe::new(&mut fault.op, &fault.cotangent);
        let slopes: Vec<f64> =
            fault.elements.iter().map(|element| probe.central(slot, element.index, 1e-5).value).collect();
        fault.op.move_operand(other, before);
        let largest = slopes.iter().fold(0.0_f64, |largest, slope| largest.max(slope.abs()));
        fault.elements.iter().zip(slopes).any(|(element, slope)| (slope - element.numeric).abs() > 1e-4 * largest)
    })
}

/// Whether `explained` gives the measured slopes of all elements.
fn agrees(elements: &[Element], explained: impl Fn(&Element) -> f64) -> bool {
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

/// Whether this is the gradient of another operand.
fn swapped(fault: &mut Fault) -> Option<usize> {
    let shape = fault.op.operands[fault.slot].shape();
    let same_shape = |&slot: &usize| slot != fault.slot && fault.op.operands[slot].shape() == shape;
    let others: Vec<usize> = (0..fault.op.operands.len()).filter(same_shape).collect();
    others.into_iter().find(|&slot| explains(fault, slot, &fault.cotangent.clone()))
}

/// Whether the gradient is what nudging operand `slot` gives under another cotangent.
fn explains(fault: &mut Fault, slot: usize, cotangent: &[f64]) -> bool {
    let mut probe = Probe::new(&mut fault.op, cotangent);
    let largest = fault.elements.iter().map(|element| element.reverse.abs()).fold(0.0, f64::max);
    let mut agree =
        |element: &Element| (probe.central(slot, element.index, 1e-5).value - element.reverse).abs() <= 1e-5 * largest;
    fault.elements.iter().all(&mut agree)
}

/// The axes of `result` along which `operand` was repeated, if it was.
fn broadcast_axes(operand: Shape, result: Shape) -> Option<Vec<usize>> {
    let offset = result.rank().checked_sub(operand.rank())?;
    if operand.broadcast(result) != Some(result) {
        return None;
    }
    let repeated = |&axis: &usize| result[axis] > 1 && (axis < offset || operand[axis - offset] == 1);
    let axes: Vec<usize> = (0..result.rank()).filter(repeated).collect();
    (!axes.is_empty()).then_some(axes)
}

/// How many copies a broadcast operand has, if the gradient is that of the first or last one alone.
fn missing_sum(fault: &mut Fault) -> Option<usize> {
    let (operand, result) = (fault.op.operands[fault.slot].shape(), fault.op.result().shape());
    let axes = broadcast_axes(operand, result)?;
    let only = |copy: &dyn Fn(usize) -> usize| -> Vec<f64> {
        let kept = |place: usize| {
            let index = multi_index(place, result);
            axes.iter().all(|&axis| index[axis] == copy(result[axis]))
        };
        fault.cotangent.iter().enumerate().map(|(place, &c)| if kept(place) { c } else { 0.0 }).collect()
    };
    let (first, last) = (only(&|_| 0), only(&|length| length - 1));
    let slot = fault.slot;
    [first, last].iter().any(|one| explains(fault, slot, one)).then_some(result.size() / operand.size())
}

/// How many elements are wrong, if all of these are 0.
fn some_zero(elements: &[Element]) -> Option<usize> {
    let wrong: Vec<&Element> = elements.iter().filter(|element| element.standing == Standing::Wrong).collect();
    wrong.iter().all(|element| element.reverse == 0.0).then_some(wrong.len())
}
