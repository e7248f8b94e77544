//! Judges each element: right, wrong, or cannot tell. The one idea to know: **one central difference never suffices to call a gradient wrong.** If it
//! disagrees with the gradient, the element is measured again with many steps, and its slopes to both sides are compared in case there is a kink. The
//! element is wrong only if the slope stays the same for finer and finer steps and differs from the gradient. If the slopes never settle, the answer
//! is "cannot tell". If rounding hides the slope, the element counts as right only if what rounding could hide is negligible beside the slopes of the
//! other elements. If the program also runs on dual numbers, their slope counts too.

use super::Check;
use super::doubt::Doubt;
use super::ladder::Ladder;
use super::measure::Probe;
use super::slope::{Sides, Slope};
use super::witness::{Witness, alone};
use crate::shape::Shape;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// One element of one input, with its gradient by each witness.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    /// Its place, row-major.
    pub(super) index: usize,
    /// Its gradient by the reverse pass; 0 where no gradient flows.
    pub(super) reverse: f64,
    /// Its gradient by dual numbers, if the program runs on them.
    pub(super) dual: Option<Slope>,
    /// Its gradient by nudging.
    pub(super) numeric: f64,
    /// The largest error that `numeric` may have.
    pub(super) uncertainty: f64,
    /// The larger of the two relative errors.
    pub(super) relative_error: f64,
    /// Whether dual numbers confirm the reverse pass.
    pub(super) by_duals: Option<Standing>,
    /// Whether nudging confirms the reverse pass.
    pub(super) by_nudging: Standing,
    /// The judgement from all witnesses together.
    pub(super) standing: Standing,
    /// The witness that the two others contradict.
    pub(super) alone: Option<Witness>,
}

/// The judgement on an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    Right,
    /// Agrees, but its slope is too small to be told from rounding. After [`Judge::settle_small`] this is left only for elements whose slopes are
    /// negligible beside those of others.
    TooSmall,
    /// At a kink, where the gradient is one of the possible subgradients.
    Kink(Sides),
    Wrong,
    /// No witness can tell.
    CannotTell(Doubt),
}

/// Maximum number of elements of an input that are proven wrong; after that, an element that the first look calls wrong is taken to be.
const CONVICTIONS: usize = 20;
/// Maximum number of undecided elements of an input; after that, an element in doubt is undecided without a second look.
const DOUBTS: usize = 100;
/// Maximum number of elements of an input with a slope too small to tell that are measured again.
const TOO_SMALL: usize = 20;
/// Largest uncertainty, relative to the slope, at which agreement still proves anything.
const RESOLVED: f64 = 1e-2;
/// Largest uncertainty, relative to the slope, at which a slope confirms a gradient that agrees with it.
const KNOWN: f64 = 1e-4;
/// The same for the slope with the smallest uncertainty of all.
const BEST_KNOWN: f64 = 1e-3;

/// Judges the gradients of a program.
pub(super) struct Judge<'a> {
    check: &'a Check,
    random: &'a mut ChaCha8Rng,
}

impl<'a> Judge<'a> {
    pub(super) fn new(check: &'a Check, random: &'a mut ChaCha8Rng) -> Self {
        Judge { check, random }
    }

    /// A random cotangent: with ones, Σ softmax = 1 would hide a softmax whose vjp returns nothing at all. Its elements have both signs and none is
    /// near 0, so every result counts.
    pub(super) fn cotangent(&mut self, size: usize) -> Vec<f64> {
        (0..size).map(|_| self.random.random_range(0.5..1.5) * if self.random.random() { 1.0 } else { -1.0 }).collect()
    }

    /// The indices of the elements of an input to check, in order; or of the directions through it.
    pub(super) fn elements(&mut self, size: usize) -> Vec<usize> {
        if let Some(directions) = self.check.directions {
            return (0..directions).collect();
        }
        match self.check.sample {
            Some(count) if count < size => {
                let mut chosen = rand::seq::index::sample(self.random, size, count).into_vec();
                chosen.sort_unstable();
                chosen
            }
            _ => (0..size).collect(),
        }
    }

