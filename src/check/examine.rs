//! A whole check, from the first run of the program to the report.

use super::Check;
use super::diagnose::{Suspect, diagnose};
use super::function::{Function, Program, Recorded};
use super::judge::{Element, Judge, Standing, multi_index, worst};
use super::measure::Probe;
use super::regime;
use super::report::{Entry, Report, Verdict, Worst};
use crate::param::Param;
use crate::tape::{Tape, Var};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// Checks the gradients of `program` with respect to `params`.
pub(super) fn examine(check: &Check, params: &[Param<f64>], program: Program) -> Report {
    let mut random = ChaCha8Rng::seed_from_u64(check.seed);
    let mut report = Report::empty(check.tolerance);
    let mut first = Recorded::new(params, program);
    report.unsteady = unsteady(&mut first);
    if report.unsteady.is_some() {
        return report;
    }
    let cotangent = Judge::new(check, &mut random).cotangent(first.record().shape().size());
    examine_order(check, &mut random, &mut first, cotangent.clone(), 1, &mut report);
    drop(first);
    if check.order == 2 && report.passed() {
        let judge = &mut Judge::new(check, &mut random);
        let weights: Vec<Vec<f64>> = params.iter().map(|param| judge.cotangent(param.shape().size())).collect();
        let gradient: Program = &|tape| weighted_gradient(tape, program, &cotangent, params, &weights);
        let mut second = Recorded::new(params, gradient);
        examine_order(check, &mut random, &mut second, vec![1.0], 2, &mut report);
    }
    report
}

/// How far two runs of the program on the same numbers differ; `None` if they do not.
fn unsteady(program: &mut Recorded) -> Option<f64> {
    let [mut once, mut again] = [Vec::new(), Vec::new()];
    program.evaluate(&mut once);
    program.evaluate(&mut again);
    let same = once.len() == again.len() && once.iter().zip(&again).all(|(a, b)| a.to_bits() == b.to_bits());
    let difference = once.iter().zip(&again).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    (!same).then_some(difference)
}

/// Σ weights * gradient, a number to differentiate once more.
fn weighted_gradient<'t>(
    tape: &'t Tape<f64>,
    program: Program,
    cotangent: &[f64],
    params: &[Param<f64>],
    weights: &[Vec<f64>],
) -> Var<'t, f64> {
    let result = program(tape);
    if !tape.graph()[result.index()].needs_grad() {
        return result;
    }
    let gradients = result.backward_with(tape.input(cotangent).reshape(result.shape()));
    let mut sum = tape.constant(0.0);
    for (param, weights) in params.iter().zip(weights) {
        if let Some(gradient) = gradients.param(param) {
            sum = sum + (gradient * tape.input(&weights[..]).reshape(param.shape())).sum();
        }
    }
    sum
}

/// Checks the first or second derivatives, and adds what was found to the report.
fn examine_order(
    check: &Check,
    random: &mut ChaCha8Rng,
    program: &mut Recorded,
    mut cotangent: Vec<f64>,
    order: u32,
    report: &mut Report,
) {
    let mut gradients = program.gradients(&cotangent);
    if let [c] = cotangent[..] {
        // Of a single number, report the gradient itself and not a multiple.
        gradients.iter_mut().flatten().flatten().for_each(|g| *g /= c);
        cotangent[0] = 1.0;
    }
    let mut suspect: Option<(usize, Element)> = None;
    let mut entries = Vec::new();
    for (argument, gradient) in gradients.iter().enumerate() {
        let mut judge = Judge::new(check, random);
        let chosen = judge.elements(program.params[argument].shape().size());
        let mut probe = Probe::new(program, &cotangent);
        let (elements, difference) = judge.judge(&mut probe, argument, gradient.as_deref(), &chosen);
        report.evaluations += probe.evaluations;
        let (entry, worst) = sum_up(&program.params[argument], order, gradient.is_some(), &elements, difference);
        if entry.verdict == Verdict::Wrong && suspect.is_none() {
            suspect = worst.map(|worst| (argument, *worst));
        }
        entries.push(entry);
    }
    report.notes.extend(regime::of_zeros(&entries));
    if order == 1 {
        report.notes.extend(regime::of_activations(program.record()));
    }
    report.entries.append(&mut entries);
    report.diagnosis = suspect.map(|(argument, worst)| {
        let params = program.params;
        let suspect = Suspect { argument, name: params[argument].name(), element: worst.index, reverse: worst.reverse };
        diagnose(check, random, program, &cotangent, &suspect)
    });
}

/// Sums up the elements of an input. Also returns the one with the largest error: among the wrong ones, if there are any.
fn sum_up<'e>(
    param: &Param<f64>,
    order: u32,
    flows: bool,
    elements: &'e [Element],
    mean_absolute_difference: f64,
) -> (Entry, Option<&'e Element>) {
    let count = |standing| elements.iter().filter(|element| element.standing == standing).count();
    let (wrong, kinks, too_small) = (count(Standing::Wrong), count(Standing::Kink), count(Standing::TooSmall));
    let eligible = |element: &&Element| match wrong {
        0 => element.standing != Standing::Kink,
        _ => element.standing == Standing::Wrong,
    };
    let worst = worst(elements.iter().filter(eligible));
    let zeros = elements.iter().filter(|element| element.reverse == 0.0).count();
    let entry = Entry {
        name: param.name().to_owned(),
        shape: param.shape(),
        order,
        checked: elements.len(),
        verdict: match () {
            _ if wrong > 0 => Verdict::Wrong,
            _ if !flows => Verdict::NoEffect,
            _ if kinks > 0 => Verdict::Kink,
            _ => Verdict::Right,
        },
        flows,
        wrong,
        kinks,
        too_small,
        worst: worst.map(|element| Worst {
            index: multi_index(element.index, param.shape()),
            reverse: element.reverse,
            numeric: element.numeric,
            relative_error: element.relative_error,
        }),
        largest_gradient: elements.iter().map(|element| element.reverse.abs()).fold(0.0, f64::max),
        mean_absolute_difference,
        zero_share: zeros as f64 / elements.len().max(1) as f64,
    };
    (entry, worst)
}
