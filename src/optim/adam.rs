//! Adam: steps whose size does not depend on the size of the gradient. And AdamW, which shrinks the weights besides.

use super::{Memory, Of, OptimError, Optimizer, RecordUpdate, Update, Updated, at_least, stateful, step_each};
use crate::formula::Term;
use crate::kernel::parallel;
use crate::kernel::wide::wide;
use crate::nn::Parameters;
use crate::{Gradients, Real, Scalar};

/// Adam (Kingma and Ba 2015, algorithm 1), with t counting the steps of each parameter from 1:
///
/// m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², w ← w - η m̂ / (√v̂ + ε), where m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ).
///
/// A parameter that joins late has a t of its own, so its first step has the size of a first step, η.
#[derive(Debug)]
#[must_use = "an optimizer does nothing before its step"]
pub struct Adam<F: Scalar = f32> {
    /// η, the learning rate. It may be changed between steps.
    pub learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    moments: Memory<F, 2>,
}

impl<F: Scalar> Adam<F> {
    /// Adam with learning rate η (0.001 is usual), β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸.
    pub fn new(learning_rate: f64) -> Self {
        Adam { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, moments: Memory::new() }
    }

    /// With other decay rates of the two moments.
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        Adam { beta1, beta2, ..self }
    }

    /// With another ε, the number that is added to the divisor to keep it above 0.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Adam { epsilon, ..self }
    }
}

impl<F: Scalar> Optimizer<F> for Adam<F> {
    fn learning_rate(&mut self) -> &mut f64 {
        &mut self.learning_rate
    }

    fn step(&mut self, model: &dyn Parameters<F>, gradients: &Gradients<F>) -> Result<(), OptimError> {
        self.step_and_shrink(Of("Adam"), 0.0, model, gradients)
    }
}

stateful!(Adam, moments, ["m", "v"]);

/// AdamW (Loshchilov and Hutter 2019, algorithm 2): [`Adam`], and each step multiplies the weights by 1 - η λ, with λ the weight decay. The decay does not go
/// through the gradient, so Adam's divisor does not change it: all weights shrink at the same rate.
///
/// ```
/// use gradus::optim::{AdamW, Optimizer};
/// use gradus::prelude::*;
/// let w = vec![Param::new("w", ndarray::arr0(2.0))];
/// let mut adam = AdamW::new(0.1).weight_decay(0.5);
/// let tape = Tape::new();
/// let loss = tape.param(&w[0]) * 3.0;
/// adam.step(&w, &loss.backward())?;
/// // 2 (1 - 0.1 times 0.5), less a first step of the size of the learning rate
/// assert!((w[0].value().sum() - 1.8_f64).abs() < 1e-9);
/// # Ok::<(), gradus::optim::OptimError>(())
/// ```
#[derive(Debug)]
#[must_use = "an optimizer does nothing before its step"]
pub struct AdamW<F: Scalar = f32> {
    /// η, the learning rate. It may be changed between steps.
    pub learning_rate: f64,
    weight_decay: f64,
    adam: Adam<F>,
}

impl<F: Scalar> AdamW<F> {
    /// AdamW with learning rate η (0.001 is usual), weight decay λ = 0.01, β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸.
    pub fn new(learning_rate: f64) -> Self {
        AdamW { learning_rate, weight_decay: 0.01, adam: Adam::new(learning_rate) }
    }

    /// With another weight decay λ.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        AdamW { weight_decay, ..self }
    }

    /// With other decay rates of the two moments.
    pub fn betas(self, beta1: f64, beta2: f64) -> Self {
        AdamW { adam: self.adam.betas(beta1, beta2), ..self }
    }

    /// With another ε, the number that is added to the divisor to keep it above 0.
    pub fn epsilon(self, epsilon: f64) -> Self {
        AdamW { adam: self.adam.epsilon(epsilon), ..self }
    }
}

impl<F: Scalar> Optimizer<F> for AdamW<F> {
    fn learning_rate(&mut self) -> &mut f64 {
        &mut self.learning_rate
    }

    fn step(&mut self, model: &dyn Parameters<F>, gradients: &Gradients<F>) -> Result<(), OptimError> {
        self.adam.learning_rate = self.learning_rate;
        self.adam.step_and_shrink(Of("AdamW"), self.weight_decay, model, gradients)
    }
}

stateful!(AdamW, adam.moments, ["m", "v"]);

/// The settings of the two moments, as numbers of the kind that the rule runs on.
#[derive(Clone, Copy)]
struct Moments<T> {
    beta1: T,
    rest1: T,
    beta2: T,
    rest2: T,
    epsilon: T,
    /// The least that a mean of squares counts as: see [`super::at_least`].
    least: T,
}

/// What differs from step to step, but not from element to element.
#[derive(Clone, Copy)]
struct Pace<T> {
    /// η / (1 - β₁ᵗ)
    rate: T,
    /// 1 / √(1 - β₂ᵗ)
    scale: T,
    /// 1 - η λ
    rest: T,
}

impl<T: Real> Moments<T> {
    fn of<F: Scalar>([beta1, beta2]: [f64; 2], epsilon: f64) -> Self {
        let [rest1, rest2] = [1.0 - beta1, 1.0 - beta2].map(T::number);
        let least = T::number(F::SMALLEST_NORMAL.to_f64());
        Moments { beta1: T::number(beta1), rest1, beta2: T::number(beta2), rest2, epsilon: T::number(epsilon), least }
    }

