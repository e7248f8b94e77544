//! Exercise 23. One head of attention by hand, with its mask. `cargo run --release -- exercises watch ch23`
//!
//! Place i of a text has a query, a key (each a row of d numbers) and a value. Its score for place j is query i times key j, divided by √d. It may
//! see itself and the places before it, not those after it.

use chapters::ch23::judge;
use ndarray::Array2;

/// How much each place (the row) attends to each (the column): the softmax of its scores over the places that it may see. Each row adds up to 1.
fn weights(queries: &Array2<f64>, keys: &Array2<f64>) -> Array2<f64> {
    // All places attend to all places alike. How well does each query fit each key, and which places may it see?
    let (places, seen) = (queries.nrows(), keys.nrows());
    Array2::from_elem((places, seen), 1.0 / seen as f64)
}

/// What each place finds: the mean of the values, each taken as often as the place attends to it.
fn head(queries: &Array2<f64>, keys: &Array2<f64>, values: &Array2<f64>) -> Array2<f64> {
    // Each place finds its own value.
    let _ = (queries, keys);
    values.clone()
}

pub fn main() -> frame::Judgement {
    judge::judge(weights, head)
}
