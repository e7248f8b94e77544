//! Pooling: one number for each window and channel of images, the largest or the mean.

use crate::kernel::pool;
use crate::kernel::windows::{Grid, Pair, Windows};
use crate::op::{flows, says};
use crate::{Grouped, Op, Reach, Scalar, Shape, Var, View, ViewMut};

fn grid(windows: Windows, images: Shape) -> Grid {
    Grid::of(windows, images).expect("the shape rule saw images")
}

/// The shape of the result of a pooling, or why the windows do not fit the images. Each window must contain a pixel.
fn pooled(windows: Windows, images: Shape) -> Result<Shape, String> {
    let [down, across] = windows.places(images)?;
    if (0..2).any(|axis| windows.padding[axis] > windows.kernel[axis] / 2) {
        return Err(format!("padding of more than half a window leaves windows without a pixel: {windows}"));
    }
    if images[2] == 0 || images[3] == 0 {
        return Err(format!("images without pixels, {images}"));
    }
    Ok([images[0], images[1], down, across].into())
}

/// The shape of images, if `g` is what arrives at their pooling.
fn images_of(windows: Windows, images: Shape, g: Shape) -> Result<Shape, String> {
    let expected = pooled(windows, images)?;
    let unfit = || format!("pooling makes {expected} of images {images}, found {g}");
    (g == expected).then_some(images).ok_or_else(unfit)
}

/// Each channel is pooled by itself.
fn by_channel(windows: Windows, images: Shape) -> Grouped {
    Grouped { windows, groups: images[1] }
}

/// `y[place] = max x` over the window there
#[derive(Debug, PartialEq)]
pub struct MaxPool2d {
    /// The windows.
    pub windows: Windows,
}

