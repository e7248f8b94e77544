//! One small graph, read in every way that there is. The one idea to know: **a tape is a description of a computation**, and each part of this library is one
//! way to read it. All readings must agree, and here they are held to that.
//!
//! `cargo run --example walkthrough --features html,stablehlo,onnx`

use gradus::check::Check;
use gradus::draw::DrawOptions;
use gradus::onnx::Model;
use gradus::optim::Sgd;
use gradus::page::PageOptions;
use gradus::plain;
use gradus::prelude::*;
use gradus::step::Step;
use ndarray::{ArrayD, arr0, arr1};

/// A neuron and its loss: L = Σ (tanh(w x) - ½)². Written once, for any kind of number.
fn loss<'t, F: Scalar>(w: Var<'t, F>, x: Var<'t, F>) -> Var<'t, F> {
    let y = (w * x).tanh().named("y");
    let off = (y - 0.5).named("off");
    (off * off).sum().named("loss")
}

fn heading(number: usize, text: &str) {
    println!("\n{number}. {text}\n");
}

fn agree(what: &str, a: &ArrayD<f64>, b: &ArrayD<f64>) {
    let apart = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(a.shape() == b.shape() && apart < 1e-12, "{what}: {a} and {b}");
    println!("{what}: {b}, as above");
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (at_w, at_x) = (arr1(&[0.5, -1.0]), arr1(&[2.0, 0.3]));

    // Writing is running: each line of `loss` computes, and notes what it did.
    heading(1, "The listing: what the tape noted");
    let tape = Tape::<f64>::new();
    let (w, x) = (tape.var(&at_w).named("w"), tape.input(&at_x).named("x"));
    let l = loss(w, x);
    println!("{}", tape.listing());

    // Walking the list backwards gives the gradient. What that takes is noted, too: from here on the tape holds both.
    heading(2, "The gradient, by the fast engine");
    let first = l.backward();
    let (value, gradient) = (l.value(), first.wrt(w).value());
    println!("L = {value}, dL/dw = {gradient}");

    // The same on the page of code that is the specification. It knows no speed, and no names.
    heading(3, "The plain engine");
    let mut plain = plain::Tape::default();
    let (pw, px, half) = (plain.leaf(at_w.clone()), plain.leaf(at_x.clone()), plain.leaf(arr0(0.5)));
    let product = plain.record(plain::Op::mul(), &[pw, px]);
    let y = plain.record(plain::Op::tanh(), &[product]);
    let off = plain.record(plain::Op::sub(), &[y, half]);
    let square = plain.record(plain::Op::mul(), &[off, off]);
    let sum = plain.record(plain::Op::sum_to(Vec::new()), &[square]);
    agree("L", &value, plain.value(sum));
    agree("dL/dw", &gradient, plain.backward(sum)[pw.index()].as_ref().expect("a gradient"));

    // Since the gradient is noted as ops, it has a gradient. Nudging the first one shows that it is right.
    heading(4, "The gradient of the gradient");
    let second = first.wrt(w).sum().backward().wrt(w).value();
    let slopes_at = |w: f64, place: usize| {
        let (tape, mut moved) = (Tape::<f64>::new(), at_w.clone());
        moved[place] += w;
        let w = tape.var(&moved);
        loss(w, tape.input(&at_x)).backward().wrt(w).sum().item()
    };
    for place in 0..2 {
        let nudged = (slopes_at(1e-5, place) - slopes_at(-1e-5, place)) / 2e-5;
        assert!((second[[place]] - nudged).abs() < 1e-8);
        println!("d²L/dw² [{place}] = {}, and by nudging {nudged:.8}", second[[place]]);
    }

    // Two witnesses who know nothing of the reverse pass: dual numbers, and nudging.
    heading(5, "The check");
    let report =
        Check::new().names(["w", "x"]).run_with_duals(|v| loss(v[0], v[1]), |v| loss(v[0], v[1]), &[&at_w, &at_x]);
    assert!(report.passed());
    println!("{report}");

    // A picture, in text that Mermaid draws; `to_svg` draws it itself.
    heading(6, "The picture");
    let tape = Tape::<f64>::new();
    let (w, x) = (tape.var(&at_w).named("w"), tape.input(&at_x).named("x"));
    let l = loss(w, x);
    println!("{}", tape.to_mermaid(&DrawOptions::default()));
    assert!(tape.to_svg(&DrawOptions::default()).contains("tanh"));

    // A page on which all of this can be stepped through. It carries the engine.
    heading(7, "The page");
    l.backward();
    let page = tape.to_html(&PageOptions::new().title("A neuron"));
    assert!(page.contains("A neuron"));
    println!("one file of {} kB; write it to disk and open it", page.len() / 1000);

    // Backward is more recording, and so is an update: a whole training step is one graph.
    heading(8, "The training step");
    let param = Param::new("w", at_w.clone());
    let step = Step::record(&param, &Sgd::new(0.1), |tape| loss(tape.param(&param), tape.input(&at_x).named("x")))?;
    println!("{step}");
    let (mut runner, mut state) = (step.runner::<f64>()?, step.start::<f64>()?);
    let found = runner.run(&mut state, &[at_x.clone().into_dyn()])?;
    agree("L", &value, &arr0(found).into_dyn());
    let updated = &at_w.clone().into_dyn() - &(0.1 * &gradient);
    let (_, held) = state.arrays().find(|(name, _)| *name == "w").expect("w");
    agree("w after the step", &updated, &held.to_owned().into_dyn());

    // The same step for engines that know nothing of gradients. This is what XLA compiles...
    heading(9, "StableHLO");
    println!("{}", step.to_stablehlo()?);

    // ... and this is what most other tools read. Read back, it is a function of `Var`s again.
    heading(10, "ONNX, written and read again");
    let model = Model::<f64>::read(&step.to_onnx()?)?;
    println!("{model}");
    let tape = Tape::<f64>::new();
    let inputs = model.inputs().iter().map(|port| match &port.name[..] {
        "w" => tape.input(&at_w),
        "x" => tape.input(&at_x),
        _ => tape.constant(0.1),
    });
    let outputs = model.record(&tape, &inputs.collect::<Vec<_>>())?;
    for (name, output) in model.outputs().iter().zip(outputs) {
        match &name[..] {
            "loss" => agree("L", &value, &output.value()),
            "w.next" => agree("w after the step", &updated, &output.value()),
            _ => println!("{name}: {}", output.value()),
        }
    }
    Ok(())
}
