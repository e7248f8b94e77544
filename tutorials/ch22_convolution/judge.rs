//! Judges a max-pooling, forward and backward: beside gradus' own on plain windows, on windows that overlap or leave gaps, with numbers below
//! zero, and with several pixels that are equally large.

use frame::{Judge, Judgement};
use gradus::Tape;
use ndarray::{Array2, Ix2, s};
use rand::RngExt;

type Forward = fn(&Array2<f64>, usize, usize) -> Array2<f64>;
type Backward = fn(&Array2<f64>, usize, usize, &Array2<f64>) -> Array2<f64>;

/// A pooling: the image's height and width, the window's side, its stride.
type Pooling = (usize, usize, usize, usize);

/// Windows side by side; one as large as the image; a rest at the edge; overlaps; gaps.
const PLAIN: [Pooling; 9] = [
    (2, 2, 2, 2),
    (4, 4, 2, 2),
    (1, 1, 1, 1),
    (4, 6, 2, 2),
    (3, 3, 3, 3),
    (5, 7, 2, 2),
    (4, 4, 3, 1),
    (5, 7, 3, 2),
    (7, 5, 2, 3),
];

pub fn judge(forward: Forward, backward: Backward) -> Judgement {
    Judge::examine("22_convolution", |judge| {
        for pooling @ (height, width, ..) in PLAIN {
            let image = judge.draw((height, width), 1.0);
            one_case(judge, forward, backward, &image, pooling);
        }
        for size in [1.0, 1e6] {
            let pooling @ (height, width, ..) = draw_pooling(judge);
            let image = judge.draw((height, width), size);
            one_case(judge, forward, backward, &image, pooling);
        }
        let negative = judge.draw((4, 4), 1.0).mapv(|x| -1.5 - x);
        one_case(judge, forward, backward, &negative, (4, 4, 2, 2));
        for pooling @ (height, width, ..) in [(4, 4, 2, 2), (5, 5, 3, 1)] {
            let image = Array2::from_shape_simple_fn((height, width), || f64::from(judge.rng().random_range(0..2)));
            one_case(judge, forward, backward, &image, pooling);
        }
        // Paper is 0 everywhere, and real digits have much of it: all pixels of such a window are the largest.
        one_case(judge, forward, backward, &Array2::zeros((4, 4)), (4, 4, 2, 2));
    })
}

fn draw_pooling(judge: &mut Judge) -> Pooling {
    let rng = judge.rng();
    let (side, stride) = (rng.random_range(1..4), rng.random_range(1..4));
    (rng.random_range(side..9), rng.random_range(side..9), side, stride)
}

