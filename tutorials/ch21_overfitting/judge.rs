//! Judges a dropout, forward and backward, in training and in use: beside a product with zeros and 1/(1 - p), recorded and walked back.

use frame::{Judge, Judgement};
use gradus::Tape;
use ndarray::{Array2, Ix2};
use rand::RngExt;

type Layer = fn(&Array2<f64>, &Array2<f64>, f64, bool) -> Array2<f64>;

pub fn judge(forward: Layer, backward: Layer) -> Judgement {
    Judge::examine("21_overfitting", |judge| {
        for shape in judge.shapes() {
            one_case(judge, forward, backward, shape, 1.0, 0.5, true);
        }
        for p in [0.2, 0.8, 0.0] {
            one_case(judge, forward, backward, (3, 4), 1.0, p, true);
        }
        let p = judge.rng().random_range(0.1..0.9);
        one_case(judge, forward, backward, (5, 4), 1e6, p, true);
        for p in [0.5, 0.8] {
            one_case(judge, forward, backward, (3, 4), 1.0, p, false);
        }
    })
}

fn one_case(
    judge: &mut Judge,
    forward: Layer,
    backward: Layer,
    shape: (usize, usize),
    size: f64,
    p: f64,
    training: bool,
) {
    let [x, g] = [(); 2].map(|()| judge.draw(shape, size));
    let drawn = judge.draw(shape, 1.0).mapv(f64::abs);
    let kept = drawn.mapv(|drawn| f64::from(u8::from(drawn >= p)));
    let factors = if training { &kept / (1.0 - p) } else { Array2::ones(shape) };
    let tape = Tape::new();
    let input = tape.var(&x);
    let output = input * tape.input(&factors);
    let of_pass = |numbers: ndarray::ArrayD<f64>| numbers.into_dimensionality::<Ix2>().expect("the shape of x");
    let expected = of_pass(output.value());
    let flowed = of_pass((output * tape.input(&g)).sum().backward().wrt(input).value());
    let when = if training { "in training" } else { "in use" };
    judge.given(format!("x {:?}, p = {p:.2}, {when}; drawn {}", shape, shown(&drawn)));

    let gone = kept.mapv(|kept| 1.0 - kept);
    let case = judge.equal("the output", &expected, forward(&x, &drawn, p, training));
    match training {
        true => case
            .slip("those that are kept are not divided by 1 - p: in training the layer gives less than in use", || {
                &x * &kept
            })
            .slip("divide by 1 - p, the share that is kept, not by p", || &x * &kept / p)
            .slip("multiplied by 1 - p instead of divided", || &x * &kept * (1.0 - p))
            .slip("where drawn < p, the output is 0; here those stay and the others go", || &x * &gone / (1.0 - p))
            .slip("where drawn < p, the output is 0; here those stay and the others go", || &x * &gone / p)
            .slip("nothing is left out: this is the layer in use", || x.clone())
            .slip("every number is divided by 1 - p, even those that should become 0", || &x / (1.0 - p)),
        false => case
            .slip("in use nothing is left out: the mean is right without it", || &x * &kept / (1.0 - p))
            .slip("in use nothing is left out", || &x * &kept)
            .slip("in use nothing is divided: all numbers are there now", || &x / (1.0 - p))
            .slip("in use nothing is made smaller: dividing by 1 - p in training is enough", || &x * (1.0 - p)),
    };
    let case = judge.equal("the gradient of x", &flowed, backward(&g, &drawn, p, training));
    match training {
        true => case
            .slip("what was left out does not move the result: its gradient is 0", || g.clone())
            .slip("what was left out does not move the result: its gradient is 0", || &g / (1.0 - p))
            .slip("the factor 1/(1 - p) is missing: the slope of a product is the factor itself", || &g * &kept)
            .slip("the gradient flows through those that were left out", || &g * &gone / (1.0 - p))
            .slip("multiplied by 1 - p instead of divided: the slope is the factor of the forward pass", || {
                &g * &kept * (1.0 - p)
            })
            .slip("the factor stands here twice", || &g * &kept / ((1.0 - p) * (1.0 - p))),
        false => case
            .slip("in use everything flows back as it came", || &g * &kept / (1.0 - p))
            .slip("in use everything flows back as it came", || &g * &kept),
    };
}

/// The numbers that were drawn, if they are few.
fn shown(drawn: &Array2<f64>) -> String {
    match drawn.len() <= 6 {
        true => format!("[{}]", drawn.iter().map(|x| format!("{x:.2}")).collect::<Vec<_>>().join(" ")),
        false => "numbers from 0 to 1".to_owned(),
    }
}
