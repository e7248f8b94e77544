//! Three witnesses of one gradient: the reverse pass, dual numbers, nudging. The one that is wrong stands alone, and the report says so.
use gradus::check::{self, Check, Report, Verdict, Witness};
use gradus::prelude::*;
use gradus::{Cotangents, Local, Op, View, ViewMut, assert_gradients};
use ndarray::arr2;

/// y = x³, with a factor to choose in the vjp, and a way to lose the tangent in the forward kernel.
#[derive(PartialEq)]
struct Cube {
    factor: f64,
    in_plain_numbers: bool,
}

impl<F: Scalar> Op<F> for Cube {
    fn name(&self) -> &'static str {
        "cube"
    }
    fn formula(&self) -> &'static str {
        "y = x³"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        for (y, &x) in y.data.iter_mut().zip(x[0].data) {
            *y = if self.in_plain_numbers { F::from_f64(x.to_f64().powi(3)) } else { x * x * x };
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || self.factor * x * x * g)].into()
    }
}

fn right_cube<F: Scalar>(x: Var<F>) -> Var<F> {
    x.tape().record(Cube { factor: 3.0, in_plain_numbers: false }, &[x])
}

fn wrong_cube<F: Scalar>(x: Var<F>) -> Var<F> {
    x.tape().record(Cube { factor: -3.0, in_plain_numbers: false }, &[x])
}

const X: [f64; 3] = [0.5, -1.25, 2.0];

/// The witness that stands alone, and the verdicts: of all witnesses, of dual numbers, of nudging.
fn verdicts(report: &Report) -> (Option<Witness>, Verdict, Option<Verdict>, Verdict) {
    let entry = &report.entries[0];
    (entry.alone, entry.verdict, entry.by_duals, entry.by_nudging)
}

#[test]
fn three_witnesses_agree_on_a_right_gradient() {
    fn network<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        x[0].matmul(x[1]).tanh().softmax(1)
    }
    let inputs = [arr2(&[[0.5, -1.0]]), arr2(&[[1.0, 2.0], [0.3, -0.7]])];
    let report = Check::new().order(2).run_with_duals(network, network, &inputs);
    assert!(report.passed(), "{report}");
    for entry in &report.entries {
        assert_eq!((entry.alone, entry.by_duals, entry.by_nudging), (None, Some(Verdict::Right), Verdict::Right));
    }
    insta::assert_snapshot!(report.snapshot());
}

#[test]
fn a_closure_can_be_asserted_with_all_three() {
    assert_gradients!(with duals: |x| right_cube(x[0]).sigmoid(), &[X]);
}

#[test]
fn a_wrong_vjp_stands_alone() {
    let report = check::gradients_with_duals(|x| wrong_cube(x[0]), |x| wrong_cube(x[0]), &[X]);
    assert_eq!(
        verdicts(&report),
        (Some(Witness::Reverse), Verdict::Wrong, Some(Verdict::Wrong), Verdict::Wrong),
        "{report}"
    );
    insta::assert_snapshot!(report.snapshot());
    insta::assert_snapshot!(report.to_string());
}

#[test]
fn a_wrong_second_derivative_stands_alone() {
    /// x³ with a first derivative that is right, but read out of the tape.
    #[derive(PartialEq)]
    struct OnceOnly;
    impl<F: Scalar> Op<F> for OnceOnly {
        fn name(&self) -> &'static str {
            "once_only"
        }
        fn formula(&self) -> &'static str {
            "y = x³"
        }
        fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
            Ok(x[0])
        }
        fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
            y.data.iter_mut().zip(x[0].data).for_each(|(y, &x)| *y = x * x * x);
        }
        fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
            let (g, x) = (at.cotangent(), at.operand(0).value());
            [at.to(0, || 3.0 * g * g.tape().input(x.mapv(|x| x * x)))].into()
        }
    }
    fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        x[0].tape().record(OnceOnly, &[x[0]])
    }
    let report = Check::new().order(2).run_with_duals(program, program, &[X]);
    assert_eq!(
        (report.entries[0].verdict, report.entries[1].alone),
        (Verdict::Right, Some(Witness::Reverse)),
        "{report}"
    );
}

