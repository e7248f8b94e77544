//! Features of mean 0 and standard deviation 1. The one idea to know: mean and deviation are measured on the training part alone. What is known of the
//! validation part must not enter the training, not even through its mean.

use super::Dataset;
use crate::Scalar;
use ndarray::{ArrayBase, ArrayD, Axis, Data, Dimension};

/// The mean and the standard deviation of each feature: x becomes (x - mean) / std. (In scikit-learn: `StandardScaler`.)
///
/// ```
/// use gradus::data::{Dataset, Standardizer};
/// use ndarray::array;
/// let training = Dataset::new(array![[1.0, 5.0], [3.0, 5.0]], vec![0, 1]);
/// let standard = Standardizer::of(&training);
/// assert_eq!(standard.apply(&training).features(), array![[-1.0, 0.0], [1.0, 0.0]].into_dyn());
/// assert_eq!(standard.standardize(&array![[2.0, 6.0]]), array![[0.0, 1.0]].into_dyn());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardizer<F> {
    mean: ArrayD<F>,
    std: ArrayD<F>,
}

impl<F: Scalar> Standardizer<F> {
    /// Measures the features of a data set: the training part. The standard deviation is that of the samples themselves (they are divided by n). A feature
    /// that is the same in all samples is only moved to 0, as its standard deviation counts as 1.
    ///
    /// # Panics
    /// If the data set is empty.
    #[track_caller]
    pub fn of(training: &Dataset<F>) -> Self {
        assert!(!training.is_empty(), "the features of no samples have no mean");
        let features = training.features().mapv(F::to_f64);
        let mean = features.mean_axis(Axis(0)).expect("samples");
        let mut std = features.std_axis(Axis(0), 0.0);
        // As small as what rounding makes of a feature that never changes.
        let rounding = training.len() as f64 * f64::EPSILON;
        std.zip_mut_with(&mean, |std, mean| *std = if *std <= rounding * mean.abs() { 1.0 } else { *std });
        Standardizer { mean: mean.mapv(F::from_f64), std: std.mapv(F::from_f64) }
    }

    /// As measured before, for instance as it was kept in a file beside a model. Both arrays have the shape of one sample.
    ///
    /// # Panics
    /// If the shapes differ, if a mean is not finite, or if a standard deviation is not finite and above 0.
    #[track_caller]
    pub fn new(mean: ArrayD<F>, std: ArrayD<F>) -> Self {
        assert!(mean.shape() == std.shape(), "means of shape {:?}, deviations of {:?}", mean.shape(), std.shape());
        assert!(mean.iter().all(|mean| mean.is_finite()), "a mean is finite");
        assert!(std.iter().all(|&std| std.is_finite() && std > F::ZERO), "a standard deviation is finite and above 0");
        Standardizer { mean, std }
    }

    /// The mean of each feature, in the shape of one sample.
    pub fn mean(&self) -> &ArrayD<F> {
        &self.mean
    }

    /// The standard deviation of each feature, in the shape of one sample.
    pub fn std(&self) -> &ArrayD<F> {
        &self.std
    }

    /// The data set with standardized features; targets stay as they are.
    ///
    /// # Panics
    /// If its samples have another shape than those that were measured.
    #[track_caller]
    pub fn apply(&self, data: &Dataset<F>) -> Dataset<F> {
        data.with_features(self.standardize(&data.features()))
    }

    /// The features of new samples, standardized: `[n, ...]`.
    ///
    /// # Panics
    /// If the samples have another shape than those that were measured.
    #[track_caller]
    pub fn standardize<S: Data<Elem = F>, D: Dimension>(&self, features: &ArrayBase<S, D>) -> ArrayD<F> {
        let (found, expected) = (features.shape(), self.mean.shape());
        assert!(
            found.get(1..) == Some(expected),
            "features have shape {found:?}, and samples of shape {expected:?} were measured: expected n of these"
        );
        let mut features = features.to_owned().into_dyn();
        for mut sample in features.axis_iter_mut(Axis(0)) {
            sample.zip_mut_with(&self.mean, |x, &mean| *x = *x - mean);
            sample.zip_mut_with(&self.std, |x, &std| *x = *x / std);
        }
        features
    }
}
