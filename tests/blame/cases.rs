//! Wrong calls: each public function that can panic, and words that its message must hold.

use crate::made_up_digits::DIGITS;
use gradus::data::{Dataset, Digits, Ink, Standardizer, Vocabulary, image_as_text};
use gradus::derivatives::{
    grad, hessian, hessian_vector_product, hessian_vector_product_by_duals, jacobian_by_columns, jacobian_by_rows, jvp,
};
use gradus::nn::{
    Activation, BatchNorm, Conv2d, Dropout, Embedding, Init, Linear, Mlp, MultiHeadAttention, Predict, Rnn, Sequential,
    Unflatten,
};
use gradus::ops::recurrent::Cell;
use gradus::optim::{Accumulator, Schedule, WeightAverage};
use gradus::prelude::*;
use gradus::{Axes, Conv, Windows, check};
use ndarray::{Array2, ArrayD, IxDyn, NewAxis, SliceInfo, SliceInfoElem, arr1, arr2};

/// A wrong call: the function's name, and words that its message must hold.
pub type Case = (&'static str, &'static str, Box<dyn Fn()>);

fn case<R>(name: &'static str, says: &'static str, call: impl Fn() -> R + 'static) -> Case {
    (name, says, Box::new(move || drop(call())))
}

/// A wrong call of a method of `Var`, with a matrix [2, 3] named "x".
fn var<R>(name: &'static str, says: &'static str, call: impl Fn(Var<'_, f64>) -> R + 'static) -> Case {
    case(name, says, move || {
        let tape = Tape::new();
        call(tape.var([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).named("x"))
    })
}

/// A call that records an op on a single number while the graph is borrowed.
fn looked_at(name: &'static str, call: impl Fn(Var<'_, f64>) + 'static) -> Case {
    case(name, "nothing can be recorded on a tape while somebody looks at it", move || {
        let tape = Tape::new();
        let x = tape.var(1.0);
        let _look = tape.graph();
        call(x);
    })
}

/// A Var of another tape, which lives for ever.
fn stranger() -> Var<'static, f64> {
    Box::leak(Box::new(Tape::new())).var(1.0)
}

/// A size whose square does not fit into 64 bits.
const HUGE: usize = 1 << 33;

pub fn cases() -> Vec<Case> {
    let mut cases = tapes();
    cases.extend(ops());
    cases.extend(sizes());
    cases.extend(programs());
    cases.extend(data());
    cases
}

fn tapes() -> Vec<Case> {
    vec![
        var("item", "\"x\"", |x| x.item()),
        looked_at("named", |x| _ = x.named("y")),
        looked_at("detach", |x| _ = x.detach()),
        looked_at("sin", |x| _ = x.sin()),
        looked_at("var", |x| _ = x.tape().var(1.0)),
        looked_at("backward", |x| _ = x.backward()),
        var("backward", "backward starts from one number", |x| x.backward().pass()),
        var("backward", "depends on no variable", |x| x.tape().constant(1.0).backward().pass()),
        var("backward_with", "must have its shape", |x| x.backward_with(x.tape().constant(1.0)).pass()),
        var("backward_with", "another tape", |x| x.sum().backward_with(stranger()).pass()),
        var("wrt", "no gradient flows", |x| x.sum().backward().wrt(x.tape().constant(1.0)).item()),
        var("get", "another tape", |x| x.sum().backward().get(stranger()).is_some()),
        var("record", "another tape", |x| (x + stranger()).shape()),
        var("labels", "is not exact", |_| Tape::<f32>::new().labels(&[1 << 25]).shape()),
        case("new", "at most 6 axes", || Shape::new(&[1; 7])),
        case("new", "at most 6 axes", || Shape::from([1; 7])),
        case("new", "at most 6 axes", || Axes::from(7)),
        case("new", "at most 6 axes", || Param::new("w", ndarray::ArrayD::<f32>::zeros(vec![1; 7]))),
        case("set", "must keep its shape", || Param::new("w", arr1(&[1.0])).set(&arr1(&[1.0, 2.0]))),
        case("input", "at most 6 axes", || Tape::new().input(ndarray::ArrayD::<f32>::zeros(vec![1; 7])).shape()),
        case("input_shared", "at most 6 axes", || {
            Tape::new().input_shared(&ndarray::ArcArray::<f32, _>::zeros(vec![1; 7])).shape()
        }),
        case("var", "at most 6 axes", || Tape::new().var(ndarray::ArrayD::<f32>::zeros(vec![1; 7])).shape()),
        case("full", "at most 6 axes", || Tape::<f32>::new().full([1; 7], 0.0).shape()),
        own_update("value", |w, _| w.value()),
        own_update("update", |w, _| w.update(|_| ())),
        own_update("with", |w, _| w.with(|_| ())),
        own_update("cast", |w, _| w.cast::<f32>().shape()),
        own_update("set", |w, _| w.set(&arr1(&[1.0]))),
        own_update("value", |_, leaf| leaf.value()),
        own_update("value", |_, leaf| leaf.tape().value(leaf.index())),
        own_update("with_value", |_, leaf| leaf.with_value(|_| ())),
        case("update", "inside its own update", || {
            let w = Param::new("w", arr1(&[1.0]));
            let tape = Tape::new();
            let gradients = tape.param(&w).sum().backward();
            gradients.update(&w, |_, _| gradients.update(&w, |_, _| ()).is_ok())
        }),
    ]
}

