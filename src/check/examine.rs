//! A whole check, from the first run of the program to the report.

use super::Check;
use super::diagnose::{Suspect, diagnose, diagnose_numbers};
use super::directions::Directions;
use super::doubt::Doubt;
use super::duals::{Duals, OnDuals, ProgramOnDuals};
use super::function::{ByHand, Function, Program, Recorded};
use super::judge::{Element, Judge, Standing, worst};
use super::label::Label;
use super::measure::Probe;
use super::regime;
use super::report::{Entry, Report, Varying, Verdict, Worst};
use super::steady::{differ, numbers, run};
use crate::derivatives::grad;
use crate::param::Param;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::Var;
use ndarray::ArrayD;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::ops::Range;

/// Checks the gradients of `program` with respect to `params`; `on_duals` is the same program as a function of their values.
#[track_caller]
pub(super) fn examine(check: &Check, params: &[Param<f64>], program: Program, on_duals: Option<OnDuals>) -> Report {
    let mut random = ChaCha8Rng::seed_from_u64(check.seed);
    let mut report = Report::empty(check.tolerance, check.directions);
    let mut first = Recorded::new(params, program);
    let start = run(&mut first);
    report.unsteady = differ(Varying::Result, [&start, &run(&mut first)]);
    if report.unsteady.is_some() {
        return report;
    }
    assert!(!start.is_empty(), "there is nothing to check: the result of the program has no elements");
    let cotangent = Judge::new(check, &mut random).cotangent(start.len());
    let draw = check.directions.map(|_| check.draw());
    let mut duals = on_duals.map(|program| Duals::new(program, params, draw.clone()));
    if let Some(found) = duals.as_mut().map(|duals| duals.run().len()) {
        let expected = start.len();
        assert!(
            found == expected,
            "the program computes {expected} numbers on f64 and {found} on dual numbers: both closures must be the same program"
        );
    }
    examine_order(check, &mut random, &mut first, duals, cotangent.clone(), 1, &mut report);
    report.judge_last_run([&start, &run(&mut first)]);
    drop(first);
    if check.order == 2 && !report.wrong() && report.unsteady.is_none() {
        let judge = &mut Judge::new(check, &mut random);
        let weights: Vec<Vec<f64>> = params.iter().map(|param| judge.cotangent(param.shape().size())).collect();
        let gradient: Program = &|tape| {
            let result = program(tape);
            let mut x = Vec::with_capacity(params.len());
            for param in params {
                x.push(tape.param(param));
            }
            weighted_gradient(result, &x, &cotangent, &weights)
        };
        let on_duals = on_duals.map(|program| -> Box<ProgramOnDuals> {
            Box::new(|x| weighted_gradient(program(x), x, &cotangent, &weights))
        });
        let duals = on_duals.as_deref().map(|program| Duals::new(program, params, draw));
        let mut second = Recorded::new(params, gradient);
        examine_order(check, &mut random, &mut second, duals, vec![1.0], 2, &mut report);
    }
    report
}

impl Report {
    /// Marks suspected elements as wrong, if the suspicion is confirmed, and also elements that could not be measured, if a wrong op is known to harm
    /// them. `entries` are those of the order at hand. Returns whether any of them is wrong now.
    fn convict(&mut self, entries: Range<usize>, confirmed: bool, harmed: &[Vec<bool>]) -> bool {
        for (argument, entry) in self.entries[entries.clone()].iter_mut().enumerate() {
            let harmed = harmed.get(argument).map_or(&[][..], Vec::as_slice);
            // A direction goes through all elements, so any harmed one harms it.
            let by_directions = entry.by_directions && harmed.contains(&true);
            let spare = |element: &usize| !by_directions && harmed.get(*element) != Some(&true);
            let mut convicted = if confirmed { std::mem::take(&mut entry.suspected) } else { 0 };
            convicted += entry.hidden.len();
            entry.hidden.retain(spare);
            convicted -= entry.hidden.len();
            entry.at_kinks.0.retain(spare);
            entry.wrong += convicted + entry.kinks - entry.at_kinks.0.len();
            (entry.undecided, entry.kinks) = (entry.undecided - convicted, entry.at_kinks.0.len());
            if entry.wrong > 0 {
                (entry.verdict, entry.doubt) = (Verdict::Wrong, None);
            }
        }
        self.entries[entries].iter().any(|entry| entry.verdict == Verdict::Wrong)
    }

