//! The first NaN and its source line, forward and backward.
use gradus::prelude::*;
use gradus::{BackwardError, NonFinite};
use ndarray::{Array1, Array2, arr1};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A program that goes wrong, given the place of a bad element among eight. It returns the line that is to blame, and the op.
type Case = for<'t> fn(&'t Tape<f64>, usize) -> (Var<'t, f64>, u32, &'static str);

/// Eight numbers of which one is bad.
fn eight(place: usize, good: f64, bad: f64) -> Array1<f64> {
    Array1::from_shape_fn(8, |i| if i == place { bad } else { good + i as f64 / 8.0 })
}

/// Whether the fault is in the program or in its backward pass, and the program.
const CASES: [(bool, Case); 22] = [
    (true, |tape, place| {
        let x = tape.var(eight(place, 0.5, -0.1)) * 2.0;
        let (y, line) = (x.ln(), line!());
        ((y * y).sum(), line, "ln")
    }),
    (true, |tape, place| {
        let x = tape.var(eight(place, 1.0, -1e-9));
        let (y, line) = (x.sqrt(), line!());
        (y.tanh().sum(), line, "sqrt")
    }),
    (true, |tape, place| {
        let x = tape.var(eight(place, 0.5, 0.0));
        let (y, line) = (x / x, line!());
        (y.relu().sum(), line, "div")
    }),
    (true, |tape, place| {
        let x = tape.var(eight(place, 0.5, 1000.0));
        let (y, line) = (x.exp(), line!());
        ((y / (y + 1.0)).sum(), line, "exp")
    }),
    (true, |tape, place| {
        let x = tape.var(eight(place, 0.5, -2.0));
        let (y, line) = (x.pow(1.5), line!());
        (y.sum(), line, "pow")
    }),
    (true, |tape, place| {
        // Masks of infinities are no fault; their difference is.
        let mask = tape.input(eight(place, 0.0, f64::NEG_INFINITY));
        let scores = tape.var(eight(place, 1.0, 2.0)) + mask;
        let (y, line) = (scores - mask, line!());
        (y.sum(), line, "sub")
    }),
    (true, |tape, place| {
        let mask = tape.input(eight(place, 1.0, f64::INFINITY));
        let x = tape.var(eight(place, 1.0, 0.0));
        let (y, line) = (x * mask, line!());
        (y.sum(), line, "mul")
    }),
    (true, |tape, place| {
        let x = tape.var(Array2::from_shape_fn((8, 8), |(i, _)| if i == place { 1e200 } else { 1.0 }));
        let (y, line) = (x.matmul(x), line!());
        (y.matmul(y).sum(), line, "matmul")
    }),
    (true, |tape, place| {
        let w = Param::new("w", eight(place, 1.0, f64::NAN));
        let (w, line) = (tape.param(&w), line!());
        ((w * 2.0).sum(), line, "param")
    }),
    (true, |tape, place| {
        let (x, line) = (tape.input(eight(place, 1.0, f64::NAN)), line!());
        ((tape.var(1.0) * x).sum(), line, "input")
    }),
    (true, |tape, place| {
        let x = tape.var(eight(place, 1e308, 1e308));
        let (y, line) = (x.sum(), line!());
        (y.sigmoid(), line, "sum")
    }),
    (true, |tape, place| {
        let _scope = tape.scope("layer");
        let w = Param::new("scale", eight(place, 1.0, 0.0));
        let w = tape.param(&w);
        let (y, line) = (3.0 / w, line!());
        (y.tanh().sum(), line, "div")
    }),
    (true, |tape, place| {
        // An infinity elsewhere in the operand does not hide this one.
        let mask = tape.input(eight((place + 1) % 8, 0.0, f64::NEG_INFINITY));
        let x = tape.var(eight(place, 0.5, 1000.0)) + mask;
        let (y, line) = (x.exp(), line!());
        (y.sum(), line, "exp")
    }),
    (true, |tape, place| {
        let x = tape.var(eight(place, 1.0, -1.0)).named("variance");
        let y = tape.no_grad(|| x * 1.0);
        let (z, line) = ((y.sqrt() * x).sum(), line!());
        (z, line, "sqrt")
    }),
    (true, |tape, place| {
        let x = tape.var(eight(place, 1.0, 1e200));
        let (y, line) = (x * x, line!());
        ((y - y).sum(), line, "mul")
    }),
    (false, |tape, place| {
        let x = tape.var(eight(place, 0.5, 0.0));
        let (y, line) = (x.sqrt(), line!());
        ((y * 3.0).sum(), line, "sqrt")
    }),
    (false, |tape, place| {
        let x = tape.var(eight(place, 0.5, 1e-310));
        let (y, line) = (x.ln(), line!());
        (y.sum(), line, "ln")
    }),
    (false, |tape, place| {
        let (a, b) = (tape.var(1.0), tape.var(eight(place, 0.5, 1e-200)));
        let (y, line) = (a / b, line!());
        (y.sum(), line, "div")
    }),
    (false, |tape, place| {
        let x = tape.var(eight(place, 1.0, 9.0) * 1e-200);
        let (y, line) = (x * 1e200, line!());
        ((y * 1e200).sum(), line, "mul")
    }),
    (false, |tape, place| {
        let w = Param::new("w", eight(place, 0.5, 0.0));
        let (y, line) = (tape.param(&w).pow(0.5), line!());
        (y.mean(), line, "pow")
    }),
    (false, |tape, place| {
        let x = tape.var(eight(place, 1.0, 1e-160));
        let (y, line) = (1.0 / x, line!());
        (y.tanh().sum() + (y * 1e140).sum(), line, "div")
    }),
    (false, |tape, place| {
        // The gradient is right, and the gradient of the gradient is not.
        let x = tape.var(eight(place, 1.0, 1e-160));
        let (y, line) = (x.ln().sum(), line!());
        (y.backward().wrt(x).sum(), line, "div")
    }),
];

