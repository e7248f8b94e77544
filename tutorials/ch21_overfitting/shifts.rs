//! Digits that are moved by a pixel or two: the same digits to us, other numbers to a net.

use gradus::data::{Batch, Digits, PIXELS, SIDE};
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
