//! Solution 7. A step goes against the slope, as far as the rate says: x - rate f'(x). Where the slope is negative that is a step to the
//! right. The last three points of the drawing could not have come from it.
//!
//! The curvature decides what a level place is, and its extremes are the eigenvalues of h: half the sum of the diagonal, minus and plus
//! a root. Both positive: up in every direction, a minimum. Both negative: a maximum. One of each: a saddle. The sign of
//! the determinant a c - b² says as much, because it is the product of the two; the diagonal alone does not, because it knows only two
//! directions of all.

use chapters::ch07::judge;
use judge::Place;

fn path(slope: &dyn Fn(f64) -> f64, start: f64, rate: f64, steps: usize) -> Vec<f64> {
    let mut path = vec![start];
    for step in 0..steps {
        path.push(path[step] - rate * slope(path[step]));
    }
    path
}

fn place(h: [[f64; 2]; 2]) -> Place {
    let (middle, half_apart) = ((h[0][0] + h[1][1]) / 2.0, (h[0][0] - h[1][1]) / 2.0);
    let root = half_apart.hypot(h[0][1]);
    match (middle - root > 0.0, middle + root > 0.0) {
        (true, true) => Place::Minimum,
        (false, false) => Place::Maximum,
        _ => Place::Saddle,
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(path, place)
}
