//! Sums of millions of f32: as exact as sums of two, in every op, and the same on any number of threads.

use gradus::ops::add_n::AddN;
use gradus::prelude::*;
use ndarray::{Array1, ArrayD};
use rand::RngExt;

/// How far each of some numbers may be off, relative to what it should be.
const TOLERANCE: f64 = 1e-6;

#[track_caller]
fn near(found: ArrayD<f32>, want: f64) {
    for found in found {
        assert!((f64::from(found) / want - 1.0).abs() < TOLERANCE, "{found} for {want}");
    }
}

/// A tenth, as f32 has it.
const TENTH: f64 = 0.1_f32 as f64;

#[test]
fn a_mean_over_twenty_million_tenths_is_a_tenth() {
    let tape = Tape::<f32>::new();
    let x = tape.full([20_000_000], 0.1);
    near(x.mean().value(), TENTH);
    near(x.sum().value(), 2e7 * TENTH);
}

#[test]
fn a_sum_is_right_over_whichever_axes_it_goes() {
    let tape = Tape::<f32>::new();
    let million = 1_000_000;
    near(tape.full([million, 2], 0.1).mean_axes(0).value(), TENTH);
    near(tape.full([2, million], 0.1).mean_axes(1).value(), TENTH);
    near(tape.full([2, million, 2], 0.1).sum_axes(1).value(), 1e6 * TENTH);
    near(tape.full([1000, 2, 1000], 0.1).sum_axes([0, 2]).value(), 1e6 * TENTH);
    near(tape.full([1000, 2, 1000, 2], 0.1).sum_axes([0, 2]).value(), 1e6 * TENTH);
    near(tape.full([1000, 300], 0.1).sum_axes(0).value(), 1e3 * TENTH);
    near(tape.full([million, 3], 0.1).sum_to([3]).value(), 1e6 * TENTH);
    near(tape.full([3, million], 0.1).sum_to([3, 1]).value(), 1e6 * TENTH);
}

#[test]
fn a_loss_over_a_million_rows_is_that_of_one() {
    let tape = Tape::<f32>::new();
    let rows = 1_000_000;
    let logits = tape.full([rows, 10], 0.0);
    near(logits.softmax_cross_entropy(tape.labels(&vec![0; rows])).value(), 10.0_f64.ln());
    near(logits.softmax_cross_entropy_with(tape.full([rows, 10], 0.1)).value(), 10.0 * TENTH * 10.0_f64.ln());
    let (outputs, targets) = (tape.full([rows], 0.3), tape.full([rows], 0.2));
    let off = f64::from(0.3_f32 - 0.2_f32);
    near(outputs.quadratic_cost(targets).value(), off * off / 2.0);
    near(outputs.mean_squared_error(targets).value(), off * off);
    near(outputs.huber(targets, 1.0).value(), off * off / 2.0);
    near(tape.full([rows], 0.0).binary_cross_entropy_with_logits(targets).value(), 2.0_f64.ln());
}

#[test]
fn a_logarithm_of_a_sum_over_a_million_classes_is_right() {
    let tape = Tape::<f32>::new();
    let x = tape.full([1, 1_000_000], 0.1);
    near(x.logsumexp(1).value(), TENTH + 1e6_f64.ln());
    near(x.log_softmax(1).value(), -1e6_f64.ln());
    near(x.softmax(1).value(), 1e-6);
}

#[test]
fn what_flows_back_to_a_bias_or_to_a_row_of_a_table_adds_up_over_a_million_rows() {
    let tape = Tape::<f32>::new();
    let rows = 1_000_000;
    let bias = tape.var([1.0, 1.0]);
    near((tape.full([rows, 2], 0.1) + bias).sum().backward_of(bias), 1e6);
    near(((tape.full([rows, 2], 1.0) + bias) * 0.1).sum().backward_of(bias), 1e6 * TENTH);
    let table = tape.var([[1.0, 1.0], [0.0, 0.0]]);
    let taken = table.gather_rows(tape.labels(&vec![0; rows])) * 0.1;
    near(taken.sum().backward().wrt(table).slice(&[(0, 1), (0, 2)]).value(), 1e6 * TENTH);
}

