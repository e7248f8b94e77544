//! The ops of golden files, by name.

use super::GoldenError;
use super::read::Attributes;
use crate::kernel::windows::Windows;
use crate::ops::conv2d::Conv;
use crate::ops::recurrent::Cell;
use crate::tape::Var;

/// An op that golden files know.
#[derive(Debug)]
pub struct Operation {
    /// Its name in golden files.
    pub op: &'static str,
    /// Its row in the [table of ops](crate::table::TABLE).
    pub row: &'static str,
    pub(super) operands: Option<usize>,
    pub(super) program: Program,
}

pub(super) type Program = for<'t> fn(&Attributes, &[Var<'t, f64>]) -> Result<Var<'t, f64>, GoldenError>;

/// `op!("name", |a, b; attributes| program)`: an op under its own name.
/// `op!("name" as "row", ...)`: under another name than ours.
macro_rules! op {
    ($op:literal, $($rest:tt)*) => { op!($op as $op, $($rest)*) };
    ($op:literal as $row:literal, |[$x:ident ..]; $attributes:ident| $program:expr) => {
        Operation { op: $op, row: $row, operands: None, program: |$attributes, $x| Ok($program) }
    };
    ($op:literal as $row:literal, |$($x:ident),+; $attributes:ident| $program:expr) => {{
        fn program<'t>($attributes: &Attributes, x: &[Var<'t, f64>]) -> Result<Var<'t, f64>, GoldenError> {
            let &[$($x),+] = x else { unreachable!("the operands were counted when the file was read") };
            Ok($program)
        }
        Operation { op: $op, row: $row, operands: Some([$(stringify!($x)),+].len()), program }
    }};
}

/// A recurrent network with PyTorch's weights, which are the transposes of ours.
fn recurrent<'t>(
    cell: Cell,
    x: Var<'t, f64>,
    weights: [Var<'t, f64>; 2],
    biases: [Var<'t, f64>; 2],
    attributes: &Attributes,
) -> Result<Var<'t, f64>, GoldenError> {
    attributes.texts("parameters")?;
    Ok(x.recurrent(cell, weights.map(Var::transpose), biases))
}

/// The mask of causal attention among the places along the second-last axis, if the file asks for it.
fn causal_mask<'t>(x: Var<'t, f64>, attributes: &Attributes) -> Result<Option<Var<'t, f64>>, GoldenError> {
    let causal = attributes.flag("causal")?;
    let places = x.shape().iter().rev().nth(1).copied();
    Ok(places.filter(|_| causal).map(|places| x.tape().causal_mask(places)))
}

