//! Every layer computes in f32 what PyTorch computes, forward and backward, given PyTorch's weights under PyTorch's names. `tests/golden/layers.py` makes the
//! file, and says what it holds.

use super::models::{Block, Gpt, cnn};
use gradus::io::{Arrays, Layout};
use gradus::nn::*;
use gradus::prelude::*;
use ndarray::ArrayD;
use std::collections::BTreeSet;
use std::path::Path;

/// The largest difference of two numbers, relative to the one that is expected if that is larger than 1.
const TOLERANCE: f32 = 1e-5;

type Layer = Box<dyn Module<f32>>;

fn layers() -> Vec<(&'static str, Layer)> {
    let (rng, init) = (&mut seeded(1), Init::Scaled);
    let mut layers: Vec<(&'static str, Layer)> = vec![
        ("linear", Box::new(Linear::new("linear", 4, 3, init, init, rng))),
        ("linear_of_sequences", Box::new(Linear::new("linear_of_sequences", 4, 3, init, init, rng))),
        ("conv2d", Box::new(Conv2d::new("conv2d", 2, 3, 3, init, rng))),
        (
            "conv2d_strided",
            Box::new(Conv2d::new("conv2d_strided", 3, 2, [3, 2], init, rng).stride([2, 1]).padding([2, 1])),
        ),
        ("conv2d_dilated", Box::new(Conv2d::new("conv2d_dilated", 2, 2, 3, init, rng).padding(2).dilation([2, 1]))),
        ("conv2d_grouped", Box::new(Conv2d::grouped("conv2d_grouped", 4, 6, 2, 3, init, rng).stride(2).padding(1))),
        ("conv2d_depthwise", Box::new(Conv2d::grouped("conv2d_depthwise", 3, 3, 3, 2, init, rng))),
        ("max_pool2d", Box::new(MaxPool2d::new(2))),
        ("max_pool2d_strided", Box::new(MaxPool2d::new(3).stride([2, 1]).padding(1))),
        ("avg_pool2d", Box::new(AvgPool2d::new(2))),
        ("avg_pool2d_strided", Box::new(AvgPool2d::new(3).stride([2, 1]).padding(1))),
        ("batch_norm", Box::new(BatchNorm::new("batch_norm", 4))),
        ("batch_norm_of_images", Box::new(BatchNorm::new("batch_norm_of_images", 3).momentum(0.3))),
        ("batch_norm_eval", Box::new(BatchNorm::new("batch_norm_eval", 3))),
        ("layer_norm", Box::new(LayerNorm::new("layer_norm", 5))),
        ("rms_norm", Box::new(RmsNorm::new("rms_norm", 5))),
        ("embedding", Box::new(Embedding::new("embedding", 5, 3, init, rng))),
        ("rnn", Box::new(Rnn::new("rnn", 3, 4, rng))),
        ("gru", Box::new(Rnn::gru("gru", 3, 4, rng))),
        ("lstm", Box::new(Rnn::lstm("lstm", 3, 4, rng))),
        ("attention", Box::new(MultiHeadAttention::new("attention", 6, 3, init, rng))),
        ("attention_causal", Box::new(MultiHeadAttention::new("attention_causal", 6, 3, init, rng).causal())),
        ("dropout_eval", Box::new(Dropout::new(0.5, 1))),
        ("cnn", Box::new(cnn("cnn", rng))),
        ("block", Box::new(Block::new("block", 8, 2, rng))),
        ("gpt", Box::new(Gpt::new("gpt/", 7, 6, 8, 2, rng))),
    ];
    let activations = [
        ("sigmoid", Activation::Sigmoid),
        ("tanh", Activation::Tanh),
        ("relu", Activation::Relu),
        ("gelu", Activation::Gelu),
        ("silu", Activation::Silu),
        ("softplus", Activation::Softplus),
        ("identity", Activation::Identity),
    ];
    layers.extend(activations.map(|(name, activation)| (name, Box::new(activation) as Layer)));
    layers
}

/// What PyTorch computed.
fn pytorch() -> Arrays {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/layers.safetensors");
    Arrays::load_safetensors(file).expect("read")
}

/// Gives a layer the arrays of its case from one part of the file.
fn restore(layer: &Layer, arrays: &Arrays, part: &str, case: &str) {
    let begin = format!("{part}/{case}.");
    let of_case = |name: &str| name.starts_with(&begin).then(|| name[part.len() + 1..].to_owned());
    let arrays = arrays.clone().renamed(of_case).expect("different names");
    arrays.restore(layer, Layout::PyTorch).unwrap_or_else(|error| panic!("{part} of {case}: {error}"));
}

