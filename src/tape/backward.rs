//! The reverse pass. The one idea to know: **backward is more recording.** Walking the nodes from the loss down, each
//! node sums the cotangents that arrived at it and lets its op record how they flow on to the operands. The gradient is
//! therefore itself part of the graph: it can be drawn, stepped through and differentiated again.

use super::gradients::{BackwardError, Gradients, check_version};
use super::{Tape, Var};
use crate::op::{AnyOp, Cotangent, Cotangents, Local};
use crate::ops::add_n::AddN;
use crate::scalar::Scalar;
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;

/// What all backward passes since the last rewind left behind. Its buffers are used again.
#[derive(Default)]
pub(crate) struct Passes {
    /// For each pass, the node that holds each node's gradient.
    gradients: Vec<Vec<Option<NodeIndex>>>,
    journals: Vec<Journal>,
    live: usize,
    arrivals: Arrivals,
}

/// What of a pass cannot be read from the nodes it recorded.
#[derive(Default)]
struct Journal {
    /// How many nodes there were before the pass.
    start: usize,
    /// What each visited node sent to each of its operands, in the order of the walk; [`NOTHING`] where it sent nothing.
    sent: Vec<u32>,
}

const NOTHING: u32 = u32::MAX;

impl Passes {
    pub(crate) fn rewind(&mut self) {
        self.live = 0;
    }

    /// The node that holds the gradient of `node` in a pass, numbered from 1.
    pub(crate) fn gradient(&self, pass: u32, node: NodeIndex) -> Option<NodeIndex> {
        self.gradients[..self.live].get((pass as usize).checked_sub(1)?)?.get(node.index()).copied().flatten()
    }

    /// How many backward passes were recorded.
    pub(crate) fn count(&self) -> u32 {
        self.live as u32
    }

    /// The node that a pass, numbered from 1, started from. No node after it can have a gradient.
    pub(crate) fn loss(&self, pass: u32) -> Option<NodeIndex> {
        let gradients = self.gradients[..self.live].get((pass as usize).checked_sub(1)?)?;
        gradients.len().checked_sub(1).map(NodeIndex::new)
    }

    /// How many nodes there were when a pass, numbered from 1, began.
    pub(crate) fn start(&self, pass: u32) -> Option<usize> {
        self.journal(pass).map(|journal| journal.start)
    }

    /// What visited nodes sent to their operands in a pass, in the order of the walk: for each node one entry per operand.
    pub(crate) fn sent(&self, pass: u32) -> impl Iterator<Item = Option<NodeIndex>> {
        let sent = self.journal(pass).map_or(&[][..], |journal| &journal.sent);
        sent.iter().map(|&cotangent| (cotangent != NOTHING).then(|| NodeIndex::new(cotangent as usize)))
    }

    /// Notes what a node sends to an operand in the present pass.
    fn send(&mut self, operand: NodeIndex, cotangent: Option<NodeIndex>) {
        self.journals[self.live - 1].sent.push(cotangent.map_or(NOTHING, |cotangent| cotangent.index() as u32));
        if let Some(cotangent) = cotangent {
            self.arrivals.push(operand, cotangent);
        }
    }

    fn journal(&self, pass: u32) -> Option<&Journal> {
        self.journals[..self.live].get((pass as usize).checked_sub(1)?)
    }
}

/// The cotangents that have arrived at nodes not yet visited: for each node a linked list, newest first.
#[derive(Default)]
struct Arrivals {
    newest: Vec<u32>,
    links: Vec<(NodeIndex, u32)>,
    /// A list to lend out, so that a steady step allocates none.
    several: Vec<NodeIndex>,
}

const NO_LINK: u32 = u32::MAX;

impl Arrivals {
    fn start(&mut self, nodes: usize) {
        self.newest.clear();
        self.newest.resize(nodes, NO_LINK);
        self.links.clear();
    }

    fn push(&mut self, at: NodeIndex, cotangent: NodeIndex) {
        self.links.push((cotangent, self.newest[at.index()]));
        self.newest[at.index()] = self.links.len() as u32 - 1;
    }

    /// What arrived at a node, in order of arrival.
    fn at(&mut self, node: NodeIndex) -> Arrived {
        let Some(&(newest, mut link)) = self.links.get(self.newest[node.index()] as usize) else {
            return Arrived::Nothing;
        };
        if link == NO_LINK {
            return Arrived::One(newest);
        }
        let mut several = std::mem::take(&mut self.several);
        several.clear();
        several.push(newest);
        while link != NO_LINK {
            let (cotangent, older) = self.links[link as usize];
            several.push(cotangent);
            link = older;
        }
        several.reverse();
        Arrived::Several(several)
    }
}

