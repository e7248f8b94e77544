//! Every op that can travel: its name in a program, the number of its operands, and its fields, written and read. A row says both directions, so that
//! they cannot differ.

use super::ProgramError;
use super::fields::Field;
use crate::faults::Refusal;
use crate::formula::{Back, Loss, LossBack, Map, Zip};
use crate::json::{Place, Unfit};
use crate::no_grad::Detach;
use crate::op::Op;
use crate::ops::{
    add_n::AddN,
    all_reduce::AllReduce,
    arithmetic::{Add, Div, Mul, Neg, Over, PowTensor, Sub, Through},
    choice::Where,
    comparisons::{Equal, Exceeds, Greater, GreaterEqual, Less, LessEqual, Maximum, Minimum, NotEqual},
    concat::Concat,
    conv2d::{Conv2d, Conv2dWeight, ConvTranspose2d},
    cumsum::CumSum,
    elu::Elu,
    functions::*,
    gather::{Gather, ScatterAdd},
    gather_rows::{GatherRows, ScatterAddRows},
    im2col::{Col2Im, Im2Col},
    labels::Labelled,
    leaky_relu::LeakyRelu,
    losses::{BinaryCrossEntropyWithLogits, Huber, MeanAbsoluteError, MeanSquaredError, QuadraticCost},
    matmul::MatMul,
    permute::{Permute, Transpose},
    pool2d::{AvgPool2d, AvgPool2dBack, MaxPool2d, MaxPool2dBack, MaxPool2dPick},
    pow::Pow,
    reductions::{Max, Mean, Min, Norm, Prod, Sum},
    reshape::{BroadcastTo, Reshape, SumTo},
    sigmoid::Sigmoid,
    slice::{Pad, Slice},
    slopes::*,
    softmax::{LogSoftmax, LogSoftmaxGrad, LogSumExp, LogSumExpGrad, Softmax, SoftmaxGrad},
    softmax_cross_entropy::{
        SoftmaxCrossEntropy, SoftmaxCrossEntropyGrad, SoftmaxCrossEntropyWith, SoftmaxCrossEntropyWithGrad,
    },
    standardize::{Standardize, StandardizeGrad},
};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Tape, Var};
use crate::view::View;
use petgraph::graph::NodeIndex;
use serde_json::{Map as Object, Value};
use smallvec::SmallVec;
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::panic::Location;

/// An op that can travel.
pub(super) struct Kind<F: Scalar> {
    /// Its name in a program.
    pub(super) name: &'static str,
    /// How many operands it has.
    pub(super) operands: RangeInclusive<usize>,
    /// Its fields, if the op is of this kind.
    pub(super) write: fn(&dyn Op<F>) -> Option<Object<String, Value>>,
    /// Reads its fields, so that it can be recorded as often as wanted; or says what is wrong with them.
    pub(super) read: fn(&Place) -> Result<Record<F>, String>,
    /// What is wrong with the operands of such an op besides their shapes, as a label that is no class.
    pub(super) check: Check<F>,
}

/// Checks the numbers of an op's operands, which have shapes that fit.
pub(crate) type Check<F> = fn(&dyn Op<F>, &[View<F>]) -> Result<(), String>;

/// The same for a given op.
type CheckOperands<'a, F> = &'a dyn Fn(&[View<F>]) -> Result<(), String>;

/// Records an op of these operands, or says why it cannot. It takes the work of the op from what is left.
pub(super) type Record<F> = Box<dyn for<'t> Fn(&[Var<'t, F>], &mut u64) -> Result<Var<'t, F>, String>>;

impl<F: Scalar> Kind<F> {
    #[inline(never)] // so that other crates share what is compiled here
    pub(super) fn named(name: &str) -> Option<&'static Kind<F>> {
        Kinds::ALL.iter().find(|kind| kind.name == name)
    }

    /// The kind of an op, with its fields.
    #[inline(never)]
    pub(super) fn of(op: &dyn Op<F>) -> Option<(&'static Kind<F>, Object<String, Value>)> {
        Kinds::ALL.iter().find_map(|kind| Some((kind, (kind.write)(op)?)))
    }
}

