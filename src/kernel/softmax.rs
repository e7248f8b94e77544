//! Softmax and its relatives along one axis. The one idea to know: ln Σ eˣ = max + ln(1 + rest), where the rest is the sum of e^(x - max)
//! over all x but the largest. Nothing overflows, and a rest that is tiny beside 1 is not lost: [`Scalar::ln_1p`] never forms 1 + rest, and
//! 1 - p of the largest is computed as rest / (1 + rest).
//!
//! The difference of two f32 is rounded. For a difference d, that makes e^d wrong by about |d| units in the last place. So exponentials are computed
//! in [`Scalar::Wide`]. Lines are often short, such as ten classes. To fill the processor's vectors, many lines are computed at a time.

use super::elementwise::update;
use super::lines::{Line, largest, lines, places};
use super::parallel;
use super::scratch::with_scratch;
use super::sum::sum_here;
use super::wide::wide;
use crate::scalar::Scalar;
use crate::view::{View, ViewMut};
use smallvec::SmallVec;

/// `y = softmax(x)`
pub fn softmax<F: Scalar>(x: View<F>, axis: usize, y: ViewMut<F>) {
    let whole = |x: View<F>, axis, y: &mut [F]| each_softmax(x, axis, y, |_, _, _| {});
    match x.shape.around(axis) {
        (_, length, 1) if length > 0 => parallel::each_part((y.data, x.data), length, |(y, data)| {
            whole(View { data, shape: [data.len() / length, length].into() }, 1, y);
        }),
        _ => whole(x, axis, y.data),
    }
}

/// `y = softmax(x)`. Calls `visit` for every line in order, with its rest, after the line of `y` is filled.
pub fn each_softmax<F: Scalar>(
    x: View<F>,
    axis: usize,
    y: &mut [F],
    mut visit: impl FnMut(&Line<F>, F::Wide, &mut [F]),
) {
    each_block(x, axis, y, |lines, rests, y| {
        divide(x.data, lines, rests, y);
        lines.iter().zip(rests).for_each(|(line, &mut rest)| visit(line, rest, y));
    });
}

/// Divides the powers of each line by their sum, which is 1 + rest.
fn divide<F: Scalar>(x: &[F], lines: &[Line<F>], rests: &[F::Wide], y: &mut [F]) {
    wide(
        lines.len() * lines[0].places.length,
        #[inline(always)]
        move || {
            for (line, &rest) in lines.iter().zip(rests) {
                let total = F::Wide::ONE + rest;
                let largest = if line.is_infinite() { line.unknown(x) } else { F::narrow(F::Wide::ONE / total) };
                match line.is_infinite() {
                    true => line.places.update_each(y, |power| *power = largest),
                    false => line.places.update_each(y, |power| *power = F::narrow(power.widen() / total)),
                }
                if let Some(y) = y.get_mut(line.places.place(line.which)) {
                    *y = largest;
                }
            }
        },
    );
}

/// `dx = y (g - ḡ)`, where ḡ = Σₖ gₖ yₖ / Σₖ yₖ. With m the place of the largest y, g - ḡ is computed as (g - gₘ) - Σ yₖ (gₖ - gₘ) / Σ yₖ: the term
/// of m is 0, so nothing is lost if yₘ has rounded to 1.
pub fn softmax_slope<F: Scalar>(y: View<F>, g: View<F>, axis: usize, dx: ViewMut<F>) {
    let length = y.shape[axis];
    match y.shape.around(axis) {
        _ if y.data.is_empty() => {}
        (_, _, 1) => parallel::each_part((dx.data, (y.data, g.data)), length, |(dx, (y, g))| {
            wide(
                dx.len(),
                #[inline(always)]
                move || {
                    let lines = y.chunks_exact(length).zip(g.chunks_exact(length));
                    dx.chunks_exact_mut(length).zip(lines).for_each(|(dx, (y, g))| slope_of_line(y, g, dx));
                },
            );
        }),
        _ => with_scratch(3 * length, |line| {
            let (line_y, rest) = line.split_at_mut(length);
            let (line_g, line_dx) = rest.split_at_mut(length);
            for places in places(y.shape, axis) {
                places.each(y.data, |i, y| line_y[i] = y);
                places.each(g.data, |i, g| line_g[i] = g);
                slope_of_line(line_y, line_g, line_dx);
                places.fill(dx.data, line_dx, |dx| dx);
            }
        }),
    }
}

