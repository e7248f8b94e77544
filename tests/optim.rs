//! Optimizers with parameters that are shared, listed twice, late or absent, with impossible settings, and with gradients near the limits of the
//! number's range. Every case is tried on every optimizer.

use gradus::nn::{Init, Linear, Parameters};
use gradus::optim::{Adam, AdamW, OptimError, Optimizer, RmsProp, Schedule, Sgd};
use gradus::prelude::*;
use gradus::{Dual, Scalar};
use ndarray::{Array1, arr0, arr1};

/// All optimizers, as one type.
enum Any<F: Scalar> {
    Sgd(Sgd<F>),
    RmsProp(RmsProp<F>),
    Adam(Adam<F>),
    AdamW(AdamW<F>),
}

impl<F: Scalar> Any<F> {
    fn set_rate(&mut self, rate: f64) {
        match self {
            Any::Sgd(sgd) => sgd.learning_rate = rate,
            Any::RmsProp(rmsprop) => rmsprop.learning_rate = rate,
            Any::Adam(adam) => adam.learning_rate = rate,
            Any::AdamW(adam) => adam.learning_rate = rate,
        }
    }
}

impl<F: Scalar> Optimizer<F> for Any<F> {
    fn step(&mut self, model: &impl Parameters<F>, gradients: &Gradients<F>) -> Result<(), OptimError> {
        match self {
            Any::Sgd(sgd) => sgd.step(model, gradients),
            Any::RmsProp(rmsprop) => rmsprop.step(model, gradients),
            Any::Adam(adam) => adam.step(model, gradients),
            Any::AdamW(adam) => adam.step(model, gradients),
        }
    }
}

type Make<F> = fn() -> Any<F>;

fn every_kind<F: Scalar>() -> [(&'static str, Make<F>); 6] {
    [
        ("SGD", || Any::Sgd(Sgd::new(0.01))),
        ("momentum", || Any::Sgd(Sgd::new(0.01).momentum(0.9))),
        ("Nesterov", || Any::Sgd(Sgd::new(0.01).nesterov(0.9))),
        ("RMSProp", || Any::RmsProp(RmsProp::new(0.01))),
        ("Adam", || Any::Adam(Adam::new(0.01))),
        ("AdamW", || Any::AdamW(AdamW::new(0.01))),
    ]
}

fn named<F: Scalar>(name: &str, value: f64) -> Param<F> {
    Param::new(name, arr1(&[F::from_f64(value)]))
}

/// One step on the sum of the parameters in `loss`, each times its weight.
fn step<F: Scalar>(optimizer: &mut Any<F>, model: &[Param<F>], loss: &[(&Param<F>, f64)]) -> Result<(), OptimError> {
    let tape = Tape::new();
    let terms = loss.iter().map(|&(param, weight)| (tape.param(param) * weight).sum());
    let loss = terms.reduce(|sum, term| sum + term).expect("a loss");
    optimizer.step(&model.to_vec(), &loss.backward())
}

fn numbers<F: Scalar>(params: &[&Param<F>]) -> Vec<f64> {
    params.iter().flat_map(|param| param.value().mapv(F::to_f64)).collect()
}

/// A linear layer that is used on the way in and on the way out, in a block that holds another block.
struct Tied {
    there: Linear<f64>,
    back: Linear<f64>,
}

impl Parameters<f64> for Tied {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<f64>)) {
        self.there.each_param(visit);
        self.back.each_param(visit);
    }
}

struct Nested(Tied, Vec<Param<f64>>);

impl Parameters<f64> for Nested {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<f64>)) {
        self.1.each_param(visit);
        self.0.each_param(visit);
    }
}