/// Records an op, if `check`, called with operands that fit, has nothing against them.
pub(crate) fn record<'t, F: Scalar, O: Op<F> + PartialEq>(
    op: O,
    operands: &[Var<'t, F>],
    work: &mut u64,
    check: impl Fn(&O, &[View<F>]) -> Result<(), String>,
) -> Result<Var<'t, F>, String> {
    admit(&op, operands, work, &|views| check(&op, views))?;
    let (tape, name) = (operands[0].tape(), op.name());
    let nodes: SmallVec<[NodeIndex; 4]> = operands.iter().map(|operand| operand.index()).collect();
    let outcome = tape.recording().record(op, &nodes, tape.wants_gradients(), Location::caller());
    outcome_of(tape, name, &nodes, outcome)
}

/// The result, or the reason why there is none. (Not part of `record`, so that it is compiled once and not for each op.)
#[inline(never)]
fn outcome_of<'t, F: Scalar>(
    tape: &'t Tape<F>,
    op: &str,
    operands: &[NodeIndex],
    outcome: Result<NodeIndex, Refusal>,
) -> Result<Var<'t, F>, String> {
    match outcome {
        Ok(index) => Ok(tape.recorded(index)),
        Err(Refusal::Shapes(reason)) => Err(tape.graph.borrow().shape_mistake(op, operands, &reason)),
        Err(Refusal::Panicked(_)) => Err(format!("the kernel of {op} panicked")),
    }
}

/// Takes the work of an op from what is left, and checks the operands. (Not part of `record`, so that it is compiled once and not for each op.)
fn admit<F: Scalar>(
    op: &dyn Op<F>,
    operands: &[Var<F>],
    work: &mut u64,
    check: CheckOperands<F>,
) -> Result<(), String> {
    let shapes: Vec<Shape> = operands.iter().map(|operand| operand.shape()).collect();
    let own = work_of(op, &shapes, op.shape(&shapes)?);
    let too_much = || format!("it takes {own} additions, multiplications and reads, and this run may take {work} more");
    *work = work.checked_sub(own).ok_or_else(too_much)?;
    let nodes: Vec<_> = operands.iter().map(|operand| operand.index()).collect();
    operands[0].tape().graph.borrow().with_views(&nodes, check)
}

/// How many additions and multiplications an op takes, and how many numbers it reads: an op may read many and compute few.
pub(super) fn work_of<F: Scalar>(op: &dyn Op<F>, operands: &[Shape], result: Shape) -> u64 {
    operands.iter().fold(op.flops(operands, result), |work, operand| work.saturating_add(operand.size() as u64))
}

fn told(unfit: Unfit) -> String {
    ProgramError::from(unfit).to_string()
}

/// A kind: its name, the number of operands, its fields as they are found in an op, and the op made of them. An op is of this kind if the op made of its
/// fields equals it.
macro_rules! kind {
    ($name:expr, $operands:expr, $type:ty, $op:pat_param, {$($field:ident: $found:expr),*}, $made:expr) => {
        kind!($name, $operands, $type, $op, {$($field: $found),*}, $made, |_, _| Ok(()))
    };
    ($name:expr, $operands:expr, $type:ty, $op:pat_param, {$($field:ident: $found:expr),*}, $made:expr, $check:expr) => {
        Kind {
            name: $name,
            operands: $operands,
            write: |op| {
                let own = op.as_any().downcast_ref::<$type>()?;
                let $op = own;
                $(let $field = $found.clone();)*
                let fields: Vec<(String, Value)> = vec![$((stringify!($field).to_owned(), $field.write())),*];
                ($made == *own).then(|| fields.into_iter().collect())
            },
            read: |with| {
                with.only(&[$(stringify!($field)),*]).map_err(told)?;
                $(let $field = Field::read(&with.at(stringify!($field))).map_err(told)?;)*
                Ok(Box::new(move |operands, work| {
                    $(let $field = Clone::clone(&$field);)*
                    record($made, operands, work, $check)
                }))
            },
            check: |op, operands| {
                let check: fn(&$type, &[View<F>]) -> Result<(), String> = $check;
                op.as_any().downcast_ref::<$type>().map_or(Ok(()), |own| check(own, operands))
            },
        }
    };
}

