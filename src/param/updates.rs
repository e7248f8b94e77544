//! The changes that optimizers made to parameters, kept on request.

use petgraph::graph::NodeIndex;

/// The updates since the last rewind.
#[derive(Default)]
pub(crate) struct Updates<F> {
    pub(crate) wanted: bool,
    pub(crate) kept: Vec<Update<F>>,
}

/// One change of one parameter.
pub(crate) struct Update<F> {
    /// The leaf that had read the parameter.
    pub(crate) leaf: NodeIndex,
    /// The pass whose gradient was used, and the node that holds it.
    pub(crate) pass: u32,
    pub(crate) gradient: NodeIndex,
    /// When the change was made: how many nodes and passes the tape had.
    pub(crate) nodes: usize,
    pub(crate) passes: u32,
    pub(crate) before: Vec<F>,
    pub(crate) after: Vec<F>,
}

impl<F> Updates<F> {
    pub(crate) fn rewind(&mut self) {
        self.kept.clear();
    }
}
