//! Convolutions and their two gradients, which are convolutions too. The one idea to know: the pixels that all windows of an image see, as **columns**
//! of a matrix (a row per channel and pixel of the window, a column per place), turn each of them into a matrix product. One image is done at a time,
//! so that its columns stay in the second-level cache and are never stored.

use super::gemm::{Matrix, WORTH_A_THREAD};
use super::parallel;
use super::scratch::with_scratch;
use super::wide::wide;
use super::windows::Grid;
use crate::scalar::Scalar;
use std::ops::Range;

/// Most numbers of columns at a time, if one row of places or one channel has no more: 256 kB of f32.
const BLOCK: usize = 1 << 16;

/// The sizes of a convolution.
#[derive(Clone, Copy)]
pub(crate) struct Convolution {
    pub grid: Grid,
    pub images: usize,
    /// Channels and filters are divided into so many groups; a filter sees the channels of its own.
    pub groups: usize,
    /// The channels of a group.
    pub channels: usize,
    /// The filters of a group.
    pub filters: usize,
}

impl Convolution {
    /// The number of terms of each sum: a filter has so many weights.
    fn terms(&self) -> usize {
        self.channels * self.grid.windows.area()
    }

    /// How many threads are worth waking.
    fn worth(&self) -> usize {
        self.images * self.groups * self.filters * self.terms() * self.grid.count() / WORTH_A_THREAD
    }

    /// The rows of places that are done at a time, if each place has `numbers` numbers.
    fn blocks(&self, numbers: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let [down, across] = self.grid.places;
        let at_once = (BLOCK / (numbers * across).max(1)).clamp(1, down);
        (0..down).step_by(at_once).map(move |first| first..(first + at_once).min(down))
    }

    /// Calls `work` for each image, with its part of the result, which has `size` numbers per image.
    fn each_image<F: Scalar>(&self, result: &mut [F], size: usize, work: impl Fn(usize, &mut [F]) + Sync) {
        if size == 0 {
            return;
        }
        let share = parallel::share(self.images, self.worth());
        parallel::each(result.chunks_mut(share * size).enumerate(), |(part, result)| {
            for (image, result) in result.chunks_exact_mut(size).enumerate() {
                work(part * share + image, result);
            }
        });
    }