impl<F: Scalar> Op<F> for MaxPool2d {
    says!("max_pool2d", "y = max x, over each window");
    flows! { |self, g, [x]| "dx = g shared among the largest pixels of its window" => {
        g.tape.record(MaxPool2dBack { windows: self.windows }, &[x, g])
    } }
    fn attributes(&self) -> String {
        self.windows.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        pooled(self.windows, operands[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        pool::max(grid(self.windows, x[0].shape), x[0].data, y.data);
    }
    fn flops(&self, _: &[Shape], result: Shape) -> u64 {
        result.size_times(self.windows.area() as u64)
    }
    fn reach(&self, _: usize, x: &[View<F>], _: Shape) -> Reach {
        Reach::Pixels(by_channel(self.windows, x[0].shape))
    }
}

/// What flows back to x: `y[pixel] = Σ g` / (how many pixels are the largest of the window), over the windows whose largest pixel it is
#[derive(Debug, PartialEq)]
pub struct MaxPool2dBack {
    /// The windows.
    pub windows: Windows,
}

impl<F: Scalar> Op<F> for MaxPool2dBack {
    says!("max_pool2d'", "y = g shared among the largest pixels x of its window");
    flows! { |self, h, [x, _g]|
        None,
        "dg = the mean of h over the largest pixels of each window" => {
            h.tape.record(MaxPool2dPick { windows: self.windows }, &[x, h])
        }
    }
    fn attributes(&self) -> String {
        self.windows.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        images_of(self.windows, operands[0], operands[1])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        pool::max_back(grid(self.windows, x[0].shape), x[0].data, x[1].data, y.data);
    }
    fn flops(&self, operands: &[Shape], _: Shape) -> u64 {
        operands[1].size_times(self.windows.area() as u64)
    }
    fn reach(&self, slot: usize, x: &[View<F>], _: Shape) -> Reach {
        match slot {
            0 => Reach::Around(self.windows),
            _ => Reach::Places(by_channel(self.windows, x[0].shape)),
        }
    }
}

/// `y[place]` = the mean of h over the pixels where x is the largest of the window: the transpose of [`MaxPool2dBack`]
#[derive(Debug, PartialEq)]
pub struct MaxPool2dPick {
    /// The windows.
    pub windows: Windows,
}

impl<F: Scalar> Op<F> for MaxPool2dPick {
    says!("max_pool2d''", "y = the mean of h over the largest pixels x of each window");
    flows! { |self, g, [x, _h]|
        None,
        "dh = g shared among the largest pixels of its window" => {
            g.tape.record(MaxPool2dBack { windows: self.windows }, &[x, g])
        }
    }
    fn attributes(&self) -> String {
        self.windows.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let unfit = || format!("x and h must have one shape, found {} and {}", operands[0], operands[1]);
        if operands[0] == operands[1] { pooled(self.windows, operands[0]) } else { Err(unfit()) }
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        pool::max_pick(grid(self.windows, x[0].shape), x[0].data, x[1].data, y.data);
    }
    fn flops(&self, _: &[Shape], result: Shape) -> u64 {
        result.size_times(self.windows.area() as u64)
    }
    fn reach(&self, _: usize, x: &[View<F>], _: Shape) -> Reach {
        Reach::Pixels(by_channel(self.windows, x[0].shape))
    }
}

/// `y[place]` = the mean of x over the window there
#[derive(Debug, PartialEq)]
pub struct AvgPool2d {
    /// The windows.
    pub windows: Windows,
}

impl<F: Scalar> Op<F> for AvgPool2d {
    says!("avg_pool2d", "y = Σ x / n, over each window of n pixels");
    flows! { |self, g, [x]| "dx = the sum of g / n over the windows that see the pixel" => {
        g.tape.record(AvgPool2dBack { windows: self.windows, images: x.shape() }, &[g])
    } }
    fn attributes(&self) -> String {
        self.windows.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        pooled(self.windows, operands[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        pool::mean(grid(self.windows, x[0].shape), x[0].data, y.data);
    }
    fn flops(&self, _: &[Shape], result: Shape) -> u64 {
        result.size_times(self.windows.area() as u64)
    }
    fn reach(&self, _: usize, x: &[View<F>], _: Shape) -> Reach {
        Reach::Pixels(by_channel(self.windows, x[0].shape))
    }
}

/// What flows back to x: `y[pixel] = Σ g / n` over the windows that see the pixel
#[derive(Debug, PartialEq)]
pub struct AvgPool2dBack {
    /// The windows.
    pub windows: Windows,
    /// The shape of the images.
    pub images: Shape,
}

impl<F: Scalar> Op<F> for AvgPool2dBack {
    says!("avg_pool2d'", "y = Σ g / n, over the windows of n pixels that see the pixel");
    flows! { |self, h, [_g]| "dg = the mean of h over each window" => {
        h.tape.record(AvgPool2d { windows: self.windows }, &[h])
    } }
    fn attributes(&self) -> String {
        format!("{} of {}", self.windows, self.images)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        images_of(self.windows, self.images, operands[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        pool::mean_back(grid(self.windows, self.images), x[0].data, y.data);
    }
    fn flops(&self, operands: &[Shape], _: Shape) -> u64 {
        operands[0].size_times(self.windows.area() as u64)
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::Places(by_channel(self.windows, self.images))
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The largest pixel of each window, channel by channel: a window of `kernel` pixels, moved by `stride`. Where several are equally large, they
    /// share the gradient equally.
    #[track_caller]
    pub fn max_pool2d(self, kernel: impl Pair, stride: impl Pair) -> Self {
        self.max_pool2d_with(Windows::new(kernel).stride(stride))
    }

    /// The same with padding, which counts as -infinity, and dilation: `x.max_pool2d_with(Windows::new(3).stride(2).padding(1))`.
    #[track_caller]
    pub fn max_pool2d_with(self, windows: Windows) -> Self {
        self.tape.record(MaxPool2d { windows }, &[self])
    }

    /// The mean of each window, channel by channel: a window of `kernel` pixels, moved by `stride`.
    #[track_caller]
    pub fn avg_pool2d(self, kernel: impl Pair, stride: impl Pair) -> Self {
        self.avg_pool2d_with(Windows::new(kernel).stride(stride))
    }

    /// The same with padding, which counts as zeros, and dilation: `x.avg_pool2d_with(Windows::new(3).stride(2).padding(1))`.
    #[track_caller]
    pub fn avg_pool2d_with(self, windows: Windows) -> Self {
        self.tape.record(AvgPool2d { windows }, &[self])
    }
}
