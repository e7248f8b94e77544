//! Layers as people build models of them: names, buffers, training and evaluation, gradients, boxes and lists.

use gradus::check::Check;
use gradus::nn::*;
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{Array1, Array2, Array4, ArrayD, IxDyn, arr1, arr2};

fn names<F: Scalar>(params: &[Param<F>]) -> Vec<&str> {
    params.iter().map(|param| param.name()).collect()
}

/// Numbers of either sign that are different everywhere.
fn numbers(shape: &[usize]) -> ArrayD<f64> {
    let mut at = 0.0;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        at += 1.0;
        (at * 1.7_f64).sin()
    })
}

fn convolutional<F: Scalar>() -> Sequential<F> {
    let rng = &mut seeded(7);
    Sequential::new()
        .then(Unflatten::new([1, 6, 6]))
        .then(Conv2d::new("conv", 1, 3, 3, Init::He, rng).padding(1))
        .then(BatchNorm::new("norm", 3))
        .then(Activation::Relu)
        .then(AvgPool2d::new(2))
        .then(Flatten)
        .then(Dropout::new(0.25, 1))
        .then(Linear::new("out", 27, 4, Init::He, Init::Zeros, rng))
}

#[test]
fn a_model_lists_its_parameters_by_name_and_its_buffers_only_among_what_is_kept() {
    let net = convolutional::<f32>();
    assert_eq!(names(&net.params()), ["conv/W", "conv/b", "norm/gain", "norm/bias", "out/W", "out/b"]);
    let state = net.state();
    assert_eq!(names(&state)[4..6], ["norm/running_mean", "norm/running_var"]);
    assert_eq!(net.parameter_count(), 27 + 3 + 3 + 3 + 108 + 4);
    state.iter().for_each(Param::unfreeze);
    assert!(state.iter().all(|param| param.is_frozen() == param.is_buffer()), "a buffer stays frozen");
    assert!(state[4].cast::<f64>().is_buffer());
}

#[test]
fn boxes_lists_and_slices_are_trained_like_models() {
    let train = |model: &dyn Parameters<f64>, module: &dyn Module<f64>, optimizer: &mut dyn Optimizer<f64>| {
        let mut tape = Tape::new();
        let losses = [0; 40].map(|_| {
            let loss = module
                .forward(tape.input(numbers(&[8, 36])))
                .softmax_cross_entropy(tape.labels(&[0, 1, 2, 3, 3, 2, 1, 0]));
            optimizer.step(model, &loss.backward()).expect("a step");
            let loss = loss.item();
            tape.rewind();
            loss
        });
        assert!(losses[39] < 0.7 * losses[0], "{losses:?}");
        losses
    };
    let boxed: Box<dyn Module<f64>> = Box::new(convolutional());
    let expected = train(&boxed, &boxed, &mut Adam::new(0.05));
    let listed = convolutional();
    let params = listed.params();
    let slice: &[Param<f64>] = &params;
    let mut optimizer: Box<dyn Optimizer<f64>> = Box::new(Adam::new(1.0));
    *optimizer.learning_rate() = 0.05;
    assert_eq!(train(&slice, &listed, &mut optimizer), expected);

    struct Stack(Vec<Box<dyn Module<f64>>>);
    impl Parameters<f64> for Stack {
        fn each_param(&self, visit: &mut dyn FnMut(&Param<f64>)) {
            self.0.each_param(visit);
        }
    }
    impl Module<f64> for Stack {
        fn forward<'t>(&self, x: Var<'t, f64>) -> Var<'t, f64> {
            self.0.iter().fold(x, |x, layer| layer.forward(x))
        }
    }
    let rng = &mut seeded(7);
    let stack = Stack(vec![
        Box::new(Linear::new("first", 36, 5, Init::He, Init::Zeros, rng)),
        Box::new(Activation::Tanh),
        Box::new(Linear::new("second", 5, 4, Init::He, Init::Zeros, rng)),
    ]);
    assert_eq!(names(&stack.params()), ["first/W", "first/b", "second/W", "second/b"]);
    train(&stack, &stack, &mut Sgd::new(0.5));
}

