//! Why it is wrong: a guess. The one idea to know: most mistakes leave a pattern in the ratio of what the vjp says to what
//! nudging says, and some can be undone, which proves them.

use super::function::Function;
use super::judge::{Element, Standing};
use super::locate::Fault;
use super::measure::Probe;
use super::number::digits;
use super::one_op::Seen;
use crate::shape::Shape;
use std::fmt;

/// What is probably wrong with a vjp.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Cause {
    /// The gradient is infinite or not a number.
    NotANumber,
    /// Nothing flows to an operand that matters.
    NoGradient,
    /// Zeros flow to an operand that matters.
    Zero,
    /// What arrives from the loss is not used.
    CotangentIgnored,
    /// Every element has the wrong sign.
    Sign,
    /// Every element is so many times what it should be.
    Factor(f64),
    /// Every element is multiplied or divided by the number of elements averaged over, or by the length of an axis.
    BatchSize {
        /// How many times too large.
        factor: f64,
        /// The length.
        length: usize,
    },
    /// The mean over the copies of a broadcast operand, where it should be the sum.
    MeanOverCopies {
        /// How many copies there are.
        copies: usize,
    },
    /// Only one of the copies of a broadcast operand counts, where all should be summed.
    MissingSum {
        /// How many copies there are.
        copies: usize,
    },
    /// Rows and columns are exchanged.
    Transposed,
    /// The gradient of another operand.
    Swapped {
        /// That operand, counted from 0.
        with: usize,
    },
    /// The vjp looks at one thing where it should look at another.
    WrongValue {
        /// What it looks at.
        used: Seen,
        /// What it should look at.
        meant: Seen,
    },
    /// The slope depends on another operand, and the vjp does not look at it.
    Unused {
        /// That operand, counted from 0.
        operand: usize,
    },
    /// Some elements are 0 and the rest are right.
    SomeZero {
        /// How many.
        zeros: usize,
    },
    /// All elements are off by a hair, to the same side: forward and backward compute slightly different functions.
    Epsilon {
        /// How far off, relatively.
        relative: f64,
    },
    /// No pattern.
    Unknown {
        /// The smallest ratio of the gradient to the slope.
        lowest: f64,
        /// The largest.
        highest: f64,
    },
}

