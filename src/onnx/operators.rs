//! The operators that are read, and what ops of ours each becomes. `shapes.rs` has those that move numbers, `layers.rs` products, windows and norms.

use super::call::{Call, Made, Value, one};
use super::messages::{BOOL, INT32, INT64, Node};
use super::whole::{Array, Whole};
use super::{layers, shapes};
use crate::ops::arithmetic::{Add, Div, Mul, Neg, PowTensor, Sub};
use crate::ops::choice::Where;
use crate::ops::comparisons::{Equal, Greater, GreaterEqual, Less, LessEqual, Maximum, Minimum};
use crate::ops::elu::Elu;
use crate::ops::functions::*;
use crate::ops::leaky_relu::LeakyRelu;
use crate::ops::pow::Pow;
use crate::ops::reductions::{Max, Mean, Min, Norm, Prod, Sum};
use crate::ops::sigmoid::Sigmoid;
use crate::ops::softmax::{LogSoftmax, LogSumExp, Softmax};
use crate::scalar::Scalar;
use crate::shape::{Axes, Shape};
use ndarray::ArrayD;
use std::marker::PhantomData;

/// How an operator is recorded.
type Operator<F> = for<'a, 't> fn(&mut Call<'a, 't, F>) -> Made<'t, F>;

/// The operators, for numbers of kind `F`.
pub(super) struct Operators<F>(PhantomData<F>);

macro_rules! map {
    ($function:expr) => {
        |call| {
            let x = call.x(0)?;
            one(call.put_map($function, x))
        }
    };
}

macro_rules! zip {
    ($function:expr) => {
        |call| {
            let (a, b) = (call.x(0)?, call.x(1)?);
            one(call.put_zip($function, a, b))
        }
    };
    ($function:expr, |$a:ident, $b:ident| $of_whole:expr) => {
        |call| match (call.given(0), call.given(1)) {
            (Some(Value::Whole(a)), Some(Value::Whole(b))) => Ok(vec![Value::Whole(a.zip(b, |$a, $b| $of_whole)?)]),
            _ => {
                let (a, b) = (call.x(0)?, call.x(1)?);
                one(call.put_zip($function, a, b))
            }
        }
    };
}

/// Any number of inputs, made one from the left.
macro_rules! fold {
    ($function:expr) => {
        |call| {
            let first = call.x(0)?;
            one((1..call.inputs.len()).try_fold(first, |all, place| {
                let next = call.x(place)?;
                call.put_zip($function, all, next)
            }))
        }
    };
}

macro_rules! reduce {
    ($op:ident) => {
        |call| {
            let (x, (axes, keepdims)) = (call.x(0)?, reduced(call)?);
            one(call.put($op { axes, keepdims }, &[x]))
        }
    };
}

macro_rules! along {
    ($op:ident) => {
        |call| {
            let x = call.x(0)?;
            let axis = Call::<F>::axis(call.int("axis", -1), x.shape().rank())?;
            one(call.put($op { axis }, &[x]))
        }
    };
}

