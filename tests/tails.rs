//! In the tails and near zero crossings: values, first and second derivatives in f32, as a tape computes them, against exact ones.
//!
//! `dashu-float` computes with any number of digits; 500 bits leave enough of 1 - p where p differs from 1 by e^-110, and of 1 - erf x.

use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;
use gradus::data::seeded;
use gradus::prelude::*;
use rand::RngExt;

type Exact = FBig<HalfEven, 2>;

fn exact(x: f64) -> Exact {
    Exact::try_from(x).expect("a finite number").with_precision(500).value()
}

fn one() -> Exact {
    exact(1.0)
}

/// How far `y` is from `want`, in units in the last place of the f32 that is nearest to it.
fn ulps(y: f32, want: &Exact) -> f64 {
    let want = want.to_f64().value();
    let nearest = (want as f32).abs();
    (f64::from(y) - want).abs() / f64::from(nearest.next_up() - nearest)
}

/// Numbers over the whole range: of all sizes, evenly spread where something happens, and close to where slopes cross 0.
fn points() -> Vec<f32> {
    let mut rng = seeded(11);
    let mut points = vec![0.0, -0.0, 17.0, -5.5, 88.0, -88.0, 103.0, -103.0, 1e30, -1e30, f32::MAX, f32::MIN, 1e-45];
    for _ in 0..400 {
        points.push(rng.random_range(-110.0..110.0));
        points.push(rng.random_range(-15.0..15.0));
        points.push(rng.random_range(-3.0..3.0));
        let size = rng.random_range(-140.0_f32..8.0).exp2();
        points.push(if rng.random() { size } else { -size });
    }
    for crossing in [-0.751_791_5_f32, -1.278_464_5, 2.399_357_3, std::f32::consts::SQRT_2] {
        for crossing in [crossing, -crossing] {
            points.extend([crossing.next_down(), crossing, crossing.next_up()]);
        }
    }
    points
}

/// eˣ. (Of 0 the crate says 1 in no digits at all.)
fn exp(x: &Exact) -> Exact {
    if *x == exact(0.0) { one() } else { x.exp() }
}

fn sigmoid(x: &Exact) -> Exact {
    if *x > exact(2000.0) {
        return one();
    }
    if *x < exact(-2000.0) {
        return exact(0.0);
    }
    one() / (one() + exp(&-x.clone()))
}

fn softplus(x: &Exact) -> Exact {
    if *x > exact(2000.0) {
        return x.clone();
    }
    if *x < exact(-2000.0) {
        return exact(0.0);
    }
    exp(x).ln_1p()
}

/// σ(x) σ(-x)
fn bump(x: &Exact) -> Exact {
    sigmoid(x) * sigmoid(&-x.clone())
}

/// π, by Machin's formula.
fn pi() -> Exact {
    let arctan_of_inverse = |n: f64| {
        let (square, mut power, mut sum) = (exact(n * n), one() / exact(n), exact(0.0));
        for k in 0..400 {
            let term = power.clone() / exact(f64::from(2 * k + 1));
            sum = if k % 2 == 0 { sum + term } else { sum - term };
            power /= square.clone();
        }
        sum
    };
    exact(16.0) * arctan_of_inverse(5.0) - exact(4.0) * arctan_of_inverse(239.0)
}

/// φ(x) and Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/(3 5) + ...)
fn normal(x: &Exact, root_of_two_pi: &Exact) -> [Exact; 2] {
    if *x > exact(40.0) {
        return [exact(0.0), one()];
    }
    if *x < exact(-40.0) {
        return [exact(0.0), exact(0.0)];
    }
    let square = x.clone() * x.clone();
    let bell = exp(&(-square.clone() / exact(2.0))) / root_of_two_pi.clone();
    let (mut term, mut sum, mut k) = (x.clone(), exact(0.0), 1.0);
    let small = exact(0.5_f64.powi(480));
    while term > small || -term.clone() > small {
        sum += term.clone();
        k += 2.0;
        term = term * square.clone() / exact(k);
    }
    let share = exact(0.5) + bell.clone() * sum;
    [bell, share]
}

type Record = for<'t> fn(Var<'t, f32>) -> Var<'t, f32>;

/// The value, and the first two derivatives, as a tape of f32 computes them.
fn on_tape(tape: &Tape<f32>, record: Record, x: f32) -> [f32; 3] {
    let x = tape.var([x]);
    let y = record(x).sum();
    let slope = y.backward().wrt(x);
    let bend = slope.sum().backward().get(x).map_or(0.0, |bend| bend.value()[0]);
    [y.item(), slope.value()[0], bend]
}

