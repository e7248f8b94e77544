//! Judges an all-reduce of devices that have different numbers of rows: against the gradient of all rows together.

use frame::{Judge, Judgement};
use ndarray::{Array1, Array2, Axis, s};
use rand::RngExt;

/// What a device has found.
#[derive(Clone, Debug)]
pub struct Found {
    /// How many rows of the batch it has. It may have none.
    pub rows: usize,
    /// The gradient of the mean loss over its rows. The mean of no rows is 0 / 0: such a device has NaN.
    pub gradient: Array1<f64>,
}

type AllReduce = fn(&[Found]) -> Array1<f64>;

pub fn judge(all_reduce: AllReduce) -> Judgement {
    Judge::examine("30_outgrowing", |judge| {
        case(judge, all_reduce, &[3, 1]);
        case(judge, all_reduce, &[2, 2, 2, 2]);
        case(judge, all_reduce, &[5]);
        case(judge, all_reduce, &[4, 4, 4, 1]);
        case(judge, all_reduce, &[3, 0, 2]);
        for _ in 0..6 {
            let devices = judge.rng().random_range(2..7);
            let mut rows: Vec<usize> = (0..devices).map(|_| judge.rng().random_range(0..9)).collect();
            rows[0] += 1;
            case(judge, all_reduce, &rows);
        }
    })
}

/// A model y = w x with the loss (y - t)² / 2, averaged over the rows of a batch.
fn case(judge: &mut Judge, all_reduce: AllReduce, rows: &[usize]) {
    let whole: usize = rows.iter().sum();
    let (x, w, t) = (judge.draw((whole, 3), 1.0), judge.draw(3, 1.0), judge.draw(whole, 1.0));
    let slopes: Array2<f64> = &x * &(x.dot(&w) - t).insert_axis(Axis(1)); // a row for each row of the batch
    let mut first = 0;
    let found: Vec<Found> = rows
        .iter()
        .map(|&rows| {
            let own = slopes.slice(s![first..first + rows, ..]);
            first += rows;
            Found { rows, gradient: own.sum_axis(Axis(0)) / rows as f64 }
        })
        .collect();
    let expected = slopes.sum_axis(Axis(0)) / whole as f64;
    let told = |found: &Found| format!("{} rows: {:.3}", found.rows, found.gradient);
    judge.given(found.iter().map(told).collect::<Vec<_>>().join("; "));
    let has_rows = |found: &&Found| found.rows > 0;
    let sum = |weight: &dyn Fn(&Found) -> f64| {
        found
            .iter()
            .filter(has_rows)
            .fold(Array1::zeros(3), |sum: Array1<f64>, found| sum + &found.gradient * weight(found))
    };
    let devices = found.len() as f64;
    let busy = found.iter().filter(has_rows).count() as f64;
    let got = all_reduce(&found);
    if got.iter().any(|slope| slope.is_nan()) {
        let what = "the gradient has no NaN: 0 times that of a device without rows is NaN, so leave such a device out";
        return judge.holds(what, format!("{expected:.3}"), format!("{got:.3}"), false);
    }
    judge
        .equal("the gradient of the mean loss over all rows", expected.clone(), got)
        .slip("each device counts alike, however many rows it has: weigh its gradient by its rows", || {
            sum(&|_| 1.0 / busy)
        })
        .slip("each device counts alike, those without rows too: weigh a gradient by its rows", || {
            sum(&|_| 1.0 / devices)
        })
        .slip("the gradients are means already: their plain sum is too long", || sum(&|_| 1.0))
        .slip("weighed by rows, but not divided by the rows of the whole batch", || sum(&|found| found.rows as f64))
        .slip("weighed by rows, and divided by the number of devices instead of the number of rows", || {
            sum(&|found| found.rows as f64 / devices)
        })
        .slip("this is the gradient of the first device alone", || found[0].gradient.clone());
}
