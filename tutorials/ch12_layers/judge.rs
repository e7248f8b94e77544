//! Judges the way back of softmax and cross-entropy: beside the formula, against nudging to second order, and with the loss in the middle of a program.

use frame::{Judge, Judgement};
use gradus::check::Check;
use gradus::{Scalar, Tape, Var};
use ndarray::{Array2, Axis};

type Loss = for<'t> fn(Var<'t, f64>, Var<'t, f64>) -> Var<'t, f64>;

/// -1/N Σ t ln softmax(x), for N rows that lie one behind the other.
pub fn cross_entropy<F: Scalar>(x: &[F], t: &[F], rows: usize) -> F {
    let classes = x.len() / rows;
    let mut sum = F::ZERO;
    for (x, t) in x.chunks(classes).zip(t.chunks(classes)) {
        let largest = x.iter().copied().fold(x[0], |largest, x| if x > largest { x } else { largest });
        let log_sum = x.iter().map(|&x| (x - largest).exp()).fold(F::ZERO, |sum, x| sum + x).ln();
        sum = x.iter().zip(t).fold(sum, |sum, (&x, &t)| sum + t * (log_sum - (x - largest)));
    }
    sum / F::from_f64(rows as f64)
}

pub fn judge(loss: Loss) -> Judgement {
    Judge::examine("12_layers", |judge| {
        let shapes = [(1, 3), (2, 3), (5, 2), (1, 1), (4, 4), (3, 10)];
        for ((rows, classes), size) in shapes.into_iter().flat_map(|shape| [(shape, 1.0), (shape, 40.0)]) {
            let x: Array2<f64> = judge.draw((rows, classes), size);
            let one_hot = Array2::from_shape_fn((rows, classes), |(row, class)| {
                f64::from(u8::from((2 * row + 1) % classes == class))
            });
            let soft = distributions(&judge.draw((rows, classes), 1.0));
            for (kind, t) in [("one-hot", one_hot), ("soft", soft)] {
                for after in [1.0, -3.0] {
                    judge
                        .given(format!("x {rows} x {classes} up to {size}, t {kind}; the program's loss is {after} L"));
                    one_case(judge, loss, &x, &t, after);
                }
            }
        }
    })
}

/// Rows of positive numbers that sum to 1.
fn distributions(x: &Array2<f64>) -> Array2<f64> {
    let positive = x.mapv(|x| x.abs() + 0.1);
    let sums = positive.sum_axis(Axis(1)).insert_axis(Axis(1));
    positive / sums
}

fn one_case(judge: &mut Judge, loss: Loss, x: &Array2<f64>, t: &Array2<f64>, after: f64) {
    let tape = Tape::new();
    let at = tape.var(x);
    let slope = (loss(at, tape.input(t)) * after).backward().wrt(at).value();
    let y = tape.input(x).softmax(1).value();
    let rows = x.nrows() as f64;
    let off = &y - t;
    judge
        .equal("the slope by x", &off * after / rows, slope)
        .slip("the N is missing: L is a mean over the rows", || &off * after)
        .slip("g is missing: L need not be the end of the program", || &off / rows)
        .slip("g and N are missing", || off.clone())
        .slip("it is divided by the number of all elements; L is a mean over the rows", || {
            &off * after / x.len() as f64
        })
        .slip("the targets are missing", || &y * after / rows)
        .slip("the sign: a score that should have been larger must get a negative slope", || -&off * after / rows);
    // Where a probability is nearly 1, slopes are smaller than what nudging can see; there the formula above is the witness.
    if x.iter().all(|x| x.abs() <= 1.0) {
        let check = Check::new().seed(judge.seed()).names(["x"]).order(2);
        judge.report(&check.run(|x| loss(x[0], x[0].tape().input(t)) * after, &[x]));
    }
}
