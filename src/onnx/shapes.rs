//! Operators that move numbers and compute none: shapes, parts, rows by their numbers.

use super::call::{Call, Made, Value, one};
use super::whole::{self, Whole};
use crate::ops::choice::Where;
use crate::ops::concat::Concat;
use crate::ops::cumsum::CumSum;
use crate::ops::gather_rows::{GatherRows, ScatterAddRows};
use crate::ops::permute::{Permute, Transpose};
use crate::ops::reshape::{BroadcastTo, Reshape};
use crate::ops::slice::{Margins, Pad, Range, Slice};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::Var;

type Answer<'t, F> = Result<Var<'t, F>, String>;

pub(super) fn reshaped<'t, F: Scalar>(call: &mut Call<'_, 't, F>, x: Var<'t, F>, shape: Shape) -> Answer<'t, F> {
    if x.shape() == shape { Ok(x) } else { call.put(Reshape(shape), &[x]) }
}

pub(super) fn transposed<'t, F: Scalar>(call: &mut Call<'_, 't, F>, x: Var<'t, F>, axes: &[usize]) -> Answer<'t, F> {
    match axes {
        [1, 0] => call.put(Transpose, &[x]),
        _ => call.put(Permute { axes: Shape::new(axes) }, &[x]),
    }
}

/// The first input in another shape, be it on the tape or not.
fn in_shape<'t, F: Scalar>(call: &mut Call<'_, 't, F>, shape: Shape) -> Made<'t, F> {
    if let Some(Value::Whole(whole)) = call.given(0) {
        return Ok(vec![Value::Whole(whole.reshaped(shape)?)]);
    }
    let x = call.x(0)?;
    one(reshaped(call, x, shape))
}

fn shape_of<F: Scalar>(call: &Call<F>) -> Result<Shape, String> {
    match call.given(0) {
        Some(Value::Whole(whole)) => Ok(whole.shape),
        _ => Ok(call.x(0)?.shape()),
    }
}

pub(super) fn shape<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let shape = shape_of(call)?;
    let rank = shape.rank() as i64;
    let end = |axis: i64| (if axis < 0 { axis.saturating_add(rank) } else { axis }).clamp(0, rank) as usize;
    let (from, to) = (end(call.int("start", 0)), end(call.int("end", rank)));
    let lengths = shape.get(from..to.max(from)).unwrap_or_default();
    Ok(vec![Value::Whole(Whole::list(lengths.iter().map(|&length| length as i64).collect()))])
}

pub(super) fn reshape<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let (own, mut lengths) = (shape_of(call)?, call.whole(1)?.numbers.clone());
    if call.int("allowzero", 0) == 0 {
        for (axis, length) in lengths.iter_mut().enumerate().filter(|(_, length)| **length == 0) {
            *length = own.get(axis).copied().ok_or("a length of 0 where the array has no axis")? as i64;
        }
    }
    if let Some(open) = lengths.iter().position(|&length| length == -1) {
        let mut others = lengths.iter().enumerate().filter(|(axis, _)| *axis != open);
        let others = others.try_fold(1_i64, |size, (_, &length)| size.checked_mul(length)).filter(|&size| size > 0);
        lengths[open] = own.size() as i64 / others.ok_or("no length can be found for the axis that is -1")?;
    }
    let shape = whole::shape(&lengths)?;
    in_shape(call, shape)
}

pub(super) fn flatten<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let (own, axis) = (shape_of(call)?, call.int("axis", 1));
    let axis = if axis == own.rank() as i64 { own.rank() } else { Call::<F>::axis(axis, own.rank())? };
    let size = |lengths: &[usize]| lengths.iter().product::<usize>();
    in_shape(call, [size(&own[..axis]), size(&own[axis..])].into())
}

/// Axes that an attribute or an input lists.
fn axes<F: Scalar>(call: &Call<F>, rank: usize) -> Result<Option<Vec<usize>>, String> {
    let listed = match call.ints("axes") {
        Some(axes) => axes.to_vec(),
        None if call.given(1).is_some() => call.whole(1)?.numbers.clone(),
        None => return Ok(None),
    };
    listed.iter().map(|&axis| Call::<F>::axis(axis, rank)).collect::<Result<_, _>>().map(Some)
}

pub(super) fn squeeze<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let own = shape_of(call)?;
    let gone = axes(call, own.rank())?;
    let stays = |&axis: &usize| match &gone {
        Some(gone) => !gone.contains(&axis),
        None => own[axis] != 1,
    };
    let lengths: Vec<usize> = (0..own.rank()).filter(stays).map(|axis| own[axis]).collect();
    in_shape(call, Shape::new(&lengths))
}