/// The first number of `ours` that differs, in words.
fn difference(what: &str, ours: &ArrayD<f32>, expected: &ArrayD<f32>) -> Option<String> {
    if ours.shape() != expected.shape() {
        return Some(format!("{what} has shape {:?}, not {:?}", ours.shape(), expected.shape()));
    }
    // (NaN agrees with nothing.)
    let agrees = |(ours, expected): &(&f32, &f32)| (*ours - *expected).abs() <= TOLERANCE * expected.abs().max(1.0);
    let (ours, expected) = ours.iter().zip(expected).find(|pair| !agrees(pair))?;
    Some(format!("{what} has {ours} where PyTorch has {expected}"))
}

/// What a layer computes differently: its output, the gradient for its input, those of its parameters, the buffers that the pass leaves.
fn differences(case: &str, layer: &Layer, pytorch: &Arrays) -> Vec<String> {
    let get = |part: &str| pytorch.get::<f32>(&format!("{part}/{case}"));
    restore(layer, pytorch, "weights", case);
    let tape = Tape::new();
    let x = tape.var(get("x").expect("an input"));
    let forward = || layer.forward(x);
    let y = if case.ends_with("_eval") { tape.eval(forward) } else { forward() };
    let gradients = y.backward_with(tape.input(get("cotangent").expect("a cotangent")));
    let mut found = vec![difference("the output", &y.value(), &get("y").expect("an output"))];
    if let Some(expected) = get("gradient") {
        found.push(difference("the gradient for the input", &gradients.wrt(x).value(), &expected));
    }
    let state = layer.state();
    let ours: Vec<ArrayD<f32>> = state
        .iter()
        .map(
            |param| if param.is_buffer() { param.value() } else { gradients.param(param).expect("a gradient").value() },
        )
        .collect();
    // What PyTorch has comes in its own shapes, and goes the way of weights into ours.
    restore(layer, pytorch, "after", case);
    found.extend(state.iter().zip(&ours).map(|(param, ours)| difference(param.name(), ours, &param.value())));
    found.into_iter().flatten().collect()
}

#[test]
fn every_layer_agrees_with_pytorch_in_its_output_and_in_all_gradients() {
    let pytorch = pytorch();
    let mut wrong = Vec::new();
    for (case, layer) in layers() {
        wrong.extend(differences(case, &layer, &pytorch).into_iter().map(|found| format!("{case}: {found}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_that_pytorch_computed_is_compared() {
    let pytorch = pytorch();
    let told: BTreeSet<&str> = pytorch.names().filter_map(|name| name.strip_prefix("x/")).collect();
    let tried: BTreeSet<&str> = layers().into_iter().map(|(case, _)| case).collect();
    assert_eq!(told, tried);
}

#[test]
fn a_weight_that_differs_a_little_is_noticed_in_the_output_and_in_a_gradient() {
    let pytorch = pytorch();
    let (case, layer) = layers().into_iter().find(|(case, _)| *case == "lstm").expect("a case");
    let name = "weights/lstm.weight_hh_l0";
    let nudged = pytorch.get::<f32>(name).expect("weights").mapv(|w| w + 1e-3);
    let mut arrays = pytorch.renamed(|other| (other != name).then(|| other.to_owned())).expect("the same names");
    arrays.insert(name, &nudged).expect("a name");
    let found = differences(case, &layer, &arrays);
    assert!(found.len() > 2 && found[0].contains("the output"), "{found:?}");
}

#[test]
fn a_pytorch_batch_norm_is_read_without_its_count_of_batches_and_pytorch_does_not_miss_it() {
    let norm = BatchNorm::<f32>::new("norm", 2);
    let mut arrays = Arrays::of(&norm, Layout::PyTorch).expect("names");
    let ours = ["norm.bias", "norm.running_mean", "norm.running_var", "norm.weight"];
    assert_eq!(arrays.names().collect::<Vec<_>>(), ours);
    arrays.insert("norm.num_batches_tracked", &ndarray::arr0(7.0)).expect("a name");
    arrays.restore(&norm, Layout::PyTorch).expect("it fits");
    let error = arrays.restore(&norm, Layout::Gradus).unwrap_err().to_string();
    assert!(error.contains("num_batches_tracked"), "{error}");
}
