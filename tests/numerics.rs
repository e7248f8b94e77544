//! Large, small and extreme numbers: there is no avoidable overflow, and no tail is lost.

use gradus::derivatives::grad;
use gradus::prelude::*;

#[test]
fn a_softmax_of_huge_logits_is_finite() {
    let tape = Tape::<f32>::new();
    let x = tape.var([[1e4, -1e4, 0.0], [1e30, 1e30, -1e30]]);
    let y = x.softmax(1);
    assert_eq!(y.value(), ndarray::arr2(&[[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]]).into_dyn());
    assert!(grad((y * y).sum(), &[x])[0].value().iter().all(|g| g.is_finite()));
}

#[test]
fn the_logarithm_of_a_probability_too_small_to_hold_is_right() {
    let tape = Tape::<f32>::new();
    let y = tape.var([0.0, -1000.0]).log_softmax(0);
    assert_eq!(y.value(), ndarray::arr1(&[0.0, -1000.0]).into_dyn());
    let y = tape.var([30.0, 0.0]).log_softmax(0);
    assert!((y.value()[0] / -(-30.0_f32).exp() - 1.0).abs() < 1e-6, "the tail is kept: {}", y.value()[0]);
}

#[test]
fn a_cross_entropy_is_finite_for_the_wrong_class_and_keeps_its_digits_for_the_right_one() {
    let tape = Tape::<f64>::new();
    let logits = tape.var([[1000.0, 0.0]]);
    assert_eq!(logits.softmax_cross_entropy(tape.labels(&[1])).item(), 1000.0);
    assert_eq!(logits.softmax_cross_entropy(tape.labels(&[0])).item(), 0.0);
    let sure = tape.var([[50.0, 0.0]]).softmax_cross_entropy(tape.labels(&[0]));
    assert!((sure.item() / (-50.0_f64).exp() - 1.0).abs() < 1e-14);
    let sure = tape.var([[50.0, 0.0]]).softmax_cross_entropy_with(tape.input([[1.0, 0.0]]));
    assert!((sure.item() / (-50.0_f64).exp() - 1.0).abs() < 1e-14);
}

#[test]
fn labels_and_one_hot_targets_have_the_same_loss_and_gradient() {
    let tape = Tape::<f64>::new();
    let x = tape.var([[0.3, -1.2, 2.0], [1.0, 0.0, -0.5]]);
    let by_labels = x.softmax_cross_entropy(tape.labels(&[2, 0]));
    let by_targets = x.softmax_cross_entropy_with(tape.input([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]));
    assert_eq!(by_labels.item(), by_targets.item());
    assert_eq!(grad(by_labels, &[x])[0].value(), grad(by_targets, &[x])[0].value());
}

#[test]
fn a_binary_cross_entropy_neither_overflows_nor_loses_the_tail() {
    let tape = Tape::<f64>::new();
    let loss = |x: f64, target: f64| tape.var([x]).binary_cross_entropy_with_logits(tape.input([target])).item();
    assert_eq!(loss(1000.0, 0.0), 1000.0);
    assert_eq!(loss(-1000.0, 1.0), 1000.0);
    assert_eq!(loss(1000.0, 1.0), 0.0);
    assert!((loss(50.0, 1.0) / (-50.0_f64).exp() - 1.0).abs() < 1e-14);
    assert_eq!(loss(0.0, 0.3), 2.0_f64.ln());
}

#[test]
fn sigmoid_tanh_and_softplus_survive_huge_arguments() {
    let tape = Tape::<f32>::new();
    let x = tape.var([-1e30, -100.0, 0.0, 100.0, 1e30]);
    for y in [x.sigmoid(), x.tanh(), x.silu(), x.gelu()] {
        assert!(y.value().iter().all(|y| y.is_finite()), "{y:?}");
        assert!(grad(y.sum(), &[x])[0].value().iter().all(|g| g.is_finite()));
    }
    assert!(tape.var(-80.0).sigmoid().item() > 0.0, "the tail of the sigmoid is kept");
    assert_eq!(tape.var(1e-20).tanh().item(), 1e-20);
    assert_eq!(tape.var(1e30).softplus().item(), 1e30);
}