#[inline(always)]
fn slope_of_line<F: Scalar>(y: &[F], g: &[F], dx: &mut [F]) {
    let at_largest = g[largest(y).1].widen();
    let beyond = move |g: F| g.widen() - at_largest;
    let total = sum_here([y], |[y]| y.widen());
    let mean = sum_here([y, g], |[y, g]| beyond(g).through(y.widen())).over(total);
    for ((dx, &y), &g) in dx.iter_mut().zip(y).zip(g) {
        *dx = F::narrow((beyond(g) - mean).through(y.widen()));
    }
}

/// `y = ln softmax(x)`
pub fn log_softmax<F: Scalar>(x: View<F>, axis: usize, y: ViewMut<F>) {
    y.data.copy_from_slice(x.data);
    each_log_sum(x, axis, |line, log_sum| {
        let max = line.max.widen();
        line.places.update(y.data, |y| F::narrow((y.widen() - max) - log_sum));
    });
}

/// `dx = g - softmax(x) Σₖ gₖ`, where 1 - p of the largest x is written as rest / (1 + rest).
pub fn log_softmax_slope<F: Scalar>(x: View<F>, g: View<F>, axis: usize, dx: ViewMut<F>) {
    each_rest(x, axis, |line, rest| {
        let (total, arriving) = (F::Wide::ONE + rest, |k: usize| g.data[line.places.place(k)].widen());
        let (mut others, mut all) = (F::Wide::ZERO, F::Wide::ZERO);
        for k in 0..line.places.length {
            all += arriving(k);
            others += if k == line.which { F::Wide::ZERO } else { arriving(k) };
        }
        line.each_power(x.data, |k, power| {
            let flow = match k == line.which {
                true => all.through(rest / total) - others,
                false => arriving(k) - all.through(power / total),
            };
            dx.data[line.places.place(k)] = F::narrow(flow);
        });
    });
}

/// `y = ln Σ eˣ`
pub fn logsumexp<F: Scalar>(x: View<F>, axis: usize, y: ViewMut<F>) {
    let mut y = y.data.iter_mut();
    each_log_sum(x, axis, |line, log_sum| {
        if let Some(y) = y.next() {
            *y = F::narrow(line.max.widen() + log_sum).with_slopes(|| line.shares(x.data));
        }
    });
}

/// The slopes of `ln Σ eˣ`: softmax(x), or its limits if the largest number of a line is infinite. An infinite number gets all of the slope; several
/// share it equally. In a line of only -infinity, whose sum is 0, all slopes are 0.
pub fn slopes<F: Scalar>(x: View<F>, axis: usize, y: ViewMut<F>) {
    softmax(x, axis, ViewMut { data: &mut *y.data, shape: y.shape });
    for line in lines(x, axis).filter(Line::is_infinite) {
        let mut shares = line.shares(x.data).into_iter();
        line.places.update_each(y.data, |y| *y = shares.next().map_or(*y, |(_, share)| share));
    }
}

impl<F: Scalar> Line<F> {
    /// The share of an infinite number in e^∞: NaN, with a tangent of NaN for any number of the line that has one.
    fn unknown(&self, x: &[F]) -> F {
        let mut unknown = F::ZERO;
        self.places.each(x, |_, x| unknown += x * F::from_f64(f64::NAN));
        unknown
    }

