//! The events of a computation, which the views step through.

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
        /// The node that holds the gradient it began with: 1, or the one that the program gave.
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
        /// The node that holds the gradient that flowed on to `to`, in the shape of `to`. The same as `incoming` if it was passed on unchanged.
        sent: usize,
        /// The local derivative in numbers. If the op gives it element by element ([`TraceNode::slopes`](super::TraceNode::slopes)), it has the shape
        /// of `from`; if `from` is a single number, that of `to`. `None` for ops that mix elements of arrays: their derivative is a matrix.
        slope: Option<Box<Digest>>,
        /// The number of this contribution among those to `to`, from 1.
        nth: usize,
        /// The number of contributions to `to`.
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
        /// The contributions that sum to it, by their places in [`Trace::events`](super::Trace::events).
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
        /// The new value.
        after: Box<Digest>,
        /// The new value minus the old one.
        change: Box<Digest>,
    },
}

impl Event {
    /// The node that the event is about: the one that is computed, where a pass begins, that a gradient flows to, whose gradient is summed,
    /// or that is changed.
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
