//! The shortest program of each kind of fault that was found by replaying other people's bug reports: what it must give, or how it must be refused.
//! The other tests try these kinds everywhere; these keep the samples.

use crate::blame::said;
use gradus::derivatives::{jacobian_by_columns, jacobian_by_rows};
use gradus::nn::accuracy;
use gradus::optim::{Adam, Optimizer, RmsProp, Sgd};
use gradus::prelude::*;
use gradus::{Cotangents, Dual, Local, Op, View, ViewMut, check};
use ndarray::{arr1, arr2};

fn near(got: f64, exact: f64, relative: f64) {
    assert!((got - exact).abs() <= relative * exact.abs(), "{got} is not {exact} to {relative}");
}

#[test]
fn k1_forward_mode_and_reverse_mode_tell_one_story() {
    let tape = Tape::<Dual>::new();
    let loss = tape.var([Dual::variable(0.0)]).binary_cross_entropy_with_logits(tape.input([Dual::constant(1.0)]));
    assert_eq!(loss.item().tangent, -0.5);
    let at = [arr2(&[[1.0, 2.0]]), arr2(&[[0.0, 1.0]])];
    let forward = jacobian_by_columns(|x| x[0].softmax_cross_entropy_with(x[1]), &at);
    let reverse = jacobian_by_rows(|x| x[0].softmax_cross_entropy_with(x[1]), &at);
    assert!((&forward - &reverse).iter().all(|difference| difference.abs() < 1e-15), "{forward} {reverse}");
    near(forward[(0, 2)], 1.3132616875182228, 1e-15);
    assert_eq!(jacobian_by_columns(|x| x[0].relu(), &[0.0]), arr2(&[[0.0]]));
    assert_eq!(jacobian_by_rows(|x| x[0].relu(), &[0.0]), arr2(&[[0.0]]));
    assert_eq!(jacobian_by_columns(|x| x[0].max(), &[[7.0, 7.0]]), arr2(&[[0.5, 0.5]]));
    assert_eq!(jacobian_by_rows(|x| x[0].max(), &[[7.0, 7.0]]), arr2(&[[0.5, 0.5]]));
    assert_eq!((Dual::constant(1.0) / Dual::constant(0.0)).tangent, 0.0);
    assert_eq!((Dual::constant(f64::INFINITY) * Dual::constant(2.0)).tangent, 0.0);
}

#[test]
fn k2_zero_times_infinity_is_no_gradient() {
    let tape = Tape::<f64>::new();
    let (a, b, two) = (tape.var(0.0), tape.var(0.0), tape.var(2.0));
    assert_eq!(a.pow_var(b).backward().wrt(a).item(), 0.0);
    assert_eq!(a.pow_var(two).backward().wrt(a).item(), 0.0);
    assert_eq!(a.pow_var(two).backward().wrt(two).item(), 0.0);
    let nothing = f64::NEG_INFINITY;
    let x = tape.var([[nothing, nothing], [0.0, 1.0]]);
    let gradient = x.logsumexp(1).logsumexp(0).backward().wrt(x).value();
    assert_eq!((gradient[[0, 0]], gradient[[0, 1]]), (0.0, 0.0));
    near(gradient[[1, 1]], 0.7310585786300049, 1e-14);
}

#[test]
fn k3_tails_are_kept() {
    let tape = Tape::<f32>::new();
    near(tape.var([17.0_f32, -5.5]).gelu().value()[1].into(), -1.0444e-7, 1e-4);
    let x = tape.var([17.0_f32]);
    let loss = x.binary_cross_entropy_with_logits(tape.input([1.0_f32]));
    near(loss.backward().wrt(x).value()[0].into(), -4.139937e-8, 1e-6);
}