#[test]
fn what_arrives_a_hundred_thousand_times_adds_up() {
    let tape = Tape::<f32>::new();
    let (x, many) = (tape.var([0.1, 0.1]), 100_000);
    near(tape.record(AddN, &vec![x; many]).value(), 1e5 * TENTH);
    let mut y = tape.full([2], 0.0);
    for _ in 0..many {
        y += x;
    }
    near((y * 0.1).sum().backward_of(x), 1e5 * TENTH);
}

#[test]
fn a_matrix_product_over_a_million_terms_is_right() {
    let tape = Tape::<f32>::new();
    for terms in [1025, 4096, 1_000_000] {
        let want = terms as f64 * TENTH * TENTH;
        for (rows, columns) in [(1, 1), (3, 2), (2, 20)] {
            let (row, column) = (tape.full([rows, terms], 0.1), tape.full([terms, columns], 0.1));
            near(row.matmul(column).value(), want);
        }
        near(tape.full([3, terms], 0.1).matmul_nt(tape.full([2, terms], 0.1)).value(), want);
        near(tape.full([terms, 3], 0.1).matmul_tn(tape.full([terms, 2], 0.1)).value(), want);
        near(tape.full([2, 1, terms], 0.1).matmul(tape.full([2, terms, 2], 0.1)).value(), want);
    }
    near(tape.full([200, 10_000], 0.1).matmul(tape.full([10_000, 70], 0.1)).value(), 1e4 * TENTH * TENTH);
    // For any number, however it rounds.
    for number in (0..100).map(|i| 0.1 + 0.137 * i as f32) {
        let want = 2000.0 * f64::from(number) * f64::from(0.7_f32);
        near(tape.full([2, 2000], number.into()).matmul(tape.full([2000, 17], 0.7)).value(), want);
    }
}

#[test]
fn a_pixel_that_many_windows_see_sums_over_all_of_them() {
    let tape = Tape::<f32>::new();
    let y = tape.full([40 * 40, 40 * 40], 0.1).col2im([1, 1, 79, 79], [40, 40], 1, 0);
    near(y.slice(&[(0, 1), (0, 1), (39, 40), (39, 40)]).value(), 40.0 * 40.0 * TENTH);
}

#[test]
fn normalization_over_a_million_rows_knows_their_mean() {
    let tape = Tape::<f32>::new();
    let rows = 1_000_000;
    let x = tape.input(Array1::from_shape_fn(rows, |i| if i % 2 == 0 { 1000.5_f32 } else { 999.5 }));
    let ones = tape.full([1], 1.0);
    let y = x.reshape([rows, 1]).batch_norm_train(ones, tape.full([1], 0.0), 0.0).value();
    assert!(y.iter().all(|y| (y.abs() - 1.0).abs() < 1e-6), "{} and {}", y[[0, 0]], y[[1, 0]]);
}

/// Sums and products of random numbers have the same bits on any number of threads.
#[test]
fn sums_and_products_have_the_same_bits_on_any_number_of_threads() {
    let mut rng = seeded(3);
    let mut random = |shape: &[usize]| ArrayD::from_shape_simple_fn(shape, || rng.random_range(-1.0_f32..1.0));
    let (a, b, tall) = (random(&[500, 3000]), random(&[3000, 100]), random(&[70_000, 33]));
    let results = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let tape = Tape::<f32>::new();
            let (a, b, tall) = (tape.input(&a), tape.input(&b), tape.input(&tall));
            [a.matmul(b), b.matmul(b.transpose().matmul_nt(a)), tall.sum_axes(0), tall.sum_axes(1), a.mean()]
                .map(|y| y.value().iter().map(|y| y.to_bits()).collect::<Vec<_>>())
        })
    };
    let one = results(1);
    for threads in [2, 3, 7] {
        assert!(results(threads) == one, "{threads} threads");
    }
}

trait BackwardOf<'t> {
    fn backward_of(self, x: Var<'t, f32>) -> ArrayD<f32>;
}

impl<'t> BackwardOf<'t> for Var<'t, f32> {
    fn backward_of(self, x: Var<'t, f32>) -> ArrayD<f32> {
        self.backward().wrt(x).value()
    }
}
