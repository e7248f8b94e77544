//! Normalization. These are compositions of other ops, not ops: written as in the papers, and differentiated by the tape.

use crate::{Axes, Scalar, Var};

impl<'t, F: Scalar> Var<'t, F> {
    /// (x - mean) / √(variance + ε), with the mean and variance over `axes`. The variance is that of the numbers at hand, Σ (x - mean)² / n.
    ///
    /// # Panics
    /// If ε is not a finite number, 0 or above.
    #[track_caller]
    pub fn standardize(self, axes: impl Into<Axes>, epsilon: f64) -> Self {
        let can_be = epsilon >= 0.0 && epsilon.is_finite();
        assert!(can_be, "standardize: epsilon must be a finite number, 0 or above, got {epsilon}");
        let axes = axes.into();
        let centred = self - self.mean_axes_keepdims(axes);
        let variance = (centred * centred).mean_axes_keepdims(axes);
        centred / (variance + epsilon).sqrt()
    }

    /// Layer normalization (Ba, Kiros and Hinton, 2016): each sample is [standardized](Var::standardize) over its last axis, then
    /// scaled by `gain` and shifted by `bias`, which have the length of that axis.
    ///
    /// # Panics
    /// If `self` is a single number, which has no axis.
    #[track_caller]
    pub fn layer_norm(self, gain: Self, bias: Self, epsilon: f64) -> Self {
        let rank = self.shape().rank();
        assert!(rank > 0, "layer_norm: {} is a single number and has no axis to normalize over", self.describe());
        self.standardize(rank - 1, epsilon) * gain + bias
    }

    /// Batch normalization as in training (Ioffe and Szegedy, 2015): each feature, along axis 1, is
    /// [standardized](Var::standardize) over all other axes, then scaled by `gain` and shifted by `bias`, which have one number per
    /// feature. For `[batch, features]`, and for images `[batch, channels, height, width]`.
    ///
    /// # Panics
    /// If `self` has fewer than two axes.
    #[track_caller]
    pub fn batch_norm_train(self, gain: Self, bias: Self, epsilon: f64) -> Self {
        let shape = self.shape();
        assert!(shape.rank() >= 2, "batch_norm_train: {} has no axis 1, the features", self.describe());
        let others: Axes = (0..shape.rank()).filter(|&axis| axis != 1).collect();
        let per_feature = shape.reduced(others, true);
        self.standardize(others, epsilon) * gain.reshape(per_feature) + bias.reshape(per_feature)
    }
}
