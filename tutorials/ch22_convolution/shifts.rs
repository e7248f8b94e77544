//! Digits that are shifted: to ask a net whether it minds, and to train one that does so less.

use gradus::data::{Batch, Digits, PIXELS, SIDE};
use gradus::nn::Module;
use ndarray::Array2;
use rand::{Rng, RngExt};

// ANCHOR: shifted
/// The images of a batch, each moved by up to `most` pixels, across and down; what comes in at the edge is paper.
pub fn shifted(digits: &Digits, batch: &Batch, most: usize, rng: &mut impl Rng) -> Array2<f32> {
    let mut rows = Array2::zeros((batch.len(), PIXELS));
    for (mut row, &index) in rows.outer_iter_mut().zip(batch.indices()) {
        let [down, across] = [(); 2].map(|()| rng.random_range(0..=2 * most));
        let image = digits.image::<f32>(index);
        for ((y, x), &ink) in image.indexed_iter() {
            let to = |at: usize, by: usize| (at + by).checked_sub(most).filter(|&at| at < SIDE);
            if let (Some(y), Some(x)) = (to(y, down), to(x, across)) {
                row[y * SIDE + x] = ink;
            }
        }
    }
    rows
}
// ANCHOR_END: shifted

/// The share of the test digits that is read when all are moved to the left by so many pixels; then shuffled, for a net that was trained on
/// shuffled digits.
pub fn read_when_moved(net: &impl Module<f32>, test: &Digits, pixels: usize, order: Option<&Vec<usize>>) -> f64 {
    // What leaves on the left comes in on the right. The four columns on the left are paper in all but 4% of the digits.
    let from: Vec<usize> = (0..PIXELS).map(|at| at - at % SIDE + (at % SIDE + pixels) % SIDE).collect();
    let moved = test.with_pixels_permuted(&from);
    order.map_or(moved.clone(), |order| moved.with_pixels_permuted(order)).accuracy(net)
}
