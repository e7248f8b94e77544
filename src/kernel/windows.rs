//! The places of a window that moves over an image. The one idea to know: for one offset in the window, the pixels that lie there as the window moves
//! across are a line of the image, and so are copied, added or compared as a whole.

use crate::scalar::Scalar;
use crate::shape::Shape;
use std::fmt;
use std::ops::Range;

/// Two numbers, for the height and for the width: `[3, 5]`, or `3` for both.
pub trait Pair {
    /// For the height and for the width.
    fn pair(self) -> [usize; 2];
}

impl Pair for usize {
    fn pair(self) -> [usize; 2] {
        [self; 2]
    }
}

impl Pair for [usize; 2] {
    fn pair(self) -> [usize; 2] {
        self
    }
}

/// A window that moves over images `[batch, channels, height, width]`.
///
/// ```
/// # use gradus::prelude::*;
/// use gradus::Windows;
/// let tape = Tape::<f64>::new();
/// let x = tape.full([1, 3, 28, 28], 1.0);
/// assert_eq!(x.max_pool2d_with(Windows::new(3).stride(2).padding(1)).shape(), Shape::from([1, 3, 14, 14]));
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
#[must_use = "a description of windows does nothing by itself"]
pub struct Windows {
    /// How many pixels it has, downwards and across.
    pub kernel: [usize; 2],
    /// How far it moves at a time.
    pub stride: [usize; 2],
    /// How far it reaches beyond the image, at the top and bottom, and on the left and right.
    pub padding: [usize; 2],
    /// The distance between neighbouring pixels of the window.
    pub dilation: [usize; 2],
}

impl Windows {
    /// Windows of this height and width, side by side: they move by their own length.
    pub fn new(kernel: impl Pair) -> Self {
        let kernel = kernel.pair();
        Windows { kernel, stride: kernel, padding: [0; 2], dilation: [1; 2] }
    }

    /// How far it moves at a time.
    pub fn stride(self, stride: impl Pair) -> Self {
        Windows { stride: stride.pair(), ..self }
    }

    /// How far it reaches beyond the image, on each side.
    pub fn padding(self, padding: impl Pair) -> Self {
        Windows { padding: padding.pair(), ..self }
    }

    /// The distance between neighbouring pixels of the window; 1 if there are no gaps.
    pub fn dilation(self, dilation: impl Pair) -> Self {
        Windows { dilation: dilation.pair(), ..self }
    }

