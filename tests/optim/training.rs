//! What a training needs beside an optimizer: clipped and accumulated gradients, averaged weights, an end in time.

use super::{every_kind, named, numbers};
use gradus::BackwardError;
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::optim::{Accumulator, EarlyStopping, Optimizer, Sgd, WeightAverage};
use gradus::prelude::*;
use ndarray::{Array2, Axis, Slice, arr1};

fn net() -> Mlp<f64> {
    Mlp::new(&[3, 5, 2], Activation::Tanh, &mut seeded(3))
}

fn samples() -> (Array2<f64>, Array2<f64>) {
    let numbers = |columns| Array2::from_shape_fn((12, columns), |(row, column)| ((row * 5 + column * 7) as f64).sin());
    (numbers(3), numbers(2))
}

#[test]
fn gradients_of_small_batches_add_up_to_those_of_one() {
    let (x, y) = samples();
    for (kind, make) in every_kind::<f64>() {
        let ends = [12, 4, 3].map(|batch| {
            let (net, mut optimizer, mut tape) = (net(), make(), Tape::new());
            let mut sum = Accumulator::new();
            for _ in 0..3 {
                for start in (0..12).step_by(batch) {
                    let rows = Slice::from(start..start + batch);
                    let [x, y] = [&x, &y].map(|numbers| tape.input(numbers.slice_axis(Axis(0), rows)));
                    let loss = net.forward(x).quadratic_cost(y) * (batch as f64 / 12.0);
                    sum.add(&net, &loss.backward()).expect("gradients");
                    tape.rewind();
                }
                optimizer.step(&net, &sum.take(&tape)).unwrap_or_else(|error| panic!("{kind}: {error}"));
                tape.rewind();
            }
            net.params()
        });
        for small in &ends[1..] {
            let gaps = ends[0].iter().zip(small).map(|(a, b)| (a.value() - b.value()).mapv(f64::abs).sum());
            assert!(gaps.sum::<f64>() < 1e-9, "{kind}");
        }
    }
}

#[test]
fn gradients_for_different_values_of_a_parameter_are_not_added() {
    let (w, mut tape, mut sum) = (named("w", 1.0), Tape::new(), Accumulator::new());
    let list = vec![w.clone()];
    sum.add(&list, &tape.param(&w).pow(2.0).sum().backward()).expect("gradients");
    w.set(&arr1(&[5.0]));
    tape.rewind();
    let later = tape.param(&w).pow(2.0).sum().backward();
    assert!(matches!(sum.add(&list, &later), Err(BackwardError::ParameterChanged { .. })));
    let stale = Sgd::new(0.1).step(&list, &Accumulator::new().take(&tape)).expect_err("nothing was added");
    assert!(stale.to_string().contains("\"w\""), "{stale}");
}

#[test]
fn small_gradients_are_not_clipped_and_large_ones_keep_their_direction() {
    for (largest, factor) in [(1e-3, 1e-3 / 15.0), (15.0, 1.0), (1e3, 1.0)] {
        let [a, b] = [("a", 3.0), ("b", -1.0)].map(|(name, value)| named::<f64>(name, value));
        let list = vec![a.clone(), b.clone(), a.clone()];
        let tape = Tape::new();
        let loss = (tape.param(&a) * 9.0 - tape.param(&b) * 12.0).sum();
        let gradients = loss.backward();
        assert_eq!(gradients.norm(&list).item(), 15.0, "a parameter that is listed twice counts once");
        let clipped = gradients.clip_norm(&list, largest);
        let found = [&a, &b].map(|param| clipped.param(param).expect("a gradient").item());
        assert!((found[0] - 9.0 * factor).abs() < 1e-15 && (found[1] + 12.0 * factor).abs() < 1e-15, "{found:?}");
        Sgd::new(1.0).step(&list, &clipped).expect("a step");
        assert_eq!(numbers(&[&a, &b]), [3.0 - found[0], -1.0 - found[1]]);
    }
}

#[test]
fn values_are_clipped_each_for_itself_and_a_gradient_of_nothing_stays_nothing() {
    let w = Param::new("w", arr1(&[1.0, 2.0, 3.0, 4.0]));
    let (list, tape) = (vec![w.clone()], Tape::new());
    let gradients = (tape.param(&w) * tape.input([-9.0, 0.5, 0.0, 7.0])).sum().backward();
    let clipped = gradients.clip_value(&list, 2.0).param(&w).expect("a gradient").value();
    assert_eq!(clipped, arr1(&[-2.0, 0.5, 0.0, 2.0]).into_dyn());
    let nothing = (tape.param(&w) * 0.0).sum().backward().clip_norm(&list, 1.0);
    assert_eq!(nothing.param(&w).expect("a gradient").value(), arr1(&[0.0; 4]).into_dyn());
    assert_eq!(tape.first_non_finite(), None);
}

#[test]
fn an_average_follows_the_weights_and_can_be_tried_in_their_place() {
    let w = named::<f64>("w", 0.0);
    let mut average = WeightAverage::new(&vec![w.clone()], 0.5);
    for value in [4.0, 8.0] {
        w.set(&arr1(&[value]));
        average.update();
    }
    average.exchange();
    assert_eq!(numbers(&[&w]), [5.0]); // half of 8, a quarter of 4
    average.exchange();
    assert_eq!(numbers(&[&w]), [8.0]);
}

#[test]
fn a_loss_that_is_no_number_does_not_count_as_the_best() {
    let w = named::<f64>("w", 1.0);
    let mut stopping = EarlyStopping::new(&vec![w.clone()], 3);
    assert!(!stopping.is_over(f64::NAN));
    assert!(!stopping.is_over(2.0));
    w.set(&arr1(&[7.0]));
    assert_eq!([f64::NAN, 2.0, 3.0].map(|loss| stopping.is_over(loss)), [false, false, true]);
    stopping.restore();
    assert_eq!((numbers(&[&w]), stopping.best()), (vec![1.0], 2.0));
}
