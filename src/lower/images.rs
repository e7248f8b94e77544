//! Ops on images: convolutions are the language's own; pooling and windows as rows are written pixel by pixel of the window, so that ties are shared as ours are.

use super::rows;
use crate::kernel::windows::Windows;
use crate::lines::{Compare, Convolve, Element, Order, Pair, Pool, Value};
use crate::ops::conv2d::{Conv, Conv2d, Conv2dWeight, ConvTranspose2d};
use crate::ops::im2col::{Col2Im, Im2Col};
use crate::ops::pool2d::{AvgPool2d, AvgPool2dBack, MaxPool2d, MaxPool2dBack, MaxPool2dPick};
use crate::shape::Shape;
use std::any::Any;

pub(super) fn lowered<'b>(op: &dyn Any, x: &[Value<'b>], shape: Shape) -> Option<Value<'b>> {
    rows! { op;
        Conv2d: op => convolved(x, op.conv, shape);
        ConvTranspose2d: op => to_images(x[0], x[1], op.conv, shape);
        Conv2dWeight: op => to_weights(x[0], x[1], op.conv, shape);
        MaxPool2d: op => pooled(Pool::Largest, x[0], &op.windows, shape);
        MaxPool2dBack: op => max_back(x[0], x[1], &op.windows);
        MaxPool2dPick: op => max_pick(x[0], x[1], &op.windows, shape);
        AvgPool2d: op => over_area(pooled(Pool::Sum, x[0], &op.windows, shape), &op.windows);
        AvgPool2dBack: op => {
            let share = over_area(x[0], &op.windows);
            spread(&vec![share; op.windows.area()], &op.windows, shape)
        };
        Im2Col: op => to_rows(&seen(x[0], &op.windows, 0.0), shape);
        Col2Im: op => spread(&from_rows(x[0], &op.windows, shape), &op.windows, shape);
    }
    None
}

/// How far a filter or a window reaches: `[height, width]`.
fn reach(length: [usize; 2], dilation: [usize; 2]) -> [isize; 2] {
    std::array::from_fn(|axis| ((length[axis] - 1) * dilation[axis] + 1) as isize)
}

fn convolved<'b>(x: &[Value<'b>], conv: Conv, shape: Shape) -> Value<'b> {
    let by = Convolve {
        order: Order::Usual,
        stride: conv.stride,
        pad: conv.padding.map(|padding| [padding as isize; 2]),
        dilation: [[1, 1], conv.dilation],
        groups: [1, conv.groups],
    };
    let y = x[0].convolve(x[1], by, shape);
    match x.get(2) {
        Some(bias) => y.with(Pair::Add, bias.broadcast_along(&[1], shape)),
        None => y,
    }
}

/// The gradient with respect to the images: a convolution with the filters turned over, of what arrived with gaps as wide as the stride.
fn to_images<'b>(g: Value<'b>, w: Value<'b>, conv: Conv, images: Shape) -> Value<'b> {
    let (groups, [filters, channels, height, width]) = (conv.groups, [0, 1, 2, 3].map(|axis| w.shape[axis]));
    let turned = w.reverse(&[2, 3]);
    // Each group's filters are the channels of its own result.
    let grouped = match groups {
        1 => turned,
        _ => {
            let apart = turned.reshape(Shape::new(&[groups, filters / groups, channels, height, width]));
            let together = [filters / groups, groups * channels, height, width];
            apart.transpose(&[1, 0, 2, 3, 4]).reshape(together.into())
        }
    };
    let reach = reach([height, width], conv.dilation);
    let pad = std::array::from_fn(|axis| {
        let (length, places) = (images[axis + 2] as isize, g.shape[axis + 2] as isize);
        let before = reach[axis] - 1 - conv.padding[axis] as isize;
        let spread = (places - 1) * conv.stride[axis] as isize + 1;
        [before, length + reach[axis] - 1 - spread - before]
    });
    let order = Order::Filters;
    let by = Convolve { order, stride: [1, 1], pad, dilation: [conv.stride, conv.dilation], groups: [1, groups] };
    g.convolve(grouped, by, images)
}

/// The gradient with respect to the filters: a convolution in which images are the channels, and what arrived are the filters.
fn to_weights<'b>(x: Value<'b>, g: Value<'b>, conv: Conv, weights: Shape) -> Value<'b> {
    let pad = std::array::from_fn(|axis| {
        let (length, padding) = (x.shape[axis + 2] as isize, conv.padding[axis] as isize);
        let spread = (g.shape[axis + 2] as isize - 1) * conv.stride[axis] as isize + 1;
        let needed = (weights[axis + 2] as isize - 1) * conv.dilation[axis] as isize + spread;
        [padding, needed - length - padding]
    });
    let by = Convolve {
        order: Order::All,
        stride: conv.dilation,
        pad,
        dilation: [[1, 1], conv.stride],
        groups: [conv.groups, 1],
    };
    x.convolve(g, by, weights)
}

fn pooled<'b>(how: Pool, x: Value<'b>, windows: &Windows, shape: Shape) -> Value<'b> {
    let reach = reach(windows.kernel, windows.dilation);
    let along = |axis: usize| {
        let (padding, stride) = (windows.padding[axis], windows.stride[axis]);
        // Behind the last place nothing is read.
        let end = (shape[axis + 2] - 1) * stride + reach[axis] as usize;
        let after = end.saturating_sub(x.shape[axis + 2] + padding);
        [windows.kernel[axis], stride, windows.dilation[axis], padding, after]
    };
    x.pool(how, [[1, 1, 1, 0, 0], [1, 1, 1, 0, 0], along(0), along(1)], shape)
}

