//! The exactness of eˣ, eˣ - 1, ln x, ln(1 + x), tanh x and the sigmoid over their whole range; and a number's result does not depend on its place in an array.
//!
//! f32 is compared with the standard library in f64, at every 997th of all four thousand million numbers. f64 is compared with
//! `dashu-float`, which computes with any number of digits; 160 bits are enough to find the nearest f64.

use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;
use gradus::data::seeded;
use gradus::{Scalar, Tape, Var};
use rand::RngExt;

type Exact = FBig<HalfEven, 2>;

/// A function, in every kind of number that is needed to judge it, and how many units in the last place it may be off.
struct Function {
    name: &'static str,
    f32: fn(f32) -> f32,
    f64: fn(f64) -> f64,
    /// In f64 by the standard library, to judge the f32.
    reference: fn(f64) -> f64,
    /// In 160 bits, to judge the f64. It is only asked for numbers between the limits.
    exact: fn(Exact) -> Exact,
    between: [f64; 2],
    ulps: f64,
    record: for<'t> fn(Var<'t, f32>) -> Var<'t, f32>,
}

const FUNCTIONS: [Function; 6] = [
    Function {
        name: "exp",
        f32: Scalar::exp,
        f64: Scalar::exp,
        reference: f64::exp,
        exact: |x| x.exp(),
        between: [-760.0, 709.8],
        ulps: 0.9,
        record: |x| x.exp(),
    },
    Function {
        name: "exp_m1",
        f32: Scalar::exp_m1,
        f64: Scalar::exp_m1,
        reference: f64::exp_m1,
        exact: |x| x.exp_m1(),
        between: [-760.0, 709.8],
        ulps: 1.5,
        record: |x| x.expm1(),
    },
    Function {
        name: "ln_1p",
        f32: Scalar::ln_1p,
        f64: Scalar::ln_1p,
        reference: f64::ln_1p,
        exact: |x| x.ln_1p(),
        between: [-1.0 + f64::EPSILON / 2.0, f64::MAX],
        ulps: 1.5,
        record: |x| x.softplus(),
    },
    Function {
        name: "tanh",
        f32: Scalar::tanh,
        f64: Scalar::tanh,
        reference: f64::tanh,
        exact: |x| x.tanh(),
        between: [-40.0, 40.0],
        ulps: 2.7,
        record: |x| x.tanh(),
    },
    Function {
        name: "sigmoid",
        f32: Scalar::sigmoid,
        f64: Scalar::sigmoid,
        reference: |x| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) },
        exact: |x| one() / (one() + (-x).exp()),
        between: [-760.0, 760.0],
        ulps: 2.7,
        record: |x| x.sigmoid(),
    },
    Function {
        name: "ln",
        f32: Scalar::ln,
        f64: Scalar::ln,
        reference: f64::ln,
        exact: |x| x.ln(),
        between: [5e-324, f64::MAX],
        ulps: 1.5,
        record: |x| x.ln(),
    },
];

fn exact(x: f64) -> Exact {
    Exact::try_from(x).expect("a finite number").with_precision(160).value()
}

fn one() -> Exact {
    exact(1.0)
}

#[test]
fn every_f32_is_within_a_few_units_in_the_last_place() {
    for function in &FUNCTIONS {
        let (mut worst, mut at) = (0.0, 0.0);
        for x in (0..=u32::MAX).step_by(997).map(f32::from_bits) {
            let (y, want) = ((function.f32)(x), (function.reference)(f64::from(x)));
            let nearest = want as f32;
            if !nearest.is_finite() || nearest == 0.0 {
                assert!(same(f64::from(y), f64::from(nearest)), "{} {x:e}: {y:e} for {want:e}", function.name);
                continue;
            }
            let ulp = f64::from(nearest.abs().next_up() - nearest.abs());
            let off = (f64::from(y) - want).abs() / ulp;
            if off > worst {
                (worst, at) = (off, x);
            }
        }
        println!("{} in f32: {worst:.2} units in the last place, at {at:e}", function.name);
        assert!(worst < function.ulps, "{} is off by {worst:.2} units at {at:e}", function.name);
    }
}

#[test]
fn f64_is_within_a_few_units_in_the_last_place() {
    let mut rng = seeded(3);
    for function in &FUNCTIONS {
        let [low, high] = function.between;
        let (mut worst, mut at) = (0.0, 0.0);
        for i in 0..2400 {
            // A third of the numbers are spread over all exponents, a third over the range, a third about 1.
            let x = match i % 3 {
                0 => f64::from_bits(rng.random()),
                1 => rng.random_range(low.max(-800.0)..high.min(800.0)),
                _ => rng.random_range(-3.0..3.0),
            };
            if !(low..high).contains(&x) {
                continue;
            }
            let (y, want) = ((function.f64)(x), (function.exact)(exact(x)));
            let nearest = want.to_f64().value();
            let ulp = nearest.abs().next_up() - nearest.abs();
            let off = ((exact(y) - want) / exact(ulp)).to_f64().value().abs();
            if off > worst {
                (worst, at) = (off, x);
            }
        }
        println!("{} in f64: {worst:.2} units in the last place, at {at:e}", function.name);
        assert!(worst < function.ulps, "{} is off by {worst:.2} units at {at:e}", function.name);
    }
}