#[test]
fn a_parameter_that_is_listed_twice_is_stepped_once() {
    for (kind, make) in every_kind::<f64>() {
        let lists: [fn(&Param<f64>, &Param<f64>) -> Vec<Param<f64>>; 4] = [
            |w, b| vec![w.clone(), b.clone()],
            |w, b| vec![w.clone(), w.clone(), b.clone()],
            |w, b| vec![w.clone(), b.clone(), w.clone(), b.clone()],
            |w, b| vec![b.clone(), w.clone(), w.clone()],
        ];
        let results = lists.map(|list| {
            let (w, b) = (named("w", 1.0), named("b", 1.0));
            let mut optimizer = make();
            for _ in 0..3 {
                step(&mut optimizer, &list(&w, &b), &[(&w, 1.0), (&b, 2.0)]).expect("a step");
            }
            numbers(&[&w, &b])
        });
        assert!(results.iter().all(|result| *result == results[0]), "{kind}: {results:?}");
        assert!(results[0].iter().all(|&x| x < 0.999), "{kind}: {results:?}");
    }
}

#[test]
fn a_parameter_that_two_layers_share_is_stepped_once_by_the_sum_of_its_gradients() {
    for (kind, make) in every_kind::<f64>() {
        let layer = |name: &str| Linear::<f64>::new(name, 2, 2, Init::Zeros, Init::Zeros, &mut seeded(1));
        let there = layer("there");
        let tied = Tied { back: Linear { weights: there.weights.clone(), biases: layer("back").biases }, there };
        let model = Nested(tied, Vec::new());
        let model = Nested(model.0, vec![named("scale", 1.0)]);
        assert_eq!(model.params().len(), 4, "scale, the shared weights, and two biases");
        assert_eq!(model.parameter_count(), 1 + 4 + 2 + 2);
        let tape = Tape::new();
        let x = tape.input([[1.0, 2.0]]);
        let loss = (model.0.back.forward(model.0.there.forward(x)) * tape.param(&model.1[0])).sum()
            + tape.param(&model.0.there.weights).sum()
            + tape.param(&model.0.there.biases).sum();
        let gradients = loss.backward();
        let slope = gradients.param(&model.0.there.weights).expect("a gradient").value();
        make().step(&model, &gradients).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let alone = Param::new("alone", ndarray::arr2(&[[0.0, 0.0], [0.0, 0.0]]));
        let tape = Tape::new();
        let loss = (tape.param(&alone) * tape.input(&slope)).sum();
        make().step(&vec![alone.clone()], &loss.backward()).expect("a step");
        assert_eq!(model.0.there.weights.value(), alone.value(), "{kind}");
        assert_eq!(model.0.there.weights.version(), 1, "{kind}");
    }
}

#[test]
fn whatever_is_refused_is_refused_by_name_before_anything_changes() {
    for (kind, make) in every_kind::<f64>() {
        let params = ["first", "second", "third"].map(|name| named::<f64>(name, 1.0));
        let [first, second, third] = &params;
        let mut optimizer = make();
        let absent = step(&mut optimizer, &params, &[(first, 1.0), (third, 1.0)]);
        assert_eq!(absent, Err(OptimError::NoGradient { name: "second".into() }), "{kind}");

        let tape = Tape::new();
        let gradients = (tape.param(first) + tape.param(second) + tape.param(third)).sum().backward();
        third.set(&arr1(&[5.0]));
        let stale = optimizer.step(&params.to_vec(), &gradients).unwrap_err();
        assert!(matches!(stale, OptimError::Stale(_)) && stale.to_string().contains("\"third\""), "{kind}: {stale}");

        let nothing = optimizer.step(&Vec::new(), &gradients);
        assert_eq!(nothing, Err(OptimError::NoParameters), "{kind}");

        assert_eq!(numbers(&[first, second, third]), [1.0, 1.0, 5.0], "{kind}");
        // The refused steps left nothing behind: the next one is a first step.
        let (alone, mut fresh) = (named("alone", 1.0), make());
        step(&mut fresh, std::slice::from_ref(&alone), &[(&alone, 1.0)]).expect("a step");
        step(&mut optimizer, std::slice::from_ref(first), &[(first, 1.0)]).expect("a step");
        assert_eq!(first.value(), alone.value(), "{kind}");
    }
}

