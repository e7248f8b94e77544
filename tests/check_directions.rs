//! Gradients checked along random directions, for programs with so many parameters that a check of each would take hours.
use crate::made_up_digits::DIGITS;
use gradus::check::sabotage::{Sabotage, sabotage};
use gradus::check::{Cause, Check, Verdict, Witness};
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::prelude::*;
use ndarray::Array2;

/// A network, and some input for it.
fn network(sizes: &[usize]) -> (Mlp<f64>, Array2<f64>) {
    let net = Mlp::<f64>::new(sizes, Activation::Relu, &mut seeded(7)).logits();
    let x = Array2::from_shape_fn((3, sizes[0]), |(i, j)| (1.3 * (i * sizes[0] + j) as f64).sin().max(0.0));
    (net, x)
}

fn loss<'t>(tape: &'t Tape<f64>, net: &Mlp<f64>, x: &Array2<f64>) -> Var<'t, f64> {
    net.forward(tape.input(x)).softmax_cross_entropy(tape.labels(&[3, 1, 4]))
}

#[test]
fn a_right_network_passes_and_the_report_says_how_it_was_checked() {
    let (net, x) = network(&[20, 30, 10]);
    let report = Check::new().directions(4).parameters(&net.params(), |tape| loss(tape, &net, &x));
    assert!(report.passed(), "{report}");
    assert_eq!(report.directions, Some(4));
    assert!(report.entries.iter().all(|entry| entry.checked == 4 && entry.by_directions));
    insta::assert_snapshot!(report.snapshot());
    assert_eq!(
        report.headline(),
        "gradients right along 4 random directions through each of 4 inputs with 940 elements: they agree with finite differences to a \
         relative 1e-7"
    );
}

#[test]
fn one_wrong_element_among_thousands_shows_in_every_direction_and_the_op_is_named() {
    let (net, x) = network(&[40, 60, 10]);
    let report = Check::new().directions(2).parameters(&net.params(), |tape| {
        let loss = loss(tape, &net, &x);
        sabotage(tape, "matmul", Sabotage::Factor(1.001));
        loss
    });
    assert!(report.wrong(), "{report}");
    assert_eq!(report.diagnosis.as_ref().unwrap().fault.as_ref().unwrap().op, "matmul", "{report}");
    let w = Param::new("W", Array2::from_shape_fn((60, 50), |(i, j)| (0.7 * (i * 50 + j) as f64).cos()));
    let report = Check::new().directions(3).parameters(&[&w], |tape| {
        let y = tape.param(&w).tanh();
        sabotage(tape, "tanh", Sabotage::LastElementZero);
        (y * y).sum()
    });
    let entry = report.entry("W").unwrap();
    assert_eq!((entry.verdict, entry.wrong), (Verdict::Wrong, 3), "{report}");
    assert!(report.headline().contains("3 of 3 directions checked; at W along direction"), "{report}");
}

#[test]
fn dual_numbers_run_along_the_same_directions() {
    fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        (x[0].matmul(x[1]).tanh() / 3.0).sum()
    }
    let inputs = [network(&[5, 2]).1, Array2::from_shape_fn((5, 4), |(i, j)| (i as f64 - j as f64) / 5.0)];
    let check = Check::new().directions(5).order(2);
    let report = check.run_with_duals(program, program, &inputs);
    assert!(report.passed(), "{report}");
    assert!(report.entries.iter().all(|entry| entry.by_duals == Some(Verdict::Right)), "{report}");
    let report = check.run_with_duals(
        |x| {
            let result = program(x);
            sabotage(result.tape(), "tanh", Sabotage::Sign);
            result
        },
        program,
        &inputs,
    );
    assert!(report.wrong() && report.entries[0].alone == Some(Witness::Reverse), "{report}");
    assert_eq!(report.cause(), Some(&Cause::Sign), "{report}");
}

#[test]
fn gradients_by_hand_and_numbers_that_leave_the_tape_are_checked_along_directions_too() {
    let x = Array2::from_shape_fn((30, 20), |(i, j)| (i as f64 - 1.7 * j as f64) / 20.0);
    let cube = |x: &[ndarray::ArrayD<f64>]| x[0].mapv(|x| x.powi(3)).sum();
    let check = Check::new().directions(3);
    assert!(check.by_hand(cube, &[&x], &[&x.mapv(|x| 3.0 * x * x)]).passed());
    let report = check.by_hand(cube, &[&x], &[&x.mapv(|x| 2.0 * x * x)]);
    assert!(report.wrong() && report.to_string().contains("0.66667 times"), "{report}");
    let report = check.run(|x| (x[0] * x[0].tape().input(x[0].value())).sum(), &[&x]);
    assert!(report.wrong() && report.to_string().contains("read out of the tape"), "{report}");
}

#[test]
#[should_panic(expected = "0 directions check nothing")]
fn no_directions_are_refused() {
    let _ = Check::new().directions(0);
}

#[test]
fn a_network_of_almost_two_million_parameters_is_checked_in_moments() {
    let net = Mlp::<f64>::new(&[784, 1024, 1024, 10], Activation::Relu, &mut seeded(7)).logits();
    let digits = DIGITS.train().first(3);
    let (images, labels) = (digits.images::<f64>(), [digits.labels()[0], digits.labels()[1], digits.labels()[2]]);
    let labels = labels.map(usize::from);
    let start = std::time::Instant::now();
    let report = Check::new()
        .directions(8)
        .parameters(&net.params(), |tape| net.forward(tape.input(&images)).softmax_cross_entropy(tape.labels(&labels)));
    println!("{} parameters in {:.2?}, {} runs", net.parameter_count(), start.elapsed(), report.evaluations);
    assert!(report.passed(), "{report}");
    assert!(report.evaluations < 400, "{} runs", report.evaluations);
}
