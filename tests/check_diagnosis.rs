//! What the gradient checker says when a gradient is wrong, by example.
use gradus::check::{self, Cause, Check, Doubt, Form, Report, Seen, Varying};
use gradus::prelude::*;
use gradus::{Cotangent, Cotangents, Local, Op, View, ViewMut};
use ndarray::{ArrayD, arr1, arr2};
use std::cell::Cell;

/// An op of one operand, element by element, with any vjp.
struct Unary {
    name: &'static str,
    f: fn(f64) -> f64,
    vjp: for<'t> fn(&Local<'t, f64>) -> Var<'t, f64>,
}

impl PartialEq for Unary {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Op<f64> for Unary {
    fn name(&self) -> &'static str {
        self.name
    }
    fn formula(&self) -> &'static str {
        "y = f(x)"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<f64>], y: ViewMut<f64>) {
        for (y, &x) in y.data.iter_mut().zip(x[0].data) {
            *y = (self.f)(x);
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        [at.to(0, || (self.vjp)(at))].into()
    }
}

/// What [`ScaleRows`] does to its scale.
#[derive(Clone, Copy, PartialEq)]
enum Mistake {
    FirstCopy,
    MeanOfCopies,
    Exchanged,
    Dropped,
}

/// y = x s, with a mistake in the gradient of s.
#[derive(PartialEq)]
struct ScaleRows(Mistake);

impl Op<f64> for ScaleRows {
    fn name(&self) -> &'static str {
        "scale_rows"
    }
    fn formula(&self) -> &'static str {
        "y = x s"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<f64>], y: ViewMut<f64>) {
        for (place, y) in y.data.iter_mut().enumerate() {
            *y = x[0].data[place] * x[1].data[place % x[1].data.len()];
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let (g, [x, s]) = (at.cotangent(), at.operands());
        let first = |all: Var<'t, f64>| {
            let mut mask = ndarray::Array2::zeros((x.shape()[0], x.shape()[1]));
            mask.row_mut(0).fill(1.0);
            (all * all.tape().input(mask)).sum_to(s.shape())
        };
        let to_s = match self.0 {
            Mistake::FirstCopy => Cotangent::Flows(first(g * x)),
            Mistake::MeanOfCopies => Cotangent::Flows((g * x).sum_to(s.shape()) / x.shape()[0] as f64),
            Mistake::Exchanged => Cotangent::Flows(g * s),
            Mistake::Dropped => at.no_gradient(),
        };
        [at.to(0, || if self.0 == Mistake::Exchanged { g * x } else { g * s }), to_s].into()
    }
}

const X: [f64; 4] = [0.5, -1.2, 2.0, 0.3];

