//! The reverse pass. The one idea to know: **backward is more recording.** Walking the nodes from the loss down, each
//! node sums the cotangents that arrived at it and lets its op record how they flow on to the operands. The gradient is
//! therefore itself part of the graph: it can be drawn, stepped through and differentiated again.

use super::gradients::{BackwardError, Gradients, check_version};
use super::node::Circumstances;
use super::passes::{Arrivals, Walk};
use super::{Tape, Var};
use crate::blame::OrBlame;
use crate::op::{Cotangent, Cotangents, Local, Op};
use crate::scalar::Scalar;
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;

impl<'t, F: Scalar> Var<'t, F> {
    /// The gradients of this number with respect to everything it was computed from. The pass is recorded on the tape; nothing is
    /// accumulated between passes, so there is nothing to zero.
    ///
    /// # Panics
    /// At the caller's line, where [`try_backward`](Var::try_backward) returns an error.
    #[track_caller]
    pub fn backward(self) -> Gradients<'t, F> {
        self.try_backward().or_blame()
    }

    /// [`backward`](Var::backward), or why it is refused.
    #[track_caller]
    pub fn try_backward(self) -> Result<Gradients<'t, F>, BackwardError> {
        if self.shape().size() != 1 {
            return Err(BackwardError::NotScalar { loss: self.describe(), shape: self.shape() });
        }
        self.tape.reverse_pass(self, None)
    }

    /// The gradients of `sum(cotangent * self)`, for a result of any shape.
    ///
    /// # Panics
    /// At the caller's line, if `cotangent` has another shape, or where [`try_backward`](Var::try_backward) returns an error.
    #[track_caller]
    pub fn backward_with(self, cotangent: Var<'t, F>) -> Gradients<'t, F> {
        cotangent.expect_on(self.tape, "backward_with");
        assert_eq!(
            self.shape(),
            cotangent.shape(),
            "the cotangent of {} must have its shape, but {} does not",
            self.describe(),
            cotangent.describe()
        );
        self.tape.reverse_pass(self, Some(cotangent)).or_blame()
    }
}

impl<F: Scalar> Tape<F> {
    #[track_caller]
    fn reverse_pass<'t>(
        &'t self,
        loss: Var<'t, F>,
        cotangent: Option<Var<'t, F>>,
    ) -> Result<Gradients<'t, F>, BackwardError> {
        if !self.graph.borrow().dag[loss.index].needs_grad() {
            return Err(BackwardError::NothingToDifferentiate { loss: loss.describe() });
        }
        let mut open = OpenPass::start(self, loss.index);
        let seed = match cotangent {
            Some(cotangent) => cotangent,
            None => self.seed(loss.shape()),
        };
        open.walk.arrive(loss.index, seed.index);
        self.walk_back(&mut open.walk)?;
        open.complete()
    }

    /// Visits the ancestors of the loss from last to first. A node's uses all lie behind it, so when it is its turn, everything that
    /// flows back to it has arrived.
    #[track_caller]
    fn walk_back(&self, walk: &mut Walk) -> Result<(), BackwardError> {
        let mut seen = self.len();
        while let Some((node, arrivals)) = walk.next() {
            let cotangent = match arrivals {
                Arrivals::One(cotangent) => cotangent,
                Arrivals::Several(terms) => self.sum_arrivals(node, terms),
            };
            self.passes.borrow_mut().visit(walk, node, cotangent);
            self.flow_back(walk, node, cotangent)?;
            if self.stops_at_non_finite.get() {
                self.expect_finite_since(seen)?;
                seen = self.len();
            }
        }
        Ok(())
    }

    /// What arrives at a node that is used several times adds up: one n-ary sum.
    #[track_caller]
    fn sum_arrivals(&self, node: NodeIndex, terms: &[NodeIndex]) -> NodeIndex {
        let mut graph = self.graph.borrow_mut();
        graph.differentiate(Some(node));
        graph.record_sum(terms, self.wants_gradients()).or_blame()
    }

    /// Lets the op of a node record how a cotangent flows on to the operands.
    fn flow_back(&self, walk: &mut Walk, node: NodeIndex, cotangent: NodeIndex) -> Result<(), BackwardError> {
        let local = self.local(node, cotangent);
        {
            let mut graph = self.graph.borrow_mut();
            if local.operands.is_empty() {
                return graph.param_leaf(node).map_or(Ok(()), check_version);
            }
            for &(operand, _) in &local.operands {
                if let Some(leaf) = graph.param_leaf(operand) {
                    check_version(leaf)?;
                    walk.meet_param(operand);
                }
            }
            graph.differentiate(Some(node));
        }
        for (cotangent, &(operand, _)) in self.vjp(node, &local).0.iter().zip(&local.operands) {
            let sent = match cotangent {
                Cotangent::Flows(cotangent) => Some(self.sum_over_copies(cotangent.index, operand)),
                Cotangent::Stops => None,
            };
            self.passes.borrow_mut().send(walk, operand, sent);
        }
        Ok(())
    }

    /// An operand that was broadcast gets the sum over its copies.
    fn sum_over_copies(&self, cotangent: NodeIndex, operand: NodeIndex) -> NodeIndex {
        if self.graph.borrow().same_shape(cotangent, operand) {
            return cotangent;
        }
        self.var_at(cotangent).sum_to(self.var_at(operand).shape()).index
    }

    /// What the vjp of a node sees when `cotangent` arrives at it.
    pub(crate) fn local(&self, node: NodeIndex, cotangent: NodeIndex) -> Local<'_, F> {
        let graph = self.graph.borrow();
        let mut local = Local { tape: self, output: node, cotangent, operands: SmallVec::new() };
        for operand in graph.operands(node) {
            local.operands.push((operand, graph.dag[operand].needs_grad()));
        }
        local
    }

    /// Records the vjp of a node. (The gradient checker tries single nodes with it.)
    pub(crate) fn vjp<'t>(&'t self, node: NodeIndex, local: &Local<'t, F>) -> Cotangents<'t, F> {
        let taken = TakenOp { tape: self, node, op: self.graph.borrow_mut().take_op(node) };
        let cotangents = taken.op.as_deref().expect("no vjp runs inside itself").vjp(local);
        assert_eq!(
            cotangents.0.len(),
            local.operands.len(),
            "the vjp of {} must say what flows to each of its operands",
            self.var_at(node).describe()
        );
        cotangents
    }
}

