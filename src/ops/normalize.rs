//! Normalization. These are compositions of other ops, not ops: written as in the papers, and differentiated by the tape.

use crate::{Axes, Scalar, Var};

impl<'t, F: Scalar> Var<'t, F> {
    /// (x - mean) / √(variance + ε), with the mean and variance over `axes`. The variance is Σ (x - mean)² / n, not divided by n - 1.
    ///
    /// # Panics
    /// If ε is negative or not finite; or if each mean would be that of a single number, because the result would be 0 whatever the number is.
    #[track_caller]
    pub fn standardize(self, axes: impl Into<Axes>, epsilon: f64) -> Self {
        let can_be = epsilon >= 0.0 && epsilon.is_finite();
        assert!(can_be, "standardize: epsilon must be a finite number, 0 or above, got {epsilon}");
        let axes = self.axes("standardize", axes);
        self.expect_several("standardize", axes);
        let centred = self - self.mean_axes_keepdims(axes);
        let variance = (centred * centred).mean_axes_keepdims(axes);
        centred / (variance + epsilon).sqrt()
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

    /// Batch normalization as in training (Ioffe and Szegedy, 2015): each feature, along axis 1, is
    /// [standardized](Var::standardize) over all other axes, then scaled by `gain` and shifted by `bias`, which have one number per
    /// feature. For `[batch, features]`, and for images `[batch, channels, height, width]`.
    ///
    /// # Panics
    /// If `self` has fewer than two axes; if there is one number for each feature, as in a batch of one row, because its variance is 0 and
    /// the result would be the bias, whatever the number is; if `gain` or `bias` have another shape.
    #[track_caller]
    pub fn batch_norm_train(self, gain: Self, bias: Self, epsilon: f64) -> Self {
        let shape = self.shape();
        assert!(shape.rank() >= 2, "batch_norm_train: {} has no axis 1, the features", self.describe());
        let others: Axes = (0..shape.rank()).filter(|&axis| axis != 1).collect();
        let per_feature = shape.reduced(others, true);
        gain.expect_shape("batch_norm_train", "the gain, one number for each feature,", [shape[1]], self);
        bias.expect_shape("batch_norm_train", "the bias, one number for each feature,", [shape[1]], self);
        self.expect_several("batch_norm_train", others);
        self.standardize(others, epsilon) * gain.reshape(per_feature) + bias.reshape(per_feature)
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
