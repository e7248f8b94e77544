//! Sums. The one idea to know: terms are added up in numbers with twice the digits ([`Scalar::Wide`]), and only the result is rounded. So a mean of
//! twenty million f32 is as exact as a mean of two. (A running sum in f32 goes wrong long before that: each term loses the digits that are below the
//! last digit of the sum.)
//!
//! The order of a sum is fixed by the shapes alone, so results are the same to the last bit on any processor and any number of threads.

use super::elementwise::walk;
use super::parallel::{self, WORTH_A_THREAD};
use super::wide::wide;
use crate::scalar::Scalar;
use crate::shape::{MAX_RANK, Shape};
use crate::view::{View, ViewMut};
use std::cell::RefCell;

/// Number of partial sums: enough to fill a vector of any processor.
/// (The loop of [`fold`](super::reduce::fold), written out: through `fold`, large sums of f32 take a quarter longer.)
const LANES: usize = 16;

/// The sum of terms `term([a[i], b[i]])` of slices of equal length.
///
/// Fewer than 16 terms are added one after the other. Otherwise the term at place i goes to partial sum i mod 16, and the partial sums are added by
/// halves at the end.
pub fn sum_of<F: Scalar, const N: usize>(x: [&[F]; N], term: impl Fn([F; N]) -> F::Wide) -> F::Wide {
    wide(
        x.iter().map(|x| x.len()).min().unwrap_or(0),
        #[inline(always)]
        move || sum_here(x, term),
    )
}

