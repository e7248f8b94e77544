//! Right or wrong, element by element. The one idea to know: the plain central difference convicts nobody. An element that it
//! puts in doubt is measured again, much more exactly, and looked at from both sides for a kink, before it counts as wrong. Where
//! the program also runs on dual numbers, they are heard too.

use super::Check;
use super::curve::{Curve, Form};
use super::measure::{Probe, Sides, Slope};
use super::witness::{Witness, alone};
use crate::shape::Shape;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// One element of one input, as the witnesses see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    /// Its place, row-major.
    pub(super) index: usize,
    /// By the reverse pass; 0 where no gradient flows.
    pub(super) reverse: f64,
    /// By dual numbers, if the program runs on them.
    pub(super) dual: Option<Slope>,
    /// By nudging.
    pub(super) numeric: f64,
    /// The larger of the two relative errors.
    pub(super) relative_error: f64,
    /// What dual numbers say of the reverse pass.
    pub(super) by_duals: Option<Standing>,
    /// What nudging says of the reverse pass.
    pub(super) by_nudging: Standing,
    /// The judgement, all witnesses heard.
    pub(super) standing: Standing,
    /// The witness that the two others contradict.
    pub(super) alone: Option<Witness>,
}

/// What became of an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    Right,
    /// Both slopes are too small to be told from rounding noise.
    TooSmall,
    /// At a kink, and one of the possible subgradients.
    Kink(Sides),
    Wrong,
}

/// After so many elements of an input were found wrong beyond doubt, the rest of those in doubt are believed to be.
const CONVICTIONS: usize = 20;

/// Judges the gradients of a program.
pub(super) struct Judge<'a> {
    check: &'a Check,
    random: &'a mut ChaCha8Rng,
}

impl<'a> Judge<'a> {
    pub(super) fn new(check: &'a Check, random: &'a mut ChaCha8Rng) -> Self {
        Judge { check, random }
    }

    /// A random cotangent: with ones, Σ softmax = 1 would hide a softmax whose vjp returns nothing at all. Its elements have either
    /// sign and none is near 0, so no result is left out.
    pub(super) fn cotangent(&mut self, size: usize) -> Vec<f64> {
        (0..size).map(|_| self.random.random_range(0.5..1.5) * if self.random.random() { 1.0 } else { -1.0 }).collect()
    }

    /// The elements of an input to check, in order.
    pub(super) fn elements(&mut self, size: usize) -> Vec<usize> {
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
        let (mut elements, mut difference, mut convictions) = (Vec::with_capacity(chosen.len()), 0.0, 0);
        for &index in chosen {
            let reverse = gradient.map_or(0.0, |gradient| gradient[index]);
            let step = self.check.step.at(probe.function.point(argument)[index]);
            let slope = probe.central(argument, index, step);
            difference += (reverse - slope.value).abs();
            let dual = probe.dual(argument, index);
            let mut element = self.hear(index, reverse, dual, slope);
            if element.standing != Standing::Right && convictions < CONVICTIONS {
                element = self.second_opinion(probe, argument, element);
                convictions += usize::from(element.standing == Standing::Wrong);
            }
            elements.push(element);
        }
        (elements, difference / chosen.len().max(1) as f64)
    }

    /// Hears what each witness says of an element.
    fn hear(&self, index: usize, reverse: f64, dual: Option<Slope>, nudged: Slope) -> Element {
        let (mut relative_error, by_nudging) = self.compare(reverse, nudged);
        let (mut by_duals, mut contradicted) = (None, None);
        if let Some(dual) = dual {
            let (error, standing) = self.compare(reverse, dual);
            let agree = [standing, by_nudging, self.compare(dual.value, nudged).1].map(|pair| pair != Standing::Wrong);
            contradicted = alone(agree[0], agree[1], agree[2]);
            by_duals = Some(standing);
            relative_error = if error > relative_error { error } else { relative_error };
        }
        Element {
            index,
            reverse,
            dual,
            numeric: nudged.value,
            relative_error,
            by_duals,
            by_nudging,
            standing: match (by_duals, by_nudging) {
                // Dual numbers decide where nudging sees only noise, unless it is enough to contradict them.
                (Some(by_duals), Standing::TooSmall) if contradicted != Some(Witness::Duals) => by_duals,
                // What nudging confirms is right whatever dual numbers say: they can lose a tangent on the way.
                (_, by_nudging) => by_nudging,
            },
            alone: contradicted,
        }
    }

    /// Compares the gradient with what a witness says: their relative error, and what it means. The error is |a - w| / max(|a|, |w|,
    /// floor), where the floor is the noise of the witness over the tolerance: a difference within the noise then just passes. A true
    /// zero passes, because its measured slope is noise; a wrong zero fails, because its measured slope is not.
    fn compare(&self, claimed: f64, witness: Slope) -> (f64, Standing) {
        let (size, difference) = (claimed.abs().max(witness.value.abs()), (claimed - witness.value).abs());
        let relative_error = match difference == 0.0 {
            true => 0.0,
            false => difference / size.max(witness.uncertainty / self.check.tolerance),
        };
        let standing = match () {
            _ if difference == 0.0 => Standing::Right,
            // Not a number is not right either.
            _ if relative_error.is_nan() || relative_error > self.check.tolerance => Standing::Wrong,
            _ if size <= witness.uncertainty => Standing::TooSmall,
            _ => Standing::Right,
        };
        (relative_error, standing)
    }

    /// Measures an element again that the plain central difference puts in doubt.
    fn second_opinion(&self, probe: &mut Probe, argument: usize, first: Element) -> Element {
        let slope = probe.best(argument, first.index);
        let mut element = self.hear(first.index, first.reverse, first.dual, slope);
        let duals_agree = element.by_duals.is_some_and(|standing| standing != Standing::Wrong);
        // Where even the best slope is uncertain by its own size, for another reason than rounding, the result jumps.
        if element.by_nudging == Standing::TooSmall && slope.uncertainty > 10.0 * slope.noise {
            element.numeric = first.numeric;
            element.relative_error = first.relative_error;
            element.by_nudging = Standing::Wrong;
            element.standing = Standing::Wrong;
            element.alone = duals_agree.then_some(Witness::Nudging);
        }
        if element.by_nudging != Standing::Wrong {
            return element;
        }
        if let Some(sides) = probe.kink(argument, element.index).filter(|sides| sides.contains(element.reverse)) {
            let kink = Standing::Kink(sides);
            let by_duals = element.dual.map(|dual| if sides.contains(dual.value) { kink } else { Standing::Wrong });
            let alone = (by_duals == Some(Standing::Wrong)).then_some(Witness::Duals);
            return Element { by_nudging: kink, by_duals, standing: kink, alone, ..element };
        }
        if element.alone == Some(Witness::Nudging) && !self.is_firm(probe, argument, &element) {
            element.standing = Standing::Right;
        }
        element
    }

    /// Whether nudging contradicts the gradient by the same amount for every step.
    fn is_firm(&self, probe: &mut Probe, argument: usize, element: &Element) -> bool {
        let curve = Curve::of(probe, argument, element.index, element.reverse, self.check.tolerance);
        matches!(curve.form, Form::Flat { .. })
    }
}

/// The element with the largest error. Errors that differ by less than a part in a thousand count as equal, and the first of them
/// wins: so the choice does not hang on the last bits.
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
