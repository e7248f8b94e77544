//! What there is to step through.

use super::Digest;

/// One step of a computation. Nodes are given by their place in [`Trace::nodes`](super::Trace::nodes); gradients are nodes too.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "event", rename_all = "snake_case")
)]
pub enum Event {
    /// A node of the learner's program got its value.
    Forward {
        /// The node.
        node: usize,
    },
    /// A backward pass began.
    Seed {
        /// The pass, from 1.
        pass: u32,
        /// The node it began at.
        node: usize,
        /// The node that holds the gradient it began with: 1, or what the program handed in.
        gradient: usize,
    },
    /// A gradient flowed along one edge, from a node to one of its operands.
    Contribution {
        /// The pass, from 1.
        pass: u32,
        /// The node that it flowed through.
        from: usize,
        /// Which operand of that node it flowed to.
        slot: usize,
        /// That operand.
        to: usize,
        /// The node that holds the gradient of `from`, which arrived.
        incoming: usize,
        /// The node that holds what flowed on to `to`, and has its shape. The same as `incoming` if it was handed on as it was.
        sent: usize,
        /// The local derivative in numbers. Where it is told element by element ([`TraceNode::slopes`](super::TraceNode::slopes)), it
        /// has the shape of `from`; where `from` is a single number, that of `to`. `None` for ops that mix elements of arrays: theirs is a matrix.
        slope: Option<Box<Digest>>,
        /// The how manyth contribution to `to` it is, from 1.
        nth: usize,
        /// Of how many.
        of: usize,
    },
    /// A node had all its contributions: their sum is its gradient. (The node that a pass began at has its gradient from the start.)
    Accumulated {
        /// The pass, from 1.
        pass: u32,
        /// The node.
        node: usize,
        /// The node that holds its gradient.
        gradient: usize,
        /// The contributions that it is the sum of, by their places in [`Trace::events`](super::Trace::events).
        terms: Vec<usize>,
    },
    /// An optimizer changed a parameter. Kept only under [`Tape::keep_updates`](crate::Tape::keep_updates).
    Update {
        /// The pass whose gradient was used.
        pass: u32,
        /// The leaf that had read the parameter.
        node: usize,
        /// The node that holds its gradient.
        gradient: usize,
        /// The value that the forward pass saw.
        before: Box<Digest>,
        /// The value since.
        after: Box<Digest>,
        /// What was added to it.
        change: Box<Digest>,
    },
}

impl Event {
    /// The node that it is about: the one computed, begun at, flowed to, summed up or changed.
    pub fn node(&self) -> usize {
        match *self {
            Event::Contribution { to, .. } => to,
            Event::Forward { node }
            | Event::Seed { node, .. }
            | Event::Accumulated { node, .. }
            | Event::Update { node, .. } => node,
        }
    }

    /// The pass it belongs to: 0 for the learner's own computation.
    pub fn pass(&self) -> u32 {
        match *self {
            Event::Forward { .. } => 0,
            Event::Seed { pass, .. }
            | Event::Contribution { pass, .. }
            | Event::Accumulated { pass, .. }
            | Event::Update { pass, .. } => pass,
        }
    }
}