/// Compares a function of one number, and its slopes, with exact ones.
fn hold(name: &str, record: Record, exactly: impl Fn(&Exact) -> Vec<Exact>) {
    let mut tape = Tape::new();
    let mut worst = [(0.0, 0.0_f32); 3];
    for x in points() {
        let found = on_tape(&tape, record, x);
        tape.rewind();
        for ((worst, y), want) in worst.iter_mut().zip(found).zip(exactly(&exact(f64::from(x)))) {
            let off = ulps(y, &want);
            if off.is_nan() || off > worst.0 {
                *worst = (off, x);
            }
        }
    }
    println!("{name}: value, slope and bend are off by {worst:.2?}");
    for (what, (off, x)) in ["value", "slope", "bend"].iter().zip(worst) {
        assert!(off <= 4.0, "the {what} of {name} is off by {off:.1} units in the last place at {x:e}");
    }
}

#[test]
fn softplus_and_its_slopes_keep_all_digits() {
    hold("softplus", |x| x.softplus(), |x| vec![softplus(x), sigmoid(x), bump(x)]);
}

#[test]
fn gelu_and_its_slopes_keep_all_digits() {
    let root = (exact(2.0) * pi()).sqrt();
    hold(
        "gelu",
        |x| x.gelu(),
        |x| {
            let [bell, share] = normal(x, &root);
            let square = x.clone() * x.clone();
            vec![x.clone() * share.clone(), share + x.clone() * bell.clone(), bell * (exact(2.0) - square)]
        },
    );
}

/// tanh(softplus(x)), its slope and its bend. (e to the power of softplus(x) is 1 + eˣ.)
fn mish_gate(x: &Exact) -> [Exact; 3] {
    if *x > exact(2000.0) {
        return [one(), exact(0.0), exact(0.0)];
    }
    let power = if *x < exact(-2000.0) { exact(0.0) } else { exp(x) };
    let square = (one() + power.clone()) * (one() + power.clone());
    let divisor = square.clone() + one();
    let t = (square.clone() - one()) / divisor.clone();
    // t = 1 - 2 / (s + 1) with s = (1 + eˣ)², s' = 2 (1 + eˣ) eˣ and s'' = 2 eˣ (1 + 2 eˣ)
    let (two, of_square) = (exact(2.0), exact(2.0) * (one() + power.clone()) * power.clone());
    let bend = two.clone() * power.clone() * (one() + two.clone() * power);
    let slope = two.clone() * of_square.clone() / (divisor.clone() * divisor.clone());
    let drop =
        two.clone() * two * of_square.clone() * of_square / (divisor.clone() * divisor.clone() * divisor.clone());
    [t, slope, exact(2.0) * bend / (divisor.clone() * divisor) - drop]
}

#[test]
fn mish_and_its_slopes_keep_all_digits() {
    hold(
        "mish",
        |x| x.mish(),
        |x| {
            let [t, slope, bend] = mish_gate(x);
            let value = x.clone() * t.clone();
            vec![value, t + x.clone() * slope.clone(), exact(2.0) * slope + x.clone() * bend]
        },
    );
}

#[test]
fn the_tanh_form_of_gelu_and_its_slopes_keep_all_digits() {
    let scale = (exact(8.0) / pi()).sqrt();
    // The coefficient is the f64 of the program.
    let cubic = scale.clone() * exact(0.044715);
    hold(
        "gelu_tanh",
        |x| x.gelu_tanh(),
        |x| {
            let square = x.clone() * x.clone();
            let v = x.clone() * (scale.clone() + cubic.clone() * square.clone());
            let slope = scale.clone() + exact(3.0) * cubic.clone() * square;
            let turn = exact(6.0) * cubic.clone() * x.clone();
            let (share, bump) = (sigmoid(&v), bump(&v));
            let lean = sigmoid(&-v.clone()) - sigmoid(&v);
            let bend = exact(2.0) * slope.clone() + x.clone() * turn + x.clone() * slope.clone() * slope.clone() * lean;
            vec![x.clone() * share.clone(), share + x.clone() * slope * bump.clone(), bump * bend]
        },
    );
}

