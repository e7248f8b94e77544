//! Right gradients in places where a slope is hard to measure: near poles, at the edge of a domain, where results are huge or tiny, on steep slopes,
//! where differences cancel. There the checker may say that it cannot tell, and why. It must never call a right gradient wrong, and must not accept a
//! wrong one.
use gradus::check::sabotage::{Sabotage, sabotage};
use gradus::check::{Check, Report, Verdict};
use gradus::prelude::*;
use gradus::{Cotangents, Local, Op, View, ViewMut};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::collections::BTreeMap;

/// y = x, computed in f32: a staircase of tiny steps.
#[derive(PartialEq)]
struct InSinglePrecision;

impl<F: Scalar> Op<F> for InSinglePrecision {
    fn name(&self) -> &'static str {
        "single"
    }
    fn formula(&self) -> &'static str {
        "y = x, rounded to f32"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        for (y, &x) in y.data.iter_mut().zip(x[0].data) {
            let rounding = x.to_f64() - f64::from(x.to_f64() as f32);
            *y = x - F::from_f64(rounding);
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.to(0, || at.cotangent())].into()
    }
}

/// A step of a program of one array, element by element.
#[derive(Clone, Copy, Debug)]
enum Step {
    Times(f64),
    Plus(f64),
    Over,
    Ln,
    Sqrt,
    Pow(f64),
    Exp,
    Tanh,
    Sigmoid,
    Softplus,
    Sin,
    Erf,
    Gelu,
    Square,
    Relu,
    Abs,
    Single,
}

impl Step {
    fn of<'t, F: Scalar>(self, x: Var<'t, F>) -> Var<'t, F> {
        match self {
            Step::Times(c) => x * c,
            Step::Plus(c) => x + c,
            Step::Over => 1.0 / x,
            Step::Ln => x.ln(),
            Step::Sqrt => x.sqrt(),
            Step::Pow(p) => x.pow(p),
            Step::Exp => x.exp(),
            Step::Tanh => x.tanh(),
            Step::Sigmoid => x.sigmoid(),
            Step::Softplus => x.softplus(),
            Step::Sin => x.sin(),
            Step::Erf => x.erf(),
            Step::Gelu => x.gelu(),
            Step::Square => x * x,
            Step::Relu => x.relu(),
            Step::Abs => x.abs(),
            Step::Single => x.tape().record(InSinglePrecision, &[x]),
        }
    }
}

impl Step {
    /// The name of its op, if it is not linear.
    fn op(self) -> Option<&'static str> {
        Some(match self {
            Step::Times(_) | Step::Plus(_) => return None,
            Step::Over => "div",
            Step::Ln => "ln",
            Step::Sqrt => "sqrt",
            Step::Pow(_) => "pow",
            Step::Exp => "exp",
            Step::Tanh => "tanh",
            Step::Sigmoid => "sigmoid",
            Step::Softplus => "softplus",
            Step::Sin => "sin",
            Step::Erf => "erf",
            Step::Gelu => "gelu",
            Step::Square => "mul",
            Step::Relu => "relu",
            Step::Abs => "abs",
            Step::Single => "single",
        })
    }
}

/// A program, and the point where it is checked.
#[derive(Clone, Debug)]
struct Case {
    place: &'static str,
    steps: Vec<Step>,
    x: [f64; 3],
}

impl Case {
    fn run<'t, F: Scalar>(&self, x: Var<'t, F>) -> Var<'t, F> {
        self.steps.iter().fold(x, |x, step| step.of(x))
    }

    fn check(&self, order: u32, with_duals: bool) -> Report {
        let check = Check::new().order(order);
        match with_duals {
            true => check.run_with_duals(|x| self.run(x[0]), |x| self.run(x[0]), &[self.x]),
            false => check.run(|x| self.run(x[0]), &[self.x]),
        }
    }

    /// The same with an op whose vjp is broken.
    fn check_broken(&self, op: &str, how: Sabotage, with_duals: bool) -> Report {
        match with_duals {
            true => Check::new().run_with_duals(
                |x| {
                    let y = self.run(x[0]);
                    sabotage(y.tape(), op, how);
                    y
                },
                |x| self.run(x[0]),
                &[self.x],
            ),
            false => Check::new().run(
                |x| {
                    let y = self.run(x[0]);
                    sabotage(y.tape(), op, how);
                    y
                },
                &[self.x],
            ),
        }
    }

    /// The gradient, with an op broken or not.
    fn gradient(&self, broken: Option<(&str, Sabotage)>) -> Vec<f64> {
        let tape = Tape::<f64>::new();
        let x = tape.var(self.x);
        let y = self.run(x);
        if let Some((op, how)) = broken {
            sabotage(&tape, op, how);
        }
        let gradient = y.sum().try_backward().ok().and_then(|gradients| gradients.get(x));
        gradient.map_or(vec![0.0; 3], |gradient| gradient.value().into_iter().collect())
    }

    /// Whether breaking an op changes the gradient: 0 stays 0, and two faults can cancel.
    fn is_harmed_by(&self, op: &str, how: Sabotage) -> bool {
        let pairs = self.gradient(None).into_iter().zip(self.gradient(Some((op, how))));
        pairs.into_iter().any(|(right, broken)| (right - broken).abs() > 1e-6 * right.abs().max(broken.abs()))
    }

    /// Whether results, gradients and gradients of gradients are numbers that f64 can hold.
    fn is_finite(&self) -> bool {
        let tape = Tape::<f64>::new();
        let x = tape.var(self.x);
        let y = self.run(x);
        let Ok(gradient) = y.sum().try_backward().map(|gradients| gradients.wrt(x)) else { return false };
        let second = gradient.sum().try_backward().ok().and_then(|gradients| gradients.get(x));
        let representable = |x: Var<f64>| x.value().iter().all(|x| x.is_finite() && (*x == 0.0 || x.is_normal()));
        representable(y) && representable(gradient) && second.is_none_or(representable)
    }
}