    /// Each number of the line, and its share of the slope of ln Σ eˣ. Infinite numbers count as equal.
    fn shares(&self, x: &[F]) -> SmallVec<[(F, F); 8]> {
        let (mut shares, mut sum) = (SmallVec::<[(F, F); 8]>::with_capacity(self.places.length), F::ZERO);
        self.places.each(x, |_, x| {
            let share = match (self.is_infinite(), x == self.max && self.max > F::ZERO) {
                (true, true) => F::ZERO.with_slopes(|| [(x, F::ONE), (self.max, -F::ONE)]).exp(),
                (true, false) => F::ZERO,
                (false, _) => (x - self.max).exp(),
            };
            sum += share;
            shares.push((x, share));
        });
        shares.iter_mut().for_each(|(_, share)| *share = share.over(sum));
        shares
    }

    /// Writes x - max of the numbers from `start` on.
    #[inline(always)]
    fn write(&self, x: &[F], start: usize, to: &mut [F::Wide]) {
        let max = self.max.widen();
        self.places.piece(start, to.len()).each(x, |i, x| to[i] = x.widen() - max);
    }

    /// Sets e^(x - max) of the largest number to 0, if it is among those from `start` on. (Setting x to -infinity beforehand would do the same, but a
    /// result below the normal numbers takes a processor about 100 times as long.)
    #[inline(always)]
    fn leave_out_largest(&self, start: usize, powers: &mut [F::Wide]) {
        // If the largest is infinite, it is the answer: x - max is not a number.
        if self.is_infinite() {
            return powers.fill(F::Wide::ZERO);
        }
        if let Some(largest) = self.which.checked_sub(start).and_then(|which| powers.get_mut(which)) {
            *largest = F::Wide::ZERO;
        }
    }

    /// Calls `visit` with the index and e^(x - max) of every number, which is 1 for the largest.
    pub fn each_power(&self, x: &[F], mut visit: impl FnMut(usize, F::Wide)) {
        let largest = if self.is_infinite() { self.unknown(x).widen() } else { F::Wide::ONE };
        let mut powers = [F::Wide::ZERO; NUMBERS];
        for start in (0..self.places.length).step_by(NUMBERS) {
            let powers = &mut powers[..NUMBERS.min(self.places.length - start)];
            self.write(x, start, powers);
            exponentials(powers);
            self.leave_out_largest(start, powers);
            for (i, &power) in powers.iter().enumerate() {
                let k = start + i;
                visit(k, if k == self.which { largest } else { power });
            }
        }
    }
}

/// Maximum number of lines, and of numbers in all of them, that are computed at a time.
const LINES: usize = 64;
const NUMBERS: usize = 640;

/// Calls `visit` for every line of `x` along `axis`, in order, with ln Σ e^(x - max). Adding the line's `max` gives ln Σ eˣ.
pub fn each_log_sum<F: Scalar>(x: View<F>, axis: usize, mut visit: impl FnMut(&Line<F>, F::Wide)) {
    each_block(x, axis, &mut [], |lines, rests, _| {
        update(
            rests,
            #[inline(always)]
            |rest| rest.ln_1p(),
        );
        lines.iter().zip(rests).for_each(|(line, &mut log_sum)| visit(line, log_sum));
    });
}

/// Calls `visit` for every line of `x` along `axis`, in order, with the sum of e^(x - max) over all its numbers but the largest.
pub fn each_rest<F: Scalar>(x: View<F>, axis: usize, mut visit: impl FnMut(&Line<F>, F::Wide)) {
    each_block(x, axis, &mut [], |lines, rests, _| {
        lines.iter().zip(rests).for_each(|(line, &mut rest)| visit(line, rest));
    });
}