/// Equal, with equal signs, or both not a number.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

#[test]
fn extreme_numbers_have_the_limits_that_mathematics_gives_them() {
    let (inf, nan, tiny) = (f64::INFINITY, f64::NAN, f64::from_bits(1));
    // x, eˣ, eˣ - 1, ln(1 + x), tanh x, sigmoid x, ln x
    let table = [
        [0.0, 1.0, 0.0, 0.0, 0.0, 0.5, -inf],
        [-0.0, 1.0, -0.0, -0.0, -0.0, 0.5, -inf],
        [tiny, 1.0, tiny, tiny, tiny, 0.5, -744.4400719213812],
        [-tiny, 1.0, -tiny, -tiny, -tiny, 0.5, nan],
        [inf, inf, inf, inf, 1.0, 1.0, inf],
        [-inf, 0.0, -1.0, nan, -1.0, 0.0, nan],
        [nan, nan, nan, nan, nan, nan, nan],
        [f64::MAX, inf, inf, 709.782712893384, 1.0, 1.0, 709.782712893384],
        [-f64::MAX, 0.0, -1.0, nan, -1.0, 0.0, nan],
        [-1.0, (-1.0_f64).exp(), (-1.0_f64).exp_m1(), -inf, (-1.0_f64).tanh(), 1.0 / (1.0 + 1.0_f64.exp()), nan],
        [-745.13, tiny, -1.0, nan, -1.0, tiny, nan],
        [-745.14, 0.0, -1.0, nan, -1.0, 0.0, nan],
    ];
    for [x, wants @ ..] in table {
        for (function, want) in FUNCTIONS.iter().zip(wants) {
            let y = (function.f64)(x);
            assert!(same(y, want), "{} {x:e} = {y:e}, expected {want:e}", function.name);
        }
    }
    for x in [0.0, -0.0, f32::from_bits(1), -f32::from_bits(1)] {
        assert_eq!(Scalar::tanh(x).to_bits(), x.to_bits());
        assert_eq!(Scalar::exp_m1(x).to_bits(), x.to_bits());
        assert_eq!(Scalar::ln_1p(x).to_bits(), x.to_bits());
    }
}

#[test]
fn a_number_has_the_same_bits_alone_and_at_any_place_of_an_array() {
    type Record = for<'t> fn(Var<'t, f32>) -> Var<'t, f32>;
    let gelu: [(&str, Record); 2] = [("gelu", |x| x.gelu()), ("gelu'", |x| x.gelu().sum().backward().wrt(x))];
    let tape = Tape::new();
    let mut rng = seeded(5);
    for (name, record) in FUNCTIONS.iter().map(|function| (function.name, function.record)).chain(gelu) {
        for length in [1, 2, 5, 15, 16, 17, 31, 47, 100, 1000] {
            let x: Vec<f32> = (0..length).map(|_| rng.random_range(-9.0..9.0)).collect();
            let y = record(tape.var(ndarray::Array1::from(x.clone()))).value();
            for (x, y) in x.into_iter().zip(y) {
                let alone = record(tape.var(x)).item();
                assert_eq!(y.to_bits(), alone.to_bits(), "{name} of {x}, among {length}");
            }
        }
    }
}

#[test]
fn a_sum_has_one_order_and_is_rounded_once() {
    let tape = Tape::new();
    let mut rng = seeded(8);
    for length in (1..100).chain([1000, 12_345]) {
        let x: Vec<f32> = (0..length).map(|_| rng.random_range(-1.0..1.0)).collect();
        let wide = || x.iter().map(|&x| f64::from(x));
        // Fewer than 16 one after the other; of more, each sixteenth goes to one partial sum, and these are added by halves.
        let want = if length < 16 {
            wide().sum::<f64>()
        } else {
            let mut parts: Vec<f64> = (0..16).map(|part| wide().skip(part).step_by(16).sum()).collect();
            while parts.len() > 1 {
                let (left, right) = parts.split_at(parts.len() / 2);
                parts = left.iter().zip(right).map(|(a, b)| a + b).collect();
            }
            parts[0]
        };
        assert_eq!(tape.input(ndarray::Array1::from(x.clone())).sum().item(), want as f32, "{length} numbers");
    }
}
