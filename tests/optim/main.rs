//! Optimizers with parameters that are shared, listed twice, late or absent. Every case is tried on every optimizer; its other files use the
//! same list.

mod settings;
mod steps;
mod training;

use gradus::Scalar;
use gradus::nn::{Init, Linear, Parameters};
use gradus::optim::{Adam, AdamW, OptimError, Optimizer, RmsProp, Sgd};
use gradus::prelude::*;
use ndarray::{Array1, arr0, arr1};

fn boxed<F: Scalar>(optimizer: impl Optimizer<F> + 'static) -> Box<dyn Optimizer<F>> {
    Box::new(optimizer)
}

type Make<F> = fn() -> Box<dyn Optimizer<F>>;

fn every_kind<F: Scalar>() -> [(&'static str, Make<F>); 6] {
    [
        ("SGD", || boxed(Sgd::new(0.01))),
        ("momentum", || boxed(Sgd::new(0.01).momentum(0.9))),
        ("Nesterov", || boxed(Sgd::new(0.01).nesterov(0.9))),
        ("RMSProp", || boxed(RmsProp::new(0.01))),
        ("Adam", || boxed(Adam::new(0.01))),
        ("AdamW", || boxed(AdamW::new(0.01))),
    ]
}

fn named<F: Scalar>(name: &str, value: f64) -> Param<F> {
    Param::new(name, arr1(&[F::from_f64(value)]))
}

/// One step on the sum of the parameters in `loss`, each times its weight.
fn step<F: Scalar>(
    optimizer: &mut dyn Optimizer<F>,
    model: &[Param<F>],
    loss: &[(&Param<F>, f64)],
) -> Result<(), OptimError> {
    let tape = Tape::new();
    let terms = loss.iter().map(|&(param, weight)| (tape.param(param) * weight).sum());
    let loss = terms.reduce(|sum, term| sum + term).expect("a loss");
    optimizer.step(&model, &loss.backward())
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
        let stale = optimizer.step(&params, &gradients).unwrap_err();
        assert!(matches!(stale, OptimError::Stale(_)) && stale.to_string().contains("\"third\""), "{kind}: {stale}");

        let nothing = optimizer.step(&Vec::<Param<f64>>::new(), &gradients);
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
fn each_of_ten_thousand_parameters_keeps_its_own_memory_in_whatever_order_they_come() {
    let params: Vec<_> = (0..10_000).map(|i| Param::new(format!("w{i}"), arr0(1.0_f32))).collect();
    let mut turned = params.clone();
    turned.reverse();
    let mut optimizer = Adam::new(0.01);
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
