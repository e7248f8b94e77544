//! Convolution of images, and its two gradients. Each of the three is linear in both operands, and the gradients of each are the other two.

use crate::kernel::convolve::Convolution;
use crate::kernel::windows::{Both, Grid, Pair, Windows};
use crate::op::{flows, says};
use crate::{Along, Cotangents, Grouped, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut};
use std::fmt;

/// How a convolution moves its filters over images: `Conv::new().stride(2).padding(1)`. The filters' own height and width are those of the weights.
///
/// Stride, padding and dilation are one number, or two for height and width: `.padding([0, 1])`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[must_use = "a description of a convolution does nothing by itself"]
pub struct Conv {
    /// How far a filter moves at a time.
    pub stride: [usize; 2],
    /// How many zeros are put around the image, at the top and bottom, and on the left and right.
    pub padding: [usize; 2],
    /// The distance between neighbouring pixels that a filter looks at.
    pub dilation: [usize; 2],
    /// Channels and filters are divided into so many groups, and a filter looks only at the channels of its own group. With as many groups as
    /// channels each channel has filters of its own (a depthwise convolution).
    pub groups: usize,
}

impl Default for Conv {
    fn default() -> Self {
        Conv { stride: [1; 2], padding: [0; 2], dilation: [1; 2], groups: 1 }
    }
}

impl Conv {
    /// Moves by one pixel, without padding, gaps and groups.
    pub fn new() -> Self {
        Conv::default()
    }

    /// How far a filter moves at a time.
    pub fn stride(self, stride: impl Pair) -> Self {
        Conv { stride: stride.pair(), ..self }
    }

    /// How many zeros are put around the image, on each side.
    pub fn padding(self, padding: impl Pair) -> Self {
        Conv { padding: padding.pair(), ..self }
    }

    /// The distance between neighbouring pixels that a filter looks at.
    pub fn dilation(self, dilation: impl Pair) -> Self {
        Conv { dilation: dilation.pair(), ..self }
    }

    /// The number of groups that channels and filters are divided into.
    pub fn groups(self, groups: usize) -> Self {
        Conv { groups, ..self }
    }

    fn windows(&self, weights: Shape) -> Windows {
        Windows::new([weights[2], weights[3]]).stride(self.stride).padding(self.padding).dilation(self.dilation)
    }

    /// The shape of the result for images and weights of these shapes, or why they do not fit.
    fn result(&self, images: Shape, weights: Shape) -> Result<Shape, String> {
        let &[filters, channels, ..] = &weights[..] else { return Err(unfit_weights(weights)) };
        if weights.rank() != 4 {
            return Err(unfit_weights(weights));
        }
        let [down, across] = self.windows(weights).places(images)?;
        if self.groups == 0 || images[1] % self.groups != 0 || filters % self.groups != 0 {
            let (channels, groups) = (images[1], self.groups);
            return Err(format!("{channels} channels and {filters} filters cannot be divided into {groups} groups"));
        }
        if images[1] / self.groups != channels {
            let each = if self.groups == 1 { String::new() } else { format!(" in {} groups", self.groups) };
            return Err(format!("the images have {} channels{each}, the weights are for {channels}", images[1]));
        }
        Ok([images[0], filters, down, across].into())
    }

    /// The sizes, as the kernels want them, for shapes that fit.
    fn sizes(&self, images: Shape, weights: Shape) -> Convolution {
        let grid = Grid::of(self.windows(weights), images).expect("the shape rule saw images and weights");
        let (groups, filters) = (self.groups, weights[0] / self.groups);
        Convolution { grid, images: images[0], groups, channels: weights[1], filters }
    }

    fn flops(&self, weights: Shape, result: Shape) -> u64 {
        result.size_times(2 * weights[1..].iter().product::<usize>() as u64)
    }

    fn reach(&self, weights: Shape) -> Grouped {
        Grouped { windows: self.windows(weights), groups: self.groups }
    }

    /// An index along the axis of channels of the weights; with several groups that is not an index of a channel of the images.
    fn channel(&self, axis: usize) -> Along {
        if self.groups == 1 { Along::index(axis) } else { Along::All }
    }
}

fn unfit_weights(weights: Shape) -> String {
    format!("weights are [filters, channels, height, width], found {weights}")
}