/// A node's op while its vjp runs and records on the graph that the op was taken from. It goes back even after a panic.
struct TakenOp<'t, F: Scalar> {
    tape: &'t Tape<F>,
    node: NodeIndex,
    op: Option<Box<dyn Op<F>>>,
}

impl<F: Scalar> Drop for TakenOp<'_, F> {
    fn drop(&mut self) {
        self.tape.graph.borrow_mut().put_back_op(self.node, self.op.take());
    }
}

/// A backward pass under way. When it ends, what is recorded belongs again to whoever recorded before: the learner's program or, if the
/// pass was started inside a vjp, that one's pass. So it is after an error and after a panic, too.
struct OpenPass<'t, F: Scalar> {
    tape: &'t Tape<F>,
    walk: Walk,
    is_complete: bool,
    around: (u32, Option<Circumstances>),
}

impl<'t, F: Scalar> OpenPass<'t, F> {
    fn start(tape: &'t Tape<F>, loss: NodeIndex) -> Self {
        let mut graph = tape.graph.borrow_mut();
        let around = (graph.pass, graph.differentiating);
        let walk = tape.passes.borrow_mut().start(loss, graph.len());
        graph.pass = walk.pass();
        graph.differentiate(Some(loss));
        OpenPass { tape, walk, is_complete: false, around }
    }

    /// What the pass found, unless a parameter was changed while it ran, inside a vjp or by another thread.
    fn complete(mut self) -> Result<Gradients<'t, F>, BackwardError> {
        let graph = self.tape.graph.borrow();
        self.walk.params().iter().filter_map(|&leaf| graph.param_leaf(leaf)).try_for_each(check_version)?;
        self.is_complete = true;
        Ok(Gradients { tape: self.tape, pass: self.walk.pass() })
    }
}

impl<F: Scalar> Drop for OpenPass<'_, F> {
    fn drop(&mut self) {
        // After a panic somebody may still be looking at the graph; a second panic would end the program.
        if let Ok(mut graph) = self.tape.graph.try_borrow_mut() {
            (graph.pass, graph.differentiating) = self.around;
        }
        if let Ok(mut passes) = self.tape.passes.try_borrow_mut() {
            passes.end(std::mem::take(&mut self.walk), self.is_complete);
        }
    }
}