#[test]
fn a_measurement_that_drowns_in_rounding_stands_alone_and_convicts_nobody() {
    fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        ((x[0] + 1e12) - 1e12).sigmoid()
    }
    let report = check::gradients_with_duals(program, program, &[X]);
    assert_eq!(
        verdicts(&report),
        (Some(Witness::Nudging), Verdict::Right, Some(Verdict::Right), Verdict::CannotTell),
        "{report}"
    );
    assert!(report.passed());
    let nudging_alone = check::gradients(program, &[X]);
    assert!(nudging_alone.undecided() && !nudging_alone.passed() && !nudging_alone.wrong(), "{nudging_alone}");
    insta::assert_snapshot!(nudging_alone.snapshot());
    assert!(report.to_string().contains("nudging stands alone."), "{report}");
    assert!(report.headline().contains("dual numbers, if not all with finite differences"), "{report}");
}

#[test]
fn a_number_read_out_of_the_tape_escapes_the_reverse_pass_alone() {
    // The value of a dual number holds its tangent, so dual numbers follow where the reverse pass does not.
    fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        x[0] * x[0].tape().input(x[0].value())
    }
    let report = check::gradients_with_duals(program, program, &[X]);
    assert_eq!(report.entries[0].alone, Some(Witness::Reverse), "{report}");
    assert!(report.to_string().contains("read out of the tape"), "{report}");
}

#[test]
fn a_detour_through_plain_numbers_is_wrong_although_two_of_three_agree() {
    fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        x[0] * x[0].tape().input(x[0].value().mapv(|x| F::from_f64(x.to_f64())))
    }
    let report = check::gradients_with_duals(program, program, &[X]);
    assert_eq!(
        verdicts(&report),
        (Some(Witness::Nudging), Verdict::Wrong, Some(Verdict::Right), Verdict::Wrong),
        "{report}"
    );
    assert!(report.to_string().contains("with the same slope for every step"), "{report}");
}

#[test]
fn a_forward_kernel_that_loses_the_tangent_is_said_and_the_gradient_passes() {
    fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        x[0].tape().record(Cube { factor: 3.0, in_plain_numbers: true }, &[x[0]])
    }
    let report = check::gradients_with_duals(program, program, &[X]);
    assert_eq!(
        verdicts(&report),
        (Some(Witness::Duals), Verdict::Right, Some(Verdict::Wrong), Verdict::Right),
        "{report}"
    );
    assert!(report.to_string().contains("dual numbers stand alone"), "{report}");
}

#[test]
fn dual_numbers_and_the_op_alone_see_an_error_that_nudging_loses_in_the_noise() {
    let inputs = [[1.0]];
    let plain = check::gradients(|x| 1000.0 + 1e-12 * wrong_cube(x[0]), &inputs);
    // The nudge moves the result by less than its last bit. But the op can be tried alone.
    assert_eq!(plain.entries[0].by_nudging, Verdict::CannotTell);
    assert!(plain.wrong() && plain.diagnosis.unwrap().fault.unwrap().op == "cube");
    let report = check::gradients_with_duals(
        |x| 1000.0 + 1e-12 * wrong_cube(x[0]),
        |x| 1000.0 + 1e-12 * wrong_cube(x[0]),
        &inputs,
    );
    assert_eq!(
        (report.entries[0].verdict, report.entries[0].by_duals),
        (Verdict::Wrong, Some(Verdict::Wrong)),
        "{report}"
    );
    assert_gradients!(with duals: |x| 1000.0 + 1e-12 * right_cube(x[0]), &inputs);
}

#[test]
fn at_a_kink_the_report_shows_both_slopes_and_the_convention() {
    let report = check::gradients_with_duals(
        |x| (2.0 * x[0]).relu() + 1.0,
        |x| (2.0 * x[0]).relu() + 1.0,
        &[[0.0, 1.0, 0.0, -1.0]],
    );
    assert!(report.passed(), "{report}");
    assert_eq!(report.entries[0].by_duals, Some(Verdict::Kink));
    insta::assert_snapshot!(report.snapshot());
}

#[test]
#[should_panic(expected = "both closures must be the same program")]
fn two_different_programs_are_no_witnesses_of_each_other() {
    let _ = check::gradients_with_duals(|x| x[0].tanh(), |x| x[0].tanh().sum(), &[X]);
}

#[cfg(feature = "json")]
#[test]
fn each_witness_is_in_the_json() {
    let report = check::gradients_with_duals(|x| wrong_cube(x[0]), |x| wrong_cube(x[0]), &[X]);
    let entry = &serde_json::to_value(&report).unwrap()["entries"][0];
    assert_eq!(
        (&entry["by_duals"], &entry["by_nudging"], &entry["alone"]),
        (&"Wrong".into(), &"Wrong".into(), &"Reverse".into())
    );
    assert_eq!(
        entry["worst"]["dual"].as_f64().map(f64::signum),
        Some(-entry["worst"]["reverse"].as_f64().unwrap().signum())
    );
}
