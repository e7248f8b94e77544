//! A checkpoint that was read, and how a training goes on from it. As everywhere in this room, everything is compared before anything changes.

use super::arrays::{Arrays, Stored};
use super::checkpoint::{OPTIMIZER, PARAMS, Progress, STEPS};
use super::kind::each;
use super::model::{fit, note_unexpected, numbers_of, state};
use super::note::Note;
use super::{Difference, IoError, Kind, Layout, Storable, safetensors};
use crate::Param;
use crate::nn::Parameters;
use crate::optim::{ParamState, Stateful};
use rand::rngs::ChaCha8Rng;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A checkpoint that was read; made by [`Checkpoint::load`](super::Checkpoint::load).
#[derive(Clone, Debug)]
#[must_use = "a training goes on from a checkpoint only when it is restored"]
pub struct Saved {
    path: PathBuf,
    arrays: Arrays,
    note: Note,
}

impl Saved {
    pub(super) fn load(path: &Path) -> Result<Saved, IoError> {
        let (arrays, note) = safetensors::read(path)?;
        let other = |found| IoError::OtherCheckpoint {
            path: path.into(),
            expected: "a file that gradus::io::Checkpoint saved".into(),
            found,
            advice: "for a file with a model only, gradus::io::load_safetensors",
        };
        let note = note.ok_or_else(|| other("a safetensors file without the metadata of one".into()))?;
        let note = Note::from_json(&note).map_err(other)?;
        Ok(Saved { path: path.into(), arrays, note })
    }

    /// How far the training had come.
    pub fn progress(&self) -> Progress {
        self.note.progress
    }

    /// The text of [`Checkpoint::note`](super::Checkpoint::note), if there is one.
    pub fn note(&self) -> Option<&str> {
        self.note.text.as_deref()
    }

    /// Brings a training back to where it was saved: the parameters and buffers of the model, the optimizer's memory, and the sources of random
    /// numbers, as many as were saved: `[&mut rng]`, or `[]`. Returns how far it had come. From there it computes the same bits as if it had not
    /// stopped.
    ///
    /// # Errors
    /// If something is missing, left over or of another shape: [`IoError::Differences`] or [`IoError::OtherCheckpoint`]; then nothing is changed.
    pub fn restore<'r, F: Storable>(
        &self,
        model: &(impl Parameters<F> + ?Sized),
        optimizer: &mut (impl Stateful<F> + ?Sized),
        rngs: impl IntoIterator<Item = &'r mut ChaCha8Rng>,
    ) -> Result<Progress, IoError> {
        let rngs = Vec::from_iter(rngs);
        self.expect_parts(optimizer.array_names(), rngs.len())?;
        let mut differences = Vec::new();
        let fitted = fit(&self.arrays, PARAMS, model, Layout::Gradus, &mut differences)?;
        let memory = self.memory(&state(model)?, optimizer.array_names(), &mut differences);
        self.arrays.refuse(differences)?;
        fitted.apply();
        optimizer.set_state(memory);
        rngs.into_iter().zip(&self.note.rngs).for_each(|(rng, saved)| *rng = saved.rng());
        Ok(self.progress())
    }

    /// Gives a model its parameters and buffers, and leaves the rest of the checkpoint where it is: to look at a training, or to use its result.
    ///
    /// # Errors
    /// [`IoError::Differences`], if they do not fit; then the model is unchanged.
    pub fn restore_params<F: Storable>(&self, model: &(impl Parameters<F> + ?Sized)) -> Result<(), IoError> {
        let mut differences = Vec::new();
        let fitted = fit(&self.arrays, PARAMS, model, Layout::Gradus, &mut differences)?;
        self.arrays.refuse(differences)?;
        fitted.apply();
        Ok(())
    }

    fn expect_parts(&self, arrays: &[&str], rngs: usize) -> Result<(), IoError> {
        let other =
            |expected, found, advice| IoError::OtherCheckpoint { path: self.path.clone(), expected, found, advice };
        match &self.note.optimizer {
            None => {
                let advice = "Checkpoint::optimizer when it is saved; for the parameters alone, Saved::restore_params";
                return Err(other("the memory of an optimizer".into(), "none".into(), advice));
            }
            Some(saved) if saved != arrays => {
                let (expected, found) =
                    (format!("the memory of an optimizer that keeps {arrays:?}"), format!("{saved:?}"));
                return Err(other(expected, found, "the optimizer that the training was begun with"));
            }
            Some(_) => {}
        }
        match self.note.rngs.len() {
            saved if saved == rngs => Ok(()),
            saved => Err(other(
                format!("the state of {rngs} sources of random numbers"),
                format!("of {saved}"),
                "as many as were saved with Checkpoint::rng, in the same order",
            )),
        }
    }

    /// What the optimizer remembers of these parameters. One that it has not stepped so far has no memory.
    fn memory<F: Storable>(
        &self,
        params: &[Param<F>],
        names: &[&str],
        differences: &mut Vec<Difference>,
    ) -> Vec<ParamState<F>> {
        let (mut memory, mut used) = (Vec::new(), HashSet::new());
        for param in params {
            let steps = format!("{STEPS}{}", param.name());
            let Some(count) = self.arrays.arrays.get(&steps).and_then(whole_number) else { continue };
            used.insert(steps);
            let (shape, names) =
                (param.shape(), names.iter().map(|name| format!("{OPTIMIZER}{name}/{}", param.name())));
            let is_kept = names.clone().any(|name| self.arrays.arrays.contains_key(&name));
            let mut arrays = Vec::new();
            for name in names.filter(|_| is_kept) {
                let read = |stored: &Stored| F::from_bytes(stored.kind, &stored.bytes);
                arrays.extend(numbers_of(&self.arrays, &name, &shape, read, differences));
                used.insert(name);
            }
            memory.push(ParamState { param: param.clone(), steps: count, arrays });
        }
        note_unexpected(&self.arrays, OPTIMIZER, |name| used.contains(name), differences);
        memory
    }
}

/// The whole number that an array without axes holds.
fn whole_number(stored: &Stored) -> Option<i32> {
    let is_one = stored.kind == Kind::I64 && stored.shape.is_empty();
    each(&stored.bytes, i64::from_le_bytes).first().filter(|_| is_one).and_then(|&number| number.try_into().ok())
}