#[test]
fn a_parameter_that_joins_late_starts_as_the_others_did() {
    for (kind, make) in every_kind::<f64>() {
        let [early, late, alone] = ["early", "late", "alone"].map(|name| named(name, 0.0));
        let (mut optimizer, mut fresh) = (make(), make());
        for _ in 0..50 {
            step(&mut optimizer, std::slice::from_ref(&early), &[(&early, 3.0)]).expect("a step");
        }
        for _ in 0..5 {
            step(&mut optimizer, &[early.clone(), late.clone()], &[(&early, 3.0), (&late, 1.0)]).expect("a step");
            step(&mut fresh, std::slice::from_ref(&alone), &[(&alone, 1.0)]).expect("a step");
            assert_eq!(late.value(), alone.value(), "{kind}");
        }
    }
    let (a, b) = (named::<f64>("a", 0.0), named::<f64>("b", 0.0));
    let mut adam = every_kind()[4].1();
    step(&mut adam, std::slice::from_ref(&a), &[(&a, 1.0)]).expect("a step");
    step(&mut adam, std::slice::from_ref(&b), &[(&b, 1.0)]).expect("a step");
    assert!(numbers(&[&a, &b]).iter().all(|x| (x + 0.01).abs() < 1e-9), "Adam's first step is the rate: {a:?} {b:?}");
}

#[test]
fn a_parameter_that_sits_out_some_steps_goes_on_from_where_it_was() {
    for (kind, make) in every_kind::<f64>() {
        let [steady, resting, alone] = ["steady", "resting", "alone"].map(|name| named(name, 0.0));
        let (mut optimizer, mut undisturbed) = (make(), make());
        for round in 0..12 {
            step(&mut optimizer, std::slice::from_ref(&steady), &[(&steady, 1.0)]).expect("a step");
            if round % 3 == 0 {
                step(&mut optimizer, &[resting.clone(), steady.clone()], &[(&resting, 2.0), (&steady, 1.0)])
                    .expect("a step");
                step(&mut undisturbed, std::slice::from_ref(&alone), &[(&alone, 2.0)]).expect("a step");
            }
        }
        assert_eq!(resting.value(), alone.value(), "{kind}");
    }
}

#[test]
fn the_order_in_which_parameters_are_listed_changes_nothing() {
    for (kind, make) in every_kind::<f64>() {
        let results = [false, true].map(|turned| {
            let params: Vec<_> = (0..5).map(|i| named(&format!("p{i}"), i.into())).collect();
            let mut optimizer = make();
            for round in 0..6 {
                let mut list = params.clone();
                if turned {
                    list.rotate_left(round % 5);
                }
                let loss: Vec<_> = params.iter().zip([1.0, -2.0, 3.0, 0.5, 7.0]).collect();
                step(&mut optimizer, &list, &loss).expect("a step");
            }
            numbers(&params.iter().collect::<Vec<_>>())
        });
        assert_eq!(results[0], results[1], "{kind}");
    }
}

