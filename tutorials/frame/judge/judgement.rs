//! The result of judging an answer: a text for the learner, JSON for the runner, an exit status for the shell.

use crate::exercises::Exercise;
use crate::output::Output;
use serde_json::{Value, json};
use std::process::{ExitCode, Termination};

/// The environment variable that names a file for the judgement as JSON. The runner sets it, and writes a secret to the judge's standard input. The
/// judge reads it before it calls the answer, and puts it into the judgement. So a judgement without the secret is not the judge's.
pub const JSON_VARIABLE: &str = "GRADUS_JUDGEMENT";

/// The judgement on an answer. As the result of `main` it prints itself.
pub struct Judgement {
    pub(super) exercise: &'static Exercise,
    pub(super) seed: u64,
    pub(super) right: usize,
    pub(super) wrong: usize,
    pub(super) failure: Option<Failure>,
    /// Why the answer could not be judged.
    pub(super) unable: Option<String>,
    pub(super) secret: Option<String>,
}

/// The secret from the runner, read from standard input.
pub(super) fn secret() -> Option<String> {
    std::env::var_os(JSON_VARIABLE)?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).ok()?;
    Some(line.trim_end().to_owned())
}

/// The first case that failed.
pub(super) struct Failure {
    pub input: String,
    pub what: String,
    pub expected: String,
    pub got: String,
    pub details: Vec<String>,
    /// The probable mistake.
    pub diagnosis: Option<String>,
}

impl Judgement {
    /// Whether every case is right.
    pub fn solved(&self) -> bool {
        self.wrong == 0 && self.right == self.exercise.cases && self.unable.is_none()
    }

    /// The text about the first case that failed; empty if there is none.
    pub fn failure(&self) -> String {
        let Some(failure) = &self.failure else { return String::new() };
        let Failure { input, what, expected, got, details, diagnosis } = failure;
        let mut lines = vec![
            format!("  input     {input}"),
            format!("  checked   {what}"),
            format!("  expected  {expected}"),
            format!("  got       {got}"),
        ];
        lines.extend(details.iter().map(|line| format!("  {line}").trim_end().to_owned()));
        lines.extend(diagnosis.iter().map(|diagnosis| format!("  diagnosis {diagnosis}")));
        lines.join("\n")
    }

    /// The probable mistake in the first case that failed, if it is known.
    pub fn diagnosis(&self) -> Option<&str> {
        self.failure.as_ref()?.diagnosis.as_deref()
    }

    /// In one line: whether it is solved, and how many cases are right.
    pub fn verdict(&self) -> String {
        let cases = match (self.right, self.wrong) {
            (right, 0) if right != self.exercise.cases => {
                format!("{right} of {} cases came about", self.exercise.cases)
            }
            (right, 0) => format!("all {right} cases right"),
            (right, wrong) => format!("{right} cases right, {wrong} wrong"),
        };
        if self.solved() { format!("solved: {cases}") } else { format!("not yet: {cases}") }
    }

    fn to_json(&self) -> Value {
        let failure = self.failure.as_ref().map(|failure| {
            let Failure { input, what, expected, got, details, diagnosis } = failure;
            json!({
                "input": input,
                "checked": what,
                "expected": expected,
                "got": got,
                "details": details,
                "diagnosis": diagnosis,
            })
        });
        json!({
            "exercise": self.exercise.chapter,
            "seed": self.seed,
            "solved": self.solved(),
            "right": self.right,
            "wrong": self.wrong,
            "failure": failure,
            "unable": self.unable,
            "secret": self.secret,
        })
    }
}

impl Termination for Judgement {
    /// Prints, and gives 0 if the exercise is solved, 1 if not, 2 if nothing could be judged.
    fn report(self) -> ExitCode {
        let output = Output::new(false, false);
        if let Some(file) = std::env::var_os(JSON_VARIABLE) {
            // If it cannot be written, the runner notices that it is missing.
            let _ = std::fs::write(file, self.to_json().to_string());
        }
        output.heading(&format!("Exercise {}: {}", self.exercise.number(), self.exercise.title));
        if let Some(reason) = &self.unable {
            crate::output::complain(reason);
            return ExitCode::from(2);
        }
        if self.failure.is_some() {
            output.line(&self.failure());
            output.line("");
        }
        output.verdict(&self.verdict(), self.solved());
        if self.solved() {
            return ExitCode::SUCCESS;
        }
        let hint = format!("for a hint: cargo run --release -- exercises hint {}", self.exercise.short_name());
        output.line(&crate::as_typed(&crate::say(&hint)));
        ExitCode::from(1)
    }
}
