//! PyTorch and NumPy read what gradus writes, and gradus reads what they write. `others.py` makes their files and checks ours; it is run by hand, and
//! its results are kept in `files/`.

use super::models::Gpt;
use gradus::io::{Arrays, IoError, Layout};
use gradus::nn::*;
use gradus::prelude::*;
use ndarray::{ArrayD, arr0, arr1, arr2};
use std::fs;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/io/files").join(name)
}

fn mlp() -> Mlp<f32> {
    Mlp::new(&[6, 5, 4], Activation::Tanh, &mut seeded(1)).logits()
}

/// The net of the chapter on convolution.
fn cnn() -> Sequential {
    let rng = &mut seeded(1);
    Sequential::new()
        .then(Unflatten::new([1, 28, 28]))
        .then(Conv2d::new("conv1", 1, 12, 5, Init::He, rng))
        .then(MaxPool2d::new(2))
        .then(Activation::Relu)
        .then(Conv2d::new("conv2", 12, 24, 5, Init::He, rng))
        .then(MaxPool2d::new(2))
        .then(Activation::Relu)
        .then(Flatten)
        .then(Linear::new("scores", 16 * 24, 10, Init::Scaled, Init::Zeros, rng))
}

/// The models that PyTorch has as well, by the names of their files.
fn models() -> [(&'static str, Box<dyn Module<f32>>); 3] {
    let gpt = Gpt::new("", 7, 6, 8, 2, &mut seeded(1));
    [("mlp", Box::new(mlp())), ("cnn", Box::new(cnn())), ("gpt", Box::new(gpt))]
}

/// Numbers that are the same on any machine.
fn made_up(count: usize) -> impl Iterator<Item = f32> {
    (0..count).map(|i| ((i * 37 % 101) as f32 - 50.0) / 64.0)
}

/// An input for one of the models.
fn made_up_input(name: &str) -> ArrayD<f32> {
    let (shape, numbers): (_, Vec<f32>) = match name {
        "mlp" => (vec![3, 6], made_up(18).collect()),
        "cnn" => (vec![2, 784], made_up(2 * 784).map(|x| x + 0.5).collect()),
        _ => (vec![2, 5], (0..10).map(|i| (i * 3 % 7) as f32).collect()),
    };
    ArrayD::from_shape_vec(shape, numbers).expect("as many numbers as the shape has")
}

/// Weights as they might be, the same on any machine: smaller where more of them are added.
fn make_up_weights(model: &dyn Module<f32>) {
    for param in model.params() {
        let size = if param.shape().size() > 1000 { 0.125 } else { 1.0 };
        param.update(|w| made_up(w.len()).zip(w).for_each(|(x, w)| *w = size * x));
    }
}

fn logits(model: &dyn Module<f32>, x: &ArrayD<f32>) -> ArrayD<f32> {
    let tape = Tape::new();
    model.forward(tape.input(x)).value()
}

fn assert_close(a: &ArrayD<f32>, b: &ArrayD<f32>) {
    assert_eq!(a.shape(), b.shape());
    let difference = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(difference < 1e-5, "{difference}");
}

#[test]
fn a_model_of_pytorch_gives_the_same_logits_here() {
    let told = Arrays::load_npz(file("torch_logits.npz")).expect("read");
    for (name, model) in models() {
        let get = |what: &str| told.get::<f32>(&format!("{name}/{what}")).expect("an array");
        let files = match name {
            "mlp" => {
                vec![Arrays::load_npz(file("torch_mlp.npz")), Arrays::load_safetensors(file("torch_mlp.safetensors"))]
            }
            _ => vec![Arrays::load_safetensors(file(&format!("torch_{name}.safetensors")))],
        };
        for arrays in files {
            make_up_weights(&*model);
            arrays.expect("read").restore(&model, Layout::PyTorch).expect("it fits");
            assert_close(&logits(&*model, &get("x")), &get("logits"));
        }
    }
    let error = gradus::io::load_safetensors(file("torch_mlp.safetensors"), &mlp()).unwrap_err().to_string();
    assert!(error.contains("Layout::PyTorch"), "{error}");
}

/// What gradus writes, by the names of the files.
fn ours() -> Vec<(String, Arrays)> {
    let (mut logits_of, mut arrays) = (Arrays::new(), Arrays::new());
    let mut ours = Vec::new();
    for (name, model) in models() {
        make_up_weights(&*model);
        let x = made_up_input(name);
        logits_of.insert(&format!("{name}/logits"), &logits(&*model, &x)).expect("a name");
        logits_of.insert(&format!("{name}/x"), &x).expect("a name");
        ours.push((format!("gradus_{name}.safetensors"), Arrays::of(&model, Layout::PyTorch).expect("names")));
    }
    ours.push(("gradus_mlp.npz".into(), ours[0].1.clone()));
    ours.extend(["gradus_logits.npz", "gradus_logits.safetensors"].map(|file| (file.into(), logits_of.clone())));
    arrays.insert("layer1/W", &arr2(&[[0.0_f32, 1.0, 2.0], [3.0, 4.0, 5.0]])).expect("a name");
    arrays.insert("number", &arr0(0.1)).expect("a name");
    arrays.insert("none", &ndarray::Array2::<f64>::zeros((0, 3))).expect("a name");
    arrays.insert("größe", &arr1(&[1.0_f32])).expect("a name");
    ours.extend(["gradus_arrays.npz", "gradus_arrays.safetensors"].map(|file| (file.into(), arrays.clone())));
    ours
}

fn save(arrays: &Arrays, path: &Path) {
    let saved = match path.extension().is_some_and(|kind| kind == "npz") {
        true => arrays.save_npz(path),
        false => arrays.save_safetensors(path),
    };
    saved.expect("written");
}

fn load(path: &Path) -> Arrays {
    let loaded = match path.extension().is_some_and(|kind| kind == "npz") {
        true => Arrays::load_npz(path),
        false => Arrays::load_safetensors(path),
    };
    loaded.expect("read")
}

#[test]
#[ignore = "writes the files that others.py checks"]
fn write_what_others_read() {
    for (name, arrays) in ours() {
        save(&arrays, &file(&name));
    }
}

#[test]
fn what_is_written_is_to_the_byte_what_pytorch_and_numpy_have_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, arrays) in ours() {
        let (kept, written) = (file(&name), folder.path().join(&name));
        if name.starts_with("gradus_logits") {
            // What is computed may differ in its last bits.
            let kept = load(&kept);
            assert_eq!(kept.names().collect::<Vec<_>>(), arrays.names().collect::<Vec<_>>());
            for name in arrays.names() {
                assert_close(&kept.get(name).expect("an array"), &arrays.get(name).expect("an array"));
            }
            continue;
        }
        save(&arrays, &written);
        assert!(fs::read(kept).expect("read") == fs::read(written).expect("read"), "{name}");
    }
}

