//! Normalization. These are compositions of other ops, not ops: written as in the papers, and differentiated by the tape. Only the most frequent part is
//! an op of its own, [`Standardize`].

use super::standardize::Standardize;
use crate::{Axes, Scalar, Var};

impl<'t, F: Scalar> Var<'t, F> {
    /// (x - mean) / √(variance + ε), with the mean and variance over `axes`. The variance is Σ (x - mean)² / n, not divided by n - 1.
    ///
    /// # Panics
    /// If ε is negative or not finite; or if each mean would be that of a single number, because the result would be 0 whatever the number is.
    #[track_caller]
    pub fn standardize(self, axes: impl Into<Axes>, epsilon: f64) -> Self {
        let axes = self.axes("standardize", axes);
        self.expect_several("standardize", axes);
        let rank = self.shape().rank();
        if rank > 0 && axes == (rank - 1).into() {
            expect_epsilon("standardize", epsilon);
            return self.tape.record(Standardize { epsilon }, &[self]);
        }
        self.standardize_noting("standardize", axes, epsilon).0
    }

    /// The standardized numbers, their mean and their variance.
    #[track_caller]
    fn standardize_noting(self, op: &str, axes: Axes, epsilon: f64) -> (Self, Self, Self) {
        expect_epsilon(op, epsilon);
        let mean = self.mean_axes_keepdims(axes);
        let centred = self - mean;
        let variance = (centred * centred).mean_axes_keepdims(axes);
        (centred / (variance + epsilon).sqrt(), mean, variance)
    }

    /// Layer normalization (Ba, Kiros and Hinton, 2016): each sample is [standardized](Var::standardize) over its last axis, then
    /// scaled by `gain` and shifted by `bias`, which have the length of that axis.
    ///
    /// # Panics
    /// If `self` is a single number, which has no axis; if the last axis has length 1, which would make each result 0, whatever the number is;
    /// if `gain` or `bias` have another shape.
    #[track_caller]
    pub fn layer_norm(self, gain: Self, bias: Self, epsilon: f64) -> Self {
        let Some(&features) = self.shape().last() else {
            panic!("layer_norm: {} is a single number and has no axis to normalize over", self.describe());
        };
        let last = self.shape().rank() - 1;
        gain.expect_shape("layer_norm", "the gain, one number for each feature,", [features], self);
        bias.expect_shape("layer_norm", "the bias, one number for each feature,", [features], self);
        self.expect_several("layer_norm", last.into());
        self.standardize(last, epsilon) * gain + bias
    }

    /// Root-mean-square normalization (Zhang and Sennrich, 2019): each sample, along its last axis, is divided by the root of the mean of its squares plus ε,
    /// then scaled by `gain`, which has the length of that axis.
    ///
    /// # Panics
    /// If `self` is a single number, `gain` has another shape, or ε is negative or not finite.
    #[track_caller]
    pub fn rms_norm(self, gain: Self, epsilon: f64) -> Self {
        let Some(&features) = self.shape().last() else {
            panic!("rms_norm: {} is a single number and has no axis to normalize over", self.describe());
        };
        expect_epsilon("rms_norm", epsilon);
        let last = self.shape().rank() - 1;
        gain.expect_shape("rms_norm", "the gain, one number for each feature,", [features], self);
        self / ((self * self).mean_axes_keepdims(last) + epsilon).sqrt() * gain
    }

    /// Batch normalization as in training (Ioffe and Szegedy, 2015): each feature, along axis 1, is
    /// [standardized](Var::standardize) over all other axes, then scaled by `gain` and shifted by `bias`, which have one number per
    /// feature. For `[batch, features]`, and for images `[batch, channels, height, width]`.
    ///
    /// # Panics
    /// If `self` has fewer than two axes; if there is one number for each feature, as in a batch of one row, because its variance is 0 and
    /// the result would be the bias, whatever the number is; if `gain` or `bias` have another shape.
    #[track_caller]
    pub fn batch_norm_train(self, gain: Self, bias: Self, epsilon: f64) -> Self {
        self.batch_norm_of_batch(gain, bias, epsilon).0
    }

    /// [`batch_norm_train`](Var::batch_norm_train), with the mean and the variance of each feature.
    #[track_caller]
    pub(crate) fn batch_norm_of_batch(self, gain: Self, bias: Self, epsilon: f64) -> (Self, Self, Self) {
        let others = self.all_but_features("batch_norm_train");
        let gain = self.beside_features("batch_norm_train", "the gain, one number for each feature,", gain);
        let bias = self.beside_features("batch_norm_train", "the bias, one number for each feature,", bias);
        self.expect_several("batch_norm_train", others);
        let (y, mean, variance) = self.standardize_noting("batch_norm_train", others, epsilon);
        (y * gain + bias, mean, variance)
    }

    /// Batch normalization as in evaluation: [`batch_norm_train`](Var::batch_norm_train) with a given mean and variance of each feature, which are averages
    /// over many batches.
    ///
    /// # Panics
    /// If `self` has fewer than two axes, if one of the others does not have one number per feature, or ε is negative or not finite.
    #[track_caller]
    pub fn batch_norm_eval(self, mean: Self, variance: Self, gain: Self, bias: Self, epsilon: f64) -> Self {
        expect_epsilon("batch_norm_eval", epsilon);
        let mean = self.beside_features("batch_norm_eval", "the mean, one number for each feature,", mean);
        let variance = self.beside_features("batch_norm_eval", "the variance, one number for each feature,", variance);
        let gain = self.beside_features("batch_norm_eval", "the gain, one number for each feature,", gain);
        let bias = self.beside_features("batch_norm_eval", "the bias, one number for each feature,", bias);
        (self - mean) / (variance + epsilon).sqrt() * gain + bias
    }

    /// All axes but axis 1, the features.
    #[track_caller]
    fn all_but_features(self, op: &str) -> Axes {
        let rank = self.shape().rank();
        assert!(rank >= 2, "{op}: {} has no axis 1, the features", self.describe());
        (0..rank).filter(|&axis| axis != 1).collect()
    }

    /// One number per feature, in the shape in which it broadcasts with `self`.
    #[track_caller]
    fn beside_features(self, op: &str, what: &str, given: Self) -> Self {
        let shape = self.shape().reduced(self.all_but_features(op), true);
        given.expect_shape(op, what, [shape[1]], self);
        given.reshape(shape)
    }

    /// Refuses to take the mean and the variance of one number.
    #[track_caller]
    fn expect_several(self, op: &str, axes: Axes) {
        let (numbers, means) = (self.shape().size(), self.shape().reduced(axes, true).size());
        assert!(
            numbers == 0 || numbers > means,
            "{op}: along {axes:?}, {} has one number each to take the mean and the variance of; less its mean it is 0, whatever it is; take \
             a larger batch, or another axis",
            self.describe_shape()
        );
    }
}

#[track_caller]
fn expect_epsilon(op: &str, epsilon: f64) {
    let can_be = epsilon >= 0.0 && epsilon.is_finite();
    assert!(can_be, "{op}: epsilon must be a finite number, 0 or above, got {epsilon}");
}
