//! Adam: a step of a size that does not depend on the size of the gradient.

use super::{FORGOTTEN, Memory, OptimError, Optimizer, or_forgotten, share, step_each};
use crate::kernel::parallel;
use crate::kernel::wide::wide;
use crate::nn::Parameters;
use crate::{Gradients, Scalar};

/// Adam (Kingma and Ba 2015, algorithm 1), with t counting steps from 1:
///
/// m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², w ← w - η m̂ / (√v̂ + ε), where m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ).
pub struct Adam<F: Scalar = f32> {
    /// η, the learning rate. It may be changed between steps.
    pub learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    steps: i32,
    moments: Memory<F, 2>,
}

impl<F: Scalar> Adam<F> {
    /// Adam with learning rate η (0.001 is usual), β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸.
    pub fn new(learning_rate: f64) -> Self {
        Adam { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, steps: 0, moments: Memory::new() }
    }

    /// With other decay rates of the two moments.
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        Adam { beta1, beta2, ..self }
    }

    /// With another ε, the number that keeps the division from going wrong.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Adam { epsilon, ..self }
    }
}

impl<F: Scalar> Optimizer<F> for Adam<F> {
    fn step(&mut self, model: &impl Parameters<F>, gradients: &Gradients<F>) -> Result<(), OptimError> {
        let steps = self.steps.saturating_add(1);
        let [beta1, beta2, epsilon] = [self.beta1, self.beta2, self.epsilon].map(F::from_f64);
        let [rest1, rest2] = [1.0 - self.beta1, 1.0 - self.beta2].map(F::from_f64);
        // m̂ and v̂ differ from m and v by one factor for all elements, so the factors are taken out of the loop.
        let rate = F::from_f64(self.learning_rate / (1.0 - self.beta1.powi(steps)));
        let scale = F::from_f64(1.0 / (1.0 - self.beta2.powi(steps)).sqrt());
        let forgotten = F::from_f64(FORGOTTEN);
        step_each(model, gradients, |place, param, value, gradient| {
            let share = share(value);
            let [first, second] = self.moments.of(place, param);
            let parts = value.chunks_mut(share).zip(gradient.chunks(share));
            let parts = parts.zip(first.chunks_mut(share)).zip(second.chunks_mut(share));
            parallel::each(parts, |(((value, gradient), first), second)| {
                wide(value.len(), || {
                    for (((w, &g), m), v) in value.iter_mut().zip(gradient).zip(first).zip(second) {
                        *m = or_forgotten(beta1 * *m + rest1 * g, forgotten);
                        *v = or_forgotten(beta2 * *v + rest2 * (g * g), forgotten);
                        *w = *w - rate * *m / (v.sqrt() * scale + epsilon);
                    }
                });
            });
        })?;
        self.steps = steps;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Param, Tape};

    #[test]
    fn the_moments_of_a_gradient_that_vanished_become_0_and_never_denormal() {
        let params = vec![Param::new("w", ndarray::arr1(&[1.0_f32; 40]))];
        let mut adam = Adam::new(1e-3);
        let mut tape = Tape::new();
        for step in 0..900 {
            let loss = (tape.param(&params[0]) * if step == 0 { 1e-3 } else { 0.0 }).sum();
            adam.step(&params, &loss.backward()).expect("a step");
            tape.rewind();
            let [first, second] = adam.moments.of(0, &params[0]);
            assert!(first.iter().chain(second.iter()).all(|moment| !moment.is_subnormal()), "step {step}");
        }
        assert_eq!(adam.moments.of(0, &params[0])[0], [0.0; 40]);
    }
}
