//! Ops that move numbers and compute none, and choices.

use super::rows;
use crate::lines::{Combine, Compare, Pair, Value};
use crate::no_grad::Detach;
use crate::ops::add_n::AddN;
use crate::ops::choice::Where;
use crate::ops::concat::Concat;
use crate::ops::permute::{Permute, Transpose};
use crate::ops::reshape::{BroadcastTo, Reshape, SumTo};
use crate::ops::slice::{Margins, Pad, Range, Slice};
use crate::shape::{Axes, Shape};
use std::any::Any;

pub(super) fn lowered<'b>(op: &dyn Any, x: &[Value<'b>], _: Shape) -> Option<Value<'b>> {
    rows! { op;
        Detach: _ => x[0];
        Reshape: Reshape(to) => x[0].reshape(*to);
        BroadcastTo: BroadcastTo(to) => x[0].broadcast_to(*to);
        SumTo: SumTo(to) => sum_to(x[0], *to);
        Transpose: _ => x[0].transpose(&[1, 0]);
        Permute: permute => x[0].transpose(&permute.axes);
        Concat: concat => Value::concatenate(x, concat.axis);
        Slice: slice => part(x[0], &slice.ranges);
        Pad: pad => padded(x[0], &pad.margins);
        AddN: _ => x[1..].iter().fold(x[0], |sum, &term| sum.with(Pair::Add, term));
        Where: _ => x[0].compare(Compare::NotEqual, x[0].constant_like(0.0)).select(x[1], x[2]);
    }
    None
}

fn sum_to(x: Value, to: Shape) -> Value {
    let missing = x.shape.rank() - to.rank();
    let is_summed = |&axis: &usize| axis < missing || to[axis - missing] != x.shape[axis];
    let axes: Vec<usize> = (0..x.shape.rank()).filter(is_summed).collect();
    x.reduce(Combine::Add, Axes::from(&axes[..])).reshape(to)
}

fn part<'b>(x: Value<'b>, ranges: &[Range]) -> Value<'b> {
    let forwards = |range: &Range| {
        let (step, count) = (range.step.unsigned_abs(), range.count());
        // Backwards, the same elements in the opposite order: the last one that is visited comes first.
        let from = if range.step > 0 { range.from } else { range.to - range.span() };
        [from, if count == 0 { from } else { range.to }, step]
    };
    x.slice(&ranges.iter().map(forwards).collect::<Vec<_>>()).reverse(&backwards(ranges, |range| range.step))
}

fn padded<'b>(x: Value<'b>, margins: &[Margins]) -> Value<'b> {
    let around =
        |margins: &Margins| [margins.before as isize, margins.after as isize, margins.step.unsigned_abs() as isize - 1];
    let around: Vec<[isize; 3]> = margins.iter().map(around).collect();
    x.reverse(&backwards(margins, |margins| margins.step)).pad(0.0, &around)
}

fn backwards<T>(entries: &[T], step: impl Fn(&T) -> isize) -> Vec<usize> {
    (0..entries.len()).filter(|&axis| step(&entries[axis]) < 0).collect()
}