pub(super) fn unsqueeze<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let own = shape_of(call)?;
    let count = call.whole_or(1, call.ints("axes").unwrap_or_default())?.len();
    let new = axes(call, own.rank() + count)?.unwrap_or_default();
    let mut lengths = own.iter().map(|&length| length as i64);
    let length = |axis: usize| if new.contains(&axis) { Some(1) } else { lengths.next() };
    let lengths = (0..own.rank() + count).map(length).collect::<Option<Vec<_>>>().ok_or("an axis that comes twice")?;
    let shape = whole::shape(&lengths)?;
    in_shape(call, shape)
}

pub(super) fn expand<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let (own, wanted) = (shape_of(call)?, whole::shape(&call.whole(1)?.numbers)?);
    let shape = own.broadcast(wanted).ok_or_else(|| format!("{own} does not broadcast to {wanted}"))?;
    if let Some(Value::Whole(whole)) = call.given(0) {
        return Ok(vec![Value::Whole(whole.expanded(shape)?)]);
    }
    let x = call.x(0)?;
    if shape == own { one(Ok(x)) } else { one(call.put(BroadcastTo(shape), &[x])) }
}

pub(super) fn transpose<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let x = call.x(0)?;
    let rank = x.shape().rank();
    let axes: Vec<usize> = match call.ints("perm") {
        Some(axes) => axes.iter().map(|&axis| Call::<F>::axis(axis, rank)).collect::<Result<_, _>>()?,
        None => (0..rank).rev().collect(),
    };
    let mut sorted = axes.clone();
    sorted.sort_unstable();
    if sorted != (0..rank).collect::<Vec<_>>() {
        return Err(format!("perm = {axes:?} is no order of {rank} axes"));
    }
    one(transposed(call, x, &axes))
}

pub(super) fn concat<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let whole: Option<Vec<&Whole>> = (0..call.inputs.len())
        .map(|place| match call.given(place) {
            Some(Value::Whole(whole)) if whole.shape.rank() == 1 => Some(whole),
            _ => None,
        })
        .collect();
    if let Some(parts) = whole {
        let all = parts.iter().flat_map(|part| part.numbers.iter().copied());
        return Ok(vec![Value::Whole(Whole::list(all.collect()))]);
    }
    let parts = (0..call.inputs.len()).map(|place| call.x(place)).collect::<Result<Vec<_>, _>>()?;
    let first = parts.first().ok_or("it has no input")?;
    let axis = Call::<F>::axis(call.int("axis", 0), first.shape().rank())?;
    one(call.put(Concat { axis }, &parts))
}

pub(super) fn constant_of_shape<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let shape = whole::shape(&call.whole(0)?.numbers)?;
    call.charge(shape)?;
    let value = call.attribute("value").and_then(|attribute| attribute.t.as_ref()).map(|tensor| tensor.array());
    match value.transpose()? {
        Some(whole::Array::Whole(Whole { numbers, .. })) if numbers.len() == 1 => {
            let one = Whole { shape: Shape::scalar(), numbers };
            Ok(vec![Value::Whole(one.expanded(shape)?)])
        }
        Some(whole::Array::Numbers(_, numbers)) if numbers.len() == 1 => {
            Ok(vec![Value::Numbers(call.tape.full(shape, numbers[0]))])
        }
        Some(_) => Err("its value is not one number".to_owned()),
        None => Ok(vec![Value::Numbers(call.tape.full(shape, 0.0))]),
    }
}

pub(super) fn range<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let ends = [0, 1, 2].map(|place| call.whole(place).map(|whole| whole.numbers.first().copied().unwrap_or_default()));
    let [from, to, step] = ends;
    let (from, to, step) = (from?, to?, step?);
    if step != 1 || !(0..1 << 20).contains(&to.saturating_sub(from)) {
        return Err(format!(
            "from {from} to {to} in steps of {step}; read are steps of 1, and at most a million of them"
        ));
    }
    Ok(vec![Value::Whole(Whole::list((from..to).collect()))])
}

