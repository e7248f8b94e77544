//! Typical mistakes: each wrong answer gets a message that names its mistake.

use chapters::ch09::net::{Net, outer};
use chapters::ch28::{cards, probes, table};
use chapters::{
    ch01::judge as ch01, ch02::judge as ch02, ch03::judge as ch03, ch05::judge as ch05, ch06::judge as ch06,
    ch07::judge as ch07, ch08::judge as ch08, ch09::judge as ch09, ch11::judge as ch11, ch12::judge as ch12,
    ch13::judge as ch13, ch14::judge as ch14, ch16::judge as ch16, ch17::judge as ch17, ch18::judge as ch18,
    ch19::judge as ch19, ch20::judge as ch20, ch21::judge as ch21, ch22::judge as ch22, ch23::judge as ch23,
    ch24::judge as ch24, ch28::judge as ch28, ch30::judge as ch30,
};
use frame::Judgement;
use ndarray::{Array1, Array2, ArrayD, ArrayView2, Axis, s};
use rand::RngExt;

#[track_caller]
fn assert_told(judgement: &Judgement, diagnosis: &str) {
    assert!(!judgement.solved());
    let told = judgement.diagnosis().unwrap_or_default();
    assert!(told.contains(diagnosis), "expected {diagnosis:?} in the diagnosis of\n{}", judgement.failure());
}

#[test]
fn a_sum_that_starts_again() {
    let judgement = ch01::judge(|drawing, n| {
        for i in 0..n {
            let product = drawing.multiply(2 * i + 1, 2 * i + 2);
            drawing.add(product, 0);
        }
    });
    assert_told(&judgement, "only the last product is in it");
}

#[test]
fn biases_that_do_not_pass_through() {
    let judgement = ch03::judge(|layers| {
        let weights = layers[1..].iter().fold(layers[0].0.clone(), |product, (w, _)| product.dot(w));
        (weights, layers[1..].iter().fold(layers[0].1.clone(), |sum, (_, b)| sum + b))
    });
    assert_told(&judgement, "a bias passes through all layers after its own");
}

#[test]
fn a_loss_that_an_outlier_drags_along() {
    let judgement = ch05::judge(|a, y, _| ((a - y).pow(2.0) * 0.5).mean());
    assert_told(&judgement, "an outlier still pulls as hard as it likes");
}

#[test]
fn a_path_that_climbs_and_a_place_judged_by_its_axes() {
    let right = |slope: &dyn Fn(f64) -> f64, start: f64, rate: f64, steps: usize| walk(slope, start, -rate, steps);
    let uphill = |slope: &dyn Fn(f64) -> f64, start: f64, rate: f64, steps: usize| walk(slope, start, rate, steps);
    let by_axes =
        |h: [[f64; 2]; 2]| if h[0][0] > 0.0 && h[1][1] > 0.0 { ch07::Place::Minimum } else { ch07::Place::Saddle };
    assert_told(&ch07::judge(uphill, by_axes), "every step goes uphill");
    let judgement = ch07::judge(right, by_axes);
    assert!(
        !judgement.solved() && judgement.failure().contains("[[2.000, 2.700], [2.700, 2.000]]"),
        "{}",
        judgement.failure()
    );
}

fn walk(slope: &dyn Fn(f64) -> f64, start: f64, rate: f64, steps: usize) -> Vec<f64> {
    std::iter::successors(Some(start), |x| Some(x + rate * slope(*x))).take(steps + 1).collect()
}

#[test]
fn a_wrong_sign() {
    let judgement = ch02::judge(|weights, bias, rate, x, t, y| {
        weights[0] -= rate * (t - y) * x[0];
        weights[1] -= rate * (t - y) * x[1];
        *bias -= rate * (t - y);
    });
    assert_told(&judgement, "the wrong way");
}

