//! The places of a window that moves over an image.

use crate::shape::Shape;
use std::fmt;
use std::ops::Range;

/// A window that moves over images `[batch, channels, height, width]`.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
pub struct Windows {
    /// Its height and width.
    pub kernel: [usize; 2],
    /// How far it moves at a time.
    pub stride: usize,
    /// How many zeros are put around the image on each side.
    pub padding: usize,
}

impl Windows {
    /// The number of places of the window, downwards and across; or why there are none.
    pub fn places(&self, images: Shape) -> Result<[usize; 2], String> {
        let [_, _, height, width] = images[..] else {
            return Err(format!("images are [batch, channels, height, width], found {images}"));
        };
        if self.stride == 0 || self.kernel.contains(&0) {
            return Err("the window must have at least one pixel, and move by at least one".into());
        }
        let mut places = [0; 2];
        for ((places, kernel), length) in places.iter_mut().zip(self.kernel).zip([height, width]) {
            let room = self.padding.saturating_mul(2).saturating_add(length).checked_sub(kernel);
            let moves = room.ok_or_else(|| format!("{self} is larger than the image in {images}"))? / self.stride;
            *places = moves.saturating_add(1);
        }
        Ok(places)
    }

    /// The shape of the matrix of all windows: a row per image and place, a column per channel and pixel of the window.
    pub fn matrix(&self, images: Shape) -> Result<[usize; 2], String> {
        let [down, across] = self.places(images)?;
        let [height, width] = self.kernel;
        let rows = images[0].saturating_mul(down).saturating_mul(across);
        Ok([rows, images[1].saturating_mul(height).saturating_mul(width)])
    }

    /// Calls `visit` for every element of that matrix, row by row, with its index and the index of its pixel, if that lies
    /// inside the image.
    pub fn each_place(&self, images: Shape, mut visit: impl FnMut(usize, Option<usize>)) {
        let Ok([down, across]) = self.places(images) else { return };
        let (channels, height, width) = (images[1], images[2], images[3]);
        // The coordinate of the pixel at this offset in the window, if it is not in the padding.
        let inside = |place: usize, offset: usize, length: usize| {
            (place * self.stride + offset).checked_sub(self.padding).filter(|&pixel| pixel < length)
        };
        let mut at = 0;
        for image in 0..images[0] {
            for (top, left) in (0..down).flat_map(|top| (0..across).map(move |left| (top, left))) {
                for channel in 0..channels {
                    let first = (image * channels + channel) * height * width;
                    for dy in 0..self.kernel[0] {
                        let row = inside(top, dy, height).map(|y| first + y * width);
                        for dx in 0..self.kernel[1] {
                            visit(at, row.and_then(|row| Some(row + inside(left, dx, width)?)));
                            at += 1;
                        }
                    }
                }
            }
        }
    }
}

impl Windows {
    /// Calls `visit` for every pixel of the images, in order, with the indices of the matrix's elements that it went to.
    pub fn each_pixel(&self, images: Shape, mut visit: impl FnMut(&mut dyn Iterator<Item = usize>)) {
        let Ok([down, across]) = self.places(images) else { return };
        let &[batch, channels, height, width] = &images[..] else { return };
        let [kernel_height, kernel_width] = self.kernel;
        for (image, channel) in (0..batch).flat_map(|image| (0..channels).map(move |channel| (image, channel))) {
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                let tops = self.seeing(y, kernel_height, down);
                let mut seen = tops.flat_map(|top| {
                    let row = channel * kernel_height + (y + self.padding - top * self.stride);
                    self.seeing(x, kernel_width, across).map(move |left| {
                        let column = row * kernel_width + (x + self.padding - left * self.stride);
                        ((image * down + top) * across + left) * channels * kernel_height * kernel_width + column
                    })
                });
                visit(&mut seen);
            }
        }
    }

    /// The places, out of `places` along one axis, at which a window of length `kernel` contains a pixel.
    fn seeing(&self, pixel: usize, kernel: usize, places: usize) -> Range<usize> {
        let end = ((pixel + self.padding) / self.stride + 1).min(places);
        let start = (pixel + self.padding + 1).saturating_sub(kernel).div_ceil(self.stride);
        start.min(end)..end
    }
}

impl fmt::Display for Windows {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let [height, width] = self.kernel;
        write!(f, "window {height}x{width} stride {} padding {}", self.stride, self.padding)
    }
}
