//! Losses, and shares of a softmax.

use super::*;

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
