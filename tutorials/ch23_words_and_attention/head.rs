//! One head of attention on numbers that one can follow.

use frame::Origin::Theory;
use frame::{Result, Run};
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use ndarray::{Array2, ArrayView1};

/// What the places of "ann" ask for, how they are labelled, and what they hand out.
const QUERIES: [[f64; 2]; 3] = [[1.0, 0.0], [0.0, 2.0], [2.0, 0.0]];
const KEYS: [[f64; 2]; 3] = [[2.0, 0.0], [0.0, 1.0], [0.0, 2.0]];
const VALUES: [[f64; 2]; 3] = [[1.0, 0.0], [0.0, 1.0], [0.0, 5.0]];

pub fn by_hand(run: &mut Run) -> Result {
    run.heading("Attention by hand");
    let tape = Tape::<f64>::new();
    let q = tape.var(QUERIES).named("queries");
    let k = tape.var(KEYS).named("keys");
    let v = tape.var(VALUES).named("values");
    // ANCHOR: head
    let scores = q.matmul_nt(k) / 2_f64.sqrt(); // [3, 3]: how well each query fits each key; a query has 2 numbers
    let masked = scores + tape.causal_mask(3); // -10³⁰ above the diagonal: no place sees those after it
    let weights = masked.softmax(1); // each row adds up to 1
    let found = weights.matmul(v); // a mean of the values
    // ANCHOR_END: head
    run.say("             query      key    value    scores                weights               found");
    let [scores, weights, values] = [scores, weights, found].map(table);
    for (place, letter) in ["a", "n", "n"].into_iter().enumerate() {
        let whole = |rows: [[f64; 2]; 3]| format!("{:>3} {:>3}", rows[place][0], rows[place][1]);
        let row = |array: &Array2<f64>| numbers(array.row(place));
        run.say(format!(
            "  {place}  {letter}      {}  {}  {}   {}  {}  {}",
            whole(QUERIES),
            whole(KEYS),
            whole(VALUES),
            row(&scores),
            row(&weights),
            row(&values)
        ));
    }
    let op = q.scaled_dot_product_attention(k, v, Some(tape.causal_mask(3)));
    let apart = (op - found).abs().max().item();
    run.result("head_apart", apart);
    run.compare("a head by hand: apart from the library's", apart, Theory, "0", 0.0, 1e-12);

    let tape = Tape::<f64>::new();
    let [q, k, v] = [("queries", QUERIES), ("keys", KEYS), ("values", VALUES)].map(|(name, x)| tape.var(x).named(name));
    let found = q.scaled_dot_product_attention(k, v, Some(tape.causal_mask(3))).named("found");
    found.sum().named("y").backward();
    run.draw("tape", &tape, &DrawOptions::new().title("One head of attention, with a causal mask"))
}

fn table(x: Var<f64>) -> Array2<f64> {
    x.value().into_dimensionality().expect("a table")
}

fn numbers(row: ArrayView1<f64>) -> String {
    row.iter().map(|x| format!("{x:>6.2}")).collect()
}
