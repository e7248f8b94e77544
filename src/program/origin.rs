//! Where each node of a run comes from: the step of the program that recorded it. An engine that runs the nodes without a tape says so in its messages.

use super::interpreter::Interpreter;
use super::kinds::{Check, Kind};
use super::{ProgramError, What};
use crate::scalar::Scalar;
use petgraph::graph::NodeIndex;

/// The step that recorded a node.
pub(crate) struct Origin<F: Scalar> {
    /// Its place in the program.
    pub(crate) step: usize,
    /// What it is, as messages call it.
    pub(crate) what: String,
    /// Checks the operands before each run, as recording does.
    pub(crate) check: Check<F>,
}

impl<F: Scalar> Interpreter<F> {
    /// Records the program, and computes no results. Leaves have their numbers.
    ///
    /// # Errors
    /// As [`run`](Interpreter::run).
    pub(crate) fn record_without_results(&mut self) -> Result<(), ProgramError> {
        self.tape().leave_out_results();
        self.run()
    }

    /// The origin of each node of the last run, in order.
    pub(crate) fn origins(&self) -> Vec<Origin<F>> {
        let mut origins = Vec::new();
        for (place, step) in self.program().steps.iter().enumerate() {
            let origin = |check| Origin { step: place, what: step.called().to_owned(), check };
            match step.what {
                What::Backward { nodes, .. } => origins.extend((0..nodes).map(|_| origin(|_, _| Ok(())))),
                What::Stays { .. } => {}
                _ => {
                    let op = self.tape().graph.borrow().op(NodeIndex::new(origins.len())).clone();
                    origins.push(origin(Kind::of(&*op).map_or(|_, _| Ok(()), |(kind, _)| kind.check)));
                }
            }
        }
        origins
    }
}