#[test]
fn exponentials_logarithms_and_softsign_keep_all_digits_near_zero_and_in_the_tails() {
    hold(
        "elu",
        |x| x.elu(1.0),
        |x| {
            let [value, slope] = if *x > exact(0.0) { [x.clone(), one()] } else { [below(x) - one(), below(x)] };
            let bend = if *x > exact(0.0) { exact(0.0) } else { slope.clone() };
            vec![value, slope, bend]
        },
    );
    hold(
        "softsign",
        |x| x.softsign(),
        |x| {
            let is_negative = *x < exact(0.0);
            let divisor = one() + if is_negative { -x.clone() } else { x.clone() };
            let square = divisor.clone() * divisor.clone();
            let bend = if is_negative { exact(2.0) } else { exact(-2.0) } / (square.clone() * divisor.clone());
            let bend = if *x == exact(0.0) { exact(0.0) } else { bend };
            vec![x.clone() / divisor, one() / square, bend]
        },
    );
    let tape = Tape::<f32>::new();
    for x in points() {
        let at = exact(f64::from(x));
        if x.abs() < 80.0 {
            let off = ulps(tape.var(x).expm1().item(), &if x == 0.0 { exact(0.0) } else { at.exp_m1() });
            assert!(off <= 2.0, "expm1 of {x:e} is off by {off}");
        }
        if x > -1.0 {
            let off = ulps(tape.var(x).log1p().item(), &if x == 0.0 { exact(0.0) } else { at.ln_1p() });
            assert!(off <= 2.0, "log1p of {x:e} is off by {off}");
        }
    }
}

/// eˣ of a number that is not positive.
fn below(x: &Exact) -> Exact {
    if *x < exact(-2000.0) { exact(0.0) } else { exp(x) }
}

#[test]
fn the_slope_of_erf_keeps_all_digits() {
    let root_of_pi = pi().sqrt();
    hold(
        "erf",
        |x| x.erf(),
        |x| {
            let square = x.clone() * x.clone();
            // The exactness of the value depends on the mathematics library.
            let value = exact(f64::from(libm::erff(x.to_f64().value() as f32)));
            let slope =
                if square > exact(2000.0) { exact(0.0) } else { exact(2.0) / root_of_pi.clone() * exp(&-square) };
            vec![value, slope]
        },
    );
}

#[test]
fn silu_and_its_slopes_keep_all_digits() {
    hold(
        "silu",
        |x| x.silu(),
        |x| {
            let (above, bump) = (sigmoid(x), bump(x));
            let half_tanh = exact(2.0) * above.clone() - one();
            let value = x.clone() * above.clone();
            vec![value, above + x.clone() * bump.clone(), bump * (exact(2.0) - x.clone() * half_tanh)]
        },
    );
}

#[test]
fn values_of_sigmoid_and_tanh_keep_all_digits() {
    hold("sigmoid", |x| x.sigmoid(), |x| vec![sigmoid(x)]);
    hold(
        "tanh",
        |x| x.tanh(),
        |x| {
            let twice = exact(2.0) * x.clone();
            vec![sigmoid(&twice) - sigmoid(&-twice)]
        },
    );
}

#[test]
fn a_binary_cross_entropy_and_its_slopes_keep_all_digits() {
    let cases: [(f32, Record); 5] = [
        (0.0, |x| x.binary_cross_entropy_with_logits(x.tape().input([0.0]))),
        (1.0, |x| x.binary_cross_entropy_with_logits(x.tape().input([1.0]))),
        (0.5, |x| x.binary_cross_entropy_with_logits(x.tape().input([0.5]))),
        (0.3, |x| x.binary_cross_entropy_with_logits(x.tape().input([0.3_f32]))),
        (0.999_999_94, |x| x.binary_cross_entropy_with_logits(x.tape().input([0.999_999_94_f32]))),
    ];
    for (target, record) in cases {
        let t = exact(f64::from(target));
        hold(&format!("the cross-entropy with {target}"), record, |x| {
            vec![softplus(x) - t.clone() * x.clone(), sigmoid(x) - t.clone(), bump(x)]
        });
    }
}

/// Rows of logits: a sure answer, right and wrong, close ones, ties, and more classes than are worked on at a time.
fn rows() -> Vec<Vec<f32>> {
    let mut rng = seeded(12);
    let mut rows = vec![vec![17.0, 0.0], vec![0.0, 0.0, 0.0], vec![-80.3, 17.123, 0.0], vec![3e38, 0.0, 1.0]];
    for spread in [0.1, 1.0, 10.0, 30.0, 100.0] {
        for classes in [2, 3, 10, 10, 10] {
            rows.push((0..classes).map(|_| rng.random_range(-spread..spread)).collect());
        }
    }
    rows.push((0..700).map(|_| rng.random_range(-20.0..20.0)).collect());
    rows
}

/// softmax(x), and 1 minus it.
fn shares(row: &[f32]) -> Vec<[Exact; 2]> {
    let largest = row.iter().copied().fold(f32::MIN, f32::max);
    let power = |x: f32| {
        let beyond = exact(f64::from(x)) - exact(f64::from(largest));
        if beyond < exact(-2000.0) { exact(0.0) } else { exp(&beyond) }
    };
    let powers: Vec<Exact> = row.iter().map(|&x| power(x)).collect();
    let total = powers.iter().fold(exact(0.0), |sum, x| sum + x.clone());
    powers.iter().map(|x| [x.clone() / total.clone(), (total.clone() - x.clone()) / total.clone()]).collect()
}