/// The hard places: each gives the first steps of a program, and a number to start from.
const PLACES: [(&str, fn(&mut ChaCha8Rng) -> (Vec<Step>, [f64; 3])); 16] = [
    ("near the pole of 1/x", |random| (vec![Step::Over], points(random, -12.0, -1.0, true))),
    ("near the pole of x^-p", |random| {
        let p = f64::from(random.random_range(1..5));
        (vec![Step::Pow(-p / 2.0)], points(random, -8.0, -1.0, false))
    }),
    ("near a pole that is not at 0", |random| {
        let pole = random.random_range(0.5..2.0);
        (vec![Step::Plus(-pole), Step::Over], points(random, -7.0, -1.0, true).map(|x| pole + x))
    }),
    ("ln near 0", |random| (vec![Step::Ln], points(random, -300.0, -3.0, false))),
    ("sqrt near 0", |random| (vec![Step::Sqrt], points(random, -300.0, -3.0, false))),
    ("powers near 0", |random| {
        let p = [0.3, 0.5, 1.5, 2.5, 3.0][random.random_range(0..5)];
        (vec![Step::Pow(p)], points(random, -20.0, -3.0, false))
    }),
    ("1/sqrt(1 - x²) near 1", |random| {
        let steps = vec![Step::Square, Step::Times(-1.0), Step::Plus(1.0), Step::Sqrt, Step::Over];
        (steps, points(random, -8.0, -1.0, false).map(|x| 1.0 - x))
    }),
    ("exp of hundreds", |random| (vec![Step::Exp], [0; 3].map(|_| random.random_range(200.0..705.0)))),
    ("exp of minus hundreds", |random| (vec![Step::Exp], [0; 3].map(|_| random.random_range(-690.0..-200.0)))),
    ("results of 1e300 and 1e-300", |random| {
        let size = 10.0_f64.powf(random.random_range(290.0..304.0));
        let steps = vec![Step::Sin, Step::Times(if random.random() { size } else { 1.0 / size })];
        (steps, [0; 3].map(|_| random.random_range(-3.0..3.0)))
    }),
    ("steep slopes", |random| {
        let steep = 10.0_f64.powf(random.random_range(3.0..12.0));
        let bend =
            [Step::Tanh, Step::Sigmoid, Step::Sin, Step::Erf, Step::Softplus, Step::Gelu][random.random_range(0..6)];
        (vec![Step::Times(steep), bend], [0; 3].map(|_| random.random_range(-2.0..2.0) / steep))
    }),
    ("steep slopes away from 0", |random| {
        let (steep, at) = (10.0_f64.powf(random.random_range(3.0..9.0)), random.random_range(0.5..2.0));
        let bend = [Step::Tanh, Step::Sigmoid, Step::Sin, Step::Erf][random.random_range(0..4)];
        (vec![Step::Plus(-at), Step::Times(steep), bend], [0; 3].map(|_| at + random.random_range(-2.0..2.0) / steep))
    }),
    ("cancellation", |random| {
        let large = 10.0_f64.powf(random.random_range(3.0..15.5));
        (vec![Step::Plus(large), Step::Plus(-large)], [0; 3].map(|_| random.random_range(-2.0..2.0)))
    }),
    ("huge arguments", |random| {
        let step = [Step::Sin, Step::Sqrt, Step::Ln, Step::Softplus, Step::Pow(-0.5)][random.random_range(0..5)];
        let most = if matches!(step, Step::Sin) { 12.0 } else { 150.0 };
        (vec![step], points(random, 3.0, most, false))
    }),
    ("tiny arguments and kinks", |random| {
        let step = [Step::Relu, Step::Abs, Step::Tanh, Step::Sin, Step::Gelu][random.random_range(0..5)];
        let mut x = points(random, -30.0, -4.0, true);
        x[0] = if random.random() { 0.0 } else { x[0] };
        (vec![step], x)
    }),
    ("computed in f32", |random| (vec![Step::Single], [0; 3].map(|_| random.random_range(-2.0..2.0)))),
];