#[test]
fn a_setting_that_cannot_be_is_refused_by_name_before_anything_changes() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let adam = |beta1, beta2| Any::Adam(Adam::new(0.1).betas(beta1, beta2));
    let adam_w = |beta1, beta2| Any::AdamW(AdamW::new(0.1).betas(beta1, beta2));
    let mut settings: Vec<(Any<f64>, &str, &str)> = Vec::new();
    for bad in [1.0, 1.5, -0.1, nan, inf, -inf] {
        settings.push((adam(bad, 0.999), "Adam", "beta1"));
        settings.push((adam(0.9, bad), "Adam", "beta2"));
        settings.push((adam_w(bad, 0.999), "AdamW", "beta1"));
        settings.push((adam_w(0.9, bad), "AdamW", "beta2"));
        settings.push((Any::RmsProp(RmsProp::new(0.1).decay(bad)), "RMSProp", "decay"));
        settings.push((Any::Sgd(Sgd::new(0.1).momentum(bad)), "SGD", "momentum"));
        settings.push((Any::Sgd(Sgd::new(0.1).nesterov(bad)), "SGD", "momentum"));
    }
    for bad in [-1e-8, nan, inf, -inf] {
        settings.push((Any::RmsProp(RmsProp::new(0.1).epsilon(bad)), "RMSProp", "epsilon"));
        settings.push((Any::Adam(Adam::new(0.1).epsilon(bad)), "Adam", "epsilon"));
        settings.push((Any::AdamW(AdamW::new(0.1).epsilon(bad)), "AdamW", "epsilon"));
    }
    for bad in [-0.1, nan, inf, -inf] {
        settings.push((Any::Sgd(Sgd::new(bad)), "SGD", "learning rate"));
        settings.push((Any::RmsProp(RmsProp::new(bad)), "RMSProp", "learning rate"));
        settings.push((Any::Adam(Adam::new(bad)), "Adam", "learning rate"));
        settings.push((Any::AdamW(AdamW::new(bad)), "AdamW", "learning rate"));
    }
    // With a learning rate of 0.1, a decay of 10 takes all of a weight away.
    for bad in [-0.01, 10.5, nan, inf, -inf] {
        settings.push((Any::AdamW(AdamW::new(0.1).weight_decay(bad)), "AdamW", "weight decay"));
    }
    assert_eq!(settings.len(), 75);
    let w = named("w", 1.0);
    for (mut optimizer, who, what) in settings {
        let error = step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 1.0)]).expect_err("refused");
        let OptimError::Setting { optimizer, setting, .. } = &error else { panic!("{error}") };
        assert_eq!((*optimizer, *setting), (who, what), "{error}");
        assert!(error.to_string().starts_with(&format!("{who}: the {what} is ")), "{error}");
        assert_eq!((numbers(&[&w]), w.version()), (vec![1.0], 0), "{error}");
    }
}

#[test]
fn a_rate_that_is_changed_to_what_cannot_be_is_refused_in_the_step_and_can_be_mended() {
    for (kind, make) in every_kind::<f32>() {
        let (w, mut optimizer) = (named("w", 1.0), make());
        step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 1.0)]).expect("a step");
        let before = numbers(&[&w]);
        for bad in [f64::NAN, -0.01, f64::INFINITY, 1e300, 1e-60] {
            optimizer.set_rate(bad);
            let error = step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 1.0)]).expect_err("refused");
            assert!(error.to_string().contains("learning rate"), "{kind}: {error}");
            assert_eq!(numbers(&[&w]), before, "{kind}");
        }
        optimizer.set_rate(0.0);
        step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 1.0)]).expect("a rate of 0 stands still");
        assert_eq!(numbers(&[&w]), before, "{kind}");
        optimizer.set_rate(0.01);
        step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 1.0)]).expect("a step");
        assert!(numbers(&[&w])[0] < before[0], "{kind}");
    }
}

#[test]
fn tiny_gradients_take_steps_of_the_right_size_without_epsilon() {
    // The first step of RMSProp is η / √(1 - ρ), and that of Adam η, whatever the gradient's size.
    fn first_steps<F: Scalar>(gradient: f64) -> [f64; 2] {
        let optimizers =
            [Any::RmsProp(RmsProp::<F>::new(1e-3).epsilon(0.0)), Any::Adam(Adam::<F>::new(1e-3).epsilon(0.0))];
        optimizers.map(|mut optimizer| {
            let w = named::<F>("w", 0.0);
            step(&mut optimizer, std::slice::from_ref(&w), &[(&w, gradient)]).expect("a step");
            numbers(&[&w])[0]
        })
    }
    let right = [-1e-3 / 0.1_f64.sqrt(), -1e-3];
    for exponent in (-150..=150).step_by(10) {
        let steps = first_steps::<f64>(10_f64.powi(exponent));
        assert!(
            steps.iter().zip(right).all(|(step, right)| (step / right - 1.0).abs() < 1e-12),
            "1e{exponent}: {steps:?}"
        );
    }
    for exponent in -16..=18 {
        let steps = first_steps::<f32>(10_f64.powi(exponent));
        assert!(
            steps.iter().zip(right).all(|(step, right)| (step / right - 1.0).abs() < 1e-5),
            "1e{exponent}: {steps:?}"
        );
    }
    // Too small to be squared: the step is smaller than it should be, and never infinite.
    for gradient in [1e-20, 1e-25, 1e-38, 1e-42] {
        let steps = first_steps::<f32>(gradient);
        assert!(
            steps.iter().zip(right).all(|(&step, right)| step <= 0.0 && step >= right * 1.001),
            "{gradient}: {steps:?}"
        );
    }
}

