//! The reverse pass. The one idea to know: **backward is more recording.** Walking the nodes from the loss down, each
//! node sums the cotangents that arrived at it and lets its op record how they flow on to the operands. The gradient is
//! therefore itself part of the graph: it can be drawn, stepped through and differentiated again.

use super::{Tape, Var};
use crate::op::{Cotangent, Local};
use crate::ops::add_n::AddN;
use crate::param::Param;
use crate::scalar::Scalar;
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;

/// Why a backward pass, or a use of its gradients, was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BackwardError {
    /// The pass was started from more than one number.
    #[error(
        "backward starts from one number, but {loss} has shape {shape}; reduce it with .sum() or .mean(), or say \
         what arrives at it with .backward_with(cotangent)"
    )]
    NotScalar {
        /// The node, as errors call it.
        loss: String,
        /// Its shape.
        shape: crate::Shape,
    },
    /// Nothing that the loss was computed from wants a gradient.
    #[error(
        "{loss} depends on no variable and no parameter (or was recorded under no_grad), so there is nothing to \
         differentiate; make the leaves that you want gradients for with tape.var or tape.param"
    )]
    NothingToDifferentiate {
        /// The node, as errors call it.
        loss: String,
    },
    /// A parameter is no longer what it was when the loss was computed.
    #[error(
        "parameter {name:?} was changed after the loss was computed from it (version {recorded} then, {now} now); \
         call backward before the update, or record the loss again"
    )]
    ParameterChanged {
        /// The parameter's name.
        name: String,
        /// Its version on the tape.
        recorded: u64,
        /// Its version now.
        now: u64,
    },
}

/// What all backward passes since the last rewind left behind. Its buffers are used again.
#[derive(Default)]
pub(crate) struct Passes {
    /// For each pass, the node that holds each node's gradient.
    gradients: Vec<Vec<Option<NodeIndex>>>,
    live: usize,
    arrivals: Arrivals,
}

impl Passes {
    pub(crate) fn rewind(&mut self) {
        self.live = 0;
    }

    /// The node that holds the gradient of `node` in a pass, numbered from 1.
    pub(crate) fn gradient(&self, pass: u32, node: NodeIndex) -> Option<NodeIndex> {
        self.gradients[..self.live].get(pass as usize - 1)?.get(node.index()).copied().flatten()
    }

    /// How many backward passes were recorded.
    pub(crate) fn count(&self) -> u32 {
        self.live as u32
    }
}

/// The cotangents that have arrived at nodes not yet visited: for each node a linked list, newest first.
#[derive(Default)]
struct Arrivals {
    newest: Vec<u32>,
    links: Vec<(NodeIndex, u32)>,
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

    /// The cotangents that arrived at a node, in order of arrival.
    fn at(&self, node: NodeIndex) -> SmallVec<[NodeIndex; 4]> {
        let mut arrived = SmallVec::new();
        let mut link = self.newest[node.index()];
        while link != NO_LINK {
            let (cotangent, older) = self.links[link as usize];
            arrived.push(cotangent);
            link = older;
        }
        arrived.reverse();
        arrived
    }
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
        self.graph.borrow_mut().differentiating = None;
        walked.map(|pass| Gradients { tape: self, pass })
    }

    /// Opens the next pass.
    fn start_pass(&self, loss: NodeIndex) {
        let (mut passes, mut graph) = (self.passes.borrow_mut(), self.graph.borrow_mut());
        let live = passes.live;
        if passes.gradients.len() == live {
            passes.gradients.push(Vec::new());
        }
        passes.gradients[live].clear();
        passes.gradients[live].resize(loss.index() + 1, None);
        passes.arrivals.start(loss.index() + 1);
        passes.live += 1;
        graph.pass = passes.live as u32;
        graph.differentiating = Some(loss);
    }

    /// Visits the ancestors of the loss from last to first. A node's uses all lie behind it, so when it is its turn, everything that
    /// flows back to it has arrived.
    fn walk_back(&self, loss: NodeIndex) -> Result<u32, BackwardError> {
        let pass = self.passes.borrow().count();
        for index in (0..=loss.index()).rev().map(NodeIndex::new) {
            let arrived = self.passes.borrow().arrivals.at(index);
            if arrived.is_empty() {
                continue;
            }
            self.graph.borrow_mut().differentiating = Some(index);
            let cotangent = self.sum_of(&arrived);
            self.passes.borrow_mut().gradients[pass as usize - 1][index.index()] = Some(cotangent);
            self.flow_back(index, cotangent)?;
        }
        Ok(pass)
    }

    /// What arrives at a node that is used several times adds up: one n-ary sum.
    fn sum_of(&self, arrived: &[NodeIndex]) -> NodeIndex {
        match arrived {
            [only] => *only,
            several => {
                let several: SmallVec<[Var<F>; 4]> = several.iter().map(|&node| self.var_at(node)).collect();
                self.record(AddN, &several).index
            }
        }
    }

    /// Lets the op of a node record how a cotangent flows on to the operands.
    fn flow_back(&self, node: NodeIndex, cotangent: NodeIndex) -> Result<(), BackwardError> {
        let mut operands: SmallVec<[(NodeIndex, bool); 4]> = SmallVec::new();
        let op = {
            let mut graph = self.graph.borrow_mut();
            for operand in graph.operands(node) {
                operands.push((operand, graph.dag[operand].needs_grad()));
                graph.dag[operand].param().map_or(Ok(()), check_version)?;
            }
            operands.reverse();
            graph.take_op(node)
        };
        let local = Local { tape: self, output: node, cotangent, operands };
        let cotangents = op.as_deref().map(|op| op.vjp(&local));
        self.graph.borrow_mut().put_back_op(node, op);
        let cotangents = cotangents.expect("no vjp runs inside itself").0;
        assert_eq!(
            cotangents.len(),
            local.operands.len(),
            "the vjp of {} must say what flows to each of its operands",
            local.output().describe()
        );
        for (cotangent, &(operand, _)) in cotangents.into_iter().zip(&local.operands) {
            if let Cotangent::Flows(cotangent) = cotangent {
                // An operand that was broadcast gets the sum over its copies.
                let cotangent = cotangent.sum_to(self.var_at(operand).shape());
                self.passes.borrow_mut().arrivals.push(operand, cotangent.index);
            }
        }
        Ok(())
    }
}

