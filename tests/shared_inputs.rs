//! Inputs that are read in place, from arrays that are also held elsewhere.

use gradus::prelude::*;
use ndarray::{ArcArray2, Array2, array, s};

fn two_rows(start: f64) -> ArcArray2<f64> {
    array![[start, start + 1.0], [start + 2.0, start + 3.0]].into_shared()
}

/// Σ (x w), and its gradient with respect to w.
fn outcome(x: Var<'_, f64>, w: &Param<f64>) -> (f64, Array2<f64>) {
    let loss = x.matmul(x.tape().param(w)).sum();
    let gradient = loss.backward().param(w).expect("the loss depends on w").value();
    (loss.item(), gradient.into_dimensionality().expect("a matrix"))
}

#[test]
fn a_shared_input_gives_what_a_copied_one_gives() {
    let w = Param::new("w", array![[2.0], [-1.0]]);
    let x = two_rows(1.0);
    let (shared, copied) = (Tape::new(), Tape::new());
    assert_eq!(outcome(shared.input_shared(&x), &w), outcome(copied.input(&x), &w));
    assert_eq!(outcome(shared.input_shared(&x), &w).1, array![[4.0], [6.0]]);
    assert_eq!(shared.nodes()[0].op, "input");
    assert_eq!(shared.value(shared.nodes()[0].index), x.into_dyn());
}

#[test]
fn its_numbers_are_not_copied_unless_they_stand_in_another_order() {
    let x = two_rows(1.0);
    let tape = Tape::new();
    let stands_at = |x: Var<'_, f64>| x.with_value(|x| x.as_ptr());
    assert_eq!(stands_at(tape.input_shared(&x)), x.as_ptr());
    assert_eq!(stands_at(tape.input_shared(&x.clone().slice_move(s![1.., ..]))), &x[[1, 0]] as *const f64);
    let transposed = x.clone().reversed_axes();
    assert_ne!(stands_at(tape.input_shared(&transposed)), x.as_ptr());
    assert_eq!(tape.input_shared(&transposed).value(), array![[1.0, 3.0], [2.0, 4.0]].into_dyn());
}

/// The same nodes are used again for another array of that shape; any other input replaces them.
#[test]
fn after_a_rewind_it_reads_the_array_of_that_round() {
    let w = Param::new("w", array![[2.0], [-1.0]]);
    let mut tape = Tape::new();
    outcome(tape.input_shared(&two_rows(1.0)), &w);
    let made = tape.nodes_made();
    tape.rewind();
    let x = two_rows(5.0);
    assert_eq!(outcome(tape.input_shared(&x), &w), outcome(Tape::new().input(&x), &w));
    assert_eq!(tape.nodes_made(), made, "the nodes of the first round serve again");

    for rows in [1, 2, 0, 2] {
        tape.rewind();
        let some = x.clone().slice_move(s![..rows, ..]);
        assert_eq!(outcome(tape.input_shared(&some), &w), outcome(Tape::new().input(&some), &w), "{rows} rows");
        tape.rewind();
        assert_eq!(outcome(tape.input(&some), &w), outcome(Tape::new().input(&some), &w), "{rows} copied rows");
    }
}

/// Writing to the array makes a copy first (ndarray's shared arrays are copied on write), so the recording stays true.
#[test]
fn what_was_recorded_does_not_change_with_the_array() {
    let mut x = two_rows(1.0);
    let tape = Tape::new();
    let recorded = tape.input_shared(&x);
    x[[0, 0]] = 100.0;
    assert_eq!(recorded.value(), two_rows(1.0).into_dyn());
    assert_eq!((recorded + tape.input_shared(&x)).value()[[0, 0]], 101.0);
}

#[test]
fn several_shared_inputs_and_parameters_stand_side_by_side() {
    let (a, w, b) = (two_rows(1.0), Param::new("w", array![[1.0, 0.0], [0.0, 1.0]]), two_rows(10.0));
    let mut tape = Tape::new();
    for _ in 0..2 {
        let (a, w, b) = (tape.input_shared(&a), tape.param(&w), tape.input_shared(&b));
        let joined = Var::concat(&[a, w, b, a], 0);
        assert_eq!(joined.shape(), [8, 2].into());
        assert_eq!(a.matmul(w).value(), a.value());
        assert_eq!(joined.value().sum(), 10.0 + 2.0 + 46.0 + 10.0);
        tape.rewind();
    }
}

#[test]
#[should_panic(expected = "shapes do not fit in matmul")]
fn a_shape_mistake_with_it_is_told_as_ever() {
    let tape = Tape::new();
    let _ = tape.input_shared(&two_rows(1.0)).matmul(tape.input([[1.0], [2.0], [3.0]]));
}
