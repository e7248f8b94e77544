//! PyTorch and NumPy read what gradus writes, and gradus reads what they write. `others.py` makes their files and checks ours; it is run by hand, and
//! its results are kept in `files/`.

use gradus::io::{Arrays, IoError, Layout};
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::prelude::*;
use ndarray::{ArrayD, arr0, arr1, arr2};
use std::fs;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/io/files").join(name)
}

fn net() -> Mlp<f32> {
    Mlp::new(&[6, 5, 4], Activation::Tanh, &mut seeded(1)).logits()
}

/// Numbers that are the same on any machine.
fn made_up(count: usize) -> impl Iterator<Item = f32> {
    (0..count).map(|i| ((i * 37 % 101) as f32 - 50.0) / 64.0)
}

fn made_up_net() -> Mlp<f32> {
    let net = net();
    for param in net.params() {
        param.update(|w| made_up(w.len()).zip(w).for_each(|(x, w)| *w = x));
    }
    net
}

fn logits(net: &Mlp<f32>, x: &ArrayD<f32>) -> ArrayD<f32> {
    let tape = Tape::new();
    net.forward(tape.input(x)).value()
}

fn assert_close(a: &ArrayD<f32>, b: &ArrayD<f32>) {
    assert_eq!(a.shape(), b.shape());
    let difference = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(difference < 1e-5, "{difference}");
}

#[test]
fn a_network_of_pytorch_gives_the_same_logits_here() {
    let told = Arrays::load_npz(file("torch_logits.npz")).expect("read");
    let (x, expected) = (told.get::<f32>("x").expect("inputs"), told.get::<f32>("logits").expect("logits"));
    for arrays in [Arrays::load_safetensors(file("torch_mlp.safetensors")), Arrays::load_npz(file("torch_mlp.npz"))] {
        let net = net();
        arrays.expect("read").restore(&net, Layout::PyTorch).expect("it fits");
        assert_close(&logits(&net, &x), &expected);
    }
    let error = gradus::io::load_safetensors(file("torch_mlp.safetensors"), &net()).unwrap_err().to_string();
    assert!(error.contains("Layout::PyTorch"), "{error}");
}

fn ours() -> [(&'static str, Arrays); 3] {
    let net = made_up_net();
    let x = ArrayD::from_shape_vec(vec![3, 6], made_up(18).collect()).expect("18 numbers");
    let (mut told, mut arrays) = (Arrays::new(), Arrays::new());
    told.insert("logits", &logits(&net, &x)).expect("a name");
    told.insert("x", &x).expect("a name");
    arrays.insert("layer1/W", &arr2(&[[0.0_f32, 1.0, 2.0], [3.0, 4.0, 5.0]])).expect("a name");
    arrays.insert("number", &arr0(0.1)).expect("a name");
    arrays.insert("none", &ndarray::Array2::<f64>::zeros((0, 3))).expect("a name");
    arrays.insert("größe", &arr1(&[1.0_f32])).expect("a name");
    let net = Arrays::of(&net, Layout::PyTorch).expect("names");
    [("gradus_mlp", net), ("gradus_logits", told), ("gradus_arrays", arrays)]
}

fn save_both(arrays: &Arrays, folder: &Path, name: &str) {
    arrays.save_safetensors(folder.join(format!("{name}.safetensors"))).expect("written");
    arrays.save_npz(folder.join(format!("{name}.npz"))).expect("written");
}

#[test]
#[ignore = "writes the files that others.py checks"]
fn write_what_others_read() {
    for (name, arrays) in ours() {
        save_both(&arrays, &file(""), name);
    }
}

#[test]
fn what_is_written_is_to_the_byte_what_pytorch_and_numpy_have_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, arrays) in ours() {
        save_both(&arrays, folder.path(), name);
        if name == "gradus_logits" {
            // What is computed may differ in its last bits.
            let told = [
                Arrays::load_npz(file("gradus_logits.npz")),
                Arrays::load_safetensors(file("gradus_logits.safetensors")),
            ];
            for told in told.map(|told| told.expect("read")) {
                assert_close(&told.get("logits").expect("logits"), &arrays.get("logits").expect("logits"));
            }
            continue;
        }
        for name in [format!("{name}.safetensors"), format!("{name}.npz")] {
            assert!(
                fs::read(file(&name)).expect("read") == fs::read(folder.path().join(&name)).expect("read"),
                "{name}"
            );
        }
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
