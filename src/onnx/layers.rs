//! Operators that are layers: products of matrices, windows over images, norms.

use super::call::{Call, Made, one};
use super::shapes::{reshaped, transposed};
use crate::kernel::windows::Windows;
use crate::ops::arithmetic::{Add, Div, Mul, Sub};
use crate::ops::conv2d::{Conv, Conv2d};
use crate::ops::functions::Sqrt;
use crate::ops::matmul::MatMul;
use crate::ops::pool2d::{AvgPool2d, MaxPool2d};
use crate::ops::slice::{Margins, Pad};
use crate::ops::standardize::Standardize;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::Var;

pub(super) fn matmul<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let (a, b) = (call.x(0)?, call.x(1)?);
    one(call.put(MatMul::NN, &[a, b]))
}

/// α A B + β C, where A and B may be transposed.
pub(super) fn gemm<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let (mut a, b) = (call.x(0)?, call.x(1)?);
    let [of_a, of_b] = ["transA", "transB"].map(|name| call.int(name, 0) != 0);
    if of_a && of_b {
        a = transposed(call, a, &[1, 0])?;
    }
    let kind = match (of_a, of_b) {
        (_, true) => MatMul::NT,
        (true, false) => MatMul::TN,
        (false, false) => MatMul::NN,
    };
    let product = call.put(kind, &[a, b])?;
    let mut y = times(call, product, "alpha")?;
    if call.given(2).is_some() {
        let c = call.x(2)?;
        let c = times(call, c, "beta")?;
        y = call.put_zip(Add, y, c)?;
    }
    one(Ok(y))
}

fn times<'t, F: Scalar>(call: &mut Call<'_, 't, F>, x: Var<'t, F>, factor: &str) -> Result<Var<'t, F>, String> {
    match call.float(factor, 1.0) {
        1.0 => Ok(x),
        factor => {
            let factor = call.tape.constant(factor);
            call.put_zip(Mul, x, factor)
        }
    }
}

/// Two lengths of an attribute, for the height and for the width.
fn pair<F: Scalar>(call: &Call<F>, name: &str, otherwise: usize) -> Result<[usize; 2], String> {
    let Some(found) = call.ints(name) else { return Ok([otherwise; 2]) };
    let lengths = found.iter().map(|&length| usize::try_from(length).ok().filter(|&length| length < 1 << 20));
    match lengths.collect::<Option<Vec<_>>>().as_deref() {
        Some(&[height, width]) => Ok([height, width]),
        _ => Err(format!(
            "{name} = {found:?}; only images are read, with one number for the height and one for the width"
        )),
    }
}

/// `[before, after]` of the height and of the width.
fn margins<F: Scalar>(call: &Call<F>) -> Result<[[usize; 2]; 2], String> {
    match call.text("auto_pad").as_deref() {
        None | Some("" | "NOTSET" | "VALID") => {}
        Some(other) => return Err(format!("auto_pad = {other}; export the model with numbers for its margins (pads)")),
    }
    let length = |x: i64| usize::try_from(x).ok().filter(|&x| x < 1 << 20).ok_or_else(|| format!("a margin of {x}"));
    match call.ints("pads") {
        None => Ok([[0, 0]; 2]),
        Some(&[top, left, bottom, right]) => Ok([[length(top)?, length(bottom)?], [length(left)?, length(right)?]]),
        Some(found) => Err(format!("pads = {found:?}; only images are read, with four margins")),
    }
}

/// Images with zeros around them.
fn padded<'t, F: Scalar>(
    call: &mut Call<'_, 't, F>,
    x: Var<'t, F>,
    around: [[usize; 2]; 2],
) -> Result<Var<'t, F>, String> {
    let margins = [[0, 0], [0, 0], around[0], around[1]];
    let margins = margins.into_iter().map(|[before, after]| Margins { before, after, step: 1 }).collect();
    call.put(Pad { margins }, &[x])
}

