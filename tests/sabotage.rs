//! Every op of the library is broken in every way that makes sense for it. The gradient checker must notice each time, name the
//! op, and guess what is wrong with it.
use gradus::check::sabotage::{Sabotage, sabotage};
use gradus::check::{Cause, Check, Report, Seen, Witness};
use gradus::prelude::*;
use gradus::table::{Example, TABLE};
use ndarray::ArrayD;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// The names of the mistakes, and how to make them.
const WAYS: [(&str, Sabotage); 15] = [
    ("wrong sign", Sabotage::Sign),
    ("factor 2", Sabotage::Factor(2.0)),
    ("factor 0.7", Sabotage::Factor(0.7)),
    ("zeros", Sabotage::Zero),
    ("dropped edge", Sabotage::Dropped),
    ("transposed", Sabotage::Transposed),
    ("no batch mean", Sabotage::NoBatchMean),
    ("missing broadcast sum", Sabotage::OneCopy),
    ("cotangent ignored", Sabotage::CotangentIgnored),
    ("one element zero", Sabotage::LastElementZero),
    ("wrong saved value", Sabotage::WrongValue { used: Seen::Operand(0), meant: Seen::Result }),
    ("wrong saved value", Sabotage::WrongValue { used: Seen::Result, meant: Seen::Operand(0) }),
    ("wrong saved value", Sabotage::WrongValue { used: Seen::Operand(0), meant: Seen::Operand(1) }),
    ("wrong saved value", Sabotage::WrongValue { used: Seen::Operand(1), meant: Seen::Operand(0) }),
    ("wrong saved value", Sabotage::WrongValue { used: Seen::Result, meant: Seen::Operand(1) }),
];

/// A row of the table with operands, ready to run.
struct Trial {
    row: &'static Example,
    values: Vec<ArrayD<f64>>,
}

impl Trial {
    fn new(row: &'static Example) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        Trial { row, values: row.operands.iter().map(|operand| operand.sample(&mut random)).collect() }
    }

    /// The operands that have a gradient.
    fn variables(&self) -> Vec<ArrayD<f64>> {
        let wanted = self.row.operands.iter().zip(&self.values).filter(|(operand, _)| operand.is_differentiable());
        wanted.map(|(_, value)| value.clone()).collect()
    }

    /// All the operands, given those that have a gradient.
    fn operands<'t, F: Scalar>(&self, variables: &[Var<'t, F>]) -> Vec<Var<'t, F>> {
        let (tape, mut next) = (variables[0].tape(), variables.iter());
        let mut operands = Vec::new();
        for (operand, value) in self.row.operands.iter().zip(&self.values) {
            operands.push(match operand.is_differentiable() {
                true => *next.next().unwrap(),
                false => tape.input(value.mapv(F::from_f64)),
            });
        }
        operands
    }

    /// The row's program, with its op broken.
    fn program<'t>(&self, variables: &[Var<'t, f64>], how: Option<Sabotage>) -> Var<'t, f64> {
        let result = (self.row.f64)(&self.operands(variables));
        if let Some(how) = how {
            sabotage(result.tape(), self.row.op, how);
        }
        result
    }

    /// Whether the row's program records an op of the row's name, or is only composed of other rows' ops.
    fn is_an_op(&self) -> bool {
        let tape = Tape::new();
        let variables: Vec<Var<f64>> = self.variables().iter().map(|value| tape.var(value)).collect();
        let _ = self.program(&variables, None);
        tape.nodes().iter().any(|node| node.op == self.row.op)
    }

    fn check(&self, check: &Check, how: Option<Sabotage>) -> Report {
        check.run_with_duals(|x| self.program(x, how), |x| (self.row.dual)(&self.operands(x)), &self.variables())
    }

    /// The gradients under some cotangent, as plain numbers; absent ones as zeros.
    fn gradients(&self, how: Option<Sabotage>) -> Vec<f64> {
        let tape = Tape::new();
        let variables: Vec<Var<f64>> = self.variables().iter().map(|value| tape.var(value)).collect();
        let result = self.program(&variables, how);
        let cotangent: Vec<f64> = (0..result.shape().size()).map(|i| (1.0 + i as f64).sin() + 1.3).collect();
        let gradients = result.backward_with(tape.input(&cotangent[..]).reshape(result.shape()));
        let flat = |x: &Var<f64>| match gradients.get(*x) {
            Some(gradient) => gradient.value().into_iter().collect(),
            None => vec![0.0; x.shape().size()],
        };
        variables.iter().flat_map(flat).collect()
    }

    /// Whether this way of breaking the op makes sense, and makes a difference.
    fn is_harmed_by(&self, how: Sabotage) -> bool {
        let shapes: Vec<&[usize]> = self.values.iter().map(ArrayD::shape).collect();
        let tape = Tape::new();
        let variables: Vec<Var<f64>> = self.variables().iter().map(|value| tape.var(value)).collect();
        let result = self.program(&variables, None).shape();
        // Labels are whole numbers: another value in their place is refused before a gradient is wrong.
        let shape = |seen| match seen {
            Seen::Result => Some(&result[..]),
            Seen::Operand(slot) => shapes.get(slot).copied().filter(|_| self.row.operands[slot].is_differentiable()),
        };
        let fits = match how {
            Sabotage::WrongValue { used, meant } => shape(used).is_some() && shape(used) == shape(meant),
            // Only an op that takes a mean can forget to divide.
            Sabotage::NoBatchMean => self.row.op == "mean" || result.rank() == 0 && shapes[0].len() > 1,
            _ => true,
        };
        let differ = |(a, b): (&f64, &f64)| (a - b).abs() > 1e-6 * a.abs().max(b.abs());
        fits && self.gradients(None).iter().zip(&self.gradients(Some(how))).any(differ)
    }
}

