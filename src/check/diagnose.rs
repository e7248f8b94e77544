//! What is wrong, in sentences: where the fault is, its cause, and how sure that is.

use super::Check;
use super::Seen;
use super::cause::Cause;
use super::curve::Curve;
use super::directions::Directions;
use super::function::{Function, Given, Recorded};
use super::guess::cause_of;
use super::judge::{Element, Judge, Standing, multi_index};
use super::locate::{Fault, Tried, harmed_by, try_each_op};
use super::measure::Probe;
use super::number::{apart, digits};
use super::pattern::cause_of_numbers;
use crate::inspect::NodeInfo;
use crate::shape::Shape;
use rand::rngs::ChaCha8Rng;
use std::fmt;

/// What is wrong with a gradient.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Diagnosis {
    /// The first op in the program whose own vjp is wrong; `None` if each op alone is right.
    pub fault: Option<FaultyOp>,
    /// The V-curve of the worst element.
    pub curve: Curve,
    /// All findings in plain sentences, the most telling first.
    pub findings: Vec<String>,
}

/// What trying each op alone proves, independently of the witnesses.
#[derive(Default)]
pub(super) struct Proof {
    /// The suspicion is confirmed: there is a wrong op, or numbers leave the tape.
    pub(super) confirms: bool,
    /// For each parameter, which elements have a gradient that a wrong op spoils.
    pub(super) harmed: Vec<Vec<bool>>,
    /// Each op alone is right, and no numbers leave the tape.
    pub(super) acquits: bool,
}

/// An op whose own vjp is wrong.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FaultyOp {
    /// Its name.
    pub op: &'static str,
    /// Its place on the tape.
    pub node: usize,
    /// The line of the program that recorded it.
    pub source: String,
    /// The operand whose gradient is wrong, counted from 0.
    pub operand: usize,
    /// What is probably wrong.
    pub cause: Cause,
}

/// The first input whose gradient is wrong.
pub(super) struct Suspect {
    pub(super) argument: usize,
    pub(super) name: String,
    pub(super) elements: Vec<Element>,
    /// The element whose error was largest.
    pub(super) worst: Element,
    /// Whether it is proven wrong, and not only suspected to be.
    pub(super) is_proven: bool,
    /// Whether it is suspected to be wrong; if neither, it could not be measured.
    pub(super) is_suspected: bool,
}

/// Diagnoses the gradients of a program, given the worst element.
pub(super) fn diagnose(
    check: &Check,
    random: &mut ChaCha8Rng,
    program: &mut Recorded,
    cotangent: &[f64],
    suspect: &Suspect,
) -> (Diagnosis, Proof) {
    let (mut findings, mut proof, params) = (Vec::new(), Proof::default(), program.params);
    let result = program.record();
    let checked = params.iter().map(|param| param.shape().size()).sum();
    let fault = match try_each_op(check, random, result, checked, suspect.is_proven || suspect.is_suspected) {
        Tried::Fault(mut fault) => {
            let judge = Judge::new(check, random);
            proof.harmed = harmed_by(&mut fault, &judge, check.tolerance, (result, cotangent), params);
            Some(describe(&mut fault, &mut findings))
        }
        tried => {
            proof.acquits = matches!(tried, Tried::Right);
            None
        }
    };
    proof.acquits = proof.acquits && (0..params.len()).all(|argument| !something_leaves(program, argument));
    proof.confirms = fault.is_some();
    let diagnosis = with_elements(check, program, |function| {
        if fault.is_none() {
            let (leaves, finding) = without_faulty_op(function, suspect);
            findings.push(finding);
            proof.confirms = leaves;
        }
        let mut probe = Probe::new(function, cotangent);
        findings.extend(kink(&mut probe, suspect));
        Diagnosis { fault, curve: curve(check, &mut probe, suspect), findings }
    });
    (diagnosis, proof)
}

