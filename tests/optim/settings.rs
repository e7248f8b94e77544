//! Settings that an optimizer refuses, and learning rates that change from step to step.

use super::{boxed, every_kind, named, numbers, step};
use gradus::optim::{Adam, AdamW, OptimError, Optimizer, RmsProp, Schedule, Sgd};

#[test]
fn a_setting_that_cannot_be_is_refused_by_name_before_anything_changes() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let adam = |beta1, beta2| boxed(Adam::new(0.1).betas(beta1, beta2));
    let adam_w = |beta1, beta2| boxed(AdamW::new(0.1).betas(beta1, beta2));
    let mut settings: Vec<(Box<dyn Optimizer<f64>>, &str, &str)> = Vec::new();
    for bad in [1.0, 1.5, -0.1, nan, inf, -inf] {
        settings.push((adam(bad, 0.999), "Adam", "beta1"));
        settings.push((adam(0.9, bad), "Adam", "beta2"));
        settings.push((adam_w(bad, 0.999), "AdamW", "beta1"));
        settings.push((adam_w(0.9, bad), "AdamW", "beta2"));
        settings.push((boxed(RmsProp::new(0.1).decay(bad)), "RMSProp", "decay"));
        settings.push((boxed(Sgd::new(0.1).momentum(bad)), "SGD", "momentum"));
        settings.push((boxed(Sgd::new(0.1).nesterov(bad)), "SGD", "momentum"));
    }
    for bad in [-1e-8, nan, inf, -inf] {
        settings.push((boxed(RmsProp::new(0.1).epsilon(bad)), "RMSProp", "epsilon"));
        settings.push((boxed(Adam::new(0.1).epsilon(bad)), "Adam", "epsilon"));
        settings.push((boxed(AdamW::new(0.1).epsilon(bad)), "AdamW", "epsilon"));
    }
    for bad in [-0.1, nan, inf, -inf] {
        settings.push((boxed(Sgd::new(bad)), "SGD", "learning rate"));
        settings.push((boxed(RmsProp::new(bad)), "RMSProp", "learning rate"));
        settings.push((boxed(Adam::new(bad)), "Adam", "learning rate"));
        settings.push((boxed(AdamW::new(bad)), "AdamW", "learning rate"));
    }
    // With a learning rate of 0.1, a decay of 10 takes all of a weight away.
    for bad in [-0.01, 10.5, nan, inf, -inf] {
        settings.push((boxed(AdamW::new(0.1).weight_decay(bad)), "AdamW", "weight decay"));
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
            *optimizer.learning_rate() = bad;
            let error = step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 1.0)]).expect_err("refused");
            assert!(error.to_string().contains("learning rate"), "{kind}: {error}");
            assert_eq!(numbers(&[&w]), before, "{kind}");
        }
        *optimizer.learning_rate() = 0.0;
        step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 1.0)]).expect("a rate of 0 stands still");
        assert_eq!(numbers(&[&w]), before, "{kind}");
        *optimizer.learning_rate() = 0.01;
        step(&mut optimizer, std::slice::from_ref(&w), &[(&w, 1.0)]).expect("a step");
        assert!(numbers(&[&w])[0] < before[0], "{kind}");
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
