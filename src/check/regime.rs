//! Inputs at which a check proves little. A gradient can be right here and wrong elsewhere: if all tanh units of a net are nearly linear, a wrong
//! tanh' does not show; if all its ReLUs are on, a wrong mask does not show.

use super::judge::{Element, Standing};
use super::label::Label;
use super::number::{digits, percent};
use super::report::Entry;
use crate::number::number;
use crate::tape::Var;

/// Size of the argument below which tanh and sigmoid are straight lines to within a few parts in a thousand.
const NEARLY_LINEAR: f64 = 0.1;
/// Size of the argument beyond which they are flat.
const SATURATED: f64 = 10.0;

/// Notes on activations that were tried only where they are nearly linear, flat, or all on one side of a kink.
pub(super) fn of_activations(result: Var<f64>) -> Vec<String> {
    let mut notes = Vec::new();
    for node in result.tape().nodes().into_iter().take(result.index().index() + 1).filter(|node| node.needs_grad) {
        let (name, [x]) = (node.op, &node.operands[..]) else { continue };
        let (low, high) = result.tape().var_at(*x).with_value(|x| {
            x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)))
        });
        let (size, count) = (low.abs().max(high.abs()), result.tape().var_at(*x).shape().size());
        if count == 0 {
            continue;
        }
        let place = format!("{name} at {}", node.short_source());
        let note = match name {
            "tanh" | "sigmoid" if size > 0.0 && size < NEARLY_LINEAR => format!(
                "All {count} arguments of {place} lie within ±{}, where {name} is nearly a straight line: a wrong derivative of it \
                 would hardly show. Check again with larger weights or inputs.",
                digits(size)
            ),
            "tanh" | "sigmoid" if low > SATURATED || high < -SATURATED => format!(
                "All {count} arguments of {place} lie beyond ±{SATURATED}, where {name} is flat: next to nothing flows back, so little \
                 was checked. Check again with smaller weights or inputs."
            ),
            "relu" if low > 0.0 => format!(
                "All {count} arguments of {place} are positive: a wrong mask would not show. Check again where some are negative."
            ),
            "relu" if high <= 0.0 => {
                format!("All {count} arguments of {place} are negative: nothing flows back through it.")
            }
            _ => continue,
        };
        notes.push(note);
    }
    notes
}

/// Notes on inputs whose gradients are mostly zero.
pub(super) fn of_zeros(entries: &[Entry]) -> Vec<String> {
    let mostly = |entry: &&Entry| !entry.by_directions && entry.flows && entry.zero_share >= 0.5 && entry.checked > 1;
    let note = |entry: &Entry| {
        format!(
            "{} of the {} gradients of {} are exactly 0. A mean over all of them dilutes an error in the rest, so each was compared \
             on its own.",
            percent(entry.zero_share),
            entry.checked,
            entry.name
        )
    };
    entries.iter().filter(mostly).map(note).collect()
}

/// A note on the first element at a kink: there is no derivative, and which convention the gradient follows.
pub(super) fn of_kinks(label: &Label, elements: &[Element]) -> Option<String> {
    let mut kinks = elements.iter().filter_map(|element| match element.standing {
        Standing::Kink(sides) => Some((element, sides)),
        _ => None,
    });
    let (element, sides) = kinks.next()?;
    // A slope of 0 is measured as a tiny number.
    let slope = |x: f64| if x.abs() < 1e-6 * (sides.high - sides.low) { "0".to_owned() } else { number(x) };
    let more = match kinks.count() {
        0 => String::new(),
        others => format!(" ({} elements of {} do)", others + 1, label.name),
    };
    Some(format!(
        "{} lies at a kink{more}: the slope is {} to the left and {} to the right. The gradient, {}, is inside the interval of \
         subgradients, from {} to {}: a convention, not an error.",
        label.place(element.index),
        slope(sides.left),
        slope(sides.right),
        slope(element.reverse),
        slope(sides.low),
        slope(sides.high),
    ))
}
