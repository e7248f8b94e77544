//! Slopes from nudges. The one idea to know: **a measured slope has an error of its own**. A checker that does not know
//! the size of that error can neither pass a true zero nor fail a wrong one.
//!
//! Two errors fight over the step h of a central difference (f(x+h) - f(x-h)) / 2h. Truncation, h² f'''/6, shrinks with h. Rounding grows: results
//! near y carry an error of about ε|y|, so their difference over 2h carries ε|y|/h. The rounding error is called *noise* here; it is estimated from
//! the results themselves.

use super::duals::Duals;
use super::function::Function;
use super::slope::{Norm, ROUNDINGS, Sides, Slope, rounding};

/// Takes slopes of Σ cotangent * function.
pub(super) struct Probe<'a> {
    pub(super) function: &'a mut dyn Function,
    pub(super) cotangent: &'a [f64],
    pub(super) evaluations: u64,
    duals: Option<Duals<'a>>,
    results: [Vec<f64>; 3],
    /// The element that [`stand_here`](Probe::stand_here) was called for, and which results may depend on it, if that is known.
    touched: Option<((usize, usize), Vec<bool>)>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(function: &'a mut dyn Function, cotangent: &'a [f64]) -> Self {
        Probe { function, cotangent, evaluations: 0, duals: None, results: Default::default(), touched: None }
    }

    /// With the same program on dual numbers, if there is one.
    pub(super) fn with_duals(self, duals: Option<Duals<'a>>) -> Self {
        Probe { duals, ..self }
    }

    /// The slope by dual numbers, if the program runs on them.
    pub(super) fn dual(&mut self, argument: usize, element: usize) -> Option<Slope> {
        let duals = self.duals.as_mut()?;
        self.evaluations += 1;
        Some(duals.slope(self.cotangent, argument, element))
    }

    pub(super) fn has_duals(&self) -> bool {
        self.duals.is_some()
    }

    /// The slopes to both sides, if there is a kink.
    pub(super) fn kink(&mut self, argument: usize, element: usize) -> Option<Sides> {
        let scale = self.function.point(argument)[element].abs().max(1.0);
        let [far, near] = [1e-4, 1e-5].map(|step| self.sides(argument, element, step * scale));
        near.is_kink(&far).then_some(near)
    }

    /// Evaluates with one element set to `to`, into one of the result buffers; then sets it back. A result of another size counts as NaN.
    fn evaluate(&mut self, argument: usize, element: usize, to: f64, buffer: usize) {
        let x = self.function.point(argument)[element];
        self.function.set(argument, element, to);
        let result = &mut self.results[buffer];
        self.function.evaluate(result);
        if result.len() != self.cotangent.len() {
            // A program that takes another branch may return another number of results: there is no difference to take.
            result.clear();
            result.resize(self.cotangent.len(), f64::NAN);
        }
        self.function.set(argument, element, x);
        self.evaluations += 1;
    }

    /// The central difference. Results are subtracted one by one before they are summed, so that a result that does not depend on the
    /// element adds no noise. (Its size counts only if it is not known that it does not depend on the element.)
    pub(super) fn central(&mut self, argument: usize, element: usize, step: f64) -> Slope {
        let x = self.function.point(argument)[element];
        // x + h is rounded, so the slope is over the true distance of the two points.
        let (above, below) = (x + step, x - step);
        self.evaluate(argument, element, above, 0);
        self.evaluate(argument, element, below, 1);
        let (mut sum, mut size) = (0.0, Norm::default());
        for (result, &c) in self.cotangent.iter().enumerate() {
            let [plus, minus] = [0, 1].map(|buffer| self.results[buffer][result]);
            sum += c * (plus - minus);
            if plus != minus || self.may_depend(result, argument, element) {
                size.add(c * plus.abs().max(minus.abs()));
            }
        }
        let noise = ROUNDINGS * rounding(size.value(), self.function.epsilon()) / (above - below);
        Slope { value: sum / (above - below), noise, uncertainty: noise }
    }

    /// Computes the result at the element itself, for [`sides_of`](Probe::sides_of). Returns whether it is finite.
    pub(super) fn stand_here(&mut self, argument: usize, element: usize) -> bool {
        let x = self.function.point(argument)[element];
        self.evaluate(argument, element, x, 2);
        self.touched = self.function.touched(argument, element).map(|touched| ((argument, element), touched));
        self.results[2].iter().all(|y| y.is_finite())
    }

    /// Whether a nudge by 3% of an element's size changes only the last bits of the results, and these bits are too small to hide a slope that
    /// matters. (In a sum with a huge number they are not: its last bits are large.)
    pub(super) fn is_flat(&mut self, argument: usize, element: usize) -> bool {
        const NOTHING: f64 = 1e-12;
        let x = self.function.point(argument)[element];
        let slope = self.central(argument, element, 0.03 * x.abs().max(1.0));
        slope.value.abs() <= slope.noise && slope.noise <= NOTHING
    }

    fn may_depend(&self, result: usize, argument: usize, element: usize) -> bool {
        let known = self.touched.as_ref().filter(|(of, _)| *of == (argument, element));
        known.is_none_or(|(_, touched)| touched[result])
    }

    /// Whether the last nudges changed no result.
    pub(super) fn is_still(&self) -> bool {
        self.results[0] == self.results[1]
    }

    /// The slopes to the left and to the right. The bounds of the subgradients are summed result by result: if the cotangents of results
    /// with kinks have both signs, a right gradient need not lie between the two total slopes.
    fn sides(&mut self, argument: usize, element: usize, step: f64) -> Sides {
        self.stand_here(argument, element);
        self.central(argument, element, step);
        self.sides_of(argument, element, step)
    }

    /// The same, from the results of the central difference that was just taken.
    pub(super) fn sides_of(&self, argument: usize, element: usize, step: f64) -> Sides {
        let x = self.function.point(argument)[element];
        let (above, below) = (x + step, x - step);
        let mut sides = Sides { left: 0.0, right: 0.0, low: 0.0, high: 0.0, noise: 0.0 };
        let mut size = Norm::default();
        for (result, &c) in self.cotangent.iter().enumerate() {
            let [plus, minus, here] = [0, 1, 2].map(|buffer| self.results[buffer][result]);
            let (left, right) = (c * (here - minus) / (x - below), c * (plus - here) / (above - x));
            sides.left += left;
            sides.right += right;
            sides.low += left.min(right);
            sides.high += left.max(right);
            if plus != minus || self.may_depend(result, argument, element) {
                size.add(c * plus.abs().max(minus.abs()));
            }
        }
        sides.noise = ROUNDINGS * rounding(size.value(), self.function.epsilon()) / step;
        sides
    }
}
