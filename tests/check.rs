//! The gradient checker, by example.
use gradus::check::{self, Check, Doubt, Verdict};
use gradus::prelude::*;
use gradus::{Cotangents, Local, Op, View, ViewMut, assert_gradients};
use ndarray::{Array1, Array2, arr1, arr2};

/// y = x³, with a derivative to choose.
#[derive(PartialEq)]
struct Cube(f64);

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
            *y = x * x * x;
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || self.0 * x * x * g)].into()
    }
}

/// y = max(x, 0)
#[derive(PartialEq)]
struct Hinge;

impl<F: Scalar> Op<F> for Hinge {
    fn name(&self) -> &'static str {
        "hinge"
    }
    fn formula(&self) -> &'static str {
        "y = max(x, 0)"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        for (y, &x) in y.data.iter_mut().zip(x[0].data) {
            *y = if x > F::ZERO { x } else { F::ZERO };
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let x = at.operand(0);
        let mask = x.value().mapv(|x| if x > F::ZERO { F::ONE } else { F::ZERO });
        [at.to(0, || at.cotangent() * x.tape().input(mask))].into()
    }
}

#[test]
fn a_right_gradient_passes() {
    let report = check::gradients(
        |x| (x[0].matmul(x[1]) + x[2]).sigmoid(),
        &[arr2(&[[0.5, -1.0]]).into_dyn(), arr2(&[[1.0, 2.0], [0.3, -0.7]]).into_dyn(), arr1(&[0.1, 0.2]).into_dyn()],
    );
    assert!(report.passed(), "{report}");
    insta::assert_snapshot!(report.snapshot());
}

#[test]
fn a_wrong_factor_fails_with_both_values() {
    let report = Check::new().names(["angle"]).run(|x| x[0].tape().record(Cube(2.0), &[x[0]]), &[[0.5, -1.0, 2.0]]);
    assert!(!report.passed());
    let entry = report.entry("angle").unwrap();
    assert_eq!((entry.verdict, entry.wrong), (Verdict::Wrong, 3));
    insta::assert_snapshot!(report.snapshot());
    insta::assert_snapshot!(report.to_string());
}

#[test]
fn the_macro_panics_with_the_report() {
    assert_gradients!(|x| x[0].tape().record(Cube(3.0), &[x[0]]), &[[0.5, -1.0]]);
    let caught = std::panic::catch_unwind(|| {
        assert_gradients!(|x| x[0].tape().record(Cube(-3.0), &[x[0]]), &[0.5]);
    });
    let message = *caught.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("gradients WRONG for x[0]"), "{message}");
}

#[test]
fn a_true_zero_passes_and_a_wrong_zero_fails() {
    assert_gradients!(|x| x[0] * 0.0, &[[0.5, -1.0, 1e6]]);
    assert_gradients!(|x| x[0].tape().record(Cube(3.0), &[x[0]]), &[[0.0, 1.0]]);
    assert!(!check::gradients(|x| x[0].tape().record(Cube(0.0), &[x[0]]), &[[0.5, 1.0]]).passed());
    // Small against the result, and yet above its noise.
    assert!(!check::gradients(|x| 1000.0 + 1e-6 * x[0].tape().record(Cube(0.0), &[x[0]]), &[[0.5, 1.0]]).passed());
}

#[test]
fn near_a_pole_at_an_edge_at_huge_results_and_on_steep_slopes_a_right_gradient_passes() {
    assert_gradients!(|x| 1.0 / x[0], &[[1e-6, -1e-9, 3e-3]]);
    assert_gradients!(|x| x[0].ln(), &[[1e-10, 1e-300]]);
    assert_gradients!(|x| x[0].sqrt(), &[[1e-12, 1e-200]]);
    assert_gradients!(|x| x[0].exp(), &[[700.0, -700.0]]);
    assert_gradients!(|x| 1e300 * x[0].sin(), &[[0.5, 2.0]]);
    assert_gradients!(|x| 1e-300 * x[0].sin(), &[[0.5, 2.0]]);
    assert_gradients!(|x| (1e9 * x[0]).tanh(), &[[0.0, 1e-9]]);
    assert_gradients!(|x| 1.0 / (1.0 - x[0] * x[0]).sqrt(), &[[0.999_999, -0.5]]);
}

#[test]
fn where_nobody_can_tell_the_report_is_no_pass_and_says_why() {
    let cannot_tell = |report: check::Report| {
        assert!(report.undecided() && !report.passed() && !report.wrong(), "{report}");
        assert!(report.headline().starts_with("cannot tell whether the gradients are right for x[0]"), "{report}");
        assert!(report.diagnosis.is_none() && report.entries[0].verdict == Verdict::CannotTell, "{report}");
        report.entries[0].doubt.expect("a reason")
    };
    assert_eq!(cannot_tell(check::gradients(|x| 1.0 / x[0], &[0.0])), Doubt::NoResult);
    assert_eq!(cannot_tell(check::gradients(|x| x[0].sqrt(), &[0.0])), Doubt::Edge);
    let drowned = cannot_tell(check::gradients(|x| ((x[0] + 1e15) - 1e15).sin(), &[0.3]));
    assert!(matches!(drowned, Doubt::Rounding | Doubt::Unsettled | Doubt::Staircase), "{drowned:?}");
    let caught = std::panic::catch_unwind(|| assert_gradients!(|x| x[0].sqrt(), &[0.0]));
    let message = *caught.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("because this is the edge of a domain"), "{message}");
}