#[test]
fn a_gradient_that_is_0_moves_nothing_even_without_epsilon() {
    for mut optimizer in
        [Any::RmsProp(RmsProp::<f32>::new(0.1).epsilon(0.0)), Any::Adam(Adam::<f32>::new(0.1).epsilon(0.0))]
    {
        let w = named("w", 2.0);
        for _ in 0..3 {
            step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 0.0)]).expect("a step");
            assert_eq!(numbers(&[&w]), [2.0]);
        }
        step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 1.0)]).expect("a step");
        assert!(numbers(&[&w])[0] < 2.0);
    }
}

#[test]
fn steps_on_dual_numbers_carry_how_they_depend_on_the_gradient() {
    // The gradient is e, once a number to nudge and once a dual number with slope 1. At 0 too, where only the tangent is there.
    for e in [0.0, 0.3, -2.0] {
        for (kind, make) in every_kind::<Dual>() {
            let (w, mut optimizer) = (named::<Dual>("w", 0.0), make());
            for _ in 0..3 {
                let tape = Tape::new();
                let loss = (tape.param(&w) * tape.input(arr1(&[Dual::variable(e)]))).sum();
                optimizer.step(&vec![w.clone()], &loss.backward()).expect("a step");
            }
            let tangent = w.value()[0].tangent;
            let plain = every_kind::<f64>();
            let (_, make) = plain.iter().find(|(name, _)| *name == kind).expect("the same kind");
            let at = |e: f64| {
                let (w, mut optimizer) = (named("w", 0.0), make());
                for _ in 0..3 {
                    step(&mut optimizer, std::slice::from_ref(&w), &[(&w, e)]).expect("a step");
                }
                numbers(&[&w])[0]
            };
            let h = if e == 0.0 { 1e-13 } else { 1e-6 };
            let nudged = (at(e + h) - at(e - h)) / (2.0 * h);
            assert!((tangent - nudged).abs() <= 1e-3 * nudged.abs().max(1e-3), "{kind} at {e}: {tangent} {nudged}");
        }
    }
}

#[test]
fn each_of_ten_thousand_parameters_keeps_its_own_memory_in_whatever_order_they_come() {
    let params: Vec<_> = (0..10_000).map(|i| Param::new(format!("w{i}"), arr0(1.0_f32))).collect();
    let mut turned = params.clone();
    turned.reverse();
    let mut optimizer = Any::Adam(Adam::new(0.01));
    for list in [&params, &turned, &params] {
        let tape = Tape::new();
        let all = list.iter().map(|param| tape.param(param)).reduce(|sum, w| sum + w).expect("parameters");
        optimizer.step(list, &all.backward()).expect("a step");
    }
    let ends: Array1<f32> = params.iter().map(|param| param.value().sum()).collect();
    assert!(ends.iter().all(|w| (w - 0.97).abs() < 1e-5), "{ends}");
}

#[test]
fn a_frozen_parameter_sits_out_and_keeps_what_is_remembered_of_it() {
    for (kind, make) in every_kind::<f64>() {
        let [trained, frozen, alone] = ["trained", "frozen", "alone"].map(|name| named(name, 0.0));
        let (mut optimizer, mut undisturbed) = (make(), make());
        let both = [trained.clone(), frozen.clone()];
        step(&mut optimizer, &both, &[(&trained, 1.0), (&frozen, 2.0)]).expect("a step");
        let before = frozen.value();
        frozen.freeze();
        for _ in 0..4 {
            step(&mut optimizer, &both, &[(&trained, 1.0), (&frozen, 2.0)]).expect("a step");
        }
        assert_eq!(frozen.value(), before, "{kind}");
        frozen.unfreeze();
        step(&mut optimizer, &both, &[(&trained, 1.0), (&frozen, 2.0)]).expect("a step");
        for _ in 0..2 {
            step(&mut undisturbed, std::slice::from_ref(&alone), &[(&alone, 2.0)]).expect("a step");
        }
        assert_eq!(frozen.value(), alone.value(), "{kind}");
        trained.freeze();
        let only_frozen = [trained.clone()];
        let nothing = step(&mut optimizer, &only_frozen, &[(&trained, 1.0), (&frozen, 2.0)]);
        assert_eq!(nothing, Err(OptimError::NoParameters), "{kind}");
    }
}