fn ops() -> Vec<Case> {
    let two_axes = |name: &'static str, call: fn(Var<'_, f64>, Var<'_, f64>) -> Shape| {
        var(name, "\"x\"", move |x| call(x, x.tape().var([1.0, 2.0, 3.0, 4.0])))
    };
    vec![
        two_axes("add", |x, y| (x + y).shape()),
        two_axes("sub", |x, y| (x - y).shape()),
        two_axes("mul", |x, y| (x * y).shape()),
        two_axes("div", |x, y| (x / y).shape()),
        two_axes("zip", |x, y| x.zip(gradus::ops::arithmetic::Add, y).shape()),
        two_axes("over", |x, y| x.over(y).shape()),
        two_axes("through", |x, y| x.through(y).shape()),
        two_axes("matmul", |x, y| x.matmul(y).shape()),
        two_axes("matmul_nt", |x, y| x.matmul_nt(y).shape()),
        two_axes("matmul_tn", |x, y| x.matmul_tn(y).shape()),
        two_axes("binary_cross_entropy_with_logits", |x, y| x.binary_cross_entropy_with_logits(y).shape()),
        two_axes("eq", |x, y| x.eq(y).shape()),
        two_axes("ne", |x, y| x.ne(y).shape()),
        two_axes("gt", |x, y| x.gt(y).shape()),
        two_axes("ge", |x, y| x.ge(y).shape()),
        two_axes("lt", |x, y| x.lt(y).shape()),
        two_axes("le", |x, y| x.le(y).shape()),
        two_axes("mean_absolute_error", |x, y| x.mean_absolute_error(y).shape()),
        two_axes("where_", |x, y| Var::where_(x, x, y).shape()),
        two_axes("where_", |x, y| Var::where_(y, x, x).shape()),
        two_axes("exceeds", |x, y| x.exceeds(y).shape()),
        two_axes("maximum", |x, y| x.maximum(y).shape()),
        two_axes("minimum", |x, y| x.minimum(y).shape()),
        two_axes("pow_var", |x, y| x.pow_var(y).shape()),
        two_axes("huber", |x, y| x.huber(y, 1.0).shape()),
        two_axes("mean_squared_error", |x, y| x.mean_squared_error(y).shape()),
        two_axes("quadratic_cost", |x, y| x.quadratic_cost(y).shape()),
        var("label_smoothing", "from 0 to 1", |x| x.label_smoothing(1.5).shape()),
        var("label_smoothing", "no classes", |x| x.sum().label_smoothing(0.5).shape()),
        two_axes("softmax_cross_entropy_with", |x, y| x.softmax_cross_entropy_with(y).shape()),
        var("conv2d", "weights are", |x| x.conv2d(x, x, 1, 0).shape()),
        two_axes("concat", |x, y| Var::concat(&[x, y], 0).shape()),
        var("leaky_relu", "the slope", |x| x.leaky_relu(f64::NAN).shape()),
        var("elu", "alpha", |x| x.elu(f64::INFINITY).shape()),
        var("hardtanh", "no number from", |x| x.hardtanh(1.0, -1.0).shape()),
        var("var", "correction 6", |x| x.var(6).shape()),
        var("std", "correction 6", |x| x.std(6).shape()),
        var("var_axes", "correction 3", |x| x.var_axes(1, 3).shape()),
        var("var_axes_keepdims", "\"x\"", |x| x.var_axes_keepdims(5, 0).shape()),
        var("std_axes", "\"x\"", |x| x.std_axes(5, 0).shape()),
        var("std_axes_keepdims", "correction 2", |x| x.std_axes_keepdims(0, 2).shape()),
        var("argmax", "\"x\"", |x| x.argmax(2)),
        var("argmin", "no elements", |x| x.slice(&[(0, 0), (0, 3)]).argmin(0)),
        var("pow", "the exponent", |x| x.pow(f64::NAN).shape()),
        var("huber", "delta", |x| x.huber(x, 0.0).shape()),
        var("huber", "delta", |x| x.huber(x, f64::NAN).shape()),
        var("standardize", "epsilon", |x| x.standardize(1, -1e-5).shape()),
        var("layer_norm", "epsilon", |x| {
            let ones = x.tape().var([1.0, 1.0, 1.0]);
            x.layer_norm(ones, ones, f64::NAN).shape()
        }),
        var("batch_norm_train", "epsilon", |x| {
            let ones = x.tape().var([1.0, 1.0, 1.0]);
            x.batch_norm_train(ones, ones, f64::INFINITY).shape()
        }),
        var("layer_norm", "[2, 3]", |x| x.layer_norm(x.slice(&[(0, 2), (0, 2)]), x.tape().var([1.0]), 1e-5).shape()),
        var("rms_norm", "epsilon", |x| x.rms_norm(x.slice(&[(0, 1), (0, 3)]).reshape([3]), -1.0).shape()),
        var("rms_norm", "[2, 3]", |x| x.rms_norm(x, 1e-6).shape()),
        var("batch_norm_eval", "[2, 3]", |x| x.batch_norm_eval(x, x, x, x, 1e-5).shape()),
        var("attention_weights", "shapes do not fit", |x| x.attention_weights(x.transpose(), None).shape()),
        var("attention_weights", "[..., queries, d]", |x| x.sum().attention_weights(x, None).shape()),
        var("scaled_dot_product_attention", "shapes do not fit", |x| {
            x.scaled_dot_product_attention(x, x.transpose(), None).shape()
        }),
        var("attention_of_heads", "[batch, places, 3 * width]", |x| x.attention_of_heads(1, None).shape()),
        var("recurrent", "[batch, steps, features]", |x| x.recurrent(Cell::Tanh, [x, x], [x, x]).shape()),
        case("causal_mask", "would take", || Tape::<f64>::new().causal_mask(HUGE).shape()),
        var("batch_norm_train", "[2, 3]", |x| x.batch_norm_train(x.transpose(), x, 1e-5).shape()),
        var("clamp", "no number from", |x| x.clamp(1.0, -1.0).shape()),
        var("clamp", "no number from", |x| x.clamp(f64::NAN, 1.0).shape()),
        var("concat", "nothing to join", |_| Var::<f64>::concat(&[], 0).shape()),
        var("softmax_cross_entropy", "classes", |x| x.softmax_cross_entropy(x.tape().labels(&[0, 3])).shape()),
        var("gather_rows", "rows", |x| x.gather_rows(x.tape().labels(&[0, 7])).shape()),
        var("gather_rows", "not a whole number", |x| x.gather_rows(x.tape().input([0.5])).shape()),
        var("scatter_add_rows", "rows", |x| x.scatter_add_rows(x.tape().labels(&[0, 7]), 3).shape()),
        var("max_pool2d", "\"x\"", |x| x.max_pool2d(2, 2).shape()),
        var("avg_pool2d", "\"x\"", |x| x.avg_pool2d(2, 2).shape()),
        var("conv2d_with", "weights are", |x| x.conv2d_with(x, None, Conv::new()).shape()),
        var("conv_transpose2d", "weights are", |x| x.conv_transpose2d([1, 1, 2, 3], x, Conv::new()).shape()),
        var("conv2d_weight", "\"x\"", |x| x.conv2d_weight(x, [1, 1, 1, 1], Conv::new()).shape()),
        var("max_pool2d_with", "\"x\"", |x| x.max_pool2d_with(Windows::new(2)).shape()),
        var("avg_pool2d_with", "half a window", |x| {
            x.reshape([1, 1, 2, 3]).avg_pool2d_with(Windows::new(2).padding(2)).shape()
        }),
        var("max_pool2d", "move by at least one", |x| x.reshape([1, 1, 2, 3]).max_pool2d(2, 0).shape()),
        var("im2col", "\"x\"", |x| x.im2col([1, 1], 1, 0).shape()),
        var("col2im", "\"x\"", |x| x.col2im([2, 3], [1, 1], 1, 0).shape()),
        var("broadcast_to", "\"x\"", |x| x.broadcast_to([5, 5]).shape()),
        var("sum_to", "\"x\"", |x| x.sum_to([5, 5]).shape()),
        var("reshape", "\"x\"", |x| x.reshape([5]).shape()),
        var("log_softmax", "\"x\"", |x| x.log_softmax(5).shape()),
        var("softmax", "\"x\"", |x| x.softmax(5).shape()),
        var("logsumexp", "\"x\"", |x| x.logsumexp(5).shape()),
        var("max_axes", "\"x\"", |x| x.max_axes(5).shape()),
        var("max_axes_keepdims", "\"x\"", |x| x.max_axes_keepdims(5).shape()),
        var("max", "no elements", |x| x.slice(&[(0, 0), (0, 3)]).max().shape()),
        var("min_axes", "\"x\"", |x| x.min_axes(5).shape()),
        var("min_axes_keepdims", "\"x\"", |x| x.min_axes_keepdims(5).shape()),
        var("min", "no elements", |x| x.slice(&[(0, 0), (0, 3)]).min().shape()),
        var("prod_axes", "\"x\"", |x| x.prod_axes(5).shape()),
        var("prod_axes_keepdims", "\"x\"", |x| x.prod_axes_keepdims(5).shape()),
        var("norm_axes", "\"x\"", |x| x.norm_axes(5).shape()),
        var("norm_axes_keepdims", "\"x\"", |x| x.norm_axes_keepdims(5).shape()),
        var("mean_axes", "\"x\"", |x| x.mean_axes(5).shape()),
        var("mean_axes_keepdims", "\"x\"", |x| x.mean_axes_keepdims(5).shape()),
        var("sum_axes", "\"x\"", |x| x.sum_axes(5).shape()),
        var("sum_axes_keepdims", "\"x\"", |x| x.sum_axes_keepdims(5).shape()),
        var("sum_axes", "6 axes", |x| x.sum_axes(9).shape()),
        var("standardize", "\"x\"", |x| x.standardize(5, 1e-5).shape()),
        var("pad", "\"x\"", |x| x.pad(&[(1, 1)]).shape()),
        var("permute", "\"x\"", |x| x.permute(&[0, 0]).shape()),
        var("slice", "\"x\"", |x| x.slice(&[(0, 9), (0, 3)]).shape()),
        var("slice", "\"x\"", |x| x.slice(&[(2, 1), (0, 3)]).shape()),
        var("permute", "no axis 2", |x| x.permute(&[0, 2]).shape()),
        var("permute", "no axis -3", |x| x.permute(&[0, -3]).shape()),
        var("permute", "at most 6 axes", |x| x.permute(&[0; 7]).shape()),
        var("softmax", "[2, 3] has no axis -3", |x| x.softmax(-3).shape()),
        var("sum_axes", "[2, 3] has no axis -3", |x| x.sum_axes([0, -3]).shape()),
        var("sum_axes", "6 axes", |x| x.sum_axes(-7).shape()),
        var("standardize", "no axis -3", |x| x.standardize(-3, 1e-5).shape()),
        var("concat", "no axis -3", |x| Var::concat(&[x, x], -3).shape()),
        var("slice", "there are 3 ranges", |x| x.slice(s![.., .., ..]).shape()),
        var("slice", "-4.. is no part of axis 1", |x| x.slice(s![.., -4..]).shape()),
        var("slice", "3 is no part of axis 1", |x| x.slice(s![0, 3]).shape()),
        var("slice", "0..9 is no range of axis 1", |x| x.slice(s![0, ..9]).shape()),
        var("slice", "the step is 0", |x| {
            let all = SliceInfoElem::Slice { start: 0, end: None, step: 0 };
            x.slice(SliceInfo::<_, IxDyn, IxDyn>::try_from(vec![all; 2]).expect("two ranges")).shape()
        }),
        var("slice", "no range", |x| x.slice(&[(0, usize::MAX), (0, 3)]).shape()),
        var("slice", "at most 6 axes", |x| x.slice(s![NewAxis, NewAxis, NewAxis, .., NewAxis, NewAxis, ..]).shape()),
        var("stack", "nothing to join", |_| Var::<f64>::stack(&[], 0).shape()),
        var("stack", "must have shape [2, 3]", |x| Var::stack(&[x, x.transpose()], 0).shape()),
        var("stack", "no axis 3 among them", |x| Var::stack(&[x, x], 3).shape()),
        var("unsqueeze", "no axis -4 among them", |x| x.unsqueeze(-4).shape()),
        var("unsqueeze", "at most 6 axes", |x| x.reshape([1, 1, 1, 1, 2, 3]).unsqueeze(0).shape()),
        var("squeeze", "axis 1 of [2, 3] has length 3", |x| x.squeeze(-1).shape()),
        var("squeeze", "no axis 2", |x| x.squeeze(2).shape()),
        var("flatten", "no axis 2", |x| x.flatten(2).shape()),
        var("split", "make 4, but axis 1", |x| x.split(&[1, 3], 1).len()),
        var("split", "no axis 2", |x| x.split(&[1, 2], 2).len()),
        var("chunk", "no multiple of 2", |x| x.chunk(2, 1).len()),
        var("chunk", "no multiple of 0", |x| x.chunk(0, 1).len()),
        var("flip", "no axis 2", |x| x.flip(2).shape()),
        var("roll", "no axis 2", |x| x.roll(1, 2).shape()),
        var("cumsum", "no axis 2", |x| x.cumsum(2).shape()),
        var("tril", "no matrix", |x| x.sum().tril(0).shape()),
        var("triu", "no matrix", |x| x.sum_axes(0).triu(0).shape()),
        var("gather", "no axis 2", |x| x.gather(2, x).shape()),
        var("gather", "but for the length of axis 1", |x| x.gather(1, x.tape().labels(&[0, 1])).shape()),
        var("gather", "elements along the axis", |x| x.gather(1, x.tape().full([2, 1], 3.0)).shape()),
        var("gather", "not a whole number", |x| x.gather(1, x.tape().full([2, 1], 0.5)).shape()),
        var("scatter_add", "needs an index", |x| x.scatter_add(1, x.tape().full([2, 1], 0.0), 3).shape()),
        var("scatter_add", "elements along the axis", |x| x.scatter_add(1, x.tape().full([2, 3], 3.0), 3).shape()),
        var("scatter_add", "bytes", |x| x.scatter_add(1, x.tape().full([2, 3], 3.0), HUGE).shape()),
        var("top_k", "not the 4 largest", |x| x.top_k(4).0.shape()),
        var("top_k", "no axis -1", |x| x.sum().top_k(1).0.shape()),
        var("one_hot", "classes", |x| x.one_hot(6).shape()),
        var("one_hot", "at most 6 axes", |x| x.reshape([1, 1, 1, 1, 2, 3]).one_hot(9).shape()),
        var("einsum", "nothing to multiply", |_| Var::<f64>::einsum("->", &[]).shape()),
        var("einsum", "another tape", |x| Var::einsum("ij,->ij", &[x, stranger()]).shape()),
        var("einsum", "operand 1: \"x\" (%0 = var) [2, 3]", |x| Var::einsum("ii->i", &[x]).shape()),
        var("einsum", "more than 6 axes", |x| {
            let x = x.reshape([1, 1, 6]);
            Var::einsum("abc,def,ghc->abcdefgh", &[x, x, x]).shape()
        }),
        var("transpose", "transpose", |x| x.reshape([1, 2, 3]).transpose().shape()),
    ]
}

