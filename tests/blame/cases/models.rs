//! Wrong calls of layers, optimizers and data sets.

use super::{Case, case, var};
use crate::made_up_digits::DIGITS;
use gradus::data::{Dataset, Digits, Ink, Standardizer, Vocabulary, image_as_text};
use gradus::nn::{
    Activation, BatchNorm, Conv2d, Dropout, Embedding, Init, Linear, Mlp, MultiHeadAttention, Predict, Rnn, Sequential,
    Unflatten,
};
use gradus::optim::{Accumulator, Schedule, WeightAverage};
use gradus::prelude::*;
use ndarray::{Array2, arr1, arr2};

pub fn layers() -> Vec<Case> {
    vec![
        case("new", "at least one input", || {
            Linear::<f64>::new("layer", 0, 2, Init::Zeros, Init::Zeros, &mut seeded(1))
        }),
        case("new", "at least one input", || Mlp::<f64>::new(&[2, 0, 1], Activation::Relu, &mut seeded(1))),
        case("new", "at least two sizes", || Mlp::<f64>::new(&[2], Activation::Relu, &mut seeded(1))),
        case("draw", "standard deviation", || Init::Normal(f64::NAN).draw::<f64, _>(2, 1, 1, &mut seeded(1))),
        case("draw", "standard deviation", || Init::Normal(-1.0).draw::<f64, _>(2, 1, 1, &mut seeded(1))),
        case("draw", "standard deviation", || Init::He.draw::<f64, _>(2, 0, 1, &mut seeded(1))),
        case("with_init", "standard deviation", || {
            let start = Init::Normal(f64::INFINITY);
            Mlp::<f64>::with_init(&[2, 1], Activation::Relu, start, Init::Zeros, &mut seeded(1))
        }),
        case("step", "above 0", || Schedule::step(0.1, 0, 0.5)),
        case("cosine", "above 0", || Schedule::cosine(0.1, 0)),
        case("one_cycle", "at least 4 steps", || Schedule::one_cycle(0.1, 3)),
        case("forward", "\"x\"", || {
            let net = Mlp::<f64>::new(&[4, 2], Activation::Relu, &mut seeded(1));
            let tape = Tape::new();
            net.forward(tape.var([[1.0, 2.0]]).named("x")).shape()
        }),
        case("forward", "\"x\"", || {
            let layer = Linear::<f64>::new("layer", 4, 2, Init::Zeros, Init::Zeros, &mut seeded(1));
            let tape = Tape::new();
            layer.forward(tape.var([[1.0, 2.0]]).named("x")).shape()
        }),
        case("new", "heads", || MultiHeadAttention::<f64>::new("a", 5, 2, Init::He, &mut seeded(1))),
        case("new", "a width", || Rnn::<f64>::new("rnn", 0, 2, &mut seeded(1))),
        case("gru", "a width", || Rnn::<f64>::gru("rnn", 3, 0, &mut seeded(1))),
        case("lstm", "a width", || Rnn::<f64>::lstm("rnn", 3, 0, &mut seeded(1))),
        case("new", "channels, filters", || Conv2d::<f64>::new("conv", 1, 0, 3, Init::He, &mut seeded(1))),
        case("grouped", "into 2 groups", || Conv2d::<f64>::grouped("conv", 3, 4, 2, 3, Init::He, &mut seeded(1))),
        case("new", "a width", || Embedding::<f64>::new("symbols", 0, 3, Init::He, &mut seeded(1))),
        case("new", "no room", || Unflatten::new([1; 6])),
        case("new", "from 0 to below 1", || Dropout::new(1.0, 1)),
        case("momentum", "from 0 to 1", || BatchNorm::<f64>::new("norm", 3).momentum(1.5)),
        case("new", "from 0 to below 1", || WeightAverage::new(&Vec::<Param<f64>>::new(), 1.0)),
        case("then", "are called \"layer/W\"", || {
            let layer = || Linear::<f64>::new("layer", 2, 2, Init::Zeros, Init::Zeros, &mut seeded(1));
            Sequential::new().then(layer()).then(layer())
        }),
        case("attend", "shapes do not fit", || {
            let attention = MultiHeadAttention::<f64>::new("a", 4, 2, Init::He, &mut seeded(1));
            let tape = Tape::new();
            attention.attend(tape.full([1, 3, 4], 1.0), Some(tape.full([2, 2], 0.0))).shape()
        }),
        case("take", "while somebody looks", || {
            let (w, tape) = (vec![Param::new("w", arr1(&[1.0]))], Tape::new());
            let mut sum = Accumulator::new();
            sum.add(&w, &tape.param(&w[0]).sum().backward()).expect("a gradient");
            let _looking = tape.graph();
            sum.take(&tape).pass()
        }),
        gradients_of("norm", "depends on none", |gradients, _| gradients.norm(&Vec::<Param<f64>>::new()).item()),
        gradients_of("clip_norm", "above 0", |gradients, w| gradients.clip_norm(w, 0.0).pass()),
        gradients_of("clip_value", "above 0", |gradients, w| gradients.clip_value(w, f64::NAN).pass()),
        case("predictions", "shapes do not fit", || digits().predictions(&two_inputs())),
        case("confusion", "shapes do not fit", || digits().confusion(&two_inputs())),
        case("accuracy", "shapes do not fit", || digits().accuracy(&two_inputs())),
        case("confusion", "no class", || {
            digits().confusion(&Mlp::<f32>::new(&[784, 20], Activation::Relu, &mut seeded(1)))
        }),
        case("predict", "shapes do not fit", || {
            let net = Mlp::<f64>::new(&[4, 2], Activation::Relu, &mut seeded(1));
            net.predict(arr2(&[[1.0, 2.0]]).view())
        }),
    ]
}

