//! A guess at the cause. The one idea to know: most mistakes leave a pattern in the ratio of the vjp's gradient to the
//! slope by nudging; and some can be undone by showing the vjp another value, which proves them.

use super::cause::Cause;
use super::function::Function;
use super::judge::{Element, multi_index};
use super::locate::Fault;
use super::measure::Probe;
use super::one_op::{OneOp, Seen};
use super::pattern::{Ratio, agrees, is_near, pattern, some_zero, telling, unusable};
use crate::shape::Shape;
use petgraph::graph::NodeIndex;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The probable mistake in an op. Causes that an experiment with the op can prove are tried before patterns in the numbers.
pub(super) fn cause_of(fault: &mut Fault) -> Cause {
    let Some(reverse) = fault.reverse.clone() else { return Cause::NoGradient };
    let operand = fault.op.operands[fault.slot].shape();
    let ratio = Ratio::of(&fault.elements);
    match unusable(&fault.elements) {
        // Some formulas give only zeros for a wrong operand: a - a, or a softmax's vjp for equal cotangents.
        Some(Cause::Zero) => return mended(fault).unwrap_or(Cause::Zero),
        Some(cause) => return cause,
        None => {}
    }
    if ignores_cotangent(fault, &reverse) {
        Cause::CotangentIgnored
    } else if let Some(cause) = ratio.constant().and_then(|ratio| forgotten_length(fault, ratio).or(telling(ratio))) {
        cause
    } else if let Some((used, meant)) = mistaken_value(fault) {
        Cause::WrongValue { used, meant }
    } else if let Some(cause) = mended(fault) {
        cause
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

/// The cause if a ratio is a length that forward and backward can disagree about.
fn forgotten_length(fault: &mut Fault, ratio: f64) -> Option<Cause> {
    let (operand, result) = (fault.op.operands[fault.slot].shape(), fault.op.result().shape());
    let copies = result.size() / operand.size().max(1);
    if broadcast_axes(operand, result).is_some() && is_near(ratio, 1.0 / copies as f64) {
        return Some(Cause::MeanOverCopies { copies });
    }
    // A length can be forgotten only where elements were put together.
    let averaged = operand.size() / result.size().max(1);
    let gone = operand.iter().copied().filter(|length| !result.contains(length));
    let mut lengths = std::iter::once(averaged).chain(gone).filter(|&length| length > 1 && averaged > 1);
    let fits = |&length: &usize| is_near(ratio, length as f64) || is_near(ratio, 1.0 / length as f64);
    let length = lengths.find(fits)?;
    (grows_with_an_axis(fault, ratio) != Some(false)).then_some(Cause::BatchSize { factor: ratio, length })
}

/// Whether a vjp's factor grows when it is tried with more elements, so that the factor is a length and not a constant. `None` if the op does not
/// take more elements.
fn grows_with_an_axis(fault: &Fault, ratio: f64) -> Option<bool> {
    let (slot, op) = (fault.slot, &fault.op);
    let shape = op.operands[slot].shape();
    let mut all_tried = true;
    for axis in 0..shape.rank() {
        let same_shape = |other: usize, along: usize| along == axis && op.operands[other].shape() == shape;
        let same_length = |other: usize, along: usize| op.operands[other].shape()[along] == shape[axis];
        // The learner's vjp may panic at shapes that the program never uses.
        let tried = catch_unwind(AssertUnwindSafe(|| {
            let mut larger = op.enlarged(same_shape).or_else(|| op.enlarged(same_length))?;
            ratio_of(&mut larger, slot)
        }));
        match tried.ok().flatten() {
            Some(with_more) if is_near(with_more, ratio) => {}
            Some(with_more) if is_near(with_more, 2.0 * ratio) || is_near(with_more, 0.5 * ratio) => return Some(true),
            _ => all_tried = false,
        }
    }
    all_tried.then_some(false)
}

/// The ratio of the vjp's gradient to the slope by nudging, if it is the same everywhere.
fn ratio_of(op: &mut OneOp, slot: usize) -> Option<f64> {
    // Of both signs and all different, as in any check.
    let cotangent: Vec<f64> = (0..op.result().shape().size()).map(|place| 1.2 + (place as f64).sin()).collect();
    let reverse = op.gradients(&cotangent).swap_remove(slot)?;
    let mut probe = Probe::new(op, &cotangent);
    let pair = |(index, &reverse): (usize, &f64)| (reverse, probe.central(slot, index, 1e-5).value);
    let pairs: Vec<(f64, f64)> = reverse.iter().enumerate().take(50).map(pair).collect();
    Ratio::of_pairs(pairs.into_iter()).constant()
}

/// Whether doubling the cotangent leaves the gradient as it is.
fn ignores_cotangent(fault: &Fault, reverse: &[f64]) -> bool {
    let twice: Vec<f64> = fault.cotangent.iter().map(|c| 2.0 * c).collect();
    fault.op.gradients(&twice)[fault.slot].as_deref() == Some(reverse)
}

/// Shows the vjp another value in place of one that it reads. If that makes the gradient right, this was the mistake.
fn mistaken_value(fault: &Fault) -> Option<(Seen, Seen)> {
    let seen: Vec<Seen> =
        std::iter::once(Seen::Result).chain((0..fault.op.operands.len()).map(Seen::Operand)).collect();
    for &used in &seen {
        for &meant in &seen {
            let [old, new] = [used, meant].map(|seen| fault.op.seen(seen));
            let is_label = |seen| matches!(seen, Seen::Operand(slot) if fault.op.is_label(slot));
            let same = used == meant || old.index() == new.index();
            if same || old.shape() != new.shape() || is_label(used) != is_label(meant) {
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

/// Changes the formula of the vjp in one or a few places. If that makes the gradient right, this was the mistake.
fn mended(fault: &Fault) -> Option<Cause> {
    let (formula, arrived) = fault.op.formula(&fault.cotangent, fault.slot)?;
    let shape = |node: NodeIndex| fault.op.tape.var_at(node).shape();
    let is_right = |instead: NodeIndex, read: NodeIndex| {
        let fits = instead != read && shape(instead) == shape(read);
        fits && formula.places_of(read).iter().any(|places| {
            let mended = formula.reading(instead, places);
            agrees(&fault.elements, |element| mended[element.index])
        })
    };
    if formula.constants().iter().any(|&constant| is_right(arrived, constant)) {
        return Some(Cause::CotangentIgnored);
    }
    let seen: Vec<Seen> =
        (0..fault.op.operands.len()).map(Seen::Operand).chain(std::iter::once(Seen::Result)).collect();
    let pairs = seen.iter().flat_map(|&used| seen.iter().map(move |&meant| (used, meant)));
    let node = |seen: Seen| fault.op.seen(seen).index();
    let mut mending = pairs.filter(|&(used, meant)| is_right(node(meant), node(used)));
    mending.next().map(|(used, meant)| Cause::WrongValue { used, meant })
}

/// An operand that the slope depends on and the vjp does not: when its numbers change, the slope changes and the vjp's gradient does not.
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

/// Whether this is the gradient of another operand.
fn swapped(fault: &mut Fault) -> Option<usize> {
    let shape = fault.op.operands[fault.slot].shape();
    let similar =
        |&slot: &usize| slot != fault.slot && fault.op.operands[slot].shape() == shape && !fault.op.is_label(slot);
    let others: Vec<usize> = (0..fault.op.operands.len()).filter(similar).collect();
    others.into_iter().find(|&slot| explains(fault, slot, &fault.cotangent.clone()))
}

/// Whether the gradient equals the slope by nudging operand `slot` with this cotangent.
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

/// The number of copies of a broadcast operand, if the gradient is that of the first or last copy alone.
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
