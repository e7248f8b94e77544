//! Judges a reverse pass: small tapes with known answers, random ones against gradus, long and doubling ones.

use super::mini::MiniTape;
use frame::Judge;
use gradus::data::seeded;
use gradus::prelude::*;
use rand::RngExt;
use std::process::ExitCode;

type Reverse = fn(&MiniTape, usize) -> Vec<f64>;

pub fn judge(reverse: Reverse) -> ExitCode {
    let mut judge = Judge::new("Exercise 8: the order of the reverse pass");
    let mut tape = MiniTape::default();
    let a = tape.leaf(1.0);
    let b = tape.add(a, a);
    let c = tape.add(b, b);
    let d = tape.mul(b, c);
    let cube = tape.mul(d, d);
    case(&mut judge, "b = a + a, c = b + b: the slopes of c", reverse(&tape, c), vec![4.0, 2.0, 1.0, 0.0, 0.0]);
    case(&mut judge, "d = b c: the slopes of d", reverse(&tape, d), vec![16.0, 8.0, 2.0, 1.0, 0.0]);
    case(&mut judge, "e = d d: the slopes of e", reverse(&tape, cube), vec![256.0, 128.0, 32.0, 16.0, 1.0]);
    case(&mut judge, "the slopes of a leaf", reverse(&tape, a), vec![1.0, 0.0, 0.0, 0.0, 0.0]);

    let mut rng = seeded(8);
    for number in 0..50 {
        let (tape, loss, expected) = random_tape(&mut rng);
        case(&mut judge, &format!("random tape {number}: the slopes of step {loss}"), reverse(&tape, loss), expected);
    }

    let mut tape = MiniTape::default();
    let (mut top, one) = (tape.leaf(3.0), tape.leaf(1.0));
    for _ in 0..10_000 {
        top = tape.mul(top, one);
    }
    judge.case(
        "x 1 1 1 ..., ten thousand times: the slopes of x and of 1",
        "[1, 30000]",
        format!("{:?}", &reverse(&tape, top)[..2]),
        reverse(&tape, top)[..2] == [1.0, 30_000.0],
    );
    let mut tape = MiniTape::default();
    let mut top = tape.leaf(1.0);
    for _ in 0..40 {
        top = tape.add(top, top);
    }
    judge.number("forty doublings, a million million paths", 2.0_f64.powi(40), reverse(&tape, top)[0]);
    judge
        .verdict("a step is made from steps that are on the tape before it. So where do all the users of a step stand?")
}

fn case(judge: &mut Judge, name: &str, got: Vec<f64>, expected: Vec<f64>) {
    let close = |(got, expected): (&f64, &f64)| (got - expected).abs() <= 1e-9 * expected.abs().max(1.0);
    let good = got.len() == expected.len() && got.iter().zip(&expected).all(close);
    judge.case(name, format!("{expected:?}"), format!("{got:?}"), good);
}

/// A tape of up to four leaves and a dozen steps, one of its steps, and that step's slopes as gradus has them.
fn random_tape(rng: &mut impl rand::Rng) -> (MiniTape, usize, Vec<f64>) {
    let (mut mini, tape) = (MiniTape::default(), Tape::<f64>::new());
    let mut vars = Vec::new();
    for _ in 0..rng.random_range(1..=4) {
        let value = rng.random_range(-1.5..1.5);
        mini.leaf(value);
        vars.push(tape.var(value));
    }
    for _ in 0..rng.random_range(1..=12) {
        let (i, j) = (rng.random_range(0..vars.len()), rng.random_range(0..vars.len()));
        if rng.random() {
            mini.add(i, j);
            vars.push(vars[i] + vars[j]);
        } else {
            mini.mul(i, j);
            vars.push(vars[i] * vars[j]);
        }
    }
    let loss = rng.random_range(0..vars.len());
    let gradients = vars[loss].backward();
    let slopes = vars.iter().map(|&var| gradients.get(var).map_or(0.0, |slope| slope.item())).collect();
    (mini, loss, slopes)
}
