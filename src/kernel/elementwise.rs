//! Elementwise kernels, with NumPy's broadcasting. Large arrays are divided among threads in the same way as the rows of a matrix product, so that a
//! thread reads what it wrote itself and still has in its cache.

use super::parallel;
use super::wide::wide;
use crate::scalar::Scalar;
use crate::shape::{MAX_RANK, Shape};
use crate::view::{View, ViewMut};

/// Whether a function has loops of its own for what is common, beside those that compute everything. A module of WebAssembly travels with a page, so there
/// it has few.
const HAS_SHORTCUTS: bool = cfg!(not(target_family = "wasm"));

/// `y[i] = f(x[i])`
#[inline(always)]
pub fn map<F: Scalar>(x: View<F>, y: ViewMut<F>, f: impl Fn(F) -> F + Copy + Sync) {
    match (x.data, &mut *y.data) {
        ([x], [y]) if HAS_SHORTCUTS => *y = f(*x),
        _ => map_array(x, y, f),
    }
}

#[inline(never)]
fn map_array<F: Scalar>(x: View<F>, y: ViewMut<F>, f: impl Fn(F) -> F + Copy + Sync) {
    parallel::each_part((y.data, x.data), 1, move |(y, x)| map_here(x, y, f));
}

#[inline(never)] // so that other crates share what is compiled here
fn map_here<F: Scalar>(x: &[F], y: &mut [F], f: impl Fn(F) -> F) {
    wide(
        y.len(),
        #[inline(always)]
        move || {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = f(x);
            }
        },
    );
}

/// `y[i] = f(y[i])`
pub fn update<F: Scalar>(y: &mut [F], f: impl Fn(F) -> F) {
    wide(
        y.len(),
        #[inline(always)]
        move || {
            for y in y {
                *y = f(*y);
            }
        },
    );
}

/// `y[i] = f(y[i], x[i])`
pub fn accumulate<F: Scalar>(y: &mut [F], x: &[F], f: impl Fn(F, F) -> F) {
    wide(
        y.len(),
        #[inline(always)]
        move || {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = f(*y, x);
            }
        },
    );
}

/// `y[i] = f(a[i], b[i])`, where `a` and `b` broadcast to the shape of `y`.
#[inline(always)]
pub fn zip<F: Scalar>(a: View<F>, b: View<F>, y: ViewMut<F>, f: impl Fn(F, F) -> F + Copy + Sync) {
    match (a.data, b.data, &mut *y.data) {
        ([a], [b], [y]) if HAS_SHORTCUTS => *y = f(*a, *b),
        _ => zip_array(a, b, y, f),
    }
}

#[inline(never)]
fn zip_array<F: Scalar>(a: View<F>, b: View<F>, y: ViewMut<F>, f: impl Fn(F, F) -> F + Copy + Sync) {
    if a.shape == b.shape {
        zip_equal(a.data, b.data, y.data, f);
    } else if let (true, Some(repeat)) = (a.shape == y.shape, Repeat::of(b.shape, y.shape)) {
        repeat.zip(a.data, b.data, y.data, f);
    } else if let (true, Some(repeat)) = (HAS_SHORTCUTS && b.shape == y.shape, Repeat::of(a.shape, y.shape)) {
        repeat.zip(b.data, a.data, y.data, move |b, a| f(a, b));
    } else {
        let strides = [a.shape.strides_towards(y.shape), b.shape.strides_towards(y.shape)];
        let mut out = y.data.iter_mut();
        walk(y.shape, strides, |[i, j]| {
            if let Some(y) = out.next() {
                *y = f(a.data[i], b.data[j]);
            }
        });
    }
}

/// `y[i] = f(a[i], b[i], c[i])`, where the three operands broadcast to the shape of `y`.
#[inline(never)]
pub fn zip_three<F: Scalar>(x: &[View<F>], y: ViewMut<F>, f: impl Fn(F, F, F) -> F + Copy + Sync) {
    let (a, b, c) = (x[0].data, x[1].data, x[2].data);
    if x.iter().any(|x| x.shape != y.shape) {
        let mut out = y.data.iter_mut();
        return walk(y.shape, [0, 1, 2].map(|slot| x[slot].shape.strides_towards(y.shape)), |[i, j, k]| {
            if let Some(y) = out.next() {
                *y = f(a[i], b[j], c[k]);
            }
        });
    }
    parallel::each_part((y.data, (a, (b, c))), 1, move |(y, (a, (b, c)))| {
        wide(
            y.len(),
            #[inline(always)]
            move || {
                for (((y, &a), &b), &c) in y.iter_mut().zip(a).zip(b).zip(c) {
                    *y = f(a, b, c);
                }
            },
        );
    });
}

/// `y[i] = f(a[i], b[i])` for slices of one length.
fn zip_equal<F: Scalar>(a: &[F], b: &[F], y: &mut [F], f: impl Fn(F, F) -> F + Copy + Sync) {
    parallel::each_part((y, (a, b)), 1, move |(y, (a, b))| zip_here(a, b, y, f));
}

#[inline(never)] // as `map_here`
fn zip_here<F: Scalar>(a: &[F], b: &[F], y: &mut [F], f: impl Fn(F, F) -> F) {
    wide(
        y.len(),
        #[inline(always)]
        move || {
            for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                *y = f(a, b);
            }
        },
    );
}

/// The simple patterns in which a short array is repeated to fill a long one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Repeat {
    /// As a whole, one copy after the other: `[3]` in `[2, 3]`.
    Whole,
    /// Each element this many times: `[2, 1]` in `[2, 3]`, and a single number in any shape.
    Each(usize),
}