#[test]
fn a_kink_is_a_convention_and_not_an_error() {
    let report = check::gradients(|x| x[0].tape().record(Hinge, &[x[0]]), &[[0.0, 1e-7, -3e-6, 1.0]]);
    assert!(report.passed(), "{report}");
    assert_eq!((report.entries[0].verdict, report.entries[0].kinks), (Verdict::Kink, 1), "{report}");
}

#[test]
fn an_input_without_effect_has_no_gradient_and_that_is_said() {
    let report = Check::new().names(["used", "unused"]).run(|x| x[0] * 2.0, &[1.0, 2.0]);
    assert_eq!(report.entry("unused").unwrap().verdict, Verdict::NoEffect);
    assert!(report.passed());
    insta::assert_snapshot!(report.snapshot());
}

#[test]
fn an_input_without_elements_takes_a_line_of_the_report_like_any_other() {
    let report = check::gradients(|x| x[0].tanh().sum() + x[1].relu().sum(), &[arr1(&[0.5]), arr1(&[])]);
    assert!(report.passed(), "{report}");
    assert_eq!(report.entries.iter().map(|entry| entry.by_duals).collect::<Vec<_>>(), [None, None]);
    assert!(report.notes.is_empty(), "relu of nothing is neither positive nor negative: {report}");
}

#[test]
#[should_panic(expected = "there is nothing to check: the result of the program has no elements")]
fn a_program_without_results_is_refused() {
    let _ = check::gradients(|x| x[0].slice(&[(0, 0)]), &[[1.0, 2.0]]);
}

#[test]
#[should_panic(expected = "2 names were given for 1 inputs")]
fn more_names_than_inputs_are_refused() {
    let _ = Check::new().names(["w", "b"]).run(|x| x[0].sum(), &[[1.0, 2.0]]);
}

#[test]
fn a_result_of_another_size_beside_the_point_gives_no_slope() {
    let report = check::gradients(
        |x| {
            let x = x[0].reshape([1]);
            if x.value()[0] == 0.5 { x } else { Var::concat(&[x, x], 0) }
        },
        &[0.5],
    );
    assert!(report.undecided(), "{report}");
    assert_eq!(report.entries[0].doubt, Some(Doubt::Edge));
}

#[test]
fn where_the_slope_is_0_everywhere_a_gradient_has_no_ratio_to_it() {
    let report = Check::new().by_hand(|_| 3.0, &[[1.0, 3.0]], &[[1.0, 3.0]]);
    assert!(report.wrong());
    assert!(report.to_string().contains("The slope is 0 everywhere"), "{report}");
}

#[test]
fn a_run_that_gives_no_number_differs_from_one_that_does() {
    let runs = std::cell::Cell::new(0);
    let program = |x: &[ndarray::ArrayD<f64>]| {
        runs.set(runs.get() + 1);
        if runs.get() == 2 { f64::NAN } else { x[0].sum() }
    };
    let report = Check::new().by_hand(program, &[[1.0]], &[[1.0]]);
    assert_eq!(report.unsteady.map(|unsteady| unsteady.difference), Some(f64::INFINITY));
}

#[test]
fn parameters_hold_exactly_their_old_values_afterwards() {
    let w = Param::new("w", arr1(&[0.1, 0.2, 0.3]));
    let report = check::parameters(&[&w], |tape| tape.param(&w).sigmoid().sum());
    assert!(report.passed(), "{report}");
    assert_eq!(w.value(), arr1(&[0.1, 0.2, 0.3]).into_dyn());

    let calls = std::cell::Cell::new(0);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        check::parameters(&[&w], |tape| {
            calls.set(calls.get() + 1);
            assert!(calls.get() < 5, "the program gives up half-way");
            tape.param(&w).sigmoid().sum()
        })
    }));
    assert!(caught.is_err());
    assert_eq!(w.value(), arr1(&[0.1, 0.2, 0.3]).into_dyn());
}

#[test]
fn a_sample_checks_so_many_elements_of_each_input() {
    let x: Array2<f64> = Array2::from_shape_fn((30, 20), |(i, j)| (i as f64 - 3.0 * j as f64).sin());
    let report = Check::new().sample(50).run(|x| x[0].sigmoid(), &[x]);
    assert_eq!(report.entries[0].checked, 50);
    assert!(report.passed(), "{report}");
}

#[test]
fn a_network_of_39760_parameters_is_checked_in_full() {
    let numbers = |rows, columns, scale: f64| {
        Array2::from_shape_fn((rows, columns), |(i, j)| scale * (1.7 * (i * columns + j) as f64).sin())
    };
    let images = numbers(3, 784, 1.0).mapv(|x| x.max(0.0));
    let (w1, b1) = (Param::new("W1", numbers(784, 50, 0.05)), Param::new("b1", Array1::<f64>::zeros(50)));
    let (w2, b2) = (Param::new("W2", numbers(50, 10, 0.1)), Param::new("b2", Array1::<f64>::zeros(10)));
    let report = Check::new().fixed_step(1e-4).parameters(&[&w1, &b1, &w2, &b2], |tape| {
        let hidden = (tape.input(&images).matmul(tape.param(&w1)) + tape.param(&b1)).sigmoid();
        let scores = hidden.matmul(tape.param(&w2)) + tape.param(&b2);
        (scores * scores).sum()
    });
    assert!(report.passed(), "{report}");
    assert_eq!(report.entries.iter().map(|entry| entry.checked).sum::<usize>(), 39_760);
}
