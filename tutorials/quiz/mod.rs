//! The questions of the quiz, a file for each chapter. The one idea to know: whatever the library can compute is computed, here from a tape with the drawn numbers, so
//! no right answer and no slip is a number that somebody has written down.

mod ch01;
mod ch02;
mod ch03;
mod ch04;
mod ch05;
mod ch06;
mod ch07;
mod ch08;
mod ch09;
mod ch10;
mod ch11;
mod ch12;
mod ch13;
mod ch14;
mod ch15;
mod ch16;
mod ch17;
mod ch18;
mod ch19;
mod ch20;
mod ch21;
mod ch22;
mod ch23;
mod ch24;
mod ch25;
mod ch26;
mod ch27;
mod ch28;
mod ch29;
mod ch30;

use frame::Ask;
use gradus::prelude::*;

/// The questions of each chapter, in order.
pub const QUIZZES: [&[Ask]; 30] = [
    ch01::QUESTIONS,
    ch02::QUESTIONS,
    ch03::QUESTIONS,
    ch04::QUESTIONS,
    ch05::QUESTIONS,
    ch06::QUESTIONS,
    ch07::QUESTIONS,
    ch08::QUESTIONS,
    ch09::QUESTIONS,
    ch10::QUESTIONS,
    ch11::QUESTIONS,
    ch12::QUESTIONS,
    ch13::QUESTIONS,
    ch14::QUESTIONS,
    ch15::QUESTIONS,
    ch16::QUESTIONS,
    ch17::QUESTIONS,
    ch18::QUESTIONS,
    ch19::QUESTIONS,
    ch20::QUESTIONS,
    ch21::QUESTIONS,
    ch22::QUESTIONS,
    ch23::QUESTIONS,
    ch24::QUESTIONS,
    ch25::QUESTIONS,
    ch26::QUESTIONS,
    ch27::QUESTIONS,
    ch28::QUESTIONS,
    ch29::QUESTIONS,
    ch30::QUESTIONS,
];

/// The value of a program whose result is one number.
fn value(inputs: &[f64], program: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>) -> f64 {
    let tape = Tape::new();
    let inputs: Vec<_> = inputs.iter().map(|&input| tape.var(input)).collect();
    program(&inputs).item()
}

/// The slopes of a program with respect to its inputs, from a walk back over its tape.
fn slopes(inputs: &[f64], program: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>) -> Vec<f64> {
    let tape = Tape::new();
    let inputs: Vec<_> = inputs.iter().map(|&input| tape.var(input)).collect();
    let gradients = program(&inputs).backward();
    inputs.iter().map(|&input| gradients.wrt(input).item()).collect()
}
