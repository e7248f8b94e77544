//! Numbers outside the tape, in a parameter or in a shared array. Nothing is copied: a leaf holds a share (`Arc`) and reads it in place.

use super::{Identified, hash_of};
use crate::faults::BackwardError;
use crate::param::{Param, Version};
use crate::scalar::Scalar;
use ndarray::{ArcArray, IxDyn};
use petgraph::graph::NodeIndex;
use std::sync::Arc;

/// What a leaf reads.
pub(crate) enum Outside<F: Scalar> {
    Param(ParamLeaf<F>),
    /// An array in standard layout: row-major, without gaps.
    Shared(ArcArray<F, IxDyn>),
}

/// A leaf that reads a parameter in place.
pub(crate) struct ParamLeaf<F: Scalar> {
    pub(crate) node: NodeIndex,
    pub(crate) param: Param<F>,
    /// The version that was current when the leaf was recorded.
    pub(crate) version: u64,
    /// The value of that version. It is given back before an optimizer changes the parameter, which can then do so in place.
    pub(crate) value: Option<Arc<Vec<F>>>,
    /// The value after an optimizer's update, and its version. The next recording takes it from here and need not read the parameter again.
    pub(crate) next: Option<Version<F>>,
}

impl<F: Scalar> ParamLeaf<F> {
    #[track_caller]
    pub(crate) fn new(node: NodeIndex, param: &Param<F>) -> Self {
        let (value, version) = param.read();
        ParamLeaf { node, param: param.clone(), version, value: Some(value), next: None }
    }

    #[track_caller]
    pub(crate) fn read_again(&mut self) {
        let (value, version) = match self.next.take() {
            Some(updated) if updated.1 == self.param.version() => updated,
            _ => self.param.read(),
        };
        (self.value, self.version) = (Some(value), version);
    }

    /// Refuses a parameter that was changed since the leaf was recorded.
    pub(crate) fn check_version(&self) -> Result<(), BackwardError> {
        match self.param.version() {
            now if now == self.version => Ok(()),
            now => Err(changed(&self.param, self.version, now)),
        }
    }
}

/// The error for a parameter that was changed since a leaf recorded it.
#[cold]
pub(crate) fn changed<F: Scalar>(param: &Param<F>, recorded: u64, now: u64) -> BackwardError {
    BackwardError::ParameterChanged { name: param.name().to_owned(), recorded, now }
}

impl<F: Scalar> Identified for Outside<F> {
    fn identity(&self) -> u64 {
        match self {
            Outside::Param(leaf) => hash_of(leaf.param.address()),
            Outside::Shared(_) => 0,
        }
    }
}

impl<F: Scalar> Outside<F> {
    pub(crate) fn as_param(&self) -> Option<&ParamLeaf<F>> {
        if let Outside::Param(leaf) = self { Some(leaf) } else { None }
    }
    pub(crate) fn as_param_mut(&mut self) -> Option<&mut ParamLeaf<F>> {
        if let Outside::Param(leaf) = self { Some(leaf) } else { None }
    }
}

/// Numbers outside the tape. They do not change while this share is held, even if the parameter is changed.
pub(crate) enum Share<'a, F> {
    /// The leaf's own share.
    Held(&'a [F]),
    /// A new share of the parameter, which was changed since the leaf was recorded.
    Read(Arc<Vec<F>>),
}

impl<F> Share<'_, F> {
    pub(crate) fn numbers(&self) -> &[F] {
        match self {
            Share::Held(numbers) => numbers,
            Share::Read(numbers) => numbers,
        }
    }
}

impl<F: Scalar> Outside<F> {
    #[inline]
    #[track_caller]
    pub(crate) fn share(&self) -> Option<Share<'_, F>> {
        match self {
            Outside::Param(leaf) => Some(match &leaf.value {
                Some(value) if leaf.param.version() == leaf.version => Share::Held(value),
                _ => Share::Read(leaf.param.read().0),
            }),
            Outside::Shared(array) => array.as_slice().map(Share::Held),
        }
    }
}

/// A share of a node's numbers, if they are outside the tape.
pub(crate) type Held<'a, F> = Option<Share<'a, F>>;
