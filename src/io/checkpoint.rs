//! Checkpoints: all that a training needs to go on later as if it had never stopped. The one idea to know: **what is code is not stored**. The
//! optimizer's settings and the schedule are in the program; the file has numbers only: parameters, buffers, the optimizer's memory, the state of the
//! random numbers, and how far the training came.
//!
//! The file is a safetensors file. Its arrays are `params/NAME`; `optimizer/m/NAME` and so on, one for each array of
//! [`Stateful::array_names`]; and `optimizer/steps/NAME`. Its metadata has the rest, as JSON (`note.rs`). `resume.rs` reads it.

use super::arrays::{Arrays, Stored};
use super::note::Note;
use super::resume::Saved;
use super::rng::RngState;
use super::{IoError, Kind, Layout, Storable, safetensors};
use crate::nn::Parameters;
use crate::optim::Stateful;
use std::path::Path;

pub(super) const PARAMS: &str = "params/";
pub(super) const OPTIMIZER: &str = "optimizer/";
pub(super) const STEPS: &str = "optimizer/steps/";

/// How far a training came: how many epochs were finished, how many batches of the next one, and how many steps in all (the position in a
/// [`Schedule`](crate::optim::Schedule)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of epochs that were finished.
    pub epoch: usize,
    /// The number of batches of the present epoch that were finished.
    pub batch: usize,
    /// The number of steps that were made in all.
    pub step: usize,
}

/// The state of a training, on its way to a file or back.
///
/// ```
/// use gradus::io::{Checkpoint, Progress};
/// use gradus::nn::{Activation, Mlp};
/// use gradus::optim::{Adam, Optimizer};
/// use gradus::prelude::*;
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("training.safetensors");
///
/// let mut rng = seeded(7);
/// let net = Mlp::<f32>::new(&[2, 3, 1], Activation::Tanh, &mut rng);
/// let mut adam = Adam::new(0.01);
/// let start = match Checkpoint::find(&path)? {
///     Some(saved) => saved.restore(&net, &mut adam, [&mut rng])?,
///     None => Progress::default(),
/// };
/// for epoch in start.epoch..3 {
///     // ... an epoch of training, which draws from `rng` ...
///     # let tape = Tape::new();
///     # adam.step(&net, &net.forward(tape.input([[1.0, 2.0]])).sum().backward()).unwrap();
///     let progress = Progress { epoch: epoch + 1, ..Progress::default() };
///     Checkpoint::new().params(&net).optimizer(&adam).rng(&rng).progress(progress).save(&path)?;
/// }
/// assert_eq!(Checkpoint::load(&path)?.progress().epoch, 3);
/// # Ok::<(), gradus::io::IoError>(())
/// ```
///
/// In the middle of an epoch, the order of the batches is drawn already. Save the state that `rng` had before that ([`RngState::of`]); after `restore`,
/// draw the order again and skip the batches that were finished. What else draws random numbers, such as [`Dropout`](crate::nn::Dropout), has a
/// generator of its own: `.rng(&order).rng(&*dropout.rng())`, and `restore(.., [&mut rng, &mut *dropout.rng()])`.
#[derive(Debug, Default)]
#[must_use = "a checkpoint does nothing before it is saved"]
pub struct Checkpoint {
    arrays: Arrays,
    note: Note,
    /// The first thing that could not be taken up; `save` returns it.
    refused: Option<IoError>,
}

impl Checkpoint {
    /// With nothing yet.
    pub fn new() -> Self {
        Checkpoint::default()
    }

    /// With the parameters and buffers of a model.
    pub fn params<F: Storable>(mut self, model: &(impl Parameters<F> + ?Sized)) -> Self {
        match Arrays::of(model, Layout::Gradus) {
            Ok(arrays) => {
                self.add_all(arrays.arrays.into_iter().map(|(name, stored)| (format!("{PARAMS}{name}"), stored)))
            }
            Err(error) => self.refuse(error),
        }
        self
    }

    /// With the memory of an optimizer. Its settings are not stored.
    pub fn optimizer<F: Storable>(mut self, optimizer: &(impl Stateful<F> + ?Sized)) -> Self {
        let names = optimizer.array_names();
        self.note.optimizer = Some(names.iter().map(|&name| name.to_owned()).collect());
        for state in optimizer.state() {
            let (param, steps) = (state.param.name(), i64::from(state.steps).to_le_bytes().to_vec());
            let shape = state.param.shape().to_vec();
            let arrays = names.iter().zip(&state.arrays).map(|(name, array)| {
                let stored = Stored { kind: F::KIND, shape: shape.clone(), bytes: F::to_bytes(array) };
                (format!("{OPTIMIZER}{name}/{param}"), stored)
            });
            let steps = (format!("{STEPS}{param}"), Stored { kind: Kind::I64, shape: Vec::new(), bytes: steps });
            self.add_all(arrays.chain([steps]));
        }
        self
    }

    /// With the state of a source of random numbers: its present one, `&rng`, or an earlier one. There may be several, in an order.
    pub fn rng(mut self, rng: impl Into<RngState>) -> Self {
        self.note.rngs.push(rng.into());
        self
    }

    /// With how far the training came.
    pub fn progress(mut self, progress: Progress) -> Self {
        self.note.progress = progress;
        self
    }

    /// With a text of your own, such as the settings of the training, to compare them later, or the losses so far.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.note.text = Some(text.into());
        self
    }

    /// Writes the file, and replaces the one before it only when all is on the disk: a program that is killed at any moment leaves one that can be
    /// restored.
    ///
    /// # Errors
    /// [`IoError::Unwritable`]; or [`IoError::Name`], if two parameters have the same name, or if the optimizer remembers a parameter that is not
    /// among those of [`params`](Checkpoint::params).
    pub fn save(self, path: impl AsRef<Path>) -> Result<(), IoError> {
        if let Some(refused) = self.refused {
            return Err(refused);
        }
        let has = |name: &str| self.arrays.arrays.contains_key(&format!("{PARAMS}{name}"));
        if let Some(name) = self.arrays.names().filter_map(|name| name.strip_prefix(STEPS)).find(|name| !has(name)) {
            let found = "a parameter that the optimizer remembers, but that is not among those of the checkpoint";
            return Err(IoError::Name { name: name.into(), found });
        }
        safetensors::write(path.as_ref(), &self.arrays, &self.note.to_json())
    }

    /// Reads a checkpoint.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or is no checkpoint.
    pub fn load(path: impl AsRef<Path>) -> Result<Saved, IoError> {
        Saved::load(path.as_ref())
    }

    /// Reads a checkpoint if there is a file at `path`; `None` if there is nothing, as before the first one is saved.
    ///
    /// # Errors
    /// As [`load`](Checkpoint::load).
    pub fn find(path: impl AsRef<Path>) -> Result<Option<Saved>, IoError> {
        let path = path.as_ref();
        path.symlink_metadata().is_ok().then(|| Saved::load(path)).transpose()
    }

    fn add_all(&mut self, arrays: impl Iterator<Item = (String, Stored)>) {
        for (name, stored) in arrays {
            if let Err(error) = self.arrays.add(name, stored) {
                self.refuse(error);
            }
        }
    }

    fn refuse(&mut self, error: IoError) {
        self.refused.get_or_insert(error);
    }
}