#[test]
fn adam_w_is_adam_on_weights_that_shrink_by_themselves() {
    let [mut adam, mut adam_w, mut same] = [
        Any::Adam(Adam::new(0.1)),
        Any::AdamW(AdamW::new(0.1).weight_decay(0.2)),
        Any::AdamW(AdamW::new(0.1).weight_decay(0.0)),
    ];
    let [plain, shrinking, twin] = ["plain", "shrinking", "twin"].map(|name| named::<f64>(name, 2.0));
    let mut expected = 2.0;
    for weight in [3.0, -0.5, 0.0, 1e-3, 7.0] {
        let before = numbers(&[&plain])[0];
        step(&mut adam, std::slice::from_ref(&plain), &[(&plain, weight)]).expect("a step");
        step(&mut adam_w, std::slice::from_ref(&shrinking), &[(&shrinking, weight)]).expect("a step");
        step(&mut same, std::slice::from_ref(&twin), &[(&twin, weight)]).expect("a step");
        // The gradients do not depend on the weights, so both move by the same step.
        expected = expected * (1.0 - 0.1 * 0.2) + (numbers(&[&plain])[0] - before);
        let found = numbers(&[&shrinking])[0];
        assert!((found - expected).abs() < 1e-14, "{found}, expected {expected}");
        assert_eq!(numbers(&[&twin]), numbers(&[&plain]), "without decay it is Adam, to the last bit");
    }
}

/// What `torch.optim.lr_scheduler` of PyTorch 2.15 gives for a rate of 0.1: `StepLR(3, 0.5)`, `CosineAnnealingLR(10)`, `OneCycleLR(0.1, total_steps=10)`.
#[test]
fn schedules_are_those_of_pytorch() {
    let step = [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025];
    let cosine = [
        0.1,
        0.09755282581475769,
        0.09045084971874738,
        0.07938926261462367,
        0.06545084971874739,
        0.05000000000000001,
        0.03454915028125264,
        0.020610737385376353,
        0.009549150281252635,
        0.002447174185242324,
        0.0,
    ];
    let one_cycle = [
        0.0040000000000000036,
        0.052000000000000005,
        0.1,
        0.09504846320134738,
        0.0811745653949763,
        0.06112620219362893,
        0.03887419780637107,
        0.0188258346050237,
        0.004951936798652629,
        4e-07,
    ];
    let schedules = [
        (Schedule::step(0.1, 3, 0.5), &step[..]),
        (Schedule::cosine(0.1, 10), &cosine),
        (Schedule::one_cycle(0.1, 10), &one_cycle),
    ];
    for (schedule, rates) in schedules {
        for (step, &rate) in rates.iter().enumerate() {
            let found = schedule.at(step);
            assert!((found - rate).abs() < 1e-16, "{schedule:?}, step {step}: {found}, PyTorch {rate}");
        }
        let last = schedule.at(usize::MAX);
        assert!((0.0..=*rates.last().expect("a rate")).contains(&last), "{schedule:?} goes no further up: {last}");
    }
}

#[test]
fn a_warm_up_rises_in_a_straight_line_to_where_the_schedule_begins() {
    let schedule = Schedule::cosine(0.1, 10).after_warm_up(4);
    let rates: Vec<_> = (0..6).map(|step| schedule.at(step)).collect();
    assert_eq!(rates, [0.025, 0.05, 0.1 * 3.0 / 4.0, 0.1, 0.1, Schedule::cosine(0.1, 10).at(1)]);
    assert_eq!([0, 7].map(|step| Schedule::constant(0.3).at(step)), [0.3, 0.3]);
}