/// Numbers of sizes from 10^low to 10^high.
fn points(random: &mut ChaCha8Rng, low: f64, high: f64, both_signs: bool) -> [f64; 3] {
    [0; 3].map(|_| {
        let x = 10.0_f64.powf(random.random_range(low..high));
        if both_signs && random.random() { -x } else { x }
    })
}

/// The next right program of a place whose numbers f64 can hold.
fn case(place: usize, random: &mut ChaCha8Rng) -> Case {
    loop {
        let (name, make) = PLACES[place];
        let (mut steps, x) = make(random);
        for _ in 0..random.random_range(0..3) {
            let c = random.random_range(-3.0..3.0);
            let smooth =
                [Step::Times(c), Step::Plus(c), Step::Sin, Step::Tanh, Step::Square, Step::Softplus, Step::Sigmoid];
            steps.push(smooth[random.random_range(0..smooth.len())]);
        }
        let case = Case { place: name, steps, x };
        if case.is_finite() {
            return case;
        }
    }
}

#[test]
fn of_two_thousand_right_programs_in_hard_places_none_is_called_wrong() {
    let mut random = seeded(3);
    let mut counts: BTreeMap<(&str, bool), [usize; 3]> = BTreeMap::new();
    let mut convicted = Vec::new();
    for number in 0..2000 {
        let case = case(number % PLACES.len(), &mut random);
        for with_duals in [false, true] {
            let report = case.check(1 + (number / PLACES.len() % 2) as u32, with_duals);
            let count = counts.entry((case.place, with_duals)).or_default();
            if report.passed() {
                count[0] += 1
            } else if report.wrong() {
                count[2] += 1
            } else {
                count[1] += 1
            }
            if report.wrong() {
                convicted.push(format!("{case:?}, duals: {with_duals}\n{report}"));
            }
        }
    }
    let mut sums = [[0; 3]; 2];
    println!("{:<32} {:>8} {:>12} {:>6}", "", "right", "cannot tell", "WRONG");
    for ((place, with_duals), count) in &counts {
        let witness = if *with_duals { "duals" } else { "nudging" };
        println!("{place:<32} {witness:<8} {:>6} {:>12} {:>6}", count[0], count[1], count[2]);
        (0..3).for_each(|k| sums[usize::from(*with_duals)][k] += count[k]);
    }
    println!("nudging {:?}, with duals {:?}", sums[0], sums[1]);
    convicted.iter().take(40).for_each(|report| println!("{report}"));
    assert!(convicted.is_empty(), "{} of 4000 checks convicted a right gradient", convicted.len());
    // A checker that never decides is never wrong either, so "cannot tell" must stay the exception.
    assert!(sums[0][1] <= 140 && sums[1][1] <= 50, "{sums:?} could not be told");
}

#[test]
fn of_480_broken_programs_in_hard_places_none_passes() {
    let mut random = seeded(8);
    let mut counts: BTreeMap<(bool, String), [usize; 3]> = BTreeMap::new();
    let (mut harmless, mut passed) = (0, Vec::new());
    for number in 0..480 {
        let case = case(number % PLACES.len(), &mut random);
        let op = case.steps.iter().find_map(|step| step.op()).unwrap_or("add");
        let how = [Sabotage::Factor(1.5), Sabotage::Sign, Sabotage::Zero][number / PLACES.len() % 3];
        if !case.is_harmed_by(op, how) {
            harmless += 1;
            continue;
        }
        for with_duals in [false, true] {
            let report = case.check_broken(op, how, with_duals);
            let verdict = if report.wrong() { 0 } else { 1 + usize::from(report.passed()) };
            counts.entry((with_duals, format!("{how:?}"))).or_default()[verdict] += 1;
            let mut undecided = report.entries.iter().filter(|entry| entry.verdict == Verdict::CannotTell);
            assert!(undecided.all(|entry| entry.doubt.is_some()), "no reason: {report}");
            if report.passed() {
                passed.push(format!("{op} broken by {how:?}: {case:?}, duals: {with_duals}\n{report}"));
            }
        }
    }
    println!("{harmless} of 480 have the same gradient when an op is broken; of the others:");
    println!("{:<24} {:>6} {:>12} {:>6}", "", "WRONG", "cannot tell", "right");
    for ((with_duals, how), count) in &counts {
        let witness = if *with_duals { "duals" } else { "nudging" };
        println!("{how:<16}{witness:<8} {:>6} {:>12} {:>6}", count[0], count[1], count[2]);
    }
    let sum = |with_duals: bool, verdict: usize| -> usize {
        counts.iter().filter(|((duals, _), _)| *duals == with_duals).map(|(_, count)| count[verdict]).sum()
    };
    passed.iter().take(10).for_each(|report| println!("{report}"));
    assert!(passed.is_empty(), "{} wrong gradients passed", passed.len());
    let said = format!(
        "of {} broken ones none passes: {} are called wrong by nudging alone and {} with dual numbers",
        sum(false, 0) + sum(false, 1),
        sum(false, 0),
        sum(true, 0)
    );
    assert!(include_str!("../README.md").contains(&said), "README.md should say: {said}");
}
