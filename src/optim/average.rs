//! Averages of a model's weights over its training, and its best weights so far.

use crate::nn::Parameters;
use crate::{Param, Scalar};

/// A copy of all that belongs to a model, buffers included.
#[derive(Debug)]
struct Snapshot<F: Scalar> {
    params: Vec<(Param<F>, Vec<F>)>,
}

impl<F: Scalar> Snapshot<F> {
    fn of(model: &dyn Parameters<F>) -> Self {
        let copied = |param: Param<F>| (param.clone(), param.with(<[F]>::to_vec));
        Snapshot { params: model.state().into_iter().map(copied).collect() }
    }

    /// Changes what was copied, given the present values: `change(copied, present)`.
    fn change(&mut self, change: impl Fn(&mut F, F)) {
        for (param, copied) in &mut self.params {
            param.with(|present| copied.iter_mut().zip(present).for_each(|(copied, &present)| change(copied, present)));
        }
    }
}

/// The exponential average of a model's weights: after each step, m ← d m + (1 - d) w, with the decay d. It often predicts better than the weights of the
/// last step, which still jump about (Polyak and Juditsky 1992; with a decay as in Szegedy et al. 2016). Buffers are averaged, too.
///
/// ```
/// use gradus::optim::WeightAverage;
/// use gradus::prelude::*;
/// let w = vec![Param::new("w", ndarray::arr0(0.0))];
/// let mut average = WeightAverage::new(&w, 0.9);
/// w[0].set(&ndarray::arr0(1.0));
/// average.update();
/// average.exchange(); // the model has the averages now
/// assert!((w[0].value().sum() - 0.1_f64).abs() < 1e-12);
/// average.exchange(); // and its own weights again
/// assert_eq!(w[0].value().sum(), 1.0);
/// ```
#[derive(Debug)]
#[must_use = "an average does nothing before it is updated"]
pub struct WeightAverage<F: Scalar = f32> {
    decay: F,
    average: Snapshot<F>,
}

impl<F: Scalar> WeightAverage<F> {
    /// An average that starts at the present weights. A decay of 0.999 averages over about the last 1000 steps.
    ///
    /// # Panics
    /// If the decay is not from 0 to below 1.
    #[track_caller]
    pub fn new(model: &dyn Parameters<F>, decay: f64) -> Self {
        assert!((0.0..1.0).contains(&decay), "WeightAverage: the decay is from 0 to below 1, got {decay}");
        WeightAverage { decay: F::from_f64(decay), average: Snapshot::of(model) }
    }

    /// Takes the present weights into the average; call it after each step.
    pub fn update(&mut self) {
        let decay = self.decay;
        self.average.change(|average, present| *average = decay * *average + (F::ONE - decay) * present);
    }

    /// Exchanges the weights of the model and the average: call it before an evaluation, and again after it.
    pub fn exchange(&mut self) {
        for (param, average) in &mut self.average.params {
            param.update(|present| present.swap_with_slice(average));
        }
    }
}

/// Ends a training when the loss on a validation set has not fallen for some time, and keeps the weights that were best.
///
/// ```
/// use gradus::optim::EarlyStopping;
/// use gradus::prelude::*;
/// let w = vec![Param::new("w", ndarray::arr0(0.0_f32))];
/// let mut stopping = EarlyStopping::new(&w, 2);
/// for (epoch, validation_loss) in [0.9, 0.5, 0.6, 0.7, 0.4].into_iter().enumerate() {
///     w[0].set(&ndarray::arr0(epoch as f32)); // the training of an epoch
///     if stopping.is_over(validation_loss) {
///         break; // after epochs 2 and 3, which were no better than epoch 1
///     }
/// }
/// stopping.restore();
/// assert_eq!((w[0].value().sum(), stopping.best()), (1.0, 0.5));
/// ```
#[derive(Debug)]
#[must_use = "early stopping does nothing before it is told a loss"]
pub struct EarlyStopping<F: Scalar = f32> {
    patience: usize,
    best: f64,
    /// How many losses in a row were no better than the best.
    waited: usize,
    weights: Snapshot<F>,
}

impl<F: Scalar> EarlyStopping<F> {
    /// Stops after `patience` evaluations in a row that are no better than the best.
    pub fn new(model: &dyn Parameters<F>, patience: usize) -> Self {
        EarlyStopping { patience, best: f64::INFINITY, waited: 0, weights: Snapshot::of(model) }
    }

    /// Notes the loss of an evaluation, and whether the training is over. (A loss that is not a number is no better than any other.)
    pub fn is_over(&mut self, validation_loss: f64) -> bool {
        if validation_loss < self.best {
            (self.best, self.waited) = (validation_loss, 0);
            self.weights.change(|kept, present| *kept = present);
        } else {
            self.waited += 1;
        }
        self.waited >= self.patience
    }

    /// The smallest loss so far; infinite before the first.
    pub fn best(&self) -> f64 {
        self.best
    }

    /// Gives the model the weights with which the loss was smallest, or those it had at the start.
    pub fn restore(&self) {
        for (param, kept) in &self.weights.params {
            param.update(|present| present.copy_from_slice(kept));
        }
    }
}
