//! The reverse pass. The one idea to know: **backward is more recording.** Walking the nodes from the loss down, each
//! node sums the cotangents that arrived at it and lets its op record how they flow on to the operands. The gradient is
//! therefore itself part of the graph: it can be drawn, stepped through and differentiated again.

use super::{Gradients, Tape, Var};
use crate::blame::OrBlame;
use crate::faults::BackwardError;
use crate::op::{Cotangent, Local};
use crate::scalar::Scalar;
use crate::storage::{Circumstances, ParamLeaf};
use crate::walk::{Arrivals, Walk};
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;

impl<'t, F: Scalar> Var<'t, F> {
    /// The gradients of this number with respect to everything it was computed from. The pass is recorded on the tape; nothing is
    /// accumulated between passes, so there is nothing to zero.
    ///
    /// Inside a vjp, only the nodes that the vjp itself has recorded are differentiated. Everything recorded before, such as the operands, counts
    /// as a variable of its own, even if one operand was computed from the other. So a vjp may compute its op again and ask for the gradients
    /// of that.
    ///
    /// # Panics
    /// At the caller's line, where [`try_backward`](Var::try_backward) returns an error.
    #[track_caller]
    pub fn backward(self) -> Gradients<'t, F> {
        self.try_backward().or_blame()
    }

    /// [`backward`](Var::backward), or the error that says why it is refused.
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
        walk.params().iter().filter_map(|&leaf| graph.param_leaf(leaf)).try_for_each(ParamLeaf::check_version)
    }

    /// Visits the ancestors of the loss from last to first. All uses of a node were recorded after it, so everything that flows back to it
    /// has arrived when the walk comes to it.
    #[track_caller]
    fn walk_back(&self, walk: &mut Walk) -> Result<(), BackwardError> {
        let (pass, mut seen) = (walk.pass(), self.len());
        while let Some((node, arrivals)) = walk.next() {
            let cotangent = match arrivals {
                Arrivals::One(cotangent) => cotangent,
                Arrivals::Several(terms) => self.sum_arrivals(pass, node, terms),
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

    /// The sum of the cotangents that arrive at a node: one `add_n`, however many they are.
    #[track_caller]
    fn sum_arrivals(&self, pass: u32, node: NodeIndex, terms: &[NodeIndex]) -> NodeIndex {
        let mut graph = self.graph.borrow_mut();
        graph.differentiate(node, pass);
        graph.record_sum(terms, self.wants_gradients()).or_blame()
    }

    /// Lets the op of a node record how a cotangent flows on to the operands.
    #[track_caller]
    fn flow_back(&self, walk: &mut Walk, node: NodeIndex, cotangent: NodeIndex) -> Result<(), BackwardError> {
        let mut local = Local { tape: self, output: node, cotangent, operands: SmallVec::new() };
        {
            let mut graph = self.graph.borrow_mut();
            if node.index() < walk.first() || graph.is_leaf(node) {
                return graph.param_leaf(node).map_or(Ok(()), ParamLeaf::check_version);
            }
            for operand in graph.operands(node) {
                if let Some(leaf) = graph.param_leaf(operand) {
                    leaf.check_version()?;
                    walk.meet_param(operand);
                }
                local.operands.push((operand, graph.dag[operand].needs_grad));
            }
            graph.differentiate(node, walk.pass());
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
}

/// A running backward pass. When it is dropped, also after an error or a panic, new nodes belong again to whatever was recording before it: the
/// learner's program or, if the pass was started inside a vjp, the pass of that vjp.
struct OpenPass<'t, F: Scalar> {
    tape: &'t Tape<F>,
    around: Option<Circumstances>,
}

impl<'t, F: Scalar> OpenPass<'t, F> {
    #[track_caller]
    fn start(tape: &'t Tape<F>, loss: NodeIndex) -> (Self, Box<Walk>) {
        let mut graph = tape.recording();
        let around = graph.differentiating;
        let first = if loss.index() < graph.vjp_since { 0 } else { graph.vjp_since };
        let walk = tape.passes.borrow_mut().start(loss, graph.len(), first);
        graph.differentiate(loss, walk.pass());
        (OpenPass { tape, around }, walk)
    }
}

impl<F: Scalar> Drop for OpenPass<'_, F> {
    fn drop(&mut self) {
        // After a panic the graph may still be borrowed. A second panic would abort the program.
        if let Ok(mut graph) = self.tape.graph.try_borrow_mut() {
            graph.differentiating = self.around;
        }
    }
}
