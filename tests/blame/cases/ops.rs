//! Wrong calls of ops.

use super::{Case, HUGE, case, stranger, var};
use gradus::nn::{Activation, Init, Linear, Mlp};
use gradus::ops::recurrent::Cell;
use gradus::prelude::*;
use gradus::{Conv, Windows};
use ndarray::{IxDyn, NewAxis, SliceInfo, SliceInfoElem};

pub fn ops() -> Vec<Case> {
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
pub fn sizes() -> Vec<Case> {
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
        var("im2col", "counted", |x| x.reshape([1, 1, 2, 3]).im2col([1, 1], 1, usize::MAX).shape()),
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
