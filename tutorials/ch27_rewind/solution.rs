//! Solution 27. The tape has kept the input's buffer from the step before, and that is where the numbers are to end up. So they are
//! written there at once, pixel by pixel: a view of a row is no copy. gradus' own batches do the same (`data::Rows`).

use chapters::ch27::judge;
use ndarray::ArrayView2;

fn gather(pictures: ArrayView2<u8>, rows: &[usize], buffer: &mut [f32]) {
    for (to, &row) in buffer.chunks_exact_mut(pictures.ncols()).zip(rows) {
        for (to, &pixel) in to.iter_mut().zip(pictures.row(row)) {
            *to = f32::from(pixel) / 255.0;
        }
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(gather)
}
