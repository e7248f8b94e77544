//! What a backward pass found, and why it may be refused.

use super::node::ParamLeaf;
use super::non_finite::NonFinite;
use super::profile::Phase;
use super::{Tape, Var};
use crate::param::Param;
use crate::scalar::Scalar;
use petgraph::graph::NodeIndex;
use std::fmt;

/// The gradients of one backward pass. They are nodes on the tape; a node that the loss does not depend on has none,
/// which is not the same as zero.
#[derive(Clone, Copy)]
pub struct Gradients<'t, F: Scalar> {
    pub(super) tape: &'t Tape<F>,
    pub(super) pass: u32,
}

/// The gradient with respect to a parameter.
#[derive(Clone, Copy)]
pub(crate) struct GradientOf {
    /// The leaf that read the parameter, and the version that it read.
    leaf: NodeIndex,
    version: u64,
    /// The node that holds the gradient.
    gradient: NodeIndex,
}

impl<F: Scalar> fmt::Debug for Gradients<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Gradients(pass {})", self.pass)
    }
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
        match self.get(x) {
            Some(gradient) => gradient,
            None => {
                panic!("no gradient flows to {}: the loss does not depend on it, or it is a tape.input", x.describe())
            }
        }
    }

    /// The gradient with respect to a parameter, if the loss depends on it.
    pub fn param(&self, param: &Param<F>) -> Option<Var<'t, F>> {
        self.find(param).map(|found| self.tape.var_at(found.gradient))
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
        Ok(self.current_gradient(param)?.map(|found| self.tape.var_at(found.gradient)))
    }

    /// Changes a parameter in place, given its gradient; both row-major. This is all an optimizer needs.
    /// Returns `None`, without a call, if the loss does not depend on the parameter, or the parameter is [frozen](Param::freeze).
    ///
    /// # Errors
    /// As [`current`](Gradients::current).
    ///
    /// # Panics
    /// If `change` uses the parameter, other than through what it is given, or records on the tape.
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

    /// [`update`](Gradients::update), given the gradient.
    #[track_caller]
    pub(crate) fn update_by<R>(
        &self,
        param: &Param<F>,
        GradientOf { leaf, version, gradient }: GradientOf,
        change: impl FnOnce(&mut [F], &[F]) -> R,
    ) -> Result<R, BackwardError> {
        // Whoever looks at the graph meanwhile keeps the leaf's value, and a copy is changed.
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
            if let Some(start) = start {
                let numbers = param.shape().size();
                graph.note(Phase::Update, "update", start, 3 * numbers, 2 * numbers);
            }
        }
        self.tape.updates.borrow_mut().kept.extend(kept);
        Ok(outcome)
    }

    /// The gradient with respect to a parameter, perhaps for an earlier value. (A pass is refused if it meets two versions of a parameter, and
    /// a leaf without gradients gets none, so there is one at most.)
    fn find(&self, param: &Param<F>) -> Option<GradientOf> {
        let (graph, passes) = (self.tape.graph.borrow(), self.tape.passes.borrow());
        graph.leaves_of(param).find_map(|leaf| {
            let gradient = passes.gradient(self.pass, leaf.node)?;
            Some(GradientOf { leaf: leaf.node, version: leaf.version, gradient })
        })
    }

    fn at(&self, node: NodeIndex) -> Option<Var<'t, F>> {
        let gradient = self.tape.passes.borrow().gradient(self.pass, node);
        gradient.map(|index| self.tape.var_at(index))
    }
}

/// Why a backward pass, or a use of its gradients, was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
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
    /// A number went wrong on the way, and the tape [stops](Tape::stop_at_non_finite) there.
    #[error("{0}")]
    NonFinite(Box<NonFinite>),
    /// Nothing that the loss was computed from wants a gradient.
    #[error(
        "{loss} depends on no variable and no parameter that gets gradients, so there is nothing to differentiate; make the \
         leaves that you want gradients for with tape.var or tape.param, outside of no_grad, and unfreeze the parameters"
    )]
    NothingToDifferentiate {
        /// The node, as errors call it.
        loss: String,
    },
    /// The pass came to a node whose vjp is running: it was started inside that vjp.
    #[error(
        "the backward pass comes to {node}, whose own vjp is running: it would never end. Inside a vjp, start a pass from what the vjp has \
         computed of the operands, not from the op's result"
    )]
    InsideItself {
        /// The node, as errors call it, and its line.
        node: String,
    },
    /// A vjp returned what cannot be the gradients of its operands.
    #[error("the vjp of {node}, has a mistake: {mistake}")]
    WrongVjp {
        /// The node, as errors call it, and its line.
        node: String,
        /// What is wrong.
        mistake: String,
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

/// Whether a parameter still has the version that its leaf recorded.
pub(super) fn check_version<F: Scalar>(leaf: &ParamLeaf<F>) -> Result<(), BackwardError> {
    match leaf.param.version() {
        now if now == leaf.version => Ok(()),
        now => Err(changed(&leaf.param, leaf.version, now)),
    }
}

#[cold]
fn changed<F: Scalar>(param: &Param<F>, recorded: u64, now: u64) -> BackwardError {
    BackwardError::ParameterChanged { name: param.name().to_owned(), recorded, now }
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