#[test]
fn k4_long_sums_are_right() {
    let tape = Tape::<f32>::new();
    for mean in tape.full([1_000_000, 2], 0.1).mean_axes(0).value() {
        near(mean.into(), 0.1, 1e-6);
    }
    near(tape.full([20_000_000], 0.1).mean().item().into(), 0.1, 1e-6);
    let loss = tape.full([1_000_000, 10], 0.0).softmax_cross_entropy(tape.labels(&vec![0; 1_000_000]));
    near(loss.item().into(), 10_f64.ln(), 1e-6);
}

#[test]
fn k5_a_parameter_has_the_leaf_that_it_is_read_for() {
    let w = Param::new("w", arr1(&[1.0_f64]));
    let tape = Tape::new();
    tape.no_grad(|| tape.param(&w).sum().item());
    assert_eq!((tape.param(&w) * 3.0).sum().backward().param(&w).expect("a gradient").value()[0], 3.0);
    let w = Param::new("w", arr1(&[3.0_f64]));
    let tape = Tape::new();
    let first = tape.param(&w).pow(2.0).sum().backward();
    w.update(|w| w[0] += 0.5);
    let _ = tape.param(&w);
    assert_eq!(first.param(&w).expect("a gradient").value()[0], 6.0);
    let refused = Sgd::new(0.1).step(&vec![w.clone()], &first).expect_err("it is of an earlier value");
    assert!(refused.to_string().contains("was changed"), "{refused}");
    assert_eq!(w.value()[0], 3.5);
}

#[test]
fn k6_a_parameter_that_is_listed_twice_is_not_stepped_twice() {
    let (w, b) = (Param::new("w", arr1(&[1.0_f64])), Param::new("b", arr1(&[1.0_f64])));
    let tape = Tape::new();
    let gradients = (tape.param(&w) + tape.param(&b)).sum().backward();
    let outcome = Sgd::new(0.1).step(&vec![w.clone(), w.clone(), b.clone()], &gradients);
    let expected = if outcome.is_ok() { 0.9 } else { 1.0 };
    assert_eq!((w.value()[0], b.value()[0]), (expected, expected));
}

#[test]
fn k7_a_late_joiner_starts_as_an_early_one() {
    let [a, b] = ["a", "b"].map(|name| vec![Param::new(name, arr1(&[0.0_f64]))]);
    let (mut adam, tape) = (Adam::new(0.01), Tape::new());
    for params in [&a, &b] {
        adam.step(params, &tape.param(&params[0]).sum().backward()).expect("a step");
    }
    assert_eq!(a[0].value(), b[0].value());
    near(a[0].value()[0], -0.01, 1e-6);
}

#[test]
fn k8_small_memories_count_in_f64() {
    let w = vec![Param::new("w", arr1(&[0.0_f64]))];
    let tape = Tape::new();
    let gradients = (tape.param(&w[0]) * 1e-18).sum().backward();
    RmsProp::new(1e-3).epsilon(0.0).step(&w, &gradients).expect("a step");
    near(w[0].value()[0], -0.0031622776601683794, 1e-9);
}

#[test]
fn k9_settings_that_cannot_be_are_refused() {
    let w = vec![Param::new("w", arr1(&[1.0_f64]))];
    let tape = Tape::new();
    let refused = Adam::new(0.1).betas(0.9, 1.0).step(&w, &tape.param(&w[0]).sum().backward());
    assert!(refused.expect_err("a decay rate of 1 forgets nothing").to_string().contains('1'));
    assert_eq!(w[0].value()[0], 1.0);
}

#[test]
fn k10_shapes_that_fit_by_chance_are_refused() {
    let tape = Tape::<f64>::new();
    let (x, wide) = (tape.var([1.0, 2.0, 3.0]), tape.var([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]));
    assert!(said(|| x.layer_norm(wide, wide, 1e-5).shape()).contains("[2, 3]"));
    let (image, weight) = (tape.full([1, 1, 3, 3], 1.0), tape.full([3, 1, 2, 2], 1.0));
    assert!(said(|| image.conv2d(weight, tape.var([0.5]), 1, 0).shape()).contains("[1]"));
    let ones = tape.var([1.0, 1.0]);
    assert!(said(|| tape.var([[3.0, -7.0]]).batch_norm_train(ones, ones, 1e-5).shape()).contains("[1, 2]"));
    let outputs = arr2(&[[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6]]);
    assert!(said(|| accuracy(outputs.view(), &[0, 1])).contains("4"));
}

