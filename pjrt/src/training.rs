//! Trains a step on digits. (Feature `train`.) The one idea to know: **a training is a step, a state and a count of steps.** The order of the digits in an epoch
//! follows from the seed and the epoch, so a training that goes on later sees the batches that it would have seen.

use crate::{Number, PjrtError, Plugin, Session, Value};
use gradus::data::{Batch, CLASSES, Digits, PIXELS, seeded, shuffled};
use gradus::io::{Checkpoint, IoError, Progress, Storable};
use gradus::step::{Runner, Slot, State, Step, StepError};
use gradus::{Input, Param, Shape};
use ndarray::{ArrayD, Axis, IxDyn};
use std::collections::HashMap;
use std::path::Path;
use thiserror::Error;

/// Why a step cannot be trained on digits.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainingError {
    /// An input that digits cannot fill.
    #[error(
        "the input {name:?} of the shape {shape} is not filled by digits, which are images [n, 784] or [n, 1, 28, 28], labels [n] and rows of zeros and a one \
         [n, 10]; n is the same for all inputs"
    )]
    Input {
        /// Its name.
        name: String,
        /// Its shape.
        shape: Shape,
    },
    /// More digits in a batch than there are.
    #[error("a batch of the step has {batch} digits, and there are {digits}")]
    Digits {
        /// The number of digits of a batch.
        batch: usize,
        /// How many there are.
        digits: usize,
    },
    /// A value that is no prediction of a digit.
    #[error("{name:?} has the shape {shape}, and a prediction of digits is [{batch}, 10]")]
    Prediction {
        /// Its name.
        name: String,
        /// Its shape.
        shape: Shape,
        /// The number of digits of a batch.
        batch: usize,
    },
    /// A checkpoint of another training.
    #[error("the checkpoint is of a training with {found}, and this one has {expected}")]
    OtherTraining {
        /// What this training has.
        expected: String,
        /// What that of the checkpoint had.
        found: String,
    },
    /// A plugin, or the step itself.
    #[error(transparent)]
    Host(#[from] PjrtError),
    /// A checkpoint that cannot be written or read.
    #[error(transparent)]
    File(#[from] IoError),
}

impl From<StepError> for TrainingError {
    fn from(error: StepError) -> Self {
        TrainingError::Host(error.into())
    }
}

/// Where a step is run.
#[derive(Debug)]
enum Host<F: Number> {
    /// By our own engine.
    Here(Box<Runner<F>>, State<F>),
    /// By a plugin.
    There(Session<F>),
}

/// A step that is trained on digits, by a plugin or by our own engine.
#[derive(Debug)]
pub struct Training<F: Number> {
    step: Step,
    host: Host<F>,
    digits: Digits,
    /// How many devices have a batch of their own; 1, if they share one.
    batches: usize,
    /// The inputs of all devices together.
    inputs: Vec<Slot>,
    /// How many digits all devices together take at a step.
    batch: usize,
    seed: u64,
    /// How many steps were taken.
    taken: usize,
    /// The digits of the epoch, in its order.
    order: Vec<usize>,
    values: HashMap<String, Value>,
}

impl<F: Number + Storable> Training<F> {
    /// Prepares a training on these digits, drawn in an order that follows from the seed: by this plugin or, without one, by our own engine. With a checkpoint
    /// it goes on from there.
    ///
    /// # Errors
    /// If the step has inputs that digits do not fill, if it cannot be run there, or if the checkpoint is of another training.
    pub fn new(
        step: &Step,
        plugin: Option<&Plugin>,
        digits: &Digits,
        seed: u64,
        checkpoint: Option<&Path>,
    ) -> Result<Self, TrainingError> {
        let batches = plugin.filter(|_| step.all_reduces()).map_or(1, |plugin| plugin.client.devices);
        let inputs = step.inputs_on(batches);
        let batch = inputs.first().and_then(|input| input.shape.first()).copied().unwrap_or(0);
        for Slot { name, shape, .. } in &inputs {
            if batch == 0 || !is_filled(shape, batch) {
                return Err(TrainingError::Input { name: name.clone(), shape: *shape });
            }
        }
        if digits.len() < batch {
            return Err(TrainingError::Digits { batch, digits: digits.len() });
        }
        let (mut state, mut taken) = (step.start::<F>()?, 0);
        if let Some(path) = checkpoint {
            let saved = Checkpoint::load(path)?;
            let (expected, found) = (note(seed, batch, digits), saved.note().unwrap_or("nothing said of it"));
            if found != expected {
                return Err(TrainingError::OtherTraining { expected, found: found.to_owned() });
            }
            let params = params(&state);
            saved.restore_params(&params)?;
            for param in &params {
                state.set(param.name(), &param.value())?;
            }
            taken = saved.progress().step;
        }
        let host = match plugin {
            Some(plugin) => Host::There(Session::new(plugin, step, &state)?),
            None => Host::Here(Box::new(step.runner()?), state),
        };
        let (step, digits) = (step.clone(), digits.clone());
        let (order, values) = Default::default();
        Ok(Training { step, host, digits, batches, inputs, batch, seed, taken, order, values })
    }

    /// How many steps were taken, those before a checkpoint included.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// The number of steps of an epoch. Digits that make no whole batch are left out of it.
    pub fn epoch(&self) -> usize {
        self.digits.len() / self.batch
    }

    /// Takes a step on the next batch, and returns its loss before the step.
    ///
    /// # Errors
    /// If the step cannot be run.
    pub fn advance(&mut self) -> Result<F, TrainingError> {
        let (epoch, place) = (self.taken / self.epoch(), self.taken % self.epoch());
        if place == 0 || self.order.is_empty() {
            self.order = shuffled(self.digits.len(), &mut seeded(self.seed.wrapping_add(epoch as u64)));
        }
        let indices = self.order[place * self.batch..][..self.batch].to_vec();
        let inputs = self.inputs(&self.digits.batch(indices));
        let loss = match &mut self.host {
            Host::Here(runner, state) => runner.run(state, &inputs)?,
            Host::There(session) => session.run(&inputs)?,
        };
        self.taken += 1;
        Ok(loss)
    }

    /// Writes a checkpoint, from which the training can go on.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), TrainingError> {
        let (epoch, batch) = (self.taken / self.epoch(), self.taken % self.epoch());
        let progress = Progress { epoch, batch, step: self.taken };
        let checkpoint = Checkpoint::new().params(&params(&self.state()?)).progress(progress);
        Ok(checkpoint.note(note(self.seed, self.batch, &self.digits)).save(path)?)
    }

    /// The parameters, what the optimizer keeps, and its numbers.
    ///
    /// # Errors
    /// If a plugin does not return them.
    pub fn state(&self) -> Result<State<F>, TrainingError> {
        Ok(match &self.host {
            Host::Here(_, state) => state.clone(),
            Host::There(session) => session.state()?,
        })
    }

    /// The share of these digits whose label has the largest number in the prediction of this name.
    ///
    /// # Errors
    /// If no value of the step has this name, or it is no prediction of digits.
    pub fn accuracy(&mut self, prediction: &str, digits: &Digits) -> Result<f64, TrainingError> {
        let Slot { shape, .. } = self.step.value(prediction)?.of_each(self.batches);
        if shape[..] != [self.batch, CLASSES] {
            return Err(TrainingError::Prediction { name: prediction.to_owned(), shape, batch: self.batch });
        }
        let mut right = 0;
        for first in (0..digits.len()).step_by(self.batch) {
            // The last batch is filled with digits that do not count.
            let counted = self.batch.min(digits.len() - first);
            let indices = (first..first + self.batch).map(|index| index % digits.len()).collect();
            let batch = digits.batch(indices);
            let predicted = self.compute(prediction, &batch)?;
            for (row, label) in predicted.axis_iter(Axis(0)).zip(batch.labels.iter()).take(counted) {
                let largest = row.iter().enumerate().max_by(|(_, a), (_, b)| a.to_f64().total_cmp(&b.to_f64()));
                right += usize::from(largest.is_some_and(|(class, _)| class == usize::from(label)));
            }
        }
        Ok(right as f64 / digits.len() as f64)
    }

    fn compute(&mut self, name: &str, batch: &Batch) -> Result<ArrayD<F>, TrainingError> {
        let inputs = self.inputs(batch);
        Ok(match &mut self.host {
            Host::Here(runner, state) => runner.compute(name, state, &inputs)?,
            Host::There(session) => {
                if !self.values.contains_key(name) {
                    self.values.insert(name.to_owned(), session.value(&self.step, name)?);
                }
                session.compute(&self.values[name], &inputs)?
            }
        })
    }

    fn inputs(&self, batch: &Batch) -> Vec<ArrayD<F>> {
        let array = |slot: &Slot| match &slot.shape[1..] {
            [] => written(&batch.labels, slot.shape),
            [CLASSES] => written(&batch.one_hot, slot.shape),
            _ => written(&batch.images, slot.shape),
        };
        self.inputs.iter().map(array).collect()
    }
}

fn is_filled(shape: &[usize], batch: usize) -> bool {
    let is_known = |row: &[usize]| matches!(row, [] | [CLASSES]) || row.iter().product::<usize>() == PIXELS;
    shape.first() == Some(&batch) && is_known(&shape[1..])
}

fn written<F: Number>(input: &impl Input<F>, shape: Shape) -> ArrayD<F> {
    let mut numbers = vec![F::ZERO; shape.size()];
    input.write(&mut numbers);
    ArrayD::from_shape_vec(IxDyn(&shape), numbers).expect("as many numbers as the shape has")
}

/// What a checkpoint says of the training that it is of.
fn note(seed: u64, batch: usize, digits: &Digits) -> String {
    format!("seed {seed} and batches of {batch} of {} digits", digits.len())
}

/// The state as parameters, as which files hold it.
fn params<F: Number>(state: &State<F>) -> Vec<Param<F>> {
    state.arrays().map(|(name, array)| Param::new(name, array.clone())).collect()
}