#[test]
fn a_factor_of_two() {
    let judgement = ch06::judge(|f, x, step| {
        let slope = |i| (f(&ch06::moved(x, i, step)) - f(&ch06::moved(x, i, -step))) / step;
        ArrayD::from_shape_vec(x.raw_dim(), (0..x.len()).map(slope).collect()).expect("a slope for each element")
    });
    assert_told(&judgement, "twice too large");
}

#[test]
fn shares_that_overwrite_where_they_should_add() {
    let judgement = ch08::judge(|tape| {
        let mut gradients = vec![0.0; tape.len()];
        gradients[tape.len() - 1] = 1.0;
        for node in (0..tape.len()).rev() {
            for &(operand, slope) in &tape[node].operands {
                gradients[operand] = slope * gradients[node];
            }
        }
        gradients
    });
    assert_told(&judgement, "overwrites");
}

/// The backward pass of chapter 9 with another slope of tanh.
fn backward(net: &Net, x: &Array1<f64>, t: &Array1<f64>, slope: fn(f64) -> f64) -> Net {
    let (h, y) = net.forward(x);
    let dy = y - t;
    let dz = net.w2.dot(&dy) * h.mapv(slope);
    Net { w1: outer(x, &dz), b1: dz, w2: outer(&h, &dy), b2: dy }
}

#[test]
fn a_tanh_of_a_tanh() {
    let judgement = ch09::judge(|net, x, t| backward(net, x, t, |h| 1.0 - h.tanh().powi(2)));
    assert_told(&judgement, "tanh is applied twice");
    assert!(judgement.failure().contains("worst at"), "the checker's table is shown:\n{}", judgement.failure());
}

#[test]
fn a_slope_that_was_forgotten() {
    let judgement = ch09::judge(|net, x, t| backward(net, x, t, |_| 1.0));
    assert_told(&judgement, "the slope of the tanh is missing");
}

#[test]
fn copies_that_are_averaged_and_axes_that_are_lost() {
    let mean = ch11::judge(|g, shape| {
        let copies = g.len() as f64 / shape.iter().product::<usize>() as f64;
        summed(g, shape) / copies
    });
    assert_told(&mean, "this is the mean over the copies");
    let front = ch11::judge(|g, shape| (shape.len()..g.ndim()).fold(g.clone(), |sum, _| sum.sum_axis(Axis(0))));
    assert_told(&front, "those of length 1 were repeated too");
}

/// The function that exercise 11 asks for.
fn summed(g: &ArrayD<f64>, shape: &[usize]) -> ArrayD<f64> {
    let front = (shape.len()..g.ndim()).fold(g.clone(), |sum, _| sum.sum_axis(Axis(0)));
    let repeated = (0..shape.len()).filter(|&axis| shape[axis] == 1);
    repeated.fold(front, |sum, axis| sum.sum_axis(Axis(axis)).insert_axis(Axis(axis)))
}

#[test]
fn a_loss_that_adds_up_where_it_should_average() {
    let judgement = ch12::judge(|x, t| -(x.log_softmax(1) * t).sum());
    assert_told(&judgement, "the N is missing");
}

#[test]
fn squares_that_are_forgotten_and_a_root_that_is_missing() {
    let forgetful = ch19::judge(|_, w, g, rate| {
        for (w, &g) in w.iter_mut().zip(g) {
            *w -= rate * g / ((0.1 * g * g).sqrt() + 1e-8);
        }
    });
    assert_told(&forgetful, "v is forgotten between steps");
    let rootless = ch19::judge(|v, w, g, rate| {
        for (i, &g) in g.iter().enumerate() {
            v[i] = 0.9 * v[i] + 0.1 * g * g;
            w[i] -= rate * g / (v[i] + 1e-8);
        }
    });
    assert_told(&rootless, "the root of v is missing");
}

#[test]
fn a_batch_that_is_no_batch() {
    let judgement = ch13::judge(|x, t| {
        let samples = x.rows().into_iter().len() as f64;
        let y = ch13::softmax(x);
        let loss = -y.iter().zip(t).map(|(y, t)| if *t == 0.0 { 0.0 } else { t * y.ln() }).sum::<f64>() / samples;
        (loss, (y - t) / t.shape()[0] as f64)
    });
    assert_told(&judgement, "the length of the first axis");
}

