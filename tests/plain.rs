//! The promises of the plain engine, each in one small program. That the fast engine agrees with it is tried in `random_graphs/plain.rs`.

use gradus::plain::{Op, Tape};
use ndarray::{ArrayD, arr0, arr1, arr2};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn it_stays_on_one_page() {
    assert!(include_str!("../src/plain.rs").lines().count() <= 150);
}

#[test]
fn a_node_used_twice_by_one_op_gets_both_shares() {
    let mut tape = Tape::default();
    let x = tape.leaf(arr0(3.0));
    let y = tape.record(Op::mul(), &[x, x]);
    assert_eq!(tape.backward(y)[x.index()], number(6.0));
}

#[test]
fn slots_are_kept_apart() {
    let mut tape = Tape::default();
    let (a, b) = (tape.leaf(arr0(3.0)), tape.leaf(arr0(2.0)));
    let y = tape.record(Op::div(), &[b, a]);
    let gradients = tape.backward(y);
    assert_eq!([&gradients[a.index()], &gradients[b.index()]], [&number(-2.0 / 9.0), &number(1.0 / 3.0)]);
}

#[test]
fn what_fans_out_adds_up_and_then_moves_on_once() {
    let mut tape = Tape::default();
    let a = tape.leaf(arr0(1.0));
    let b = tape.record(Op::add(), &[a, a]);
    let c = tape.record(Op::add(), &[b, b]);
    // A short way and a long way from d to b.
    let d = tape.record(Op::mul(), &[b, c]);
    assert_eq!(tape.backward(c)[a.index()], number(4.0));
    assert_eq!(tape.backward(d)[a.index()], number(16.0));
}

#[test]
fn a_chain_of_a_million_links_needs_no_recursion() {
    let mut tape = Tape::default();
    let x = tape.leaf(arr0(1.0));
    let mut y = x;
    for _ in 0..1_000_000 {
        y = tape.record(Op::add(), &[y, x]);
    }
    assert_eq!(tape.backward(y)[x.index()], number(1_000_001.0));
}

#[test]
fn a_second_pass_finds_the_same() {
    let mut tape = Tape::default();
    let x = tape.leaf(arr1(&[0.5, -1.5]));
    let y = tape.record(Op::tanh(), &[x]);
    let loss = tape.record(Op::sum_to(vec![]), &[y]);
    assert_eq!(tape.backward(loss), tape.backward(loss));
}

#[test]
fn a_row_against_a_column_is_a_table_as_in_numpy_and_each_gets_the_sum_over_its_copies() {
    let mut tape = Tape::default();
    let (row, column) = (tape.leaf(arr1(&[1.0, 2.0, 3.0])), tape.leaf(arr2(&[[10.0], [20.0], [30.0]])));
    let table = tape.record(Op::mul(), &[row, column]);
    assert_eq!(*tape.value(table), arr2(&[[10.0, 20.0, 30.0], [20.0, 40.0, 60.0], [30.0, 60.0, 90.0]]).t().into_dyn());
    let loss = tape.record(Op::sum_to(vec![]), &[table]);
    let gradients = tape.backward(loss);
    assert_eq!(gradients[row.index()], Some(arr1(&[60.0; 3]).into_dyn()));
    assert_eq!(gradients[column.index()], Some(arr2(&[[6.0]; 3]).into_dyn()));
}

#[test]
fn what_the_loss_does_not_depend_on_has_no_gradient() {
    let mut tape = Tape::default();
    let (x, unused) = (tape.leaf(arr0(2.0)), tape.leaf(arr0(2.0)));
    let loss = tape.record(Op::exp(), &[x]);
    let later = tape.record(Op::exp(), &[loss]);
    let gradients = tape.backward(loss);
    assert_eq!([&gradients[unused.index()], &gradients[later.index()]], [&None, &None]);
}

#[test]
fn what_does_not_fit_is_refused_with_op_and_shapes() {
    let wrong: [(fn() -> Op, &[&[usize]]); 9] = [
        (Op::add, &[&[2], &[3]]),
        (Op::add, &[&[2]]),
        (Op::neg, &[&[2], &[2]]),
        (Op::matmul, &[&[2, 3], &[2, 3]]),
        (Op::matmul, &[&[3], &[3]]),
        (|| Op::reshape(vec![4]), &[&[3]]),
        (|| Op::sum_to(vec![2]), &[&[3]]),
        (|| Op::sum_to(vec![4]), &[&[3]]),
        (|| Op::sum_to(vec![1, 3]), &[&[3]]),
    ];
    for (op, shapes) in wrong {
        let refused = catch_unwind(AssertUnwindSafe(|| {
            let mut tape = Tape::default();
            let operands: Vec<_> = shapes.iter().map(|&shape| tape.leaf(ArrayD::ones(shape))).collect();
            tape.record(op(), &operands);
        }));
        let message = *refused.expect_err("{shapes:?} should not fit").downcast::<String>().expect("a message");
        assert!(message.contains(op().name), "{message}");
    }
}

#[test]
fn only_a_single_number_has_a_gradient() {
    let mut tape = Tape::default();
    let x = tape.leaf(arr1(&[1.0, 2.0]));
    assert!(catch_unwind(AssertUnwindSafe(|| tape.backward(x))).is_err());
}

fn number(x: f64) -> Option<ArrayD<f64>> {
    Some(arr0(x).into_dyn())
}