/// Arrays that cannot exist, or need more memory than there is.
fn sizes() -> Vec<Case> {
    vec![
        case("full", "bytes", || Tape::<f32>::new().full([HUGE, HUGE], 0.0).shape()),
        case("full", "bytes", || Tape::<f32>::new().full([1 << 34], 0.0).shape()),
        var("broadcast_to", "bytes", |x| x.sum().broadcast_to([HUGE, HUGE / 4]).shape()),
        var("add", "bytes", |x| {
            let column = x.sum().broadcast_to([1 << 16, 1]);
            (column + x.sum().broadcast_to([1 << 17])).shape()
        }),
        var("matmul", "bytes", |x| {
            let column = x.sum().broadcast_to([1 << 16, 1]);
            column.matmul(x.sum().broadcast_to([1, 1 << 17])).shape()
        }),
        var("reshape", "\"x\"", |x| x.reshape([HUGE, HUGE]).shape()),
        var("pad", "bytes", |x| x.pad(&[(HUGE, HUGE), (0, HUGE)]).shape()),
        var("pad", "x", |x| x.pad(&[(usize::MAX, usize::MAX), (0, 1)]).shape()),
        var("im2col", "bytes", |x| x.reshape([1, 1, 2, 3]).im2col([1, 1], 1, usize::MAX).shape()),
        var("im2col", "bytes", |x| x.reshape([1, 1, 2, 3]).im2col([1, 1], 1, HUGE).shape()),
        var("conv2d", "bytes", |x| {
            let weight = x.slice(&[(0, 1), (0, 1)]).reshape([1, 1, 1, 1]);
            x.reshape([1, 1, 2, 3]).conv2d(weight, weight.reshape([1]), 1, HUGE).shape()
        }),
        var("max_pool2d", "x", |x| x.reshape([1, 1, 2, 3]).max_pool2d(usize::MAX, 1).shape()),
        var("scatter_add_rows", "bytes", |x| x.scatter_add_rows(x.tape().labels(&[0, 7]), HUGE).shape()),
        case("new", "bytes", || Linear::<f32>::new("wide", HUGE, HUGE, Init::Zeros, Init::Zeros, &mut seeded(1))),
        case("with_init", "bytes", || {
            Mlp::<f32>::with_init(&[2, HUGE, HUGE], Activation::Relu, Init::Zeros, Init::Zeros, &mut seeded(1))
        }),
        case("new", "bytes", || Mlp::<f32>::new(&[HUGE, HUGE], Activation::Relu, &mut seeded(1))),
    ]
}