impl fmt::Display for Conv {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "stride {} padding {}", Both(self.stride), Both(self.padding))?;
        if self.dilation != [1, 1] {
            write!(f, " dilation {}", Both(self.dilation))?;
        }
        if self.groups == 1 { Ok(()) } else { write!(f, " groups {}", self.groups) }
    }
}

/// `y[filter, place] = Σ w[filter] x[window at the place] + b[filter]`
#[derive(Debug, PartialEq)]
pub struct Conv2d {
    /// How the filters move.
    pub conv: Conv,
    /// Whether there is a third operand, one number to add for each filter.
    pub bias: bool,
}

impl<F: Scalar> Op<F> for Conv2d {
    says!("conv2d", "y = w * x + b, at each place of the window");
    fn attributes(&self) -> String {
        self.conv.to_string()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let result = self.conv.result(operands[0], operands[1])?;
        match operands.get(2) {
            Some(&bias) if bias[..] != [result[1]] => {
                Err(format!("the bias, one number for each filter, must be [{}], found {bias}", result[1]))
            }
            _ => Ok(result),
        }
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let bias = x.get(2).map(|bias| bias.data);
        self.conv.sizes(x[0].shape, x[1].shape).forward(x[0].data, x[1].data, bias, y.data);
    }
    fn flops(&self, operands: &[Shape], result: Shape) -> u64 {
        self.conv.flops(operands[1], result)
    }
    fn slopes(&self) -> &'static [Slope] {
        const FLOWS: [Slope; 3] = [
            Slope::Whole("dx = conv_transpose2d(g, w)"),
            Slope::Whole("dw = conv2d_weight(x, g)"),
            Slope::Whole("db = the sum of g over images and places"),
        ];
        if self.bias { &FLOWS } else { &FLOWS[..2] }
    }
    fn reach(&self, slot: usize, operands: &[View<F>], _: Shape) -> Reach {
        match slot {
            0 => Reach::Pixels(self.conv.reach(operands[1].shape)),
            1 => Reach::Axes(vec![Along::index(1), Along::All, Along::All, Along::All]),
            _ => Reach::Axes(vec![Along::index(1)]),
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, x, w, conv) = (at.cotangent(), at.operand(0), at.operand(1), self.conv);
        let to_x = at.to(0, || g.conv_transpose2d(x.shape(), w, conv));
        let to_w = at.to(1, || x.conv2d_weight(g, w.shape(), conv));
        let to_b = self.bias.then(|| at.to(2, || g.sum_axes([0, 2, 3])));
        [to_x, to_w].into_iter().chain(to_b).collect()
    }
}

/// `y[pixel] = Σ w[filter, offset] x[filter, place]` over the filters and the windows that see the pixel there
#[derive(Debug, PartialEq)]
pub struct ConvTranspose2d {
    /// How the filters move over the result.
    pub(crate) conv: Conv,
    pub(crate) images: Shape,
}

impl<F: Scalar> Op<F> for ConvTranspose2d {
    says!("conv_transpose2d", "y = Σ w x, at each pixel over the windows that see it");
    flows! { |self, g, [x, w]|
        "dx = conv2d(g, w)" => g.convolve(w, None, self.conv),
        "dw = conv2d_weight(g, x)" => g.conv2d_weight(x, w.shape(), self.conv)
    }
    fn attributes(&self) -> String {
        format!("{} to {}", self.conv, self.images)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let expected = self.conv.result(self.images, operands[1])?;
        let unfit = || format!("of images {} a convolution makes {expected}, found {}", self.images, operands[0]);
        (operands[0] == expected).then_some(self.images).ok_or_else(unfit)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        self.conv.sizes(self.images, x[1].shape).to_images(x[0].data, x[1].data, y.data);
    }
    fn flops(&self, operands: &[Shape], _: Shape) -> u64 {
        self.conv.flops(operands[1], operands[0])
    }
    fn reach(&self, slot: usize, operands: &[View<F>], _: Shape) -> Reach {
        match slot {
            0 => Reach::Places(self.conv.reach(operands[1].shape)),
            _ => Reach::Axes(vec![Along::All, self.conv.channel(1), Along::All, Along::All]),
        }
    }
}

/// `y[filter, offset] = Σ x[pixel] g[filter, place]` over all images and places, where the window at a place sees the pixel at this offset
#[derive(Debug, PartialEq)]
pub struct Conv2dWeight {
    pub(crate) conv: Conv,
    pub(crate) weights: Shape,
}