/// The report on an op of one operand, in the middle of a program.
fn report_on(name: &'static str, f: fn(f64) -> f64, vjp: for<'t> fn(&Local<'t, f64>) -> Var<'t, f64>) -> Report {
    check::gradients(|x| (2.0 * x[0].tape().record(Unary { name, f, vjp }, &[x[0] * 0.7])).sigmoid(), &[X])
}

#[test]
fn a_derivative_of_tanh_that_is_given_a_tanh_is_recognised_by_mending_it() {
    let report = report_on("my_tanh", f64::tanh, |at| {
        let h = at.output();
        let tanh_of_h = 2.0 * (2.0 * h).sigmoid() - 1.0;
        at.cotangent() * (1.0 - tanh_of_h * tanh_of_h)
    });
    assert_eq!(report.cause(), Some(&Cause::WrongValue { used: Seen::Result, meant: Seen::Operand(0) }));
    insta::assert_snapshot!(report.snapshot());
}

#[test]
fn a_derivative_written_for_the_result_that_is_given_the_operand_is_recognised_too() {
    let report = report_on("my_tanh", f64::tanh, |at| at.cotangent() * (1.0 - at.operand(0) * at.operand(0)));
    assert_eq!(report.cause(), Some(&Cause::WrongValue { used: Seen::Operand(0), meant: Seen::Result }));
}

#[test]
fn signs_factors_zeros_and_forgotten_cotangents_are_told_apart() {
    let square = |x: f64| x * x;
    let cause = |vjp| report_on("square", square, vjp).cause().cloned();
    assert_eq!(cause(|at| -2.0 * at.operand(0) * at.cotangent()), Some(Cause::Sign));
    assert_eq!(cause(|at| 0.0 * at.operand(0) * at.cotangent()), Some(Cause::Zero));
    assert_eq!(cause(|at| 2.0 * at.operand(0)), Some(Cause::CotangentIgnored));
    let Some(Cause::Factor(factor)) = cause(|at| at.operand(0) * at.cotangent()) else { panic!("a factor") };
    assert!((factor - 0.5).abs() < 1e-6);
    assert!(matches!(cause(|at| (at.operand(0) + 1.0) * at.cotangent()), Some(Cause::Unknown { .. })));
    let some = cause(|at| 2.0 * at.operand(0) * at.cotangent() * at.operand(0).tape().input([1.0, 0.0, 1.0, 1.0]));
    assert_eq!(some, Some(Cause::SomeZero { zeros: 1 }));
}

#[test]
fn mistakes_with_a_broadcast_operand_are_told_apart() {
    let x = arr2(&[[1.0, 2.0], [-0.5, 0.3], [0.8, -1.5]]).into_dyn();
    let s = arr1(&[0.7, -1.1]).into_dyn();
    let cause = |mistake| {
        let report =
            check::gradients(|x| x[0].tape().record(ScaleRows(mistake), &[x[0], x[1]]), &[x.clone(), s.clone()]);
        report.cause().cloned()
    };
    assert_eq!(cause(Mistake::FirstCopy), Some(Cause::MissingSum { copies: 3 }));
    assert_eq!(cause(Mistake::MeanOfCopies), Some(Cause::MeanOverCopies { copies: 3 }));
    assert_eq!(cause(Mistake::Dropped), Some(Cause::NoGradient));
    let wrong = Cause::WrongValue { used: Seen::Operand(0), meant: Seen::Operand(1) };
    let square = arr2(&[[1.0, 2.0], [-0.5, 0.3]]).into_dyn();
    let report = check::gradients(
        |x| x[0].tape().record(ScaleRows(Mistake::Exchanged), &[x[0], x[1]]),
        &[square.clone(), square.mapv(|x| x + 0.3)],
    );
    assert_eq!(report.cause(), Some(&wrong));
}

#[test]
fn an_epsilon_inside_a_logarithm_is_visible_from_outside() {
    let report = report_on("ln", |p| (p * p + 1e-7).ln(), |at| 2.0 * at.cotangent() / at.operand(0));
    let Some(Cause::Epsilon { relative }) = report.cause() else { panic!("{report}") };
    assert!(*relative > 1e-8 && *relative < 1e-5, "{relative}");
    assert!(matches!(report.diagnosis.as_ref().unwrap().curve.form, Form::Flat { .. }), "{report}");
}

#[test]
fn the_first_faulty_op_is_named_with_its_line() {
    let line = Cell::new(0);
    let report = check::gradients(
        |x| {
            let hidden = x[0].sigmoid();
            line.set(line!() + 1);
            let scaled = hidden.tape().record(ScaleRows(Mistake::Dropped), &[hidden, x[1]]).named("scaled");
            (scaled * scaled).sigmoid()
        },
        &[arr2(&[[1.0, 2.0], [-0.5, 0.3]]).into_dyn(), arr1(&[0.7, -1.1]).into_dyn()],
    );
    let fault = report.diagnosis.as_ref().unwrap().fault.as_ref().unwrap();
    assert_eq!((fault.op, fault.operand), ("scale_rows", 1));
    assert!(fault.source.ends_with(&format!("check_diagnosis.rs:{}", line.get())), "{}", fault.source);
    insta::assert_snapshot!(report.snapshot().replace(&format!(":{}", line.get()), ":LINE"));
}

#[test]
fn a_program_that_draws_random_numbers_is_not_blamed_for_its_gradients() {
    let calls = Cell::new(0.0);
    let report = check::gradients(
        |x| {
            calls.set(calls.get() + 1.0);
            x[0] * calls.get()
        },
        &[X],
    );
    assert!(report.undecided() && !report.passed() && !report.wrong() && report.unsteady.is_some());
    insta::assert_snapshot!(report.to_string());
    assert!(report.snapshot().starts_with("gradients cannot be checked"));
}

/// What was found to vary between runs of a program, if the check was refused for it.
fn varying(report: &Report) -> Option<Varying> {
    assert!(!report.passed() && !report.wrong() && report.undecided(), "{report}");
    report.unsteady.map(|unsteady| unsteady.what)
}

#[test]
fn gradients_that_differ_between_two_runs_are_no_gradients_to_check() {
    thread_local!(static CALLS: Cell<f64> = const { Cell::new(0.0) });
    let report = report_on(
        "forgetful",
        |x| x * x,
        |at| {
            CALLS.set(CALLS.get() + 1.0);
            2.0 * CALLS.get() * at.operand(0) * at.cotangent()
        },
    );
    assert_eq!(varying(&report), Some(Varying::Gradient), "{report}");
    assert!(report.headline().contains("a vjp draws random numbers, or keeps something"), "{report}");
}

#[test]
fn a_function_by_hand_that_draws_random_numbers_is_refused() {
    let calls = Cell::new(0.0);
    let draws = |x: &[ArrayD<f64>]| {
        calls.set(calls.get() + 1.0);
        x[0].sum() * calls.get()
    };
    assert_eq!(varying(&Check::new().by_hand(draws, &[X], &[X])), Some(Varying::Result));
}

#[test]
fn a_program_that_varies_only_on_dual_numbers_is_refused() {
    let calls = Cell::new(0.0);
    let on_duals = |x: &[Var<'_, gradus::Dual>]| -> f64 {
        calls.set(calls.get() + 1.0);
        x[0].item().value * calls.get()
    };
    let report = check::gradients_with_duals(|x| x[0] * 2.0, |x| x[0] * on_duals(x), &[0.5]);
    assert_eq!(varying(&report), Some(Varying::Duals), "{report}");
}

#[test]
fn what_a_program_keeps_between_runs_is_noticed_even_if_it_shows_late() {
    // The first thirty runs are equal. Two masks of a dropout can be equal, too.
    let calls = Cell::new(0);
    let late = || {
        calls.set(calls.get() + 1);
        if calls.get() > 30 { 1.5 } else { 1.0 }
    };
    let report = check::gradients(|x| x[0].sin() * late(), &[[0.5; 20]]);
    assert_eq!(varying(&report), Some(Varying::Later), "{report}");
    assert!(report.diagnosis.is_none());
}

#[test]
fn settings_that_are_read_out_of_the_tape_and_numbers_under_no_grad_are_found() {
    let report = check::gradients(|x| x[0].pow(x[0].item()), &[1.5]);
    assert!(report.wrong(), "{report}");
    assert!(report.to_string().contains("the settings of"), "{report}");
    let report = check::gradients(|x| x[0] * x[0].tape().no_grad(|| x[0] * 2.0), &[X]);
    assert!(report.wrong(), "{report}");
    assert!(report.to_string().contains("recorded under no_grad, or detached"), "{report}");
}

#[test]
fn numbers_that_leave_the_tape_and_come_back_are_found() {
    let report = check::gradients(|x| x[0] * x[0].tape().input(x[0].value()), &[X]);
    let diagnosis = report.diagnosis.as_ref().unwrap();
    assert!(diagnosis.fault.is_none());
    assert!(diagnosis.findings[0].contains("read out of the tape"), "{report}");
}

#[test]
fn a_gradient_that_is_right_but_cannot_be_differentiated_again_fails_at_order_2() {
    fn program<'t>(x: &[Var<'t, f64>]) -> Var<'t, f64> {
        let vjp: for<'a> fn(&Local<'a, f64>) -> Var<'a, f64> = |at| {
            let x = at.operand(0);
            3.0 * x.tape().input(x.value() * x.value()) * at.cotangent()
        };
        x[0].tape().record(Unary { name: "cube", f: |x| x * x * x, vjp }, &[x[0]])
    }
    assert!(Check::new().run(program, &[X]).passed());
    let report = Check::new().order(2).run(program, &[X]);
    assert!(!report.passed());
    assert!(report.to_string().contains("x[0], order 2"), "{report}");
    assert!(report.diagnosis.as_ref().unwrap().findings[0].contains("read out of the tape"), "{report}");
    let report = Check::new().order(2).run(|x| (x[0] * x[0] * x[0]).sigmoid(), &[X]);
    assert!(report.passed(), "{report}");
}