/// The same for several lines at a time. If `y` is not empty, it is filled with e^(x - max) of every number, but 0 for the largest.
fn each_block<F: Scalar>(
    x: View<F>,
    axis: usize,
    y: &mut [F],
    mut visit: impl FnMut(&[Line<F>], &mut [F::Wide], &mut [F]),
) {
    let at_a_time = (NUMBERS / x.shape[axis].max(1)).clamp(1, LINES);
    let mut lines = lines(x, axis);
    loop {
        let block: SmallVec<[Line<F>; LINES]> = lines.by_ref().take(at_a_time).collect();
        if block.is_empty() {
            return;
        }
        let mut rests = rests(x.data, &block, y);
        visit(&block, &mut rests[..block.len()], y);
    }
}

/// For each line, the sum of e^(x - max) over all its numbers but the largest.
fn rests<F: Scalar>(x: &[F], lines: &[Line<F>], y: &mut [F]) -> [F::Wide; LINES] {
    let (mut rests, mut powers, length) = ([F::Wide::ZERO; LINES], [F::Wide::ZERO; NUMBERS], lines[0].places.length);
    let (sums, powers) = (&mut rests, &mut powers);
    wide(
        lines.len() * length,
        #[inline(always)]
        move || {
            for start in (0..length).step_by(NUMBERS) {
                let piece = NUMBERS.min(length - start);
                let powers = &mut powers[..lines.len() * piece];
                for (line, powers) in lines.iter().zip(powers.chunks_exact_mut(piece)) {
                    line.write(x, start, powers);
                }
                powers.iter_mut().for_each(|x| *x = x.exp());
                for ((line, sum), powers) in lines.iter().zip(&mut *sums).zip(powers.chunks_exact_mut(piece)) {
                    line.leave_out_largest(start, powers);
                    *sum += sum_here([powers], |[power]| power.widen());
                    if !y.is_empty() {
                        line.places.piece(start, piece).fill(y, powers, |power| F::narrow(power));
                    }
                }
            }
        },
    );
    rests
}

fn exponentials<F: Scalar>(x: &mut [F]) {
    update(
        x,
        #[inline(always)]
        |x| x.exp(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shape;

    fn log_sum_exp(x: &[f64]) -> f64 {
        let mut y = [f64::NAN];
        logsumexp(View { data: x, shape: [x.len()].into() }, 0, ViewMut { data: &mut y, shape: Shape::scalar() });
        y[0]
    }

    #[test]
    fn a_log_sum_exp_neither_overflows_nor_loses_the_tail() {
        assert_eq!(log_sum_exp(&[1000.0, 1000.0]), 1000.0 + 2.0_f64.ln());
        assert_eq!(log_sum_exp(&[0.0, -40.0]), (-40.0_f64).exp());
        assert_eq!(log_sum_exp(&[f64::NEG_INFINITY, f64::NEG_INFINITY]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&[f64::INFINITY, 0.0]), f64::INFINITY);
        assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
        assert!(log_sum_exp(&[0.0, f64::NAN, 1.0]).is_nan());
    }

    #[test]
    fn lines_of_any_length_and_along_any_axis_have_the_same_log_sum() {
        for length in [1, 9, 64, 640, 2000] {
            let line: Vec<f64> = (0..length).map(|i| (i as f64 * 0.7).sin()).collect();
            let want = log_sum_exp(&line);
            let exact = line.iter().map(|x| x.exp()).sum::<f64>().ln();
            assert!((want - exact).abs() < 1e-14 * exact.abs().max(1.0), "{length}: {want} against {exact}");
            let across: Vec<f64> = line.iter().flat_map(|&x| [x; 70]).collect();
            let mut y = vec![f64::NAN; 70];
            let x = View { data: &across, shape: [length, 70].into() };
            logsumexp(x, 0, ViewMut { data: &mut y, shape: [70].into() });
            assert_eq!(y, [want; 70]);
        }
        let mut y = [f64::NAN; 3];
        logsumexp(View { data: &[], shape: [0, 3].into() }, 0, ViewMut { data: &mut y, shape: [3].into() });
        assert_eq!(y, [f64::NEG_INFINITY; 3], "the logarithm of an empty sum");
    }
}
