//! What there is to see: which pixels a number is made of, the kernels, the maps of a digit, and the digits that the net misreads.

use super::net::{KERNEL, KERNELS, outputs};
use frame::Origin::Theory;
use frame::{Images, Result, Run, Shades};
use gradus::data::{Digits, SIDE};
use gradus::nn::{Parameters, Predict, Sequential, argmax};
use gradus::prelude::*;
use ndarray::{ArrayD, ArrayView2, Axis, Ix2};

/// The number of digits that the receptive fields are measured on.
const MANY: usize = 500;

/// How strongly each pixel moves a number in the middle of each layer: the size of the gradient, the mean over many digits.
pub fn fields(run: &mut Run, net: &Sequential, test: &Digits) -> Result {
    run.heading("What a number sees");
    run.say("                  its map   computed   measured   step between neighbours");
    let (tape, images) = (Tape::new(), test.first(MANY).images::<f32>());
    let pixels = tape.var(&images);
    let mut grid = Images::new(4);
    let (mut field, mut step, mut measured) = (1, 1, 0);
    let layers = [("convolution 1", KERNEL, 1), ("pooling 1", 2, 2), ("convolution 2", KERNEL, 1), ("pooling 2", 2, 2)];
    for ((name, kernel, stride), y) in layers.into_iter().zip(outputs(net, pixels)) {
        // A window of k places that lie a step apart is k - 1 steps longer than what one of them sees.
        field += (kernel - 1) * step;
        step *= stride;
        let side = y.shape()[2];
        let middle = side / 2;
        // ANCHOR: field
        let there = [(0, MANY), (0, y.shape()[1]), (middle, middle + 1), (middle, middle + 1)];
        let moved_by = y.slice(&there).sum().backward().wrt(pixels).value().mapv(f32::abs).sum_axis(Axis(0));
        // ANCHOR_END: field
        let picture = moved_by.into_shape_with_order((SIDE, SIDE)).expect("an image");
        measured = seen(picture.view());
        let [map, computed, seen] = [side, field, measured].map(|side| format!("{side} x {side}"));
        run.say(format!("  {name:13}   {map:>7}   {computed:>8}   {seen:>8}   {step:>4}"));
        grid = grid.image(name, picture.view());
    }
    run.result("sees", measured);
    run.compare(
        "a number of the last map sees, across",
        measured as f64,
        Theory,
        "1 + 4 + 1 + 2·4 + 2·1 = 16",
        16.0,
        16.0,
    );
    run.plot("fields", &grid)
}

/// The side of the smallest square around everything that is not 0.
fn seen(picture: ArrayView2<f32>) -> usize {
    let length = |lines: Vec<bool>| {
        let first = lines.iter().position(|&line| line);
        first.map_or(0, |first| lines.len() - first - lines.iter().rev().take_while(|&&line| !line).count())
    };
    let lines = |axis| picture.axis_iter(Axis(axis)).map(|line| line.iter().any(|&x| x != 0.0)).collect();
    length(lines(0)).max(length(lines(1)))
}

/// The kernels of the first layer, each above what it makes of a digit; and the maps of that digit, layer by layer.
pub fn kernels_and_maps(run: &mut Run, net: &Sequential, test: &Digits) -> Result {
    const ACROSS: usize = 6;
    let tape = Tape::new();
    let outputs = outputs(net, tape.input(test.first(1).images::<f32>()));
    let [conv1, pool1, _, pool2] = outputs.map(|y| y.value());
    let kernels = net.params()[0].value();
    let plane = |array: &ArrayD<f32>, [outer, inner]: [usize; 2]| {
        array
            .index_axis(Axis(0), outer)
            .index_axis(Axis(0), inner)
            .into_dimensionality::<Ix2>()
            .map(|plane| plane.to_owned())
            .expect("a plane")
    };
    let mut grid = Images::new(ACROSS).shades(Shades::Signed);
    for first in (0..KERNELS[0]).step_by(ACROSS) {
        for kernel in first..first + ACROSS {
            grid = grid.image(&format!("kernel {}", kernel + 1), plane(&kernels, [kernel, 0]).view());
        }
        for kernel in first..first + ACROSS {
            grid = grid.image(&format!("its map of a {}", test.label(0)), plane(&conv1, [0, kernel]).view());
        }
    }
    run.plot("kernels", &grid)?;
    let mut grid = Images::new(ACROSS);
    for (maps, layer) in [(pool1, 1), (pool2, 2)] {
        for map in 0..ACROSS {
            grid = grid.image(&format!("layer {layer}, map {}", map + 1), plane(&maps, [0, map]).view());
        }
    }
    run.plot("maps", &grid)
}

/// The digits that the net misreads, those first of which it is surest.
pub fn mistakes(run: &mut Run, net: &Sequential, test: &Digits) -> Result {
    const SHOWN: usize = 18;
    run.heading("What it misreads");
    let mut wrong: Vec<(f32, usize, usize)> = Vec::new();
    for (index, scores) in net.predict(&test.images()).outer_iter().enumerate() {
        let answer = argmax(scores.iter().copied());
        // The softmax of the largest score: 1 / Σ e^(score - largest).
        let sure = 1.0 / scores.mapv(|score| (score - scores[answer]).exp()).sum();
        if answer != usize::from(test.label(index)) {
            wrong.push((sure, index, answer));
        }
    }
    wrong.sort_by(|a, b| b.0.total_cmp(&a.0));
    run.say(format!("  {} of {} digits are misread. Those of which the net is surest:", wrong.len(), test.len()));
    for &(sure, index, answer) in wrong.iter().take(3) {
        run.say(format!("  digit {index:>4}, a {}, read as {answer}: {:.1}%", test.label(index), 100.0 * sure));
    }
    let mut gallery = Images::new(6);
    for &(_, index, answer) in wrong.iter().take(SHOWN) {
        let label = test.label(index);
        gallery = gallery.image(&format!("{label} read as {answer}"), test.image::<f32>(index).view());
    }
    run.result("misread", wrong.len());
    run.plot("mistakes", &gallery)
}
