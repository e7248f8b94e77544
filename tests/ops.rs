//! One snapshot for every row of the table of ops: what it computes, what flows back for a fixed random cotangent, and
//! whether central differences agree.

use gradus::Tape;
use gradus::table::{Example, TABLE};
use ndarray::{ArrayD, ArrayViewD};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::fmt::Write;

#[test]
fn every_op_computes_and_differentiates_as_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for example in TABLE {
            insta::assert_snapshot!(example.op.replace('\'', "_grad"), report(example));
        }
    });
}

fn report(example: &Example) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let operands: Vec<ArrayD<f64>> = example.operands.iter().map(|operand| operand.sample(&mut rng)).collect();
    let tape = Tape::new();
    let mut x = Vec::new();
    for (kind, value) in example.operands.iter().zip(&operands) {
        x.push(if kind.is_differentiable() { tape.var(value) } else { tape.input(value) });
    }
    let y = (example.f64)(&x);
    let cotangent = ArrayD::from_shape_simple_fn(y.shape().to_vec(), || rng.random_range(-1.0..1.0));
    let gradients = y.backward_with(tape.input(&cotangent));

    let mut text = heading(example.op, &tape.nodes()[x.len()..=y.index().index()]);
    let (mut agree, mut any) = (true, false);
    for (slot, &x) in x.iter().enumerate() {
        writeln!(text, "operand {} {}\n{}", slot + 1, x.shape(), rows(x.value().view())).unwrap();
    }
    writeln!(text, "result {}\n{}", y.shape(), rows(y.value().view())).unwrap();
    writeln!(text, "cotangent\n{}", rows(cotangent.view())).unwrap();
    for (slot, &x) in x.iter().enumerate() {
        let gradient = gradients.get(x).map(|gradient| gradient.value());
        let shown = gradient.as_ref().map_or("  -".to_owned(), |gradient| rows(gradient.view()));
        writeln!(text, "gradient of operand {}\n{shown}", slot + 1).unwrap();
        if example.operands[slot].is_differentiable() {
            let analytic = gradient.unwrap_or_else(|| ArrayD::zeros(x.value().raw_dim()));
            let numeric = central_differences(example, &operands, slot, &cotangent);
            any = true;
            agree &= analytic.iter().zip(&numeric).all(|(a, n)| (a - n).abs() <= 1e-6 * a.abs().max(n.abs()) + 1e-8);
        }
    }
    assert!(any, "{}: nothing to differentiate", example.op);
    writeln!(text, "agrees with finite differences: {}", if agree { "yes" } else { "NO" }).unwrap();
    text
}

/// The op's formula, or, if the row's program is composed of several ops, their names.
fn heading(name: &str, program: &[gradus::NodeInfo]) -> String {
    match program {
        [.., op] if op.op == name => format!("{name}: {}\n{}", op.formula, attributes(&op.attributes)),
        ops => format!("{name}: composed of {}\n", ops.iter().map(|op| op.op).collect::<Vec<_>>().join(", ")),
    }
}

fn attributes(attributes: &str) -> String {
    if attributes.is_empty() { String::new() } else { format!("with {attributes}\n") }
}

/// d sum(cotangent * y) / d operand, from the slope of the program on either side.
fn central_differences(
    example: &Example,
    operands: &[ArrayD<f64>],
    slot: usize,
    cotangent: &ArrayD<f64>,
) -> ArrayD<f64> {
    let run = |operands: &[ArrayD<f64>]| {
        let tape = Tape::new();
        let mut x = Vec::new();
        for operand in operands {
            x.push(tape.input(operand));
        }
        ((example.f64)(&x).value() * cotangent).sum()
    };
    let mut slopes = operands[slot].clone();
    for (i, slope) in slopes.iter_mut().enumerate() {
        let step = 1e-5;
        let [ahead, behind] = [step, -step].map(|step| {
            let mut moved = operands.to_vec();
            *moved[slot].iter_mut().nth(i).unwrap() += step;
            run(&moved)
        });
        *slope = (ahead - behind) / (2.0 * step);
    }
    slopes
}

/// The numbers with five significant digits, one line for each row of the last axis.
fn rows(array: ArrayViewD<f64>) -> String {
    let shape = array.shape().to_vec();
    let width = shape.last().copied().unwrap_or(1).max(1);
    let numbers: Vec<String> = array.iter().map(|&x| format!("{:>10}", five_digits(x))).collect();
    let block = shape.iter().rev().skip(1).take(1).product::<usize>().max(1);
    let mut text = String::new();
    for (row, numbers) in numbers.chunks(width).enumerate() {
        let gap = if row > 0 && row % block == 0 && shape.len() > 2 { "\n" } else { "" };
        text += &format!("{gap}  {}\n", numbers.join(" ").trim_end());
    }
    text.pop();
    text
}

fn five_digits(x: f64) -> String {
    if x.abs() < 1e-12 {
        return "0".into();
    }
    let decimals = (4 - x.abs().log10().floor() as i32).max(0) as usize;
    format!("{x:.decimals$}")
}
