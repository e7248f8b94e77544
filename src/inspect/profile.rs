//! Where the time of a program goes.

use crate::op::Op;
use crate::profile::{Phase, Profile};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Graph, Tape};
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;
use std::time::Instant;

impl<F: Scalar> Tape<F> {
    /// Starts to measure how long each op's kernels take, from now on and across rewinds. Each kernel call reads the clock twice.
    ///
    /// ```
    /// use gradus::prelude::*;
    /// let mut tape = Tape::<f32>::new();
    /// tape.start_profile();
    /// for _ in 0..10 {
    ///     let x = tape.var([[1.0, 2.0], [3.0, 4.0]]);
    ///     x.matmul(x).sum().backward();
    ///     tape.rewind();
    /// }
    /// let profile = tape.profile().expect("it was started");
    /// assert!(profile.rows().iter().any(|row| row.op == "matmul" && row.calls == 10 && row.flops == 160));
    /// println!("{profile}");
    /// ```
    pub fn start_profile(&mut self) {
        self.graph.get_mut().profile = Some(Box::new(Profile::start()));
    }

    /// What was measured since [`start_profile`](Tape::start_profile); `None` if it was never called.
    pub fn profile(&self) -> Option<Profile> {
        self.graph.borrow().profile.as_ref().map(|profile| profile.until_now())
    }
}

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
    pub(crate) fn note_kernel(&mut self, start: Option<Instant>, op: &dyn Op<F>, operands: &[NodeIndex], shape: Shape) {
        if start.is_some() {
            let shapes: SmallVec<[Shape; 4]> = operands.iter().map(|&operand| self.shape(operand)).collect();
            let numbers = shapes.iter().chain([&shape]).map(|shape| shape.size() as u64).sum();
            let phase = if self.differentiating.is_some() { Phase::Backward } else { Phase::Forward };
            self.note(start, phase, op.name(), numbers, op.flops(&shapes, shape));
        }
    }
}
