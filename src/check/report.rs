//! What a check found, and how it prints: one line with the verdict, then a table with a line for each input.

use super::cause::Cause;
use super::diagnose::Diagnosis;
use super::number::{apart, bound, digits, error, percent, stable_error};
use super::table::Table;
use crate::shape::Shape;
use std::fmt;

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
    /// The judgement.
    pub verdict: Verdict,
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

/// An element, as the reverse pass and finite differences see it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Worst {
    /// Its place in the input.
    pub index: Vec<usize>,
    /// Its gradient by the reverse pass.
    pub reverse: f64,
    /// Its gradient by finite differences.
    pub numeric: f64,
    /// |reverse - numeric| over the larger of the two.
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

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(match self {
            Verdict::Right => "right",
            Verdict::Kink => "right (kink)",
            Verdict::NoEffect => "no effect",
            Verdict::Wrong => "WRONG",
        })
    }
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

    /// The report with colours for a terminal, if `coloured`.
    pub fn coloured(&self, coloured: bool) -> Coloured<'_> {
        Coloured { report: self, coloured }
    }

    /// The report in a form that is the same on every machine, for snapshots: what is only rounding noise is not in it.
    pub fn snapshot(&self) -> String {
        let mut table = Table::new(&["input", "shape", "checked", "largest", "worst", "zeros", "verdict"], &[2, 3, 5]);
        for entry in &self.entries {
            let worst = match &entry.worst {
                Some(worst) if entry.verdict == Verdict::Wrong => {
                    let (reverse, numeric) = apart(worst.reverse, worst.numeric);
                    let error = stable_error(worst.relative_error, self.tolerance);
                    format!("{:?}: {reverse} for {numeric}, {error}", worst.index)
                }
                Some(worst) => stable_error(worst.relative_error, self.tolerance),
                None => "-".into(),
            };
            table.row([
                entry.label(),
                entry.shape.to_string(),
                entry.checked.to_string(),
                if entry.flows { digits(entry.largest_gradient) } else { "-".into() },
                worst,
                if entry.flows { percent(entry.zero_share) } else { "-".into() },
                entry.verdict.to_string(),
            ]);
        }
        let passed = if self.passed() { "gradients right" } else { "gradients WRONG" };
        let mut text = format!("{passed}\n{}\n", table.lines().join("\n"));
        for finding in self.diagnosis.iter().flat_map(|diagnosis| &diagnosis.findings).chain(&self.notes) {
            text += &format!("{finding}\n");
        }
        text
    }

    /// The verdict in one sentence.
    pub fn headline(&self) -> String {
        if let Some(difference) = self.unsteady {
            return format!(
                "gradients cannot be checked: two runs of the program on the same numbers differ by {}; draw its random \
                 numbers from a generator that is seeded inside the program",
                error(difference)
            );
        }
        let checked: usize = self.entries.iter().map(|entry| entry.checked).sum();
        let total: usize = self.entries.iter().map(|entry| entry.shape.size()).sum();
        let of = if checked == total { format!("all {total}") } else { format!("{checked} sampled of {total}") };
        let wrong: Vec<&Entry> = self.entries.iter().filter(|entry| entry.verdict == Verdict::Wrong).collect();
        match wrong[..] {
            [] => format!(
                "gradients right: {of} elements agree with finite differences to a relative {}",
                bound(self.tolerance)
            ),
            [first, ..] => {
                let names: Vec<&str> = wrong.iter().map(|entry| entry.name.as_str()).collect();
                let place = first.worst.as_ref().map(|worst| {
                    let (reverse, numeric) = apart(worst.reverse, worst.numeric);
                    let reverse = if first.flows { reverse } else { "no gradient".into() };
                    let index = if worst.index.is_empty() { String::new() } else { format!("{:?}", worst.index) };
                    format!("; at {}{index} the reverse pass says {reverse}, nudging says {numeric}", first.name)
                });
                format!(
                    "gradients WRONG for {}: {} of {} elements checked{}",
                    names.join(", "),
                    wrong.iter().map(|entry| entry.wrong).sum::<usize>(),
                    wrong.iter().map(|entry| entry.checked).sum::<usize>(),
                    place.unwrap_or_default()
                )
            }
        }
    }

    fn table(&self) -> Vec<String> {
        let heading = [
            "input",
            "shape",
            "checked",
            "worst at",
            "reverse",
            "nudging",
            "rel. error",
            "mean |diff|",
            "zeros",
            "verdict",
        ];
        let mut table = Table::new(&heading, &[2, 4, 5, 6, 7, 8]);
        for entry in &self.entries {
            let worst = |show: &dyn Fn(&Worst) -> String| entry.worst.as_ref().map_or("-".into(), show);
            table.row([
                entry.label(),
                entry.shape.to_string(),
                entry.checked.to_string(),
                worst(&|worst| format!("{:?}", worst.index)),
                if entry.flows { worst(&|worst| digits(worst.reverse)) } else { "-".into() },
                worst(&|worst| digits(worst.numeric)),
                worst(&|worst| error(worst.relative_error)),
                error(entry.mean_absolute_difference),
                if entry.flows { percent(entry.zero_share) } else { "-".into() },
                entry.verdict.to_string(),
            ]);
        }
        table.lines()
    }
}

#[cfg(feature = "json")]
fn axis_lengths<S: serde::Serializer>(shape: &Shape, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(shape.iter())
}

impl Entry {
    /// What the table calls it.
    fn label(&self) -> String {
        if self.order == 1 { self.name.clone() } else { format!("{}, order {}", self.name, self.order) }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.coloured(false).fmt(f)
    }
}

/// A report that prints with colours; made by [`Report::coloured`].
pub struct Coloured<'r> {
    report: &'r Report,
    coloured: bool,
}

impl fmt::Display for Coloured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let paint = |line: &str, right: bool| match (self.coloured, right) {
            (false, _) => line.to_owned(),
            (true, true) => format!("\x1b[32m{line}\x1b[0m"),
            (true, false) => format!("\x1b[31m{line}\x1b[0m"),
        };
        let report = self.report;
        writeln!(f, "{}", paint(&report.headline(), report.passed()))?;
        let table = if report.entries.is_empty() { Vec::new() } else { report.table() };
        for (row, line) in table.iter().enumerate() {
            match row.checked_sub(1) {
                Some(entry) => writeln!(f, "  {}", paint(line, report.entries[entry].verdict != Verdict::Wrong))?,
                None => writeln!(f, "  {line}")?,
            }
        }
        if let Some(diagnosis) = &report.diagnosis {
            writeln!(f)?;
            for line in diagnosis.to_string().lines() {
                writeln!(f, "  {line}")?;
            }
        }
        for note in &report.notes {
            writeln!(f, "\n  note: {note}")?;
        }
        Ok(())
    }
}
