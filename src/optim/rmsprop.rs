//! RMSProp: steps along the gradient, divided by its recent size.

use super::{Memory, Of, OptimError, Optimizer, RecordUpdate, Update, Updated, at_least, stateful, step_each};
use crate::formula::Term;
use crate::kernel::parallel;
use crate::kernel::wide::wide;
use crate::nn::Parameters;
use crate::{Gradients, Real, Scalar};

/// RMSProp (Tieleman and Hinton 2012): v ← ρ v + (1 - ρ) g², w ← w - η g / (√v + ε).
///
/// v is a running mean of the squared gradient, one for each number of a parameter, so its root is the usual size of that gradient. It starts at 0
/// and, unlike Adam's, is not corrected for that: the first step is 1 / √(1 - ρ) times the rate.
///
/// ```
/// use gradus::optim::{Optimizer, RmsProp};
/// use gradus::prelude::*;
/// let w = vec![Param::new("w", ndarray::arr1(&[1.0, 1.0]))];
/// let tape = Tape::new();
/// let loss = (tape.param(&w[0]) * tape.input([1000.0, 0.001])).sum(); // a steep slope and a gentle one
/// RmsProp::new(0.01).decay(0.99).step(&w, &loss.backward())?;
/// let stepped = w[0].value();
/// assert!((stepped[0] - 0.9_f64).abs() < 1e-6 && (stepped[1] - 0.9).abs() < 1e-4); // the same step
/// # Ok::<(), gradus::optim::OptimError>(())
/// ```
#[derive(Debug)]
#[must_use = "an optimizer does nothing before its step"]
pub struct RmsProp<F: Scalar = f32> {
    /// η, the learning rate. It may be changed between steps.
    pub learning_rate: f64,
    decay: f64,
    epsilon: f64,
    squares: Memory<F, 1>,
}

impl<F: Scalar> RmsProp<F> {
    /// RMSProp with learning rate η (0.001 is usual), ρ = 0.9 and ε = 10⁻⁸.
    pub fn new(learning_rate: f64) -> Self {
        RmsProp { learning_rate, decay: 0.9, epsilon: 1e-8, squares: Memory::new() }
    }

    /// With another ρ: the mean reaches back over about 1 / (1 - ρ) steps.
    pub fn decay(self, decay: f64) -> Self {
        RmsProp { decay, ..self }
    }

    /// With another ε, the number that is added to the divisor to keep it above 0. It may be 0: if all gradients were 0, there is no step, and if
    /// they were too small to be squared (in f32 below 10⁻¹⁹), the step is shorter than the formula says.
    pub fn epsilon(self, epsilon: f64) -> Self {
        RmsProp { epsilon, ..self }
    }
}

/// The new weight and the new mean of squares.
#[inline(always)]
fn stepped<T: Real>(rate: T, [decay, rest, epsilon, least]: [T; 4], [w, g, v]: [T; 3]) -> [T; 2] {
    let v = (decay * v + rest * (g * g)).without_denormals();
    [w - rate * g / (at_least(v, least).sqrt() + epsilon), v]
}

impl<F: Scalar> RmsProp<F> {
    /// η, ρ, 1 - ρ, ε, and the least that a mean of squares counts as.
    fn settings<T: Real>(&self) -> Result<[T; 5], OptimError> {
        let rate = Of("RMSProp").rate::<F>(self.learning_rate)?;
        let decay = Of("RMSProp").kept_share("decay", self.decay)?;
        let epsilon = Of("RMSProp").epsilon::<F>(self.epsilon)?;
        Ok([rate, decay, 1.0 - decay, epsilon, F::SMALLEST_NORMAL.to_f64()].map(T::number))
    }
}

impl<F: Scalar> Optimizer<F> for RmsProp<F> {
    fn learning_rate(&mut self) -> &mut f64 {
        &mut self.learning_rate
    }

    fn step(&mut self, model: &dyn Parameters<F>, gradients: &Gradients<F>) -> Result<(), OptimError> {
        let [rate, settings @ ..] = self.settings::<F>()?;
        step_each(&mut self.squares, model, gradients, |kept, value, gradient| {
            let [squares] = kept.arrays();
            parallel::each_part((value, (gradient, &mut squares[..])), 1, |(value, (gradient, squares))| {
                wide(value.len(), || {
                    for ((w, &g), v) in value.iter_mut().zip(gradient).zip(squares) {
                        [*w, *v] = stepped(rate, settings, [*w, g, *v]);
                    }
                });
            });
        })
    }
}

stateful!(RmsProp, squares, ["squares"]);

impl<F: Scalar> RecordUpdate<F> for RmsProp<F> {
    fn rate(&self) -> f64 {
        self.learning_rate
    }

    fn record_update<'t>(&self, update: &Update<'t, F>) -> Result<Updated<'t, F>, OptimError> {
        let [_, settings @ ..] = self.settings::<Term<'t, F>>()?;
        let [rate, w, g, v] = [update.rate, update.value, update.gradient, update.kept[0]].map(Term::Value);
        let [w, v] = stepped(rate, settings, [w, g, v]).map(|term| term.on(update.value.tape()));
        Ok(Updated { value: w, kept: vec![v] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Param, Tape};

    /// Steps on Σ c w² / 2, whose gradient is c w.
    fn walk(rmsprop: &mut RmsProp<f64>, start: [f64; 2], c: [f64; 2], steps: usize) -> Vec<f64> {
        let params = vec![Param::new("w", ndarray::arr1(&start))];
        let mut tape = Tape::new();
        for _ in 0..steps {
            let w = tape.param(&params[0]);
            rmsprop.step(&params, &(w * w * tape.input(c) * 0.5).sum().backward()).expect("a step");
            tape.rewind();
        }
        params[0].value().into_iter().collect()
    }

    #[test]
    fn three_steps_are_those_of_the_formula() {
        let (mut w, mut v) = ([2.0_f64, -1.0], [0.0_f64; 2]);
        let c = [1.0, 50.0];
        for _ in 0..3 {
            for i in 0..2 {
                let g = c[i] * w[i];
                v[i] = 0.8 * v[i] + 0.2 * g * g;
                w[i] -= 0.1 * g / (v[i].sqrt() + 1e-3);
            }
        }
        let walked = walk(&mut RmsProp::new(0.1).decay(0.8).epsilon(1e-3), [2.0, -1.0], c, 3);
        assert!(walked.iter().zip(w).all(|(a, b)| (a - b).abs() < 1e-14), "{walked:?} {w:?}");
    }

    #[test]
    fn a_loss_in_other_units_takes_the_same_path() {
        let path = |unit: f64| walk(&mut RmsProp::new(0.05).epsilon(0.0), [2.0, -1.0], [unit, 50.0 * unit], 20);
        // A power of two changes no digit of any number.
        assert_eq!(path(1.0), path(1024.0));
    }
}