    /// The new weight and its new moments.
    #[inline(always)]
    fn stepped(self, pace: Pace<T>, [w, g, m, v]: [T; 4]) -> [T; 3] {
        let m = (self.beta1 * m + self.rest1 * g).without_denormals();
        let v = (self.beta2 * v + self.rest2 * (g * g)).without_denormals();
        let size = at_least(v, self.least).sqrt() * pace.scale + self.epsilon;
        [pace.rest * w - pace.rate * m / size, m, v]
    }
}

/// 1 - βᵗ, without losing digits where it is small: at first it is 1 - β.
fn seen<T: Real>(beta: f64, steps: T) -> T {
    -(T::number(beta.ln()) * steps).exp_m1()
}

impl<F: Scalar> RecordUpdate<F> for Adam<F> {
    fn rate(&self) -> f64 {
        self.learning_rate
    }

    fn counts_steps(&self) -> bool {
        true
    }

    fn record_update<'t>(&self, update: &Update<'t, F>) -> Result<Updated<'t, F>, OptimError> {
        self.record_and_shrink(Of("Adam"), 0.0, update)
    }
}

impl<F: Scalar> RecordUpdate<F> for AdamW<F> {
    fn rate(&self) -> f64 {
        self.learning_rate
    }

    fn counts_steps(&self) -> bool {
        true
    }

    fn record_update<'t>(&self, update: &Update<'t, F>) -> Result<Updated<'t, F>, OptimError> {
        Of("AdamW").shrinkage(self.learning_rate, self.weight_decay)?;
        self.adam.record_and_shrink(Of("AdamW"), self.weight_decay, update)
    }
}

impl<F: Scalar> Adam<F> {
    fn settings(&self, name: Of) -> Result<([f64; 2], f64), OptimError> {
        let betas = [name.kept_share("beta1", self.beta1)?, name.kept_share("beta2", self.beta2)?];
        Ok((betas, name.epsilon::<F>(self.epsilon)?))
    }

    fn record_and_shrink<'t>(
        &self,
        name: Of,
        weight_decay: f64,
        update: &Update<'t, F>,
    ) -> Result<Updated<'t, F>, OptimError> {
        let ((betas, epsilon), tape) = (self.settings(name)?, update.value.tape());
        let [rate, steps, w, g] = [update.rate, update.steps, update.value, update.gradient].map(Term::Value);
        let [seen1, seen2] = betas.map(|beta| if beta == 0.0 { Term::one() } else { seen(beta, steps) });
        let rest = Term::one() - rate * Term::number(weight_decay);
        let pace = Pace { rate: rate / seen1, scale: Term::one() / seen2.sqrt(), rest };
        let [m, v] = [update.kept[0], update.kept[1]].map(Term::Value);
        let [w, m, v] = Moments::of::<F>(betas, epsilon).stepped(pace, [w, g, m, v]).map(|term| term.on(tape));
        Ok(Updated { value: w, kept: vec![m, v] })
    }

    fn step_and_shrink(
        &mut self,
        name: Of,
        weight_decay: f64,
        model: &dyn Parameters<F>,
        gradients: &Gradients<F>,
    ) -> Result<(), OptimError> {
        let learning_rate = name.rate::<F>(self.learning_rate)?;
        let rest = F::from_f64(1.0 - name.shrinkage(learning_rate, weight_decay)?);
        let (betas, epsilon) = self.settings(name)?;
        let moments = Moments::of::<F>(betas, epsilon);
        step_each(&mut self.moments, model, gradients, |kept, value, gradient| {
            // m̂ and v̂ differ from m and v by a factor that is the same for all elements, so the factors are computed outside of the loop.
            let [seen1, seen2] = betas.map(|beta| 1.0 - beta.powi(kept.steps));
            let pace = Pace { rate: F::from_f64(learning_rate / seen1), scale: F::from_f64(1.0 / seen2.sqrt()), rest };
            let [first, second] = kept.arrays();
            let kept = (&mut first[..], &mut second[..]);
            parallel::each_part(((value, gradient), kept), 1, |((value, gradient), (first, second))| {
                wide(value.len(), || {
                    for (((w, &g), m), v) in value.iter_mut().zip(gradient).zip(first).zip(second) {
                        [*w, *m, *v] = moments.stepped(pace, [*w, g, *m, *v]);
                    }
                });
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Param, Tape};

    /// Gives a gradient in the first step only, and lets its moments shrink.
    fn shrink<F: Scalar>(gradient: f64, steps: usize) {
        let params = vec![Param::new("w", ndarray::arr1(&[F::ONE; 40]))];
        let mut adam = Adam::<F>::new(1e-3);
        let mut tape = Tape::new();
        for step in 0..steps {
            let loss = (tape.param(&params[0]) * if step == 0 { gradient } else { 0.0 }).sum();
            adam.step(&params, &loss.backward()).expect("a step");
            tape.rewind();
            let [first, second] = adam.moments.arrays_of(&params[0]);
            assert!(step > 0 || first.iter().all(|&moment| moment > F::ZERO), "it is remembered at first");
            let is_normal = |&moment: &F| moment == F::ZERO || moment.abs() >= F::SMALLEST_NORMAL;
            assert!(first.iter().chain(second.iter()).all(is_normal), "step {step}");
        }
        assert_eq!(adam.moments.arrays_of(&params[0])[0], [F::ZERO; 40]);
    }

    #[test]
    fn the_moments_of_a_gradient_that_vanished_become_0_and_never_denormal() {
        shrink::<f32>(1e-3, 900);
        shrink::<f64>(1e-150, 3600);
        shrink::<crate::Dual>(1e-290, 600);
    }
}