#[test]
fn every_layer_agrees_with_dual_numbers_and_nudging() {
    let rng = &mut seeded(3);
    let layers: Vec<(&str, Box<dyn Module<f64>>, Vec<usize>)> = vec![
        ("Linear", Box::new(Linear::new("x", 3, 4, Init::Scaled, Init::Normal(0.3), rng)), vec![5, 3]),
        ("Linear of sequences", Box::new(Linear::new("x", 3, 4, Init::Scaled, Init::Normal(0.3), rng)), vec![2, 3, 3]),
        ("RNN", Box::new(Rnn::new("x", 3, 2, rng)), vec![2, 3, 3]),
        ("GRU", Box::new(Rnn::gru("x", 3, 2, rng)), vec![2, 3, 3]),
        ("LSTM", Box::new(Rnn::lstm("x", 3, 2, rng)), vec![2, 3, 3]),
        ("MultiHeadAttention", Box::new(MultiHeadAttention::new("x", 4, 2, Init::Scaled, rng)), vec![2, 3, 4]),
        ("causal", Box::new(MultiHeadAttention::new("x", 4, 2, Init::Scaled, rng).causal()), vec![2, 3, 4]),
        ("Conv2d", Box::new(Conv2d::new("x", 2, 3, 2, Init::Scaled, rng).stride(2).padding(1)), vec![2, 2, 3, 4]),
        ("depthwise", Box::new(Conv2d::grouped("x", 2, 4, 2, [1, 2], Init::Scaled, rng).dilation(2)), vec![1, 2, 3, 4]),
        ("MaxPool2d", Box::new(MaxPool2d::new(2)), vec![2, 2, 4, 4]),
        ("AvgPool2d", Box::new(AvgPool2d::new(3).stride(1).padding(1)), vec![2, 2, 4, 4]),
        ("BatchNorm", Box::new(BatchNorm::new("x", 3)), vec![5, 3]),
        ("BatchNorm of images", Box::new(BatchNorm::new("x", 3)), vec![2, 3, 2, 2]),
        ("LayerNorm", Box::new(LayerNorm::new("x", 4)), vec![3, 4]),
        ("RmsNorm", Box::new(RmsNorm::new("x", 4)), vec![2, 3, 4]),
        ("Activation", Box::new(Activation::Gelu), vec![2, 3]),
        ("Flatten", Box::new(Flatten), vec![2, 3, 2]),
        ("Unflatten", Box::new(Unflatten::new([2, 3])), vec![2, 6]),
    ];
    for (name, layer, shape) in layers {
        // The input is a parameter as well, so that its gradient is checked too.
        let x = Param::new("input", numbers(&shape));
        let mut params = layer.params();
        params.push(x.clone());
        let report = Check::new().parameters(&params, |tape| {
            let y = layer.forward(tape.param(&x));
            (y * tape.input(numbers(&y.shape()))).sum()
        });
        assert!(report.passed(), "{name}: {report}");
    }
}

#[test]
fn dropout_keeps_the_mean_in_training_and_is_absent_in_evaluation() {
    let dropout = Dropout::new(0.3, 5);
    let mut tape = Tape::<f64>::new();
    let drawn = [0; 2].map(|_| {
        let x = tape.var(Array1::ones(20_000));
        let y = dropout.forward(x);
        let gradient = y.sum().backward().wrt(x).value();
        assert_eq!(gradient, y.value(), "what was dropped gets no gradient");
        assert!(y.value().iter().all(|&y| y == 0.0 || (y - 1.0 / 0.7).abs() < 1e-12));
        assert!((y.mean().item() - 1.0).abs() < 0.02);
        let [in_eval, in_no_grad] = [tape.eval(|| dropout.forward(x)), tape.no_grad(|| dropout.forward(x))];
        assert_eq!((in_eval.value(), in_no_grad.value()), (x.value(), x.value()));
        let y = y.value();
        tape.rewind();
        y
    });
    assert_ne!(drawn[0], drawn[1], "each pass draws anew");
    let again = Dropout::new(0.3, 5).forward(tape.input(Array1::ones(20_000)));
    assert_eq!(again.value(), drawn[0], "the seed makes it repeatable");
    assert!(tape.is_training() && !tape.eval(|| tape.is_training()) && !tape.no_grad(|| tape.is_training()));
}

