//! The convolutional layer.

use super::{Init, Module, Parameters};
use crate::blame::OrBlame;
use crate::{Conv, Pair, Param, Scalar, Shape, Var};
use rand::Rng;

/// The convolution of images `[batch, channels, height, width]`: see [`Var::conv2d`].
#[derive(Debug)]
#[must_use = "a layer does nothing before it is run"]
pub struct Conv2d<F: Scalar = f32> {
    /// The filters, `[filters, channels / groups, height, width]`.
    pub weights: Param<F>,
    /// One number for each filter.
    pub biases: Param<F>,
    conv: Conv,
}

impl<F: Scalar> Conv2d<F> {
    /// A layer with so many filters of `kernel` pixels (a square, or `[height, width]`), which move by one pixel, without padding. Its parameters are called
    /// `name/W`, drawn from `init`, and `name/b`, which start at 0.
    ///
    /// # Panics
    /// If there are no channels, no filters or no pixels, or the filters are more than an array can hold.
    #[track_caller]
    pub fn new(name: &str, channels: usize, filters: usize, kernel: impl Pair, init: Init, rng: &mut impl Rng) -> Self {
        Conv2d::grouped(name, channels, filters, 1, kernel, init, rng)
    }

    /// The same with channels and filters divided into groups, each of which looks only at its own channels.
    ///
    /// # Panics
    /// As [`new`](Conv2d::new), or if channels or filters cannot be divided into so many groups.
    #[track_caller]
    pub fn grouped(
        name: &str,
        channels: usize,
        filters: usize,
        groups: usize,
        kernel: impl Pair,
        init: Init,
        rng: &mut impl Rng,
    ) -> Self {
        let [height, width] = kernel.pair();
        let pixels = height.saturating_mul(width);
        let can_be = channels > 0 && filters > 0 && pixels > 0;
        assert!(
            can_be,
            "{name}: a convolution has channels, filters and pixels, not {channels}, {filters} and {pixels}"
        );
        assert!(
            groups > 0 && channels % groups == 0 && filters % groups == 0,
            "{name}: {channels} channels and {filters} filters cannot be divided into {groups} groups"
        );
        let shape = [filters, channels / groups, height, width];
        Shape::new(&shape).room::<F>(F::NAME).or_blame();
        let (n_in, n_out) = (channels / groups * pixels, filters / groups * pixels);
        Conv2d {
            weights: Param::new(format!("{name}/W"), init.draw::<F, _>(shape, n_in, n_out, rng)),
            biases: Param::new(format!("{name}/b"), Init::Zeros.draw::<F, _>(filters, n_in, n_out, rng)),
            conv: Conv::new().groups(groups),
        }
    }

    /// With filters that move by `stride` pixels.
    pub fn stride(self, stride: impl Pair) -> Self {
        Conv2d { conv: self.conv.stride(stride), ..self }
    }

    /// With `padding` zeros around the images.
    pub fn padding(self, padding: impl Pair) -> Self {
        Conv2d { conv: self.conv.padding(padding), ..self }
    }

    /// With filters that look at pixels so far apart.
    pub fn dilation(self, dilation: impl Pair) -> Self {
        Conv2d { conv: self.conv.dilation(dilation), ..self }
    }
}

impl<F: Scalar> Parameters<F> for Conv2d<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        visit(&self.weights);
        visit(&self.biases);
    }
}

impl<F: Scalar> Module<F> for Conv2d<F> {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        let (weights, biases) = (x.tape().param(&self.weights), x.tape().param(&self.biases));
        x.conv2d_with(weights, biases, self.conv)
    }
}
