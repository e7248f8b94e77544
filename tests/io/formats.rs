//! What is written comes back, in both formats and under both layouts.

use super::{net, net64, numbers};
use gradus::io::{Arrays, Difference, IoError, Kind, Layout, load_npz, load_safetensors, save_npz, save_safetensors};
use gradus::nn::{Init, Linear, Parameters};
use gradus::prelude::*;
use ndarray::{Array2, Array4, arr0, arr1, arr2};
use std::fs;

#[test]
fn a_model_comes_back_bit_by_bit_from_both_formats() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (folder.path().join("net.safetensors"), folder.path().join("net.npz"));
    let odd = [f32::NAN, f32::INFINITY, -0.0, f32::MIN_POSITIVE / 4.0, 1.0 / 3.0];
    let model = net(1);
    model.params()[1].set(&arr1(&odd));
    save_safetensors(&first, &model).expect("written");
    save_npz(&second, &model).expect("written");
    for load in [load_safetensors::<f32>(&first, &net(2)), load_npz::<f32>(&second, &net(2))] {
        load.expect("it fits");
    }
    let (from_first, from_second) = (net(3), net(4));
    load_safetensors(&first, &from_first).expect("it fits");
    load_npz(&second, &from_second).expect("it fits");
    let bits = |model| numbers(model).iter().map(|array| array.mapv(f32::to_bits)).collect::<Vec<_>>();
    assert_eq!(bits(&model), bits(&from_first));
    assert_eq!(bits(&model), bits(&from_second));
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let save = |name: &str| {
        let (first, second) = (folder.path().join(name), folder.path().join(format!("{name}.npz")));
        save_safetensors(&first, &net64(1)).expect("written");
        save_npz(&second, &net64(1)).expect("written");
        (fs::read(first).expect("read"), fs::read(second).expect("read"))
    };
    assert!(save("one") == save("two"));
}

#[test]
fn arrays_without_axes_or_numbers_and_of_six_axes_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut arrays = Arrays::new();
    arrays.insert("number", &arr0(7.0_f64)).expect("a name");
    arrays.insert("none", &Array2::<f32>::zeros((0, 3))).expect("a name");
    arrays
        .insert("many", &ndarray::Array6::from_shape_fn((1, 2, 1, 3, 1, 2), |i| (i.1 * 6 + i.3 * 2 + i.5) as f32))
        .expect("a name");
    arrays.insert("größe/α β.npy", &arr2(&[[1.0, 2.0], [3.0, 4.0]]).reversed_axes()).expect("a name");
    let (first, second) = (folder.path().join("a"), folder.path().join("b"));
    arrays.save_safetensors(&first).expect("written");
    arrays.save_npz(&second).expect("written");
    for back in [Arrays::load_safetensors(first).expect("read"), Arrays::load_npz(second).expect("read")] {
        assert_eq!(format!("{back:?}"), format!("{arrays:?}"));
        for name in arrays.names() {
            assert_eq!(back.get::<f64>(name), arrays.get::<f64>(name), "{name}");
        }
        assert_eq!(back.get::<f64>("größe/α β.npy"), Some(arr2(&[[1.0, 3.0], [2.0, 4.0]]).into_dyn()));
    }
}

#[test]
fn under_pytorchs_layout_weights_are_turned_and_kernels_are_not() {
    let kernel = Array4::from_shape_fn((2, 3, 1, 2), |(o, i, _, x)| (o * 6 + i * 2 + x) as f32);
    let layer = Linear::<f32>::new("head/linear", 3, 2, Init::Scaled, Init::Scaled, &mut seeded(1));
    let gain = Param::new("norm/gain", arr1(&[1.0, 2.0]));
    let model = [layer.params(), vec![Param::new("conv1/W", kernel.clone()), gain]].concat();
    let arrays = Arrays::of(&model, Layout::PyTorch).expect("names");
    assert_eq!(
        arrays.names().collect::<Vec<_>>(),
        ["conv1.weight", "head.linear.bias", "head.linear.weight", "norm.weight"]
    );
    assert_eq!(arrays.get("head.linear.weight"), Some(layer.weights.value().reversed_axes()));
    assert_eq!(arrays.get("conv1.weight"), Some(kernel.into_dyn()));
    let before = numbers(&model);
    model.iter().for_each(|param| param.update(|w| w.fill(0.0)));
    arrays.restore(&model, Layout::PyTorch).expect("it fits");
    assert_eq!(numbers(&model), before);
}