/// Every op that golden files know.
#[rustfmt::skip]
pub static OPS: &[Operation] = &[
    op!("add", |a, b; _attributes| a + b),
    op!("sub", |a, b; _attributes| a - b),
    op!("mul", |a, b; _attributes| a * b),
    op!("div", |a, b; _attributes| a / b),
    op!("neg", |x; _attributes| -x),
    op!("exp", |x; _attributes| x.exp()),
    op!("expm1", |x; _attributes| x.expm1()),
    op!("ln", |x; _attributes| x.ln()),
    op!("log1p", |x; _attributes| x.log1p()),
    op!("sqrt", |x; _attributes| x.sqrt()),
    op!("rsqrt", |x; _attributes| x.rsqrt()),
    op!("sin", |x; _attributes| x.sin()),
    op!("cos", |x; _attributes| x.cos()),
    op!("abs", |x; _attributes| x.abs()),
    op!("pow", |x; attributes| x.pow(attributes.number("exponent")?)),
    op!("pow_tensor", |x, exponent; _attributes| x.pow_var(exponent)),
    op!("maximum", |a, b; _attributes| a.maximum(b)),
    op!("minimum", |a, b; _attributes| a.minimum(b)),
    op!("clamp", |x; attributes| x.clamp(attributes.number("min")?, attributes.number("max")?)),
    op!("where", |x, y; attributes| {
        let condition = x.tape().input(attributes.array("condition")?);
        match attributes.says("program", "where(c, sqrt(where(c, x, 1)), y)")? {
            true => Var::where_(condition, Var::where_(condition, x, x.tape().constant(1.0)).sqrt(), y),
            false => Var::where_(condition, x, y),
        }
    }),
    op!("matmul", |a, b; _attributes| a.matmul(b)),
    op!("batch_matmul" as "matmul", |a, b; _attributes| a.matmul(b)),
    op!("einsum", |[x ..]; attributes| Var::einsum(&attributes.text("equation")?, x)),
    op!("transpose", |x; _attributes| x.transpose()),
    op!("reshape", |x; attributes| x.reshape(attributes.shape("shape")?)),
    op!("broadcast_to", |x; attributes| x.broadcast_to(attributes.shape("shape")?)),
    op!("slice", |x; attributes| x.slice(&attributes.ranges("ranges")?[..])),
    op!("concat", |[x ..]; attributes| Var::concat(x, attributes.whole("axis")?)),
    op!("stack", |[x ..]; attributes| Var::stack(x, attributes.whole("axis")?)),
    op!("flip", |x; attributes| x.flip(attributes.whole("axis")?)),
    op!("roll", |x; attributes| x.roll(attributes.integer("shift")?, attributes.whole("axis")?)),
    op!("tril", |x; attributes| x.tril(attributes.integer("diagonal")?)),
    op!("cumsum", |x; attributes| x.cumsum(attributes.whole("axis")?)),
    op!("gather_rows", |table; attributes| table.gather_rows(table.tape().labels(&attributes.wholes("rows")?))),
    op!("sum", |x; attributes| match attributes.flag("keepdims")? {
        true => x.sum_axes_keepdims(attributes.axes("axis")?),
        false => x.sum_axes(attributes.axes("axis")?),
    }),
    op!("mean", |x; attributes| match attributes.flag("keepdims")? {
        true => x.mean_axes_keepdims(attributes.axes("axis")?),
        false => x.mean_axes(attributes.axes("axis")?),
    }),
    op!("max", |x; attributes| match attributes.flag("keepdims")? {
        true => x.max_axes_keepdims(attributes.axes("axis")?),
        false => x.max_axes(attributes.axes("axis")?),
    }),
    op!("prod", |x; attributes| match attributes.flag("keepdims")? {
        true => x.prod_axes_keepdims(attributes.axes("axis")?),
        false => x.prod_axes(attributes.axes("axis")?),
    }),
    // The one p for which there is an op.
    op!("norm", |x; attributes| match (attributes.two("p")?, attributes.flag("keepdims")?) {
        ((), true) => x.norm_axes_keepdims(attributes.axes("axis")?),
        ((), false) => x.norm_axes(attributes.axes("axis")?),
    }),
    op!("var", |x; attributes| match attributes.flag("keepdims")? {
        true => x.var_axes_keepdims(attributes.axes("axis")?, attributes.whole("correction")?),
        false => x.var_axes(attributes.axes("axis")?, attributes.whole("correction")?),
    }),
    op!("std", |x; attributes| match attributes.flag("keepdims")? {
        true => x.std_axes_keepdims(attributes.axes("axis")?, attributes.whole("correction")?),
        false => x.std_axes(attributes.axes("axis")?, attributes.whole("correction")?),
    }),
    op!("logsumexp", |x; attributes| x.logsumexp(attributes.whole("axis")?)),
    op!("sigmoid", |x; _attributes| x.sigmoid()),
    op!("tanh", |x; _attributes| x.tanh()),
    op!("relu", |x; _attributes| x.relu()),
    op!("leaky_relu", |x; attributes| x.leaky_relu(attributes.number("slope")?)),
    op!("elu", |x; attributes| x.elu(attributes.number("alpha")?)),
    op!("hardtanh", |x; _attributes| x.hardtanh(-1.0, 1.0)),
    op!("softsign", |x; _attributes| x.softsign()),
    op!("softplus", |x; _attributes| x.softplus()),
    op!("gelu", |x; _attributes| x.gelu()),
    op!("gelu_tanh", |x; _attributes| x.gelu_tanh()),
    op!("mish", |x; _attributes| x.mish()),
    op!("silu", |x; _attributes| x.silu()),
    op!("softmax", |x; attributes| x.softmax(attributes.whole("axis")?)),
    op!("log_softmax", |x; attributes| x.log_softmax(attributes.whole("axis")?)),
    op!("conv2d", |x, weight, bias; attributes| {
        let conv = Conv::new().stride(attributes.whole("stride")?).padding(attributes.whole("padding")?);
        let conv = conv.dilation(attributes.whole_or("dilation", 1)?).groups(attributes.whole_or("groups", 1)?);
        x.conv2d_with(weight, bias, conv)
    }),
    op!("max_pool2d", |x; attributes| x.max_pool2d_with(windows(attributes)?)),
    op!("avg_pool2d", |x; attributes| x.avg_pool2d_with(windows(attributes)?)),
    op!("layer_norm", |x, gain, bias; attributes| x.layer_norm(gain, bias, attributes.number("eps")?)),
    op!("batch_norm_train", |x, gain, bias; attributes| x.batch_norm_train(gain, bias, attributes.number("eps")?)),
    op!("batch_norm_eval", |x, gain, bias; attributes| {
        let [mean, variance] = [attributes.array("running_mean")?, attributes.array("running_var")?].map(|x| gain.tape().input(x));
        x.batch_norm_eval(mean, variance, gain, bias, attributes.number("eps")?)
    }),
    op!("rnn_tanh" as "recurrent", |x, w, u, b, c; attributes| recurrent(Cell::Tanh, x, [w, u], [b, c], attributes)?),
    op!("gru" as "recurrent", |x, w, u, b, c; attributes| recurrent(Cell::Gru, x, [w, u], [b, c], attributes)?),
    op!("lstm" as "recurrent", |x, w, u, b, c; attributes| recurrent(Cell::Lstm, x, [w, u], [b, c], attributes)?),
    op!("scaled_dot_product_attention", |q, k, v; attributes| {
        let mask = causal_mask(q, attributes)?;
        q.scaled_dot_product_attention(k, v, mask)
    }),
    op!("multi_head_attention" as "attention_of_heads", |x, w, b, w_out, b_out; attributes| {
        attributes.texts("parameters")?;
        let packed = x.matmul(w.transpose()) + b;
        packed.attention_of_heads(attributes.whole("heads")?, causal_mask(x, attributes)?).matmul(w_out.transpose()) + b_out
    }),
    op!("rms_norm", |x, gain; attributes| x.rms_norm(gain, attributes.number("eps")?)),
    op!("quadratic_cost", |a, y; _attributes| a.quadratic_cost(y)),
    op!("mean_squared_error", |a, y; _attributes| a.mean_squared_error(y)),
    op!("mean_absolute_error", |a, y; _attributes| a.mean_absolute_error(y)),
    op!("huber", |a, y; attributes| a.huber(y, attributes.number("delta")?)),
    op!("binary_cross_entropy_with_logits", |x; attributes| {
        x.binary_cross_entropy_with_logits(x.tape().input(attributes.matrix("targets")?))
    }),
    op!("softmax_cross_entropy", |x; attributes| {
        let labels = x.tape().labels(&attributes.wholes("labels")?);
        match (attributes.number_or("label_smoothing", 0.0)?, x.shape().last()) {
            (share, Some(&classes)) if share != 0.0 => {
                x.softmax_cross_entropy_with(labels.one_hot(classes).label_smoothing(share))
            }
            _ => x.softmax_cross_entropy(labels),
        }
    }),
    op!("softmax_cross_entropy_one_hot" as "softmax_cross_entropy_with", |x; attributes| {
        x.softmax_cross_entropy_with(x.tape().input(attributes.matrix("targets")?))
    }),
    op!("softmax_cross_entropy_soft" as "softmax_cross_entropy_with", |x; attributes| {
        x.softmax_cross_entropy_with(x.tape().input(attributes.matrix("targets")?))
    }),
];

fn windows(attributes: &Attributes) -> Result<Windows, GoldenError> {
    let windows = Windows::new(attributes.whole("kernel")?).stride(attributes.whole("stride")?);
    Ok(windows.padding(attributes.whole_or("padding", 0)?))
}
