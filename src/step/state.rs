//! What is handed from step to step, and what a run is given besides: both are checked before anything is computed.

use super::{Slot, StepError};
use crate::scalar::Scalar;
use crate::shape::Shape;
use ndarray::ArrayD;

/// Why the arrays of a state can be read as they stand.
pub(super) const ROW_BY_ROW: &str = "a state is made row by row, and only filled later";

/// What a step changes: the parameters, and what the optimizer keeps. A clone of it is a training of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct State<F: Scalar> {
    /// In the order of [`Step::held`].
    pub(crate) arrays: Vec<(String, ArrayD<F>)>,
}

impl<F: Scalar> State<F> {
    /// Every array with its name.
    pub fn arrays(&self) -> impl Iterator<Item = (&str, &ArrayD<F>)> {
        self.arrays.iter().map(|(name, array)| (&name[..], array))
    }

    /// The array of this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn get(&self, name: &str) -> Result<&ArrayD<F>, StepError> {
        self.place(0, name).map(|place| &self.arrays[place].1)
    }

    /// Replaces the array of this name, such as `"learning_rate"`.
    ///
    /// # Errors
    /// If there is none, or it has another shape.
    pub fn set(&mut self, name: &str, value: &ArrayD<F>) -> Result<(), StepError> {
        let place = self.place(0, name)?;
        let own = &mut self.arrays[place].1;
        expect_shape(name, own.shape().into(), value)?;
        own.assign(value);
        Ok(())
    }

    /// The place of the array of this name, which is likely to be `near`.
    pub(super) fn place(&self, near: usize, name: &str) -> Result<usize, StepError> {
        let is_it = |place: &usize| self.arrays.get(*place).is_some_and(|(own, _)| own == name);
        let known = || self.arrays.iter().map(|(name, _)| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        let place = Some(near).filter(is_it).or_else(|| (0..self.arrays.len()).find(is_it));
        place.ok_or_else(|| StepError::Name { name: name.to_owned(), known: known() })
    }

    pub(super) fn put(&mut self, place: usize, numbers: &[F]) {
        self.arrays[place].1.as_slice_mut().expect(ROW_BY_ROW).copy_from_slice(numbers);
    }
}

pub(super) fn expect_shape<F: Scalar>(name: &str, expected: Shape, array: &ArrayD<F>) -> Result<(), StepError> {
    match array.shape() {
        found if found == &expected[..] => Ok(()),
        found => Err(StepError::Shape { name: name.to_owned(), expected: expected.to_vec(), found: found.to_vec() }),
    }
}

impl Slot {
    /// Refuses arrays that are not as many as these inputs, or have other shapes.
    ///
    /// # Errors
    /// [`StepError::Inputs`] or [`StepError::Shape`].
    pub fn expect<F: Scalar>(inputs: &[Slot], arrays: &[ArrayD<F>]) -> Result<(), StepError> {
        if arrays.len() != inputs.len() {
            let names: Vec<String> = inputs.iter().map(|input| format!("{:?}", input.name)).collect();
            return Err(StepError::Inputs { expected: names.join(", "), found: arrays.len() });
        }
        inputs.iter().zip(arrays).try_for_each(|(slot, array)| expect_shape(&slot.name, slot.shape, array))
    }
}
