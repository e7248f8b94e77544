//! How large a step is: near the limits of the number's range, for a gradient of 0, on dual numbers, and with weight decay.

use super::{boxed, every_kind, named, numbers, step};
use gradus::optim::{Adam, AdamW, Optimizer, RmsProp};
use gradus::prelude::*;
use gradus::{Dual, Scalar};
use ndarray::arr1;

#[test]
fn tiny_gradients_take_steps_of_the_right_size_without_epsilon() {
    // The first step of RMSProp is η / √(1 - ρ), and that of Adam η, whatever the gradient's size.
    fn first_steps<F: Scalar>(gradient: f64) -> [f64; 2] {
        let optimizers = [boxed(RmsProp::<F>::new(1e-3).epsilon(0.0)), boxed(Adam::<F>::new(1e-3).epsilon(0.0))];
        optimizers.map(|mut optimizer| {
            let w = named::<F>("w", 0.0);
            step(&mut optimizer, std::slice::from_ref(&w), &[(&w, gradient)]).expect("a step");
            numbers(&[&w])[0]
        })
    }
    let right = [-1e-3 / 0.1_f64.sqrt(), -1e-3];
    for exponent in (-150..=150).step_by(10) {
        let steps = first_steps::<f64>(10_f64.powi(exponent));
        assert!(
            steps.iter().zip(right).all(|(step, right)| (step / right - 1.0).abs() < 1e-12),
            "1e{exponent}: {steps:?}"
        );
    }
    for exponent in -16..=18 {
        let steps = first_steps::<f32>(10_f64.powi(exponent));
        assert!(
            steps.iter().zip(right).all(|(step, right)| (step / right - 1.0).abs() < 1e-5),
            "1e{exponent}: {steps:?}"
        );
    }
    // Too small to be squared: the step is smaller than it should be, and never infinite.
    for gradient in [1e-20, 1e-25, 1e-38, 1e-42] {
        let steps = first_steps::<f32>(gradient);
        assert!(
            steps.iter().zip(right).all(|(&step, right)| step <= 0.0 && step >= right * 1.001),
            "{gradient}: {steps:?}"
        );
    }
}

#[test]
fn a_gradient_that_is_0_moves_nothing_even_without_epsilon() {
    for mut optimizer in [boxed(RmsProp::<f32>::new(0.1).epsilon(0.0)), boxed(Adam::<f32>::new(0.1).epsilon(0.0))] {
        let w = named("w", 2.0);
        for _ in 0..3 {
            step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 0.0)]).expect("a step");
            assert_eq!(numbers(&[&w]), [2.0]);
        }
        step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 1.0)]).expect("a step");
        assert!(numbers(&[&w])[0] < 2.0);
    }
}

#[test]
fn steps_on_dual_numbers_carry_how_they_depend_on_the_gradient() {
    // The gradient is e, once a number to nudge and once a dual number with slope 1. At 0 too, where only the tangent is there.
    for e in [0.0, 0.3, -2.0] {
        for (kind, make) in every_kind::<Dual>() {
            let (w, mut optimizer) = (named::<Dual>("w", 0.0), make());
            for _ in 0..3 {
                let tape = Tape::new();
                let loss = (tape.param(&w) * tape.input(arr1(&[Dual::variable(e)]))).sum();
                optimizer.step(&vec![w.clone()], &loss.backward()).expect("a step");
            }
            let tangent = w.value()[0].tangent;
            let plain = every_kind::<f64>();
            let (_, make) = plain.iter().find(|(name, _)| *name == kind).expect("the same kind");
            let at = |e: f64| {
                let (w, mut optimizer) = (named("w", 0.0), make());
                for _ in 0..3 {
                    step(&mut optimizer, std::slice::from_ref(&w), &[(&w, e)]).expect("a step");
                }
                numbers(&[&w])[0]
            };
            let h = if e == 0.0 { 1e-13 } else { 1e-6 };
            let nudged = (at(e + h) - at(e - h)) / (2.0 * h);
            assert!((tangent - nudged).abs() <= 1e-3 * nudged.abs().max(1e-3), "{kind} at {e}: {tangent} {nudged}");
        }
    }
}

#[test]
fn adam_w_is_adam_on_weights_that_shrink_by_themselves() {
    let [mut adam, mut adam_w, mut same] =
        [boxed(Adam::new(0.1)), boxed(AdamW::new(0.1).weight_decay(0.2)), boxed(AdamW::new(0.1).weight_decay(0.0))];
    let [plain, shrinking, twin] = ["plain", "shrinking", "twin"].map(|name| named::<f64>(name, 2.0));
    let mut expected = 2.0;
    for weight in [3.0, -0.5, 0.0, 1e-3, 7.0] {
        let before = numbers(&[&plain])[0];
        step(&mut adam, std::slice::from_ref(&plain), &[(&plain, weight)]).expect("a step");
        step(&mut adam_w, std::slice::from_ref(&shrinking), &[(&shrinking, weight)]).expect("a step");
        step(&mut same, std::slice::from_ref(&twin), &[(&twin, weight)]).expect("a step");
        // The gradients do not depend on the weights, so both move by the same step.
        expected = expected * (1.0 - 0.1 * 0.2) + (numbers(&[&plain])[0] - before);
        let found = numbers(&[&shrinking])[0];
        assert!((found - expected).abs() < 1e-14, "{found}, expected {expected}");
        assert_eq!(numbers(&[&twin]), numbers(&[&plain]), "without decay it is Adam, to the last bit");
    }
}
