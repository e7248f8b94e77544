//! A data set of one's own: its samples stay together with their targets, whatever is split, shuffled or standardized.

use gradus::data::{Dataset, Standardizer};
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;
use ndarray::{Array2, Array3, Axis, array};
use std::collections::BTreeSet;

/// Samples whose features and label are their own number: `[i, 10 i]`, label i.
fn numbered(n: usize) -> Dataset<f64> {
    Dataset::new(Array2::from_shape_fn((n, 2), |(i, j)| (i * (1 + 9 * j)) as f64), (0..n).collect::<Vec<_>>())
}

#[test]
fn a_split_gives_each_sample_to_one_part_and_the_same_seed_gives_the_same_parts() {
    let (training, validation) = numbered(10).split(0.75, &mut seeded(7));
    assert_eq!((training.len(), validation.len()), (8, 2));
    let labels = |data: &Dataset<f64>| data.labels().expect("labels");
    let all: BTreeSet<usize> = labels(&training).into_iter().chain(labels(&validation)).collect();
    assert_eq!(all, (0..10).collect());
    assert_ne!(labels(&training), (0..8).collect::<Vec<_>>(), "samples are chosen at random");
    assert_eq!(labels(&numbered(10).split(0.75, &mut seeded(7)).0), labels(&training));

    let (all, none) = numbered(10).split(1.0, &mut seeded(7));
    assert_eq!((all.len(), none.len(), none.is_empty()), (10, 0, true));
    assert_eq!(none.batches(3, &mut seeded(7)).count(), 0);
}

#[test]
fn batches_have_every_sample_once_with_its_own_target() {
    let (training, _) = numbered(30).split(0.8, &mut seeded(7));
    let batches = training.batches(7, &mut seeded(8));
    assert_eq!(batches.len(), 4);
    let mut tape = Tape::new();
    let mut seen = Vec::new();
    for batch in batches {
        {
            let (x, y) = (tape.input(&batch.features).value(), tape.input(&batch.targets).value());
            assert_eq!((x.shape(), y.shape()), (&[batch.len(), 2][..], &[batch.len()][..]));
            for (row, &index) in batch.indices().iter().enumerate() {
                assert_eq!((x[[row, 0]], x[[row, 1]], y[row]), (index as f64, 10.0 * index as f64, index as f64));
            }
            seen.extend_from_slice(batch.indices());
        }
        tape.rewind();
    }
    let expected: BTreeSet<usize> = training.labels().expect("labels").into_iter().collect();
    assert_eq!((seen.len(), seen.into_iter().collect::<BTreeSet<_>>()), (24, expected));
}

#[test]
fn batches_in_order_are_the_samples_in_order() {
    let batches: Vec<_> = numbered(5).batches_in_order(2).map(|batch| batch.indices().to_vec()).collect();
    assert_eq!(batches, [vec![0, 1], vec![2, 3], vec![4]]);
}

#[test]
fn samples_may_be_arrays_in_any_memory_order_and_targets_numbers() {
    let images = Array3::from_shape_fn((4, 3, 2), |(i, j, k)| (100 * i + 10 * j + k) as f32);
    let turned = images.view().permuted_axes([2, 0, 1]);
    let data = Dataset::new(turned, array![[0.5_f32], [1.5]]);
    assert_eq!(data.features(), turned.to_owned().into_dyn());
    let batch = data.batches_in_order(1).nth(1).expect("a second batch");
    assert_eq!(Tape::new().input(&batch.features).shape(), Shape::new(&[1, 4, 3]));
    assert_eq!(batch.features.to_array(), turned.slice(s![1..2, .., ..]).to_owned().into_dyn());
    assert_eq!(batch.targets.to_array(), array![[1.5_f32]].into_dyn());
    assert_eq!(data.labels(), None);
}

#[test]
fn samples_without_numbers_are_samples() {
    let data = Dataset::new(Array2::<f32>::zeros((3, 0)), vec![0, 1, 2]);
    assert_eq!(Tape::new().input(&data.whole().features).shape(), Shape::new(&[3, 0]));
}

#[test]
fn what_is_standardized_has_mean_0_and_deviation_1_on_the_training_part_only() {
    let (training, validation) = numbered(50).split(0.8, &mut seeded(7));
    let standard = Standardizer::of(&training);
    let features = standard.apply(&training).features();
    for column in features.axis_iter(Axis(1)) {
        assert!(column.mean().expect("samples").abs() < 1e-12);
        assert!((column.std(0.0) - 1.0).abs() < 1e-12);
    }
    let moved = standard.apply(&validation);
    assert_eq!(moved.labels(), validation.labels());
    assert!(moved.features().mean().expect("samples").abs() > 1e-3, "the validation part keeps a mean of its own");
    let kept = Standardizer::new(standard.mean().clone(), standard.std().clone());
    assert_eq!(kept.standardize(&validation.features()), moved.features());
}

#[test]
fn a_feature_that_never_changes_becomes_0_although_its_mean_is_rounded() {
    let constant = Dataset::new(Array2::from_elem((1000, 1), 0.1), vec![0; 1000]);
    let standard = Standardizer::of(&constant);
    assert_eq!(standard.std()[0], 1.0);
    assert!(standard.apply(&constant).features().iter().all(|x: &f64| x.abs() < 1e-12));
}

#[test]
fn a_network_learns_from_batches_of_a_data_set() {
    let x = Array2::from_shape_fn((64, 1), |(i, _)| i as f64 / 32.0 - 1.0);
    let data = Dataset::new(x.view(), x.mapv(|x| 2.0 * x + 1.0));
    let net = Mlp::<f64>::new(&[1, 1], Activation::Relu, &mut seeded(7)).logits();
    let (mut tape, mut adam, mut rng) = (Tape::new(), Adam::new(0.05), seeded(7));
    for _ in 0..60 {
        for batch in data.batches(16, &mut rng) {
            tape.rewind();
            let outputs = net.forward(tape.input(&batch.features));
            let loss = outputs.mean_squared_error(tape.input(&batch.targets));
            adam.step(&net, &loss.backward()).expect("finite gradients");
        }
    }
    let whole = data.whole();
    let errors = net.forward(tape.input(&whole.features)) - tape.input(&whole.targets);
    assert!(errors.value().iter().all(|error| error.abs() < 0.01), "{}", errors.value());
}