/// The first fault on the tape, forward and then backward.
fn found(tape: &Tape<f64>, loss: Var<f64>) -> Option<NonFinite> {
    tape.first_non_finite().or_else(|| {
        loss.backward();
        tape.first_non_finite()
    })
}

#[test]
fn of_twenty_two_programs_the_right_line_is_named_each_time_wherever_the_bad_element_is() {
    let mut random: ChaCha8Rng = seeded(5);
    let mut right = 0;
    for (number, (forward, program)) in CASES.iter().enumerate() {
        let place = random.random_range(0..8);
        let tape = Tape::new();
        let (loss, line, op) = program(&tape, place);
        let found = found(&tape, loss).unwrap_or_else(|| panic!("case {number}: nothing found\n{}", tape.listing()));
        let is_here = found.source.line() == line && found.source.file().ends_with("non_finite.rs");
        let blamed = found.through.clone().unwrap_or(found.description.clone());
        let is_named = blamed.contains(op) && found.to_string().contains(&format!("non_finite.rs:{line}"));
        assert!(is_here && is_named && (found.pass == 0) == *forward, "case {number}, line {line}, {op}: {found}");
        let numbers = found.operands.iter().flat_map(|operand| &operand.numbers);
        assert!(numbers.clone().all(|(_, x)| !x.is_nan()), "case {number}: NaN out of NaN is not the first: {found}");
        right += 1;
    }
    assert_eq!(right, CASES.len());
    println!("{right} of {} lines are right", CASES.len());
}

#[test]
fn a_tape_that_stops_there_panics_at_the_line_and_its_backward_pass_says_which() {
    for (number, (forward, program)) in CASES.iter().enumerate() {
        let tape = Tape::new();
        tape.stop_at_non_finite(true);
        let recorded = catch_unwind(AssertUnwindSafe(|| program(&tape, 3)));
        let message = match (recorded, forward) {
            (Err(panic), _) => *panic.downcast::<String>().expect("a sentence"),
            (Ok((loss, ..)), false) => match loss.try_backward().map(|_| ()) {
                Err(error @ BackwardError::NonFinite(_)) => error.to_string(),
                other => panic!("case {number}: {other:?}"),
            },
            (Ok(_), true) => panic!("case {number} was not stopped"),
        };
        assert!(message.starts_with("the first number that is not finite is "), "case {number}: {message}");
        // The tape can be used afterwards.
        tape.stop_at_non_finite(false);
        let x = tape.var(2.0);
        assert_eq!((x * x).backward().wrt(x).item(), 4.0, "case {number}");
    }
}

#[test]
fn a_fault_prints_with_what_the_op_was_given() {
    let tape = Tape::<f64>::new();
    let p = tape.var([[0.5, 0.25], [-0.125, 1.0]]).named("p");
    let _ = (p - 1.0).ln().named("logarithms").sum();
    let found = tape.first_non_finite().unwrap().to_string();
    let line = line!() - 2;
    let expected = format!(
        "the first number that is not finite is NaN at [0, 0] of \"logarithms\" (%3 = ln), y = ln x, recorded at tests/non_finite.rs:{line}\n  \
         operand 1: %2 = sub is -0.5 at [0, 0]"
    );
    assert_eq!(found, expected);
    let tape = Tape::<f64>::new();
    let w = Param::new("w", arr1(&[4.0, 0.0]));
    tape.param(&w).sqrt().sum().backward();
    let found = tape.first_non_finite().unwrap().to_string();
    assert!(found.contains("in backward pass 1: the gradient was flowing through %1 = sqrt, recorded at"), "{found}");
    assert!(
        tape.listing().lines().filter(|line| line.ends_with("<- the first number that is not finite")).count() == 1
    );
}

#[test]
fn masks_of_infinities_and_what_is_finite_are_no_fault() {
    let tape = Tape::<f64>::new();
    tape.stop_at_non_finite(true);
    let scores = tape.var([[1.0, 2.0], [0.5, 3.0]]) + tape.input([[0.0, f64::NEG_INFINITY], [0.0, 0.0]]);
    scores.softmax(1).sum().backward();
    assert_eq!(tape.first_non_finite(), None);
}

#[test]
fn a_step_that_makes_a_parameter_infinite_is_found_in_the_next_round() {
    let w = Param::new("w", arr1(&[1.0, 2.0]));
    w.update(|w| w[1] = f64::NAN);
    let tape = Tape::<f64>::new();
    let _ = (tape.param(&w) * 3.0).sum();
    let found = tape.first_non_finite().unwrap();
    assert_eq!((found.op, found.element), ("param", vec![1]));
}

#[test]
fn a_trace_tells_where_it_went_wrong_in_the_program_and_in_a_backward_pass() {
    let tape = Tape::<f64>::new();
    let p = tape.var(-1.0).named("p");
    let _ = p.ln().named("z").sum();
    let trace = tape.trace();
    let faulty: Vec<usize> = trace.nodes.iter().filter(|node| node.fault.is_some()).map(|node| node.index).collect();
    assert_eq!(faulty, [1]);
    assert_eq!(
        trace.narrate(1),
        "[2/3] forward: \"z\" = ln(\"p\") = NaN, by y = ln x. This is the first number that goes wrong"
    );
    let tape = Tape::<f64>::new();
    tape.var(0.0).named("x").sqrt().named("root").backward();
    let trace = tape.trace();
    assert_eq!(trace.nodes.iter().position(|node| node.fault.is_some()), Some(1), "the op that it flowed through");
    assert!(trace.narration()[3].ends_with("This is the first number that goes wrong"), "{:?}", trace.narration());
}