/// Whether moving an argument changes something that no gradient flows through: numbers or settings that were read out of the tape, or the branch
/// that the program takes.
fn something_leaves(program: &mut dyn Function, argument: usize) -> bool {
    let before = program.given();
    let scale: Vec<f64> = program.point(argument).iter().map(|x| x.abs().max(1.0)).collect();
    let differ = |after: &[Given]| {
        let same = |((old, old_numbers), (new, new_numbers)): (&Given, &Given)| {
            old.index == new.index && old.attributes == new.attributes && bits(old_numbers) == bits(new_numbers)
        };
        before.len() != after.len() || !before.iter().zip(after).all(same)
    };
    let leaves = [1e-3, 0.1].into_iter().any(|step| {
        program.shift(argument, &scale, step);
        differ(&program.given())
    });
    program.shift(argument, &scale, 0.0);
    leaves
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

/// Diagnoses a gradient that was computed by hand: there is no tape, only its numbers.
pub(super) fn diagnose_numbers(
    check: &Check,
    function: &mut dyn Function,
    suspect: &Suspect,
    shape: Shape,
    claimed: &[f64],
) -> Diagnosis {
    // A check along directions sees no single elements, and its slopes do not form an array of the argument's shape.
    let cause = match check.directions {
        Some(directions) => cause_of_numbers(&suspect.elements, &[], Shape::new(&[directions])),
        None => cause_of_numbers(&suspect.elements, claimed, shape),
    };
    let mut findings = vec![format!("As for {}: {cause}", suspect.name)];
    with_elements(check, function, |function| {
        let mut probe = Probe::new(function, &[1.0]);
        findings.extend(kink(&mut probe, suspect));
        Diagnosis { fault: None, curve: curve(check, &mut probe, suspect), findings }
    })
}

/// Calls `look` with a function whose elements are what was checked: single elements, or directions.
fn with_elements<R>(check: &Check, function: &mut dyn Function, look: impl FnOnce(&mut dyn Function) -> R) -> R {
    match check.directions {
        Some(directions) => look(&mut Directions::new(function, check.draw(), directions)),
        None => look(function),
    }
}

/// The V-curve of the worst element.
fn curve(check: &Check, probe: &mut Probe, suspect: &Suspect) -> Curve {
    Curve::of(probe, suspect.argument, suspect.worst.index, suspect.worst.reverse, check.tolerance)
}

/// Adds the findings about a wrong op.
fn describe(fault: &mut Fault, findings: &mut Vec<String>) -> FaultyOp {
    let cause = cause_of(fault);
    let info = info(fault);
    let operand = match fault.op.operands.len() {
        1 => "its operand".to_owned(),
        _ => format!("operand {}", fault.slot + 1),
    };
    findings.push(format!(
        "The first op whose own gradient is wrong is {}, recorded at {}: {}.",
        fault.op.result().describe(),
        info.short_source(),
        info.formula
    ));
    let wrong = fault.elements.iter().filter(|element| element.standing == Standing::Wrong).count();
    let worst = fault.elements.iter().find(|element| element.standing == Standing::Wrong);
    if let Some(worst) = worst {
        let shape = fault.op.operands[fault.slot].shape();
        let index = multi_index(worst.index, shape);
        let (reverse, numeric) = apart(worst.reverse, worst.numeric);
        findings.push(format!(
            "Tried alone with the numbers it met, it is wrong for {wrong} of {} elements of {operand}, {}; at {index:?} its vjp \
             says {}, nudging says {numeric}.",
            fault.elements.len(),
            fault.op.operands[fault.slot].describe(),
            if fault.reverse.is_some() { reverse } else { "nothing".into() },
        ));
    }
    let short = match cause {
        Cause::WrongValue { used: Seen::Result, .. } => format!(" In short: {} applied twice.", info.op),
        _ => String::new(),
    };
    findings.push(format!("{cause}{short}"));
    FaultyOp { op: info.op, node: info.index.index(), source: info.short_source(), operand: fault.slot, cause }
}

fn info(fault: &Fault) -> NodeInfo {
    fault.op.tape.info(fault.op.node)
}

/// What can be wrong when no op is: numbers that leave the tape and come back. Also returns whether they do.
fn without_faulty_op(program: &mut dyn Function, suspect: &Suspect) -> (bool, String) {
    let x = program.point(suspect.argument)[suspect.worst.index];
    let before = program.given();
    program.set(suspect.argument, suspect.worst.index, x + 1e-3 * if x == 0.0 { 1.0 } else { x.abs() });
    let after = program.given();
    program.set(suspect.argument, suspect.worst.index, x);
    let same_program = before.len() == after.len() && before.iter().zip(&after).all(|(a, b)| a.0.index == b.0.index);
    if !same_program {
        let finding = format!(
            "Every op alone is right. When {} is nudged, the program takes another branch and records other operations: \
             where branches meet, the result may jump.",
            suspect.name
        );
        return (false, finding);
    }
    let differ = |(before, after): &(&Given, &Given)| {
        before.0.attributes != after.0.attributes || bits(&before.1) != bits(&after.1)
    };
    let Some(((node, _), (after, _))) = before.iter().zip(&after).find(differ) else {
        let finding = "Every op alone is right, and no numbers leave the tape on the way: the program depends on something else \
                       that nudging changes, or the sums where a value is used several times are wrong.";
        return (false, finding.into());
    };
    let (what, how) = match () {
        _ if node.attributes != after.attributes => {
            ("settings", "they were read out of the tape (with value or item). Compute with them in ops")
        }
        _ if node.operands.is_empty() => {
            ("numbers", "they were read out of the tape (with value or item) and put back in. Compute them with ops")
        }
        _ => ("numbers", "they were recorded under no_grad, or detached"),
    };
    let finding = format!(
        "Every op alone is right, but the {what} of %{} ({}, recorded at {}) change when {} is nudged, and no gradient \
         flows through them: {how}.",
        node.index.index(),
        node.op,
        node.short_source(),
        suspect.name
    );
    (true, finding)
}

/// A finding if there is a kink at the element.
fn kink(probe: &mut Probe, suspect: &Suspect) -> Option<String> {
    let sides = probe.kink(suspect.argument, suspect.worst.index)?;
    Some(format!(
        "There is a kink: the slope is {} to the left and {} to the right, and {} is no slope between them.",
        digits(sides.left),
        digits(sides.right),
        digits(suspect.worst.reverse)
    ))
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        write!(f, "{}", self.curve)
    }
}