#[test]
fn k11_the_checker_convicts_nothing_that_is_right() {
    for report in [
        check::gradients(|x| 1.0 / x[0], &[1e-6]),
        check::gradients(|x| x[0].ln(), &[1e-10]),
        check::gradients(|x| x[0].exp(), &[700.0]),
    ] {
        assert!(!report.headline().contains("WRONG"), "{report}");
    }
}

#[test]
fn k12_an_op_that_gives_back_its_operand_keeps_to_no_grad() {
    let tape = Tape::<f64>::new();
    let x = tape.var([1.0, 2.0]);
    let target = tape.no_grad(|| x.reshape([2]));
    assert!((target * target).sum().try_backward().is_err());
    assert!((x.detach() * x.detach()).sum().try_backward().is_err());
}

/// y = x, with a vjp that gives too many cotangents, or one of the wrong shape.
#[derive(PartialEq)]
struct Own {
    gives_two: bool,
}

impl Op<f64> for Own {
    fn name(&self) -> &'static str {
        "own"
    }
    fn formula(&self) -> &'static str {
        "y = x"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<f64>], y: ViewMut<f64>) {
        y.data.copy_from_slice(x[0].data);
    }
    fn vjp<'t>(&self, at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let g = at.cotangent();
        match self.gives_two {
            true => [at.to(0, || g), at.no_gradient()].into(),
            false => [at.to(0, || g.tape().full([5, 3], 1.0))].into(),
        }
    }
}

#[test]
fn k13_what_a_vjp_returns_is_checked_and_the_tape_goes_on() {
    for gives_two in [true, false] {
        let tape = Tape::<f64>::new();
        let x = tape.var([1.0, 2.0, 3.0]);
        let y = tape.record(Own { gives_two }, &[x]).sum();
        assert!(said(|| y.backward().pass()).contains("own"));
        assert_eq!((x * 2.0).sum().backward().wrt(x).value(), arr1(&[2.0; 3]).into_dyn());
    }
}

#[test]
fn k14_scopes_that_end_in_another_order_end() {
    let mut tape = Tape::<f64>::new();
    drop(Vec::from(["encoder", "mlp"].map(|name| tape.scope(name))));
    tape.rewind();
    let _ = tape.var(1.0);
    assert_eq!(tape.nodes()[0].scope, "");
}

#[test]
fn k15_a_parameter_used_in_its_own_update_is_refused() {
    let w = Param::new("weight", arr1(&[1.0_f64]));
    let tape = Tape::new();
    let gradients = tape.param(&w).sum().backward();
    assert!(said(|| gradients.update(&w, |v, g| v[0] -= 0.1 * (g[0] + 0.01 * w.value()[0]))).contains("\"weight\""));
}

#[test]
fn k16_small_passes_on_a_large_tape_are_small() {
    let tape = Tape::<f64>::new();
    let mut x = tape.var(0.5);
    for _ in 0..1_000_000 {
        x = x.sin();
    }
    for _ in 0..2_000 {
        let y = tape.var(3.0);
        assert_eq!((y * y).backward().wrt(y).item(), 6.0);
    }
}

#[test]
fn k17_a_size_that_cannot_be_is_refused_with_its_bytes() {
    let tape = Tape::<f32>::new();
    let x = tape.var([1.0_f32]);
    let message = said(|| x.broadcast_to([1 << 33, 1 << 31]).sum().item());
    assert!(message.contains("73786976294838206464 bytes"), "{message}");
}