fn check_version<F: Scalar>((param, recorded): (&Param<F>, u64)) -> Result<(), BackwardError> {
    let now = param.version();
    match now == recorded {
        true => Ok(()),
        false => Err(BackwardError::ParameterChanged { name: param.name().to_owned(), recorded, now }),
    }
}

/// The gradients of one backward pass. They are nodes on the tape; a node that the loss does not depend on has none,
/// which is not the same as zero.
#[derive(Clone, Copy)]
pub struct Gradients<'t, F: Scalar> {
    tape: &'t Tape<F>,
    pass: u32,
}

impl<'t, F: Scalar> Gradients<'t, F> {
    /// The gradient with respect to `x`, if one flowed there.
    #[track_caller]
    pub fn get(&self, x: Var<'t, F>) -> Option<Var<'t, F>> {
        x.expect_on(self.tape, "Gradients::get");
        self.at(x.index)
    }

    /// The gradient with respect to `x`.
    ///
    /// # Panics
    /// If the loss does not depend on `x`, or `x` is an input that no gradient was asked for.
    #[track_caller]
    pub fn wrt(&self, x: Var<'t, F>) -> Var<'t, F> {
        self.get(x).unwrap_or_else(|| {
            panic!("no gradient flows to {}: the loss does not depend on it, or it is a tape.input", x.describe())
        })
    }

    /// The gradient with respect to a parameter, if the loss depends on it.
    pub fn param(&self, param: &Param<F>) -> Option<Var<'t, F>> {
        let leaf = self.tape.graph.borrow().leaf_of(param)?;
        self.at(leaf)
    }

    /// The number of the pass, from 1: backward nodes carry it (see [`crate::NodeInfo::pass`]).
    pub fn pass(&self) -> u32 {
        self.pass
    }

    /// The gradient with respect to a parameter, if the loss depends on it.
    ///
    /// # Errors
    /// [`BackwardError::ParameterChanged`], if it was computed for an earlier value of the parameter.
    pub fn current(&self, param: &Param<F>) -> Result<Option<Var<'t, F>>, BackwardError> {
        let Some(gradient) = self.param(param) else { return Ok(None) };
        let graph = self.tape.graph.borrow();
        let recorded = graph.leaf_of(param).and_then(|leaf| graph.dag[leaf].param());
        recorded.map_or(Ok(()), check_version)?;
        Ok(Some(gradient))
    }

    /// Changes a parameter in place, given its gradient; both row-major. This is all an optimizer needs.
    /// Returns `None`, without a call, if the loss does not depend on the parameter.
    ///
    /// # Errors
    /// As [`current`](Gradients::current).
    pub fn update<R>(
        &self,
        param: &Param<F>,
        change: impl FnOnce(&mut [F], &[F]) -> R,
    ) -> Result<Option<R>, BackwardError> {
        let Some(gradient) = self.current(param)? else { return Ok(None) };
        let graph = self.tape.graph.borrow();
        Ok(Some(graph.with_views(&[gradient.index], |views| param.update(|value| change(value, views[0].data)))))
    }

    fn at(&self, node: NodeIndex) -> Option<Var<'t, F>> {
        let gradient = self.tape.passes.borrow().gradient(self.pass, node);
        gradient.map(|index| self.tape.var_at(index))
    }
}