    /// The number of pixels of a window, which has [places](Windows::places).
    pub(crate) fn area(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// The number of places of the window, downwards and across; or why there are none.
    pub fn places(&self, images: Shape) -> Result<[usize; 2], String> {
        let [_, _, height, width] = images[..] else {
            return Err(format!("images are [batch, channels, height, width], found {images}"));
        };
        if self.stride.contains(&0) || self.kernel.contains(&0) {
            return Err("the window must have at least one pixel, and move by at least one".into());
        }
        if self.dilation.contains(&0) {
            return Err("the pixels of a window are at least 1 apart (dilation)".into());
        }
        let uncountable = || format!("{self} has more pixels, or reaches further, than can be counted");
        self.kernel[0].checked_mul(self.kernel[1]).ok_or_else(uncountable)?;
        let mut places = [0; 2];
        for (axis, length) in [height, width].into_iter().enumerate() {
            // Every coordinate in the padded image can be counted, so none has to be looked at with care later.
            let reach = (self.kernel[axis] - 1).checked_mul(self.dilation[axis]).and_then(|gaps| gaps.checked_add(1));
            let padded = self.padding[axis].checked_mul(2).and_then(|padding| padding.checked_add(length));
            let room = padded.ok_or_else(uncountable)?.checked_sub(reach.ok_or_else(uncountable)?);
            let moves = room.ok_or_else(|| format!("{self} is larger than the image in {images}"))? / self.stride[axis];
            places[axis] = moves.saturating_add(1);
        }
        Ok(places)
    }

    /// The shape of the matrix of all windows: a row per image and place, a column per channel and pixel of the window.
    pub(crate) fn matrix(&self, images: Shape) -> Result<[usize; 2], String> {
        let [down, across] = self.places(images)?;
        let rows = images[0].saturating_mul(down).saturating_mul(across);
        Ok([rows, images[1].saturating_mul(self.area())])
    }

    /// The coordinate along an axis of the pixel at an offset in the window at this place, if it is not in the padding.
    fn pixel(&self, axis: usize, place: usize, offset: usize, length: usize) -> Option<usize> {
        let pixel = place * self.stride[axis] + offset * self.dilation[axis];
        pixel.checked_sub(self.padding[axis]).filter(|&pixel| pixel < length)
    }

    /// Those of `places` along an axis at which the pixel at this offset lies inside an image of this length.
    fn inside(&self, axis: usize, offset: usize, length: usize, places: usize) -> Range<usize> {
        let (shift, padding, stride) = (offset * self.dilation[axis], self.padding[axis], self.stride[axis]);
        let end = (length + padding).saturating_sub(shift).div_ceil(stride).min(places);
        padding.saturating_sub(shift).div_ceil(stride).min(end)..end
    }

    /// Calls `visit` for every pixel of the window at a place that lies inside the image, with its offset in the window and its place in the image.
    pub(crate) fn each_pixel(
        &self,
        [height, width]: [usize; 2],
        [top, left]: [usize; 2],
        mut visit: impl FnMut(usize, usize),
    ) {
        for dy in 0..self.kernel[0] {
            let Some(y) = self.pixel(0, top, dy, height) else { continue };
            for dx in 0..self.kernel[1] {
                if let Some(x) = self.pixel(1, left, dx, width) {
                    visit(dy * self.kernel[1] + dx, y * width + x);
                }
            }
        }
    }

    /// Calls `visit` for every element of [`matrix`](Windows::matrix) that is a pixel and no padding, with its index and that of the pixel.
    pub(crate) fn each_element(&self, images: Shape, mut visit: impl FnMut(usize, usize)) {
        let Some(grid) = Grid::of(*self, images) else { return };
        let mut at = 0;
        for image in 0..images[0] {
            for place in 0..grid.count() {
                let place = [place / grid.places[1], place % grid.places[1]];
                for channel in 0..images[1] {
                    let first = (image * images[1] + channel) * grid.pixels();
                    self.each_pixel(grid.image, place, |offset, pixel| visit(at + offset, first + pixel));
                    at += self.area();
                }
            }
        }
    }
}

/// Windows that move over images of one size.
#[derive(Clone, Copy)]
pub(crate) struct Grid {
    pub windows: Windows,
    /// Height and width of an image.
    pub image: [usize; 2],
    /// Number of places of the window, downwards and across.
    pub places: [usize; 2],
}

/// A line of places, and of the pixels that lie at one offset of the windows there.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub pixel: usize,
    pub place: usize,
    pub length: usize,
}

impl Grid {
    /// `None` where the windows do not fit, which the shape rules refuse.
    pub fn of(windows: Windows, images: Shape) -> Option<Self> {
        let places = windows.places(images).ok()?;
        Some(Grid { windows, image: [images[2], images[3]], places })
    }

    /// The number of pixels of an image, one channel.
    pub fn pixels(&self) -> usize {
        self.image[0] * self.image[1]
    }

    /// The number of places of the window.
    pub fn count(&self) -> usize {
        self.places[0] * self.places[1]
    }

    /// Calls `visit` for the lines of one offset in the window (0 is at the top left), for the places in these rows.
    #[inline(always)]
    pub fn lines(&self, offset: usize, rows: Range<usize>, mut visit: impl FnMut(Line)) {
        let Grid { windows, image: [height, width], places: [down, across] } = *self;
        let [dy, dx] = [offset / windows.kernel[1], offset % windows.kernel[1]];
        let (inside, columns) = (windows.inside(0, dy, height, down), windows.inside(1, dx, width, across));
        if columns.is_empty() {
            return;
        }
        let x = columns.start * windows.stride[1] + dx * windows.dilation[1] - windows.padding[1];
        for row in inside.start.max(rows.start)..inside.end.min(rows.end) {
            let y = row * windows.stride[0] + dy * windows.dilation[0] - windows.padding[0];
            visit(Line { pixel: y * width + x, place: row * across + columns.start, length: columns.len() });
        }
    }

    /// The same lines where they can be joined to one: if a window moves pixel by pixel and has as many places across as the image has pixels, a line
    /// starts where the line above ends, but for the places in the padding. Those are in the second range, the columns that `lines` leaves out.
    #[inline(always)]
    fn joined(&self, offset: usize, rows: Range<usize>) -> Option<(Line, [Range<usize>; 2])> {
        let Grid { windows, image: [_, width], places: [_, across] } = *self;
        if windows.stride != [1, 1] || across != width {
            return None;
        }
        let mut joined: Option<Line> = None;
        self.lines(offset, rows, |line| {
            let length = |first: Line| line.place + line.length - first.place;
            joined = Some(joined.map_or(line, |first| Line { length: length(first), ..first }));
        });
        let columns = windows.inside(1, offset % windows.kernel[1], width, across);
        Some((joined?, [0..columns.start, columns.end..across]))
    }

