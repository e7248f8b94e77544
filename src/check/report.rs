//! The findings of a check, as plain data.

use super::cause::Cause;
use super::diagnose::Diagnosis;
use super::doubt::Doubt;
use super::witness::Witness;
use crate::shape::Shape;

/// The findings of a check. It has [`passed`](Report::passed), is [`wrong`](Report::wrong), or neither: [`undecided`](Report::undecided).
#[must_use = "a check says nothing until its report is looked at: see passed()"]
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
    /// How two runs of the program on the same numbers differed, if they did: then the gradients cannot be checked.
    pub unsteady: Option<Unsteady>,
    /// The number of random directions through each input along which it was checked, if not element by element.
    pub directions: Option<usize>,
    /// Where the check proves little, even if the gradients are right.
    pub notes: Vec<String>,
    /// What is wrong, if something is.
    pub diagnosis: Option<Diagnosis>,
}

/// How two runs of a program on the same numbers differed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Unsteady {
    /// What differed.
    pub what: Varying,
    /// The largest difference; infinite if a number became NaN; NaN if there were more numbers than before, or fewer.
    pub difference: f64,
}

/// What can differ between two runs of a program on the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Varying {
    /// The results of the first two runs.
    Result,
    /// The gradients, though the results were the same.
    Gradient,
    /// The results on dual numbers.
    Duals,
    /// The result of a last run, after the check, though those of the first two were the same.
    Later,
}

/// The findings about one input or parameter.
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
    /// The number of elements, or directions, that were checked.
    pub checked: usize,
    /// Whether it was checked along random directions. If so, read "direction" for "element" below.
    pub by_directions: bool,
    /// The judgement on the gradient of the reverse pass, from all witnesses together.
    pub verdict: Verdict,
    /// The judgement by nudging alone.
    pub by_nudging: Verdict,
    /// The judgement by dual numbers alone, if the program runs on them.
    pub by_duals: Option<Verdict>,
    /// The witness that the two others contradict at the worst element, if they do.
    pub alone: Option<Witness>,
    /// Whether a gradient flows to it at all; an absent gradient is compared as 0.
    pub flows: bool,
    /// The number of wrong elements.
    pub wrong: usize,
    /// The number of elements that could not be judged.
    pub undecided: usize,
    /// The reason, for the worst of them.
    pub doubt: Option<Doubt>,
    /// How many of them look wrong, without proof.
    #[cfg_attr(feature = "json", serde(skip))]
    pub(super) suspected: usize,
    /// Which of them could not be measured, for instance because rounding hides their slopes.
    #[cfg_attr(feature = "json", serde(skip))]
    pub(super) hidden: Vec<usize>,
    /// Which elements lie at a kink, and the note on the first.
    #[cfg_attr(feature = "json", serde(skip))]
    pub(super) at_kinks: (Vec<usize>, Option<String>),
    /// The number of elements that could not be measured (mostly because rounding hides their slopes) and yet are right: each op alone was found
    /// right (in a sample of its elements, if the check is one of a sample or of directions), and no numbers leave the tape.
    pub by_ops: usize,
    /// The number of elements at a kink whose gradient is one of the possible subgradients.
    pub kinks: usize,
    /// The number of elements that agree but whose slopes are too small to be told from rounding, and negligible (no more than the tolerance) beside
    /// the largest slope of the input.
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

/// An element, with its gradient by each witness.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Worst {
    /// Its index in the input; or the index of the direction, from 0.
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
    /// It agrees; and at kinks, where there is no derivative, it is one of the possible subgradients.
    Kink,
    /// No gradient flows, and nudging changes nothing.
    NoEffect,
    /// The gradient differs somewhere.
    Wrong,
    /// No witness can tell whether it is right everywhere, and none says that it is wrong. [`Entry::doubt`] says why. This is not a pass.
    CannotTell,
}

impl Report {
    pub(super) fn empty(tolerance: f64, directions: Option<usize>) -> Self {
        Report {
            entries: Vec::new(),
            tolerance,
            evaluations: 2,
            unsteady: None,
            directions,
            notes: Vec::new(),
            diagnosis: None,
        }
    }

    /// Whether every gradient is right.
    pub fn passed(&self) -> bool {
        !self.wrong() && !self.undecided()
    }

    /// Whether a gradient is wrong.
    pub fn wrong(&self) -> bool {
        self.unsteady.is_none() && self.entries.iter().any(|entry| entry.verdict == Verdict::Wrong)
    }

    /// Whether nothing is proven wrong, and yet not everything is proven right.
    pub fn undecided(&self) -> bool {
        let undecided = || self.entries.iter().any(|entry| entry.verdict == Verdict::CannotTell);
        self.unsteady.is_some() || !self.wrong() && undecided()
    }

    /// The probable mistake in the wrong op, if one was found.
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