/// The part of an array that ranges of some axes leave, with what ONNX allows: ends beyond the array, and counted from behind.
pub(super) fn slice<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let own = shape_of(call)?;
    let (from, to) = (call.whole(1)?.numbers.clone(), call.whole(2)?.numbers.clone());
    let all: Vec<i64> = (0..from.len() as i64).collect();
    let (axes, steps) = (call.whole_or(3, &all)?, call.whole_or(4, &vec![1; from.len()])?);
    if [to.len(), axes.len(), steps.len()].iter().any(|&count| count != from.len()) {
        return Err("as many starts, ends, axes and steps are needed".to_owned());
    }
    let mut ranges: Vec<Range> = own.iter().map(|&to| Range { from: 0, to, step: 1 }).collect();
    for (place, &axis) in axes.iter().enumerate() {
        let axis = Call::<F>::axis(axis, own.rank())?;
        let (length, step) = (own[axis] as i64, steps[place]);
        let counted = |end: i64| if end < 0 { end.saturating_add(length) } else { end };
        // Backwards, the range is given from its last element to the one before its first.
        let (from, to) = match step {
            1.. => (counted(from[place]).clamp(0, length), counted(to[place]).clamp(0, length)),
            0 => return Err("a step of 0".to_owned()),
            _ => (counted(to[place]).clamp(-1, length - 1) + 1, counted(from[place]).clamp(-1, length - 1) + 1),
        };
        ranges[axis] = Range { from: from as usize, to: to.max(from) as usize, step: step as isize };
    }
    if let Some(Value::Whole(whole)) = call.given(0) {
        let ([range], 1) = (&ranges[..], own.rank()) else {
            return Err("a list of whole numbers is needed".to_owned());
        };
        return Ok(vec![Value::Whole(Whole::list(range.indices().map(|index| whole.numbers[index]).collect()))]);
    }
    let x = call.x(0)?;
    one(call.put(Slice { ranges: ranges.into_iter().collect() }, &[x]))
}

pub(super) fn split<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let x = call.x(0)?;
    let axis = Call::<F>::axis(call.int("axis", 0), x.shape().rank())?;
    let (length, count) = (x.shape()[axis] as i64, call.node.output.len().max(1) as i64);
    // Equal parts; if they do not come out even, the last is smaller.
    let each = length.saturating_add(count - 1) / count;
    let equal: Vec<i64> = (0..count).map(|part| each.min(length - (each * part).min(length))).collect();
    let lengths = call.whole_or(1, &equal)?;
    if lengths.iter().any(|&part| part < 0)
        || lengths.iter().try_fold(0_i64, |sum, &part| sum.checked_add(part)) != Some(length)
    {
        return Err(format!("the parts {lengths:?} do not make up an axis of length {length}"));
    }
    let mut from = 0;
    let part = |&part: &i64| {
        let ends = |other: usize| match other == axis {
            true => Range { from, to: from + part as usize, step: 1 },
            false => Range { from: 0, to: x.shape()[other], step: 1 },
        };
        let ranges = (0..x.shape().rank()).map(ends).collect();
        from += part as usize;
        call.put(Slice { ranges }, &[x]).map(Value::Numbers)
    };
    lengths.iter().map(part).collect()
}

/// Rows by their numbers, which may be counted from behind if they are known.
pub(super) fn gather<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let own = shape_of(call)?;
    let axis = Call::<F>::axis(call.int("axis", 0), own.rank())?;
    let length = own[axis] as i64;
    let known = match call.given(1) {
        Some(Value::Whole(rows)) => {
            let row =
                |&row: &i64| Some(if row < 0 { row + length } else { row }).filter(|row| (0..length).contains(row));
            let numbers: Option<Vec<i64>> = rows.numbers.iter().map(row).collect();
            Some(Whole { shape: rows.shape, numbers: numbers.ok_or_else(|| format!("an index beyond {length}"))? })
        }
        _ => None,
    };
    if let (Some(Value::Whole(table)), Some(rows)) = (call.given(0), &known) {
        let numbers = rows.numbers.iter().map(|&row| table.numbers.get(row as usize).copied());
        let (1, Some(numbers)) = (own.rank(), numbers.collect()) else { return Err("a list is needed".to_owned()) };
        return Ok(vec![Value::Whole(Whole { shape: rows.shape, numbers })]);
    }
    let (mut x, rows) = (call.x(0)?, known.map_or_else(|| call.x(1), |known| Ok(known.on(call.tape)))?);
    // The axis comes first, and back to its place.
    let mut order: Vec<usize> = (0..own.rank()).collect();
    order.remove(axis);
    order.insert(0, axis);
    if axis > 0 {
        x = transposed(call, x, &order)?;
    }
    let (inner, outer) = (rows.shape(), x.shape());
    let list = reshaped(call, rows, [inner.size()].into())?;
    let found = call.put_labelled(GatherRows {}, &[x, list])?;
    let lengths: Vec<i64> = inner.iter().chain(&outer[1..]).map(|&length| length as i64).collect();
    let shape = whole::shape(&lengths)?;
    let y = reshaped(call, found, shape)?;
    if axis == 0 {
        return one(Ok(y));
    }
    let (count, rank) = (inner.rank(), shape.rank());
    let order: Vec<usize> = (count..count + axis).chain(0..count).chain(count + axis..rank).collect();
    one(transposed(call, y, &order))
}

