//! The reverse pass. The one idea to know: **backward is more recording.** Walking the nodes from the loss down, each
//! node sums the cotangents that arrived at it and lets its op record how they flow on to the operands. The gradient is
//! therefore itself part of the graph: it can be drawn, stepped through and differentiated again.

use super::gradients::{Gradients, check_version};
use super::node::Circumstances;
use super::{Tape, Var};
use crate::blame::OrBlame;
use crate::faults::BackwardError;
use crate::faults::{caught, go_on};
use crate::op::{Cotangent, Cotangents, Local};
use crate::scalar::Scalar;
use crate::walk::{Arrivals, Walk};
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;

impl<'t, F: Scalar> Var<'t, F> {
    /// The gradients of this number with respect to everything it was computed from. The pass is recorded on the tape; nothing is
    /// accumulated between passes, so there is nothing to zero.
    ///
    /// Inside a vjp, what the vjp itself has recorded is differentiated with respect to what stood on the tape before, such as the operands,
    /// and no further: each operand counts as a variable of its own, even if one was computed from the other. So a vjp may compute its op
    /// again and ask for the gradients of that.
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
        let (pass, mut walk) = OpenPass::start(self, loss.index);
        let seed = match cotangent {
            Some(cotangent) => cotangent,
            None => self.seed(loss.shape()),
        };
        walk.arrive(loss.index, seed.index);
        let outcome = self.walk_back(&mut walk).and_then(|()| self.expect_unchanged(&walk));
        drop(pass);
        let gradients = Gradients { tape: self, pass: walk.pass() };
        self.passes.borrow_mut().end(walk, outcome.is_ok());
        outcome.map(|()| gradients)
    }

    /// Refuses a pass if a parameter was changed while it ran, inside a vjp or by another thread.
    fn expect_unchanged(&self, walk: &Walk) -> Result<(), BackwardError> {
        let graph = self.graph.borrow();
        walk.params().iter().filter_map(|&leaf| graph.param_leaf(leaf)).try_for_each(check_version)
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
            walk.visit(node, cotangent);
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
    #[track_caller]
    fn flow_back(&self, walk: &mut Walk, node: NodeIndex, cotangent: NodeIndex) -> Result<(), BackwardError> {
        let mut local = Local { tape: self, output: node, cotangent, operands: SmallVec::new() };
        {
            let mut graph = self.graph.borrow_mut();
            if node.index() < walk.first() || graph.is_leaf(node) {
                return graph.param_leaf(node).map_or(Ok(()), check_version);
            }
            for operand in graph.operands(node) {
                if let Some(leaf) = graph.param_leaf(operand) {
                    check_version(leaf)?;
                    walk.meet_param(operand);
                }
                local.operands.push((operand, graph.dag[operand].needs_grad));
            }
            graph.differentiate(Some(node));
        }
        self.vjp(node, &local, |cotangents| {
            for (slot, (cotangent, &(operand, gets_gradients))) in cotangents.iter().zip(&local.operands).enumerate() {
                let sent = match cotangent {
                    Cotangent::Flows(cotangent) if gets_gradients => {
                        Some(self.sum_over_copies(*cotangent, &local, slot)?)
                    }
                    _ => None,
                };
                walk.send(operand, sent);
            }
            Ok(())
        })
    }

    /// What a vjp sends to an operand, in the operand's shape: one that was broadcast gets the sum over its copies.
    #[inline]
    #[track_caller]
    fn sum_over_copies(&self, sent: Var<F>, local: &Local<F>, slot: usize) -> Result<NodeIndex, BackwardError> {
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
    fn wrong_vjp(&self, node: NodeIndex, mistake: String) -> BackwardError {
        BackwardError::WrongVjp { node: self.graph.borrow().describe_with_line(node), mistake }
    }

    /// What the vjp of a node sees when `cotangent` arrives at it.
    #[cfg(feature = "rand")]
    pub(crate) fn local(&self, node: NodeIndex, cotangent: NodeIndex) -> Local<'_, F> {
        let graph = self.graph.borrow();
        let operands = graph.operands(node).map(|operand| (operand, graph.dag[operand].needs_grad())).collect();
        Local { tape: self, output: node, cotangent, operands }
    }

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
            (graph.op(node).clone(), graph.begin_vjp())
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
}

/// A backward pass under way. When it ends, what is recorded belongs again to whoever recorded before: the learner's program or, if the
/// pass was started inside a vjp, that one's pass. So it is after an error and after a panic, too.
struct OpenPass<'t, F: Scalar> {
    tape: &'t Tape<F>,
    around: (u32, Option<Circumstances>),
}

impl<'t, F: Scalar> OpenPass<'t, F> {
    #[track_caller]
    fn start(tape: &'t Tape<F>, loss: NodeIndex) -> (Self, Box<Walk>) {
        let mut graph = tape.recording();
        let around = (graph.pass, graph.differentiating);
        let first = if loss.index() < graph.vjp_since { 0 } else { graph.vjp_since };
        let walk = tape.passes.borrow_mut().start(loss, graph.len(), first);
        graph.pass = walk.pass();
        graph.differentiate(Some(loss));
        (OpenPass { tape, around }, walk)
    }
}

impl<F: Scalar> Drop for OpenPass<'_, F> {
    fn drop(&mut self) {
        // After a panic somebody may still be looking at the graph; a second panic would end the program.
        if let Ok(mut graph) = self.tape.graph.try_borrow_mut() {
            (graph.pass, graph.differentiating) = self.around;
        }
    }
}