/// Whether the guess is right.
fn guessed(how: Sabotage, cause: Option<&Cause>) -> bool {
    match (how, cause) {
        (Sabotage::Sign, Some(Cause::Sign))
        | (Sabotage::Zero, Some(Cause::Zero))
        | (Sabotage::Dropped, Some(Cause::NoGradient))
        | (Sabotage::Transposed, Some(Cause::Transposed))
        | (Sabotage::OneCopy, Some(Cause::MissingSum { .. }))
        | (Sabotage::CotangentIgnored, Some(Cause::CotangentIgnored))
        | (Sabotage::LastElementZero, Some(Cause::SomeZero { zeros: 1 })) => true,
        // How many times too large it is, is the length that was not divided by.
        (Sabotage::NoBatchMean, Some(&Cause::BatchSize { factor, length })) => {
            (factor / length as f64 - 1.0).abs() < 1e-5
        }
        (Sabotage::Factor(done), Some(Cause::Factor(guess))) => (done / guess - 1.0).abs() < 1e-5,
        (Sabotage::WrongValue { .. }, Some(&Cause::WrongValue { used, meant })) => {
            how == Sabotage::WrongValue { used, meant }
        }
        _ => false,
    }
}

#[test]
fn every_op_passes_as_it_is_to_second_order_before_all_three_witnesses() {
    for row in TABLE {
        let report = Trial::new(row).check(&Check::new().order(2), None);
        assert!(report.passed(), "{}\n{report}", row.op);
        assert!(report.entries.iter().all(|entry| entry.alone.is_none()), "{}\n{report}", row.op);
    }
}

/// The results for the broken vjps.
#[derive(Default)]
struct Count {
    broken: usize,
    noticed: usize,
    named: usize,
    recognised: usize,
}

impl Count {
    fn add(&mut self, other: &Count) {
        self.broken += other.broken;
        self.noticed += other.noticed;
        self.named += other.named;
        self.recognised += other.recognised;
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Count { broken, noticed, named, recognised } = self;
        let share = 100.0 * *recognised as f64 / *broken as f64;
        write!(f, "{broken} broken vjps: {noticed} noticed, {named} named, {recognised} recognised ({share:.0}%)")
    }
}

#[test]
fn every_broken_op_is_noticed_and_named_and_every_mistake_is_recognised() {
    let trials: Vec<Trial> = TABLE.iter().map(Trial::new).filter(Trial::is_an_op).collect();
    assert!(trials.len() > 50, "only {} rows record the op they are named after", trials.len());
    let mut all = Count::default();
    let mut of_each_kind: Vec<(&str, Count)> = Vec::new();
    for (kind, how) in WAYS {
        let mut count = Count::default();
        for trial in trials.iter().filter(|trial| trial.is_harmed_by(how)) {
            let report = trial.check(&Check::new(), Some(how));
            let fault = report.diagnosis.as_ref().and_then(|diagnosis| diagnosis.fault.as_ref());
            let reverse_alone = report.entries.iter().any(|entry| entry.alone == Some(Witness::Reverse));
            count.broken += 1;
            count.noticed += usize::from(report.wrong() && reverse_alone);
            count.named += usize::from(fault.is_some_and(|fault| fault.op == trial.row.op));
            match guessed(how, report.cause()) {
                true => count.recognised += 1,
                false => println!("{}: {how:?} was taken for {:?}", trial.row.op, report.cause()),
            }
        }
        all.add(&count);
        match of_each_kind.last_mut().filter(|(last, _)| *last == kind) {
            Some((_, sum)) => sum.add(&count),
            None => of_each_kind.push((kind, count)),
        }
    }
    println!();
    for (kind, count) in &of_each_kind {
        println!("{kind:<22} {count}");
        assert!(count.broken > 0, "no op was broken by {kind}");
    }
    println!("\nsabotage in {} ways: {all}", of_each_kind.len());
    assert!(all.broken > 300, "{all}");
    assert_eq!((all.noticed, all.named, all.recognised), (all.broken, all.broken, all.broken), "{all}");
    assert!(include_str!("../README.md").contains(&all.to_string()), "README.md should say: {all}");
}

#[test]
fn one_wrong_element_among_39200_is_found_where_a_mean_difference_would_pass() {
    let weights = ndarray::Array2::from_shape_fn((50, 784), |(i, j)| 0.05 * (1.7 * (i * 784 + j) as f64).sin());
    let images = ndarray::Array2::from_shape_fn((784, 3), |(i, j)| (0.9 * (i * 3 + j) as f64).cos().max(0.0));
    let w = Param::new("W", weights);
    let report = gradus::check::parameters(&[&w], |tape| {
        let hidden = tape.param(&w).matmul(tape.input(&images)).tanh();
        sabotage(tape, "matmul", Sabotage::LastElementZero);
        (hidden * hidden).mean()
    });
    let entry = report.entry("W").unwrap();
    assert_eq!((entry.wrong, entry.worst.as_ref().unwrap().index.as_slice()), (1, &[49, 783][..]), "{report}");
    assert!(entry.mean_absolute_difference < 1e-7, "below the threshold of the textbook");
    assert_eq!(report.cause(), Some(&Cause::SomeZero { zeros: 1 }), "{report}");
}
