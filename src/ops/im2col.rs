//! The windows of images as rows of a matrix, and back: what a [convolution](super::conv2d) multiplies, to look at and to build ops from.

use crate::kernel::convolve::narrow;
use crate::kernel::scratch::with_scratch;
use crate::kernel::windows::{Pair, Windows};
use crate::op::{flows, says};
use crate::{Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y[window, (channel, dy, dx)] = x[image, channel, top + dy, left + dx], 0 outside the image
#[derive(Debug, PartialEq)]
pub struct Im2Col {
    pub(crate) windows: Windows,
}

impl<F: Scalar> Op<F> for Im2Col {
    says!("im2col", "each row of y is one window of x");
    flows! { |self, g, [x]| "dx = col2im(g)" => g.tape.record(Col2Im { windows: self.windows, images: x.shape() }, &[g]) }
    fn attributes(&self) -> String {
        self.windows.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        self.windows.matrix(operands[0]).map(Shape::from)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.fill(F::ZERO);
        self.windows.each_element(x[0].shape, |at, pixel| y.data[at] = x[0].data[pixel]);
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::Window(self.windows)
    }
}
/// `y[pixel] = Σ x` over the windows that saw the pixel: the transpose of [`Im2Col`]
#[derive(Debug, PartialEq)]
pub struct Col2Im {
    pub(crate) windows: Windows,
    pub(crate) images: Shape,
}

impl<F: Scalar> Op<F> for Col2Im {
    says!("col2im", "each pixel of y is its sum over the windows that saw it");
    flows! { |self, g, [_x]| "dx = im2col(g)" => g.tape.record(Im2Col { windows: self.windows }, &[g]) }
    fn attributes(&self) -> String {
        format!("{} of {}", self.windows, self.images)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let windows = self.windows.matrix(self.images)?;
        let unfit = || format!("the windows of {} are {}, found {}", self.images, Shape::from(windows), operands[0]);
        (operands[0][..] == windows).then_some(self.images).ok_or_else(unfit)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        with_scratch(y.data.len(), |sums: &mut [F::Wide]| {
            sums.fill(F::Wide::ZERO);
            self.windows.each_element(self.images, |at, pixel| sums[pixel] += x[0].data[at].widen());
            narrow(sums, y.data);
        });
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::Seen(self.windows)
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The windows of images `[batch, channels, height, width]` as the rows of a matrix: one row per image and place of the
    /// `kernel` `[height, width]`, moved by `stride`, with `padding` zeros around; one column per channel and pixel of the window.
    #[track_caller]
    pub fn im2col(self, kernel: impl Pair, stride: impl Pair, padding: impl Pair) -> Self {
        let windows = Windows::new(kernel).stride(stride).padding(padding);
        self.tape.record(Im2Col { windows }, &[self])
    }

    /// The opposite of [`im2col`](Var::im2col): a sum over windows at each pixel of images of a given shape.
    #[track_caller]
    pub fn col2im(self, images: impl Into<Shape>, kernel: impl Pair, stride: impl Pair, padding: impl Pair) -> Self {
        let windows = Windows::new(kernel).stride(stride).padding(padding);
        self.tape.record(Col2Im { windows, images: images.into() }, &[self])
    }
}
