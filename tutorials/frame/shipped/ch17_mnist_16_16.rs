//! Exercise 17. Count the numbers that a net has to learn.
//! `cargo run --release -- exercises check ch17`

use chapters::ch17::judge;

/// How many parameters a net with these layer sizes has, inputs first: `[784, 16, 16, 10]` has 13,002.
fn parameters(sizes: &[usize]) -> usize {
    // The source's formula, 784 x 16 + 16 x 16 + 16 x 10. What does it leave out?
    let mut count = 0;
    for layer in 1..sizes.len() {
        count += sizes[layer - 1] * sizes[layer];
    }
    count
}

pub fn main() -> frame::Judgement {
    judge::judge(parameters)
}
