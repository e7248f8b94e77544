//! Layers that bring numbers to mean 0 and spread 1, then scale and shift them by what they learn.

use super::{Module, Parameters};
use crate::{Param, Scalar, Var};
use ndarray::Array1;

/// A parameter with one number for each feature, all alike at the start.
fn per_feature<F: Scalar>(layer: &str, name: &str, features: usize, value: F) -> Param<F> {
    Param::new(format!("{layer}/{name}"), Array1::from_elem(features, value))
}

/// Batch normalization (Ioffe and Szegedy 2015) of `[batch, features]`, or of images `[batch, channels, height, width]`. In training it takes the mean and
/// the variance of the batch, and notes them in its running averages; in [evaluation](crate::Tape::eval) it takes the running averages.
///
/// The running averages are [buffers](Param::buffer): kept with the model, but not trained. The running variance is an average of Σ (x - mean)² / (n - 1),
/// while the batch itself is divided by the root of Σ (x - mean)² / n, as in PyTorch.
#[derive(Debug)]
#[must_use = "a layer does nothing before it is run"]
pub struct BatchNorm<F: Scalar = f32> {
    /// The factor for each feature; 1 at the start.
    pub gain: Param<F>,
    /// What is added for each feature; 0 at the start.
    pub bias: Param<F>,
    /// The running average of the means; 0 at the start.
    pub running_mean: Param<F>,
    /// The running average of the variances; 1 at the start.
    pub running_var: Param<F>,
    momentum: f64,
    epsilon: f64,
}

impl<F: Scalar> BatchNorm<F> {
    /// A layer whose parameters are called `name/gain` and `name/bias`, its buffers `name/running_mean` and `name/running_var`. A batch counts for a tenth of
    /// the running averages; ε is 10⁻⁵.
    pub fn new(name: &str, features: usize) -> Self {
        let running = |what: &str, value| {
            Param::buffer(format!("{name}/{what}"), Array1::from_elem(features, F::from_f64(value)))
        };
        BatchNorm {
            gain: per_feature(name, "gain", features, F::ONE),
            bias: per_feature(name, "bias", features, F::ZERO),
            running_mean: running("running_mean", 0.0),
            running_var: running("running_var", 1.0),
            momentum: 0.1,
            epsilon: 1e-5,
        }
    }

    /// With another share of a batch in the running averages.
    ///
    /// # Panics
    /// If it is not from 0 to 1.
    #[track_caller]
    pub fn momentum(self, momentum: f64) -> Self {
        assert!((0.0..=1.0).contains(&momentum), "BatchNorm: the momentum is from 0 to 1, got {momentum}");
        BatchNorm { momentum, ..self }
    }

    /// With another ε, which is added to the variance.
    pub fn epsilon(self, epsilon: f64) -> Self {
        BatchNorm { epsilon, ..self }
    }

    /// Moves a running average towards the statistic of a batch, times `factor`.
    fn note(&self, running: &Param<F>, statistic: Var<F>, factor: f64) {
        let share = F::from_f64(self.momentum);
        let factor = F::from_f64(factor);
        statistic.with_value(|statistic| {
            running.update(|average| {
                for (average, &new) in average.iter_mut().zip(statistic) {
                    *average = *average + share * (new * factor - *average);
                }
            });
        });
    }
}

impl<F: Scalar> Parameters<F> for BatchNorm<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        [&self.gain, &self.bias, &self.running_mean, &self.running_var].into_iter().for_each(visit);
    }
}

impl<F: Scalar> Module<F> for BatchNorm<F> {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        let tape = x.tape();
        let (gain, bias) = (tape.param(&self.gain), tape.param(&self.bias));
        if !tape.is_training() {
            let (mean, variance) = (tape.param(&self.running_mean), tape.param(&self.running_var));
            return x.batch_norm_eval(mean, variance, gain, bias, self.epsilon);
        }
        let (y, mean, variance) = x.batch_norm_of_batch(gain, bias, self.epsilon);
        if tape.is_computing_again() {
            return y;
        }
        let numbers = (x.shape().size() / self.gain.shape().size()) as f64;
        self.note(&self.running_mean, mean, 1.0);
        self.note(&self.running_var, variance, numbers / (numbers - 1.0));
        y
    }
}

/// Layer normalization (Ba, Kiros and Hinton 2016) over the last axis: see [`Var::layer_norm`].
#[derive(Debug)]
#[must_use = "a layer does nothing before it is run"]
pub struct LayerNorm<F: Scalar = f32> {
    /// The factor for each feature; 1 at the start.
    pub gain: Param<F>,
    /// What is added for each feature; 0 at the start.
    pub bias: Param<F>,
    epsilon: f64,
}

impl<F: Scalar> LayerNorm<F> {
    /// A layer whose parameters are called `name/gain` and `name/bias`; ε is 10⁻⁵.
    pub fn new(name: &str, features: usize) -> Self {
        let [gain, bias] =
            [("gain", F::ONE), ("bias", F::ZERO)].map(|(what, value)| per_feature(name, what, features, value));
        LayerNorm { gain, bias, epsilon: 1e-5 }
    }

    /// With another ε, which is added to the variance.
    pub fn epsilon(self, epsilon: f64) -> Self {
        LayerNorm { epsilon, ..self }
    }
}

impl<F: Scalar> Parameters<F> for LayerNorm<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        visit(&self.gain);
        visit(&self.bias);
    }
}

impl<F: Scalar> Module<F> for LayerNorm<F> {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        x.layer_norm(x.tape().param(&self.gain), x.tape().param(&self.bias), self.epsilon)
    }
}

/// Root-mean-square normalization (Zhang and Sennrich 2019) over the last axis: see [`Var::rms_norm`].
#[derive(Debug)]
#[must_use = "a layer does nothing before it is run"]
pub struct RmsNorm<F: Scalar = f32> {
    /// The factor for each feature; 1 at the start.
    pub gain: Param<F>,
    epsilon: f64,
}

impl<F: Scalar> RmsNorm<F> {
    /// A layer whose parameter is called `name/gain`; ε is 10⁻⁶.
    pub fn new(name: &str, features: usize) -> Self {
        RmsNorm { gain: per_feature(name, "gain", features, F::ONE), epsilon: 1e-6 }
    }

    /// With another ε, which is added to the mean of the squares.
    pub fn epsilon(self, epsilon: f64) -> Self {
        RmsNorm { epsilon, ..self }
    }
}

impl<F: Scalar> Parameters<F> for RmsNorm<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        visit(&self.gain);
    }
}

impl<F: Scalar> Module<F> for RmsNorm<F> {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        x.rms_norm(x.tape().param(&self.gain), self.epsilon)
    }
}
