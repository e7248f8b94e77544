//! Functions of one number.

use super::*;

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

#[test]
fn the_normal_distribution_keeps_all_digits_in_f64_too() {
    let (root, mut rng) = ((exact(2.0) * pi()).sqrt(), seeded(12));
    let mut points: Vec<f64> =
        (0..300).flat_map(|_| [rng.random_range(-18.0..9.0), rng.random_range(-3.0..3.0)]).collect();
    let crossing = -0.751_791_524_693_564_5_f64;
    points.extend([0.0, 1e-300, crossing.next_down(), crossing, crossing.next_up()]);
    let mut worst = [0.0_f64; 2];
    for x in points {
        let [bell, share] = normal(&exact(x), &root);
        let wants = [share.clone(), share + exact(x) * bell];
        for ((worst, y), want) in worst.iter_mut().zip([x.normal_cdf(), x.gelu_slope()]).zip(wants) {
            let nearest = want.to_f64().value().abs();
            let off = (exact(y) - want) / exact(nearest.next_up() - nearest);
            *worst = worst.max(off.to_f64().value().abs());
        }
    }
    println!("Φ(x) and Φ(x) + x φ(x) are off by {worst:.2?} units in the last place");
    assert!(worst.iter().all(|&off| off < 8.0), "{worst:.2?}");
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