enum Arrived {
    Nothing,
    One(NodeIndex),
    Several(Vec<NodeIndex>),
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The gradients of this number with respect to everything it was computed from. The pass is recorded on the tape; nothing is
    /// accumulated between passes, so there is nothing to zero.
    ///
    /// # Panics
    /// At the caller's line, where [`try_backward`](Var::try_backward) returns an error.
    #[track_caller]
    pub fn backward(self) -> Gradients<'t, F> {
        self.try_backward().unwrap_or_else(|error| panic!("{error}"))
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
        let pass = self.tape.reverse_pass(self, Some(cotangent));
        pass.unwrap_or_else(|error| panic!("{error}"))
    }
}

impl<F: Scalar> Tape<F> {
    fn reverse_pass<'t>(
        &'t self,
        loss: Var<'t, F>,
        cotangent: Option<Var<'t, F>>,
    ) -> Result<Gradients<'t, F>, BackwardError> {
        if !self.graph.borrow().dag[loss.index].needs_grad() {
            return Err(BackwardError::NothingToDifferentiate { loss: loss.describe() });
        }
        self.start_pass(loss.index);
        let seed = cotangent.unwrap_or_else(|| self.seed(loss.shape()));
        self.passes.borrow_mut().arrivals.push(loss.index, seed.index);
        let walked = self.walk_back(loss.index);
        self.graph.borrow_mut().differentiate(None);
        walked.map(|pass| Gradients { tape: self, pass })
    }

    /// Opens the next pass.
    fn start_pass(&self, loss: NodeIndex) {
        let (mut passes, mut graph) = (self.passes.borrow_mut(), self.graph.borrow_mut());
        let live = passes.live;
        if passes.gradients.len() == live {
            passes.gradients.push(Vec::new());
            passes.journals.push(Journal::default());
        }
        passes.gradients[live].clear();
        passes.gradients[live].resize(loss.index() + 1, None);
        passes.journals[live].start = graph.len();
        passes.journals[live].sent.clear();
        passes.arrivals.start(loss.index() + 1);
        passes.live += 1;
        graph.pass = passes.live as u32;
        graph.differentiate(Some(loss));
    }

    /// Visits the ancestors of the loss from last to first. A node's uses all lie behind it, so when it is its turn, everything that
    /// flows back to it has arrived.
    fn walk_back(&self, loss: NodeIndex) -> Result<u32, BackwardError> {
        let pass = self.passes.borrow().count();
        for index in (0..=loss.index()).rev().map(NodeIndex::new) {
            let arrived = self.passes.borrow_mut().arrivals.at(index);
            let cotangent = match arrived {
                Arrived::Nothing => continue,
                Arrived::One(cotangent) => cotangent,
                // What arrives at a node that is used several times adds up: one n-ary sum.
                Arrived::Several(several) => {
                    self.graph.borrow_mut().differentiate(Some(index));
                    let sum = self.record_nodes(AddN, &several).index;
                    self.passes.borrow_mut().arrivals.several = several;
                    sum
                }
            };
            self.graph.borrow_mut().differentiate(Some(index));
            self.passes.borrow_mut().gradients[pass as usize - 1][index.index()] = Some(cotangent);
            self.flow_back(index, cotangent)?;
        }
        Ok(pass)
    }

    /// Lets the op of a node record how a cotangent flows on to the operands.
    fn flow_back(&self, node: NodeIndex, cotangent: NodeIndex) -> Result<(), BackwardError> {
        let local = self.local(node, cotangent);
        for &(operand, _) in &local.operands {
            self.graph.borrow().dag[operand].param().map_or(Ok(()), check_version)?;
        }
        for (cotangent, &(operand, _)) in self.vjp(node, &local).0.iter().zip(&local.operands) {
            let sent = match cotangent {
                // An operand that was broadcast gets the sum over its copies.
                Cotangent::Flows(cotangent) => Some(cotangent.sum_to(self.var_at(operand).shape()).index),
                Cotangent::Stops => None,
            };
            self.passes.borrow_mut().send(operand, sent);
        }
        Ok(())
    }

    /// What the vjp of a node sees when `cotangent` arrives at it.
    pub(crate) fn local(&self, node: NodeIndex, cotangent: NodeIndex) -> Local<'_, F> {
        let graph = self.graph.borrow();
        let mut local = Local { tape: self, output: node, cotangent, operands: SmallVec::new() };
        for operand in graph.operands(node) {
            local.operands.push((operand, graph.dag[operand].needs_grad()));
        }
        local.operands.reverse();
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
    op: Option<Box<dyn AnyOp<F>>>,
}

impl<F: Scalar> Drop for TakenOp<'_, F> {
    fn drop(&mut self) {
        self.tape.graph.borrow_mut().put_back_op(self.node, self.op.take());
    }
}
