//! Shapes that would broadcast, but mean something else. Each is refused at the learner's line, with the names and shapes of the operands that do not
//! fit.

use crate::made_up_digits::DIGITS;
use gradus::nn::{Activation, Init, Linear, Mlp, Module, Parameters, Predict, accuracy};
use gradus::ops::LossBack;
use gradus::ops::losses::{BinaryCrossEntropyWithLogits, QuadraticCost};
use gradus::ops::recurrent::Cell;
use gradus::ops::softmax_cross_entropy::{SoftmaxCrossEntropyGrad, SoftmaxCrossEntropyWithGrad};
use gradus::prelude::*;
use ndarray::{Array1, Array2, arr1};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// While a call is tried: the file that its panic names.
    static NAMED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The message that a call panics with; checks that the panic names this file.
#[track_caller]
fn refusal(call: impl FnOnce()) -> String {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| match NAMED.with_borrow(Option::is_some) {
            true => NAMED.set(info.location().map(|location| location.file().replace('\\', "/"))),
            false => usual(info),
        }));
    });
    NAMED.set(Some(String::new()));
    let outcome = catch_unwind(AssertUnwindSafe(call));
    let file = NAMED.take().unwrap_or_default();
    let Err(panic) = outcome else { panic!("nothing was refused") };
    let message = match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast_ref::<&str>().expect("a message").to_string(),
    };
    assert!(file.ends_with("tests/shapes_by_chance.rs"), "{file} is named: {message}");
    message
}

/// A call of three operands, of which the first two are named "x" and "operand".
type Call = for<'t> fn(Var<'t, f64>, Var<'t, f64>) -> Var<'t, f64>;

