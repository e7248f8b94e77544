//! Layers without parameters.

use super::{Module, Parameters};
use crate::{MAX_RANK, Pair, Scalar, Shape, Var, Windows};

/// A function of each element, as it follows a linear layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activation {
    /// 1 / (1 + e⁻ᶻ)
    Sigmoid,
    /// tanh z
    Tanh,
    /// max(z, 0)
    Relu,
    /// z Φ(z), with Φ the distribution function of the normal distribution
    Gelu,
    /// z / (1 + e⁻ᶻ)
    Silu,
    /// ln(1 + eᶻ)
    Softplus,
    /// z itself
    Identity,
}

impl Activation {
    /// Records the activation of `z`.
    #[track_caller]
    pub fn of<F: Scalar>(self, z: Var<'_, F>) -> Var<'_, F> {
        match self {
            Activation::Sigmoid => z.sigmoid(),
            Activation::Tanh => z.tanh(),
            Activation::Relu => z.relu(),
            Activation::Gelu => z.gelu(),
            Activation::Silu => z.silu(),
            Activation::Softplus => z.softplus(),
            Activation::Identity => z,
        }
    }

    /// Its name, as figures show it.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Sigmoid => "sigmoid",
            Activation::Tanh => "tanh",
            Activation::Relu => "ReLU",
            Activation::Gelu => "GELU",
            Activation::Silu => "SiLU",
            Activation::Softplus => "softplus",
            Activation::Identity => "linear",
        }
    }
}

/// One row of numbers for each sample: `[batch, ...]` becomes `[batch, numbers]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flatten;

/// Rows of numbers as arrays, such as images: `[batch, numbers]` becomes `[batch, ...]`. The opposite of [`Flatten`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unflatten {
    shape: Shape,
}

impl Unflatten {
    /// Each row becomes an array of this shape: `Unflatten::new([1, 28, 28])`.
    ///
    /// # Panics
    /// If the shape has as many axes as an array can have, since one more is needed for the batch.
    #[track_caller]
    pub fn new(shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        assert!(shape.rank() < MAX_RANK, "Unflatten: {shape} has no room for the axis of the batch");
        Unflatten { shape }
    }
}

/// Pooling layers: windows that lie side by side, unless they are moved by another stride.
macro_rules! pooling {
    ($(#[$doc:meta])* $layer:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[must_use = "a layer does nothing before it is run"]
        pub struct $layer {
            windows: Windows,
        }

        impl $layer {
            /// Windows of `kernel` pixels (a square, or `[height, width]`) that lie side by side.
            pub fn new(kernel: impl Pair) -> Self {
                $layer { windows: Windows::new(kernel) }
            }

            /// With windows that move by `stride` pixels.
            pub fn stride(self, stride: impl Pair) -> Self {
                $layer { windows: self.windows.stride(stride) }
            }

            /// With padding around the images.
            pub fn padding(self, padding: impl Pair) -> Self {
                $layer { windows: self.windows.padding(padding) }
            }
        }
    };
}

pooling! {
    /// The largest pixel of each window, channel by channel: see [`Var::max_pool2d_with`].
    MaxPool2d
}

pooling! {
    /// The mean of each window, channel by channel: see [`Var::avg_pool2d_with`].
    AvgPool2d
}

/// Layers without parameters, and what each records.
macro_rules! without_parameters {
    ($($layer:ty: |$self:ident, $x:ident| $forward:expr;)*) => {$(
        impl<F: Scalar> Parameters<F> for $layer {
            fn each_param(&self, _: &mut dyn FnMut(&crate::Param<F>)) {}
        }

        impl<F: Scalar> Module<F> for $layer {
            #[track_caller]
            fn forward<'t>(&$self, $x: Var<'t, F>) -> Var<'t, F> {
                $forward
            }
        }
    )*};
}

without_parameters! {
    Activation: |self, x| self.of(x);
    MaxPool2d: |self, x| x.max_pool2d_with(self.windows);
    AvgPool2d: |self, x| x.avg_pool2d_with(self.windows);
    Flatten: |self, x| match x.shape()[..] {
        [] => panic!("Flatten: {} is a single number, not a batch", x.describe()),
        [batch, ref numbers @ ..] => x.reshape([batch, numbers.iter().product()]),
    };
    Unflatten: |self, x| {
        let Some(&batch) = x.shape().first() else {
            panic!("Unflatten: {} is a single number, not a batch", x.describe())
        };
        let mut shape = Shape::new(&[batch]);
        self.shape.iter().for_each(|&length| shape.push(length));
        x.reshape(shape)
    };
}