pub fn data() -> Vec<Case> {
    fn of_digits<R>(name: &'static str, says: &'static str, call: impl Fn(Digits) -> R + 'static) -> Case {
        case(name, says, move || call(digits()))
    }
    vec![
        of_digits("first", "8 digits", |digits| digits.first(9)),
        of_digits("last", "8 digits", |digits| digits.last(9)),
        of_digits("split_at", "8 digits", |digits| digits.split_at(9)),
        of_digits("normalised", "standard deviation", |digits| digits.normalised(0.0, 0.0)),
        of_digits("with_labels", "one label for each", |digits| digits.with_labels(vec![0])),
        of_digits("with_labels", "not a digit", |digits| digits.with_labels(vec![10; 8])),
        of_digits("with_pixels_permuted", "permutation", |digits| digits.with_pixels_permuted(&[0])),
        of_digits("label", "no digit 8", |digits| digits.label(8)),
        of_digits("pixels", "no digit 8", |digits| digits.pixels(8).len()),
        of_digits("image", "no digit 8", |digits| digits.image::<f32>(8)),
        of_digits("text", "no digit 8", |digits| digits.text(8, Ink::Ascii)),
        of_digits("batches", "at least one", |digits| digits.batches(0, &mut seeded(1))),
        of_digits("batches_in_order", "at least one", |digits| digits.batches_in_order(0)),
        of_digits("normalised", "standard deviation", |digits| digits.normalised(0.0, f64::INFINITY)),
        of_digits("normalised", "a mean", |digits| digits.normalised(f64::NAN, 1.0)),
        of_digits("sample", "no memory", |digits| digits.sample(usize::MAX, &mut seeded(1))),
        case("shuffled", "no memory", || gradus::data::shuffled(usize::MAX, &mut seeded(1))),
        of_digits("sample", "at least one", |digits| digits.sample(0, &mut seeded(1))),
        of_digits("sample", "no digits", |digits| digits.first(0).sample(1, &mut seeded(1))),
        of_digits("batch", "no digit 8", |digits| digits.batch(vec![8])),
        case("blobs", "at least one center", || gradus::data::blobs::<f32>(9, &[], 1.0, &mut seeded(1))),
        case("blobs", "standard deviation", || gradus::data::blobs::<f32>(9, &[[0.0; 2]], -1.0, &mut seeded(1))),
        case("circles", "below 1", || gradus::data::circles::<f32>(9, 0.0, 1.0, &mut seeded(1))),
        case("circles", "no memory", || gradus::data::circles::<f32>(usize::MAX, 0.0, 0.5, &mut seeded(1))),
        case("moons", "standard deviation", || gradus::data::moons::<f32>(9, f64::NAN, &mut seeded(1))),
        case("spiral", "at least one arm", || gradus::data::spiral::<f32>(9, 0, 0.0, &mut seeded(1))),
        case("spiral", "standard deviation", || gradus::data::spiral::<f32>(9, 2, -0.1, &mut seeded(1))),
        case("xor", "standard deviation", || gradus::data::xor::<f32>(9, f64::INFINITY, &mut seeded(1))),
        case("xor", "no memory", || gradus::data::xor::<f32>(usize::MAX, 0.0, &mut seeded(1))),
        case("new", "features of 2 samples, and targets of 1", || two_samples(vec![0])),
        case("new", "is not exact", || two_samples(vec![0, 1 << 25])),
        case("new", "an axis for the samples", || Dataset::new(ndarray::arr0(1.0), vec![0])),
        case("new", "at most 6 axes", || Dataset::new(ndarray::ArrayD::<f32>::zeros(vec![1; 7]), vec![0])),
        case("split", "between 0 and 1", || two_samples(vec![0, 1]).split(f64::NAN, &mut seeded(1))),
        case("batches", "at least one sample", || two_samples(vec![0, 1]).batches(0, &mut seeded(1))),
        case("batches_in_order", "at least one sample", || two_samples(vec![0, 1]).batches_in_order(0)),
        case("of", "no samples", || Standardizer::of(&two_samples(vec![0, 1]).split(0.0, &mut seeded(1)).0)),
        case("new", "above 0", || Standardizer::new(arr1(&[0.0]).into_dyn(), arr1(&[0.0]).into_dyn())),
        case("new", "means of shape", || Standardizer::new(arr1(&[0.0]).into_dyn(), arr1(&[1.0, 1.0]).into_dyn())),
        case("standardize", "samples of shape [1]", || {
            Standardizer::of(&two_samples(vec![0, 1])).standardize(&arr2(&[[1.0, 2.0]]))
        }),
        case("apply", "samples of shape [1]", || {
            Standardizer::of(&two_samples(vec![0, 1])).apply(&Dataset::new(arr2(&[[1.0, 2.0]]), vec![0]))
        }),
        case("decode", "no character 3 in a vocabulary of 3", || Vocabulary::of("abc").decode(&[0, 3])),
        case("of_text", "at least one place", || Dataset::<f32>::of_text(&[0, 1], 0)),
        case("of_text", "no window of 2 and the next", || Dataset::<f32>::of_text(&[0, 1], 2)),
        case("of_text", "is not exact", || Dataset::<f32>::of_text(&[0, 1 << 25], 1)),
        case("of_words", "at least one place", || Dataset::<f32>::of_words(&["a"], &Vocabulary::of("a"), 0)),
        #[cfg(feature = "image")]
        case("read", "an image has pixels", || {
            gradus::data::ImageFolder::<f32>::read("images", gradus::data::Colours::Grey, [0, 28])
        }),
        case("image_as_text", "one pixel wide", || image_as_text(&[0], 0, Ink::Ascii)),
        var("narrate", "no event 9", |x| {
            let _ = x.sum().backward();
            x.tape().trace().narrate(99)
        }),
        var("node", "%9 is not in the figure", |x| {
            let picture = gradus::draw::Picture::of(x.tape(), &gradus::draw::DrawOptions::new());
            picture.node(petgraph::graph::NodeIndex::new(9)).heading.len()
        }),
        case("count", "class", || gradus::nn::Confusion::new(2).count(2, 0)),
        case("accuracy", "label", || gradus::nn::accuracy(Array2::<f64>::zeros((4, 2)).view(), &[0, 1])),
    ]
}

/// The gradients of a sum, with a method called wrongly.
fn gradients_of<R>(
    name: &'static str,
    says: &'static str,
    call: impl Fn(&Gradients<f64>, &Vec<Param<f64>>) -> R + 'static,
) -> Case {
    case(name, says, move || {
        let (w, tape) = (vec![Param::new("w", arr1(&[1.0]))], Tape::new());
        call(&tape.param(&w[0]).sum().backward(), &w)
    })
}

fn two_inputs() -> Mlp<f32> {
    Mlp::new(&[2, 10], Activation::Relu, &mut seeded(1))
}

/// Eight digits.
fn digits() -> Digits {
    DIGITS.test().first(8)
}

/// A data set of two samples, of one feature each.
fn two_samples(labels: Vec<usize>) -> Dataset<f32> {
    Dataset::new(arr2(&[[1.0], [2.0]]), labels)
}