impl Repeat {
    /// How an array of shape `short` fills `long`, to which it broadcasts; `None` if the pattern is not a simple one, or if there is nothing to fill.
    pub(super) fn of(short: Shape, long: Shape) -> Option<Repeat> {
        if long.size() == 0 || short.rank() > long.rank() {
            return None;
        }
        let leading_ones = short.iter().take_while(|&&length| length == 1).count();
        let core = &short[leading_ones..];
        if !core.is_empty() && long.ends_with(core) {
            return Some(Repeat::Whole);
        }
        let trailing_ones = short.iter().rev().take_while(|&&length| length == 1).count();
        let same = short.rank() - trailing_ones;
        let aligned = short.rank() == long.rank() && short[..same] == long[..same];
        (aligned || core.is_empty()).then(|| Repeat::Each(long.size() / short.size()))
    }

    /// `y[i] = f(long[i], short[j])`, where `short[j]` is the element that is repeated at place i.
    fn zip<F: Scalar>(self, long: &[F], short: &[F], y: &mut [F], f: impl Fn(F, F) -> F + Copy + Sync) {
        match self {
            Repeat::Whole if y.len() == short.len() => zip_equal(long, short, y, f),
            Repeat::Whole => parallel::each_part((y, long), short.len(), move |(y, long)| zip_rows(long, short, y, f)),
            Repeat::Each(times) => wide(
                times,
                #[inline(always)]
                move || {
                    for ((y, long), &short) in y.chunks_exact_mut(times).zip(long.chunks_exact(times)).zip(short) {
                        for (y, &long) in y.iter_mut().zip(long) {
                            *y = f(long, short);
                        }
                    }
                },
            ),
        }
    }
}

/// `y[i] = f(long[i], row[i])`, row after row of `long`.
#[inline(never)] // as `map_here`
fn zip_rows<F: Scalar>(long: &[F], row: &[F], y: &mut [F], f: impl Fn(F, F) -> F) {
    wide(
        row.len(),
        #[inline(always)]
        move || {
            for (y, long) in y.chunks_exact_mut(row.len()).zip(long.chunks_exact(row.len())) {
                for ((y, &long), &short) in y.iter_mut().zip(long).zip(row) {
                    *y = f(long, short);
                }
            }
        },
    );
}

/// The offset that strides give to the element of this number, in row-major order, of an array with these axes.
pub fn offset(mut element: usize, axes: &[usize], strides: &[usize]) -> usize {
    let mut offset = 0;
    for (&length, &stride) in axes.iter().zip(strides).rev() {
        offset += element % length * stride;
        element /= length;
    }
    offset
}

/// Calls `visit` for every element of `shape` in row-major order, with the offset that each set of strides gives it. (Offsets wrap, so that a stride may be
/// a negative number's `as usize`.)
pub fn walk<const N: usize>(shape: Shape, strides: [[usize; MAX_RANK]; N], mut visit: impl FnMut([usize; N])) {
    if shape.size() == 0 {
        return;
    }
    let mut index = [0; MAX_RANK];
    let mut offsets = [0; N];
    loop {
        visit(offsets);
        let mut axis = shape.rank();
        loop {
            if axis == 0 {
                return;
            }
            axis -= 1;
            index[axis] += 1;
            for (offset, strides) in offsets.iter_mut().zip(&strides) {
                *offset = offset.wrapping_add(strides[axis]);
            }
            if index[axis] < shape[axis] {
                break;
            }
            for (offset, strides) in offsets.iter_mut().zip(&strides) {
                *offset = offset.wrapping_sub(strides[axis].wrapping_mul(index[axis]));
            }
            index[axis] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_columns_and_single_numbers_are_repeated_the_simple_way() {
        let cases: [(&[usize], &[usize], Option<Repeat>); 8] = [
            (&[3], &[2, 3], Some(Repeat::Whole)),
            (&[1, 3], &[2, 3], Some(Repeat::Whole)),
            (&[2, 1], &[2, 3], Some(Repeat::Each(3))),
            (&[], &[2, 3], Some(Repeat::Each(6))),
            (&[1, 1], &[2, 3], Some(Repeat::Each(6))),
            (&[4, 1, 1], &[4, 2, 3], Some(Repeat::Each(6))),
            (&[2, 1], &[4, 2, 3], None),
            (&[3], &[0, 3], None),
        ];
        for (short, long, want) in cases {
            assert_eq!(Repeat::of(short.into(), long.into()), want, "{short:?} in {long:?}");
        }
    }

    #[test]
    fn the_simple_ways_agree_with_the_walk() {
        for (long, short) in [([2, 3], [1, 3]), ([2, 3], [2, 1]), ([2, 3], [1, 1]), ([1, 3], [1, 1])] {
            let (long, short) = (Shape::from(long), Shape::from(short));
            let numbers: Vec<f64> = (0..6).map(f64::from).collect();
            let a = View { data: &numbers[..long.size()], shape: long };
            let b = View { data: &numbers[..short.size()], shape: short };
            let mut fast = vec![f64::NAN; long.size()];
            zip(b, a, ViewMut { data: &mut fast, shape: long }, |b, a| 10.0 * a - b);
            let mut slow = Vec::new();
            walk(long, [long.strides_towards(long), short.strides_towards(long)], |[i, j]| {
                slow.push(10.0 * a.data[i] - b.data[j]);
            });
            assert_eq!(fast, slow, "{short} in {long}");
        }
    }
}