#[test]
fn a_jump_is_told_from_a_wrong_derivative() {
    let report = report_on("step", |x| if x > 0.35 { 1.0 } else { 0.0 }, |at| 0.0 * at.operand(0) * at.cotangent());
    assert!(report.undecided() && !report.passed() && !report.wrong(), "{report}");
    // Where the staircase is level, rounding might hide a slope.
    assert_eq!((report.entries[0].undecided, report.entries[0].doubt), (4, Some(Doubt::Jump)), "{report}");
    insta::assert_snapshot!(report.snapshot());
}

#[test]
fn a_wrong_gradient_beside_a_jump_is_wrong() {
    let report = report_on("step", |x| if x > 0.35 { x } else { 0.0 }, |at| 2.0 * at.cotangent());
    assert!(report.wrong(), "{report}");
    assert_eq!((report.entries[0].wrong, report.entries[0].undecided), (3, 1), "{report}");
}

#[test]
fn coarse_steps_across_a_kink_do_not_hide_how_wrong_a_gradient_is() {
    // A kink at 0.003 away; on this side the gradient is a millionth too large.
    let report = check::gradients(
        |x| {
            let relu = Unary { name: "relu", f: |x| x.max(0.0), vjp: |at| 1.000001 * at.cotangent() };
            x[0].tape().record(relu, &[x[0]])
        },
        &[[0.003]],
    );
    let Form::Flat { height } = report.diagnosis.unwrap().curve.form else { panic!("a wrong factor is level") };
    assert!((height - 1e-6).abs() < 1e-7, "{height}");
}

