//! Runs a program: records it again, step by step, on a tape of its own. The numbers of leaves may be changed between two runs.

use super::kinds::{Kind, Record};
use super::run::Run;
use super::{Program, ProgramError, Step, What};
#[cfg(any(feature = "html", feature = "onnx"))]
use crate::check::sabotage::Sabotage;
use crate::inspect::short_source;
use crate::json::Place;
use crate::leaf::Leaf;
use crate::param::Param;
use crate::scalar::Scalar;
use crate::tape::Tape;
use crate::trace::Trace;
use ndarray::ArrayD;
use petgraph::graph::NodeIndex;
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Maximum count of numbers that a run may make: half a GiB of f64.
const MAX_NUMBERS: usize = 1 << 26;
/// Maximum count of additions and multiplications of a run, and of numbers that are read. An op is refused before it exceeds this, a backward pass after:
/// it takes two to three times as many as what it goes back through.
const MAX_WORK: u64 = 50_000_000_000;

/// A program that runs, as often as wanted, on the same tape.
///
/// ```
/// use gradus::petgraph::graph::NodeIndex;
/// use gradus::prelude::*;
/// use gradus::program::Interpreter;
/// let tape = Tape::new();
/// let x = tape.var(3.0);
/// (x * x).backward();
///
/// let mut program = Interpreter::<f64>::new(tape.program()?)?;
/// program.set(0, &[5.0])?;
/// program.run()?;
/// let gradient = program.tape().gradient_of(NodeIndex::new(0), 1).unwrap();
/// assert_eq!(program.tape().value(gradient).sum(), 10.0);
/// # Ok::<(), gradus::program::ProgramError>(())
/// ```
pub struct Interpreter<F: Scalar> {
    program: Program,
    /// How each step is recorded that is an op.
    ops: Vec<Option<Record<F>>>,
    params: Vec<Param<F>>,
    tape: Tape<F>,
    /// A step whose vjp is broken on purpose.
    #[cfg(any(feature = "html", feature = "onnx"))]
    broken: Option<(usize, Sabotage)>,
}

impl<F: Scalar> fmt::Debug for Interpreter<F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Interpreter").field("program", &self.program).field("tape", &self.tape).finish_non_exhaustive()
    }
}

impl<F: Scalar> Interpreter<F> {
    /// Takes a program, and runs nothing so far.
    ///
    /// # Errors
    /// [`ProgramError::Number`], if it is for another kind of number; [`ProgramError::Refused`], if it has an op
    /// that is not known, or whose fields are wrong.
    pub fn new(program: Program) -> Result<Self, ProgramError> {
        if program.number != F::NAME {
            return Err(ProgramError::Number { expected: F::NAME, found: program.number });
        }
        let op = |(place, step): (usize, &Step)| step.op().map_err(|reason| step.refused(place, reason));
        let ops = program.steps.iter().enumerate().map(op).collect::<Result<_, _>>()?;
        let numbers = |numbers: &[f64]| numbers.iter().map(|&x| F::from_f64(x)).collect::<Vec<F>>();
        let params = program.params.iter().map(|param| {
            let value = ArrayD::from_shape_vec(&param.shape[..], numbers(&param.numbers));
            Param::new(&param.name[..], value.expect("as many numbers as the shape has"))
        });
        Ok(Interpreter {
            ops,
            params: params.collect(),
            program,
            tape: Tape::limited_to(MAX_NUMBERS),
            #[cfg(any(feature = "html", feature = "onnx"))]
            broken: None,
        })
    }

    /// The program, with the numbers that its leaves have now. (Parameters keep those that the program began with.)
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The tape of the last run.
    pub fn tape(&self) -> &Tape<F> {
        &self.tape
    }

    /// The parameters, with the numbers that the next run reads.
    pub fn params(&self) -> &[Param<F>] {
        &self.params
    }

    /// The [trace](Tape::trace) of the last run. Its nodes have the lines of the program that the steps were written down from.
    pub fn trace(&self) -> Trace {
        let mut trace = self.tape.trace();
        let mut lines = HashMap::new();
        for (node, step, _) in self.nodes() {
            lines.insert(node, (&step.file, step.line));
        }
        for node in 0..trace.nodes.len() {
            // A node of a pass has the line of the one that it differentiates.
            let mut origin = node;
            while !lines.contains_key(&origin) && trace.nodes[origin].origin != origin {
                origin = trace.nodes[origin].origin;
            }
            if let Some(&(file, line)) = lines.get(&origin) {
                trace.nodes[node].file.clone_from(file);
                trace.nodes[node].line = line;
            }
        }
        // So has the report of the first number that went wrong.
        if let Some(mut found) = self.tape.first_non_finite() {
            let node = &mut trace.nodes[found.origin.index()];
            found.line = short_source(&node.file, node.line);
            node.fault = Some(found.to_string());
        }
        trace
    }

    /// The steps that make one node, each with that node and its place.
    fn nodes(&self) -> impl Iterator<Item = (usize, &Step, usize)> {
        let mut next = 0;
        self.program.steps.iter().enumerate().filter_map(move |(place, step)| {
            let node = next;
            next += match step.what {
                What::Backward { nodes, .. } => nodes,
                What::Stays { .. } => 0,
                _ => 1,
            };
            (next == node + 1 && !matches!(step.what, What::Backward { .. })).then_some((node, step, place))
        })
    }

    /// The steps that are leaves or read parameters, each with its node.
    pub fn leaves(&self) -> impl Iterator<Item = (usize, NodeIndex)> {
        let leaves = self.nodes().filter(|(_, step, _)| matches!(step.what, What::Leaf { .. } | What::Param { .. }));
        leaves.map(|(node, _, place)| (place, NodeIndex::new(node)))
    }

