//! Exercise 16. Draw without replacement, so that an epoch shows every digit once.
//! `cargo run --release -- exercises watch ch16`

use chapters::ch16::judge;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// The batches of one epoch over `count` digits: lists of their numbers from 0 to count - 1. Every digit comes exactly once, every
/// order is as likely as every other, and every batch holds `batch_size` digits but the last, which holds what is left.
fn epoch(count: usize, batch_size: usize, rng: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
    // The source draws each batch from all digits: some come twice, and many not at all. Change this.
    let batches = count.div_ceil(batch_size);
    (0..batches).map(|_| (0..batch_size).map(|_| rng.random_range(0..count)).collect()).collect()
}

pub fn main() -> frame::Judgement {
    judge::judge(epoch)
}