#[test]
fn a_mean_over_the_batch_and_a_matrix_the_wrong_way_round() {
    let mean = ch14::judge(|gradients, layers, l| ch14::as_matrix(gradients.wrt(layers[l - 1].z)).reversed_axes());
    assert_told(&mean, "the mean cost over the batch, not of each sample's own");
    let turned = ch14::judge(|gradients, layers, l| {
        let rows = ch14::as_matrix(gradients.wrt(layers[l - 1].z));
        let samples = rows.nrows() as f64;
        rows * samples
    });
    assert_told(&turned, "a sample is a row here");
}

#[test]
fn a_last_batch_that_is_left_out() {
    let judgement = ch16::judge(|count, batch_size, rng| {
        let order = gradus::data::shuffled(count, rng);
        order.chunks_exact(batch_size).map(<[usize]>::to_vec).collect()
    });
    assert!(judgement.failure().contains("2 digits never"), "{}", judgement.failure());
}

#[test]
fn a_shuffle_that_prefers_some_orders() {
    let judgement = ch16::judge(|count, batch_size, rng| {
        let mut order: Vec<usize> = (0..count).collect();
        (0..count).for_each(|place| order.swap(place, rng.random_range(0..count)));
        order.chunks(batch_size).map(<[usize]>::to_vec).collect()
    });
    assert!(judgement.failure().contains("how often each order comes"), "{}", judgement.failure());
}

#[test]
fn moments_that_start_too_small() {
    let judgement = ch18::judge(|memory, w, g, rate| {
        for (i, &g) in g.iter().enumerate() {
            memory.m[i] = 0.9 * memory.m[i] + 0.1 * g;
            memory.v[i] = 0.999 * memory.v[i] + 0.001 * g * g;
            w[i] -= rate * memory.m[i] / (memory.v[i].sqrt() + 1e-8);
        }
    });
    assert_told(&judgement, "the divisions by 1 - β₁ᵗ and 1 - β₂ᵗ are missing");
}

#[test]
fn parameters_without_biases() {
    let judgement = ch17::judge(|sizes| sizes.windows(2).map(|pair| pair[0] * pair[1]).sum());
    assert_told(&judgement, "the biases are missing");
}

#[test]
fn a_spread_that_forgets_the_relu() {
    let judgement = ch20::judge(|n_in| (n_in as f64).sqrt().recip());
    assert_told(&judgement, "the ReLU then throws half of it away");
    let judgement = ch20::judge(|n_in| 2.0 / n_in as f64);
    assert_told(&judgement, "this is the variance; the spread is its root");
}

/// The dropout that exercise 21 asks for; if it is on, what is kept is multiplied by `scale(p)`.
fn dropped(x: &Array2<f64>, drawn: &Array2<f64>, p: f64, is_on: bool, scale: fn(f64) -> f64) -> Array2<f64> {
    let factor = |drawn: &f64| if *drawn < p { 0.0 } else { scale(p) };
    if is_on { x * &drawn.map(factor) } else { x.clone() }
}

#[test]
fn a_dropout_without_its_factor_one_that_never_stops_and_one_that_sends_everything_back() {
    type Layer = fn(&Array2<f64>, &Array2<f64>, f64, bool) -> Array2<f64>;
    let right: Layer = |x, drawn, p, training| dropped(x, drawn, p, training, |p| 1.0 / (1.0 - p));
    let unscaled: Layer = |x, drawn, p, training| dropped(x, drawn, p, training, |_| 1.0);
    assert_told(&ch21::judge(unscaled, right), "in training the layer gives less than in use");
    let always: Layer = |x, drawn, p, _| dropped(x, drawn, p, true, |p| 1.0 / (1.0 - p));
    assert_told(&ch21::judge(always, right), "in use nothing is left out");
    assert_told(&ch21::judge(right, |g, _, _, _| g.clone()), "does not move the result: its gradient is 0");
    assert_told(&ch21::judge(right, unscaled), "the factor 1/(1 - p) is missing");
    assert!(ch21::judge(right, right).solved());
}

