//! The operators that are read, and what ops of ours each becomes. `shapes.rs` has those that move numbers, `layers.rs` products, windows and norms.

use super::messages::{Attribute, BOOL, INT32, INT64, Node};
use super::whole::{Array, Whole};
use super::{layers, shapes};
use crate::formula::{Map, Zip};
use crate::ops::arithmetic::{Add, Div, Mul, Neg, PowTensor, Sub};
use crate::ops::choice::Where;
use crate::ops::comparisons::{Equal, Greater, GreaterEqual, Less, LessEqual, Maximum, Minimum};
use crate::ops::elu::Elu;
use crate::ops::functions::*;
use crate::ops::labels::Labelled;
use crate::ops::leaky_relu::LeakyRelu;
use crate::ops::pow::Pow;
use crate::ops::reductions::{Max, Mean, Min, Norm, Prod, Sum};
use crate::ops::sigmoid::Sigmoid;
use crate::ops::softmax::{LogSoftmax, LogSumExp, Softmax};
use crate::scalar::Scalar;
use crate::shape::{Axes, Shape};
use crate::tape::{Tape, Var};
use crate::{Binary, Op, Unary};
use ndarray::ArrayD;
use std::marker::PhantomData;

/// What a name of the graph stands for.
#[derive(Clone)]
pub(super) enum Value<'t, F: Scalar> {
    /// Numbers on the tape.
    Numbers(Var<'t, F>),
    /// What is known before the model runs.
    Whole(Whole),
}

impl Whole {
    /// The same as numbers on a tape.
    pub(super) fn on<'t, F: Scalar>(&self, tape: &'t Tape<F>) -> Var<'t, F> {
        let numbers: Vec<F> = self.numbers.iter().map(|&x| F::from_f64(x as f64)).collect();
        tape.input(ArrayD::from_shape_vec(&self.shape[..], numbers).expect("as many numbers as the shape has"))
    }
}

/// What an operator makes, or the reason why it cannot.
pub(super) type Made<'t, F> = Result<Vec<Value<'t, F>>, String>;

/// A node whose operator is being recorded.
pub(super) struct Call<'a, 't, F: Scalar> {
    pub(super) tape: &'t Tape<F>,
    pub(super) node: &'a Node,
    /// `None` where one was left out.
    pub(super) inputs: Vec<Option<Value<'t, F>>>,
    /// How much work and how many numbers are left.
    pub(super) left: &'a mut (u64, usize),
}

impl<'t, F: Scalar> Call<'_, 't, F> {
    /// Records an op, if its operands fit and enough work is left.
    pub(super) fn put<O: Op<F> + PartialEq>(&mut self, op: O, operands: &[Var<'t, F>]) -> Result<Var<'t, F>, String> {
        let shapes: Vec<Shape> = operands.iter().map(|operand| operand.shape()).collect();
        self.charge(op.shape(&shapes)?)?;
        crate::program::record(op, operands, &mut self.left.0, |_, _| Ok(()))
    }

    /// The same for an op whose second operand holds labels.
    pub(super) fn put_labelled<O: Op<F> + PartialEq + Labelled>(
        &mut self,
        op: O,
        operands: &[Var<'t, F>],
    ) -> Result<Var<'t, F>, String> {
        let shapes: Vec<Shape> = operands.iter().map(|operand| operand.shape()).collect();
        self.charge(op.shape(&shapes)?)?;
        crate::program::record(op, operands, &mut self.left.0, Labelled::check)
    }

    /// Takes the numbers of an array from those that are left, before it is made.
    pub(super) fn charge(&mut self, shape: Shape) -> Result<(), String> {
        let left = self.left.1.checked_sub(shape.size());
        self.left.1 = left.ok_or("the model makes more numbers than are read here")?;
        Ok(())
    }

    pub(super) fn put_map<U: Unary>(&mut self, function: U, x: Var<'t, F>) -> Result<Var<'t, F>, String> {
        self.put(Map(function), &[x])
    }

    pub(super) fn put_zip<B: Binary>(
        &mut self,
        function: B,
        a: Var<'t, F>,
        b: Var<'t, F>,
    ) -> Result<Var<'t, F>, String> {
        self.put(Zip(function), &[a, b])
    }

    // inputs

    pub(super) fn given(&self, place: usize) -> Option<&Value<'t, F>> {
        self.inputs.get(place).and_then(Option::as_ref)
    }

    fn needed(&self, place: usize) -> Result<&Value<'t, F>, String> {
        self.given(place).ok_or_else(|| format!("it has no input {place}"))
    }

    /// An input as numbers on the tape.
    pub(super) fn x(&self, place: usize) -> Result<Var<'t, F>, String> {
        match self.needed(place)? {
            Value::Numbers(x) => Ok(*x),
            Value::Whole(whole) => Ok(whole.on(self.tape)),
        }
    }

    /// An input that must be known before the model runs, such as a shape.
    pub(super) fn whole(&self, place: usize) -> Result<&Whole, String> {
        match self.needed(place)? {
            Value::Whole(whole) => Ok(whole),
            Value::Numbers(_) => {
                Err(format!("its input {place} depends on the model's inputs, and must be known before"))
            }
        }
    }

    /// The same for one that may be left out.
    pub(super) fn whole_or(&self, place: usize, otherwise: &[i64]) -> Result<Vec<i64>, String> {
        if self.given(place).is_some() { Ok(self.whole(place)?.numbers.clone()) } else { Ok(otherwise.to_vec()) }
    }

    /// The number of an input that is a single constant, such as an exponent.
    pub(super) fn number(&self, place: usize) -> Result<Option<f64>, String> {
        Ok(match self.given(place) {
            Some(Value::Numbers(x)) if x.shape().size() == 1 && self.tape.graph.borrow().is_leaf(x.index()) => {
                Some(x.value().iter().next().map_or(0.0, |x| x.to_f64()))
            }
            Some(Value::Whole(Whole { numbers, .. })) if numbers.len() == 1 => Some(numbers[0] as f64),
            _ => None,
        })
    }

    // attributes

    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    pub(super) fn int(&self, name: &str, otherwise: i64) -> i64 {
        self.attribute(name).and_then(|attribute| attribute.i).unwrap_or(otherwise)
    }

    pub(super) fn ints(&self, name: &str) -> Option<&[i64]> {
        self.attribute(name).map(|attribute| &attribute.ints[..])
    }

    pub(super) fn float(&self, name: &str, otherwise: f64) -> f64 {
        // 0.1 of a file is the f32 next to 0.1: the f64 next to 0.1 is meant.
        let exact = |x: f32| x.to_string().parse().unwrap_or(f64::from(x));
        self.attribute(name).and_then(|attribute| attribute.f).map_or(otherwise, exact)
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.attribute(name)?.s.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Whether an attribute has the one value that is read here.
    pub(super) fn only(&self, name: &str, value: i64) -> Result<(), String> {
        match self.int(name, value) {
            found if found == value => Ok(()),
            found => Err(format!("{name} = {found}, and only {value} is read")),
        }
    }

    /// An axis, counted from either end, of an array of this rank.
    pub(super) fn axis(axis: i64, rank: usize) -> Result<usize, String> {
        let counted = if axis < 0 { axis + rank as i64 } else { axis };
        let whole = usize::try_from(counted).ok().filter(|&axis| axis < rank);
        whole.ok_or_else(|| format!("there is no axis {axis} among {rank}"))
    }
}

/// One value as what an operator makes.
pub(super) fn one<F: Scalar>(value: Result<Var<'_, F>, String>) -> Made<'_, F> {
    value.map(|value| vec![Value::Numbers(value)])
}

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
