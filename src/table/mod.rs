//! Every op, with operands to try it on: what tests walk, so that no op escapes them. It is a fixture, no part of the engine, and may change in any release.

mod example;
#[cfg(feature = "rand")]
mod hard;

pub use example::{Example, Operand, Program, Row};
#[cfg(feature = "rand")]
pub use hard::{HARD, Hard, Numbers, filled};

use crate::kernel::windows::Windows;
use crate::ops::recurrent::Cell;
use crate::ops::{
    Back, LossBack, add_n, conv2d::Conv, functions, leaky_relu, losses, pool2d, sigmoid, slopes, softmax,
    softmax_cross_entropy, standardize,
};
use crate::scalar::Scalar;
use crate::tape::Var;
use Operand::{Any, Distribution, Labels, Positive};

macro_rules! row {
    ($op:literal, [$($operand:expr),*], |$x:pat_param| $program:expr) => {{
        fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
            #[allow(clippy::missing_panics_doc)]
            let &$x = x else { panic!("the operands of the row {}", $op) };
            $program
        }
        Row { op: $op, operands: &[$($operand),*], program }
    }};
}

/// Every op, with operands to try it on and a program that uses it. (A constant is compiled where it is used. As a static, every op for every kind of
/// number would be compiled into the library, even for programs that only need a tape.)
pub const TABLE: &[Example] = &Example::all();