impl<F: Scalar> Operators<F> {
    const ALL: &'static [(&'static str, Operator<F>)] = &[
        ("Abs", map!(Abs)),
        ("Add", zip!(Add, |a, b| a.checked_add(b))),
        ("And", zip!(Mul, |a, b| Some(a * b))),
        ("AveragePool", layers::average_pool),
        ("BatchNormalization", layers::batch_norm),
        ("Cast", cast),
        ("Clip", clip),
        ("Concat", shapes::concat),
        ("Constant", constant),
        ("ConstantOfShape", shapes::constant_of_shape),
        ("Conv", layers::conv),
        ("Cos", map!(Cos)),
        ("CumSum", shapes::cumsum),
        ("Div", zip!(Div, |a, b| a.checked_div(b))),
        ("Dropout", same),
        ("Elu", |call| {
            let (x, alpha) = (call.x(0)?, call.float("alpha", 1.0));
            one(call.put_map(Elu(alpha), x))
        }),
        ("Equal", zip!(Equal, |a, b| Some((a == b).into()))),
        ("Erf", map!(Erf)),
        ("Exp", map!(Exp)),
        ("Expand", shapes::expand),
        ("Flatten", shapes::flatten),
        ("Gather", shapes::gather),
        ("GatherND", shapes::gather_nd),
        ("Gelu", |call| {
            let x = call.x(0)?;
            match call.text("approximate").as_deref() {
                Some("tanh") => one(call.put_map(GeluTanh, x)),
                _ => one(call.put_map(Gelu, x)),
            }
        }),
        ("Gemm", layers::gemm),
        ("GlobalAveragePool", |call| {
            let (x, axes) = (call.x(0)?, Axes::from([2, 3]));
            one(call.put(Mean { axes, keepdims: true }, &[x]))
        }),
        ("GlobalMaxPool", |call| {
            let (x, axes) = (call.x(0)?, Axes::from([2, 3]));
            one(call.put(Max { axes, keepdims: true }, &[x]))
        }),
        ("Greater", zip!(Greater, |a, b| Some((a > b).into()))),
        ("GreaterOrEqual", zip!(GreaterEqual, |a, b| Some((a >= b).into()))),
        ("Identity", same),
        ("LayerNormalization", layers::layer_norm),
        ("LeakyRelu", |call| {
            let (x, slope) = (call.x(0)?, call.float("alpha", 0.01));
            one(call.put_map(LeakyRelu(slope), x))
        }),
        ("Less", zip!(Less, |a, b| Some((a < b).into()))),
        ("LessOrEqual", zip!(LessEqual, |a, b| Some((a <= b).into()))),
        ("Log", map!(Ln)),
        ("LogSoftmax", along!(LogSoftmax)),
        ("MatMul", layers::matmul),
        ("Max", fold!(Maximum)),
        ("MaxPool", layers::max_pool),
        ("Min", fold!(Minimum)),
        ("Mish", map!(Mish)),
        ("Mul", zip!(Mul, |a, b| a.checked_mul(b))),
        ("Neg", map!(Neg)),
        ("Not", |call| match call.given(0) {
            Some(Value::Whole(x)) => Ok(vec![Value::Whole(x.zip(x, |x, _| Some((x == 0).into()))?)]),
            _ => {
                let (one_, x) = (call.tape.constant(1.0), call.x(0)?);
                one(call.put_zip(Sub, one_, x))
            }
        }),
        ("Or", zip!(Maximum, |a, b| Some(a.max(b)))),
        ("Pad", shapes::pad),
        ("Pow", |call| {
            let x = call.x(0)?;
            match call.number(1)? {
                Some(exponent) => one(call.put_map(Pow(exponent), x)),
                None => {
                    let exponent = call.x(1)?;
                    one(call.put_zip(PowTensor, x, exponent))
                }
            }
        }),
        ("Range", shapes::range),
        ("Reciprocal", |call| {
            let (one_, x) = (call.tape.constant(1.0), call.x(0)?);
            one(call.put_zip(Div, one_, x))
        }),
        ("ReduceL2", reduce!(Norm)),
        ("ReduceLogSumExp", |call| {
            let (x, (axes, keepdims)) = (call.x(0)?, reduced(call)?);
            let along: Vec<usize> = (0..x.shape().rank()).filter(|&axis| axes.contains(axis)).collect();
            let [axis] = along[..] else { return Err(format!("along one axis only, found {along:?}")) };
            let sums = call.put(LogSumExp { axis }, &[x])?;
            let shape = x.shape().reduced(axes, keepdims);
            one(shapes::reshaped(call, sums, shape))
        }),
        ("ReduceMax", reduce!(Max)),
        ("ReduceMean", reduce!(Mean)),
        ("ReduceMin", reduce!(Min)),
        ("ReduceProd", reduce!(Prod)),
        ("ReduceSum", reduce!(Sum)),
        ("Relu", map!(Relu)),
        ("Reshape", shapes::reshape),
        ("ScatterND", shapes::scatter_nd),
        ("Shape", shapes::shape),
        ("Sigmoid", map!(Sigmoid)),
        ("Sign", map!(Sign)),
        ("Sin", map!(Sin)),
        ("Slice", shapes::slice),
        ("Softmax", along!(Softmax)),
        ("Softplus", map!(Softplus)),
        ("Softsign", map!(Softsign)),
        ("Split", shapes::split),
        ("Sqrt", map!(Sqrt)),
        ("Squeeze", shapes::squeeze),
        ("Sub", zip!(Sub, |a, b| a.checked_sub(b))),
        ("Sum", fold!(Add)),
        ("Tanh", map!(Tanh)),
        ("Transpose", shapes::transpose),
        ("Trilu", shapes::trilu),
        ("Unsqueeze", shapes::unsqueeze),
        ("Where", |call| {
            let operands = [call.x(0)?, call.x(1)?, call.x(2)?];
            one(call.put(Where, &operands))
        }),
    ];

    /// The operator of a node, if it is one of the standard set that is read.
    pub(super) fn named(node: &Node) -> Option<Operator<F>> {
        let is_standard = ["", "ai.onnx"].contains(&&node.domain[..]);
        let (_, operator) = Self::ALL.iter().find(|(name, _)| is_standard && *name == node.op_type)?;
        Some(*operator)
    }

    pub(super) fn names() -> String {
        Self::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// The axes of a reduction, an attribute or since version 18 an input, and whether they stay with the length 1.
fn reduced<F: Scalar>(call: &Call<F>) -> Result<(Axes, bool), String> {
    let rank = call.x(0)?.shape().rank();
    let listed = match call.ints("axes") {
        Some(axes) => axes.to_vec(),
        None => call.whole_or(1, &[])?,
    };
    let axes = match listed.is_empty() {
        true => Axes::ALL,
        false => {
            let axes: Vec<usize> =
                listed.iter().map(|&axis| Call::<F>::axis(axis, rank)).collect::<Result<_, String>>()?;
            Axes::from(&axes[..])
        }
    };
    if listed.is_empty() {
        call.only("noop_with_empty_axes", 0)?;
    }
    Ok((axes, call.int("keepdims", 1) != 0))
}

/// What a prediction hands on as it is. (A dropout leaves out nothing.)
fn same<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    if call.node.op_type == "Dropout" && call.given(2).is_some() && call.number(2)? != Some(0.0) {
        return Err("it is in training mode, and models are read for predictions".to_owned());
    }
    Ok(vec![call.needed(0)?.clone()])
}