/// The worst error of a vector.
fn worst(found: &ndarray::ArrayD<f32>, want: impl Iterator<Item = Exact>) -> f64 {
    found
        .iter()
        .zip(want)
        .map(|(&y, want)| ulps(y, &want))
        .fold(0.0, |worst, off| if off > worst || off.is_nan() { off } else { worst })
}

/// What a loss of a row of logits is differentiated to: its gradient, and row `which` of its Hessian.
fn derivatives<'t>(x: Var<'t, f32>, loss: Var<'t, f32>, which: usize) -> [ndarray::ArrayD<f32>; 2] {
    let slope = loss.backward().wrt(x);
    let chosen = slope.slice(&[(0, 1), (which, which + 1)]).sum();
    [slope.value(), chosen.backward().wrt(x).value()]
}

#[test]
fn cross_entropies_and_their_slopes_keep_all_digits() {
    let mut tape = Tape::<f32>::new();
    let mut most = [0.0_f64; 8];
    for row in rows() {
        let classes = row.len();
        let p = shares(&row);
        let values = ndarray::Array2::from_shape_vec((1, classes), row.clone()).expect("one row");
        for label in [0, classes / 2, classes - 1] {
            let hessian =
                |i: usize, j: usize| p[i][0].clone() * if i == j { p[j][1].clone() } else { -p[j][0].clone() };
            let gradient = |i: usize| if i == label { -p[i][1].clone() } else { p[i][0].clone() };
            let logarithm = if p[label][0] == exact(0.0) { exact(0.0) } else { -p[label][0].ln() };
            let one_hot = ndarray::Array2::from_shape_fn((1, classes), |(_, k)| if k == label { 1.0 } else { 0.0 });
            // Half of what this class lacks goes to its neighbour.
            let soft = ndarray::Array2::from_shape_fn((1, classes), |(_, k)| match k {
                _ if k == label => 0.75_f32,
                _ if k == (label + 1) % classes => 0.25,
                _ => 0.0,
            });
            let x = tape.var(&values);
            let losses = [
                x.softmax_cross_entropy(tape.labels(&[label])),
                x.softmax_cross_entropy_with(tape.input(&one_hot)),
                -x.log_softmax(1).slice(&[(0, 1), (label, label + 1)]).sum(),
                x.softmax_cross_entropy_with(tape.input(&soft)),
            ];
            for (which, loss) in losses.into_iter().enumerate() {
                for j in [label, 0] {
                    let [slope, bend] = derivatives(x, loss, j);
                    let slopes = (0..classes).map(|i| match which {
                        3 => p[i][0].clone() - exact(f64::from(soft[(0, i)])),
                        _ => gradient(i),
                    });
                    most[which] = most[which].max(worst(&slope, slopes));
                    most[4 + which] = most[4 + which].max(worst(&bend, (0..classes).map(|i| hessian(i, j))));
                }
                if which < 3 && p[label][0] != exact(0.0) {
                    let off = ulps(loss.item(), &logarithm);
                    assert!(off <= 4.0, "loss {which} of {row:?} and {label} is off by {off}");
                }
            }
            tape.rewind();
        }
    }
    println!("slopes and bends are off by {most:.2?}");
    assert!(most.iter().all(|&off| off <= 4.0), "{most:?}");
}

#[test]
fn shares_and_their_slopes_keep_all_digits() {
    let mut tape = Tape::<f32>::new();
    for row in rows() {
        let classes = row.len();
        let p = shares(&row);
        let values = ndarray::Array2::from_shape_vec((1, classes), row.clone()).expect("one row");
        for j in [0, classes - 1] {
            let x = tape.var(&values);
            let y = x.softmax(1);
            let slope = y.slice(&[(0, 1), (j, j + 1)]).sum().backward().wrt(x).value();
            let of_a_sum = derivatives(x, x.logsumexp(1).sum(), j);
            let slopes =
                || (0..classes).map(|i| p[i][0].clone() * if i == j { p[j][1].clone() } else { -p[j][0].clone() });
            for (what, off) in [
                ("softmax", worst(&y.value(), p.iter().map(|[p, _]| p.clone()))),
                ("softmax'", worst(&slope, slopes())),
                ("logsumexp'", worst(&of_a_sum[0], p.iter().map(|[p, _]| p.clone()))),
                ("logsumexp''", worst(&of_a_sum[1], slopes())),
            ] {
                assert!(off <= 4.0, "{what} of {row:?} is off by {off} for {j}");
            }
            tape.rewind();
        }
    }
}
