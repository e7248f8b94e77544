//! A training that goes on step by step. The one idea to know: all its random numbers come from one source, in the order points, split, weights, batches. So
//! the settings decide every number of it, and the program of [`program`](crate::program) finds the same ones.

use crate::Settings;
use crate::curve::Curve;
use crate::points::{Feature, REACH, points};
use crate::settings::Loss;
use gradus::check::{Check, Report};
use gradus::data::{DataBatch, DataBatches, Dataset, seeded};
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::optim::{OptimError, Stateful};
use gradus::page::PageOptions;
use gradus::{Tape, Var};
use ndarray::{Array2, ArrayD, Axis};
use rand::rngs::ChaCha8Rng;

/// The most points that a walk shows: their numbers stand side by side.
pub const MOST_WALKED: usize = 10;
/// The number of places along each side of a surface.
pub const SIDE: usize = 50;

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// There is nothing to train on.
    #[error("there is no point to train on: draw some")]
    NoPoints,
    /// The optimizer refused.
    #[error(transparent)]
    Optimizer(#[from] OptimError),
}

/// A training: points, a network, an optimizer, and the batch that comes next.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    pub(crate) points: Array2<f64>,
    pub(crate) labels: Vec<usize>,
    pub(crate) training: Dataset<f64>,
    pub(crate) validation: Dataset<f64>,
    pub(crate) net: Mlp<f64>,
    optimizer: Kept,
    rng: ChaCha8Rng,
    batches: DataBatches<f64>,
    next: Option<DataBatch<f64>>,
    tape: Tape<f64>,
    pub(crate) curve: Curve,
    /// The features of the places of a surface.
    places: Array2<f64>,
}

/// The optimizer. (What it remembers is not worth printing.)
struct Kept(Box<dyn Stateful<f64>>);

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{:?}", self.0.array_names())
    }
}

/// What points are to the network, as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The loss, without what is added for large weights.
    pub loss: f64,
    /// The share of points on whose side of 1/2 the output is.
    pub accuracy: f64,
}

/// What the next step would follow.
#[derive(Debug)]
pub(crate) struct NextStep {
    /// The points of its batch.
    pub(crate) points: usize,
    /// Their loss, before the step.
    pub(crate) loss: f64,
    /// Of the parameters, in their order.
    pub(crate) gradients: Vec<ArrayD<f64>>,
}

impl Session {
    /// Before the first step, whatever the number of steps in the settings.
    pub fn new(settings: Settings) -> Self {
        let settings = Settings { steps: 0, ..settings };
        let mut rng = seeded(settings.seed);
        let (points, labels) = points(&settings, &mut rng);
        let targets = Array2::from_shape_fn((labels.len(), 1), |(row, _)| labels[row] as f64);
        let all = Dataset::new(Feature::of_all(&settings.features, &points), targets);
        let (training, validation) = all.split(1.0 - settings.validation, &mut rng);
        let net = Mlp::new(&settings.sizes(), settings.activation.layer(), &mut rng).logits();
        let batches = training.batches(settings.batch, &mut rng);
        let optimizer = Kept(settings.optimizer.made(settings.rate));
        let places = Feature::of_all(&settings.features, &plane());
        let (curve, tape) = (Curve::new(), Tape::new());
        let mut session = Session {
            settings,
            points,
            labels,
            training,
            validation,
            net,
            optimizer,
            rng,
            batches,
            next: None,
            tape,
            curve,
            places,
        };
        session.next = session.draw();
        session.note();
        session
    }

    /// After the steps of the settings.
    ///
    /// # Errors
    /// If a step cannot be taken.
    pub fn trained(settings: Settings) -> Result<Self, StepError> {
        let steps = settings.steps;
        let mut session = Session::new(settings);
        session.train(steps)?;
        Ok(session)
    }

    /// The settings, with the steps so far.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Takes steps.
    ///
    /// # Errors
    /// If there is no point to train on, or the optimizer refuses.
    pub fn train(&mut self, steps: usize) -> Result<(), StepError> {
        for _ in 0..steps {
            let batch = self.next.as_ref().ok_or(StepError::NoPoints)?;
            let (x, y) = (self.tape.input(&batch.features), self.tape.input(&batch.targets));
            let (_, objective) = self.objective(x, y);
            self.optimizer.0.step(&self.net, &objective.backward())?;
            self.tape.rewind();
            self.settings.steps += 1;
            self.next = self.draw();
            self.note();
        }
        Ok(())
    }

    /// How the network does on these points; `None` if there are none.
    pub fn score(&self, part: &Dataset<f64>) -> Option<Score> {
        (!part.is_empty()).then(|| {
            let (tape, all) = (Tape::new(), part.whole());
            tape.no_grad(|| {
                let (z, y) = (self.net.forward(tape.input(&all.features)), tape.input(&all.targets));
                let sides = z.value().iter().zip(&y.value()).filter(|&(&z, &y)| (z > 0.0) == (y > 0.5)).count();
                Score { loss: self.loss(z, y).item(), accuracy: sides as f64 / part.len() as f64 }
            })
        })
    }

    /// Of the points that the network is trained on.
    pub fn training(&self) -> Option<Score> {
        self.score(&self.training)
    }

    /// Of those that it is not.
    pub fn validation(&self) -> Option<Score> {
        self.score(&self.validation)
    }