/// The max-pooling that exercise 22 asks for; windows start `step` apart, and a maximum starts at `least`.
fn pooled(image: &Array2<f64>, side: usize, stride: usize, step: usize, least: f64) -> Array2<f64> {
    let places = |length: usize| (length - side) / stride + 1;
    Array2::from_shape_fn((places(image.nrows()), places(image.ncols())), |(row, column)| {
        let window = image.slice(s![row * step..row * step + side, column * step..column * step + side]);
        window.fold(least, |largest, &x| largest.max(x))
    })
}

fn largest(image: &Array2<f64>, side: usize, stride: usize) -> Array2<f64> {
    pooled(image, side, stride, stride, f64::NEG_INFINITY)
}

/// Its way back: `share` says how much of a window's gradient a pixel gets, `arrive` puts it to what has arrived before.
fn sent_back(
    image: &Array2<f64>,
    [side, stride]: [usize; 2],
    g: &Array2<f64>,
    share: fn(f64, ArrayView2<f64>) -> f64,
    arrive: fn(f64, f64) -> f64,
) -> Array2<f64> {
    let mut back = Array2::zeros(image.dim());
    for ((row, column), g) in g.indexed_iter() {
        let window = s![row * stride..row * stride + side, column * stride..column * stride + side];
        let pixels = image.slice(window);
        back.slice_mut(window).zip_mut_with(&pixels, |back, &x| *back = arrive(*back, g * share(x, pixels)));
    }
    back
}

/// 1 for each of the largest pixels.
fn wins(x: f64, window: ArrayView2<f64>) -> f64 {
    f64::from(u8::from(window.iter().all(|&other| x >= other)))
}

#[test]
fn a_maximum_that_starts_at_zero_and_windows_that_forget_their_stride() {
    let right = |image: &Array2<f64>, side: usize, stride: usize, g: &Array2<f64>| {
        let share = |x, window: ArrayView2<f64>| wins(x, window) / window.map(|&x| wins(x, window)).sum();
        sent_back(image, [side, stride], g, share, |before, now| before + now)
    };
    let from_zero = ch22::judge(|image, side, stride| pooled(image, side, stride, stride, 0.0), right);
    assert_told(&from_zero, "the maximum of a window starts at 0");
    let by_one = ch22::judge(|image, side, stride| pooled(image, side, stride, 1, f64::NEG_INFINITY), right);
    assert_told(&by_one, "the stride is forgotten");
    assert!(ch22::judge(largest, right).solved());
}

#[test]
fn a_pooling_that_pays_every_pixel_each_of_several_or_only_the_last_window() {
    let all =
        ch22::judge(largest, |image, side, stride, g| sent_back(image, [side, stride], g, |_, _| 1.0, |a, b| a + b));
    assert_told(&all, "only the largest moves the result");
    let mean = ch22::judge(largest, |image, side, stride, g| {
        sent_back(image, [side, stride], g, |_, window| 1.0 / window.len() as f64, |a, b| a + b)
    });
    assert_told(&mean, "that is the way back of a mean");
    let each = ch22::judge(largest, |image, side, stride, g| sent_back(image, [side, stride], g, wins, |a, b| a + b));
    assert_told(&each, "more flows back than arrived");
    let overwritten = ch22::judge(largest, |image, side, stride, g| {
        sent_back(image, [side, stride], g, wins, |before, now| if now == 0.0 { before } else { now })
    });
    assert_told(&overwritten, "the last one overwrites");
}