#[test]
fn all_that_differs_is_in_one_error_and_nothing_is_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    let mut arrays = Arrays::new();
    arrays.insert("layer1/W", &Array2::<f32>::zeros((4, 5))).expect("a name"); // as it should be
    arrays.insert("layer1/b", &Array2::<f64>::zeros((1, 5))).expect("a name");
    arrays.insert("layer2/W", &Array2::<f64>::zeros((5, 3))).expect("a name");
    arrays.insert("extra", &arr1(&[1.0_f32])).expect("a name");
    arrays.save_safetensors(&path).expect("written");
    let model = net(1);
    let before = numbers(&model);
    let error = load_safetensors(&path, &model).unwrap_err();
    let IoError::Differences { path: Some(named), differences } = &error else { panic!("{error}") };
    assert_eq!(named, &path);
    let expected = [
        Difference::Shape { name: "layer1/b".into(), expected: vec![5], found: vec![1, 5] },
        Difference::Kind { name: "layer1/b".into(), expected: Kind::F32, found: Kind::F64 },
        Difference::Kind { name: "layer2/W".into(), expected: Kind::F32, found: Kind::F64 },
        Difference::Missing { name: "layer2/b".into(), shape: vec![3] },
        Difference::Unexpected { name: "extra".into(), shape: vec![1] },
    ];
    assert_eq!(differences, &expected);
    assert_eq!(numbers(&model), before);
    assert!(model.params().iter().all(|param| param.version() == 0));
    insta::assert_snapshot!(error.to_string().replace(&folder.path().display().to_string(), "models"));
}

#[test]
fn numbers_are_widened_but_never_rounded_unasked() {
    let (narrow, wide) = (net(1), net64(2));
    let arrays = Arrays::of(&narrow, Layout::Gradus).expect("names");
    arrays.restore(&wide, Layout::Gradus).expect("f64 holds every f32");
    assert_eq!(numbers(&wide), numbers(&narrow.cast::<f64>()));
    let arrays = Arrays::of(&net64(3), Layout::Gradus).expect("names");
    let error = arrays.restore(&narrow, Layout::Gradus).unwrap_err();
    insta::assert_snapshot!(error);
    arrays.to_f32().restore(&narrow, Layout::Gradus).expect("rounded");
    assert_eq!(numbers(&narrow), numbers(&net64(3).cast::<f32>()));
}

#[test]
fn two_parameters_of_one_name_are_refused_when_saving_and_when_loading_but_a_shared_one_comes_once() {
    let param = |value| Param::new("w", arr1(&[value]));
    let twins = vec![param(1.0_f32), param(2.0)];
    let is_refused = |outcome| matches!(outcome, Err(IoError::Name { name, .. }) if name == "w");
    assert!(is_refused(Arrays::of(&twins, Layout::Gradus).map(drop)));
    let shared = vec![twins[0].clone(), twins[0].clone()];
    let arrays = Arrays::of(&shared, Layout::Gradus).expect("one array");
    assert_eq!(arrays.len(), 1);
    assert!(is_refused(arrays.restore(&twins, Layout::Gradus)));
    assert_eq!(numbers(&twins)[1], arr1(&[2.0]).into_dyn());
    arrays.restore(&shared, Layout::Gradus).expect("it fits");
    let reserved = vec![Param::new("__metadata__", arr1(&[1.0_f32]))];
    assert!(matches!(Arrays::of(&reserved, Layout::Gradus), Err(IoError::Name { .. })));
}

#[test]
fn a_frozen_parameter_is_kept_and_restored_too() {
    let (model, other) = (net(1), net(2));
    other.params()[0].freeze();
    Arrays::of(&model, Layout::Gradus).expect("names").restore(&other, Layout::Gradus).expect("it fits");
    assert_eq!(numbers(&other), numbers(&model));
    assert!(other.params()[0].is_frozen());
}
