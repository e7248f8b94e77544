//! Judges one head of causal attention: beside gradus' own on few and many places, on narrow and wide queries, and on scores so large that an
//! exponential of them overflows.

use frame::{Judge, Judgement};
use gradus::Tape;
use ndarray::{Array2, Axis, Ix2, concatenate};
use rand::RngExt;

type Weights = fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>;
type Head = fn(&Array2<f64>, &Array2<f64>, &Array2<f64>) -> Array2<f64>;

/// The number of places, of numbers in a query and in a value: few to show, one place, one number, wide ones.
const PLAIN: [[usize; 3]; 6] = [[3, 4, 2], [2, 4, 1], [1, 3, 2], [4, 1, 1], [5, 2, 3], [7, 16, 5]];

pub fn judge(weights: Weights, head: Head) -> Judgement {
    Judge::examine("23_words_and_attention", |judge| {
        for sizes in PLAIN {
            one_case(judge, weights, head, sizes, 1.0);
        }
        for size in [1.0, 3.0] {
            let rng = judge.rng();
            let sizes = [rng.random_range(2..9), rng.random_range(2..9), rng.random_range(1..6)];
            one_case(judge, weights, head, sizes, size);
        }
        // Scores of some tens of thousands: e to that power is no number any more.
        one_case(judge, weights, head, [4, 3, 2], 200.0);
    })
}

fn one_case(judge: &mut Judge, weights: Weights, head: Head, [places, width, found]: [usize; 3], size: f64) {
    let [queries, keys] = [(); 2].map(|()| judge.draw((places, width), size));
    let values = judge.draw((places, found), 1.0);
    let tape = Tape::new();
    let [q, k, v] = [&queries, &keys, &values].map(|array| tape.input(array));
    let mask = Some(tape.causal_mask(places));
    let plain = |x: gradus::Var<f64>| x.value().into_dimensionality::<Ix2>().expect("a matrix");
    let shares = plain(q.attention_weights(k, mask));
    judge.given(format!("queries {}, keys {}, values {}", shown(&queries), shown(&keys), shown(&values)));

    let (root, all) = ((width as f64).sqrt(), queries.dot(&keys.t()));
    let scores = &all / root;
    let before = |row: usize, column: usize| column <= row;
    let got = weights(&queries, &keys);
    let numbers = if got.iter().any(|share| share.is_nan()) { "NaN among them" } else { "numbers" };
    let all_numbers = "numbers, however large a score is: take the largest of its row off before the exponential";
    judge.holds("whether all shares are numbers", all_numbers, numbers, numbers == "numbers");
    judge
        .equal("how much each place attends to each", &shares, got)
        .slip("the mask is missing: every place sees those after it", || softmax(&scores))
        .slip("the mask hides the wrong half: a place sees itself and those after it", || {
            softmax(&masked(&scores, |row, column| column >= row))
        })
        .slip("a place may see itself, too", || softmax(&masked(&scores, |row, column| column < row)))
        .slip("the mask comes after the softmax: the rows no longer add up to 1. Mask the scores", || {
            kept(&softmax(&scores), before, 0.0)
        })
        .slip("a hidden score is 0, and e to the power of 0 is a share like any other: make it -∞", || {
            softmax(&kept(&scores, before, 0.0))
        })
        .slip("the softmax goes down the columns: each row must add up to 1, over the keys", || {
            softmax(&masked(&scores, before).reversed_axes()).reversed_axes()
        })
        .slip("the softmax is over all scores together: each query has one of its own", || {
            let masked = masked(&scores, before);
            let row = masked.to_shape((1, masked.len())).expect("a row").to_owned();
            softmax(&row).into_shape_with_order(scores.dim()).expect("its shape")
        })
        .slip("the scores are not divided by √d, the root of the length of a query", || {
            softmax(&masked(&all, before))
        })
        .slip("the scores are divided by d; it should be its root", || softmax(&masked(&(&all / width as f64), before)))
        .slip("the scores are divided by the root of the number of places; d is the length of a query", || {
            softmax(&masked(&(&all / (places as f64).sqrt()), before))
        })
        .slip("queries and keys are swapped: row i is what place i asks for", || {
            softmax(&masked(&scores.t().to_owned(), before))
        })
        .slip("rows and columns are swapped: row i is what place i attends to", || shares.t().to_owned());

    let answer = plain(q.scaled_dot_product_attention(k, v, Some(tape.causal_mask(places))));
    judge
        .equal("what each place finds", &answer, head(&queries, &keys, &values))
        .slip("the weights are transposed: place i takes each value as often as row i says", || shares.t().dot(&values))
        .slip("every value before counts alike: take each as often as the place attends to it", || {
            softmax(&masked(&Array2::zeros(scores.dim()), before)).dot(&values)
        })
        .slip("each place finds the value of the key that fits best: it should find a mean of all", || {
            let best =
                |row: usize| (0..=row).max_by(|&a, &b| shares[[row, a]].total_cmp(&shares[[row, b]])).unwrap_or(0);
            let rows: Vec<_> = (0..places).map(|row| values.row(best(row)).insert_axis(Axis(0))).collect();
            concatenate(Axis(0), &rows).expect("rows of one length")
        })
        .slip("the mask is missing: every place finds what comes after it", || softmax(&scores).dot(&values))
        .slip("these are the keys that each place finds; it should be values", || shares.dot(&keys));
}

/// The array where `keep` says so, and another number elsewhere.
fn kept(array: &Array2<f64>, keep: impl Fn(usize, usize) -> bool, elsewhere: f64) -> Array2<f64> {
    Array2::from_shape_fn(array.dim(), |(row, column)| if keep(row, column) { array[[row, column]] } else { elsewhere })
}

/// A very negative number instead of the scores that are hidden.
fn masked(scores: &Array2<f64>, seen: impl Fn(usize, usize) -> bool) -> Array2<f64> {
    kept(scores, seen, -1e30)
}

fn softmax(scores: &Array2<f64>) -> Array2<f64> {
    let mut shares = scores.clone();
    for mut row in shares.rows_mut() {
        let largest = row.fold(f64::NEG_INFINITY, |largest, &score| largest.max(score));
        row.mapv_inplace(|score| (score - largest).exp());
        row /= row.sum();
    }
    shares
}

/// The numbers of a small array, the size of a larger one.
fn shown(array: &Array2<f64>) -> String {
    let row = |row: ndarray::ArrayView1<f64>| row.iter().map(|x| format!("{x:.2}")).collect::<Vec<_>>().join(" ");
    match array.len() <= 12 {
        true => format!("[{}]", array.outer_iter().map(row).collect::<Vec<_>>().join(" | ")),
        false => format!("{} x {}", array.nrows(), array.ncols()),
    }
}
