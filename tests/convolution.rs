//! Convolutions and poolings with all their options, against their definitions, number by number.

use gradus::prelude::*;
use gradus::{Conv, Windows};
use ndarray::{ArrayD, IxDyn};
use rand::RngExt;

fn draw<F: Scalar>(shape: &[usize], seed: u64) -> ArrayD<F> {
    let mut rng = seeded(seed);
    ArrayD::from_shape_simple_fn(shape, || F::from_f64(rng.random_range(-1.0..1.0)))
}

/// The pixel that an offset in the window at a place looks at, if it lies inside.
fn pixel(windows: Windows, place: [usize; 2], offset: [usize; 2], image: [usize; 2]) -> Option<[usize; 2]> {
    let along = |axis: usize| {
        let at = place[axis] * windows.stride[axis] + offset[axis] * windows.dilation[axis];
        at.checked_sub(windows.padding[axis]).filter(|&at| at < image[axis])
    };
    Some([along(0)?, along(1)?])
}

fn places(windows: Windows, image: [usize; 2]) -> [usize; 2] {
    [0, 1].map(|axis| {
        let reach = (windows.kernel[axis] - 1) * windows.dilation[axis] + 1;
        (image[axis] + 2 * windows.padding[axis] - reach) / windows.stride[axis] + 1
    })
}

/// Calls `visit` with the indices of pixel, weight and result for each product of a convolution.
fn each_product(x: &[usize], w: &[usize], conv: Conv, mut visit: impl FnMut([usize; 4], [usize; 4], [usize; 4])) {
    let windows = windows_of(w, conv);
    let [down, across] = places(windows, [x[2], x[3]]);
    for (n, o, c, dy, dx) in ndarray::indices([x[0], w[0], w[1], w[2], w[3]]) {
        for (top, left) in ndarray::indices([down, across]) {
            if let Some([y, column]) = pixel(windows, [top, left], [dy, dx], [x[2], x[3]]) {
                let channel = o / (w[0] / conv.groups) * w[1] + c;
                visit([n, channel, y, column], [o, c, dy, dx], [n, o, top, left]);
            }
        }
    }
}

fn windows_of(w: &[usize], conv: Conv) -> Windows {
    Windows::new([w[2], w[3]]).stride(conv.stride).padding(conv.padding).dilation(conv.dilation)
}

/// Images, weights and options: all options alone and together, windows of one pixel, as large as the image, and with gaps; images in several blocks.
fn cases() -> Vec<([usize; 4], [usize; 4], Conv)> {
    let conv = Conv::new();
    vec![
        ([2, 3, 5, 6], [4, 3, 3, 3], conv.padding(1)),
        ([2, 3, 5, 6], [4, 3, 3, 2], conv),
        ([1, 2, 7, 4], [3, 2, 1, 1], conv),
        ([3, 2, 4, 5], [2, 2, 4, 5], conv),
        ([2, 2, 7, 8], [3, 2, 3, 3], conv.stride([2, 3]).padding([0, 2])),
        ([2, 2, 9, 9], [3, 2, 3, 2], conv.dilation([2, 3]).padding(2)),
        ([2, 6, 5, 5], [4, 3, 3, 3], conv.groups(2).padding(1)),
        ([2, 4, 6, 5], [8, 1, 3, 3], conv.groups(4).stride(2).dilation([1, 2]).padding([1, 2])),
        ([1, 1, 3, 3], [2, 1, 3, 3], conv.padding(3)),
        ([1, 40, 9, 30], [2, 40, 5, 5], conv.padding(2)),
        ([0, 2, 4, 4], [3, 2, 3, 3], conv),
    ]
}

fn compare<F: Scalar>(tolerance: f64) {
    for (x_shape, w_shape, conv) in cases() {
        let tape = Tape::<F>::new();
        let (x, w) = (tape.var(draw(&x_shape, 1)), tape.var(draw(&w_shape, 2)));
        let bias = tape.var(draw(&[w_shape[0]], 3));
        let y = x.conv2d_with(w, bias, conv);
        let g = tape.input(draw(&y.shape(), 4));
        let gradients = y.backward_with(g);
        let [mut want_y, mut want_x, mut want_w] = [&y.shape()[..], &x_shape, &w_shape].map(ArrayD::<f64>::zeros);
        let [x_value, w_value, g_value] = [x, w, g].map(|var| var.value().mapv(|x| x.to_f64()));
        each_product(&x_shape, &w_shape, conv, |pixel, weight, place| {
            want_y[place] += x_value[pixel] * w_value[weight];
            want_x[pixel] += g_value[place] * w_value[weight];
            want_w[weight] += g_value[place] * x_value[pixel];
        });
        let bias = bias.value().mapv(|b| b.to_f64());
        for (place, y) in want_y.indexed_iter_mut() {
            *y += bias[[place[1]]];
        }
        near(&y.value(), &want_y, tolerance, conv);
        near(&gradients.wrt(x).value(), &want_x, tolerance, conv);
        near(&gradients.wrt(w).value(), &want_w, tolerance, conv);
        let unbiased = x.conv2d_with(w, None, conv).value();
        near(
            &(y - tape.input(&unbiased)).value(),
            &ArrayD::from_shape_fn(IxDyn(&y.shape()), |at| bias[[at[1]]]),
            tolerance,
            conv,
        );
    }
}

fn near<F: Scalar>(found: &ArrayD<F>, want: &ArrayD<f64>, tolerance: f64, of: impl std::fmt::Debug) {
    assert_eq!(found.shape(), want.shape());
    for (found, want) in found.iter().zip(want) {
        assert!((found.to_f64() - want).abs() <= tolerance * (1.0 + want.abs()), "{of:?}: {found} against {want}");
    }
}