    /// The next step, without taking it.
    pub(crate) fn next_step(&self) -> Option<NextStep> {
        let batch = self.next.as_ref()?;
        let tape = Tape::new();
        let (loss, objective) = self.objective(tape.input(&batch.features), tape.input(&batch.targets));
        let gradients = objective.backward();
        let of = |param: &_| gradients.param(param).map(|gradient| gradient.value()).unwrap_or_default();
        let gradients = self.net.params().iter().map(of).collect();
        Some(NextStep { points: batch.len(), loss: loss.item(), gradients })
    }

    /// The next step as a page: forward, backward, update. It is not taken. Of a large batch, the page shows the first [`MOST_WALKED`] points, and the step
    /// that these would make.
    ///
    /// # Errors
    /// As [`train`](Session::train).
    pub fn walk(&mut self) -> Result<String, StepError> {
        let batch = self.next.as_ref().ok_or(StepError::NoPoints)?;
        let (before, memory) = (self.values(), self.optimizer.0.state());
        let (tape, rows) = (Tape::new(), batch.len().min(MOST_WALKED));
        tape.keep_updates(true);
        let rows_of = |numbers: ArrayD<f64>| numbers.select(Axis(0), &Vec::from_iter(0..rows));
        let x = tape.input(rows_of(batch.features.to_array())).named("x");
        let y = tape.input(rows_of(batch.targets.to_array())).named("y");
        let (_, objective) = self.objective(x, y);
        let outcome = self.optimizer.0.step(&self.net, &objective.backward());
        let count = if rows == 1 { "one point".to_owned() } else { format!("{rows} points") };
        let part = if rows < batch.len() {
            format!(" (the first of the {} of its batch)", batch.len())
        } else {
            String::new()
        };
        let title = format!("Step {}, with {count}{part}", self.settings.steps + 1);
        let page = tape.to_html(&PageOptions::new().title(title).without_source());
        for (param, value) in self.net.params().iter().zip(&before) {
            param.set(value);
        }
        self.optimizer.0.set_state(memory);
        outcome?;
        Ok(page)
    }

    /// Whether the gradients of the next step are right.
    ///
    /// # Errors
    /// If there is no point to train on.
    pub fn check(&self) -> Result<Report, StepError> {
        let batch = self.next.as_ref().ok_or(StepError::NoPoints)?;
        let report = Check::new().parameters(&self.net.params(), |tape| {
            self.objective(tape.input(&batch.features), tape.input(&batch.targets)).1
        });
        Ok(report)
    }

    /// The outputs of all units for some features, layer by layer: hidden units after their activation, the output as a probability.
    pub(crate) fn outputs(&self, features: &Array2<f64>) -> Vec<Array2<f64>> {
        let tape = Tape::new();
        tape.no_grad(|| {
            let layers: Vec<_> = self.net.layers().collect();
            let mut a = tape.input(features);
            let mut outputs = Vec::new();
            for (i, layer) in layers.iter().enumerate() {
                let is_last = i + 1 == layers.len();
                let activation = if is_last { Activation::Sigmoid } else { self.settings.activation.layer() };
                a = activation.of(layer.forward(a));
                outputs.push(a.value().into_dimensionality().expect("[points, units]"));
            }
            outputs
        })
    }

    /// The features of the places of a surface, row by row from the top.
    pub(crate) fn places(&self) -> &Array2<f64> {
        &self.places
    }

    /// The loss of a batch, and what is made small: with what is added for large weights.
    fn objective<'t>(&self, x: Var<'t, f64>, y: Var<'t, f64>) -> (Var<'t, f64>, Var<'t, f64>) {
        let (tape, Settings { l1, l2, .. }) = (x.tape(), &self.settings);
        let loss = self.loss(self.net.forward(x), y).named("loss");
        let mut objective = loss;
        for layer in self.net.layers() {
            if *l1 > 0.0 {
                objective += tape.param(&layer.weights).abs().sum() * *l1;
            }
            if *l2 > 0.0 {
                objective += tape.param(&layer.weights).square().sum() * (l2 / 2.0);
            }
        }
        (loss, objective)
    }

    /// The loss of logits.
    fn loss<'t>(&self, z: Var<'t, f64>, y: Var<'t, f64>) -> Var<'t, f64> {
        match self.settings.loss {
            Loss::CrossEntropy => z.binary_cross_entropy_with_logits(y),
            Loss::SquaredError => z.sigmoid().named("p").mean_squared_error(y),
        }
    }

    fn values(&self) -> Vec<ArrayD<f64>> {
        self.net.params().iter().map(|param| param.value()).collect()
    }

    /// The next batch, of this epoch or the next one.
    fn draw(&mut self) -> Option<DataBatch<f64>> {
        self.batches.next().or_else(|| {
            self.batches = self.training.batches(self.settings.batch, &mut self.rng);
            self.batches.next()
        })
    }

    /// A point of the curve, if one is due.
    fn note(&mut self) {
        let step = self.settings.steps;
        if !self.curve.is_due(step) {
            return;
        }
        if let Some(training) = self.training() {
            let validation = self.validation().map(|score| score.loss);
            self.curve.push((step, training.loss, validation));
        }
    }
}

/// The places of a surface, row by row from the top: the middles of [`SIDE`] times [`SIDE`] squares.
pub(crate) fn plane() -> Array2<f64> {
    let along = |place: usize| REACH * ((2 * place + 1) as f64 / SIDE as f64 - 1.0);
    Array2::from_shape_fn((SIDE * SIDE, 2), |(place, axis)| match axis {
        0 => along(place % SIDE),
        _ => -along(place / SIDE),
    })
}
