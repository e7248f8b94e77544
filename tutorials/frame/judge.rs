//! The judge of an exercise: it counts cases, and shows the first one that fails so that it can be understood.

use crate::output::Output;
use std::fmt::Display;
use std::process::ExitCode;

/// Counts what an answer gets right.
pub struct Judge {
    output: Output,
    passed: usize,
    failed: usize,
}

impl Judge {
    /// Opens the judgement of an exercise.
    pub fn new(exercise: &str) -> Self {
        let output = Output::new(false, false);
        output.heading(exercise);
        Judge { output, passed: 0, failed: 0 }
    }

    /// Prints a line.
    pub fn say(&self, text: &str) {
        self.output.line(text);
    }

    /// One case. Of those that fail, the first is shown.
    pub fn case(&mut self, input: impl Display, expected: impl Display, got: impl Display, good: bool) {
        match good {
            true => self.passed += 1,
            false => {
                if self.failed == 0 {
                    let shown = format!("  input     {input}\n  expected  {expected}\n  got       {got}");
                    self.output.line(&shown);
                }
                self.failed += 1;
            }
        }
    }

    /// A case whose answer is a number, right to a relative 1e-9.
    pub fn number(&mut self, input: impl Display, expected: f64, got: f64) {
        self.case(input, expected, got, (expected - got).abs() <= 1e-9 * expected.abs().max(1.0));
    }

    /// Says how it went: exit status 0 if every case passed, else 1 after a hint.
    pub fn verdict(self, hint: &str) -> ExitCode {
        let good = self.failed == 0;
        let cases = format!("{} cases right, {} wrong", self.passed, self.failed);
        self.output.verdict(&format!("{}: {cases}", if good { "solved" } else { "not yet" }), good);
        if good {
            return ExitCode::SUCCESS;
        }
        self.output.paragraph(&format!("hint: {hint}"));
        ExitCode::from(1)
    }
}