pub(super) fn conv<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let [stride, dilation] = [pair(call, "strides", 1)?, pair(call, "dilations", 1)?];
    let groups = usize::try_from(call.int("group", 1)).map_err(|_| "a negative number of groups".to_owned())?;
    let mut operands = vec![call.x(0)?, call.x(1)?];
    let bias = call.given(2).is_some();
    if bias {
        operands.push(call.x(2)?);
    }
    let mut around = margins(call)?;
    if around.iter().any(|[before, after]| before != after) {
        operands[0] = padded(call, operands[0], std::mem::take(&mut around))?;
    }
    let conv = Conv::new().stride(stride).padding(around.map(|[before, _]| before)).dilation(dilation).groups(groups);
    one(call.put(Conv2d { conv, bias }, &operands))
}

/// The windows over these images. They have one margin for both sides; another one behind is the same if no window more fits, or fewer.
fn windows<F: Scalar>(call: &Call<F>, x: Shape) -> Result<Windows, String> {
    call.only("ceil_mode", 0)?;
    let [kernel, stride, dilation] =
        [pair(call, "kernel_shape", 1)?, pair(call, "strides", 1)?, pair(call, "dilations", 1)?];
    let around = margins(call)?;
    let is_same = |axis: usize| {
        let [before, after] = around[axis];
        let reach = kernel[axis].saturating_sub(1) * dilation[axis] + 1;
        let last = |after: usize| {
            let room = (x.get(axis + 2)? + before + after).checked_sub(reach)?;
            room.checked_div(stride[axis])
        };
        before == after || last(before) == last(after)
    };
    if !is_same(0) || !is_same(1) {
        return Err(format!("its margins {around:?} are not the same on both sides"));
    }
    let padding = around.map(|[before, _]| before);
    Ok(Windows::new(kernel).stride(stride).padding(padding).dilation(dilation))
}

pub(super) fn max_pool<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    if call.node.output.len() > 1 {
        return Err("its second output, the places of the largest, is not read".to_owned());
    }
    let x = call.x(0)?;
    let windows = windows(call, x.shape())?;
    one(call.put(MaxPool2d { windows }, &[x]))
}

pub(super) fn average_pool<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let x = call.x(0)?;
    let windows = windows(call, x.shape())?;
    if windows.padding != [0, 0] && call.int("count_include_pad", 0) == 0 {
        return Err("count_include_pad = 0 with margins, and only means that count them are read".to_owned());
    }
    one(call.put(AvgPool2d { windows }, &[x]))
}

/// (x - mean) / √(variance + ε), times a scale, plus a shift; each a number for every channel.
pub(super) fn batch_norm<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    call.only("training_mode", 0)?;
    let (x, epsilon) = (call.x(0)?, call.tape.constant(call.float("epsilon", 1e-5)));
    let mut each = [call.x(1)?, call.x(2)?, call.x(3)?, call.x(4)?];
    let channels = x.shape().get(1).copied().ok_or("it needs an axis of channels")?;
    let along = Shape::new(&vec![1; x.shape().rank()]).with_axis(1, channels);
    for of_channel in &mut each {
        *of_channel = reshaped(call, *of_channel, along)?;
    }
    let [scale, shift, mean, variance] = each;
    let centred = call.put_zip(Sub, x, mean)?;
    let variance = call.put_zip(Add, variance, epsilon)?;
    let spread = call.put_map(Sqrt, variance)?;
    let y = call.put_zip(Div, centred, spread)?;
    let y = call.put_zip(Mul, y, scale)?;
    one(call.put_zip(Add, y, shift))
}

pub(super) fn layer_norm<'t, F: Scalar>(call: &mut Call<'_, 't, F>) -> Made<'t, F> {
    let (x, scale, epsilon) = (call.x(0)?, call.x(1)?, call.float("epsilon", 1e-5));
    let axis = Call::<F>::axis(call.int("axis", -1), x.shape().rank())?;
    if axis + 1 != x.shape().rank() {
        return Err(format!("axis = {axis}, and only the last one is read"));
    }
    let y = call.put(Standardize { epsilon }, &[x])?;
    let y = call.put_zip(Mul, y, scale)?;
    match call.given(2).is_some() {
        true => {
            let shift = call.x(2)?;
            one(call.put_zip(Add, y, shift))
        }
        false => one(Ok(y)),
    }
}