    /// Judges elements of one argument. Also returns the mean absolute difference as the plain central differences give it.
    pub(super) fn judge(
        &self,
        probe: &mut Probe,
        argument: usize,
        gradient: Option<&[f64]>,
        chosen: &[usize],
    ) -> (Vec<Element>, f64) {
        let (mut elements, mut difference, mut convictions, mut doubts) =
            (Vec::with_capacity(chosen.len()), 0.0, 0, None);
        let mut undecided = 0;
        for &index in chosen {
            let reverse = gradient.map_or(0.0, |gradient| gradient[index]);
            let step = self.check.step.at(probe.function.point(argument)[index]);
            let slope = probe.central(argument, index, step);
            // At the edge of a domain there may be no central difference.
            let measured = Some((reverse - slope.value).abs()).filter(|difference| difference.is_finite());
            difference += measured.unwrap_or_default();
            let dual = probe.dual(argument, index);
            let (_, by_nudging) = self.compare(reverse, slope);
            let mut element = self.hear(index, reverse, dual, slope, by_nudging);
            match doubts.filter(|_| undecided >= DOUBTS) {
                // A slope that is too small to tell may prove negligible beside those of later elements.
                _ if matches!(element.standing, Standing::Right | Standing::TooSmall) => {}
                Some(doubt) => element = self.hear(index, reverse, dual, slope, Standing::CannotTell(doubt)),
                None if convictions < CONVICTIONS => element = self.second_opinion(probe, argument, element),
                None => {}
            }
            convictions += usize::from(element.standing == Standing::Wrong);
            if let Standing::CannotTell(doubt) = element.standing {
                (doubts, undecided) = (doubts.or(Some(doubt)), undecided + 1);
            }
            elements.push(element);
        }
        self.settle_small(probe, argument, &mut elements);
        (elements, difference / chosen.len().max(1) as f64)
    }

    /// Looks again at slopes that are too small to be told from rounding. Either what rounding can hide is negligible beside the largest slope of the
    /// input, or a better step measures the slope after all; otherwise the answer is "cannot tell".
    fn settle_small(&self, probe: &mut Probe, argument: usize, elements: &mut [Element]) {
        let right = elements.iter().filter(|element| element.standing == Standing::Right);
        let floor = self.check.tolerance * right.map(|element| element.reverse.abs()).fold(0.0, f64::max);
        let hides_nothing = |element: &Element| element.uncertainty <= floor;
        let (mut looks, mut failures) = (0, 0);
        for element in elements.iter_mut() {
            let may_look = if probe.function.has_ops() { looks < TOO_SMALL } else { failures < TOO_SMALL };
            if element.standing == Standing::TooSmall && !hides_nothing(element) && may_look {
                *element = self.look_again(probe, argument, *element);
                looks += 1;
                failures += usize::from(matches!(element.standing, Standing::TooSmall | Standing::CannotTell(_)));
            }
            let is_hidden = !hides_nothing(element);
            let is_hidden_from_duals = element.dual.is_none_or(|dual| dual.uncertainty > floor);
            let settle = |standing: &mut Standing, is_hidden: bool| {
                if *standing == Standing::TooSmall && is_hidden {
                    *standing = Standing::CannotTell(Doubt::TooSmall);
                }
            };
            settle(&mut element.by_nudging, is_hidden);
            element.by_duals.iter_mut().for_each(|standing| settle(standing, is_hidden_from_duals));
            settle(&mut element.standing, is_hidden && element.by_duals != Some(Standing::TooSmall));
        }
    }

