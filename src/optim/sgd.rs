//! Stochastic gradient descent, with or without momentum.

use super::{Memory, Of, OptimError, Optimizer, RecordUpdate, Stateful, Update, Updated, stateful, step_each};
use crate::formula::Term;
use crate::kernel::parallel;
use crate::kernel::wide::wide;
use crate::nn::Parameters;
use crate::{Gradients, Real, Scalar};

/// w ← w - η g. With momentum μ: v ← μ v + g, and w ← w - η v, or with Nesterov's look ahead w ← w - η (g + μ v).
/// (Sutskever et al. 2013, in the form that PyTorch uses.)
///
/// ```
/// use gradus::optim::{Optimizer, Sgd};
/// use gradus::prelude::*;
/// let w = vec![Param::new("w", ndarray::arr0(4.0))];
/// let mut sgd = Sgd::new(0.25);
/// let mut tape = Tape::new();
/// for _ in 0..60 {
///     let loss = tape.param(&w[0]).pow(2.0);
///     sgd.step(&w, &loss.backward())?;
///     tape.rewind();
/// }
/// assert!(w[0].value().sum().abs() < 1e-12);
/// # Ok::<(), gradus::optim::OptimError>(())
/// ```
#[derive(Debug)]
#[must_use = "an optimizer does nothing before its step"]
pub struct Sgd<F: Scalar = f32> {
    /// η, the learning rate. It may be changed between steps.
    pub learning_rate: f64,
    momentum: f64,
    nesterov: bool,
    velocity: Memory<F, 1>,
}

impl<F: Scalar> Sgd<F> {
    /// Plain descent with learning rate η.
    pub fn new(learning_rate: f64) -> Self {
        Sgd { learning_rate, momentum: 0.0, nesterov: false, velocity: Memory::new() }
    }

    /// With momentum μ, such as 0.9.
    pub fn momentum(self, momentum: f64) -> Self {
        Sgd { momentum, nesterov: false, ..self }
    }

    /// With Nesterov's momentum μ: the gradient counts as if taken at the point to which the momentum leads.
    pub fn nesterov(self, momentum: f64) -> Self {
        Sgd { momentum, nesterov: true, ..self }
    }
}

/// w less η g: plain descent.
#[inline(always)]
fn descended<T: Real>(rate: T, w: T, g: T) -> T {
    w - rate * g
}

/// The new weight and the new velocity.
#[inline(always)]
fn moved<T: Real>([rate, momentum]: [T; 2], nesterov: bool, [w, g, v]: [T; 3]) -> [T; 2] {
    let v = (momentum * v + g).without_denormals();
    [descended(rate, w, if nesterov { g + momentum * v } else { v }), v]
}

impl<F: Scalar> Optimizer<F> for Sgd<F> {
    fn learning_rate(&mut self) -> &mut f64 {
        &mut self.learning_rate
    }

    fn step(&mut self, model: &dyn Parameters<F>, gradients: &Gradients<F>) -> Result<(), OptimError> {
        let rate = F::from_f64(Of("SGD").rate::<F>(self.learning_rate)?);
        let momentum = F::from_f64(Of("SGD").kept_share("momentum", self.momentum)?);
        step_each(&mut self.velocity, model, gradients, |kept, value, gradient| {
            if self.momentum == 0.0 {
                parallel::each_part((value, gradient), 1, |(value, gradient)| {
                    wide(value.len(), || {
                        for (w, &g) in value.iter_mut().zip(gradient) {
                            *w = descended(rate, *w, g);
                        }
                    });
                });
                return;
            }
            let [velocity] = kept.arrays();
            parallel::each_part((value, (gradient, &mut velocity[..])), 1, |(value, (gradient, velocity))| {
                wide(value.len(), || {
                    for ((w, &g), v) in value.iter_mut().zip(gradient).zip(velocity) {
                        [*w, *v] = moved([rate, momentum], self.nesterov, [*w, g, *v]);
                    }
                });
            });
        })
    }
}

stateful!(Sgd, velocity, ["velocity"]);

impl<F: Scalar> RecordUpdate<F> for Sgd<F> {
    fn rate(&self) -> f64 {
        self.learning_rate
    }

    fn arrays(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 { &[] } else { Stateful::<F>::array_names(self) }
    }

    fn record_update<'t>(&self, update: &Update<'t, F>) -> Result<Updated<'t, F>, OptimError> {
        Of("SGD").rate::<F>(self.learning_rate)?;
        let momentum = Term::Number(Of("SGD").kept_share("momentum", self.momentum)?);
        let [rate, w, g] = [update.rate, update.value, update.gradient].map(Term::Value);
        let tape = update.value.tape();
        Ok(match update.kept[..] {
            [v] => {
                let [w, v] = moved([rate, momentum], self.nesterov, [w, g, Term::Value(v)]);
                Updated { value: w.on(tape), kept: vec![v.on(tape)] }
            }
            _ => Updated { value: descended(rate, w, g).on(tape), kept: Vec::new() },
        })
    }
}
