//! Kinks, ties and infinite slopes: what forward mode, the reverse pass and nudging give there, and that it is what `docs/conventions.md` says.

use gradus::derivatives::{grad, jacobian_by_columns, jacobian_by_rows};
use gradus::prelude::*;
use gradus::table::Program;
use gradus::{Dual, Scalar};
use ndarray::{Array1, ArrayD, arr0};
use std::collections::BTreeSet;

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
    let x = Dual::new(x, Dual::constant(Dual::constant(1.0)));
    for (y, third) in [(x * x * x, 6.0), ((x * x * x).exp(), 6.0), (x.powf(Dual::from_f64(3.0)), 6.0), (x.sin(), -1.0)]
    {
        assert_eq!(y.tangent.tangent.tangent, third);
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
    let off = jacobian_by_columns(binary, &at) - jacobian_by_rows(binary, &at);
    assert!(off.iter().all(|off| off.abs() < 1e-15), "{off}");
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

/// A program as the page writes it, and as it runs.
struct Written {
    text: &'static str,
    f64: Program<f64>,
    dual: Program<Dual>,
}

macro_rules! written {
    ($text:literal, |$x:pat_param| $program:expr) => {{
        fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
            let &$x = x else { panic!("{} has {} operands on the page", $text, x.len()) };
            $program
        }
        Written { text: $text, f64: program, dual: program }
    }};
}

const WRITTEN: &[Written] = &[
    written!("relu(x)", |[x]| x.relu()),
    written!("leaky_relu(x, 0.1)", |[x]| x.leaky_relu(0.1)),
    written!("abs(x)", |[x]| x.abs()),
    written!("sign(x)", |[x]| x.sign()),
    written!("maximum(a, b)", |[a, b]| a.maximum(b)),
    written!("minimum(a, b)", |[a, b]| a.minimum(b)),
    written!("maximum(x, x)", |[x]| x.maximum(x)),
    written!("clamp(x, -1, 1)", |[x]| x.clamp(-1.0, 1.0)),
    written!("max(x)", |[x]| x.max()),
    written!("top_k(x, 1)", |[x]| x.top_k(1).0.sum()),
    written!("min(x)", |[x]| x.min()),
    written!("elu(x, 2)", |[x]| x.elu(2.0)),
    written!("hardtanh(x, -1, 1)", |[x]| x.hardtanh(-1.0, 1.0)),
    written!("mean_absolute_error(a, y)", |[a, y]| a.mean_absolute_error(y)),
    written!("norm(x)", |[x]| x.norm()),
    written!("std(x, 1)", |[x]| x.std(1)),
    written!("prod(x)", |[x]| x.prod()),
    written!("rsqrt(x)", |[x]| x.rsqrt()),
    written!("where(x > 0, ln(x), 0)", |[x]| {
        let zero = x.tape().constant(0.0);
        Var::where_(x.gt(zero), x.ln(), zero)
    }),
    written!("max_pool2d(x, 2, 2)", |[x]| x.reshape([1, 1, 2, 2]).max_pool2d(2, 2).sum()),
    written!("huber(a, y, 1)", |[a, y]| a.huber(y, 1.0)),
    written!("exceeds(a, b)", |[a, b]| a.exceeds(b)),
    written!("eq(a, b)", |[a, b]| a.eq(b)),
    written!("ge(a, b)", |[a, b]| a.ge(b)),
    written!("gt(a, b)", |[a, b]| a.gt(b)),
    written!("softplus(x)", |[x]| x.softplus()),
    written!("sigmoid(x)", |[x]| x.sigmoid()),
    written!("binary_cross_entropy_with_logits(x, t)", |[x, t]| x.binary_cross_entropy_with_logits(t)),
    written!("sqrt(x)", |[x]| x.sqrt()),
    written!("ln(x)", |[x]| x.ln()),
    written!("1 / x", |[x]| 1.0 / x),
    written!("sqrt(sum(x x))", |[x]| (x * x).sum().sqrt()),
    written!("sqrt(x)[1]", |[x]| second(x.sqrt())),
    written!("ln(x)[1]", |[x]| second(x.ln())),
    written!("maximum(ln(x), -100)", |[x]| x.ln().maximum(x.tape().constant(-100.0))),
    written!("pow(x, 0)", |[x]| x.pow(0.0)),
    written!("pow_var(a, b)", |[a, b]| a.pow_var(b)),
    written!("sqrt(x)²", |[x]| x.sqrt().pow(2.0)),
    written!("ln(sigmoid(x))", |[x]| x.sigmoid().ln()),
    written!("softmax(x)[1]", |[x]| second(x.softmax(0))),
    written!("log_softmax(x)[1]", |[x]| second(x.log_softmax(0))),
    written!("logsumexp(x)", |[x]| x.logsumexp(0)),
    written!("softmax_cross_entropy_with(x, t)", |[x, t]| row(x).softmax_cross_entropy_with(row(t))),
    written!("x ln(x)", |[x]| x * x.ln()),
];