    /// Measures an element again whose slope is too small to tell. A claimed gradient of 0 is right if coarse nudges change nothing either. (Not for
    /// a program whose ops can be tried one by one: that tells more.)
    fn look_again(&self, probe: &mut Probe, argument: usize, first: Element) -> Element {
        let is_still = first.reverse == 0.0 && !probe.function.has_ops();
        if is_still && probe.is_flat(argument, first.index) {
            return Element { standing: Standing::Right, by_nudging: Standing::Right, ..first };
        }
        self.second_opinion(probe, argument, first)
    }

    /// Combines the witnesses on one element, given the judgement by nudging.
    fn hear(&self, index: usize, reverse: f64, dual: Option<Slope>, nudged: Slope, by_nudging: Standing) -> Element {
        let (mut relative_error, agrees) = self.compare(reverse, nudged);
        let (mut by_duals, mut contradicted) = (None, None);
        if let Some(dual) = dual {
            let (error, mut standing) = self.compare(reverse, dual);
            if reverse == dual.value {
                // A dual number is computed, not measured: if it is 0, it is exactly 0.
                standing = Standing::Right;
            }
            let pairs = [standing, agrees, self.compare(dual.value, nudged).1];
            let agree = pairs.map(|pair| pair != Standing::Wrong);
            // Two witnesses that see only rounding cannot outvote a third.
            let is_told = pairs.iter().all(|&pair| pair != Standing::TooSmall);
            contradicted = alone(agree[0], agree[1], agree[2]).filter(|_| is_told);
            let is_heard = dual.value.is_finite() || standing == Standing::Right;
            by_duals = Some(if is_heard { standing } else { Standing::CannotTell(Doubt::Infinite) });
            relative_error = if error > relative_error { error } else { relative_error };
        }
        Element {
            index,
            reverse,
            dual,
            numeric: nudged.value,
            uncertainty: nudged.uncertainty,
            relative_error,
            by_duals,
            by_nudging,
            standing: match (by_duals, by_nudging) {
                // Where nudging sees only noise, dual numbers confirm the gradient or raise a suspicion.
                (Some(Standing::Wrong), Standing::TooSmall | Standing::CannotTell(_)) => {
                    Standing::CannotTell(Doubt::Suspected)
                }
                (Some(Standing::Right), Standing::TooSmall | Standing::CannotTell(_)) => Standing::Right,
                // What nudging confirms is right even if dual numbers disagree: they can lose a tangent on the way.
                (_, by_nudging) => by_nudging,
            },
            alone: contradicted,
        }
    }

    /// Compares the gradient with a witness. Returns their relative error and the judgement. The error is |a - w| / max(|a|, |w|, floor), where the
    /// floor is the noise of the witness over the tolerance: a difference within the noise is not an error. But it is not agreement either, unless
    /// the noise is much smaller than the slope.
    fn compare(&self, claimed: f64, witness: Slope) -> (f64, Standing) {
        let (size, difference) = (claimed.abs().max(witness.value.abs()), (claimed - witness.value).abs());
        let (same, tolerance) = (claimed == witness.value, self.check.tolerance);
        let relative_error = match () {
            _ if same => 0.0,
            // In this order of operations nothing overflows.
            _ if witness.uncertainty > tolerance * size => difference / witness.uncertainty * tolerance,
            _ => difference / size,
        };
        let standing = match () {
            // NaN is wrong, too.
            _ if relative_error.is_nan() || relative_error > tolerance => Standing::Wrong,
            // They agree to the tolerance; but two zeros agree at any tolerance, which proves nothing.
            _ if difference <= tolerance * size && size > 0.0 => Standing::Right,
            _ if witness.uncertainty <= (RESOLVED * size).max(f64::MIN_POSITIVE) => Standing::Right,
            _ => Standing::TooSmall,
        };
        (relative_error, standing)
    }

