//! The gradients of parameters, and how a parameter is updated with its gradient. The tape's leaves first give back their shares of the parameter,
//! so that it can be changed in place.

use crate::faults::BackwardError;
use crate::param::{Param, Update};
use crate::profile::Phase;
use crate::scalar::Scalar;
use crate::storage::changed;
use crate::tape::{Gradients, Graph, Var};
use petgraph::graph::NodeIndex;

/// The gradient with respect to a parameter.
#[derive(Clone, Copy)]
pub(crate) struct GradientOf {
    /// The leaf that read the parameter, and the version that it read.
    pub(crate) leaf: NodeIndex,
    pub(crate) version: u64,
    /// The node that holds the gradient.
    pub(crate) gradient: NodeIndex,
}

impl<'t, F: Scalar> Gradients<'t, F> {
    /// The gradient with respect to a parameter, if the loss depends on it.
    pub fn param(&self, param: &Param<F>) -> Option<Var<'t, F>> {
        self.find(param).map(|found| self.tape.var_at(found.gradient))
    }

    /// The gradient with respect to a parameter, if the loss depends on it.
    ///
    /// # Errors
    /// [`BackwardError::ParameterChanged`], if it was computed for an earlier value of the parameter.
    pub fn current(&self, param: &Param<F>) -> Result<Option<Var<'t, F>>, BackwardError> {
        Ok(self.current_gradient(param)?.map(|found| self.tape.var_at(found.gradient)))
    }

    /// Changes a parameter in place: `change` gets its elements and its gradient, both row-major. An optimizer needs nothing else.
    /// If the loss does not depend on the parameter, or the parameter is [frozen](Param::freeze), it returns `None` and does not call `change`.
    ///
    /// # Errors
    /// As [`current`](Gradients::current).
    ///
    /// # Panics
    /// If `change` records on the tape, or uses the parameter in any other way than through its arguments.
    #[track_caller]
    pub fn update<R>(
        &self,
        param: &Param<F>,
        change: impl FnOnce(&mut [F], &[F]) -> R,
    ) -> Result<Option<R>, BackwardError> {
        match self.find(param) {
            Some(gradient) if !param.is_frozen() => self.update_by(param, gradient, change).map(Some),
            _ => Ok(None),
        }
    }

    /// The node that holds the gradient with respect to a parameter: [`current`](Gradients::current), for [`update_by`](Gradients::update_by).
    pub(crate) fn current_gradient(&self, param: &Param<F>) -> Result<Option<GradientOf>, BackwardError> {
        match self.find(param) {
            Some(found) if found.version != param.version() => Err(changed(param, found.version, param.version())),
            found => Ok(found),
        }
    }

    /// [`update`](Gradients::update) with a gradient that is known already.
    #[track_caller]
    pub(crate) fn update_by<R>(
        &self,
        param: &Param<F>,
        GradientOf { leaf, version, gradient }: GradientOf,
        change: impl FnOnce(&mut [F], &[F]) -> R,
    ) -> Result<R, BackwardError> {
        // If the graph is borrowed by a caller that looks at it, the leaf keeps its share, and a copy is changed instead.
        if let Ok(mut graph) = self.tape.graph.try_borrow_mut() {
            graph.let_go(param);
        }
        let graph = self.tape.graph.borrow();
        let (start, mut kept) = (graph.clock(), self.new_update(&graph, leaf, gradient));
        let readable = graph.readable();
        let held = readable.hold(gradient);
        let numbers = readable.numbers(gradient, &held);
        let outcome = param.update_at(version, |value| {
            kept.iter_mut().for_each(|update| update.before.extend_from_slice(value));
            let outcome = change(value, numbers);
            kept.iter_mut().for_each(|update| update.after.extend_from_slice(value));
            outcome
        });
        let (outcome, updated) = outcome.map_err(|now| changed(param, version, now))?;
        drop(held);
        drop(graph);
        if let Ok(mut graph) = self.tape.graph.try_borrow_mut() {
            graph.keep_for_next(leaf, updated);
            let numbers = param.shape().size() as u64;
            graph.note(start, Phase::Update, "update", 3 * numbers, 2 * numbers);
        }
        self.tape.updates.borrow_mut().kept.extend(kept);
        Ok(outcome)
    }

    /// The gradient with respect to a parameter, perhaps for an earlier value. (There is at most one: a pass that meets two versions of a
    /// parameter is refused, and a leaf recorded without gradients gets none.)
    pub(crate) fn find(&self, param: &Param<F>) -> Option<GradientOf> {
        let (graph, passes) = (self.tape.graph.borrow(), self.tape.passes.borrow());
        graph.leaves_of(param).find_map(|leaf| {
            let gradient = passes.gradient(self.pass, leaf.node)?;
            Some(GradientOf { leaf: leaf.node, version: leaf.version, gradient })
        })
    }

    /// The record of an update that is about to be made, if updates are kept. The new value is filled in after the update.
    fn new_update(&self, graph: &Graph<F>, leaf: NodeIndex, gradient: NodeIndex) -> Option<Update<F>> {
        self.tape.updates.borrow().wanted.then(|| Update {
            leaf,
            pass: self.pass,
            gradient,
            nodes: graph.len(),
            passes: self.tape.passes.borrow().count(),
            before: Vec::new(),
            after: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use std::sync::Arc;

    #[test]
    fn an_optimizer_changes_a_parameter_in_place_whether_the_tape_is_rewound_or_goes_on() {
        for rewinds in [true, false] {
            let w = Param::new("w", ndarray::arr1(&[1.0, 2.0]));
            let place = Arc::as_ptr(&w.read().0);
            let mut tape = Tape::new();
            for step in 0..4 {
                let constant = tape.no_grad(|| tape.param(&w));
                let gradients = (tape.param(&w) * constant).sum().backward();
                gradients.update(&w, |w, g| w[0] -= 0.1 * g[0]).expect("an update");
                assert_eq!(Arc::as_ptr(&w.read().0), place, "step {step}, rewound: {rewinds}");
                if rewinds {
                    tape.rewind();
                }
            }
        }
    }
}
