//! A convolution by hand: a kernel that finds edges, what it is as a layer, and the way back of it and of a pooling.

use frame::Origin::Theory;
use frame::{Images, Result, Run, Shades};
use gradus::check::Check;
use gradus::data::{Digits, PIXELS, SIDE};
use gradus::nn::Init;
use gradus::prelude::*;
use ndarray::{Array2, ArrayD, ArrayView1, arr2, s};

/// The kernels of the figure, with what each is good for.
pub const KERNELS: [(&str, [[f64; 3]; 3]); 5] = [
    ("copy", [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
    ("blur", [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]),
    ("edges across", [[-1.0, -1.0, -1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]),
    ("edges upright", UPRIGHT),
    ("outlines", OUTLINES),
];
/// Above 0 where there is more ink on the right than on the left.
const UPRIGHT: [[f64; 3]; 3] = [[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]];
/// Above 0 where there is more ink than around it.
const OUTLINES: [[f64; 3]; 3] = [[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]];
/// The side of these kernels, and of what they make of a digit.
pub const SMALL: usize = 3;
const PLACES: usize = SIDE - SMALL + 1;

// ANCHOR: convolve
/// The sum of pixel times weight, for every place of the kernel on the image.
fn convolve(image: &Array2<f64>, kernel: &Array2<f64>) -> Array2<f64> {
    let (height, width) = kernel.dim();
    Array2::from_shape_fn((image.nrows() - height + 1, image.ncols() - width + 1), |(top, left)| {
        let window = image.slice(s![top..top + height, left..left + width]);
        (&window * kernel).sum()
    })
}
// ANCHOR_END: convolve

pub fn edges(run: &mut Run, test: &Digits) -> Result {
    run.heading("A kernel by hand");
    let image = test.image::<f64>(0);
    let kernel = arr2(&UPRIGHT);
    let map = convolve(&image, &kernel);
    let largest = |a: &([usize; 2], f64), b: &([usize; 2], f64)| a.1.total_cmp(&b.1);
    let places = map.indexed_iter().map(|((top, left), &sum)| ([top, left], sum));
    let ([top, left], sum) = places.max_by(largest).unwrap_or_default();
    run.say(format!(
        "  test digit 0 is a {}; its window at row {top}, column {left}; the kernel; their products",
        test.label(0)
    ));
    let window = image.slice(s![top..top + SMALL, left..left + SMALL]);
    for row in 0..SMALL {
        let numbers = |row: ArrayView1<f64>| row.iter().map(|x| format!("{x:>6.2}")).collect::<String>();
        // Adding 0 makes -0 a 0.
        let products = &window.row(row) * &kernel.row(row) + 0.0;
        run.say(format!(
            "  {}   {}   {}",
            numbers(window.row(row)),
            numbers(kernel.row(row)),
            numbers(products.view())
        ));
    }
    run.say(format!("  the sum of the products: {sum:.2}, the largest of this digit"));
    let mut grid = Images::new(KERNELS.len()).shades(Shades::Signed);
    for (name, kernel) in KERNELS {
        grid = grid.image(name, arr2(&kernel).view());
    }
    for (_, kernel) in KERNELS {
        grid = grid.image("", convolve(&image, &arr2(&kernel)).view());
    }
    run.plot("edges", &grid)
}

/// One layer in three forms: the op, windows times a kernel that is broadcast over them, and a fully connected layer full of copies.
pub fn sharing(run: &mut Run, test: &Digits) {
    run.heading("One layer, three forms");
    let tape = Tape::<f64>::new();
    let (image, g) = (tape.input(test.image::<f64>(0)), tape.input(some_gradient()));
    let pixels = image.reshape([1, 1, SIDE, SIDE]);
    let gradient = |y: Var<f64>, weights: Var<f64>| (y * g).sum().backward().wrt(weights).value();

    let kernel = tape.var(arr2(&OUTLINES)).named("kernel");
    let by_op = pixels.conv2d(kernel.reshape([1, 1, SMALL, SMALL]), tape.input([0.0]), 1, 0).reshape([PLACES, PLACES]);

    // ANCHOR: broadcast
    let windows = pixels.im2col([SMALL, SMALL], 1, 0); // [676, 9]: a row for each place
    let products = windows * kernel.reshape([9]); // [676, 9] times [9]
    let by_broadcast = products.sum_axes(1).reshape([PLACES, PLACES]);
    // ANCHOR_END: broadcast

    let copies = tape.var(copied(&arr2(&OUTLINES)));
    let by_layer = image.reshape([1, PIXELS]).matmul(copies).reshape([PLACES, PLACES]);

    run.say("                                        weights   different   values apart   gradient apart");
    let (values, right) = (by_op.value(), gradient(by_op, kernel));
    let mut worst = apart(&values, &convolve(&test.image(0), &arr2(&OUTLINES)).into_dyn());
    for (name, weights, y, gradient) in [
        ("conv2d", kernel, by_op, right.clone()),
        ("windows times kernel, broadcast", kernel, by_broadcast, gradient(by_broadcast, kernel)),
        ("fully connected, full of copies", copies, by_layer, collected(&gradient(by_layer, copies))),
    ] {
        let differences = [apart(&y.value(), &values), apart(&gradient, &right)];
        worst = differences.into_iter().fold(worst, f64::max);
        let (count, [by_value, by_slope]) = (weights.shape().size(), differences);
        run.say(format!("  {name:36}  {count:>7}   {:>9}   {by_value:>12.0e}   {by_slope:>14.0e}", gradient.len()));
    }
    let used = copies.value().iter().filter(|&&weight| weight != 0.0).count();
    run.say(format!("  fully connected: {used} of the weights are not 0, in {} places", PLACES * PLACES));
    run.result("forms_apart", worst);
    run.compare("one layer by hand and in three forms: apart", worst, Theory, "0", 0.0, 1e-11);
}

/// The fully connected layer that does the same: a column for each place, with the kernel written where its window is.
fn copied(kernel: &Array2<f64>) -> Array2<f64> {
    let mut weights = Array2::zeros((PIXELS, PLACES * PLACES));
    each_copy(|pixel, place, at| weights[[pixel, place]] = kernel[at]);
    weights
}

/// The gradients of all copies of each weight of the kernel, added up.
fn collected(gradient: &ArrayD<f64>) -> ArrayD<f64> {
    let mut sum = Array2::zeros((SMALL, SMALL));
    each_copy(|pixel, place, at| sum[at] += gradient[[pixel, place]]);
    sum.into_dyn()
}

/// Calls `visit` for every pixel of every window: the pixel, the place of the window, the weight in the kernel.
fn each_copy(mut visit: impl FnMut(usize, usize, [usize; 2])) {
    for (place, (dy, dx)) in (0..PLACES * PLACES).flat_map(|place| (0..9).map(move |at| (place, (at / 3, at % 3)))) {
        let (top, left) = (place / PLACES, place % PLACES);
        visit((top + dy) * SIDE + left + dx, place, [dy, dx]);
    }
}

/// What may come back to a map of a digit: any numbers will do.
fn some_gradient() -> Array2<f64> {
    Array2::from_shape_fn((PLACES, PLACES), |(row, column)| ((row * 7 + column * 3) % 11) as f64 - 5.0)
}

fn apart(one: &ArrayD<f64>, other: &ArrayD<f64>) -> f64 {
    (one - other).iter().fold(0.0, |worst, x| x.abs().max(worst))
}

/// The vjps of a convolution, written out; those of two poolings, on numbers that one can follow.
pub fn way_back(run: &mut Run, test: &Digits) {
    run.heading("The way back");
    let tape = Tape::<f64>::new();
    let image = tape.var(test.image::<f64>(0).into_shape_with_order((1, 1, SIDE, SIDE)).expect("one image"));
    let kernel = tape.var(arr2(&OUTLINES).into_shape_with_order((1, 1, SMALL, SMALL)).expect("one kernel"));
    let (places, g) = (PLACES * PLACES, tape.input(some_gradient()).reshape([PLACES * PLACES, 1]));
    let y = image.conv2d(kernel, tape.input([0.0]), 1, 0).reshape([places, 1]);
    let tapes = (y * g).sum().backward();
    // ANCHOR: vjps
    let (windows, column) = (image.im2col([3, 3], 1, 0), kernel.reshape([9, 1])); // y = windows · column
    let to_kernel = windows.transpose().matmul(g); // [9, 676] times [676, 1]
    let to_windows = g.matmul(column.transpose()); // [676, 1] times [1, 9]
    let to_image = to_windows.col2im(image.shape(), [3, 3], 1, 0); // each pixel adds up what its windows got
    // ANCHOR_END: vjps
    let flat = |x: Var<f64>| x.value().flatten().into_owned().into_dyn();
    let differences =
        [(to_kernel, kernel), (to_image, image)].map(|(ours, of)| apart(&flat(ours), &flat(tapes.wrt(of))));
    run.say(format!(
        "  conv2d: written out beside the tape, apart by at most {:.0e}",
        differences[0].max(differences[1])
    ));

    run.say("\n  image      max-pooled   g       back to the image   mean-pooled: back");
    let image = tape.var([[1.0, 3.0, 0.0, 0.0], [2.0, 0.0, 0.0, 7.0], [5.0, 4.0, 1.0, 1.0], [0.0, 6.0, 0.0, 1.0]]);
    let g = [[4.0, 8.0], [16.0, 12.0]];
    let pixels = image.reshape([1, 1, 4, 4]);
    let pools = [pixels.max_pool2d(2, 2), pixels.avg_pool2d(2, 2)];
    let backs = pools.map(|y| (y.reshape([2, 2]) * tape.input(g)).sum().backward().wrt(image).value());
    let row = |array: &ArrayD<f64>, row: usize| -> String {
        let numbers = array.outer_iter().nth(row).map(|row| row.iter().map(|x| format!("{x:>2} ")).collect::<String>());
        numbers.unwrap_or_default()
    };
    let (image, pooled, g) = (image.value(), pools[0].reshape([2, 2]).value(), arr2(&g).into_dyn());
    for line in 0..4 {
        let [max, mean] = [0, 1].map(|which| row(&backs[which], line));
        let (x, y, g) = (row(&image, line), row(&pooled, line), row(&g, line));
        run.say(format!(" {x:12} {y:9}   {g:7}  {max:17}   {mean}").trim_end());
    }

    let mut rng = run.rng();
    let mut draw = |shape: [usize; 4]| Init::Normal(1.0).draw::<f64, _>(shape, 1, 1, &mut rng).into_dyn();
    let inputs = [draw([2, 1, 7, 7]), draw([2, 1, 3, 3]), ArrayD::zeros(ndarray::IxDyn(&[2]))];
    let report = Check::new()
        .seed(run.seed())
        .names(["images", "kernels", "biases"])
        .run(|x| x[0].conv2d(x[1], x[2], 1, 0).max_pool2d(2, 2).tanh().sum(), &inputs);
    run.say(format!("\n  {}", report.headline()));
    run.result("gradient_check", report.passed());
    run.compare("conv2d's vjps written out: apart", differences[0].max(differences[1]), Theory, "0", 0.0, 1e-11);
}