/// Puts the operand where it belongs, and beside it one that fits.
const CALLS: &[(&str, &[usize], &[&[usize]], Call)] = &[
    ("gain of layer_norm", &[4, 3], &[&[], &[1], &[4], &[1, 3], &[4, 1], &[4, 3], &[2, 4, 3]], |x, gain| {
        x.layer_norm(gain, x.tape().full([3], 0.0), 1e-5)
    }),
    ("bias of layer_norm", &[4, 3], &[&[], &[1], &[4], &[1, 3], &[4, 1], &[4, 3], &[2, 4, 3]], |x, bias| {
        x.layer_norm(x.tape().full([3], 1.0), bias, 1e-5)
    }),
    ("gain of layer_norm of one row", &[3], &[&[], &[1], &[2, 3]], |x, gain| x.layer_norm(gain, gain, 1e-5)),
    ("gain of batch_norm_train", &[4, 3], &[&[], &[1], &[1, 3], &[3, 1], &[4, 3], &[4]], |x, gain| {
        x.batch_norm_train(gain, x.tape().full([3], 0.0), 1e-5)
    }),
    ("bias of batch_norm_train", &[4, 3], &[&[], &[1], &[1, 3], &[3, 1], &[4, 3], &[4]], |x, bias| {
        x.batch_norm_train(x.tape().full([3], 1.0), bias, 1e-5)
    }),
    ("gain of batch_norm_train of images", &[2, 3, 2, 2], &[&[1], &[3, 1, 1], &[2]], |x, gain| {
        x.batch_norm_train(gain, x.tape().full([3], 0.0), 1e-5)
    }),
    ("gain of rms_norm", &[4, 3], &[&[], &[1], &[4], &[1, 3], &[4, 1], &[4, 3]], |x, gain| x.rms_norm(gain, 1e-6)),
    ("mean of batch_norm_eval", &[4, 3], &[&[], &[1], &[1, 3], &[3, 1], &[4, 3], &[4]], |x, mean| {
        let ones = x.tape().full([3], 1.0);
        x.batch_norm_eval(mean, ones, ones, ones, 1e-5)
    }),
    ("weights of a recurrent network", &[2, 4, 3], &[&[3], &[4, 2], &[3, 1]], |x, weights| {
        let [two, ones] = [[2, 2], [1, 2]].map(|shape| x.tape().full(shape, 1.0));
        x.recurrent(Cell::Tanh, [weights, two], [ones.reshape([2]); 2])
    }),
    ("biases of a recurrent network", &[2, 4, 3], &[&[], &[1], &[1, 2], &[4, 2], &[3]], |x, biases| {
        let [w, u] = [[3, 2], [2, 2]].map(|shape| x.tape().full(shape, 1.0));
        x.recurrent(Cell::Tanh, [w, u], [biases, x.tape().full([2], 1.0)])
    }),
    ("bias of conv2d", &[1, 1, 3, 3], &[&[], &[1], &[1, 3], &[3, 1], &[4, 3], &[2]], |x, bias| {
        x.conv2d(x.tape().full([3, 1, 2, 2], 1.0), bias, 1, 0)
    }),
    ("weights of conv2d", &[1, 2, 3, 3], &[&[3, 1, 2, 2], &[3, 2, 2], &[2, 2]], |x, weights| {
        x.conv2d(weights, x.tape().full([3], 0.0), 1, 0)
    }),
    ("targets of quadratic_cost", &[4, 3], OF_TARGETS, |x, t| x.quadratic_cost(t)),
    ("targets of mean_squared_error", &[4, 3], OF_TARGETS, |x, t| x.mean_squared_error(t)),
    ("targets of huber", &[4, 3], OF_TARGETS, |x, t| x.huber(t, 1.0)),
    ("targets of binary_cross_entropy", &[4, 3], OF_TARGETS, |x, t| x.binary_cross_entropy_with_logits(t)),
    ("targets of softmax_cross_entropy_with", &[4, 3], OF_TARGETS, |x, t| x.softmax_cross_entropy_with(t)),
    ("a column of targets of quadratic_cost", &[4], &[&[4, 1], &[1, 4], &[1], &[]], |x, t| x.quadratic_cost(t)),
    ("a column of targets of mean_squared_error", &[4], &[&[4, 1], &[1, 4], &[1], &[]], |x, t| x.mean_squared_error(t)),
    ("a column of targets of huber", &[4], &[&[4, 1], &[1, 4], &[1], &[]], |x, t| x.huber(t, 1.0)),
    ("a column of targets of binary_cross_entropy", &[4], &[&[4, 1], &[1, 4], &[1], &[]], |x, t| {
        x.binary_cross_entropy_with_logits(t)
    }),
    ("labels of softmax_cross_entropy", &[4, 3], &[&[], &[1], &[3], &[5], &[4, 1], &[1, 4], &[4, 3]], |x, labels| {
        x.softmax_cross_entropy(labels - labels)
    }),
    ("numbers of gather_rows", &[4, 3], &[&[], &[4, 1], &[1, 4]], |x, rows| x.gather_rows(rows - rows)),
    ("numbers of scatter_add_rows", &[4, 3], &[&[], &[1], &[3], &[5], &[4, 1]], |x, rows| {
        x.scatter_add_rows(rows - rows, 4)
    }),
    ("right factor of matmul", &[4, 3], &[&[], &[4], &[1, 3], &[4, 3], &[1, 4, 2]], |x, b| x.matmul(b)),
    ("right factor of matmul_nt", &[4, 3], &[&[], &[3], &[3, 1], &[2, 1]], |x, b| x.matmul_nt(b)),
    ("right factor of matmul_tn", &[4, 3], &[&[], &[4], &[1, 4], &[1, 2]], |x, b| x.matmul_tn(b)),
    ("right factor of a batch of matmul", &[4, 2, 3], &[&[], &[2], &[2, 3, 2], &[4, 1, 2], &[1, 2]], |x, b| {
        x.matmul(b)
    }),
    ("right factor of a batch of matmul_nt", &[4, 2, 3], &[&[], &[3], &[4, 2, 1], &[3, 2, 3]], |x, b| x.matmul_nt(b)),
    ("a part of concat", &[4, 3], &[&[], &[3], &[1, 1], &[2, 1]], |x, part| Var::concat(&[x, part], 0)),
    ("a cotangent", &[4, 3], &[&[], &[3], &[1, 3], &[4, 1]], |x, g| (x * 2.0).backward_with(g).wrt(x)),
    ("what arrives at quadratic_cost", &[4, 3], &[&[1], &[1, 1], &[3]], |x, g| {
        x.tape().record(LossBack(QuadraticCost), &[x, x, g])
    }),
    ("what arrives at binary_cross_entropy", &[4, 3], &[&[1], &[3]], |x, g| {
        x.tape().record(LossBack(BinaryCrossEntropyWithLogits), &[x, x, g])
    }),
    ("what arrives at softmax_cross_entropy_with", &[4, 3], &[&[1], &[3]], |x, g| {
        x.tape().record(SoftmaxCrossEntropyWithGrad, &[x, x, g])
    }),
    ("what arrives at softmax_cross_entropy", &[4, 3], &[&[1], &[3]], |x, g| {
        x.tape().record(SoftmaxCrossEntropyGrad, &[x, x.tape().labels(&[0; 4]), g])
    }),
];

const OF_TARGETS: &[&[usize]] = &[&[], &[1], &[3], &[1, 3], &[4, 1], &[4], &[1, 4, 3], &[3, 4]];

#[test]
fn an_operand_that_would_broadcast_by_chance_is_refused_with_names_and_shapes() {
    for (what, x_shape, wrong, call) in CALLS {
        for &shape in *wrong {
            let message = refusal(|| {
                let tape = Tape::new();
                let _ = call(tape.full(*x_shape, 1.0).sqrt().named("x"), tape.full(shape, 1.0).sqrt().named("operand"));
            });
            let shape = Shape::from(shape).to_string();
            assert!(message.contains(&shape), "the {what} {shape}: {message}");
        }
    }
}