impl<F: Scalar> Op<F> for Conv2dWeight {
    says!("conv2d_weight", "y = Σ x g, for each weight over images and places");
    flows! { |self, h, [x, g]|
        "dx = conv_transpose2d(g, h)" => g.conv_transpose2d(x.shape(), h, self.conv),
        "dg = conv2d(x, h)" => x.convolve(h, None, self.conv)
    }
    fn attributes(&self) -> String {
        format!("{} to {}", self.conv, self.weights)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let expected = self.conv.result(operands[0], self.weights)?;
        let unfit = || format!("with weights {} a convolution makes {expected}, found {}", self.weights, operands[1]);
        (operands[1] == expected).then_some(self.weights).ok_or_else(unfit)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        self.conv.sizes(x[0].shape, self.weights).to_filters(x[0].data, x[1].data, y.data);
    }
    fn flops(&self, operands: &[Shape], _: Shape) -> u64 {
        self.conv.flops(self.weights, operands[1])
    }
    fn reach(&self, slot: usize, _: &[View<F>], _: Shape) -> Reach {
        match slot {
            0 => Reach::Axes(vec![Along::All, self.conv.channel(1), Along::All, Along::All]),
            _ => Reach::Axes(vec![Along::All, Along::index(0), Along::All, Along::All]),
        }
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The convolution of images `[batch, channels, height, width]` with `weight` `[filters, channels, height, width]`, plus
    /// a `bias` `[filters]`: at each place of the window, moved by `stride` over the image with `padding` zeros around it,
    /// the sum of pixel times weight. (As in all deep learning, the filter is not turned over.)
    ///
    /// # Panics
    /// Where the shapes do not fit.
    #[track_caller]
    pub fn conv2d(self, weight: Self, bias: Self, stride: impl Pair, padding: impl Pair) -> Self {
        self.convolve(weight, Some(bias), Conv::new().stride(stride).padding(padding))
    }

    /// The same with dilation and groups, and perhaps without a bias. With groups, the weights are `[filters, channels / groups, height, width]`.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// use gradus::Conv;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.full([8, 6, 28, 28], 1.0);
    /// // Each of the 6 channels has a filter of its own.
    /// let w = tape.full([6, 1, 3, 3], 1.0);
    /// let y = x.conv2d_with(w, None, Conv::new().stride(2).padding(1).groups(6));
    /// assert_eq!(y.shape(), Shape::from([8, 6, 14, 14]));
    /// ```
    ///
    /// # Panics
    /// Where the shapes do not fit.
    #[track_caller]
    pub fn conv2d_with(self, weight: Self, bias: impl Into<Option<Self>>, conv: Conv) -> Self {
        self.convolve(weight, bias.into(), conv)
    }

    #[track_caller]
    fn convolve(self, weight: Self, bias: Option<Self>, conv: Conv) -> Self {
        match bias {
            Some(bias) => self.tape.record(Conv2d { conv, bias: true }, &[self, weight, bias]),
            None => self.tape.record(Conv2d { conv, bias: false }, &[self, weight]),
        }
    }

    /// The gradient of a convolution with respect to its images, which is used by itself to make images larger: each number, times each filter, is
    /// added to the pixels that the filter would look at. `weight` is `[channels of this array, channels of the result, height, width]`. With a
    /// stride, results of several sizes are possible, so their shape `images` is given.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// use gradus::Conv;
    /// let tape = Tape::<f64>::new();
    /// let (x, w) = (tape.full([8, 6, 14, 14], 1.0), tape.full([6, 3, 2, 2], 1.0));
    /// let y = x.conv_transpose2d([8, 3, 28, 28], w, Conv::new().stride(2));
    /// assert_eq!(y.value().sum(), (8 * 6 * 14 * 14 * 3 * 4) as f64);
    /// ```
    ///
    /// # Panics
    /// Where the shapes do not fit.
    #[track_caller]
    pub fn conv_transpose2d(self, images: impl Into<Shape>, weight: Self, conv: Conv) -> Self {
        self.tape.record(ConvTranspose2d { conv, images: images.into() }, &[self, weight])
    }

    /// The gradient of a convolution of these images with respect to its weights, of the given shape, when `g` arrives at the result.
    ///
    /// # Panics
    /// Where the shapes do not fit.
    #[track_caller]
    pub fn conv2d_weight(self, g: Self, weights: impl Into<Shape>, conv: Conv) -> Self {
        self.tape.record(Conv2dWeight { conv, weights: weights.into() }, &[self, g])
    }
}
