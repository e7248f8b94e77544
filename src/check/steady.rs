//! Tests that a program computes the same each time. If it draws random numbers, or keeps something from one run to the next, nudging would measure
//! that, and the gradients cannot be checked.

use super::function::Function;
use super::report::{Report, Unsteady, Varying};

/// The result of a run.
pub(super) fn run(program: &mut dyn Function) -> Vec<f64> {
    let mut result = Vec::new();
    program.evaluate(&mut result);
    result
}

/// All numbers of some gradients.
pub(super) fn numbers(gradients: &[Option<Vec<f64>>]) -> impl Iterator<Item = f64> {
    gradients.iter().flatten().flatten().copied()
}

/// How two runs differ; `None` if they do not.
pub(super) fn differ(what: Varying, [once, again]: [&[f64]; 2]) -> Option<Unsteady> {
    let same = once.len() == again.len() && once.iter().zip(again).all(|(a, b)| a.to_bits() == b.to_bits());
    // A number and NaN differ as much as two numbers can.
    let apart = |(a, b): (&f64, &f64)| if a.is_nan() == b.is_nan() { (a - b).abs() } else { f64::INFINITY };
    let difference = match once.len() == again.len() {
        true => once.iter().zip(again).map(apart).fold(0.0, f64::max),
        false => f64::NAN,
    };
    (!same).then_some(Unsteady { what, difference })
}

impl Report {
    /// Compares the first run with the last. In a program that keeps something between runs (a counter, a cache, a generator) the difference may show
    /// late, and then nothing that was measured is valid.
    pub(super) fn judge_last_run(&mut self, first_and_last: [&[f64]; 2]) {
        self.unsteady = self.unsteady.or_else(|| differ(Varying::Later, first_and_last));
        if self.unsteady.is_some() {
            self.diagnosis = None;
        }
    }
}