#[test]
fn a_message_names_what_does_not_fit() {
    let tape = Tape::<f64>::new();
    let (x, wide) = (tape.var([1.0, 2.0, 3.0]).named("x"), tape.full([2, 3], 1.0).named("wide"));
    let messages = [
        refusal(|| _ = x.layer_norm(wide, wide, 1e-5)),
        refusal(|| {
            let (images, weights) = (tape.full([1, 1, 3, 3], 1.0), tape.full([3, 1, 2, 2], 1.0).named("filters"));
            let _ = images.conv2d(weights, tape.var([0.5]).named("bias"), 1, 0);
        }),
        refusal(|| {
            let ones = tape.full([2], 1.0);
            let _ = tape.var([[3.0, -7.0]]).named("one row").batch_norm_train(ones, ones, 1e-5);
        }),
        refusal(|| _ = accuracy(Array2::<f64>::zeros((4, 2)).view(), &[0, 1])),
        refusal(|| _ = accuracy(Array2::<f64>::zeros((2, 2)).view(), &[0, 7])),
    ];
    insta::with_settings!({ omit_expression => true, filters => vec![(r"\.rs:\d+", ".rs:LINE")] }, {
        insta::assert_snapshot!(messages.join("\n"));
    });
}

#[test]
fn one_number_has_no_variance() {
    for shape in [[1, 3, 1, 1], [1, 2, 1, 1]] {
        refusal(|| {
            let tape = Tape::<f64>::new();
            let ones = tape.full([shape[1]], 1.0);
            let _ = tape.full(shape, 2.0).batch_norm_train(ones, ones, 1e-5);
        });
    }
    refusal(|| {
        let tape = Tape::<f64>::new();
        let _ = tape.full([5, 1], 2.0).layer_norm(tape.full([1], 1.0), tape.full([1], 1.0), 1e-5);
    });
    refusal(|| _ = Tape::<f64>::new().full([5, 1], 2.0).standardize(1, 1e-5));
    let tape = Tape::<f64>::new();
    let ones = tape.full([3], 1.0);
    assert_eq!(tape.full([1, 3, 2, 1], 2.0).batch_norm_train(ones, ones, 1e-5).shape(), Shape::from([1, 3, 2, 1]));
}

#[test]
fn biases_of_a_linear_layer_are_one_for_each_column_of_its_weights() {
    for biases in [1, 4, 5] {
        let mut layer = Linear::<f64>::new("layer", 2, 3, Init::Zeros, Init::Zeros, &mut seeded(1));
        layer.biases = Param::new("layer/b", Array1::zeros(biases));
        let message = refusal(|| {
            let tape = Tape::new();
            let _ = layer.forward(tape.full([4, 2], 1.0));
        });
        assert!(message.contains("\"layer/b\"") && message.contains("\"layer/W\""), "{message}");
        layer.biases = Param::new("layer/b", Array2::zeros((4, 3)));
        refusal(|| {
            let tape = Tape::new();
            let _ = layer.forward(tape.full([4, 2], 1.0));
        });
    }
}

#[test]
fn metrics_want_one_label_for_each_row_and_a_column_for_each_label() {
    let outputs = Array2::<f64>::zeros((4, 2));
    for labels in [&[0, 1][..], &[0, 1, 0, 1, 0], &[], &[0, 1, 2, 0]] {
        refusal(|| _ = accuracy(outputs.view(), labels));
    }
    assert_eq!(accuracy(outputs.view(), &[0, 0, 0, 1]), 0.75);
}

/// A model whose outputs are the mean over the batch, or one column: it returns a result for any input.
struct Odd(fn(Var<'_, f64>) -> Var<'_, f64>);

impl Parameters<f64> for Odd {
    fn each_param(&self, _: &mut dyn FnMut(&Param<f64>)) {}
}

impl Module<f64> for Odd {
    fn forward<'t>(&self, x: Var<'t, f64>) -> Var<'t, f64> {
        (self.0)(x)
    }
}

#[test]
fn a_model_returns_one_row_for_each_sample() {
    let digits = DIGITS.test().first(20);
    let mean = Odd(|x| x.mean_axes_keepdims(0));
    let one_column = Odd(|x| x.mean_axes_keepdims(1));
    let twice = Odd(|x| Var::concat(&[x, x], 0));
    for model in [&mean, &one_column, &twice] {
        refusal(|| _ = digits.accuracy(model));
        refusal(|| _ = digits.predictions(model));
        refusal(|| _ = digits.confusion(model));
    }
    for model in [&mean, &twice] {
        let message = refusal(|| _ = model.predict(&Array2::ones((700, 3))));
        assert!(message.contains("one row for each of 2 samples"), "{message}");
    }
    let net = Mlp::<f64>::new(&[784, 10], Activation::Sigmoid, &mut seeded(1));
    assert!(digits.accuracy(&net) <= 1.0);
    refusal(|| {
        let _ = net.forward(Tape::new().input(arr1(&[0.0; 784])));
    });
}
