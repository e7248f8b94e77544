//! Convolution of images and the two usual poolings. They are compositions, not ops: windows become the rows of a matrix
//! ([`im2col`](super::im2col)), and the rest is a matrix product, a maximum or a mean, which the tape knows how to differentiate.

use crate::kernel::windows::Windows;
use crate::{Scalar, Var};

impl<'t, F: Scalar> Var<'t, F> {
    /// The convolution of images `[batch, channels, height, width]` with `weight` `[filters, channels, height, width]`, plus
    /// a `bias` `[filters]`: at each place of the window, moved by `stride` over the image with `padding` zeros around it,
    /// the sum of pixel times weight. (As in all deep learning, the filter is not turned over.)
    ///
    /// # Panics
    /// Where the shapes do not fit.
    #[track_caller]
    pub fn conv2d(self, weight: Self, bias: Self, stride: usize, padding: usize) -> Self {
        let &[filters, channels, height, width] = &weight.shape()[..] else {
            panic!("conv2d: weights are [filters, channels, height, width], found {}", weight.describe_shape());
        };
        let kernel = [height, width];
        let places = self.window_places("conv2d", kernel, stride, padding);
        assert!(
            self.shape()[1] == channels,
            "conv2d: images and weights differ in channels: {} and {}",
            self.describe_shape(),
            weight.describe_shape()
        );
        bias.expect_shape("conv2d", "the bias, one number for each filter,", [filters], weight);
        let filter_rows = weight.reshape([filters, channels * height * width]);
        let sums = self.im2col(kernel, stride, padding).matmul_nt(filter_rows) + bias;
        sums.as_images(self.shape()[0], places)
    }

    /// The largest pixel of each window, channel by channel: a square window of `kernel` pixels a side, moved by `stride`.
    /// Where several are equally large, they share the gradient equally.
    #[track_caller]
    pub fn max_pool2d(self, kernel: usize, stride: usize) -> Self {
        let places = self.window_places("max_pool2d", [kernel; 2], stride, 0);
        self.window_pixels(kernel, stride).max_axes(2).as_images(self.shape()[0], places)
    }

    /// The mean of each window, channel by channel: a square window of `kernel` pixels a side, moved by `stride`.
    #[track_caller]
    pub fn avg_pool2d(self, kernel: usize, stride: usize) -> Self {
        let places = self.window_places("avg_pool2d", [kernel; 2], stride, 0);
        self.window_pixels(kernel, stride).mean_axes(2).as_images(self.shape()[0], places)
    }

    /// The windows as `[window, channel, pixel]`.
    #[track_caller]
    fn window_pixels(self, kernel: usize, stride: usize) -> Self {
        let windows = self.im2col([kernel; 2], stride, 0);
        windows.reshape([windows.shape()[0], self.shape()[1], kernel * kernel])
    }

    #[track_caller]
    fn window_places(self, op: &str, kernel: [usize; 2], stride: usize, padding: usize) -> [usize; 2] {
        let places = Windows { kernel, stride, padding }.places(self.shape());
        match places {
            Ok(places) => places,
            Err(reason) => panic!("{op}: {reason}: {}", self.describe_shape()),
        }
    }
}