    /// The numbers of one group of one image, of `channels` channels with `size` numbers each.
    fn group<'a, F>(&self, numbers: &'a [F], image: usize, group: usize, channels: usize, size: usize) -> &'a [F] {
        &numbers[(image * self.groups + group) * channels * size..][..channels * size]
    }

    /// Some rows of the columns of one group of an image, at some rows of places.
    fn columns<F: Scalar>(&self, image: &[F], terms: Range<usize>, rows: Range<usize>, to: &mut [F]) {
        let (area, pixels) = (self.grid.windows.area(), self.grid.pixels());
        for (term, to) in terms.zip(to.chunks_exact_mut(rows.len() * self.grid.places[1])) {
            self.grid.copy(term % area, rows.clone(), &image[term / area * pixels..][..pixels], F::ZERO, to);
        }
    }

    /// `y[image, filter] = Σ w[filter, term] column[term] + bias[filter]`
    pub fn forward<F: Scalar>(&self, x: &[F], w: &[F], bias: Option<&[F]>, y: &mut [F]) {
        let Convolution { grid, groups, channels, filters, .. } = *self;
        let (terms, count, across) = (self.terms(), grid.count(), grid.places[1]);
        self.each_image(y, groups * filters * count, |image, y| {
            for (group, rows) in (0..groups).flat_map(|group| self.blocks(terms).map(move |rows| (group, rows))) {
                let (first, width) = (rows.start * across, rows.len() * across);
                let w = &w[group * filters * terms..][..filters * terms];
                with_scratch((terms + filters) * width, |scratch: &mut [F]| {
                    let (columns, sums) = scratch.split_at_mut(terms * width);
                    self.columns(self.group(x, image, group, channels, grid.pixels()), 0..terms, rows, columns);
                    F::matrix_multiply(Matrix::new(w, filters, terms), Matrix::new(columns, terms, width), sums);
                    for (filter, sums) in (group * filters..).zip(sums.chunks_exact(width)) {
                        let y = &mut y[filter * count + first..][..width];
                        match bias {
                            Some(bias) => add(bias[filter], sums, y),
                            None => y.copy_from_slice(sums),
                        }
                    }
                });
            }
        });
    }

    /// `x[image, pixel] = Σ w[filter, term] g[image, filter, place]` over the filters and windows that saw the pixel: the columns of Wᵀ G, each number
    /// added to the pixel that it was copied from.
    pub fn to_images<F: Scalar>(self, g: &[F], w: &[F], x: &mut [F]) {
        let Convolution { grid, groups, channels, filters, .. } = self;
        let (terms, count, pixels, area) = (self.terms(), grid.count(), grid.pixels(), grid.windows.area());
        let at_once = (BLOCK / (area * count)).clamp(1, channels.max(1));
        self.each_image(x, groups * channels * pixels, |image, x| {
            for (part, x) in x.chunks_mut(channels * pixels).enumerate().flat_map(|(group, x)| {
                x.chunks_mut(at_once * pixels).enumerate().map(move |(part, x)| ((group, part * at_once), x))
            }) {
                let ((group, first), rows) = (part, x.len() / pixels * area);
                let w = Matrix::new(&w[group * filters * terms..][..filters * terms], filters, terms);
                let g = Matrix::new(self.group(g, image, group, filters, count), filters, count);
                with_scratch(rows * count, |columns: &mut [F]| {
                    F::matrix_multiply(w.part(0, filters, first * area, rows).t(), g, columns);
                    for (columns, x) in columns.chunks_exact_mut(area * count).zip(x.chunks_exact_mut(pixels)) {
                        self.gather(columns, x);
                    }
                });
            }
        });
    }

    /// Adds the columns of one channel, each number to the pixel that it was copied from.
    fn gather<F: Scalar>(&self, columns: &mut [F], x: &mut [F]) {
        with_scratch(x.len(), |sums: &mut [F::Wide]| {
            sums.fill(F::Wide::ZERO);
            for (offset, column) in columns.chunks_exact_mut(self.grid.count()).enumerate() {
                self.grid.add(offset, column, sums);
            }
            narrow(sums, x);
        });
    }

    /// `w[filter, term] = Σ column[term] g[filter]` over all places of all images. The sum over an image is a matrix product, the sum over images is
    /// in twice the digits. Threads share the terms.
    pub fn to_filters<F: Scalar>(self, x: &[F], g: &[F], w: &mut [F]) {
        let (terms, filters) = (self.terms(), self.filters);
        if w.is_empty() {
            return;
        }
        with_scratch(w.len(), |sums: &mut [F::Wide]| {
            let share = parallel::share(self.groups * terms, self.worth());
            parallel::each(sums.chunks_mut(share * filters).enumerate(), |(part, sums)| {
                self.sum_over_images(x, g, part * share, sums);
            });
            for (w, sums) in w.chunks_exact_mut(filters * terms).zip(sums.chunks_exact(filters * terms)) {
                for (filter, w) in w.chunks_exact_mut(terms).enumerate() {
                    w.iter_mut().zip(sums[filter..].iter().step_by(filters)).for_each(|(w, &sum)| *w = F::narrow(sum));
                }
            }
        });
    }

    /// The sums of some terms, from `first` on; the terms of all groups are counted. `sums` has a row per term, a column per filter.
    fn sum_over_images<F: Scalar>(&self, x: &[F], g: &[F], first: usize, sums: &mut [F::Wide]) {
        let Convolution { grid, channels, filters, .. } = *self;
        let (terms, count, across) = (self.terms(), grid.count(), grid.places[1]);
        let last = first + sums.len() / filters;
        sums.fill(F::Wide::ZERO);
        for (image, rows) in (0..self.images).flat_map(|image| self.blocks(terms).map(move |rows| (image, rows))) {
            let (start, width) = (rows.start * across, rows.len() * across);
            let mut done = first;
            while done < last {
                let (group, own) = (done / terms, done % terms..terms.min(done % terms + last - done));
                let sums = &mut sums[(done - first) * filters..][..own.len() * filters];
                done += own.len();
                with_scratch(own.len() * (width + filters), |scratch: &mut [F]| {
                    let (columns, products) = scratch.split_at_mut(own.len() * width);
                    let g = Matrix::new(self.group(g, image, group, filters, count), filters, count);
                    let image = self.group(x, image, group, channels, grid.pixels());
                    self.columns(image, own.clone(), rows.clone(), columns);
                    let columns = Matrix::new(columns, own.len(), width);
                    F::matrix_multiply(columns, g.part(0, filters, start, width).t(), products);
                    sums.iter_mut().zip(&*products).for_each(|(sum, product)| *sum += product.widen());
                });
            }
        }
    }
}

fn add<F: Scalar>(bias: F, sums: &[F], y: &mut [F]) {
    wide(
        y.len(),
        #[inline(always)]
        move || y.iter_mut().zip(sums).for_each(|(y, &sum)| *y = sum + bias),
    );
}

pub(crate) fn narrow<F: Scalar>(sums: &[F::Wide], x: &mut [F]) {
    wide(
        x.len(),
        #[inline(always)]
        move || x.iter_mut().zip(sums).for_each(|(x, &sum)| *x = F::narrow(sum)),
    );
}
