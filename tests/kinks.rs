//! Where a function has a kink, a tie or an infinite slope: what forward mode, the reverse pass and nudging say of it, and that it is
//! said in `docs/conventions.md`.

use gradus::derivatives::{grad, jacobian_by_columns, jacobian_by_rows};
use gradus::prelude::*;
use gradus::{Dual, Scalar};

const INF: f64 = f64::INFINITY;

#[test]
fn a_constant_stays_a_constant_where_it_is_infinite() {
    let (inf, one, zero) = (Dual::constant(INF), Dual::constant(1.0), Dual::constant(0.0));
    for y in [
        one / zero,
        inf * Dual::constant(2.0),
        inf * one,
        one / inf,
        zero.ln(),
        zero.sqrt(),
        inf.exp(),
        zero.powf(Dual::constant(-1.0)),
    ] {
        assert_eq!(y.tangent, 0.0, "{y:?}");
    }
    assert_eq!((Dual::variable(3.0) * inf).tangent, INF);
    assert!((inf * zero).value.is_nan() && (zero / zero).value.is_nan() && (inf - inf).value.is_nan());
}

#[test]
fn a_flow_that_is_not_a_number_stays_so() {
    assert!(f64::NAN.through(0.0).is_nan() && f64::NAN.over(INF).is_nan() && 1.0_f64.through(f64::NAN).is_nan());
    assert_eq!((0.0_f64.through(f64::NAN), 0.0_f64.through(INF), INF.through(0.0)), (0.0, 0.0, 0.0));
    assert_eq!((0.0_f64.over(0.0), INF.over(INF), 1.0_f64.over(0.0)), (0.0, 0.0, INF));
}

#[test]
fn a_second_derivative_survives_a_first_derivative_that_is_zero() {
    let x = Dual::new(Dual::variable(0.0), Dual::constant(1.0));
    for (y, want) in [((x * x).exp(), 2.0), ((x * x).sin(), 2.0), ((x * x * x).tanh(), 0.0), ((x * x).softplus(), 1.0)]
    {
        assert_eq!(y.tangent.tangent, want);
    }
}

#[test]
fn forward_mode_and_the_reverse_pass_say_the_same_of_a_smooth_loss_at_zero_and_of_targets_that_are_zero() {
    fn binary<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        x[0].binary_cross_entropy_with_logits(x[1])
    }
    fn classes<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        x[0].softmax_cross_entropy_with(x[1])
    }
    let at = [[0.0, 1.0], [1.0, 0.0]];
    assert_eq!(jacobian_by_columns(binary, &at), jacobian_by_rows(binary, &at));
    assert_eq!(jacobian_by_rows(binary, &at)[[0, 0]], -0.25);
    let at = [[[1.0, 2.0]], [[0.0, 1.0]]];
    let (forward, reverse) = (jacobian_by_columns(classes, &at), jacobian_by_rows(classes, &at));
    assert!((&forward - &reverse).iter().all(|off| off.abs() < 1e-15), "{forward} {reverse}");
    assert!((forward[[0, 2]] - 1.313261687518223).abs() < 1e-15);
}

#[test]
fn a_power_of_zero_has_the_gradients_that_are_its_limits() {
    let tape = Tape::<f64>::new();
    let of = |a: f64, b: f64| {
        let (a, b) = (tape.var(a), tape.var(b));
        let gradients = a.pow_var(b).backward();
        (gradients.wrt(a).item(), gradients.wrt(b).item())
    };
    assert_eq!(of(0.0, 0.0), (0.0, -INF));
    assert_eq!(of(0.0, 2.0), (0.0, 0.0));
    assert_eq!(of(0.0, 1.0), (1.0, 0.0));
    assert_eq!(of(0.0, 0.5), (INF, 0.0));
}

#[test]
fn what_nothing_reaches_has_the_gradient_zero() {
    let tape = Tape::<f64>::new();
    let x = tape.var([[-INF, -INF], [0.0, 1.0]]);
    let y = x.logsumexp(1).logsumexp(0);
    let flow = y.backward().wrt(x).value().into_raw_vec_and_offset().0;
    assert_eq!(flow[..2], [0.0, 0.0]);
    assert!((flow[2] + flow[3] - 1.0).abs() < 1e-15);

    let masked = tape.var([[-INF, 0.5, 1.0]]);
    for y in [masked.softmax(1), masked.log_softmax(1).maximum(tape.constant(-100.0))] {
        let flow = grad((y * tape.input([[1.0, -2.0, 0.5]])).sum(), &[masked])[0].value();
        assert!(flow.iter().all(|g| g.is_finite()), "{flow}");
    }
}

#[test]
fn a_gradient_that_is_zero_passes_an_infinite_slope_as_zero() {
    let tape = Tape::<f64>::new();
    let x = tape.var([0.0, 4.0]);
    let last = |y: Var<'_, f64>| grad(y.slice(&[(1, 2)]).sum(), &[x])[0].value()[0];
    for y in [x.sqrt(), x.ln(), 1.0 / x, x.pow(0.5), x.pow(-1.0), x.pow_var(tape.constant(0.5))] {
        assert_eq!(last(y), 0.0);
    }
    let norm = (x * 0.0).pow(2.0).sum().sqrt();
    assert_eq!(grad(norm, &[x])[0].value(), ndarray::arr1(&[0.0, 0.0]).into_dyn());
}