    /// Copies the pixels at one offset of the windows to the places in these rows, and `outside` where that is in the padding. `to` holds these places
    /// only.
    pub fn copy<F: Scalar>(&self, offset: usize, rows: Range<usize>, image: &[F], outside: F, to: &mut [F]) {
        let (first, across) = (rows.start * self.places[1], self.places[1]);
        if let Some((line, padding)) = self.joined(offset, rows.clone()) {
            let (start, end) = (line.place - first, line.place - first + line.length);
            to[..start].fill(outside);
            to[start..end].copy_from_slice(&image[line.pixel..][..line.length]);
            to[end..].fill(outside);
            return fill_columns(to, across, padding, outside);
        }
        if self.windows.padding != [0, 0] {
            to.fill(outside);
        }
        let step = self.windows.stride[1];
        self.lines(offset, rows, |Line { pixel, place, length }| {
            let to = &mut to[place - first..][..length];
            let from = &image[pixel..];
            match step {
                1 => to.copy_from_slice(&from[..length]),
                2 => copy_line::<F, 2>(from, to),
                3 => copy_line::<F, 3>(from, to),
                _ => to.iter_mut().zip(from.iter().step_by(step)).for_each(|(to, &from)| *to = from),
            }
        });
    }

    /// Adds the numbers of all places to the pixels at one offset of the windows: the transpose of [`copy`](Grid::copy). What `from` holds for the
    /// padding may be overwritten.
    pub fn add<F: Scalar>(&self, offset: usize, from: &mut [F], image: &mut [F::Wide]) {
        let rows = 0..self.places[0];
        if let Some((line, padding)) = self.joined(offset, rows.clone()) {
            fill_columns(from, self.places[1], padding, F::ZERO);
            return add(&from[line.place..][..line.length], &mut image[line.pixel..][..line.length]);
        }
        let step = self.windows.stride[1];
        self.lines(offset, rows, |Line { pixel, place, length }| {
            let from = &from[place..][..length];
            match step {
                1 => add(from, &mut image[pixel..][..length]),
                2 => add_line::<F, 2>(from, &mut image[pixel..]),
                3 => add_line::<F, 3>(from, &mut image[pixel..]),
                _ => image[pixel..].iter_mut().step_by(step).zip(from).for_each(|(to, from)| *to += from.widen()),
            }
        });
    }
}

fn add<F: Scalar>(from: &[F], to: &mut [F::Wide]) {
    super::wide::wide(
        from.len(),
        #[inline(always)]
        move || to.iter_mut().zip(from).for_each(|(to, from)| *to += from.widen()),
    );
}

/// Copies every `STEP`th number.
fn copy_line<F: Scalar, const STEP: usize>(from: &[F], to: &mut [F]) {
    let (steps, rest) = pulp::as_arrays::<STEP, _>(from);
    let steps = &steps[..steps.len().min(to.len())];
    to.iter_mut().zip(steps).for_each(|(to, step)| *to = step[0]);
    to[steps.len()..].iter_mut().zip(rest).for_each(|(to, &from)| *to = from);
}

/// Adds to every `STEP`th number.
fn add_line<F: Scalar, const STEP: usize>(from: &[F], to: &mut [F::Wide]) {
    let (steps, rest) = pulp::as_arrays_mut::<STEP, _>(to);
    let (from, last) = from.split_at(steps.len().min(from.len()));
    steps.iter_mut().zip(from).for_each(|(step, from)| step[0] += from.widen());
    rest.iter_mut().zip(last).for_each(|(to, from)| *to += from.widen());
}

/// Fills some columns of a row-major matrix.
fn fill_columns<F: Scalar>(matrix: &mut [F], width: usize, columns: [Range<usize>; 2], number: F) {
    for columns in columns.into_iter().filter(|columns| !columns.is_empty()) {
        matrix.chunks_exact_mut(width).for_each(|row| row[columns.clone()].fill(number));
    }
}

impl fmt::Display for Windows {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Windows { kernel: [height, width], stride, padding, dilation } = *self;
        write!(f, "window {height}x{width} stride {} padding {}", Both(stride), Both(padding))?;
        if dilation == [1, 1] { Ok(()) } else { write!(f, " dilation {}", Both(dilation)) }
    }
}

/// Two numbers, or one if they are equal.
pub(crate) struct Both(pub [usize; 2]);

impl fmt::Display for Both {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.0 {
            [height, width] if height == width => write!(f, "{height}"),
            [height, width] => write!(f, "{height}x{width}"),
        }
    }
}
