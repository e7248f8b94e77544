//! What reads as plain Rust: operators with numbers of several kinds, `+=`, sums of iterators, lists as inputs, names that are put together.

use gradus::prelude::*;
use ndarray::arr1;

#[test]
fn numbers_of_any_kind_that_fits_stand_on_the_right() {
    let tape = Tape::<f32>::new();
    let x = tape.var(3.0);
    assert_eq!((x * 0.5_f32 + 1.0 - 2).item(), 0.5);
    assert_eq!((x / 2_u8).item(), 1.5);
    // Methods of results whose literals have no kind yet.
    assert_eq!((2.0 * x - 6.0).exp().item(), 1.0);
    assert_eq!((x * 2.0 - 6).exp().item(), 1.0);
    assert_eq!(((x * 0.5_f32).backward().wrt(x)).item(), 0.5);
}

#[test]
fn assignment_records_an_op_and_leaves_the_old_node_as_it_was() {
    let tape = Tape::<f64>::new();
    let start = tape.var(arr1(&[1.0, 2.0]));
    let mut x = start;
    x += start;
    x -= 1.0;
    x *= 3.0_f32;
    x /= tape.constant(2.0);
    assert_eq!((start.value(), x.value()), (arr1(&[1.0, 2.0]).into_dyn(), arr1(&[1.5, 4.5]).into_dyn()));
    assert_eq!(x.sum().backward().wrt(start).value(), arr1(&[3.0, 3.0]).into_dyn());
}

#[test]
fn an_iterator_of_vars_is_summed_by_one_op() {
    let tape = Tape::<f64>::new();
    let x = tape.var(vec![1.0, 2.0]);
    let total: Var<f64> = (1..=3).map(|k| x * k).sum();
    assert_eq!(tape.nodes()[total.index().index()].op, "add_n");
    assert_eq!(total.value(), arr1(&[6.0, 12.0]).into_dyn());
    assert_eq!(total.sum().backward().wrt(x).value(), arr1(&[6.0, 6.0]).into_dyn());
    let alone: Var<f64> = std::iter::once(x).sum();
    assert_eq!(alone.index(), x.index());
}

#[test]
#[should_panic(expected = "begin the sum with tape.constant(0.0)")]
fn the_sum_of_no_vars_says_what_to_do() {
    let _: Var<f64> = std::iter::empty::<Var<f64>>().sum();
}

#[test]
fn lists_are_inputs() {
    let tape = Tape::<f64>::new();
    let list = vec![1.0, 2.0, 3.0];
    for x in [tape.var(list.clone()), tape.input(&list), tape.input(&list[..])] {
        assert_eq!(x.value(), arr1(&[1.0, 2.0, 3.0]).into_dyn());
    }
}

#[test]
fn a_name_may_be_put_together() {
    let tape = Tape::<f64>::new();
    for layer in 0..2 {
        let _ = tape.var(1.0).named(format!("w{layer}"));
    }
    assert!(tape.listing().to_string().contains("w1"));
}

#[test]
fn comparisons_follow_ieee() {
    let tape = Tape::<f64>::new();
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let numbers = [0.0, -0.0, 1.0, -1.5, inf, -inf, nan, 5e-324, f64::MAX, f64::MIN];
    for a in numbers {
        for b in numbers {
            let (x, y) = (tape.constant(a), tape.constant(b));
            let found = [x.gt(y), x.ge(y), x.lt(y), x.le(y), x.eq(y), x.ne(y)].map(|c| c.item() == 1.0);
            assert_eq!(found, [a > b, a >= b, a < b, a <= b, a == b, a != b], "{a} and {b}");
        }
    }
}

#[test]
fn positions_of_the_largest_and_smallest_are_plain_numbers() {
    let tape = Tape::<f64>::new();
    let x = tape.var([[1.0, 5.0, 5.0], [f64::NAN, -2.0, -2.0]]);
    assert_eq!(x.argmax(1).into_raw_vec_and_offset().0, [1, 1]);
    assert_eq!(x.argmin(1).into_raw_vec_and_offset().0, [0, 1]);
    assert_eq!(x.argmax(0).into_raw_vec_and_offset().0, [0, 0, 0]);
    assert_eq!(x.sum_axes(0).argmin(0).into_raw_vec_and_offset().0, [1]);
}