    /// Inserts the notes on the kinks that are left, before the notes from the place `at` on.
    fn note_kinks(&mut self, entries: Range<usize>, at: usize) {
        let kinks = self.entries[entries].iter_mut().filter(|entry| entry.kinks > 0);
        let notes: Vec<String> = kinks.filter_map(|entry| entry.at_kinks.1.take()).collect();
        self.notes.splice(at..at, notes);
    }

    /// Marks elements that could not be measured as right.
    fn acquit(&mut self, entries: Range<usize>) {
        for entry in self.entries[entries].iter_mut().filter(|entry| !entry.hidden.is_empty()) {
            entry.by_ops = std::mem::take(&mut entry.hidden).len();
            entry.undecided -= entry.by_ops;
            if entry.undecided == 0 {
                entry.doubt = None;
                entry.verdict = match () {
                    _ if !entry.flows => Verdict::NoEffect,
                    _ if entry.kinks > 0 => Verdict::Kink,
                    _ => Verdict::Right,
                };
            }
        }
    }
}

/// Σ weights * gradient of Σ cotangent * result: a number, to differentiate once more.
fn weighted_gradient<'t, F: Scalar>(
    result: Var<'t, F>,
    x: &[Var<'t, F>],
    cotangent: &[f64],
    weights: &[Vec<f64>],
) -> Var<'t, F> {
    let weigh = |array: Var<'t, F>, weights: &[f64]| {
        let weights: Vec<F> = weights.iter().copied().map(F::from_f64).collect();
        (array * array.tape().input(&weights[..]).reshape(array.shape())).sum()
    };
    let mut sum = result.tape().constant(0.0);
    for (gradient, weights) in grad(weigh(result, cotangent), x).into_iter().zip(weights) {
        sum += weigh(gradient, weights);
    }
    sum
}

/// Checks the first or second derivatives, and adds the findings to the report.
fn examine_order(
    check: &Check,
    random: &mut ChaCha8Rng,
    program: &mut Recorded,
    mut duals: Option<Duals>,
    mut cotangent: Vec<f64>,
    order: u32,
    report: &mut Report,
) {
    let mut gradients = program.gradients(&cotangent);
    let again = program.gradients(&cotangent);
    if !numbers(&gradients).map(f64::to_bits).eq(numbers(&again).map(f64::to_bits)) {
        let [once, again] = [&gradients, &again].map(|gradients| numbers(gradients).collect::<Vec<f64>>());
        report.unsteady = differ(Varying::Gradient, [&once, &again]);
    }
    if let Some(duals) = &mut duals {
        let [once, again] = [duals.run(), duals.run()].map(|y| y.iter().map(|y| y.value).collect::<Vec<f64>>());
        report.unsteady = report.unsteady.or_else(|| differ(Varying::Duals, [&once, &again]));
    }
    if report.unsteady.is_some() {
        return;
    }
    if let [c] = cotangent[..] {
        // If the result is a single number, report the gradient itself and not a multiple of it.
        gradients.iter_mut().flatten().flatten().for_each(|g| *g /= c);
        cotangent[0] = 1.0;
    }
    let label = |param: &Param<f64>| Label {
        name: param.name().to_owned(),
        shape: param.shape(),
        order,
        by_directions: check.directions.is_some(),
    };
    let labels: Vec<Label> = program.params.iter().map(label).collect();
    let (before, notes) = (report.entries.len(), report.notes.len());
    let suspect = compare(check, random, program, (&cotangent, duals), &labels, &gradients, report);
    let entries = before..report.entries.len();
    if order == 1 {
        report.notes.extend(regime::of_activations(program.record()));
    }
    if let Some(suspect) = suspect {
        let (diagnosis, proof) = diagnose(check, random, program, &cotangent, &suspect);
        let is_confirmed = suspect.is_proven || suspect.is_suspected && proof.confirms;
        if report.convict(entries.clone(), is_confirmed, &proof.harmed) {
            report.diagnosis = Some(diagnosis);
        } else if proof.acquits {
            report.acquit(entries.clone());
        }
    }
    report.note_kinks(entries, notes);
}