/// An op whose vjp names two operands, though it has one.
#[derive(PartialEq)]
struct Miscounted;

impl gradus::Op<f64> for Miscounted {
    fn name(&self) -> &'static str {
        "miscounted"
    }
    fn formula(&self) -> &'static str {
        "y = x"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[gradus::View<f64>], y: gradus::ViewMut<f64>) {
        y.data.copy_from_slice(x[0].data);
    }
    fn vjp<'t>(&self, at: &gradus::Local<'t, f64>) -> gradus::Cotangents<'t, f64> {
        let [_, second] = at.operands();
        [at.to(0, || second)].into()
    }
}

fn programs() -> Vec<Case> {
    fn two<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        x[0] * 2.0
    }
    vec![
        var("operands", "names 2 operands", |x| x.tape().record(Miscounted, &[x]).sum().backward().pass()),
        var("grad", "backward starts from one number", |x| grad(x, &[x]).len()),
        case("jvp", "shapes of the inputs", || jvp(two, &[[1.0, 2.0]], &[[1.0]])),
        case("hessian", "backward starts from one number", || hessian(two, &[[1.0, 2.0]])),
        case("hessian_vector_product", "shapes of the inputs", || hessian_vector_product(two, &[[1.0, 2.0]], &[[1.0]])),
        case("hessian_vector_product_by_duals", "shapes of the inputs", || {
            hessian_vector_product_by_duals(two, &[[1.0, 2.0]], &[[1.0]])
        }),
        case("jacobian_by_rows", "another tape", || jacobian_by_rows(|_| stranger(), &[1.0])),
        case("jacobian_by_columns", "another tape", || {
            jacobian_by_columns(|_| Box::leak(Box::new(Tape::new())).var(gradus::Dual::constant(1.0)), &[1.0])
        }),
        case("by_hand", "must have the shape", || check::Check::new().by_hand(|_| 0.0, &[[1.0, 2.0]], &[[1.0]])),
        case("step", "above 0", || check::Check::new().step(0.0)),
        case("fixed_step", "above 0", || check::Check::new().fixed_step(f64::NAN)),
        case("tolerance", "0 or above", || check::Check::new().tolerance(f64::NAN)),
        case("tolerance", "0 or above", || check::Check::new().tolerance(-1e-7)),
        case("tolerance", "finite", || check::Check::new().tolerance(f64::INFINITY)),
        case("sample", "says nothing", || check::Check::new().sample(0)),
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
        case("gradients", "nothing to check", || check::gradients::<f64>(|x| x[0].tape().constant(0.0), &[])),
        case("run", "nothing to check", || check::Check::new().run(|x| x[0].sum(), &[Array2::<f64>::zeros((0, 3))])),
        case("gradients_with_duals", "nothing to check", || {
            let nothing = [Array2::<f64>::zeros((0, 3))];
            check::gradients_with_duals(|x| x[0].sum(), |x| x[0].sum(), &nothing)
        }),
        case("run_with_duals", "nothing to check", || {
            let nothing = [Array2::<f64>::zeros((0, 3))];
            check::Check::new().run_with_duals(|x| x[0].sum(), |x| x[0].sum(), &nothing)
        }),
        case("parameters", "nothing to check", || check::parameters(&[] as &[Param<f64>], |tape| tape.constant(0.0))),
        case("parameters", "nothing to check", || {
            check::Check::new().parameters(&[] as &[Param<f64>], |tape| tape.constant(0.0))
        }),
        case("by_hand", "nothing to check", || {
            let nothing: [f64; 0] = [];
            check::Check::new().by_hand(|_| 0.0, &nothing, &nothing)
        }),
        case("directions", "at least 1", || check::Check::new().directions(0)),
        case("step", "above 0", || Schedule::step(0.1, 0, 0.5)),
        case("cosine", "above 0", || Schedule::cosine(0.1, 0)),
        case("one_cycle", "at least 4 steps", || Schedule::one_cycle(0.1, 3)),
        case("order", "once or twice", || check::Check::new().order(3)),
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
        case("buffer", "at most", || Param::buffer("w", ArrayD::<f64>::zeros(vec![1; 7]))),
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

/// A parameter that is used while it is changed.
fn own_update<R>(name: &'static str, call: impl Fn(&Param<f64>, Var<'_, f64>) -> R + 'static) -> Case {
    case(name, "inside its own update", move || {
        let w = Param::new("w", arr1(&[1.0]));
        let tape = Tape::new();
        let leaf = tape.param(&w);
        w.update(|_| call(&w, leaf))
    })
}

/// Eight digits.
fn digits() -> Digits {
    DIGITS.test().first(8)
}

/// A data set of two samples, of one feature each.
fn two_samples(labels: Vec<usize>) -> Dataset<f32> {
    Dataset::new(arr2(&[[1.0], [2.0]]), labels)
}

fn data() -> Vec<Case> {
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
