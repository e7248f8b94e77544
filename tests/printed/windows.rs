//! What ops on the windows of images print, computed one number at a time.

use ndarray::{ArrayD, Axis, IxDyn};

/// The value of a text that is about windows; `None` if it is about something else. `of` evaluates a formula, `attributes` are the numbers in the op's
/// attributes, `shape` is that of the operand to which this flows, `x` what is compared in a maximum.
pub fn value(
    text: &str,
    of: impl Fn(&str) -> ArrayD<f64>,
    attributes: &[usize],
    shape: &[usize],
    x: Option<&ArrayD<f64>>,
) -> Option<ArrayD<f64>> {
    let mut y = ArrayD::zeros(shape);
    if let Some(windows) = between(text, "col2im(", ")") {
        let windows = of(windows);
        each_row(attributes, shape, |place, pixel| y[IxDyn(&pixel)] += windows[IxDyn(&place)]);
    } else if let Some(images) = between(text, "im2col(", ")") {
        let images = of(images);
        each_row(attributes, images.shape(), |place, pixel| y[IxDyn(&place)] = images[IxDyn(&pixel)]);
    } else if let Some((images, weights)) = two(text, "conv2d(") {
        let (images, weights) = (of(images), of(weights));
        each_product(attributes, images.shape(), weights.shape(), |pixel, weight, place| {
            y[place] += images[pixel] * weights[weight];
        });
    } else if let Some((g, weights)) = two(text, "conv_transpose2d(") {
        let (g, weights) = (of(g), of(weights));
        each_product(attributes, shape, weights.shape(), |pixel, weight, place| y[pixel] += g[place] * weights[weight]);
    } else if let Some((images, g)) = two(text, "conv2d_weight(") {
        let (images, g) = (of(images), of(g));
        each_product(attributes, images.shape(), shape, |pixel, weight, place| y[weight] += images[pixel] * g[place]);
    } else if let Some(g) = between(text, "the sum of ", " over images and places") {
        y = of(g).sum_axis(Axis(3)).sum_axis(Axis(2)).sum_axis(Axis(0));
    } else if let Some(g) = between(text, "", " shared among the largest pixels of its window") {
        let g = of(g);
        each_window(attributes, shape, |place, pixels| {
            let largest = largest(x.expect("x"), pixels);
            largest.iter().for_each(|&pixel| y[pixel] += g[place] / largest.len() as f64);
        });
    } else if let Some(h) = between(text, "the mean of ", " over the largest pixels of each window") {
        let h = of(h);
        each_window(attributes, h.shape(), |place, pixels| {
            let largest = largest(x.expect("x"), pixels);
            y[place] = largest.iter().map(|&pixel| h[pixel]).sum::<f64>() / largest.len() as f64;
        });
    } else if let Some(g) = between(text, "the sum of ", " over the windows that see the pixel") {
        let g = of(g);
        each_window(attributes, shape, |place, pixels| pixels.iter().for_each(|&pixel| y[pixel] += g[place]));
    } else if let Some(h) = between(text, "the mean of ", " over each window") {
        let (h, area) = (of(h), (attributes[0] * attributes[1]) as f64);
        each_window(attributes, h.shape(), |place, pixels| {
            y[place] = pixels.iter().map(|&pixel| h[pixel]).sum::<f64>() / area;
        });
    } else {
        return None;
    }
    Some(y)
}

type At = [usize; 4];

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.strip_prefix(before).and_then(|text| text.strip_suffix(after))
}

/// Both arguments of a function.
fn two<'a>(text: &'a str, function: &str) -> Option<(&'a str, &'a str)> {
    between(text, function, ")")?.split_once(", ")
}

fn largest(x: &ArrayD<f64>, pixels: &[At]) -> Vec<At> {
    let max = pixels.iter().map(|&pixel| x[pixel]).fold(f64::NEG_INFINITY, f64::max);
    pixels.iter().copied().filter(|&pixel| x[pixel] == max).collect()
}

/// The places of a window along an axis, each with the pixels there: (place, offset, pixel) without those outside of the image.
fn along(length: usize, kernel: usize, stride: usize, padding: usize) -> Vec<(usize, usize, usize)> {
    let places = (length + 2 * padding - kernel) / stride + 1;
    let all = (0..places).flat_map(|place| (0..kernel).map(move |offset| (place, offset, place * stride + offset)));
    let inside = all.filter(|(_, _, at)| (padding..padding + length).contains(at));
    inside.map(|(place, offset, at)| (place, offset, at - padding)).collect()
}

/// Visits all pixels of every window as a whole. The attributes are its height and width, the stride and the padding.
fn each_window(attributes: &[usize], images: &[usize], mut visit: impl FnMut(At, &[At])) {
    let &[height, width, stride, padding, ..] = attributes else { panic!("windows, not {attributes:?}") };
    let (rows, columns) = (along(images[2], height, stride, padding), along(images[3], width, stride, padding));
    let last = |line: &[(usize, usize, usize)]| line.last().map_or(0, |last| last.0 + 1);
    for at in ndarray::indices([images[0], images[1], last(&rows), last(&columns)]) {
        let (n, channel, top, left) = at;
        let mut pixels = Vec::new();
        for &(_, _, y) in rows.iter().filter(|row| row.0 == top) {
            pixels.extend(columns.iter().filter(|column| column.0 == left).map(|&(_, _, x)| [n, channel, y, x]));
        }
        visit([n, channel, top, left], &pixels);
    }
}

/// Visits every product of a convolution with one group: the pixel, the weight, and the place to which it is added. The attributes are stride and padding.
fn each_product(attributes: &[usize], images: &[usize], weights: &[usize], mut visit: impl FnMut(At, At, At)) {
    let &[stride, padding, ..] = attributes else { panic!("a convolution, not {attributes:?}") };
    let rows = along(images[2], weights[2], stride, padding);
    let columns = along(images[3], weights[3], stride, padding);
    for (n, filter, channel) in ndarray::indices([images[0], weights[0], weights[1]]) {
        for &(top, dy, y) in &rows {
            for &(left, dx, x) in &columns {
                visit([n, channel, y, x], [filter, channel, dy, dx], [n, filter, top, left]);
            }
        }
    }
}

/// Visits every pixel of every window, with its place in a matrix that has a row for each window.
fn each_row(attributes: &[usize], images: &[usize], mut visit: impl FnMut([usize; 2], At)) {
    let &[height, width, stride, 0, ..] = attributes else { panic!("windows without padding, not {attributes:?}") };
    let mut row = 0;
    for n in 0..images[0] {
        for top in (0..=images[2] - height).step_by(stride) {
            for left in (0..=images[3] - width).step_by(stride) {
                for column in 0..images[1] * height * width {
                    let (channel, dy, dx) = (column / (height * width), column / width % height, column % width);
                    visit([row, column], [n, channel, top + dy, left + dx]);
                }
                row += 1;
            }
        }
    }
}