/// Kinds without fields.
macro_rules! plain {
    ($name:expr, $operands:expr, $type:ty, $made:expr) => {
        kind!($name, $operands, $type, _, {}, $made)
    };
}

/// Kinds whose fields have the names that they have in the op.
macro_rules! with {
    ($name:literal, $operands:expr, $type:ident { $($field:ident),+ }) => {
        kind!($name, $operands, $type, op, {$($field: op.$field),+}, $type { $($field),+ })
    };
}

/// Kinds whose second operand holds labels, with or without fields.
macro_rules! labelled {
    ($name:literal, $operands:expr, $type:ident { $($field:ident),* }) => {
        kind!($name, $operands, $type, $type { $($field),* }, {$($field: $field),*}, $type { $($field),* }, Labelled::check_views)
    };
}

macro_rules! map {
    ($function:ident) => {
        plain!(<$function as crate::Unary>::NAME, 1..=1, Map<$function>, Map($function))
    };
}

macro_rules! back {
    ($function:ident) => {
        plain!(Back::<$function>::NAME, 2..=3, Back<$function>, Back($function))
    };
}

macro_rules! zip {
    ($function:ident) => {
        zip!(<$function as crate::Binary>::NAME, $function)
    };
    ($name:expr, $function:ident) => {
        plain!($name, 2..=2, Zip<$function>, Zip($function))
    };
}

macro_rules! loss {
    ($loss:ident) => {
        plain!(<$loss as crate::formula::Pairwise>::NAME, 2..=2, Loss<$loss>, Loss($loss))
    };
}

/// Any number of operands, but one.
const MANY: RangeInclusive<usize> = 1..=usize::MAX;

/// The kinds of ops for numbers of kind `F`.
struct Kinds<F>(PhantomData<F>);

