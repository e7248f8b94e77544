//! Right or wrong, element by element. The one idea to know: the plain central difference convicts nobody. An element that it
//! puts in doubt is measured again, much more exactly, and looked at from both sides for a kink, before it counts as wrong.

use super::Check;
use super::measure::{Probe, Slope};
use crate::shape::Shape;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// One element of one input, as two witnesses see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    /// Its place, row-major.
    pub(super) index: usize,
    /// By the reverse pass; 0 where no gradient flows.
    pub(super) reverse: f64,
    /// By nudging.
    pub(super) numeric: f64,
    pub(super) relative_error: f64,
    pub(super) standing: Standing,
}

/// What became of an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    Right,
    /// Both slopes are too small to be told from rounding noise.
    TooSmall,
    /// At a kink, and one of the possible subgradients.
    Kink,
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
            let mut element = self.compare(index, reverse, slope);
            if element.standing != Standing::Right && convictions < CONVICTIONS {
                element = self.second_opinion(probe, argument, element);
                convictions += usize::from(element.standing == Standing::Wrong);
            }
            elements.push(element);
        }
        (elements, difference / chosen.len().max(1) as f64)
    }

    /// Compares the two slopes of an element. The relative error is |a - n| / max(|a|, |n|, floor), where the floor is the noise of
    /// the measurement over the tolerance: a difference within the noise then just passes. A true zero passes, because
    /// its measured slope is noise; a wrong zero fails, because its measured slope is not.
    fn compare(&self, index: usize, reverse: f64, slope: Slope) -> Element {
        let numeric = slope.value;
        let (size, difference) = (reverse.abs().max(numeric.abs()), (reverse - numeric).abs());
        let relative_error = match difference == 0.0 {
            true => 0.0,
            false => difference / size.max(slope.uncertainty / self.check.tolerance),
        };
        let standing = match () {
            _ if difference == 0.0 => Standing::Right,
            // Not a number is not right either.
            _ if relative_error.is_nan() || relative_error > self.check.tolerance => Standing::Wrong,
            _ if size <= slope.uncertainty => Standing::TooSmall,
            _ => Standing::Right,
        };
        Element { index, reverse, numeric, relative_error, standing }
    }

    /// Measures an element again that the plain central difference puts in doubt.
    fn second_opinion(&self, probe: &mut Probe, argument: usize, first: Element) -> Element {
        let slope = probe.best(argument, first.index);
        let mut element = self.compare(first.index, first.reverse, slope);
        // Where even the best slope is uncertain by its own size, for another reason than rounding, the result jumps.
        if element.standing == Standing::TooSmall && slope.uncertainty > 10.0 * slope.noise {
            element = Element { standing: Standing::Wrong, ..first };
        }
        if element.standing == Standing::Wrong && self.within_kink(probe, argument, element) {
            element.standing = Standing::Kink;
        }
        element
    }

    /// Whether there is a kink at this element, and its gradient is one of the subgradients.
    fn within_kink(&self, probe: &mut Probe, argument: usize, element: Element) -> bool {
        let scale = probe.function.point(argument)[element.index].abs().max(1.0);
        let [far, near] = [1e-4, 1e-5].map(|step| probe.sides(argument, element.index, step * scale));
        let slack = 1e-3 * (near.high - near.low);
        near.is_kink(&far) && (near.low - slack..=near.high + slack).contains(&element.reverse)
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
