//! The little linear algebra that Newton's method needs.

use ndarray::{Array1, Array2};

/// Solves A x = b by elimination, always with the largest pivot. If A has no inverse, the result is not finite.
pub fn solve(a: &Array2<f64>, b: &Array1<f64>) -> Array1<f64> {
    let (n, mut a, mut b) = (b.len(), a.clone(), b.clone());
    for column in 0..n {
        let pivot = (column..n).max_by(|&i, &j| a[[i, column]].abs().total_cmp(&a[[j, column]].abs()));
        let pivot = pivot.expect("at least one row is left");
        for k in 0..n {
            a.swap([column, k], [pivot, k]);
        }
        b.swap(column, pivot);
        for row in column + 1..n {
            let factor = a[[row, column]] / a[[column, column]];
            for k in column..n {
                a[[row, k]] -= factor * a[[column, k]];
            }
            b[row] -= factor * b[column];
        }
    }
    let mut x = Array1::zeros(n);
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|k| a[[row, k]] * x[k]).sum();
        x[row] = (b[row] - known) / a[[row, row]];
    }
    x
}

/// The eigenvalues of a symmetric matrix of two rows, the smaller first: half the trace, less and plus a root.
pub fn eigenvalues(h: &Array2<f64>) -> [f64; 2] {
    let (middle, half_apart) = ((h[[0, 0]] + h[[1, 1]]) / 2.0, (h[[0, 0]] - h[[1, 1]]) / 2.0);
    let root = half_apart.hypot(h[[0, 1]]);
    [middle - root, middle + root]
}