/// The same, in a loop that is in wide vectors already.
#[inline(always)]
pub(super) fn sum_here<F: Scalar, const N: usize>(x: [&[F]; N], term: impl Fn([F; N]) -> F::Wide) -> F::Wide {
    let length = x.iter().map(|x| x.len()).min().unwrap_or(0);
    if length < LANES {
        return (0..length).fold(F::Wide::ZERO, |sum, i| sum + term(x.map(|x| x[i])));
    }
    let mut lanes = [F::Wide::ZERO; LANES];
    let split = x.map(|x| pulp::as_arrays::<LANES, _>(x));
    // In loops, not with `map`: that copies the arrays for every number, and the sums are not in vectors.
    for i in 0..length / LANES {
        let mut chunks = [[F::ZERO; LANES]; N];
        for (chunk, (chunks, _)) in chunks.iter_mut().zip(&split) {
            *chunk = chunks[i];
        }
        for (lane, sum) in lanes.iter_mut().enumerate() {
            let mut numbers = [F::ZERO; N];
            for (number, chunk) in numbers.iter_mut().zip(&chunks) {
                *number = chunk[lane];
            }
            *sum += term(numbers);
        }
    }
    for (i, sum) in lanes[..length % LANES].iter_mut().enumerate() {
        *sum += term(split.map(|(_, rest)| rest[i]));
    }
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// `Σ x[i]`
pub fn sum<F: Scalar>(x: &[F]) -> F::Wide {
    sum_of(
        [x],
        #[inline(always)]
        |[x]| x.widen(),
    )
}

/// `Σ term(a[i], b[i])`
pub fn sum_of_pairs<F: Scalar>(a: &[F], b: &[F], term: impl Fn(F, F) -> F) -> F::Wide {
    sum_of(
        [a, b],
        #[inline(always)]
        |[a, b]| term(a, b).widen(),
    )
}

/// A sum divided by the number of its terms.
pub fn mean<F: Scalar>(sum: F::Wide, count: usize) -> F {
    F::narrow(sum / F::Wide::from_f64(count as f64))
}

/// Each element of `y` = `finish(sum)`, where `sum` is that of the elements of `x` that [`broadcast`](super::reduce::broadcast) would copy it to.
pub fn sum_to<F: Scalar>(x: View<F>, y: ViewMut<F>, finish: impl Fn(F::Wide) -> F + Sync) {
    if x.data.is_empty() {
        return y.data.fill(finish(F::Wide::ZERO));
    }
    if x.data.len() == y.data.len() {
        return y.data.iter_mut().zip(x.data).for_each(|(y, &x)| *y = finish(x.widen()));
    }
    let Lines { kept, summed, length, across } = Lines::of(x.shape, y.shape);
    if across && kept.shape.rank() == 0 {
        let share = parallel::share(length, x.data.len() / WORTH_A_THREAD);
        return parallel::each(y.data.chunks_mut(share).enumerate(), |(part, y)| {
            add_across(&x.data[part * share..], summed, y, &finish);
        });
    }
    let mut results = y.data.chunks_exact_mut(if across { length } else { 1 });
    walk(kept.shape, [kept.strides], |[first]| {
        let (x, Some(y)) = (&x.data[first..], results.next()) else { return };
        if across {
            return add_across(x, summed, y, &finish);
        }
        let mut total = F::Wide::ZERO;
        walk(summed.shape, [summed.strides], |[start]| total += sum(&x[start..start + length]));
        y[0] = finish(total);
    });
}

/// Each element of `y` = the sum of the elements of `x` up to its place along an axis, or, `from_end`, of those from its place on.
pub fn cumulative<F: Scalar>(x: View<F>, axis: usize, from_end: bool, y: &mut [F]) {
    let (blocks, length, columns) = x.shape.around(axis);
    for block in 0..blocks {
        for first in (0..columns).step_by(LANES) {
            let width = LANES.min(columns - first);
            let mut sums = [F::Wide::ZERO; LANES];
            for i in 0..length {
                let row = if from_end { length - 1 - i } else { i };
                let at = (block * length + row) * columns + first;
                for ((sum, &x), y) in sums.iter_mut().zip(&x.data[at..at + width]).zip(&mut y[at..at + width]) {
                    *sum += x.widen();
                    *y = F::narrow(*sum);
                }
            }
        }
    }
}

/// Some axes of an array: their lengths, and the stride along each.
#[derive(Clone, Copy, Default)]
struct Steps {
    shape: Shape,
    strides: [usize; MAX_RANK],
}

impl Steps {
    fn push(&mut self, length: usize, stride: usize) {
        self.strides[self.shape.rank()] = stride;
        self.shape.push(length);
    }

    /// The length and stride of the last axis (1 and 0 if there is none), and the other axes.
    fn split_last(self) -> (usize, usize, Steps) {
        match self.shape.split_last() {
            Some((&length, others)) => (length, self.strides[others.len()], Steps { shape: others.into(), ..self }),
            None => (1, 0, self),
        }
    }
}

/// How a sum over some axes goes through an array: by lines of contiguous numbers.
struct Lines {
    kept: Steps,
    summed: Steps,
    /// The number of numbers in a line.
    length: usize,
    /// Whether each number of a line goes to a sum of its own, so that lines are added to each other. If not, the numbers of a line are
    /// added.
    across: bool,
}

impl Lines {
    fn of(x: Shape, y: Shape) -> Lines {
        let (strides, kept) = (x.strides_towards(x), y.strides_towards(x));
        let mut lines = Lines { kept: Steps::default(), summed: Steps::default(), length: 1, across: true };
        // Neighbouring axes of one kind count as one axis, with the stride of the last of them.
        let mut group: Option<(bool, usize, usize)> = None;
        for (axis, &length) in x.iter().enumerate().filter(|&(_, &length)| length != 1) {
            let (keeps, stride) = (kept[axis] != 0, strides[axis]);
            group = match group {
                Some((kind, count, _)) if kind == keeps => Some((kind, count * length, stride)),
                other => {
                    lines.push(other);
                    Some((keeps, length, stride))
                }
            };
        }
        if let Some((across, length, _)) = group {
            (lines.across, lines.length) = (across, length);
        }
        lines
    }

    fn push(&mut self, group: Option<(bool, usize, usize)>) {
        if let Some((keeps, length, stride)) = group {
            if keeps { &mut self.kept } else { &mut self.summed }.push(length, stride);
        }
    }
}

/// Number of sums that are worked on at a time: they stay in the first-level cache while lines are added to them.
const COLUMNS: usize = 256;

/// `y = finish(sum of lines)`, where the lines start at these places of `x`. The first line is added first.
fn add_across<F: Scalar>(x: &[F], lines: Steps, y: &mut [F], finish: &impl Fn(F::Wide) -> F) {
    let (count, stride, others) = lines.split_last();
    for (part, y) in y.chunks_mut(COLUMNS).enumerate() {
        let mut sums = [F::Wide::ZERO; COLUMNS];
        let sums = &mut sums[..y.len()];
        walk(others.shape, [others.strides], |[start]| add_lines(sums, &x[part * COLUMNS + start..], count, stride));
        for (y, &sum) in y.iter_mut().zip(&*sums) {
            *y = finish(sum);
        }
    }
}

/// Adds `count` lines of `x`, each `stride` after the one before.
fn add_lines<F: Scalar>(sums: &mut [F::Wide], x: &[F], count: usize, stride: usize) {
    wide(
        sums.len(),
        #[inline(always)]
        move || {
            let (mut line, length) = (0, sums.len());
            while line + 4 <= count {
                let [a, b, c, d] = [0, 1, 2, 3].map(|i| &x[(line + i) * stride..][..length]);
                for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                    *sum = (((*sum + a.widen()) + b.widen()) + c.widen()) + d.widen();
                }
                line += 4;
            }
            while line < count {
                for (sum, x) in sums.iter_mut().zip(&x[line * stride..][..length]) {
                    *sum += x.widen();
                }
                line += 1;
            }
        },
    );
}

