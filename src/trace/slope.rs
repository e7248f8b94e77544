//! Local derivatives in numbers: what the op's own vjp sends back when ones arrive. For an elementwise op that is the slope itself; for an op whose
//! result is a single number it is the gradient. There is no division, so it also works if the gradient that arrived was 0.

use crate::op::{Cotangent, Local, Op, Slope};
use crate::scalar::Scalar;
use crate::tape::Tape;
use ndarray::ArrayD;
use petgraph::graph::NodeIndex;

/// The slope that an op gives for each of its operands. An op with any number of operands gives one for all.
pub(super) fn told<F: Scalar>(op: &dyn Op<F>, operands: usize) -> Vec<Slope> {
    let slopes = op.slopes();
    (0..operands).map(|slot| slopes.get(slot).or(slopes.last()).copied().unwrap_or(Slope::None)).collect()
}

/// For each operand of a node the local derivative, from the values that the node was computed from. `None` if nothing flows, if elements mix, or if
/// a value no longer exists.
pub(super) fn slopes<F: Scalar>(tape: &Tape<F>, node: NodeIndex) -> Vec<Option<ArrayD<F>>> {
    slopes_of(&**tape.graph.borrow().op(node), tape, node)
}

fn slopes_of<F: Scalar>(op: &dyn Op<F>, tape: &Tape<F>, node: NodeIndex) -> Vec<Option<ArrayD<F>>> {
    let (shape, operands) = (tape.var_at(node).shape(), tape.operands(node));
    let told = told(op, operands.len());
    let can_be_told = |slot: usize| shape.size() == 1 || matches!(told[slot], Slope::Each(..));
    let values = operands.iter().map(|&operand| tape.value_then(operand)).collect::<Option<Vec<_>>>();
    let (true, Some(values)) = ((0..operands.len()).any(can_be_told), values) else {
        return vec![None; operands.len()];
    };
    // On a tape of its own, so that taking a trace does not change the original tape.
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