#[rustfmt::skip]
impl<F: Scalar> Row<F> {
/// Every op, for one kind of number.
pub const ALL: &[Row<F>] = &[
    // arithmetic
    row!("add", [Any(&[2, 3]), Any(&[3])], |[a, b]| a + b),
    row!("sub", [Any(&[2, 3]), Any(&[3])], |[a, b]| a - b),
    row!("mul", [Any(&[2, 3]), Any(&[2, 1])], |[a, b]| a * b),
    row!("div", [Any(&[2, 3]), Any(&[])], |[a, b]| a / b),
    row!("neg", [Any(&[2, 3])], |[x]| -x),
    row!("add_n", [Any(&[2, 3]), Any(&[2, 3]), Any(&[2, 3])], |[a, b, c]| a.tape().record(add_n::AddN, &[a, b, c])),
    row!("all_reduce", [Any(&[2, 3])], |[x]| x.all_reduce()),
    row!("matmul", [Any(&[2, 3]), Any(&[3, 4])], |[a, b]| a.matmul(b)),
    row!("matmul_nt", [Any(&[2, 3]), Any(&[4, 3])], |[a, b]| a.matmul_nt(b)),
    row!("matmul_tn", [Any(&[3, 2]), Any(&[3, 4])], |[a, b]| a.matmul_tn(b)),
    row!("einsum", [Any(&[2, 3, 2]), Any(&[2, 4])], |[a, b]| Var::einsum("ijk,kl->lj", &[a, b])),
    row!("exp", [Any(&[2, 3])], |[x]| x.exp()),
    row!("expm1", [Any(&[2, 3])], |[x]| x.expm1()),
    row!("ln", [Positive(&[2, 3])], |[x]| x.ln()),
    row!("log1p", [Positive(&[2, 3])], |[x]| x.log1p()),
    row!("sqrt", [Positive(&[2, 3])], |[x]| x.sqrt()),
    row!("rsqrt", [Positive(&[2, 3])], |[x]| x.rsqrt()),
    row!("sin", [Any(&[2, 3])], |[x]| x.sin()),
    row!("cos", [Any(&[2, 3])], |[x]| x.cos()),
    row!("erf", [Any(&[2, 3])], |[x]| x.erf()),
    row!("erf'", [Any(&[2, 3])], |[x]| x.map(slopes::ErfSlope)),
    row!("pow", [Positive(&[2, 3])], |[x]| x.pow(2.5)),
    row!("pow_tensor", [Positive(&[2, 3]), Any(&[3])], |[x, p]| x.pow_var(p)),
    row!("abs", [Any(&[2, 3])], |[x]| x.abs()),
    row!("sign", [Any(&[2, 3])], |[x]| x.sign()),
    row!("maximum", [Any(&[2, 3]), Any(&[3])], |[a, b]| a.maximum(b)),
    row!("minimum", [Any(&[2, 3]), Any(&[3])], |[a, b]| a.minimum(b)),
    row!("clamp", [Any(&[2, 3])], |[x]| x.clamp(-0.5, 0.7)),
    row!("exceeds", [Any(&[2, 3]), Any(&[3])], |[a, b]| a.exceeds(b)),
    row!("eq", [Any(&[2, 3]), Any(&[3])], |[a, b]| a.eq(b)),
    row!("ne", [Any(&[2, 3]), Any(&[3])], |[a, b]| a.ne(b)),
    row!("gt", [Any(&[2, 3]), Any(&[3])], |[a, b]| a.gt(b)),
    row!("ge", [Any(&[2, 3]), Any(&[3])], |[a, b]| a.ge(b)),
    row!("lt", [Any(&[2, 3]), Any(&[3])], |[a, b]| a.lt(b)),
    row!("le", [Any(&[2, 3]), Any(&[3])], |[a, b]| a.le(b)),
    row!("where", [Labels(5, 2), Any(&[2, 5]), Any(&[2, 1])], |[c, a, b]| Var::where_(c, a, b)),
    // shapes
    row!("reshape", [Any(&[2, 3])], |[x]| x.reshape([3, 2])),
    row!("broadcast_to", [Any(&[2, 1])], |[x]| x.broadcast_to([4, 2, 3])),
    row!("sum_to", [Any(&[4, 2, 3])], |[x]| x.sum_to([2, 1])),
    row!("transpose", [Any(&[2, 3])], |[x]| x.transpose()),
    row!("permute", [Any(&[2, 3, 2])], |[x]| x.permute(&[2, 0, 1])),
    row!("slice", [Any(&[3, 4])], |[x]| x.slice(&[(1, 3), (0, 2)])),
    row!("pad", [Any(&[2, 3])], |[x]| x.pad(&[(1, 0), (0, 2)])),
    row!("concat", [Any(&[2, 1]), Any(&[2, 3])], |[a, b]| Var::concat(&[a, b], 1)),
    row!("stack", [Any(&[2, 3]), Any(&[2, 3])], |[a, b]| Var::stack(&[a, b], 1)),
    row!("flip", [Any(&[2, 3])], |[x]| x.flip(1)),
    row!("roll", [Any(&[2, 3])], |[x]| x.roll(1, 1)),
    row!("tril", [Any(&[3, 3])], |[x]| x.tril(0)),
    row!("triu", [Any(&[2, 2, 3])], |[x]| x.triu(1)),
    row!("cumsum", [Any(&[2, 3, 2])], |[x]| x.cumsum(1)),
    row!("gather_rows", [Any(&[4, 2]), Labels(5, 4)], |[table, rows]| table.gather_rows(rows)),
    row!("scatter_add_rows", [Any(&[5, 2]), Labels(5, 4)], |[x, rows]| x.scatter_add_rows(rows, 4)),
    row!("gather", [Any(&[4]), Labels(5, 4)], |[x, index]| x.gather(0, index)),
    row!("scatter_add", [Any(&[5]), Labels(5, 4)], |[x, index]| x.scatter_add(0, index, 4)),
    row!("im2col", [Any(&[1, 2, 3, 3])], |[x]| x.im2col([2, 2], 1, 0)),
    row!("col2im", [Any(&[4, 8])], |[x]| x.col2im([1, 2, 3, 3], [2, 2], 1, 0)),
    // reductions
    row!("sum", [Any(&[2, 3, 2])], |[x]| x.sum_axes(1)),
    row!("mean", [Any(&[2, 3, 2])], |[x]| x.mean_axes([0, 2])),
    row!("max", [Any(&[2, 3, 2])], |[x]| x.max_axes(1)),
    row!("min", [Any(&[2, 3, 2])], |[x]| x.min_axes(1)),
    row!("prod", [Any(&[2, 3, 2])], |[x]| x.prod_axes([0, 1])),
    row!("norm", [Any(&[2, 3, 2])], |[x]| x.norm_axes(1)),
    row!("var", [Any(&[2, 3, 2])], |[x]| x.var_axes(1, 1)),
    row!("std", [Any(&[2, 3, 2])], |[x]| x.std_axes([0, 1], 0)),
    row!("logsumexp", [Any(&[2, 3, 2])], |[x]| x.logsumexp(1)),
    row!("logsumexp'", [Any(&[2, 3, 2])], |[x]| x.tape().record(softmax::LogSumExpGrad { axis: 1 }, &[x])),
    // activations
    row!("sigmoid", [Any(&[2, 3])], |[x]| x.sigmoid()),
    row!("sigmoid'", [Any(&[2, 3]), Any(&[2, 3])], |[y, g]| y.tape().record(Back(sigmoid::Sigmoid), &[y, g])),
    row!("tanh", [Any(&[2, 3])], |[x]| x.tanh()),
    row!("tanh'", [Any(&[2, 3]), Any(&[2, 3])], |[y, g]| y.tape().record(Back(functions::Tanh), &[y, g])),
    row!("relu", [Any(&[2, 3])], |[x]| x.relu()),
    row!("relu'", [Any(&[2, 3]), Any(&[2, 3])], |[y, g]| y.tape().record(Back(functions::Relu), &[y, g])),
    row!("leaky_relu", [Any(&[2, 3])], |[x]| x.leaky_relu(0.1)),
    row!("leaky_relu'", [Any(&[2, 3]), Any(&[2, 3])], |[x, g]| x.tape().record(Back(leaky_relu::LeakyRelu(0.1)), &[x, g])),
    row!("elu", [Any(&[2, 3])], |[x]| x.elu(0.7)),
    row!("hardtanh", [Any(&[2, 3])], |[x]| x.hardtanh(-0.5, 0.7)),
    row!("softsign", [Any(&[2, 3])], |[x]| x.softsign()),
    row!("softplus", [Any(&[2, 3])], |[x]| x.softplus()),
    row!("softplus'", [Any(&[2, 3])], |[x]| x.map(slopes::SoftplusSlope)),
    row!("softplus''", [Any(&[2, 3])], |[x]| x.map(slopes::SoftplusBend)),
    row!("softmax", [Any(&[2, 3])], |[x]| x.softmax(1)),
    row!("softmax'", [Distribution(&[2, 3]), Any(&[2, 3])], |[y, g]| y.tape().record(softmax::SoftmaxGrad { axis: 1 }, &[y, g])),
    row!("log_softmax", [Any(&[2, 3])], |[x]| x.log_softmax(1)),
    row!("log_softmax'", [Any(&[2, 3]), Any(&[2, 3])], |[x, g]| x.tape().record(softmax::LogSoftmaxGrad { axis: 1 }, &[x, g])),
    row!("gelu", [Any(&[2, 3])], |[x]| x.gelu()),
    row!("gelu'", [Any(&[2, 3]), Any(&[2, 3])], |[x, g]| x.tape().record(Back(functions::Gelu), &[x, g])),
    row!("gelu''", [Any(&[2, 3])], |[x]| x.map(slopes::GeluBend)),
    row!("gelu_tanh", [Any(&[2, 3])], |[x]| x.gelu_tanh()),
    row!("gelu_tanh'", [Any(&[2, 3])], |[x]| x.map(slopes::GeluTanhSlope)),
    row!("gelu_tanh''", [Any(&[2, 3])], |[x]| x.map(slopes::GeluTanhBend)),
    row!("mish", [Any(&[2, 3])], |[x]| x.mish()),
    row!("mish'", [Any(&[2, 3])], |[x]| x.map(slopes::MishSlope)),
    row!("mish''", [Any(&[2, 3])], |[x]| x.map(slopes::MishBend)),
    row!("silu", [Any(&[2, 3])], |[x]| x.silu()),
    row!("silu'", [Any(&[2, 3])], |[x]| x.map(slopes::SiluSlope)),
    row!("silu''", [Any(&[2, 3])], |[x]| x.map(slopes::SiluBend)),
    // layers
    row!("conv2d", [Any(&[1, 2, 3, 4]), Any(&[2, 2, 2, 2]), Any(&[2])], |[x, weight, bias]| x.conv2d(weight, bias, 2, 1)),
    row!("conv_transpose2d", [Any(&[1, 2, 2, 3]), Any(&[2, 2, 2, 2])], |[g, weight]| g.conv_transpose2d([1, 2, 3, 4], weight, Conv::new().stride(2).padding(1))),
    row!("conv2d_weight", [Any(&[1, 2, 3, 4]), Any(&[1, 2, 2, 3])], |[x, g]| x.conv2d_weight(g, [2, 2, 2, 2], Conv::new().stride(2).padding(1))),
    row!("max_pool2d", [Any(&[1, 2, 4, 4])], |[x]| x.max_pool2d(2, 2)),
    row!("max_pool2d'", [Any(&[1, 2, 4, 3]), Any(&[1, 2, 2, 2])], |[x, g]| x.tape().record(pool2d::MaxPool2dBack { windows: Windows::new([3, 2]).stride(2).padding(1) }, &[x, g])),
    row!("max_pool2d''", [Any(&[1, 2, 4, 3]), Any(&[1, 2, 4, 3])], |[x, h]| x.tape().record(pool2d::MaxPool2dPick { windows: Windows::new([3, 2]).stride(2).padding(1) }, &[x, h])),
    row!("avg_pool2d", [Any(&[1, 2, 4, 4])], |[x]| x.avg_pool2d(2, 2)),
    row!("avg_pool2d'", [Any(&[1, 2, 2, 2])], |[g]| g.tape().record(pool2d::AvgPool2dBack { windows: Windows::new([3, 2]).stride(2).padding(1), images: [1, 2, 4, 3].into() }, &[g])),
    row!("standardize", [Any(&[2, 3])], |[x]| x.standardize(-1, 1e-5)),
    row!("standardize'", [Any(&[2, 3]), Any(&[2, 3])], |[x, g]| x.tape().record(standardize::StandardizeGrad { epsilon: 1e-5 }, &[x, g])),
    row!("layer_norm", [Any(&[2, 3]), Any(&[3]), Any(&[3])], |[x, gain, bias]| x.layer_norm(gain, bias, 1e-5)),
    row!("batch_norm_train", [Any(&[4, 2]), Any(&[2]), Any(&[2])], |[x, gain, bias]| x.batch_norm_train(gain, bias, 1e-5)),
    row!("batch_norm_eval", [Any(&[4, 2]), Any(&[2]), Positive(&[2]), Any(&[2]), Any(&[2])], |[x, mean, variance, gain, bias]| x.batch_norm_eval(mean, variance, gain, bias, 1e-5)),
    row!("recurrent", [Any(&[1, 2, 2]), Any(&[2, 3]), Any(&[1, 3]), Any(&[3]), Any(&[3])], |[x, w, u, b, c]| x.recurrent(Cell::Gru, [w, u], [b, c])),
    row!("attention_weights", [Any(&[2, 2]), Any(&[3, 2])], |[q, k]| q.attention_weights(k, None)),
    row!("scaled_dot_product_attention", [Any(&[2, 2]), Any(&[3, 2]), Any(&[3, 1])], |[q, k, v]| q.scaled_dot_product_attention(k, v, None)),
    row!("attention_of_heads", [Any(&[1, 3, 6])], |[qkv]| qkv.attention_of_heads(2, None)),
    row!("rms_norm", [Any(&[2, 3]), Any(&[3])], |[x, gain]| x.rms_norm(gain, 1e-6)),
    // losses
    row!("quadratic_cost", [Any(&[2, 3]), Any(&[2, 3])], |[a, y]| a.quadratic_cost(y)),
    row!("quadratic_cost'", [Any(&[2, 3]), Any(&[2, 3]), Any(&[])], |[a, y, g]| a.tape().record(LossBack(losses::QuadraticCost), &[a, y, g])),
    row!("mean_squared_error", [Any(&[2, 3]), Any(&[2, 3])], |[a, y]| a.mean_squared_error(y)),
    row!("mean_absolute_error", [Any(&[2, 3]), Any(&[2, 3])], |[a, y]| a.mean_absolute_error(y)),
    row!("huber", [Any(&[2, 3]), Any(&[2, 3])], |[a, y]| a.huber(y, 0.7)),
    row!("binary_cross_entropy_with_logits", [Any(&[2, 3]), Distribution(&[2, 3])], |[x, t]| x.binary_cross_entropy_with_logits(t)),
    row!("binary_cross_entropy_with_logits'", [Any(&[2, 3]), Distribution(&[2, 3]), Any(&[])], |[x, t, g]| x.tape().record(LossBack(losses::BinaryCrossEntropyWithLogits), &[x, t, g])),
    row!("softmax_cross_entropy", [Any(&[2, 3]), Labels(2, 3)], |[x, labels]| x.softmax_cross_entropy(labels)),
    row!("softmax_cross_entropy'", [Any(&[2, 3]), Labels(2, 3), Any(&[])], |[x, labels, g]| x.tape().record(softmax_cross_entropy::SoftmaxCrossEntropyGrad, &[x, labels, g])),
    row!("softmax_cross_entropy_with", [Any(&[2, 3]), Distribution(&[2, 3])], |[x, t]| x.softmax_cross_entropy_with(t)),
    row!("softmax_cross_entropy_with'", [Any(&[2, 3]), Distribution(&[2, 3]), Any(&[])], |[x, t, g]| x.tape().record(softmax_cross_entropy::SoftmaxCrossEntropyWithGrad, &[x, t, g])),
];
}
