//! The times of kernels, noted if a profile is kept.

use crate::op::Op;
use crate::profile::Phase;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::graph::Graph;
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;
use std::time::Instant;

impl<F: Scalar> Graph<F> {
    /// The current time, if a profile is kept.
    #[inline]
    pub(crate) fn clock(&self) -> Option<Instant> {
        self.profile.is_some().then(Instant::now)
    }

    /// Notes in the profile the time since `start`, and how many numbers were read and written meanwhile.
    #[inline]
    pub(crate) fn note(&mut self, start: Option<Instant>, phase: Phase, op: &'static str, numbers: u64, flops: u64) {
        if let (Some(start), Some(profile)) = (start, &mut self.profile) {
            profile.note(phase, op, start.elapsed(), numbers * size_of::<F>() as u64, flops);
        }
    }

    /// Notes the time of an op's kernel.
    #[inline]
    pub(in crate::tape) fn note_kernel(
        &mut self,
        start: Option<Instant>,
        op: &dyn Op<F>,
        operands: &[NodeIndex],
        shape: Shape,
    ) {
        if start.is_some() {
            let shapes: SmallVec<[Shape; 4]> = operands.iter().map(|&operand| self.shape(operand)).collect();
            let numbers = shapes.iter().chain([&shape]).map(|shape| shape.size() as u64).sum();
            let phase = if self.differentiating.is_some() { Phase::Backward } else { Phase::Forward };
            self.note(start, phase, op.name(), numbers, op.flops(&shapes, shape));
        }
    }
}