#[test]
fn not_a_number_is_never_hidden() {
    let tape = Tape::<f64>::new();
    let x = tape.var([1.0, f64::NAN, 3.0]);
    let results = [x.relu(), x.max(), x.softmax(0), x.logsumexp(0), x.maximum(tape.constant(0.0)), x.abs(), x.mean()];
    for y in results {
        assert!(y.value().iter().any(|y| y.is_nan()), "{}", tape.nodes()[y.index().index()].op);
    }
    let zero = tape.var(0.0);
    assert_eq!(zero.ln().item(), f64::NEG_INFINITY, "no small number is added inside a logarithm");
}

#[test]
fn ties_share_the_gradient_equally() {
    let tape = Tape::<f64>::new();
    let x = tape.var([[2.0, 2.0, 1.0], [0.0, 0.0, 0.0]]);
    let flow = grad(x.max_axes(1).sum(), &[x])[0].value();
    let third = 1.0 / 3.0;
    assert_eq!(flow, ndarray::arr2(&[[0.5, 0.5, 0.0], [third, third, third]]).into_dyn());
    let y = tape.var(1.5);
    assert_eq!(grad(y.maximum(y), &[y])[0].item(), 1.0);
    assert_eq!(grad(y.minimum(y), &[y])[0].item(), 1.0);
}

#[test]
fn the_length_of_a_vector_neither_overflows_nor_vanishes() {
    fn length<F: gradus::Scalar>(size: f64) -> (f64, Vec<f64>) {
        let tape = Tape::<F>::new();
        let x = tape.var([3.0, -4.0].map(|x| F::from_f64(x * size)));
        let y = x.norm();
        let flow = y.backward().wrt(x).value().into_iter().map(F::to_f64).collect();
        (y.item().to_f64() / size, flow)
    }
    for (length, slopes) in [1e300, 1e160, 1e-160, 1e-300].map(length::<f64>) {
        assert!((length - 5.0).abs() < 1e-14 && (slopes[0] - 0.6).abs() < 1e-14 && (slopes[1] + 0.8).abs() < 1e-14);
    }
    for (length, slopes) in [1e37, 1e25, 1e-25, 1e-36].map(length::<f32>) {
        assert!((length - 5.0).abs() < 1e-5 && (slopes[0] - 0.6).abs() < 1e-6 && (slopes[1] + 0.8).abs() < 1e-6);
    }
    // Along rows, columns, both ends of three axes.
    let tape = Tape::<f64>::new();
    let lengths = tape.var([[3.0, 4e200], [4.0, 3e200]]).norm_axes(0).value();
    assert!(lengths[0] == 5.0 && (lengths[1] / 5e200 - 1.0).abs() < 1e-15, "{lengths}");
    let cube = tape.var(ndarray::Array3::from_elem((2, 3, 2), 0.5));
    assert_eq!(cube.norm_axes([0, 2]).value(), ndarray::arr1(&[1.0, 1.0, 1.0]).into_dyn());
}

#[test]
fn a_product_with_zeros_has_its_gradients_to_second_order() {
    let tape = Tape::<f64>::new();
    for zeros in 0..4 {
        let numbers = ndarray::Array1::from_shape_fn(7, |i| if i < zeros { 0.0 } else { i as f64 - 2.5 });
        let x = tape.var(&numbers);
        let gradient = x.prod().backward().wrt(x);
        for i in 0..7 {
            let without =
                |left: &[usize]| -> f64 { (0..7).filter(|k| !left.contains(k)).map(|k| numbers[k]).product() };
            assert_eq!(gradient.value()[i], without(&[i]), "{zeros} zeros, {i}");
            let second = gradient.slice(&[(i, i + 1)]).sum().backward().wrt(x).value();
            for k in 0..7 {
                let want = if i == k { 0.0 } else { without(&[i, k]) };
                assert_eq!(second[k], want, "{zeros} zeros, {i} and {k}");
            }
        }
    }
}

#[test]
fn a_spread_of_too_few_numbers_is_refused_by_name() {
    let tape = Tape::<f64>::new();
    let x = tape.var([[1.0], [2.0]]);
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| x.std_axes(1, 1).shape()));
    let message = *refused.expect_err("a panic").downcast::<String>().expect("a text");
    assert!(message.starts_with("std: along axis 1") && message.contains("correction 1"), "{message}");
    assert_eq!(x.var(0).item(), 0.25);
}
