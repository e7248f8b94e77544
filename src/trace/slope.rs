//! Local derivatives in numbers: what the op's own vjp sends back when ones arrive. Element by element that is the slope itself, and of
//! a single number it is the gradient. Nothing is divided, so nothing is lost where the gradient that arrived was 0.

use crate::op::{Cotangent, Local, Op, Slope};
use crate::scalar::Scalar;
use crate::tape::Tape;
use ndarray::ArrayD;
use petgraph::graph::NodeIndex;

/// The slope that an op tells for one of its operands. An op of any number of operands tells one for all.
pub(super) fn told<F: Scalar>(op: &dyn Op<F>, slot: usize) -> Slope {
    let slopes = op.slopes();
    slopes.get(slot).or(slopes.last()).copied().unwrap_or(Slope::None)
}

/// For each operand of a node the local derivative, from the values that the node was computed from. `None` where nothing flows, where
/// elements mix, or where a value is no longer there.
pub(super) fn slopes<F: Scalar>(tape: &Tape<F>, node: NodeIndex) -> Vec<Option<ArrayD<F>>> {
    slopes_of(&**tape.graph.borrow().op(node), tape, node)
}

fn slopes_of<F: Scalar>(op: &dyn Op<F>, tape: &Tape<F>, node: NodeIndex) -> Vec<Option<ArrayD<F>>> {
    let (shape, operands) = (tape.var_at(node).shape(), tape.operands(node));
    let can_be_told = |slot: usize| shape.size() == 1 || matches!(told(op, slot), Slope::Each(..));
    let values = operands.iter().map(|&operand| tape.value_then(operand)).collect::<Option<Vec<_>>>();
    let (true, Some(values)) = ((0..operands.len()).any(can_be_told), values) else {
        return vec![None; operands.len()];
    };
    // On a tape of its own: taking a trace leaves no mark on the tape it is taken of.
    let aside = Tape::new();
    let local = Local {
        tape: &aside,
        operands: values.iter().map(|value| (aside.var(value).index(), true)).collect(),
        output: aside.input(tape.value(node)).index(),
        cotangent: aside.full(shape, 1.0).index(),
    };
    let sent = op.vjp(&local).0.into_iter().enumerate();
    let slope = |(slot, cotangent)| match cotangent {
        Cotangent::Flows(slope) if can_be_told(slot) => Some(slope.value()),
        _ => None,
    };
    sent.map(slope).collect()
}