#[test]
fn every_kind_of_array_that_numpy_writes_is_read_or_refused_by_name() {
    for name in ["numpy_stored.npz", "numpy_deflated.npz"] {
        let arrays = Arrays::load_npz(file(name)).expect("read");
        let get = |name: &str| arrays.get::<f64>(name);
        let grid = arr2(&[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]);
        assert_eq!((get("f4"), get("f2")), (Some(grid.clone().into_dyn()), Some(grid.clone().into_dyn())));
        assert_eq!(get("f8"), Some((grid / 3.0).into_dyn()));
        assert_eq!(get("number"), Some(arr0(0.1).into_dyn()));
        assert_eq!(get("empty").expect("an array").shape(), [0, 3]);
        assert_eq!(get("layer1/W").expect("an array").ndim(), 6);
        let fortran = get("fortran").expect("an array");
        assert_eq!(
            fortran,
            ndarray::Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (12 * i + 4 * j + k) as f64).into_dyn()
        );
        assert!(get("i8").is_none() && format!("{arrays:?}").contains("\"i8\": i64 [2, 3]"));
    }
    for name in ["numpy_bytes.npz", "numpy_big_endian.npz"] {
        let error = Arrays::load_npz(file(name)).unwrap_err();
        assert!(matches!(error, IoError::Unsupported { .. }), "{error}");
    }
}

#[test]
fn half_precision_becomes_f32_exactly() {
    let arrays = Arrays::load_safetensors(file("torch_halves.safetensors")).expect("read");
    let half = arrays.get::<f32>("half").expect("an array").into_raw_vec_and_offset().0;
    assert_eq!(half, [1.0, -2.5, 65504.0, 2.0_f32.powi(-24), 0.333_251_95]);
    let bfloat16 = arrays.get::<f32>("bfloat16").expect("an array").into_raw_vec_and_offset().0;
    assert_eq!(bfloat16[..3], [1.0, -2.5, 65536.0]);
    assert!(arrays.get::<f32>("steps").is_none(), "whole numbers are no f32");
}
