//! Solution 15. A weighted sum of n independent terms of spread s has spread s √n. With s = 1/√n the sum spreads as its inputs do, whatever
//! the width, and the sigmoids start where they are steep.

use chapters::ch15::judge;

fn spread(n_in: usize) -> f64 {
    1.0 / (n_in as f64).sqrt()
}

pub fn main() -> frame::Judgement {
    judge::judge(spread)
}