/// `y = Σ terms`, element by element. `each` visits the terms; it is called once for every 256 columns.
pub fn add_n<F: Scalar>(y: &mut [F], each: impl Fn(&mut dyn FnMut(&[F]))) {
    if let [y] = y {
        let mut sum = F::Wide::ZERO;
        each(&mut |term| sum += term[0].widen());
        return *y = F::narrow(sum);
    }
    for (part, y) in y.chunks_mut(COLUMNS).enumerate() {
        let mut sums = [F::Wide::ZERO; COLUMNS];
        let sums = &mut sums[..y.len()];
        each(&mut |term| add_lines(sums, &term[part * COLUMNS..], 1, 0));
        for (y, &sum) in y.iter_mut().zip(&*sums) {
            *y = F::narrow(sum);
        }
    }
}

/// `y[row] = Σ x[i]` over the `i` with `row_of(i) = row`, in order, where `x[i]` and `y[row]` are `width` numbers.
pub fn scatter<F: Scalar>(x: &[F], count: usize, width: usize, row_of: impl Fn(usize) -> usize, y: &mut [F]) {
    thread_local! {
        static ORDER: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    }
    y.fill(F::ZERO);
    ORDER.with_borrow_mut(|order| {
        order.clear();
        // The row, and the place among those of that row, as one number.
        let all = count as u64;
        order.extend((0..count).map(|i| row_of(i) as u64 * all + i as u64));
        order.sort_unstable();
        for places in order.chunk_by(|a, b| a / all == b / all) {
            let row = &mut y[(places[0] / all) as usize * width..][..width];
            for (part, y) in row.chunks_mut(COLUMNS).enumerate() {
                let mut sums = [F::Wide::ZERO; COLUMNS];
                let sums = &mut sums[..y.len()];
                for place in places {
                    add_lines(sums, &x[(place % all) as usize * width + part * COLUMNS..], 1, 0);
                }
                for (y, &sum) in y.iter_mut().zip(&*sums) {
                    *y = F::narrow(sum);
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For any set of reduced axes and any lengths.
    #[test]
    fn a_sum_over_any_axes_is_the_sum_over_a_walk() {
        for x_shape in [[2, 3, 4, 5], [1, 3, 1, 300], [7, 1, 6, 2], [3, 17, 2, 1], [1, 1, 1, 1], [2, 0, 3, 4]] {
            let x_shape = Shape::from(x_shape);
            let x: Vec<f64> = (0..x_shape.size()).map(|i| ((i * 37) % 101) as f64).collect();
            for axes in 0..16 {
                let y_shape = x_shape.reduced((0..4).filter(|axis| axes >> axis & 1 == 1).collect(), true);
                let mut want = vec![0.0; y_shape.size()];
                walk(x_shape, [x_shape.strides_towards(x_shape), y_shape.strides_towards(x_shape)], |[i, j]| {
                    want[j] += x[i];
                });
                let mut y = vec![f64::NAN; y_shape.size()];
                let views = (View { data: &x[..], shape: x_shape }, ViewMut { data: &mut y[..], shape: y_shape });
                sum_to(views.0, views.1, |sum| sum);
                assert_eq!(y, want, "{x_shape} to {y_shape}");
            }
        }
    }

    #[test]
    fn rows_are_scattered_to_where_their_numbers_say() {
        let x: Vec<f32> = (0..600 * 5).map(|i| i as f32).collect();
        let rows = [3, 0, 3, 3, 1];
        let mut y = vec![f32::NAN; 600 * 4];
        scatter(&x, 5, 600, |i| rows[i], &mut y);
        for (row, y) in y.chunks_exact(600).enumerate() {
            for (column, &y) in y.iter().enumerate() {
                let terms = (0..5).filter(|&i| rows[i] == row).map(|i| x[i * 600 + column]);
                assert_eq!(y, terms.sum::<f32>());
            }
        }
    }
}
