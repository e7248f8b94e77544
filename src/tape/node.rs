//! What the graph of a tape is made of: nodes, and edges that say which operand they are.

use crate::param::{Param, Version};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage::{Identified, hash_of};
use ndarray::{ArcArray, IxDyn};
use petgraph::graph::NodeIndex;
use std::panic::Location;
use std::sync::Arc;

/// Which operand of an op an edge is. (petgraph lists the newest edge first, and `x * x` has two parallel edges, so the order of edges
/// alone would not tell.)
pub type Slot = u32;

/// One step of the computation: an op applied to operands. It is kept small, since programs of single numbers have millions; its
/// value, its shape and its name stand in lists beside the graph (see [`Tape::nodes`](crate::Tape::nodes)).
#[derive(Debug)]
pub struct Node {
    /// The number of its op in the tape's list of ops.
    pub(super) op: u32,
    pub(super) circumstances: Circumstances,
    /// The number of its shape in the tape's list of shapes.
    pub(super) shape: u32,
    pub(super) numbers: Numbers,
    pub(super) needs_grad: bool,
    /// Whether its vjp is running.
    pub(super) is_running: bool,
}

/// Where the numbers of a node stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Numbers {
    /// On the tape.
    Own,
    /// In the parameter of this entry in the tape's list of leaves that read parameters.
    Param(u32),
    /// In the array of this entry in the tape's list of leaves that read shared arrays.
    Shared(u32),
}

/// Who recorded a node: the learner's program, or the vjp of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// The line of the learner's program; for a backward node, that of the node it differentiates.
    pub(super) source: &'static Location<'static>,
    /// The node whose vjp recorded this one; itself, if the learner's program did.
    pub(super) origin: NodeIndex,
    pub(super) scope: u32,
    /// 0 for the learner's own computation, n for the nth backward pass.
    pub(super) pass: u32,
}

impl Node {
    /// Where the learner's program recorded it (for a backward node: recorded the forward node that it differentiates).
    pub fn source(&self) -> &'static Location<'static> {
        self.circumstances.source
    }
    /// 0 for the learner's own computation, n for the nth backward pass.
    pub fn pass(&self) -> u32 {
        self.circumstances.pass
    }
    /// The node whose vjp recorded this one; itself, if the learner's program did.
    pub fn origin(&self) -> NodeIndex {
        self.circumstances.origin
    }
    /// Whether a backward pass computes its gradient.
    pub fn needs_grad(&self) -> bool {
        self.needs_grad
    }
}

/// A leaf that reads a parameter in place.
pub(crate) struct ParamLeaf<F: Scalar> {
    pub(crate) node: NodeIndex,
    pub(crate) param: Param<F>,
    /// The version that was current when the leaf was recorded.
    pub(crate) version: u64,
    /// The value of that version. It is given back before an optimizer changes the parameter, which can then do so in place.
    pub(super) value: Option<Arc<Vec<F>>>,
    /// What an optimizer left, and its version, for the next recording: in a steady training step it need not be read again.
    pub(super) next: Option<Version<F>>,
}

impl<F: Scalar> Identified for ParamLeaf<F> {
    fn identity(&self) -> u64 {
        hash_of(self.param.address())
    }
}

/// A shape that nodes have, and the first of them.
pub(crate) struct KnownShape {
    pub(super) shape: Shape,
    pub(super) first: NodeIndex,
}

impl Identified for KnownShape {
    fn identity(&self) -> u64 {
        hash_of(self.shape)
    }
}

/// A leaf that reads a shared array where it stands.
pub(crate) struct SharedLeaf<F: Scalar> {
    pub(crate) node: NodeIndex,
    /// In standard layout: row-major, without gaps.
    pub(crate) numbers: ArcArray<F, IxDyn>,
}
