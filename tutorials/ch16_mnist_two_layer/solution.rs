//! Solution 16. Shuffle the numbers once and cut the result into batches. The shuffle is Fisher and Yates's: the last place gets one of
//! all numbers, the place before it one of those that are left, and so on, so that each of the n! orders has the chance 1/n!.
//!
//! Tempting, and wrong: to swap every place with any place, `random_range(0..count)`. That has n^n equally likely courses, which do not share
//! out evenly among n! orders. With four digits the rarest order comes in 8 of 256 courses and the commonest in 15, where each should come in
//! 10.7; with 60,000 digits nobody would ever notice.

use chapters::ch16::judge;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

fn epoch(count: usize, batch_size: usize, rng: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..count).collect();
    for left in (1..count).rev() {
        order.swap(left, rng.random_range(0..=left));
    }
    order.chunks(batch_size).map(<[usize]>::to_vec).collect()
}

pub fn main() -> frame::Judgement {
    judge::judge(epoch)
}