impl Cause {
    /// Guesses the cause of a fault. Exact patterns come first, vague ones last.
    pub(super) fn guess(fault: &mut Fault) -> Cause {
        let Some(reverse) = fault.reverse.clone() else { return Cause::NoGradient };
        let ratio = Ratio::of(&fault.elements);
        if reverse.iter().any(|g| !g.is_finite()) {
            Cause::NotANumber
        } else if reverse.iter().all(|&g| g == 0.0) {
            Cause::Zero
        } else if ignores_cotangent(fault, &reverse) {
            Cause::CotangentIgnored
        } else if let Some(cause) = ratio.constant().and_then(|ratio| telling_ratio(fault, ratio)) {
            cause
        } else if let Some((used, meant)) = mistaken_value(fault) {
            Cause::WrongValue { used, meant }
        } else if transposed(fault) {
            Cause::Transposed
        } else if let Some(with) = swapped(fault) {
            Cause::Swapped { with }
        } else if let Some(copies) = missing_sum(fault) {
            Cause::MissingSum { copies }
        } else if let Some(zeros) = some_zero(&fault.elements) {
            Cause::SomeZero { zeros }
        } else if let Some(operand) = unused(fault, &reverse) {
            Cause::Unused { operand }
        } else if let Some(relative) = ratio.off_by_a_hair() {
            Cause::Epsilon { relative }
        } else if let Some(ratio) = ratio.constant() {
            Cause::Factor(ratio)
        } else {
            Cause::Unknown { lowest: ratio.lowest, highest: ratio.highest }
        }
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

/// What a ratio that is the same everywhere tells: a sign, a length that occurs here, a simple fraction.
fn telling_ratio(fault: &Fault, ratio: f64) -> Option<Cause> {
    let near = |x: f64| (ratio / x - 1.0).abs() < 1e-5;
    if near(-1.0) {
        return Some(Cause::Sign);
    }
    if (ratio - 1.0).abs() < 1e-3 {
        return Some(Cause::Epsilon { relative: (ratio - 1.0).abs() });
    }
    let (operand, result) = (fault.op.operands[fault.slot].shape(), fault.op.result().shape());
    let copies = result.size() / operand.size().max(1);
    if broadcast_axes(operand, result).is_some() && near(1.0 / copies as f64) {
        return Some(Cause::MeanOverCopies { copies });
    }
    // Only where elements were put together can the number of them have been forgotten.
    if result.size() < operand.size() {
        let averaged = operand.size() / result.size().max(1);
        let lengths = std::iter::once(averaged).chain(operand.iter().copied()).filter(|&length| length > 1);
        for length in lengths {
            if near(length as f64) || near(1.0 / length as f64) {
                return Some(Cause::BatchSize { factor: ratio, length });
            }
        }
    }
    let simple = (1..=10).any(|n| (1..=10).any(|m| near(n as f64 / m as f64) || near(-(n as f64) / m as f64)));
    simple.then_some(Cause::Factor(ratio))
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
fn transposed(fault: &Fault) -> bool {
    let shape = fault.op.operands[fault.slot].shape();
    let (Some(reverse), true) = (&fault.reverse, shape.rank() >= 2 && fault.elements.len() == shape.size()) else {
        return false;
    };
    let (rows, columns) = (shape[shape.rank() - 2], shape[shape.rank() - 1]);
    rows > 1
        && columns > 1
        && agrees(&fault.elements, |element| {
            let (matrix, place) = (element.index / (rows * columns), element.index % (rows * columns));
            let (row, column) = (place / columns, place % columns);
            reverse[matrix * rows * columns + column * rows + row]
        })
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
            let index = super::judge::multi_index(place, result);
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

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Seen::Result => f.write_str("its result"),
            Seen::Operand(slot) => write!(f, "operand {}", slot + 1),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Cause::NotANumber => f.write_str(
                "The gradient is infinite or not a number: look for a division by 0, or a logarithm or root at 0.",
            ),
            Cause::NoGradient => f.write_str(
                "Nothing flows to this operand, though nudging it changes the result: an edge of the graph was dropped \
                 (no_gradient where there is one, or a missing entry).",
            ),
            Cause::Zero => f.write_str(
                "Only zeros flow to this operand, though nudging it changes the result: its term of the gradient is missing.",
            ),
            Cause::CotangentIgnored => f.write_str(
                "The gradient stays the same whatever arrives from the loss: the vjp forgets to multiply by the cotangent g. \
                 It is right only where the op is the loss itself.",
            ),
            Cause::Sign => f.write_str("Every element has the wrong sign: there is a minus too many or too few."),
            Cause::Factor(ratio) => write!(
                f,
                "Every element is {} times what it should be: look for a constant factor that forward and backward do not share.",
                digits(*ratio)
            ),
            Cause::BatchSize { factor, length } if *factor > 1.0 => write!(
                f,
                "Every element is {length} times too large, and {length} elements are put together here: forward takes a mean, \
                 and backward forgets to divide by {length} (if it is not simply a factor of {length}).",
            ),
            Cause::BatchSize { length, .. } => write!(
                f,
                "Every element is {length} times too small, and {length} elements are put together here: backward divides by \
                 {length}, and forward does not (if it is not simply a factor of 1/{length}).",
            ),
            Cause::MeanOverCopies { copies } => write!(
                f,
                "Every element is {copies} times too small, and the operand was broadcast to {copies} copies: their gradients \
                 must be summed, not averaged.",
            ),
            Cause::MissingSum { copies } => write!(
                f,
                "The operand was broadcast to {copies} copies, and the gradient is that of one of them: copying forward is \
                 summing backward, so sum over the axes that were broadcast.",
            ),
            Cause::Transposed => f.write_str("Rows and columns are exchanged: a transpose is missing, or one too many."),
            Cause::Swapped { with } => {
                write!(f, "This is the gradient of operand {}: two entries of the vjp are exchanged.", with + 1)
            }
            Cause::WrongValue { used: Seen::Result, meant } => write!(
                f,
                "The gradient becomes right when the vjp is shown {meant} where it looks at its result: a derivative written \
                 in x was given y = f(x), so f is applied twice.",
            ),
            Cause::WrongValue { used, meant } => write!(
                f,
                "The gradient becomes right when the vjp is shown {meant} where it looks at {used}: it uses the wrong one.",
            ),
            Cause::Unused { operand } => write!(
                f,
                "The slope depends on operand {}, but the vjp never looks at it: it is missing from the formula, or something \
                 else stands in its place.",
                operand + 1
            ),
            Cause::SomeZero { zeros } => write!(
                f,
                "{zeros} of the elements tried are 0 though they matter, and the rest are right: a mask, an index or a slice \
                 misses them.",
            ),
            Cause::Epsilon { relative } => write!(
                f,
                "Everything is off by a hair, relatively up to {relative:.1e}, to one side: forward and backward compute \
                 slightly different functions, such as ln(p + 1e-7) and the derivative of ln(p).",
            ),
            Cause::Unknown { lowest, highest } => write!(
                f,
                "The ratio of the gradient to the slope is not constant (from {} to {}) and fits no pattern known here: compare \
                 the vjp with the formula, term by term.",
                digits(*lowest),
                digits(*highest)
            ),
        }
    }
}