    /// The numbers that a leaf or a parameter has now; none, if the step is no leaf.
    pub fn numbers(&self, step: usize) -> Vec<f64> {
        match self.program.steps.get(step).map(|step| &step.what) {
            Some(What::Leaf { numbers, .. }) => numbers.clone(),
            Some(What::Param { param }) => self.params[*param].value().iter().map(|x| x.to_f64()).collect(),
            _ => Vec::new(),
        }
    }

    /// Gives a leaf or, if the step reads a parameter, the parameter other numbers, for the next run.
    ///
    /// # Errors
    /// [`ProgramError::Refused`], if there is no such step, it is no leaf, or it has another count of numbers.
    pub fn set(&mut self, step: usize, numbers: &[f64]) -> Result<(), ProgramError> {
        let missing =
            || ProgramError::Refused { step, what: "the leaf".into(), reason: "there is no such step".into() };
        let found = self.program.steps.get_mut(step).ok_or_else(missing)?;
        if numbers.len() != found.shape.size() {
            let reason = format!("its shape is {}, found {} numbers", found.shape, numbers.len());
            return Err(found.refused(step, reason));
        }
        match &mut found.what {
            What::Leaf { numbers: own, .. } => own.copy_from_slice(numbers),
            What::Param { param } => self.params[*param].update(|own| {
                own.iter_mut().zip(numbers).for_each(|(own, &x)| *own = F::from_f64(x));
            }),
            _ => return Err(found.refused(step, "it is computed, and only leaves can be given numbers".into())),
        }
        Ok(())
    }

    /// Breaks the vjp of the step that makes a node of the tape, from the next run on; or mends it.
    #[cfg(any(feature = "html", feature = "onnx"))]
    pub(crate) fn sabotage(&mut self, broken: Option<(NodeIndex, Sabotage)>) {
        let place = |node: NodeIndex| self.nodes().find(|(made, ..)| *made == node.index()).map(|(.., place)| place);
        self.broken = broken.and_then(|(node, how)| Some((place(node)?, how)));
    }

    /// Records the program again.
    ///
    /// # Errors
    /// [`ProgramError::Refused`], if a step cannot be run, or makes something else than the program says. Then the tape holds the steps before.
    pub fn run(&mut self) -> Result<(), ProgramError> {
        self.run_within(MAX_WORK)
    }

    fn run_within(&mut self, work: u64) -> Result<(), ProgramError> {
        self.tape.rewind();
        let mut run = Run { params: &self.params, tape: &self.tape, results: Vec::new(), work, is_broken: false };
        for (place, (step, op)) in self.program.steps.iter().zip(&self.ops).enumerate() {
            // An op that is given what no method would give it may panic, also in its vjp.
            let outcome = catch_unwind(AssertUnwindSafe(|| run.step(step, op.as_ref())));
            let outcome = outcome.unwrap_or_else(|_| Err("it panicked".to_owned()));
            let outcome = outcome.map_err(|reason| step.refused(place, reason))?;
            #[cfg(any(feature = "html", feature = "onnx"))]
            if let Some((_, how)) = self.broken.filter(|(broken, _)| *broken == place) {
                run.sabotage(outcome, how);
            }
            run.results.push(outcome);
        }
        Ok(())
    }
}

impl Step {
    fn refused(&self, step: usize, reason: String) -> ProgramError {
        ProgramError::Refused { step, what: self.called().to_owned(), reason }
    }

    /// What it is, as messages call it.
    pub(super) fn called(&self) -> &str {
        match &self.what {
            What::Leaf { leaf, .. } => leaf.name(),
            What::Param { .. } => Leaf::Param.name(),
            What::Op { op, .. } => op,
            What::Backward { .. } => "backward",
            What::Stays { stays, .. } => stays,
        }
    }

    /// How it is recorded, if it is an op, or the reason why it cannot be.
    fn op<F: Scalar>(&self) -> Result<Option<Record<F>>, String> {
        let What::Op { op, with, of } = &self.what else { return Ok(None) };
        let kind = Kind::<F>::named(op).ok_or("there is no op of this name")?;
        if !kind.operands.contains(&of.len()) {
            return Err(format!("it takes {}, found {}", counted(&kind.operands), of.len()));
        }
        let fields = Value::Object(with.clone());
        (kind.read)(&Place { path: "with".to_owned(), value: &fields }).map(Some)
    }
}

fn counted(operands: &RangeInclusive<usize>) -> String {
    match (*operands.start(), *operands.end()) {
        (1, 1) => "1 operand".to_owned(),
        (least, usize::MAX) => format!("at least {least} operand"),
        (least, most) if least == most => format!("{least} operands"),
        (least, most) => format!("{least} or {most} operands"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The step that is refused where this much work is allowed.
    fn refused(tape: &Tape<f64>, work: u64) -> Option<usize> {
        match Interpreter::<f64>::new(tape.program().unwrap()).unwrap().run_within(work) {
            Err(ProgramError::Refused { step, .. }) => Some(step),
            outcome => outcome.map(|()| None).unwrap(),
        }
    }

    #[test]
    fn numbers_that_are_read_are_work_too() {
        let tape = Tape::new();
        let x = tape.input([1.0; 1000]);
        for _ in 0..3 {
            let _ = x.sum();
        }
        assert_eq!(refused(&tape, 2_500), Some(3));
        assert_eq!(refused(&tape, 3_010), None);
    }

    #[test]
    fn backward_passes_are_work_too() {
        let tape = Tape::new();
        let loss = (tape.var([1.0; 100]) * 2.0).sum();
        for _ in 0..50 {
            loss.backward();
        }
        assert!(refused(&tape, 5_000).is_some_and(|step| (10..40).contains(&step)));
        assert_eq!(refused(&tape, 50_000), None);
    }
}