fn one_case(judge: &mut Judge, forward: Forward, backward: Backward, image: &Array2<f64>, pooling: Pooling) {
    let (height, width, side, stride) = pooling;
    let tape = Tape::new();
    let x = tape.var(image);
    let y = x.reshape([1, 1, height, width]).max_pool2d(side, stride);
    let [down, across] = [y.shape()[2], y.shape()[3]];
    let g = judge.draw((down, across), 1.0);
    let gradient = (y.reshape([down, across]) * tape.input(&g)).sum().backward().wrt(x).value();
    let largest = y.value().into_shape_with_order((down, across)).expect("one channel of one image");
    let gradient: Array2<f64> = gradient.into_dimensionality::<Ix2>().expect("the image's own shape");
    judge.given(format!("image {}, windows of {side} x {side}, stride {stride}", shown(image)));

    let pooled = |step: usize, fold: fn(&[f64]) -> f64| by_window(image, [down, across], side, step, fold);
    judge
        .equal("the largest number of each window", &largest, forward(image, side, stride))
        .slip(
            "the maximum of a window starts at 0, so numbers below 0 never win: start at -∞, or at its first",
            || pooled(stride, |window| window.iter().fold(0.0, |largest, &x| x.max(largest))),
        )
        .slip("this is the mean of each window", || pooled(stride, mean))
        .slip("this is the smallest number of each window", || {
            pooled(stride, |window| window.iter().fold(f64::INFINITY, |least, &x| x.min(least)))
        })
        .slip("the stride is forgotten: window number i starts at i times the stride, not at i", || {
            pooled(1, largest_of)
        })
        .slip("the last window of each row and column is missing: it ends with the image's last pixel", || {
            largest.slice(s![..down.saturating_sub(1), ..across.saturating_sub(1)]).to_owned()
        })
        .slip("rows and columns are swapped", || largest.t().to_owned());

    let flowed = |step: usize, rule: Rule| by_rule(image, &g, side, step, rule, |old, share| old + share);
    judge
        .equal("the gradient of every pixel", &gradient, backward(image, side, stride, &g))
        .slip("every pixel of a window gets its gradient; only the largest moves the result", || {
            flowed(stride, |_, _| 1.0)
        })
        .slip("every pixel of a window gets an equal share: that is the way back of a mean", || {
            flowed(stride, |_, window| 1.0 / window.len() as f64)
        })
        .slip("it goes to the first pixel of each window, not to the largest", || {
            flowed(stride, |at, _| f64::from(u8::from(at == 0)))
        })
        .slip("it goes to the smallest pixel of each window", || {
            flowed(stride, |at, window| f64::from(u8::from(window.iter().all(|&x| window[at] <= x))))
        })
        .slip("the first of several equally large pixels gets all of it; they should share it", || {
            flowed(stride, |at, window| f64::from(u8::from(wins(at, window) && !window[..at].contains(&window[at]))))
        })
        .slip("the last of several equally large pixels gets all of it; they should share it", || {
            flowed(stride, |at, window| {
                f64::from(u8::from(wins(at, window) && !window[at + 1..].contains(&window[at])))
            })
        })
        .slip("each of several equally large pixels gets all of it: more flows back than arrived", || {
            flowed(stride, |at, window| f64::from(u8::from(wins(at, window))))
        })
        .slip("the stride is forgotten: window number i starts at i times the stride, not at i", || flowed(1, shared))
        .slip(
            "the windows overlap, and the last one overwrites: what a pixel gets from several windows adds up",
            || by_rule(image, &g, side, stride, shared, |old, share| if share == 0.0 { old } else { share }),
        )
        .slip(
            "the windows overlap, and each overwrites all of its pixels: what a pixel gets from several adds up",
            || by_rule(image, &g, side, stride, shared, |_, share| share),
        )
        .slip("g is missing: this says where it flows, not how much", || {
            by_rule(image, &Array2::ones(g.dim()), side, stride, shared, |old, share| old + share)
        })
        .slip("it is multiplied by the pixel: the slope of a maximum is 1, whatever its value", || &gradient * image);
}

/// A function of the numbers of each window, the windows moved by `step`.
fn by_window(
    image: &Array2<f64>,
    places: [usize; 2],
    side: usize,
    step: usize,
    fold: fn(&[f64]) -> f64,
) -> Array2<f64> {
    Array2::from_shape_fn(places, |(row, column)| fold(&window(image, [row * step, column * step], side)))
}

fn window(image: &Array2<f64>, [top, left]: [usize; 2], side: usize) -> Vec<f64> {
    image.slice(s![top..top + side, left..left + side]).iter().copied().collect()
}

fn mean(window: &[f64]) -> f64 {
    window.iter().sum::<f64>() / window.len() as f64
}

fn largest_of(window: &[f64]) -> f64 {
    window.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// What share of a window's gradient the pixel at a place in it gets.
type Rule = fn(usize, &[f64]) -> f64;

fn wins(at: usize, window: &[f64]) -> bool {
    window.iter().all(|&x| window[at] >= x)
}

/// The right rule.
fn shared(at: usize, window: &[f64]) -> f64 {
    let winners = (0..window.len()).filter(|&at| wins(at, window)).count();
    if wins(at, window) { 1.0 / winners as f64 } else { 0.0 }
}

/// The gradient of every pixel under a rule; `arrive` puts a share to what has arrived before.
fn by_rule(
    image: &Array2<f64>,
    g: &Array2<f64>,
    side: usize,
    step: usize,
    rule: Rule,
    arrive: fn(f64, f64) -> f64,
) -> Array2<f64> {
    let mut gradient = Array2::zeros(image.dim());
    for ((row, column), g) in g.indexed_iter() {
        let window = window(image, [row * step, column * step], side);
        for at in 0..window.len() {
            let pixel = &mut gradient[[row * step + at / side, column * step + at % side]];
            *pixel = arrive(*pixel, g * rule(at, &window));
        }
    }
    gradient
}

/// The numbers of a small image, the size of a larger one.
fn shown(image: &Array2<f64>) -> String {
    let row = |row: ndarray::ArrayView1<f64>| row.iter().map(|x| format!("{x:.2}")).collect::<Vec<_>>().join(" ");
    match image.len() <= 16 {
        true => format!("[{}]", image.outer_iter().map(row).collect::<Vec<_>>().join(" | ")),
        false => format!("{} x {}", image.nrows(), image.ncols()),
    }
}
