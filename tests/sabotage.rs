//! Every op of the library is broken in every way that makes sense for it. The gradient checker must notice each time, name the
//! op, and nearly always guess what is wrong with it.
use gradus::check::sabotage::{Sabotage, sabotage};
use gradus::check::{Cause, Check, Report, Seen};
use gradus::ops::{Example, TABLE};
use gradus::prelude::*;
use ndarray::ArrayD;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

const WAYS: [Sabotage; 15] = [
    Sabotage::Sign,
    Sabotage::Factor(2.0),
    Sabotage::Factor(0.7),
    Sabotage::Zero,
    Sabotage::Dropped,
    Sabotage::Transposed,
    Sabotage::NoBatchMean,
    Sabotage::OneCopy,
    Sabotage::CotangentIgnored,
    Sabotage::LastElementZero,
    Sabotage::WrongValue { used: Seen::Operand(0), meant: Seen::Result },
    Sabotage::WrongValue { used: Seen::Result, meant: Seen::Operand(0) },
    Sabotage::WrongValue { used: Seen::Operand(0), meant: Seen::Operand(1) },
    Sabotage::WrongValue { used: Seen::Operand(1), meant: Seen::Operand(0) },
    Sabotage::WrongValue { used: Seen::Result, meant: Seen::Operand(1) },
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

    /// The row's program, given the operands that have a gradient.
    fn program<'t>(&self, variables: &[Var<'t, f64>], how: Option<Sabotage>) -> Var<'t, f64> {
        let (tape, mut next) = (variables[0].tape(), variables.iter());
        let mut operands = Vec::new();
        for (operand, value) in self.row.operands.iter().zip(&self.values) {
            operands.push(if operand.is_differentiable() { *next.next().unwrap() } else { tape.input(value) });
        }
        let result = (self.row.f64)(&operands);
        if let Some(how) = how {
            sabotage(tape, self.row.op, how);
        }
        result
    }

    /// Whether the row's program records an op of the row's name, or is only composed of other rows' ops.
    fn is_an_op(&self) -> bool {
        let tape = Tape::new();
        let variables: Vec<Var<f64>> = self.variables().iter().map(|value| tape.var(value)).collect();
        self.program(&variables, None);
        tape.nodes().iter().any(|node| node.op == self.row.op)
    }

    fn check(&self, how: Option<Sabotage>) -> Report {
        Check::new().run(|x| self.program(x, how), &self.variables())
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
        let shape = |seen| match seen {
            Seen::Result => Some(&result[..]),
            Seen::Operand(slot) => shapes.get(slot).copied(),
        };
        let fits = match how {
            Sabotage::WrongValue { used, meant } => shape(used).is_some() && shape(used) == shape(meant),
            // Only what takes a mean can forget to.
            Sabotage::NoBatchMean => self.row.op == "mean" || result.rank() == 0 && shapes[0].len() > 1,
            _ => true,
        };
        let differ = |(a, b): (&f64, &f64)| (a - b).abs() > 1e-6 * a.abs().max(b.abs());
        fits && self.gradients(None).iter().zip(&self.gradients(Some(how))).any(differ)
    }
}

/// Whether the guess is what was done.
fn guessed(how: Sabotage, cause: Option<&Cause>) -> bool {
    match (how, cause) {
        (Sabotage::Sign, Some(Cause::Sign))
        | (Sabotage::Zero, Some(Cause::Zero))
        | (Sabotage::Dropped, Some(Cause::NoGradient))
        | (Sabotage::Transposed, Some(Cause::Transposed))
        | (Sabotage::NoBatchMean, Some(Cause::BatchSize { .. }))
        | (Sabotage::OneCopy, Some(Cause::MissingSum { .. }))
        | (Sabotage::CotangentIgnored, Some(Cause::CotangentIgnored))
        | (Sabotage::LastElementZero, Some(Cause::SomeZero { zeros: 1 })) => true,
        (Sabotage::Factor(done), Some(Cause::Factor(guess))) => (done / guess - 1.0).abs() < 1e-5,
        // Where the vjp needs both, f(a, b) became f(a, a), and b cannot be shown to it any more.
        (Sabotage::WrongValue { meant: Seen::Operand(meant), .. }, Some(Cause::Unused { operand })) => {
            meant == *operand
        }
        (Sabotage::WrongValue { used, meant }, Some(Cause::WrongValue { used: u, meant: m })) => {
            (used, meant) == (*u, *m)
        }
        _ => false,
    }
}

#[test]
fn every_op_passes_as_it_is_to_second_order() {
    for row in TABLE {
        let trial = Trial::new(row);
        let report = Check::new().order(2).run(|x| trial.program(x, None), &trial.variables());
        assert!(report.passed(), "{}\n{report}", row.op);
    }
}

#[test]
fn every_broken_op_is_noticed_and_named_and_nearly_every_mistake_is_recognised() {
    let (mut broken, mut noticed, mut named, mut recognised) = (0, 0, 0, 0);
    let trials: Vec<Trial> = TABLE.iter().map(Trial::new).filter(Trial::is_an_op).collect();
    assert!(trials.len() > 50, "only {} rows record the op they are named after", trials.len());
    for trial in trials {
        let row = trial.row;
        for how in WAYS.into_iter().filter(|&how| trial.is_harmed_by(how)) {
            let report = trial.check(Some(how));
            let fault = report.diagnosis.as_ref().and_then(|diagnosis| diagnosis.fault.as_ref());
            broken += 1;
            noticed += usize::from(!report.passed());
            named += usize::from(fault.is_some_and(|fault| fault.op == row.op));
            match guessed(how, report.cause()) {
                true => recognised += 1,
                false => println!("{}: {how:?} was taken for {:?}", row.op, report.cause()),
            }
        }
    }
    println!("{broken} broken vjps: {noticed} noticed, {named} named, {recognised} recognised");
    assert!(broken > 300, "{broken}");
    assert_eq!((noticed, named), (broken, broken));
    assert!(recognised as f64 >= 0.9 * broken as f64, "{recognised} of {broken}");
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