/// Checks gradients that were computed by hand.
pub(super) fn examine_by_hand(
    check: &Check,
    function: &mut ByHand,
    names: &[String],
    claimed: &[ArrayD<f64>],
) -> Report {
    let mut random = ChaCha8Rng::seed_from_u64(check.seed);
    let mut report = Report::empty(check.tolerance, check.directions);
    let start = run(function);
    report.unsteady = differ(Varying::Result, [&start, &run(function)]);
    if report.unsteady.is_some() {
        return report;
    }
    let label = |(name, claimed): (&String, &ArrayD<f64>)| Label {
        name: name.clone(),
        shape: Shape::new(claimed.shape()),
        order: 1,
        by_directions: check.directions.is_some(),
    };
    let labels: Vec<Label> = names.iter().zip(claimed).map(label).collect();
    let gradients: Vec<Option<Vec<f64>>> =
        claimed.iter().map(|claimed| Some(claimed.iter().copied().collect())).collect();
    let suspect = compare(check, &mut random, function, (&[1.0], None), &labels, &gradients, &mut report);
    report.note_kinks(0..labels.len(), 0);
    report.judge_last_run([&start, &run(function)]);
    report.diagnosis = suspect.filter(|suspect| suspect.is_proven && report.unsteady.is_none()).map(|suspect| {
        let claimed = gradients[suspect.argument].as_deref().unwrap_or_default();
        diagnose_numbers(check, function, &suspect, labels[suspect.argument].shape, claimed)
    });
    report
}

/// Compares gradients with slopes, argument by argument, and adds the entries to the report. Returns the first argument that is wrong; if none is,
/// the first that is suspected to be; if none is, the first with slopes that could not be measured.
fn compare(
    check: &Check,
    random: &mut ChaCha8Rng,
    function: &mut dyn Function,
    (cotangent, duals): (&[f64], Option<Duals>),
    labels: &[Label],
    gradients: &[Option<Vec<f64>>],
    report: &mut Report,
) -> Option<Suspect> {
    let Some(directions) = check.directions else {
        let mut probe = Probe::new(function, cotangent).with_duals(duals);
        return compare_elements(&mut Judge::new(check, random), &mut probe, labels, gradients, report);
    };
    let mut along = Directions::new(function, check.draw(), directions);
    let slope = |(argument, gradient): (usize, &Option<Vec<f64>>)| {
        gradient.as_ref().map(|gradient| along.slopes(argument, gradient))
    };
    let slopes: Vec<Option<Vec<f64>>> = gradients.iter().enumerate().map(slope).collect();
    let mut probe = Probe::new(&mut along, cotangent).with_duals(duals);
    compare_elements(&mut Judge::new(check, random), &mut probe, labels, &slopes, report)
}

/// The same, given a slope for each element, or for each direction.
fn compare_elements(
    judge: &mut Judge,
    probe: &mut Probe,
    labels: &[Label],
    gradients: &[Option<Vec<f64>>],
    report: &mut Report,
) -> Option<Suspect> {
    let (mut suspect, before): (Option<Suspect>, usize) = (None, report.entries.len());
    for (argument, (gradient, label)) in gradients.iter().zip(labels).enumerate() {
        let chosen = judge.elements(label.shape.size());
        let (elements, difference) = judge.judge(probe, argument, gradient.as_deref(), &chosen);
        let (mut entry, worst) = sum_up(label, (gradient.is_some(), probe.has_duals()), &elements, difference);
        let (is_proven, is_suspected) = (entry.verdict == Verdict::Wrong, entry.suspected > 0);
        let is_news = |suspect: &Suspect| (is_proven, is_suspected) > (suspect.is_proven, suspect.is_suspected);
        entry.at_kinks.1 = regime::of_kinks(label, &elements);
        // What looks like a kink may be a gradient with a wrong sign at a point very close to a kink.
        let at_kink = |element: &&Element| matches!(element.standing, Standing::Kink(_));
        let worst = worst.or_else(|| elements.iter().find(at_kink)).copied();
        let is_suspect = is_proven || is_suspected || !entry.hidden.is_empty() || entry.kinks > 0;
        match worst {
            Some(worst) if is_suspect && suspect.as_ref().is_none_or(is_news) => {
                let name = label.name.clone();
                suspect = Some(Suspect { argument, name, elements, worst, is_proven, is_suspected });
            }
            _ => {}
        }
        report.entries.push(entry);
    }
    report.evaluations += probe.evaluations;
    report.notes.extend(regime::of_zeros(&report.entries[before..]));
    suspect
}

