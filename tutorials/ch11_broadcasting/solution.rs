//! Solution 11. Every copy moved the result, so every copy's slope belongs to the element that was copied: they add up. First the axes that were
//! added in front: sum over the first axis until none is too many. Then the axes that were repeated: sum over them, and put them back with
//! length 1. (The order does not matter, and an axis of length 1 that was not repeated is summed over its one element.)
//!
//! As matrices: copying multiplies by a matrix C of zeros and ones. The way back of C is its transpose, and a row of Cᵀ has a 1 for every
//! copy of its element: it is a sum.

use chapters::ch11::judge;
use ndarray::{ArrayD, Axis};

fn sum_to(g: &ArrayD<f64>, shape: &[usize]) -> ArrayD<f64> {
    let mut sum = g.clone();
    while sum.ndim() > shape.len() {
        sum = sum.sum_axis(Axis(0));
    }
    for (axis, &length) in shape.iter().enumerate() {
        if length == 1 {
            sum = sum.sum_axis(Axis(axis)).insert_axis(Axis(axis));
        }
    }
    sum
}

pub fn main() -> frame::Judgement {
    judge::judge(sum_to)
}
