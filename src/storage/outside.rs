//! Numbers that stand outside of the tape, in a parameter or in a shared array. Nothing is copied: a leaf takes a share and reads it in place.

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
    /// What an optimizer left, and its version, for the next recording: in a steady training step it need not be read again.
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

    /// Whether the parameter still has the version that the leaf recorded.
    pub(crate) fn check_version(&self) -> Result<(), BackwardError> {
        match self.param.version() {
            now if now == self.version => Ok(()),
            now => Err(changed(&self.param, self.version, now)),
        }
    }
}

/// A parameter is no longer what it was when a leaf recorded it.
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

/// Numbers that stand outside of the tape. They stay as they are, also if somebody changes the parameter meanwhile.
pub(crate) enum Share<'a, F> {
    /// Held by a leaf.
    Held(&'a [F]),
    /// Read now: the parameter was changed since the leaf was recorded.
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

/// Where the numbers of a node stand if not on the tape.
pub(crate) type Held<'a, F> = Option<Share<'a, F>>;
