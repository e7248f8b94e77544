//! The predictions and the accuracy of a model on digits.

use super::Module;
use super::metrics::{Confusion, argmax};
use super::predict::predict_some;
use crate::data::Digits;
use crate::{Scalar, Tape};

/// Number of images that are evaluated at a time.
const EVALUATION_BATCH: usize = 250;

impl Digits {
    /// The class that `model` predicts for each image.
    ///
    /// # Panics
    /// If the outputs of the model are not one row for each image, or if an image shows a digit that they have no column for.
    #[track_caller]
    pub fn predictions<F: Scalar>(&self, model: &(impl Module<F> + ?Sized)) -> Vec<usize> {
        let mut predictions = Vec::with_capacity(self.len());
        let mut tape = Tape::new();
        let largest = self.labels().iter().max().map_or(0, |&label| usize::from(label));
        for batch in self.batches_in_order(EVALUATION_BATCH) {
            let classes = predict_some(
                model,
                &mut tape,
                batch.indices().len(),
                |tape| tape.input(&batch.images),
                |outputs| {
                    predictions.extend(outputs.outer_iter().map(|row| argmax(row.iter().copied())));
                    outputs.ncols()
                },
            );
            assert!(
                classes > largest,
                "the outputs of the model have {classes} columns, one for each class from 0, but an image shows a {largest}"
            );
        }
        predictions
    }

    /// The share of images that `model` predicts correctly, from 0 to 1.
    ///
    /// # Panics
    /// As [`predictions`](Digits::predictions), or if there are more than 10 classes.
    #[track_caller]
    pub fn accuracy<F: Scalar>(&self, model: &(impl Module<F> + ?Sized)) -> f64 {
        self.confusion(model).accuracy()
    }

    /// The confusion matrix of `model`: which digit it predicts for which.
    ///
    /// # Panics
    /// As [`predictions`](Digits::predictions), or if there are more than 10 classes.
    #[track_caller]
    pub fn confusion<F: Scalar>(&self, model: &(impl Module<F> + ?Sized)) -> Confusion {
        let mut confusion = Confusion::new(10);
        for (&label, prediction) in self.labels().iter().zip(self.predictions(model)) {
            confusion.count(label as usize, prediction);
        }
        confusion
    }
}