#[test]
fn a_convolution_and_its_gradients_are_what_the_definition_says() {
    compare::<f64>(1e-12);
    compare::<f32>(1e-4);
}

#[test]
fn a_pooling_is_what_the_definition_says() {
    let windows = [
        Windows::new(2),
        Windows::new([3, 2]).stride(1),
        Windows::new(3).stride([2, 1]).padding(1),
        Windows::new(2).stride(3).padding([1, 0]),
        Windows::new([2, 3]).stride(2).dilation(2).padding(1),
    ];
    let x_value: ArrayD<f64> = draw(&[2, 3, 8, 7], 1);
    for windows in windows {
        let [down, across] = places(windows, [8, 7]);
        let area = (windows.kernel[0] * windows.kernel[1]) as f64;
        let tape = Tape::<f64>::new();
        let x = tape.var(&x_value);
        let (max, mean) = (x.max_pool2d_with(windows), x.avg_pool2d_with(windows));
        let g: ArrayD<f64> = draw(&[2, 3, down, across], 2);
        let mut want: [ArrayD<f64>; 4] = [&g, &g, &x_value, &x_value].map(|like| ArrayD::zeros(like.shape()));
        for (n, c, top, left) in ndarray::indices([2, 3, down, across]) {
            let offsets = ndarray::indices(windows.kernel).into_iter();
            let pixels = offsets.filter_map(|(dy, dx)| pixel(windows, [top, left], [dy, dx], [8, 7]));
            let pixels: Vec<[usize; 4]> = pixels.map(|[y, x]| [n, c, y, x]).collect();
            let largest = *pixels.iter().max_by(|&&a, &&b| x_value[a].total_cmp(&x_value[b])).unwrap();
            let place = [n, c, top, left];
            want[0][place] = x_value[largest];
            want[1][place] = pixels.iter().map(|&pixel| x_value[pixel]).sum::<f64>() / area;
            want[2][largest] += g[place];
            pixels.iter().for_each(|&pixel| want[3][pixel] += g[place] / area);
        }
        let back = |y: Var<f64>| y.backward_with(tape.input(&g)).wrt(x).value();
        for (found, want) in [max.value(), mean.value(), back(max), back(mean)].iter().zip(&want) {
            near(found, want, 1e-12, windows);
        }
    }
}

#[test]
fn padding_is_never_the_largest() {
    let tape = Tape::<f64>::new();
    let x = tape.full([1, 1, 2, 2], -5.0);
    assert_eq!(x.max_pool2d_with(Windows::new(2).padding(1)).value(), ArrayD::from_elem(vec![1, 1, 2, 2], -5.0));
}

#[test]
fn a_pixel_that_is_not_a_number_reaches_the_pooled_number_and_its_gradient() {
    let tape = Tape::<f64>::new();
    let x = tape.var([[1.0, f64::NAN], [2.0, 3.0]]);
    let y = x.reshape([1, 1, 2, 2]).max_pool2d(2, 2);
    assert!(y.value().iter().all(|y| y.is_nan()));
    assert!(y.sum().backward().wrt(x).value().iter().all(|dx| dx.is_nan()));
}

#[test]
fn convolutions_and_poolings_have_the_same_bits_on_any_number_of_threads() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let tape = Tape::<f32>::new();
            let (x, w) = (tape.var(draw(&[9, 6, 40, 40], 1)), tape.var(draw(&[16, 3, 3, 3], 2)));
            let y = x.conv2d_with(w, None, Conv::new().padding(1).groups(2));
            let y = y.max_pool2d_with(Windows::new(3).stride(2).padding(1)).avg_pool2d(2, 1);
            let gradients = (y * y).sum().backward();
            [y.value(), gradients.wrt(x).value(), gradients.wrt(w).value()]
        })
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(5));
}

#[test]
fn options_that_do_not_fit_are_refused_and_said() {
    let said = |run: &dyn Fn(&Tape<f64>)| {
        let tape = Tape::new();
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&tape))).expect_err("refused");
        panic.downcast_ref::<String>().expect("a message").clone()
    };
    let conv = |filters: &'static [usize], conv: Conv| {
        said(&|tape| _ = tape.full([1, 4, 5, 5], 1.0).conv2d_with(tape.full(filters, 1.0), None, conv))
    };
    let new = Conv::new();
    for (message, expected) in [
        (conv(&[2, 2, 3, 3], new), "the images have 4 channels, the weights are for 2"),
        (conv(&[2, 4, 3, 3], new.groups(2)), "the images have 4 channels in 2 groups, the weights are for 4"),
        (conv(&[3, 2, 3, 3], new.groups(2)), "4 channels and 3 filters cannot be divided into 2 groups"),
        (conv(&[2, 4, 3, 3], new.groups(0)), "cannot be divided into 0 groups"),
        (conv(&[2, 4, 3, 3], new.stride([1, 0])), "move by at least one"),
        (conv(&[2, 4, 3, 3], new.dilation([0, 1])), "at least 1 apart"),
        (conv(&[2, 4, 3, 3], new.dilation(3)), "window 3x3 stride 1 padding 0 dilation 3 is larger than the image"),
        (
            said(&|tape| _ = tape.full([1, 4, 5, 5], 1.0).max_pool2d_with(Windows::new(2).padding([0, 2]))),
            "padding of more than half a window leaves windows without a pixel",
        ),
        (
            said(&|tape| {
                let (g, w) = (tape.full([1, 2, 3, 3], 1.0), tape.full([2, 4, 3, 3], 1.0));
                let _ = g.conv_transpose2d([1, 4, 6, 6], w, new);
            }),
            "of images [1, 4, 6, 6] a convolution makes [1, 2, 4, 4], found [1, 2, 3, 3]",
        ),
    ] {
        assert!(message.contains(expected), "{message}");
    }
}