fn cast<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let to = call.int("to", 0);
    match call.needed(0)? {
        Value::Whole(whole) if [INT32, INT64].contains(&(to as i32)) => Ok(vec![Value::Whole(whole.clone())]),
        Value::Whole(whole) if to == i64::from(BOOL) => {
            Ok(vec![Value::Whole(whole.zip(whole, |x, _| Some((x != 0).into()))?)])
        }
        Value::Whole(whole) => Ok(vec![Value::Numbers(whole.on(call.tape))]),
        // Whole numbers on the tape are numbers there; what is none is refused by the op that reads it as an index.
        Value::Numbers(x) => Ok(vec![Value::Numbers(*x)]),
    }
}

fn clip<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let mut x = call.x(0)?;
    if call.given(1).is_some() {
        let least = call.x(1)?;
        x = call.put_zip(Maximum, x, least)?;
    }
    if call.given(2).is_some() {
        let most = call.x(2)?;
        x = call.put_zip(Minimum, x, most)?;
    }
    Ok(vec![Value::Numbers(x)])
}

fn constant<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let [attribute] = &call.node.attribute[..] else { return Err("a constant has one value".to_owned()) };
    let value = match &attribute.name[..] {
        "value" => match attribute.t.as_ref().ok_or("its value is no array")?.array()? {
            Array::Whole(whole) => Value::Whole(whole),
            Array::Numbers(shape, numbers) if shape.rank() == 0 => Value::Numbers(call.tape.constant(numbers[0])),
            Array::Numbers(shape, numbers) => {
                let numbers: Vec<F> = numbers.into_iter().map(F::from_f64).collect();
                let array = ArrayD::from_shape_vec(&shape[..], numbers);
                Value::Numbers(call.tape.input(array.expect("as many numbers as the shape has")))
            }
        },
        "value_int" => Value::Whole(Whole { shape: Shape::scalar(), numbers: vec![attribute.i.unwrap_or_default()] }),
        "value_ints" => Value::Whole(Whole::list(attribute.ints.clone())),
        "value_float" => Value::Numbers(call.tape.constant(attribute.f.unwrap_or_default().into())),
        other => {
            return Err(format!(
                "a constant given as {other}, and value, value_int, value_ints and value_float are read"
            ));
        }
    };
    Ok(vec![value])
}
