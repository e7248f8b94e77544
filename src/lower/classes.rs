//! Softmax and its relatives, cross-entropy, and ops that read labels or indices.

use super::rows;
use crate::formula::{Line, Real};
use crate::lines::{Combine, Compare, Each, Element, Pair, Value};
use crate::ops::gather::{Gather, ScatterAdd};
use crate::ops::gather_rows::{GatherRows, ScatterAddRows};
use crate::ops::softmax::{LogSoftmax, LogSoftmaxGrad, LogSumExp, LogSumExpGrad, Softmax, SoftmaxGrad};
use crate::ops::softmax_cross_entropy::{
    SoftmaxCrossEntropy, SoftmaxCrossEntropyGrad, SoftmaxCrossEntropyWith, SoftmaxCrossEntropyWithGrad,
};
use crate::shape::{Axes, Shape};
use std::any::Any;

pub(super) fn lowered<'b>(op: &dyn Any, x: &[Value<'b>], shape: Shape) -> Option<Value<'b>> {
    rows! { op;
        Softmax: op => Powers::of(x[0], op.axis).shares();
        SoftmaxGrad: op => softmax_back(x[0], x[1], op.axis);
        LogSoftmax: op => Powers::of(x[0], op.axis).logarithms();
        LogSoftmaxGrad: op => log_softmax_back(x[0], x[1], op.axis);
        LogSumExp: op => { let powers = Powers::of(x[0], op.axis); powers.log_sum().with(Pair::Add, powers.max).reshape(shape) };
        LogSumExpGrad: op => slopes(x[0], op.axis);
        SoftmaxCrossEntropy: _ => cross_entropy(x[0], one_hot(x[1], x[0].shape));
        SoftmaxCrossEntropyGrad: _ => cross_entropy_back(x[0], one_hot(x[1], x[0].shape), x[2]);
        SoftmaxCrossEntropyWith: _ => cross_entropy(x[0], x[1]);
        SoftmaxCrossEntropyWithGrad: _ => cross_entropy_back(x[0], x[1], x[2]);
        GatherRows: _ => x[0].gather_rows(x[1].convert(Element::Index));
        ScatterAddRows: op => x[0].scatter_add_rows(x[1].convert(Element::Index), op.rows);
        Gather: op => {
            let places = places(x[1], op.axis, x[0].shape[op.axis]);
            x[0].reshape([x[0].shape.size()].into()).gather_rows(places).reshape(shape)
        };
        ScatterAdd: op => {
            let places = places(x[1], op.axis, op.length);
            x[0].reshape([x[0].shape.size()].into()).scatter_add_rows(places, shape.size()).reshape(shape)
        };
    }
    None
}

/// e to the power of each number less the largest along an axis, so that nothing overflows.
struct Powers<'b> {
    axis: Axes,
    max: Value<'b>,
    /// x - max
    exponents: Value<'b>,
    powers: Value<'b>,
}

impl<'b> Powers<'b> {
    fn of(x: Value<'b>, axis: usize) -> Self {
        let axis = Axes::from(axis);
        let largest = x.reduce_along(Combine::Maximum, axis);
        // Infinity less infinity would not be a number.
        let is_finite = largest.each(Each::Abs).compare(Compare::Less, largest.constant_like(f64::INFINITY));
        let max = is_finite.select(largest, largest.constant_like(0.0));
        let exponents = x.with(Pair::Subtract, max);
        Powers { axis, max, exponents, powers: exponents.each(Each::Exponential) }
    }

    fn sum(&self) -> Value<'b> {
        self.powers.sum_along(self.axis)
    }

    fn shares(&self) -> Value<'b> {
        self.powers.with(Pair::Divide, self.sum())
    }

    /// ln Σ e^(x - max)
    fn log_sum(&self) -> Value<'b> {
        self.sum().each(Each::Log)
    }

    fn logarithms(&self) -> Value<'b> {
        self.exponents.with(Pair::Subtract, self.log_sum())
    }
}

