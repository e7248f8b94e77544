//! Digits that are moved to the left: to ask a net whether it minds.

use gradus::data::{Digits, PIXELS, SIDE};
use gradus::nn::Module;

/// The share of the test digits that is read when all are moved to the left by so many pixels; then shuffled, for a net that was trained on
/// shuffled digits.
pub fn read_when_moved(net: &impl Module<f32>, test: &Digits, pixels: usize, order: Option<&Vec<usize>>) -> f64 {
    // What leaves on the left comes in on the right. The four columns on the left are paper in all but 4% of the digits.
    let from: Vec<usize> = (0..PIXELS).map(|at| at - at % SIDE + (at % SIDE + pixels) % SIDE).collect();
    let moved = test.with_pixels_permuted(&from);
    order.map_or(moved.clone(), |order| moved.with_pixels_permuted(order)).accuracy(net)
}