fn over_area<'b>(x: Value<'b>, windows: &Windows) -> Value<'b> {
    x.with(Pair::Divide, x.constant_like(windows.area() as f64))
}

/// What flows back to the pixels: shared among the largest of each window.
fn max_back<'b>(x: Value<'b>, g: Value<'b>, windows: &Windows) -> Value<'b> {
    let (largest, count) = largest(x, windows, g.shape);
    let share = g.with(Pair::Divide, count);
    let sent: Vec<Value> = largest.into_iter().map(|is_largest| share.with(Pair::Multiply, is_largest)).collect();
    spread(&sent, windows, x.shape)
}

/// The mean of h over the largest pixels of each window.
fn max_pick<'b>(x: Value<'b>, h: Value<'b>, windows: &Windows, shape: Shape) -> Value<'b> {
    let (largest, count) = largest(x, windows, shape);
    let seen = seen(h, windows, 0.0).into_iter().zip(largest).map(|(h, is_largest)| h.with(Pair::Multiply, is_largest));
    sum(seen.collect()).with(Pair::Divide, count)
}

/// For each pixel of the window, 1 where it is the largest of its window; and how many there are.
fn largest<'b>(x: Value<'b>, windows: &Windows, shape: Shape) -> (Vec<Value<'b>>, Value<'b>) {
    let y = pooled(Pool::Largest, x, windows, shape);
    // NaN outside the image: it equals nothing, not even a largest pixel of -infinity.
    let equal =
        seen(x, windows, f64::NAN).into_iter().map(|pixel| pixel.compare(Compare::Equal, y).convert(Element::Number));
    let equal: Vec<Value> = equal.collect();
    let count = sum(equal.clone());
    (equal, count)
}

fn sum(terms: Vec<Value>) -> Value {
    terms.into_iter().reduce(|sum, term| sum.with(Pair::Add, term)).expect("a window has a pixel")
}

/// The offsets of the pixels in a window, row by row.
fn offsets(windows: &Windows) -> impl Iterator<Item = [usize; 2]> {
    let [down, across] = windows.dilation;
    let [height, width] = windows.kernel;
    (0..height).flat_map(move |y| (0..width).map(move |x| [y * down, x * across]))
}

/// For each pixel of the window, what it sees at each place.
fn seen<'b>(x: Value<'b>, windows: &Windows, outside: f64) -> Vec<Value<'b>> {
    let [images, channels, ..] = x.shape[..] else { return Vec::new() };
    let [height, width] = windows.padding.map(|padding| [padding as isize, padding as isize, 0]);
    let around = if windows.padding == [0, 0] { x } else { x.pad(outside, &[[0; 3], [0; 3], height, width]) };
    let places = windows.places(x.shape).expect("images that the tape has seen");
    let along = |axis: usize, offset: usize| {
        let stride = windows.stride[axis];
        [offset, offset + (places[axis] - 1) * stride + 1, stride]
    };
    let part = |[down, across]: [usize; 2]| {
        around.slice(&[[0, images, 1], [0, channels, 1], along(0, down), along(1, across)])
    };
    offsets(windows).map(part).collect()
}

/// The opposite: what each pixel of the window sends from each place, added up at the pixels of the images.
fn spread<'b>(sent: &[Value<'b>], windows: &Windows, images: Shape) -> Value<'b> {
    let along = |axis: usize, offset: usize, places: usize| {
        let (before, gap) = (offset as isize - windows.padding[axis] as isize, windows.stride[axis] as isize - 1);
        let spread = (places as isize - 1) * (gap + 1) + 1;
        [before, images[axis + 2] as isize - spread - before, gap]
    };
    let back = |(sent, [down, across]): (&Value<'b>, [usize; 2])| {
        let [height, width] = [along(0, down, sent.shape[2]), along(1, across, sent.shape[3])];
        sent.pad(0.0, &[[0; 3], [0; 3], height, width])
    };
    sum(sent.iter().zip(offsets(windows)).map(back).collect())
}

/// What the pixels see, as rows `[window, (channel, pixel)]`.
fn to_rows<'b>(seen: &[Value<'b>], rows: Shape) -> Value<'b> {
    let [images, channels, down, across] = [0, 1, 2, 3].map(|axis| seen[0].shape[axis]);
    let with_axis = |value: &Value<'b>| value.reshape([images, channels, 1, down, across].into());
    let all = Value::concatenate(&seen.iter().map(with_axis).collect::<Vec<_>>(), 2);
    all.transpose(&[0, 3, 4, 1, 2]).reshape(rows)
}

/// The opposite: rows as what each pixel of the window sees at each place.
fn from_rows<'b>(rows: Value<'b>, windows: &Windows, images: Shape) -> Vec<Value<'b>> {
    let [down, across] = windows.places(images).expect("images that the tape has seen");
    let (batch, channels, area) = (images[0], images[1], windows.area());
    let all = rows.reshape([batch, down, across, channels, area].into()).transpose(&[0, 3, 4, 1, 2]);
    let pixel = |pixel: usize| {
        let part = all.slice(&[[0, batch, 1], [0, channels, 1], [pixel, pixel + 1, 1], [0, down, 1], [0, across, 1]]);
        part.reshape([batch, channels, down, across].into())
    };
    (0..area).map(pixel).collect()
}