/// The softmax of the scores of every query: over the keys, where `seen` says so.
fn attention(queries: &Array2<f64>, keys: &Array2<f64>, root: f64, seen: impl Fn(usize, usize) -> bool) -> Array2<f64> {
    let scores = queries.dot(&keys.t()) / root;
    let mut shares = Array2::zeros(scores.dim());
    for (row, mut shares) in shares.outer_iter_mut().enumerate() {
        let hidden = |column: usize| if seen(row, column) { scores[[row, column]] } else { f64::NEG_INFINITY };
        let largest = (0..scores.ncols()).map(hidden).fold(f64::NEG_INFINITY, f64::max);
        shares.indexed_iter_mut().for_each(|(column, share)| *share = (hidden(column) - largest).exp());
        shares /= shares.sum();
    }
    shares
}

fn causal(queries: &Array2<f64>, keys: &Array2<f64>) -> Array2<f64> {
    attention(queries, keys, (queries.ncols() as f64).sqrt(), |row, column| column <= row)
}

#[test]
fn a_mask_that_is_missing_late_or_upside_down_and_scores_that_are_not_divided() {
    let head = |queries: &Array2<f64>, keys: &Array2<f64>, values: &Array2<f64>| causal(queries, keys).dot(values);
    assert!(ch23::judge(causal, head).solved());
    let open = ch23::judge(|q, k| attention(q, k, (q.ncols() as f64).sqrt(), |_, _| true), head);
    assert_told(&open, "the mask is missing");
    let turned = ch23::judge(|q, k| attention(q, k, (q.ncols() as f64).sqrt(), |row, column| column >= row), head);
    assert_told(&turned, "the mask hides the wrong half");
    let late = ch23::judge(
        |q, k| {
            let mut shares = attention(q, k, (q.ncols() as f64).sqrt(), |_, _| true);
            shares.indexed_iter_mut().filter(|((row, column), _)| column > row).for_each(|(_, share)| *share = 0.0);
            shares
        },
        head,
    );
    assert_told(&late, "the mask comes after the softmax");
    let whole = ch23::judge(|q, k| attention(q, k, 1.0, |row, column| column <= row), head);
    assert_told(&whole, "not divided by √d");
    let by_columns =
        ch23::judge(|q, k| attention(k, q, (q.ncols() as f64).sqrt(), |key, query| key <= query).reversed_axes(), head);
    assert_told(&by_columns, "the softmax goes down the columns");
}

#[test]
fn shares_that_overflow_and_a_head_that_takes_only_the_best_or_the_wrong_way_round() {
    let overflowing = |queries: &Array2<f64>, keys: &Array2<f64>| {
        let mut shares = (queries.dot(&keys.t()) / (queries.ncols() as f64).sqrt()).exp();
        shares.indexed_iter_mut().filter(|((row, column), _)| column > row).for_each(|(_, share)| *share = 0.0);
        let sums = shares.sum_axis(Axis(1)).insert_axis(Axis(1));
        shares / sums
    };
    let judgement = ch23::judge(overflowing, |queries, keys, values| causal(queries, keys).dot(values));
    assert!(judgement.failure().contains("take the largest of its row off"), "{}", judgement.failure());
    let turned = ch23::judge(causal, |queries, keys, values| causal(queries, keys).t().dot(values));
    assert_told(&turned, "the weights are transposed");
    let uniform = ch23::judge(causal, |queries, keys, values| causal(&(queries * 0.0), keys).dot(values));
    assert_told(&uniform, "every value before counts alike");
}

/// A matrix of a safetensors file, whose bytes are looked for at `begin` of the header's length, and made into numbers by `number`.
fn matrix(file: &[u8], name: &str, begin: fn(usize) -> usize, number: fn([u8; 4]) -> f32) -> Array2<f32> {
    let length = u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
    let entry = ch24::entry(&file[8..8 + length], name);
    let start = begin(length) + entry.start;
    let numbers = file[start..][..entry.end - entry.start].as_chunks::<4>().0.iter().map(|bytes| number(*bytes));
    Array2::from_shape_vec(entry.shape, numbers.collect()).expect("as many numbers as the shape has")
}