#[test]
fn batch_norm_notes_means_and_variances_and_evaluates_by_them() {
    let norm = BatchNorm::<f64>::new("norm", 2);
    let tape = Tape::new();
    // Means 3 and 0; sums of squares 8 and 2 of three rows, so n / (n - 1) times the variance is 4 and 1.
    let x = tape.input(arr2(&[[1.0, -1.0], [3.0, 0.0], [5.0, 1.0]]));
    let _ = norm.forward(x);
    let close = |param: &Param<f64>, expected: [f64; 2]| {
        let gap = (param.value() - arr1(&expected)).mapv(f64::abs).sum();
        assert!(gap < 1e-12, "{}: {}", param.name(), param.value());
    };
    close(&norm.running_mean, [0.3, 0.0]);
    close(&norm.running_var, [0.9 + 0.4, 0.9 + 0.1]);
    let y = tape.eval(|| norm.forward(x));
    close(&norm.running_mean, [0.3, 0.0]);
    let expected = (5.0 - 0.3) / (1.3_f64 + 1e-5).sqrt();
    assert!((y.value()[[2, 0]] - expected).abs() < 1e-12);
    let _ = norm.forward(x);
    close(&norm.running_mean, [0.3 * 0.9 + 0.3, 0.0]);
}

#[test]
fn a_model_is_predicted_as_in_evaluation_and_by_images_as_well() {
    let net = convolutional::<f32>();
    let x = Array2::from_shape_fn((600, 36), |(row, column)| ((row * 7 + column * 3) % 11) as f32 / 11.0);
    let tape = Tape::new();
    let expected = tape.eval(|| net.forward(tape.input(&x))).value();
    assert_eq!(net.predict(&x).into_dyn(), expected);
    let boxed: Box<dyn Module<f32>> = Box::new(net);
    assert_eq!(boxed.predict(x.view()).into_dyn(), expected);
    let images: Array4<f32> = x.into_shape_with_order((600, 1, 6, 6)).expect("images");
    let over_images = Sequential::new().then(Flatten).then(boxed);
    assert_eq!(over_images.predict(&images).into_dyn(), expected);
    let dynamic: &dyn Module<f32> = &over_images;
    assert_eq!(dynamic.predict(&images.into_shared()).into_dyn(), expected);
}

#[test]
fn an_embedding_gives_each_symbol_its_row() {
    let embedding = Embedding::<f32>::new("symbols", 5, 3, Init::Normal(1.0), &mut seeded(1));
    let tape = Tape::new();
    let y = embedding.forward(tape.input(arr2(&[[0.0, 4.0], [4.0, 2.0]])));
    assert_eq!(y.shape(), [2, 2, 3].into());
    let gradient = y.sum().backward().param(&embedding.table).expect("a gradient").value();
    assert_eq!(gradient.sum_axis(ndarray::Axis(1)), arr1(&[3.0, 0.0, 3.0, 0.0, 6.0]).into_dyn());
    assert_eq!(embedding.forward(tape.labels(&[1, 1, 1])).shape(), [3, 3].into());
}

#[test]
fn what_comes_later_does_not_reach_an_earlier_place_of_causal_attention() {
    let attention = MultiHeadAttention::<f64>::new("attention", 6, 3, Init::Scaled, &mut seeded(2)).causal();
    let changed_from = |place: usize| {
        let mut x = numbers(&[1, 4, 6]);
        x.slice_mut(ndarray::s![.., place.., ..]).fill(0.3);
        let tape = Tape::new();
        attention.forward(tape.input(x)).value()
    };
    let undisturbed = changed_from(4);
    for place in 0..4 {
        let differs = (&undisturbed - &changed_from(place)).mapv(f64::abs);
        let per_place: Vec<bool> = differs.axis_iter(ndarray::Axis(1)).map(|place| place.sum() > 0.0).collect();
        assert_eq!(per_place, [0, 1, 2, 3].map(|at| at >= place));
    }
    let tape = Tape::new();
    let _ = attention.forward(tape.input(numbers(&[1, 4, 6])));
    assert_eq!(tape.first_non_finite(), None, "the mask is no infinity");
}

#[test]
fn what_a_sequence_records_belongs_to_its_layers() {
    let net = convolutional::<f32>();
    let tape = Tape::new();
    let _ = net.forward(tape.full([2, 36], 0.5));
    let scopes: Vec<String> = tape.nodes().into_iter().map(|node| node.scope).collect();
    for scope in ["conv/", "norm/", "out/"] {
        assert!(scopes.iter().any(|found| found == scope), "{scope}: {scopes:?}");
    }
}

#[test]
#[should_panic(expected = "two parameters are called \"fc/W\"")]
fn two_layers_of_one_name_are_refused() {
    let rng = &mut seeded(1);
    let mut layer = || Linear::<f32>::new("fc", 2, 2, Init::He, Init::Zeros, rng);
    let _ = Sequential::new().then(layer()).then(Activation::Relu).then(layer());
}