/// Sums up the elements of an input. Also returns the one with the largest error: among the wrong ones, if there are any; otherwise among those that
/// are undecided, or that the witnesses do not agree on.
fn sum_up<'e>(
    label: &Label,
    (flows, has_duals): (bool, bool),
    elements: &'e [Element],
    mean_absolute_difference: f64,
) -> (Entry, Option<&'e Element>) {
    let count = |which: &dyn Fn(&Element) -> bool| elements.iter().filter(|element| which(element)).count();
    let wrong = count(&|element| element.standing == Standing::Wrong);
    let contradicted = count(&|element| element.alone.is_some());
    let undecided = count(&|element| matches!(element.standing, Standing::CannotTell(_)));
    let suspected = count(&|element| element.standing == Standing::CannotTell(Doubt::Suspected));
    let is_hidden =
        |element: &Element| matches!(element.standing, Standing::CannotTell(doubt) if doubt.is_of_measurement());
    let places = |which: &dyn Fn(&Element) -> bool| -> Vec<usize> {
        elements.iter().filter(|element| which(element)).map(|element| element.index).collect()
    };
    let is_at_kink = |element: &Element| matches!(element.standing, Standing::Kink(_));
    let (hidden, at_kinks) = (places(&is_hidden), places(&is_at_kink));
    let eligible = |element: &&Element| match (wrong, undecided, contradicted) {
        (0, 0, 0) => !matches!(element.standing, Standing::Kink(_)),
        (0, 0, _) => element.alone.is_some(),
        (0, ..) if suspected > 0 => element.standing == Standing::CannotTell(Doubt::Suspected),
        (0, ..) if undecided > hidden.len() => {
            matches!(element.standing, Standing::CannotTell(_)) && !is_hidden(element)
        }
        (0, ..) => matches!(element.standing, Standing::CannotTell(_)),
        _ => element.standing == Standing::Wrong,
    };
    let worst = worst(elements.iter().filter(eligible));
    let entry = Entry {
        name: label.name.clone(),
        shape: label.shape,
        order: label.order,
        checked: elements.len(),
        by_directions: label.by_directions,
        verdict: verdict(flows, elements.iter().map(|element| element.standing)),
        by_nudging: verdict(flows, elements.iter().map(|element| element.by_nudging)),
        by_duals: has_duals.then(|| verdict(flows, elements.iter().filter_map(|element| element.by_duals))),
        alone: worst.and_then(|element| element.alone),
        flows,
        wrong,
        undecided,
        suspected,
        hidden,
        by_ops: 0,
        doubt: worst.and_then(|element| match element.standing {
            Standing::CannotTell(doubt) => Some(doubt),
            _ => None,
        }),
        kinks: at_kinks.len(),
        at_kinks: (at_kinks, None),
        too_small: count(&|element| element.standing == Standing::TooSmall),
        worst: worst.map(|element| Worst {
            index: label.index(element.index),
            reverse: element.reverse,
            dual: element.dual.map(|dual| dual.value),
            numeric: element.numeric,
            relative_error: element.relative_error,
        }),
        largest_gradient: elements.iter().map(|element| element.reverse.abs()).fold(0.0, f64::max),
        mean_absolute_difference,
        zero_share: count(&|element| element.reverse == 0.0) as f64 / elements.len().max(1) as f64,
    };
    (entry, worst)
}

/// The judgement on an input, given that on each of its elements.
fn verdict(flows: bool, standings: impl Iterator<Item = Standing>) -> Verdict {
    let standings: Vec<Standing> = standings.collect();
    match () {
        _ if standings.contains(&Standing::Wrong) => Verdict::Wrong,
        _ if standings.iter().any(|standing| matches!(standing, Standing::CannotTell(_))) => Verdict::CannotTell,
        _ if !flows => Verdict::NoEffect,
        _ if standings.iter().any(|standing| matches!(standing, Standing::Kink(_))) => Verdict::Kink,
        _ => Verdict::Right,
    }
}