    /// Measures an element again if the plain central difference does not confirm its gradient.
    fn second_opinion(&self, probe: &mut Probe, argument: usize, first: Element) -> Element {
        let Element { index, reverse, dual, .. } = first;
        if self.check.directions.is_some() {
            // Among a million elements some are close to a kink: a finer step may be enough to stay on one side of it.
            let finer = probe.central(argument, index, self.check.step.at(0.0) / 32.0);
            if let Some(standing) = self.confirms(reverse, finer, KNOWN) {
                return self.hear(index, reverse, dual, finer, standing);
            }
        }
        let ladder = Ladder::of(probe, argument, index, reverse);
        let (by_nudging, slope) = self.weigh(&ladder, reverse);
        let mut element = self.hear(index, reverse, dual, slope, by_nudging);
        if !slope.value.is_finite() {
            element.numeric = first.numeric;
        }
        if let Standing::Kink(sides) = by_nudging {
            element.by_duals = dual.map(|dual| if sides.contains(dual.value) { by_nudging } else { Standing::Wrong });
            element.alone = (element.by_duals == Some(Standing::Wrong)).then_some(Witness::Duals);
        }
        element
    }

    /// The judgement on a gradient that does not contradict a slope, if the slope's uncertainty is at most this share of its size.
    fn confirms(&self, claimed: f64, slope: Slope, share: f64) -> Option<Standing> {
        let standing = self.compare(claimed, slope).1;
        let is_known = slope.uncertainty <= share * claimed.abs().max(slope.value.abs());
        (standing != Standing::Wrong && is_known).then_some(standing)
    }

    /// The judgement on a gradient from the slopes of many steps, and the slope that decides it.
    fn weigh(&self, ladder: &Ladder, claimed: f64) -> (Standing, Slope) {
        let best = ladder.best();
        if !ladder.has_result() {
            return (Standing::CannotTell(ladder.doubt()), best);
        }
        if claimed.is_nan() {
            return (Standing::Wrong, best);
        }
        // Uncertainty from rounding cannot be helped; but a slope that is uncertain for another reason confirms nothing.
        if let Some(standing) = self.confirms(claimed, best, BEST_KNOWN).or_else(|| {
            let standing = self.compare(claimed, best).1;
            (standing != Standing::Wrong && best.uncertainty <= 10.0 * best.noise).then_some(standing)
        }) {
            return (standing, best);
        }
        if let Some(sides) = ladder.kink() {
            return (Standing::Kink(sides), best);
        }
        let firm = ladder.firm();
        if let Some((firm, true)) = firm {
            // If both slopes say the same, report the more exact one.
            let same = (best.value - firm.value).abs() <= 0.05 * (firm.value - claimed).abs();
            return (Standing::Wrong, if same { best } else { firm });
        }
        // Coarse steps may agree with each other on a wrong slope, and only finer ones find the right one.
        let known = |slope: &Slope| self.confirms(claimed, *slope, KNOWN).is_some();
        if let Some(slope) = ladder.slopes().into_iter().find(known) {
            return (Standing::Right, slope);
        }
        match firm {
            Some((suspicion, _)) if ladder.can_be_proven() => (Standing::CannotTell(Doubt::Suspected), suspicion),
            Some((suspicion, _)) => (Standing::CannotTell(Doubt::Unsettled), suspicion),
            None => (Standing::CannotTell(ladder.doubt()), best),
        }
    }
}

/// The element with the largest error. Errors that differ by less than a part in a thousand count as equal, and the first of them wins: so the choice
/// does not depend on the last bits.
pub(super) fn worst<'e>(elements: impl Iterator<Item = &'e Element>) -> Option<&'e Element> {
    elements.fold(None, |worst: Option<&Element>, element| match worst {
        Some(worst) if worst.relative_error.is_nan() => Some(worst),
        Some(worst) if element.relative_error <= 1.001 * worst.relative_error => Some(worst),
        _ => Some(element),
    })
}

/// The place of the element `flat` of an array: `[row, column]`.
pub(super) fn multi_index(mut flat: usize, shape: Shape) -> Vec<usize> {
    let mut index = vec![0; shape.rank()];
    for (axis, &length) in shape.iter().enumerate().rev() {
        index[axis] = flat % length;
        flat /= length;
    }
    index
}
