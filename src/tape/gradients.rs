//! What a backward pass found, and why it may be refused.

use super::node::ParamLeaf;
use super::{Tape, Var};
use crate::faults::BackwardError;
use crate::param::Param;
use crate::scalar::Scalar;
use petgraph::graph::NodeIndex;
use std::fmt;

/// The gradients of one backward pass. They are nodes on the tape; a node that the loss does not depend on has none,
/// which is not the same as zero.
#[derive(Clone, Copy)]
pub struct Gradients<'t, F: Scalar> {
    pub(crate) tape: &'t Tape<F>,
    pub(crate) pass: u32,
}

/// The gradient with respect to a parameter.
#[derive(Clone, Copy)]
pub(crate) struct GradientOf {
    /// The leaf that read the parameter, and the version that it read.
    pub(crate) leaf: NodeIndex,
    pub(crate) version: u64,
    /// The node that holds the gradient.
    pub(crate) gradient: NodeIndex,
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

    /// The node that holds the gradient with respect to a parameter: [`current`](Gradients::current), for [`update_by`](Gradients::update_by).
    pub(crate) fn current_gradient(&self, param: &Param<F>) -> Result<Option<GradientOf>, BackwardError> {
        match self.find(param) {
            Some(found) if found.version != param.version() => Err(changed(param, found.version, param.version())),
            found => Ok(found),
        }
    }

    /// The gradient with respect to a parameter, perhaps for an earlier value. (A pass is refused if it meets two versions of a parameter, and
    /// a leaf without gradients gets none, so there is one at most.)
    pub(crate) fn find(&self, param: &Param<F>) -> Option<GradientOf> {
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

/// Whether a parameter still has the version that its leaf recorded.
pub(super) fn check_version<F: Scalar>(leaf: &ParamLeaf<F>) -> Result<(), BackwardError> {
    match leaf.param.version() {
        now if now == leaf.version => Ok(()),
        now => Err(changed(&leaf.param, leaf.version, now)),
    }
}

#[cold]
pub(crate) fn changed<F: Scalar>(param: &Param<F>, recorded: u64, now: u64) -> BackwardError {
    BackwardError::ParameterChanged { name: param.name().to_owned(), recorded, now }
}
