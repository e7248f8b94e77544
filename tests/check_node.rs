//! Checks of gradients that are already on a tape.

use gradus::check::sabotage::{Sabotage, sabotage};
use gradus::check::{self, Verdict};
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::Array2;

/// The verdicts on all nodes that have a gradient in a pass.
fn verdicts<F: Scalar>(tape: &Tape<F>, pass: u32) -> Vec<(usize, Verdict)> {
    let checked = tape.nodes().into_iter().filter_map(|node| {
        let check = check::node(tape, node.index, pass)?;
        Some((node.index.index(), check.verdict))
    });
    checked.collect()
}

fn network<F: Scalar>(tape: &Tape<F>, update: bool) {
    let net = Mlp::<F>::new(&[3, 4, 2], Activation::Tanh, &mut seeded(7));
    let x = Array2::from_shape_fn((5, 3), |(i, j)| F::from_f64((i as f64 - 2.0 * j as f64) / 4.0));
    let loss = net.forward(tape.input(&x)).softmax_cross_entropy(tape.labels(&[0, 1, 1, 0, 1]));
    let gradients = loss.backward();
    if update {
        Sgd::new(0.5).step(&net, &gradients).expect("a step");
    }
}

#[test]
fn every_gradient_of_a_network_is_right_on_f64_and_on_f32() {
    let (double, single) = (Tape::<f64>::new(), Tape::<f32>::new());
    network(&double, false);
    network(&single, false);
    for verdicts in [verdicts(&double, 1), verdicts(&single, 1)] {
        assert_eq!(verdicts.len(), 11, "four parameters and seven results");
        assert!(verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Right), "{verdicts:?}");
    }
}

#[test]
fn a_wrong_gradient_is_noticed_before_the_faulty_op_and_not_behind_it() {
    let tape = Tape::new();
    let x = tape.var(0.7);
    let h = x.tanh();
    let loss = h * h;
    sabotage(&tape, "tanh", Sabotage::Factor(1.01));
    loss.backward();
    let verdict = |node: Var<f64>| check::node(&tape, node.index(), 1).unwrap().verdict;
    assert_eq!([verdict(x), verdict(h), verdict(loss)], [Verdict::Wrong, Verdict::Right, Verdict::Right]);
}

#[test]
fn a_gradient_can_be_checked_after_the_update_if_updates_are_kept() {
    let tape = Tape::<f64>::new();
    network(&tape, true);
    let gone = verdicts(&tape, 1);
    assert!(gone.len() < 11, "the first layer's gradients need the second layer's weights: {gone:?}");
    let tape = Tape::<f64>::new();
    tape.keep_updates(true);
    network(&tape, true);
    assert_eq!(verdicts(&tape, 1).len(), 11);
    assert!(verdicts(&tape, 1).iter().all(|(_, verdict)| *verdict == Verdict::Right));
}

#[test]
fn a_second_pass_is_checked_through_the_first() {
    let tape = Tape::new();
    let x = tape.var([0.3, -0.8]);
    let slope = (x.sin() * x).sum().backward().wrt(x);
    slope.backward_with(tape.input([1.0, -2.0]));
    let check = check::node(&tape, x.index(), 2).unwrap();
    assert_eq!(check.verdict, Verdict::Right);
    let second = |x: f64| 2.0 * x.cos() - x * x.sin();
    assert!((check.elements[1].numeric + 2.0 * second(-0.8)).abs() < 1e-6);
}

#[test]
fn kinks_are_told_from_errors_and_what_has_no_gradient_is_not_checked() {
    let tape = Tape::<f64>::new();
    let (x, aside) = (tape.var([0.0, 1.0]), tape.input(2.0));
    (x.relu() * aside).sum().backward();
    let check = check::node(&tape, x.index(), 1).unwrap();
    assert_eq!(check.verdict, Verdict::Kink);
    assert_eq!(
        check.elements.iter().map(|element| element.verdict).collect::<Vec<_>>(),
        [Verdict::Kink, Verdict::Right]
    );
    assert!(check::node(&tape, aside.index(), 1).is_none());
    assert!(check::node(&tape, x.index(), 2).is_none());
}

#[test]
fn of_a_large_node_a_sample_is_checked() {
    let tape = Tape::<f64>::new();
    let x = tape.var(Array2::from_shape_fn((20, 20), |(i, j)| (i * j) as f64 / 100.0));
    x.sigmoid().mean().backward();
    let check = check::node(&tape, x.index(), 1).unwrap();
    assert_eq!((check.elements.len(), check.verdict), (64, Verdict::Right));
}

#[test]
fn in_hard_places_no_right_gradient_on_the_tape_is_called_wrong() {
    fn checked<F: Scalar>(x: f64, program: impl Fn(Var<F>) -> Var<F>) -> Vec<(usize, Verdict)> {
        let tape = Tape::<F>::new();
        program(tape.var(ndarray::arr1(&[F::from_f64(x), F::ONE]))).sum().backward();
        verdicts(&tape, 1)
    }
    let single: [(f64, fn(Var<f32>) -> Var<f32>); 5] = [
        (1e-6, |x| 1.0 / x),
        (1e-10, |x| x.ln()),
        (80.0, |x| x.exp()),
        (1e-30, |x| x.sqrt()),
        (0.0, |x| (1e6 * x).tanh()),
    ];
    for (x, program) in single {
        let verdicts = checked(x, program);
        assert!(verdicts.iter().all(|(_, verdict)| *verdict != Verdict::Wrong), "{x}: {verdicts:?}");
    }
    let verdicts = checked::<f64>(1e-10, |x| x.ln());
    assert!(verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Right), "{verdicts:?}");
}
