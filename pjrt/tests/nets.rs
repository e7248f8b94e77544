//! Nets of the course train on XLA as they train here: 200 steps from the same start, and several devices that sum their gradients as one does. Tried where `GRADUS_PJRT_PLUGINS` names plugins.

mod course;

use course::{DEVICES, Net, batch, data, nets};
use gradus::step::Step;
use gradus_pjrt::{Number, Plugin, Session};
use ndarray::ArrayD;
use std::iter;

const STEPS: usize = 200;
/// How far a loss may be from ours, relative to it, if rounding does not grow.
const WITHIN: f64 = 1e-4;

fn plugins() -> Vec<String> {
    std::env::var("GRADUS_PJRT_PLUGINS").map(|paths| paths.split(':').map(str::to_owned).collect()).unwrap_or_default()
}

/// The losses of our own engine, and those of each plugin.
fn losses<F: Number>(step: &Step, data: &[(&'static str, ArrayD<f32>)], plugins: &[Plugin]) -> Vec<Vec<f64>> {
    let number = |x: f32| F::from_f64(x.into());
    let input = |input: ArrayD<f32>| input.mapv(number);
    let batches: Vec<Vec<ArrayD<F>>> =
        (0..STEPS).map(|number| batch(step, data, number, 1).into_iter().map(input).collect()).collect();
    let start = step.start::<F>().expect("a state");
    let (mut runner, mut state) = (step.runner::<F>().expect("a runner"), start.clone());
    let here = batches.iter().map(|batch| runner.run(&mut state, batch).expect("a step here").to_f64()).collect();
    let there = plugins.iter().map(|plugin| {
        let mut session = Session::new(plugin, step, &start).expect("a session");
        batches.iter().map(|batch| session.run(batch).expect("a step there").to_f64()).collect()
    });
    let all: Vec<Vec<f64>> = iter::once(here).chain(there).collect();
    assert!(all.iter().flatten().all(|loss| loss.is_finite()), "{all:?}");
    all
}

/// How far losses are from others at most, relative to those.
fn apart(losses: &[f64], others: &[f64]) -> f64 {
    losses.iter().zip(others).map(|(loss, other)| ((loss - other) / other).abs()).fold(0.0, f64::max)
}

#[test]
fn devices_that_sum_their_gradients_train_as_one_does() {
    let (data, nets) = (data(), nets().expect("steps"));
    let [alone, parallel] = ["ch18", "ch18_parallel"]
        .map(|name| &nets.iter().find(|net| net.name == name).expect("a net of this name").step);
    for path in plugins() {
        let one = Plugin::load(&path).expect("a plugin");
        let several = Plugin::with_devices(&path, DEVICES).expect("several devices");
        let mut one = Session::<f32>::new(&one, alone, &alone.start().unwrap()).expect("a session");
        let mut several = Session::<f32>::new(&several, parallel, &parallel.start().unwrap()).expect("a session");
        let mut worst = 0.0_f32;
        for number in 0..100 {
            let inputs = batch(alone, &data, number, 1);
            assert_eq!(batch(parallel, &data, number, DEVICES), inputs, "the same 64 digits");
            let (expected, got) = (one.run(&inputs).expect("a step"), several.run(&inputs).expect("a step"));
            worst = worst.max((expected - got).abs());
            assert!((expected - got).abs() <= 1e-5, "step {number}: {expected} on one device, {got} on {DEVICES}");
        }
        println!(
            "100 steps of chapter 18's net: the losses of {DEVICES} devices are at most {worst:.1e} from those of one"
        );
        // What each device has of its own batch comes back in the order of the batches.
        let inputs = batch(parallel, &data, 100, DEVICES);
        let scores = several.value(parallel, "scores").expect("a value");
        let got = several.compute(&scores, &inputs).expect("scores");
        let state = several.state().expect("a state");
        let expected = alone.runner::<f32>().unwrap().compute("scores", &state, &inputs).expect("scores here");
        assert_eq!(got.shape(), expected.shape());
        assert!(got.iter().zip(&expected).all(|(got, expected)| (got - expected).abs() < 1e-3), "{got} and {expected}");
    }
}

#[test]
fn nets_of_the_course_have_the_same_losses_there() {
    let plugins: Vec<Plugin> = plugins().iter().map(|path| Plugin::load(path).expect("a plugin")).collect();
    if plugins.is_empty() {
        return;
    }
    let (data, mut wrong) = (data(), Vec::new());
    for Net { name, step } in nets().expect("steps") {
        // What a file holds is the step, and may be run on another kind of number.
        let json = step.to_json();
        let [f32, f64] = ["f32", "f64"].map(|number| {
            Step::from_json(&json.replacen(r#""number": "f32""#, &format!(r#""number": "{number}""#), 1))
                .expect("a step")
        });
        assert_eq!(f32, step);
        let [single, double] = [losses::<f32>(&f32, &data, &plugins), losses::<f64>(&f64, &data, &plugins)];
        // Where rounding grows, as through a maximum or Adam's division, our own losses in f32 are far from those in f64, and XLA's may be as far from ours.
        let rounding = apart(&single[0], &double[0]);
        for (kind, losses, within) in [("f32", single, WITHIN.max(2.0 * rounding)), ("f64", double, WITHIN)] {
            let (ours, worst) =
                (&losses[0], losses[1..].iter().map(|there| apart(there, &losses[0])).fold(0.0, f64::max));
            println!(
                "{name} {kind}: from {:.4} to {:.4}, at most {worst:.1e} apart; {within:.1e} is allowed",
                ours[0],
                ours[STEPS - 1]
            );
            if worst > within {
                wrong.push(format!("{name} {kind}: {worst:.1e}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
