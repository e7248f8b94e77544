//! The gradient checks, as snapshots. The one idea to know: a snapshot keeps the whole verdict (what was checked, how large the
//! gradients are, how many of them are 0), so that a check which quietly stops proving anything shows up in review.

use gradient_snapshots::{Decay, soft_clip};
use gradus::check::{Check, Report};
use gradus::nn::{Init, Linear, Parameters};
use gradus::prelude::*;
use gradus::{Cotangents, Local, Op, View, ViewMut};

const TIMES: [f64; 5] = [0.0, 0.5, 1.0, 2.0, 4.0];
const VALUES: [f64; 5] = [3.1, 2.2, 1.7, 0.9, 0.6];
const START: Decay = Decay { amplitude: 2.0, rate: 0.5, floor: 0.3 };

/// Holds a gradient of the cost at `START` against nudges of its three numbers.
fn check_by_hand(claimed: &[f64; 3]) -> Report {
    let start = [START.amplitude, START.rate, START.floor];
    Check::new().names(["amplitude", "rate", "floor"]).by_hand(
        |x| Decay { amplitude: x[0].sum(), rate: x[1].sum(), floor: x[2].sum() }.cost(&TIMES, &VALUES),
        &start,
        claimed,
    )
}

/// The library's own gradient, which knows nothing of tapes.
#[test]
fn the_gradient_written_by_hand_is_right() {
    let report = check_by_hand(&START.gradient(&TIMES, &VALUES));
    insta::assert_snapshot!(report.snapshot());
}

/// The same model recorded on a tape: the tape finds the gradient by itself.
#[test]
fn a_tape_finds_the_same_gradient() {
    let tape = Tape::<f64>::new();
    let (a, k, c) = (tape.var(START.amplitude), tape.var(START.rate), tape.var(START.floor));
    let y = a * (-k * tape.input(TIMES)).exp() + c;
    let cost = (y - tape.input(VALUES)).pow(2.0).mean() / 2.0;
    let gradients = cost.backward();
    for (by_tape, by_hand) in [a, k, c].map(|x| gradients.wrt(x).item()).iter().zip(START.gradient(&TIMES, &VALUES)) {
        assert!((by_tape - by_hand).abs() < 1e-14, "{by_tape} by tape, {by_hand} by hand");
    }
}

/// The library's activation as an op of its own: forward calls the library, the vjp is written down here.
#[derive(PartialEq)]
struct SoftClip;

impl Op<f64> for SoftClip {
    fn name(&self) -> &'static str {
        "soft_clip"
    }
    fn formula(&self) -> &'static str {
        "y = x / √(1 + x²)"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        Ok(operands[0])
    }
    fn forward(&self, x: &[View<f64>], y: ViewMut<f64>) {
        for (y, &x) in y.data.iter_mut().zip(x[0].data) {
            *y = soft_clip(x);
        }
    }
    // dx = g / (1 + x²)^(3/2)
    fn vjp<'t>(&self, at: &Local<'t, f64>) -> Cotangents<'t, f64> {
        let (g, [x]) = (at.cotangent(), at.operands());
        [at.to(0, || g * (1.0 + x * x).pow(-1.5))].into()
    }
}

/// Because the vjp is written in Vars, the gradient has a gradient too.
#[test]
fn the_activation_has_the_right_first_and_second_derivative() {
    let report = Check::new()
        .names(["x"])
        .order(2)
        .run(|x| x[0].tape().record(SoftClip, &[x[0]]), &[[-30.0, -1.5, -0.1, 0.0, 0.7, 4.0]]);
    insta::assert_snapshot!(report.snapshot());
}

#[test]
fn a_network_of_these_activations_has_the_right_gradient() {
    let mut rng = seeded(3);
    let hidden = Linear::<f64>::new("hidden", 3, 4, Init::Scaled, Init::Normal(0.1), &mut rng);
    let output = Linear::<f64>::new("output", 4, 2, Init::Scaled, Init::Normal(0.1), &mut rng);
    let params = [hidden.params(), output.params()].concat();
    let report = Check::new().parameters(&params, |tape| {
        let x = tape.input([[0.5, -1.0, 2.0], [1.5, 0.3, -0.8]]);
        let h = tape.record(SoftClip, &[hidden.forward(x)]);
        output.forward(h).softmax_cross_entropy(tape.labels(&[1, 0]))
    });
    insta::assert_snapshot!(report.snapshot());
}

/// A gradient with a mistake that is made every day: the sum over the samples was not divided by their number. The snapshot keeps
/// what the checker says about it. To see a failing test as you would meet it, run
///
/// ```text
/// GRADUS_SHOW_A_FAILURE=1 cargo test -p gradient_snapshots
/// ```
#[test]
fn a_forgotten_mean_is_found() {
    let forgotten = START.gradient(&TIMES, &VALUES).map(|mean| mean * TIMES.len() as f64);
    let report = check_by_hand(&forgotten);
    if std::env::var_os("GRADUS_SHOW_A_FAILURE").is_some() {
        assert!(report.passed(), "{report}");
    }
    assert!(!report.passed());
    insta::assert_snapshot!(report.snapshot());
}

#[test]
fn the_fit_goes_where_the_gradient_says() {
    let fitted = START.fitted(&TIMES, &VALUES, 0.3, 500);
    assert!(fitted.cost(&TIMES, &VALUES) < 0.1 * START.cost(&TIMES, &VALUES), "{fitted:?}");
}