#[test]
fn a_check_where_all_units_are_nearly_linear_or_most_gradients_are_zero_says_so() {
    let report = check::gradients(|x| (0.01 * x[0]).sigmoid(), &[X]);
    assert!(report.passed());
    assert!(report.notes[0].contains("nearly a straight line"), "{report}");
    let report = check::gradients(|x| x[0] * x[0].tape().input([0.0, 0.0, 0.0, 1.0]), &[X]);
    assert!(report.notes[0].starts_with("75% of the 4 gradients of x[0] are exactly 0"), "{report}");
}

#[cfg(feature = "json")]
#[test]
fn a_report_is_plain_data() {
    let report = report_on("square", |x| x * x, |at| -2.0 * at.operand(0) * at.cotangent());
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["entries"][0]["verdict"], "Wrong");
    assert_eq!(json["entries"][0]["shape"], serde_json::json!([4]));
    assert_eq!(json["diagnosis"]["fault"]["cause"], "Sign");
}

#[test]
fn gradients_computed_by_hand_are_checked_without_a_tape() {
    // L = Σ tanh(z)²
    let loss = |x: &[ArrayD<f64>]| x[0].mapv(|z| z.tanh().powi(2)).sum();
    let z = arr2(&[[0.5, -1.2], [2.0, 0.3]]).into_dyn();
    let right = z.mapv(|z: f64| 2.0 * z.tanh() * (1.0 - z.tanh().powi(2)));
    // The classic: 1 - tanh(h)², where h is a tanh already.
    let wrong = z.mapv(|z: f64| 2.0 * z.tanh() * (1.0 - z.tanh().tanh().powi(2)));
    let check = Check::new().names(["z"]);
    assert!(check.by_hand(loss, &[&z], &[&right]).passed());
    let report = check.by_hand(loss, &[&z], &[&wrong]);
    assert!(!report.passed());
    insta::assert_snapshot!(report.snapshot());
    let transposed = check.by_hand(loss, &[&z], &[&right.t()]);
    assert!(transposed.to_string().contains("Rows and columns are exchanged"), "{transposed}");
}
