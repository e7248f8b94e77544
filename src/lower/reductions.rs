//! Many numbers become one: sums and their relatives, also over devices, cumulative sums, and lines brought to mean 0 and variance 1.

use super::rows;
use crate::formula::{Line, Real};
use crate::lines::{Combine, Compare, Each, Pair, Value};
use crate::ops::all_reduce::AllReduce;
use crate::ops::cumsum::CumSum;
use crate::ops::reductions::{Max, Mean, Min, Norm, Prod, Sum};
use crate::ops::standardize::{Standardize, StandardizeGrad};
use crate::shape::{Axes, Shape};
use std::any::Any;

pub(super) fn lowered<'b>(op: &dyn Any, x: &[Value<'b>], shape: Shape) -> Option<Value<'b>> {
    rows! { op;
        Sum: op => x[0].reduce(Combine::Add, op.axes).reshape(shape);
        Mean: op => over_count(x[0].reduce(Combine::Add, op.axes).reshape(shape), x[0]);
        Max: op => x[0].reduce(Combine::Maximum, op.axes).reshape(shape);
        Min: op => x[0].reduce(Combine::Minimum, op.axes).reshape(shape);
        Prod: op => x[0].reduce(Combine::Multiply, op.axes).reshape(shape);
        Norm: op => norm(x[0], op.axes).reshape(shape);
        AllReduce: _ => x[0].all_reduce();
        CumSum: op => x[0].cumulative(op.axis, op.from_end);
        Standardize: op => { let line = Spread::of(x[0], op.epsilon); line.centred.with(Pair::Multiply, line.inverse) };
        StandardizeGrad: op => standardize_back(x[0], x[1], op.epsilon);
    }
    None
}

/// The mean over some axes, which keep the length 1.
fn mean(x: Value, axes: Axes) -> Value {
    over_count(x.sum_along(axes), x)
}

/// Sums of numbers x, each divided by how many there are.
fn over_count<'b>(sums: Value<'b>, x: Value<'b>) -> Value<'b> {
    let count = x.shape.size() as f64 / sums.shape.size().max(1) as f64;
    sums.with(Pair::Divide, sums.constant_like(count))
}

/// The length of a vector. It is divided by its largest number first, so that no square overflows or becomes 0.
fn norm(x: Value, axes: Axes) -> Value {
    let largest = Line::Value(x.each(Each::Abs).reduce_along(Combine::Maximum, axes));
    let Line::Value(scale) = largest.where_positive(largest, Line::one()) else { return x };
    // Infinity divided by itself would not be a number.
    let is_finite = scale.compare(Compare::Less, scale.constant_like(f64::INFINITY));
    let scale = is_finite.select(scale, scale.constant_like(1.0));
    let part = x.with(Pair::Divide, scale);
    part.with(Pair::Multiply, part).sum_along(axes).each(Each::Sqrt).with(Pair::Multiply, scale)
}

/// Where the numbers of each line are, and how far apart.
struct Spread<'b> {
    /// x - m
    centred: Value<'b>,
    /// 1 / √(variance + ε)
    inverse: Value<'b>,
}

impl<'b> Spread<'b> {
    fn of(x: Value<'b>, epsilon: f64) -> Self {
        let last = Axes::from(x.shape.rank() - 1);
        let centred = x.with(Pair::Subtract, mean(x, last));
        let variance = Line::Value(mean(centred.with(Pair::Multiply, centred), last));
        let inverse = Line::one() / (variance + Line::number(epsilon)).sqrt();
        Spread { inverse: inverse.on(x.block(), x.shape.reduced(last, true)), centred }
    }
}

/// dx = (g - Σ g / n - y Σ g y / n) / s
fn standardize_back<'b>(x: Value<'b>, g: Value<'b>, epsilon: f64) -> Value<'b> {
    let (last, Spread { centred, inverse }) = (Axes::from(x.shape.rank() - 1), Spread::of(x, epsilon));
    let y = centred.with(Pair::Multiply, inverse);
    let along = y.with(Pair::Multiply, mean(g.with(Pair::Multiply, y), last));
    g.with(Pair::Subtract, mean(g, last)).with(Pair::Subtract, along).with(Pair::Multiply, inverse)
}
