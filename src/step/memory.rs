//! How much memory a run of a step needs beside what it is given, and what for.

use super::nodes::Nodes;
use super::plan::Plan;
use super::{Held, Step, StepError};
use crate::scalar::Scalar;
use std::fmt;

/// The memory of a step's run, made by [`Step::memory`]. What it is given, parameters and inputs, does not count: it is read where it stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Memory {
    /// The bytes of all values together, as a tape keeps them.
    pub tape: usize,
    /// The bytes of a [`Runner`](super::Runner): a value's place is used again once nobody reads it, and constants stand beside.
    pub runner: usize,
    /// What is computed when the most values are kept.
    pub peak: String,
    /// The values that are kept then, the largest first.
    pub kept: Vec<Kept>,
}

/// A value that is kept.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Kept {
    /// Its name, or the op that computed it.
    pub name: String,
    /// How large it is.
    pub bytes: usize,
    /// What reads it last, and why it is kept so long; `None` if it is a result of the step.
    pub last_reader: Option<String>,
}

impl Step {
    /// How much memory a run needs, and what it keeps when it needs the most.
    ///
    /// # Errors
    /// If the step cannot be run.
    pub fn memory(&self) -> Result<Memory, StepError> {
        match self.number() {
            "f32" => Ok(self.memory_of(&Nodes::<f32>::of(self)?)),
            _ => Ok(self.memory_of(&Nodes::<f64>::of(self)?)),
        }
    }

    fn memory_of<F: Scalar>(&self, nodes: &Nodes<F>) -> Memory {
        let plan = Plan::new(&nodes.values, &self.results());
        let bytes = |numbers: usize| numbers * size_of::<F>();
        let name =
            |node: usize| format!("{}, node {node}", self.role(node).unwrap_or_else(|| nodes.names[node].clone()));
        let (peak, kept) = plan.peak(&nodes.values).unwrap_or_default();
        let kept = kept.into_iter().map(|node| Kept {
            name: name(node),
            bytes: bytes(nodes.values[node].shape.size()),
            last_reader: plan.last_reader(node).map(name),
        });
        let mut kept: Vec<Kept> = kept.collect();
        kept.sort_by_key(|kept| std::cmp::Reverse(kept.bytes));
        Memory {
            tape: bytes(nodes.on_tape),
            runner: bytes(plan.length + nodes.constants.len()),
            peak: name(peak),
            kept,
        }
    }

    /// What a node is in this step, if it is more than its op says.
    fn role(&self, node: usize) -> Option<String> {
        let is = |of: fn(&Held) -> Option<usize>| self.held.iter().find(|held| of(held) == Some(node));
        let next = is(|held| held.next).map(|held| format!("the next {}", held.slot.name));
        next.or_else(|| is(|held| held.gradient).map(|held| format!("the gradient of {}", held.slot.name)))
    }
}

/// How many values are listed, the largest ones.
const LISTED: usize = 8;

/// The memory, and what is kept at the peak and why, a line each.
impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let share = 100.0 * self.runner as f64 / self.tape.max(1) as f64;
        writeln!(f, "a run needs {}, {share:.0}% of the {} of a tape", size(self.runner), size(self.tape))?;
        writeln!(f, "it keeps the most while it computes {}:", self.peak)?;
        let (listed, others) = self.kept.split_at(LISTED.min(self.kept.len()));
        for Kept { name, bytes, last_reader } in listed {
            let why = match last_reader {
                Some(reader) => format!("until {reader}"),
                None => "to the end: a result".to_owned(),
            };
            writeln!(f, "  {:>8}  {name}, {why}", size(*bytes))?;
        }
        if others.is_empty() {
            return Ok(());
        }
        let together = others.iter().map(|kept| kept.bytes).sum();
        writeln!(f, "  {:>8}  {} smaller ones together", size(together), others.len())
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
