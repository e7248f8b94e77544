//! The two roofs under which every step stands, measured on one thread: how many operations in a second, and how many bytes. (Williams,
//! Waterman and Patterson 2009: work that does f operations for each byte it moves does no more in a second than the smaller of the peak and
//! f times the bandwidth.)

use gradus::kernel::gemm::{Matrix, blocked};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What this machine does at best.
pub struct Roof {
    /// Additions and multiplications in a second, in a matrix product that fits a cache.
    pub flops: f64,
    /// Copies from small to large: the bytes of both sides, and how many of them in a second.
    pub copies: Vec<(usize, f64)>,
    /// Bytes in a second, written to memory that was never touched before.
    pub first_touch: f64,
}

impl Roof {
    /// Measures for about a second.
    pub fn measure() -> Roof {
        // From 16 kB, which fits the first cache of most processors, to 256 MB, which fits none.
        let sizes = (7..15).map(|power| 1 << (2 * power));
        Roof { flops: product(), copies: sizes.map(|bytes| (bytes, copy(bytes))).collect(), first_touch: first_touch() }
    }

    /// Bytes in a second for work that goes over so many different bytes again and again: what copies of that size reach, on the line
    /// between the next smaller and the next larger ones that were measured (in logarithms, since each cache is several times the one before).
    pub fn bandwidth(&self, working_set: f64) -> f64 {
        let larger = self.copies.partition_point(|(bytes, _)| (*bytes as f64) < working_set).min(self.copies.len() - 1);
        let logarithms = |place: usize| ((self.copies[place].0 as f64).ln(), self.copies[place].1.ln());
        let ((x0, y0), (x1, y1)) = (logarithms(larger.saturating_sub(1)), logarithms(larger));
        let share = if x1 > x0 { ((working_set.ln() - x0) / (x1 - x0)).clamp(0.0, 1.0) } else { 1.0 };
        (y0 + share * (y1 - y0)).exp()
    }
}

/// The shortest time of as many runs as fit into the budget, in seconds. What disturbs a run only ever makes it longer.
pub fn fastest(budget: Duration, mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut shortest = f64::INFINITY;
    while start.elapsed() < budget || shortest.is_infinite() {
        let begin = Instant::now();
        work();
        shortest = shortest.min(begin.elapsed().as_secs_f64());
    }
    shortest
}

/// A product of 252 x 256 and 256 x 192 numbers, which fit the cache.
fn product() -> f64 {
    let (rows, inner, columns) = (252, 256, 192);
    let (a, b) = (vec![0.5_f32; rows * inner], vec![0.25_f32; inner * columns]);
    let mut c = vec![0.0; rows * columns];
    let seconds = fastest(Duration::from_millis(100), || {
        blocked(Matrix::new(black_box(&a), rows, inner), Matrix::new(black_box(&b), inner, columns), &mut c);
        black_box(&mut c);
    });
    (2 * rows * inner * columns) as f64 / seconds
}

fn copy(bytes: usize) -> f64 {
    let (from, mut to) = (vec![1_u8; bytes / 2], vec![2_u8; bytes / 2]);
    // A small copy is over before the clock has moved: several make one run.
    let copies = (1_usize << 20).div_ceil(bytes);
    let seconds = fastest(Duration::from_millis(40), || {
        for _ in 0..copies {
            to.copy_from_slice(black_box(&from));
            black_box(&mut to);
        }
    });
    (copies * bytes) as f64 / seconds
}

/// Writing where the system has promised memory and not yet given it.
fn first_touch() -> f64 {
    const BYTES: usize = 64 << 20;
    let seconds = fastest(Duration::from_millis(60), || {
        let mut new = Vec::<u8>::with_capacity(BYTES);
        new.resize(BYTES, 1);
        black_box(&mut new);
    });
    BYTES as f64 / seconds
}
