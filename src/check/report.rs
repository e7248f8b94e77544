//! What a check found, as plain data.

use super::cause::Cause;
use super::diagnose::Diagnosis;
use super::witness::Witness;
use crate::shape::Shape;

/// What a check found.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Report {
    /// One for each input or parameter.
    pub entries: Vec<Entry>,
    /// The largest relative error that counts as right.
    pub tolerance: f64,
    /// How often the program was run.
    pub evaluations: u64,
    /// How far two runs of the program on the same numbers differed, if they did: then there is nothing to check.
    pub unsteady: Option<f64>,
    /// Where the check proves little, right as the gradients may be.
    pub notes: Vec<String>,
    /// What is wrong, if something is.
    pub diagnosis: Option<Diagnosis>,
}

/// What a check found about one input or parameter.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its shape.
    #[cfg_attr(feature = "json", serde(serialize_with = "axis_lengths"))]
    pub shape: Shape,
    /// 1 for the gradient, 2 for the gradient of the gradient.
    pub order: u32,
    /// How many of its elements were checked.
    pub checked: usize,
    /// The judgement on the gradient of the reverse pass, all witnesses heard.
    pub verdict: Verdict,
    /// What nudging alone says of it.
    pub by_nudging: Verdict,
    /// What dual numbers alone say of it, if the program runs on them.
    pub by_duals: Option<Verdict>,
    /// The witness that the two others contradict at the worst element, if they do.
    pub alone: Option<Witness>,
    /// Whether a gradient flows to it at all; an absent gradient is compared as 0.
    pub flows: bool,
    /// How many elements are wrong.
    pub wrong: usize,
    /// How many elements lie at a kink and hold one of the possible subgradients.
    pub kinks: usize,
    /// How many elements have a gradient too small to be told from rounding noise.
    pub too_small: usize,
    /// The element with the largest error; `None` if there is none.
    pub worst: Option<Worst>,
    /// The largest |gradient| of the reverse pass.
    pub largest_gradient: f64,
    /// The mean of |reverse - finite difference| over the elements: what textbooks print. One wrong element among many zeros
    /// hardly shows in it.
    pub mean_absolute_difference: f64,
    /// The share of elements whose gradient is exactly 0.
    pub zero_share: f64,
}

/// An element, as the witnesses see it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Worst {
    /// Its place in the input.
    pub index: Vec<usize>,
    /// Its gradient by the reverse pass.
    pub reverse: f64,
    /// Its gradient by dual numbers, if the program runs on them.
    pub dual: Option<f64>,
    /// Its gradient by finite differences.
    pub numeric: f64,
    /// |reverse - numeric| over the larger of the two; or |reverse - dual|, if that is worse.
    pub relative_error: f64,
}

/// The judgement on one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
pub enum Verdict {
    /// The gradient agrees everywhere.
    Right,
    /// It agrees, and at kinks, where there is no derivative, it is one of the possible conventions.
    Kink,
    /// No gradient flows, and nudging changes nothing.
    NoEffect,
    /// The gradient differs somewhere.
    Wrong,
}

impl Report {
    pub(super) fn empty(tolerance: f64) -> Self {
        Report { entries: Vec::new(), tolerance, evaluations: 2, unsteady: None, notes: Vec::new(), diagnosis: None }
    }

    /// Whether no gradient is wrong.
    pub fn passed(&self) -> bool {
        self.unsteady.is_none() && self.entries.iter().all(|entry| entry.verdict != Verdict::Wrong)
    }

    /// What is probably wrong with the op at fault, if one was found.
    pub fn cause(&self) -> Option<&Cause> {
        self.diagnosis.as_ref()?.fault.as_ref().map(|fault| &fault.cause)
    }

    /// The entry of an input or parameter.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

#[cfg(feature = "json")]
fn axis_lengths<S: serde::Serializer>(shape: &Shape, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(shape.iter())
}