#[test]
fn a_file_read_from_another_place_from_the_other_end_or_by_columns() {
    let right = |file: &[u8], name: &str| matrix(file, name, |length| 8 + length, f32::from_le_bytes);
    assert!(ch24::judge(right).solved());
    let turned = ch24::judge(|file, name| matrix(file, name, |length| 8 + length, f32::from_be_bytes));
    assert_told(&turned, "most significant byte first");
    let from_the_beginning = ch24::judge(|file, name| matrix(file, name, |_| 0, f32::from_le_bytes));
    assert_told(&from_the_beginning, "from the end of the header");
    let eight_short = ch24::judge(|file, name| matrix(file, name, |length| length, f32::from_le_bytes));
    assert_told(&eight_short, "the eight bytes before the header");
    let by_columns = ch24::judge(|file, name| {
        let rows = matrix(file, name, |length| 8 + length, f32::from_le_bytes);
        let (numbers, (height, width)) = (rows.iter().copied().collect(), rows.dim());
        Array2::from_shape_vec((width, height), numbers).expect("as many numbers").reversed_axes()
    });
    assert_told(&by_columns, "filled column by column");
}

#[test]
fn an_inspector_who_believes_a_mean_of_differences_and_one_who_buys_everything() {
    let by_mean = |table: &mut table::Table| match table.buy(probes::Probe::Mean) {
        true => cards::Verdict::Gradient,
        false => cards::Verdict::Nothing,
    };
    let judgement = ch28::judge(by_mean);
    assert!(!judgement.solved());
    assert!(judgement.failure().contains("nothing (bought: mean: ok)"), "{}", judgement.failure());
    let everything = |table: &mut table::Table| {
        let _ = probes::Probe::ALL.map(|probe| table.buy(probe));
        match () {
            _ if table.buy(probes::Probe::Elsewhere) => cards::Verdict::Gradient,
            _ if table.buy(probes::Probe::Step) => cards::Verdict::Step,
            _ if table.buy(probes::Probe::Known) => cards::Verdict::Loss,
            _ => cards::Verdict::Nothing,
        }
    };
    let judgement = ch28::judge(everything);
    assert!(
        judgement.failure().contains("at most 60") && judgement.failure().contains("108"),
        "{}",
        judgement.failure()
    );
}

#[test]
fn an_answer_that_panics_fails_the_case_that_was_given() {
    let judgement = ch02::judge(|_, _, _, x, _, _| assert!(x[0] > 1e9, "too small"));
    assert!(!judgement.solved());
    let failure = judgement.failure();
    assert!(failure.contains("input     w = [0.500, -0.500]"), "{failure}");
    assert!(failure.contains("a panic at tests/slips.rs:"), "{failure}");
    assert!(failure.contains("too small"), "{failure}");
}

#[test]
fn an_answer_that_is_not_a_number_is_wrong() {
    let judgement = ch06::judge(|_, x, _| x.mapv(|_| f64::NAN));
    assert!(!judgement.solved());
    assert!(judgement.failure().contains("NaN"), "{}", judgement.failure());
}

/// The sum of what the devices found, each with its weight.
fn sum_of(found: &[ch30::Found], weight: &dyn Fn(&ch30::Found) -> f64) -> Array1<f64> {
    let weighed = found.iter().map(|found| &found.gradient * weight(found));
    weighed.reduce(|sum, part| sum + part).expect("a device")
}

#[test]
fn devices_that_count_alike_gradients_that_are_too_long_and_one_that_is_not_a_number() {
    let alike = ch30::judge(|found| sum_of(found, &|_| 1.0 / found.len() as f64));
    assert_told(&alike, "each device counts alike");
    assert_told(&ch30::judge(|found| sum_of(found, &|_| 1.0)), "their plain sum is too long");
    let undivided = ch30::judge(|found| sum_of(found, &|found| found.rows as f64));
    assert_told(&undivided, "not divided by the rows of the whole batch");
    let weighed = ch30::judge(|found| {
        let whole: usize = found.iter().map(|found| found.rows).sum();
        sum_of(found, &|found| found.rows as f64 / whole as f64)
    });
    assert!(!weighed.solved() && weighed.failure().contains("leave such a device out"), "{}", weighed.failure());
}
