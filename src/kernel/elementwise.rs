//! Element-by-element kernels, with NumPy's broadcasting.

use crate::op::{View, ViewMut};
use crate::scalar::Scalar;
use crate::shape::{MAX_RANK, Shape};

/// `y[i] = f(x[i])`
pub fn map<F: Scalar>(x: View<F>, y: ViewMut<F>, f: impl Fn(F) -> F) {
    for (y, &x) in y.data.iter_mut().zip(x.data) {
        *y = f(x);
    }
}

/// `y[i] = f(a[i], b[i])`, where `a` and `b` broadcast to the shape of `y`.
pub fn zip<F: Scalar>(a: View<F>, b: View<F>, y: ViewMut<F>, f: impl Fn(F, F) -> F) {
    let repeats_rows = |short: Shape, long: Shape| {
        short.rank() <= long.rank() && short[..] == long[long.rank() - short.rank()..] && short.size() > 0
    };
    if a.shape == b.shape {
        for ((y, &a), &b) in y.data.iter_mut().zip(a.data).zip(b.data) {
            *y = f(a, b);
        }
    } else if a.shape == y.shape && b.data.len() == 1 {
        let b = b.data[0];
        for (y, &a) in y.data.iter_mut().zip(a.data) {
            *y = f(a, b);
        }
    } else if b.shape == y.shape && a.data.len() == 1 {
        let a = a.data[0];
        for (y, &b) in y.data.iter_mut().zip(b.data) {
            *y = f(a, b);
        }
    } else if a.shape == y.shape && repeats_rows(b.shape, y.shape) {
        for (y, a) in y.data.chunks_exact_mut(b.data.len()).zip(a.data.chunks_exact(b.data.len())) {
            for ((y, &a), &b) in y.iter_mut().zip(a).zip(b.data) {
                *y = f(a, b);
            }
        }
    } else {
        let (a_strides, b_strides) = (a.shape.strides_towards(y.shape), b.shape.strides_towards(y.shape));
        let mut y = y.data.iter_mut();
        walk(y_shape(&a, &b), [a_strides, b_strides], |[i, j]| {
            if let Some(y) = y.next() {
                *y = f(a.data[i], b.data[j]);
            }
        });
    }
}

fn y_shape<F>(a: &View<F>, b: &View<F>) -> Shape {
    a.shape.broadcast(b.shape).expect("the shape rule was checked when the op was recorded")
}

/// Calls `visit` for every element of `shape` in row-major order, with the offset that each set of strides gives it.
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
                *offset += strides[axis];
            }
            if index[axis] < shape[axis] {
                break;
            }
            for (offset, strides) in offsets.iter_mut().zip(&strides) {
                *offset -= strides[axis] * index[axis];
            }
            index[axis] = 0;
        }
    }
}