/// A flow times a slope, with 0 times infinity as 0.
fn through<'b>(flow: Value<'b>, slope: Value<'b>) -> Value<'b> {
    let shape = flow.shape.broadcast(slope.shape).expect("shapes that the tape has seen");
    Line::Value(flow).through(Line::Value(slope)).on(flow.block(), shape)
}

/// y (g - Σₖ gₖ yₖ / Σₖ yₖ)
fn softmax_back<'b>(y: Value<'b>, g: Value<'b>, axis: usize) -> Value<'b> {
    let axis = Axes::from(axis);
    // Where all y are 0, nothing flows.
    let mean = Line::Value(through(g, y).sum_along(axis)).over(Line::Value(y.sum_along(axis)));
    let mean = mean.on(y.block(), y.shape.reduced(axis, true));
    through(g.with(Pair::Subtract, mean), y)
}

/// g - softmax(x) Σₖ gₖ
fn log_softmax_back<'b>(x: Value<'b>, g: Value<'b>, axis: usize) -> Value<'b> {
    let arriving = g.sum_along(Axes::from(axis));
    g.with(Pair::Subtract, through(arriving, Powers::of(x, axis).shares()))
}

/// Softmax, but where all numbers are -infinity 0, and where some are +infinity, shared among these.
fn slopes(x: Value, axis: usize) -> Value {
    let powers = Powers::of(x, axis);
    let is_infinite = x.compare(Compare::Equal, x.constant_like(f64::INFINITY)).convert(Element::Number);
    let count = is_infinite.sum_along(powers.axis);
    let (some, sum) = (count.compare(Compare::Greater, count.constant_like(0.0)), powers.sum());
    let none = sum.compare(Compare::Equal, sum.constant_like(0.0));
    let divisor = none.select(sum.constant_like(1.0), sum);
    let shares = powers.powers.with(Pair::Divide, divisor);
    some.broadcast_to(x.shape).select(is_infinite.with(Pair::Divide, count), shares)
}

/// 1 where the column is the row's label, else 0.
fn one_hot<'b>(labels: Value<'b>, shape: Shape) -> Value<'b> {
    let columns = labels.block().iota(shape, 1, Element::Number);
    labels.broadcast_along(&[0], shape).compare(Compare::Equal, columns).convert(Element::Number)
}

/// -Σ t ln p / n over n rows. A class whose target is 0 adds nothing, even if its probability is 0.
fn cross_entropy<'b>(x: Value<'b>, targets: Value<'b>) -> Value<'b> {
    let sum = through(targets, Powers::of(x, 1).logarithms()).reduce(Combine::Add, Axes::ALL);
    sum.with(Pair::Divide, sum.constant_like(-(x.shape[0] as f64)))
}

/// g (p Σₖ tₖ - t) / n
fn cross_entropy_back<'b>(x: Value<'b>, targets: Value<'b>, g: Value<'b>) -> Value<'b> {
    let share = g.with(Pair::Divide, g.constant_like(x.shape[0] as f64));
    let wanted = Powers::of(x, 1).shares().with(Pair::Multiply, targets.sum_along(Axes::from(1)));
    through(share, wanted.with(Pair::Subtract, targets))
}

/// For each index along an axis of this length, the place in row-major order of the element that it means: `[number of indices]`.
fn places<'b>(index: Value<'b>, axis: usize, length: usize) -> Value<'b> {
    let (blocks, indices, columns) = index.shape.around(axis);
    let shape = Shape::from([blocks, indices, columns]);
    let along = |axis: usize| index.block().iota(shape, axis, Element::Index);
    let times = |value: Value<'b>, factor: usize| value.with(Pair::Multiply, value.constant_like(factor as f64));
    let of_line = times(along(0), length).with(Pair::Add, index.reshape(shape).convert(Element::Index));
    times(of_line, columns).with(Pair::Add, along(2)).reshape([shape.size()].into())
}