/// Rows by their numbers `[n, 1]`.
pub(super) fn gather_nd<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let (x, rows) = (call.x(0)?, call.x(1)?);
    call.only("batch_dims", 0)?;
    let [count, 1] = rows.shape()[..] else { return Err(format!("indices (n, 1) are read, found {}", rows.shape())) };
    let rows = reshaped(call, rows, [count].into())?;
    one(call.put_labelled(GatherRows {}, &[x, rows]))
}

/// Rows that are added to an array, each to the row whose number `[n, 1]` it is given.
pub(super) fn scatter_nd<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let (x, rows, added) = (call.x(0)?, call.x(1)?, call.x(2)?);
    let [count, 1] = rows.shape()[..] else { return Err(format!("indices (n, 1) are read, found {}", rows.shape())) };
    if call.text("reduction").as_deref() != Some("add") {
        return Err("only reduction = add is read".to_owned());
    }
    let rows = reshaped(call, rows, [count].into())?;
    let length = x.shape().first().copied().ok_or("a single number has no rows")?;
    let sums = call.put_labelled(ScatterAddRows { rows: length }, &[added, rows])?;
    one(call.put_zip(crate::ops::arithmetic::Add, x, sums))
}

pub(super) fn cumsum<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    call.only("exclusive", 0)?;
    let x = call.x(0)?;
    let axis = call.whole(1)?.numbers.first().copied().ok_or("it has no axis")?;
    let (axis, from_end) = (Call::<F>::axis(axis, x.shape().rank())?, call.int("reverse", 0) != 0);
    one(call.put(CumSum { axis, from_end }, &[x]))
}

/// Zeros, or another number, around an array. A negative margin cuts off.
pub(super) fn pad<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    if !matches!(call.text("mode").as_deref(), None | Some("constant")) || call.given(3).is_some() {
        return Err("only constant margins of all axes are read".to_owned());
    }
    let (x, pads) = (call.x(0)?, call.whole(1)?.numbers.clone());
    let rank = x.shape().rank();
    if pads.len() != 2 * rank || pads.iter().any(|pad| pad.abs() > 1 << 20) {
        return Err(format!("{} margins of {rank} axes: {pads:?}", pads.len()));
    }
    let cut = |axis: usize| {
        let (from, after) = ((-pads[axis]).max(0) as usize, (-pads[rank + axis]).max(0) as usize);
        let length = x.shape()[axis];
        let fits = from + after <= length;
        fits.then(|| Range { from, to: length - after, step: 1 }).ok_or("margins that cut off more than there is")
    };
    let ranges = (0..rank).map(cut).collect::<Result<_, _>>()?;
    let x = if pads.iter().any(|&pad| pad < 0) { call.put(Slice { ranges }, &[x])? } else { x };
    let margin = |axis: usize| {
        let [before, after] = [pads[axis], pads[rank + axis]].map(|pad| pad.max(0) as usize);
        Margins { before, after, step: 1 }
    };
    let pad = Pad { margins: (0..rank).map(margin).collect() };
    let padded = call.put(pad.clone(), &[x])?;
    let fill = if call.given(2).is_some() { call.number(2)?.ok_or("its margins depend on the inputs")? } else { 0.0 };
    if fill == 0.0 {
        return one(Ok(padded));
    }
    call.charge(x.shape())?;
    let (ones, fill) = (call.tape.full(x.shape(), 1.0), call.tape.constant(fill));
    let is_inside = call.put(pad, &[ones])?;
    let fill = call.put(BroadcastTo(padded.shape()), &[fill])?;
    one(call.put(Where, &[is_inside, padded, fill]))
}

/// What is on and below a diagonal, or above.
pub(super) fn trilu<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let (own, upper, k) = (shape_of(call)?, call.int("upper", 1) != 0, call.whole_or(1, &[0])?);
    let ([.., rows, columns], Some(&k)) = (&own[..], k.first()) else {
        return Err(format!("a matrix is needed, found {own}"));
    };
    let stays = |place: usize| {
        let (row, column) = ((place / columns % rows) as i64, (place % columns) as i64);
        let diagonal = row.saturating_add(k);
        if upper { column >= diagonal } else { column <= diagonal }
    };
    if let Some(Value::Whole(whole)) = call.given(0) {
        let numbers = whole.numbers.iter().enumerate().map(|(place, &x)| if stays(place) { x } else { 0 });
        return Ok(vec![Value::Whole(Whole { shape: own, numbers: numbers.collect() })]);
    }
    let x = call.x(0)?;
    call.charge(own)?;
    let mask = Whole { shape: own, numbers: (0..own.size()).map(|place| stays(place).into()).collect() }.on(call.tape);
    let zero = call.tape.constant(0.0);
    one(call.put(Where, &[mask, x, zero]))
}