impl<F: Scalar> Kinds<F> {
    const ALL: &'static [Kind<F>] = &[
        zip!(Add),
        zip!(Sub),
        zip!(Mul),
        zip!(Div),
        zip!(PowTensor),
        zip!("through", Through),
        zip!("over", Over),
        zip!(Maximum),
        zip!(Minimum),
        zip!(Exceeds),
        zip!(Equal),
        zip!(NotEqual),
        zip!(Greater),
        zip!(GreaterEqual),
        zip!(Less),
        zip!(LessEqual),
        map!(Neg),
        map!(Exp),
        map!(Expm1),
        map!(Ln),
        map!(Log1p),
        map!(Sqrt),
        map!(Rsqrt),
        back!(Rsqrt),
        map!(Sin),
        map!(Cos),
        map!(Erf),
        map!(ErfSlope),
        map!(Abs),
        map!(Sign),
        map!(Sigmoid),
        back!(Sigmoid),
        map!(Tanh),
        back!(Tanh),
        map!(Relu),
        back!(Relu),
        map!(Softplus),
        map!(SoftplusSlope),
        map!(SoftplusBend),
        map!(Silu),
        map!(SiluSlope),
        map!(SiluBend),
        map!(Gelu),
        back!(Gelu),
        map!(GeluBend),
        map!(GeluTanh),
        map!(GeluTanhSlope),
        map!(GeluTanhBend),
        map!(Mish),
        map!(MishSlope),
        map!(MishBend),
        map!(Softsign),
        back!(Softsign),
        kind!("pow", 1..=1, Map<Pow>, Map(Pow(p)), {exponent: *p}, Map(Pow(exponent))),
        kind!("elu", 1..=1, Map<Elu>, Map(Elu(a)), {alpha: *a}, Map(Elu(alpha))),
        kind!("elu'", 2..=3, Back<Elu>, Back(Elu(a)), {alpha: *a}, Back(Elu(alpha))),
        kind!("leaky_relu", 1..=1, Map<LeakyRelu>, Map(LeakyRelu(s)), {slope: *s}, Map(LeakyRelu(slope))),
        kind!("leaky_relu'", 2..=3, Back<LeakyRelu>, Back(LeakyRelu(s)), {slope: *s}, Back(LeakyRelu(slope))),
        plain!("where", 3..=3, Where, Where),
        plain!("detach", 1..=1, Detach, Detach),
        plain!("add_n", MANY, AddN, AddN),
        plain!("all_reduce", 1..=1, AllReduce, AllReduce),
        plain!("matmul", 2..=2, MatMul, MatMul::NN),
        plain!("matmul_nt", 2..=2, MatMul, MatMul::NT),
        plain!("matmul_tn", 2..=2, MatMul, MatMul::TN),
        kind!("reshape", 1..=1, Reshape, Reshape(to), {shape: to}, Reshape(shape)),
        kind!("broadcast_to", 1..=1, BroadcastTo, BroadcastTo(to), {shape: to}, BroadcastTo(shape)),
        kind!("sum_to", 1..=1, SumTo, SumTo(to), {shape: to}, SumTo(shape)),
        plain!("transpose", 1..=1, Transpose, Transpose),
        with!("permute", 1..=1, Permute { axes }),
        with!("slice", 1..=1, Slice { ranges }),
        with!("pad", 1..=1, Pad { margins }),
        with!("concat", MANY, Concat { axis }),
        with!("cumsum", 1..=1, CumSum { axis, from_end }),
        labelled!("gather_rows", 2..=2, GatherRows {}),
        labelled!("scatter_add_rows", 2..=2, ScatterAddRows { rows }),
        labelled!("gather", 2..=2, Gather { axis }),
        labelled!("scatter_add", 2..=2, ScatterAdd { axis, length }),
        with!("sum", 1..=1, Sum { axes, keepdims }),
        with!("mean", 1..=1, Mean { axes, keepdims }),
        with!("max", 1..=1, Max { axes, keepdims }),
        with!("min", 1..=1, Min { axes, keepdims }),
        with!("prod", 1..=1, Prod { axes, keepdims }),
        with!("norm", 1..=1, Norm { axes, keepdims }),
        with!("softmax", 1..=1, Softmax { axis }),
        with!("softmax'", 2..=2, SoftmaxGrad { axis }),
        with!("log_softmax", 1..=1, LogSoftmax { axis }),
        with!("log_softmax'", 2..=2, LogSoftmaxGrad { axis }),
        with!("logsumexp", 1..=1, LogSumExp { axis }),
        with!("logsumexp'", 1..=1, LogSumExpGrad { axis }),
        with!("im2col", 1..=1, Im2Col { windows }),
        with!("col2im", 1..=1, Col2Im { windows, images }),
        with!("conv2d", 2..=3, Conv2d { conv, bias }),
        with!("conv_transpose2d", 2..=2, ConvTranspose2d { conv, images }),
        with!("conv2d_weight", 2..=2, Conv2dWeight { conv, weights }),
        with!("max_pool2d", 1..=1, MaxPool2d { windows }),
        with!("max_pool2d'", 2..=2, MaxPool2dBack { windows }),
        with!("max_pool2d''", 2..=2, MaxPool2dPick { windows }),
        with!("avg_pool2d", 1..=1, AvgPool2d { windows }),
        with!("avg_pool2d'", 1..=1, AvgPool2dBack { windows, images }),
        with!("standardize", 1..=1, Standardize { epsilon }),
        with!("standardize'", 2..=2, StandardizeGrad { epsilon }),
        loss!(MeanSquaredError),
        loss!(MeanAbsoluteError),
        loss!(QuadraticCost),
        plain!("quadratic_cost'", 3..=3, LossBack<QuadraticCost>, LossBack(QuadraticCost)),
        loss!(BinaryCrossEntropyWithLogits),
        plain!(
            "binary_cross_entropywith_logits'",
            3..=3,
            LossBack<BinaryCrossEntropyWithLogits>,
            LossBack(BinaryCrossEntropyWithLogits)
        ),
        kind!("huber", 2..=2, Loss<Huber>, Loss(huber), {delta: huber.delta}, Loss(Huber { delta })),
        labelled!("softmax_cross_entropy", 2..=2, SoftmaxCrossEntropy {}),
        labelled!("softmax_cross_entropy'", 3..=3, SoftmaxCrossEntropyGrad {}),
        plain!("softmax_cross_entropywith", 2..=2, SoftmaxCrossEntropyWith, SoftmaxCrossEntropyWith),
        plain!("softmax_cross_entropywith'", 3..=3, SoftmaxCrossEntropyWithGrad, SoftmaxCrossEntropyWithGrad),
    ];
}
