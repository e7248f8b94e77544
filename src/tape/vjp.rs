//! Runs an op's vjp, and checks that what it sends fits the operands. An op may be a learner's own, so mistakes in it are expected: the message of a
//! panic names the op, and the tape is in order afterwards. The one idea to know: **copying forward is summing backward.** An operand that was
//! broadcast gets the sum over its copies, and only this file does that.

use super::graph::Graph;
use super::{Tape, Var};
use crate::faults::{BackwardError, Refusal, caught, go_on};
use crate::op::{Cotangent, Cotangents, Local};
use crate::scalar::Scalar;
use crate::shape::Shape;
use petgraph::graph::NodeIndex;

impl<F: Scalar> Tape<F> {
    /// Records the vjp of a node, and lets `look` see what it sends to the operands. (The gradient checker tries single nodes with it.)
    #[track_caller]
    pub(crate) fn vjp<'t, R>(
        &'t self,
        node: NodeIndex,
        local: &Local<'t, F>,
        look: impl FnOnce(&[Cotangent<'t, F>]) -> Result<R, BackwardError>,
    ) -> Result<R, BackwardError> {
        let (op, around) = {
            let mut graph = self.recording();
            if graph.dag[node].is_running {
                return Err(BackwardError::InsideItself { node: graph.describe_with_line(node) });
            }
            graph.dag[node].is_running = true;
            let seen = graph.len();
            (graph.op(node).clone(), std::mem::replace(&mut graph.vjp_since, seen))
        };
        let cotangents = caught(|| op.vjp(local));
        {
            let mut graph = self.graph.borrow_mut();
            graph.dag[node].is_running = false;
            graph.vjp_since = around;
        }
        let expected = local.operands.len();
        match cotangents {
            Ok(Cotangents(ref cotangents)) if cotangents.len() == expected => look(cotangents),
            Ok(Cotangents(cotangents)) => {
                let found = cotangents.len();
                let mistake = format!("it says what flows to {found} operands, but there are {expected}");
                Err(self.wrong_vjp(node, mistake))
            }
            Err(panicked) => go_on(panicked, &format!("the vjp of {}", self.graph.borrow().describe_with_line(node))),
        }
    }

    /// What a vjp sends to an operand, in the operand's shape: an operand that was broadcast gets the sum over its copies.
    #[inline]
    #[track_caller]
    pub(super) fn sum_over_copies(
        &self,
        sent: Var<F>,
        local: &Local<F>,
        slot: usize,
    ) -> Result<NodeIndex, BackwardError> {
        let operand = local.operands[slot].0;
        match std::ptr::eq(sent.tape, self) && self.graph.borrow().same_shape(sent.index, operand) {
            true => Ok(sent.index),
            false => self.fit(sent, local, slot),
        }
    }

    #[track_caller]
    fn fit(&self, sent: Var<F>, local: &Local<F>, slot: usize) -> Result<NodeIndex, BackwardError> {
        if !std::ptr::eq(sent.tape, self) {
            let mistake = format!("what it sends to operand {} lives on another tape", slot + 1);
            return Err(self.wrong_vjp(local.output, mistake));
        }
        let operand = self.var_at(local.operands[slot].0);
        let (found, expected) = (sent.shape(), operand.shape());
        if !self.graph.borrow().is_broadcast(found, local, slot) {
            let (number, operand, sent) = (slot + 1, operand.describe(), sent.describe());
            let mistake = format!(
                "it sends {sent} of shape {found} to operand {number}, {operand}, whose shape is {expected}; a gradient has the shape of its \
                 operand, or that to which the operand was broadcast"
            );
            return Err(self.wrong_vjp(local.output, mistake));
        }
        Ok(self.var_at(sent.index).sum_to(expected).index)
    }

    #[cold]
    pub(super) fn wrong_vjp(&self, node: NodeIndex, mistake: String) -> BackwardError {
        BackwardError::WrongVjp { node: self.graph.borrow().describe_with_line(node), mistake }
    }

    /// Panics at the line that tried to record `op`, with what is wrong in the shapes of `nodes` or in the op.
    #[cold]
    #[track_caller]
    pub(super) fn blame(&self, op: &str, nodes: &[NodeIndex], refusal: Refusal) -> ! {
        match refusal {
            Refusal::Shapes(reason) => panic!("{}", self.graph.borrow().shape_mistake(op, nodes, &reason)),
            Refusal::Panicked(panicked) => go_on(panicked, &format!("the kernel (or the shape rule) of {op}")),
        }
    }
}

impl<F: Scalar> Graph<F> {
    /// Whether an operand of an op was broadcast to `shape`. That must be the shape of the result, or the shape to which all operands broadcast
    /// (as in a sum of products, whose result is smaller).
    fn is_broadcast(&self, shape: Shape, local: &Local<F>, slot: usize) -> bool {
        let mut operands = local.operands.iter().map(|&(operand, _)| self.shape(operand));
        let mut together = || operands.try_fold(Shape::scalar(), Shape::broadcast);
        let operand = self.shape(local.operands[slot].0);
        operand.broadcast(shape) == Some(shape) && (shape == self.shape(local.output) || together() == Some(shape))
    }
}
