//! The nodes and edges of a tape's graph. An edge says which operand it is.

use super::{Identified, hash_of};
use crate::shape::Shape;
use petgraph::graph::NodeIndex;
use std::panic::Location;

/// Index of an operand, from 0: the label of an edge. (petgraph lists the newest edge first, and `x * x` has two parallel edges, so the order
/// of edges alone would not tell.)
pub type Slot = u32;

/// One step of the computation: an op applied to operands. It is small, since programs of single numbers have millions of nodes; its
/// value, its shape and its name are in lists beside the graph (see [`Tape::nodes`](crate::Tape::nodes)).
#[derive(Debug)]
pub struct Node {
    /// The index of its op in the tape's list of ops.
    pub(crate) op: u32,
    pub(crate) circumstances: Circumstances,
    /// The index of its shape in the tape's list of shapes.
    pub(crate) shape: u32,
    pub(crate) numbers: Numbers,
    pub(crate) needs_grad: bool,
    /// Whether its vjp is running.
    pub(crate) is_running: bool,
}

/// Where the numbers of a node are stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Numbers {
    /// On the tape.
    Own,
    /// In a parameter or a shared array: the index in the tape's list of those.
    Outside(u32),
    /// They are those of an earlier node, which has its own: this is the same array in another shape.
    Of(NodeIndex),
}

/// What the caller that records a node decides about it.
#[derive(Clone, Copy)]
pub(crate) struct By {
    pub(crate) needs_grad: bool,
    pub(crate) source: &'static Location<'static>,
}

/// Who recorded a node: the learner's program, or the vjp of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// The line of the learner's program; for a backward node, that of the node it differentiates.
    pub(crate) source: &'static Location<'static>,
    /// The node whose vjp recorded this one; itself, if the learner's program did.
    pub(crate) origin: NodeIndex,
    pub(crate) scope: u32,
    /// 0 for the learner's own computation, n for the nth backward pass.
    pub(crate) pass: u32,
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

/// A shape, and the first node that has it.
pub(crate) struct KnownShape {
    pub(crate) shape: Shape,
    pub(crate) first: NodeIndex,
}

impl Identified for KnownShape {
    fn identity(&self) -> u64 {
        hash_of(self.shape)
    }
}
