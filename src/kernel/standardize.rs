//! Rows brought to mean 0 and variance 1, and the gradient of that. The one idea to know: a row is read several times, but it is short and stays in the
//! cache; memory is read and written once. Sums and differences are computed in [`Scalar::Wide`].

use super::parallel;
use super::sum::sum_here;
use super::wide::wide;
use crate::scalar::Scalar;

/// `y = (x - mean) / √(variance + ε)`, row by row.
pub fn standardize<F: Scalar>(x: &[F], length: usize, epsilon: f64, y: &mut [F]) {
    parallel::each_part((y, x), length, |(y, x)| {
        wide(
            y.len(),
            #[inline(always)]
            move || {
                for (y, x) in y.chunks_exact_mut(length).zip(x.chunks_exact(length)) {
                    let Spread { mean, inverse } = Spread::of(x, epsilon);
                    y.iter_mut().zip(x).for_each(|(y, x)| *y = F::narrow((x.widen() - mean) * inverse));
                }
            },
        );
    });
}

/// What flows back to x: `dx = (g - Σ g / n - y Σ g y / n) / √(variance + ε)`, row by row.
pub fn standardize_slope<F: Scalar>(x: &[F], g: &[F], length: usize, epsilon: f64, dx: &mut [F]) {
    let n = F::Wide::from_f64(length as f64);
    parallel::each_part((dx, (x, g)), length, |(dx, (x, g))| {
        wide(
            dx.len(),
            #[inline(always)]
            move || {
                let rows = x.chunks_exact(length).zip(g.chunks_exact(length));
                for (dx, (x, g)) in dx.chunks_exact_mut(length).zip(rows) {
                    let Spread { mean, inverse } = Spread::of(x, epsilon);
                    let offset = sum_here([g], |[g]| g.widen()) / n;
                    let along = sum_here([x, g], |[x, g]| (x.widen() - mean) * g.widen()) * inverse * inverse / n;
                    for ((dx, x), g) in dx.iter_mut().zip(x).zip(g) {
                        *dx = F::narrow((g.widen() - offset - (x.widen() - mean) * along) * inverse);
                    }
                }
            },
        );
    });
}

/// Where the numbers of a row are, and how far apart.
#[derive(Clone, Copy)]
struct Spread<W> {
    mean: W,
    /// 1 / √(variance + ε)
    inverse: W,
}

impl<W: Scalar> Spread<W> {
    #[inline(always)]
    fn of<F: Scalar<Wide = W>>(x: &[F], epsilon: f64) -> Self {
        let n = W::from_f64(x.len() as f64);
        let mean = sum_here([x], |[x]| x.widen()) / n;
        let squares = sum_here([x], |[x]| (x.widen() - mean) * (x.widen() - mean));
        Spread { mean, inverse: W::ONE / (squares / n + W::from_f64(epsilon)).sqrt() }
    }
}