fn second<F: Scalar>(x: Var<'_, F>) -> Var<'_, F> {
    x.slice(&[(1, 2)]).sum()
}

fn row<F: Scalar>(x: Var<'_, F>) -> Var<'_, F> {
    x.reshape([1, x.shape().size()])
}

/// `0`, `-∞`, `½`
fn number(text: &str) -> f64 {
    let (sign, size) = text.strip_prefix('-').map_or((1.0, text), |size| (-1.0, size));
    sign * match size {
        "½" => 0.5,
        "⅓" => 1.0 / 3.0,
        "¼" => 0.25,
        "∞" => INF,
        _ => size.parse().unwrap_or_else(|_| panic!("{text:?} in docs/conventions.md is no number")),
    }
}

/// `[0, 1]; 2`: arrays and numbers, one for each operand.
fn operands(cell: &str) -> Vec<ArrayD<f64>> {
    let operand = |text: &str| match text.trim().strip_prefix('[') {
        Some(list) => Array1::from_iter(list.trim_end_matches(']').split(", ").map(number)).into_dyn(),
        None => arr0(number(text.trim())).into_dyn(),
    };
    cell.split(';').map(operand).collect()
}

fn same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan() || (a - b).abs() < 1e-15
}

#[test]
fn the_page_of_conventions_says_what_forward_mode_the_reverse_pass_and_nudging_say() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/conventions.md")).unwrap();
    let (mut rows, mut told) = (0, BTreeSet::new());
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [program, at, value, gradient, beside, _, _] = cells[..] else { panic!("seven columns, found {line}") };
        let program = WRITTEN.iter().find(|written| written.text == program.trim_matches('`'));
        let program = program.unwrap_or_else(|| panic!("no program in tests/kinks.rs is written as in {line}"));
        let at = operands(at);
        let gradient: Vec<f64> = operands(gradient).into_iter().flatten().collect();
        let [reverse, forward] = [jacobian_by_rows(program.f64, &at), jacobian_by_columns(program.dual, &at)];
        assert!(same(run(program, &at), number(value)), "{line}: the value is {}", run(program, &at));
        assert_eq!(reverse.len(), gradient.len(), "{line}");
        assert!(reverse.iter().zip(&gradient).all(|(&a, &b)| same(a, b)), "{line}: the reverse pass says {reverse}");
        assert!(forward.iter().zip(&gradient).all(|(&a, &b)| same(a, b)), "{line}: forward mode says {forward}");
        if let Some((below, above)) = beside.split_once(" to ") {
            let [below, above] = [number(below), number(above)];
            for (step, told) in [(-1e-6, below), (1e-6, above)] {
                let mut moved = at.clone();
                moved[0].iter_mut().take(1).for_each(|x| *x += step);
                let slope = (run(program, &moved) - run(program, &at)) / step;
                assert!((slope - told).abs() < 1e-5, "{line}: nudged by {step} the slope is {slope}");
            }
            assert!(below.min(above) <= gradient[0] && gradient[0] <= below.max(above), "{line}");
        }
        rows += 1;
        told.insert(program.text);
    }
    let silent: Vec<&str> = WRITTEN.iter().map(|written| written.text).filter(|text| !told.contains(text)).collect();
    assert!(silent.is_empty(), "docs/conventions.md does not say what happens in {silent:?}");
    println!("{rows} conventions, each by the reverse pass, dual numbers and nudging");
}

fn run(program: &Written, at: &[ArrayD<f64>]) -> f64 {
    let tape = Tape::new();
    let x: Vec<Var<f64>> = at.iter().map(|x| tape.input(x)).collect();
    (program.f64)(&x).item()
}
