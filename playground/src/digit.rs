//! A network that reads one digit. The one idea to know: the gradient of an answer with respect to the pixels says where more ink would speak for that
//! answer, and where against it. It takes the same backward pass as a training, only that the pixels, not the weights, are asked for their gradient.

use gradus::data::seeded;
use gradus::nn::{Activation, Init, Mlp, Parameters};
use gradus::prelude::{Scalar, Tape, s};
use ndarray::{Array2, ArrayD};
use rand::Rng;
use serde::Serialize;

/// The pixels along each side of what the network sees.
pub const SEEN: usize = 28;
/// The pixels along each side of a drawing.
pub const DRAWN: usize = 112;
/// As in MNIST, the longer side of a digit is made this long ...
const LENGTH: f64 = 20.0;
/// ... and the middle of its ink is put here, from the left and from the top.
const MIDDLE: f64 = 14.0;
/// Points along each side of a pixel at which the drawing is looked up.
const LOOKS: usize = 4;

/// Why there is no reader.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the network has {expected} weights and biases, of 2 bytes each; there are {found} bytes")]
pub struct WeightsError {
    expected: usize,
    found: usize,
}

/// A trained network.
#[derive(Debug)]
pub struct Reader {
    net: Mlp<f64>,
}

/// What the network says of a drawing.
#[derive(Debug, Serialize)]
pub struct Reading {
    /// What it sees, 0 for paper and 1 for ink: [`SEEN`] times [`SEEN`] numbers.
    pub pixels: Vec<f64>,
    /// How probable each digit is.
    pub probabilities: Vec<f64>,
    /// The digit that was asked about.
    pub digit: usize,
    /// The gradient of the logarithm of its probability, by the pixels.
    pub gradient: Vec<f64>,
}

/// The network before its training. A pixel that is never inked keeps the weights that it starts with: they are small, so that no gradient is full of them.
pub fn net<F: Scalar>(rng: &mut impl Rng) -> Mlp<F> {
    Mlp::with_init(&[SEEN * SEEN, 30, 10], Activation::Sigmoid, Init::Normal(0.01), Init::Zeros, rng).logits()
}

/// All weights and biases in 2 bytes each: the upper half of an f32, in little-endian order.
pub fn to_bytes(net: &Mlp<f32>) -> Vec<u8> {
    let numbers = net.params().into_iter().flat_map(|param| param.value());
    numbers.flat_map(|number| ((number.to_bits() >> 16) as u16).to_le_bytes()).collect()
}

impl Reader {
    /// With the weights and biases of [`to_bytes`].
    ///
    /// # Errors
    /// If there are not as many.
    pub fn new(weights: &[u8]) -> Result<Self, WeightsError> {
        let net = net(&mut seeded(0));
        let expected = net.parameter_count();
        if weights.len() != 2 * expected {
            return Err(WeightsError { expected, found: weights.len() });
        }
        let mut halves = weights.chunks_exact(2).map(|pair| u32::from(u16::from_le_bytes([pair[0], pair[1]])) << 16);
        for param in net.params() {
            param.update(|numbers| {
                numbers.iter_mut().zip(&mut halves).for_each(|(number, bits)| *number = f32::from_bits(bits).into())
            });
        }
        Ok(Reader { net })
    }

    /// The network.
    pub fn net(&self) -> &Mlp<f64> {
        &self.net
    }

    /// Reads a drawing of [`DRAWN`] times [`DRAWN`] bytes, 0 for paper and 255 for ink, and looks at one digit, or at the most probable one. `None`, if there
    /// is no ink.
    ///
    /// # Panics
    /// If the drawing has another size, or there is no such digit.
    pub fn read(&self, drawing: &[u8], digit: Option<usize>) -> Option<Reading> {
        let pixels = centred(drawing)?;
        let tape = Tape::new();
        let x = tape.var(&pixels).named("pixels");
        let log_probabilities = self.net.forward(x).log_softmax(1);
        let probabilities: Vec<f64> = log_probabilities.value().iter().map(|&x| Scalar::exp(x)).collect();
        let likeliest = (0..probabilities.len()).max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
        let digit = digit.or(likeliest).expect("there are ten digits");
        let gradient: ArrayD<f64> = log_probabilities.slice(s![0, digit]).backward().wrt(x).value();
        Some(Reading {
            pixels: pixels.into_iter().collect(),
            probabilities,
            digit,
            gradient: gradient.into_iter().collect(),
        })
    }
}

/// A drawing as MNIST has its digits, as one row: as long as they are, and the middle of its ink where theirs is.
fn centred(drawing: &[u8]) -> Option<Array2<f64>> {
    assert_eq!(drawing.len(), DRAWN * DRAWN, "a drawing has {DRAWN} times {DRAWN} bytes");
    let ink = |row: usize, column: usize| f64::from(drawing[row * DRAWN + column]) / 255.0;
    let inked: Vec<[usize; 2]> =
        (0..DRAWN * DRAWN).filter(|&i| drawing[i] > 0).map(|i| [i / DRAWN, i % DRAWN]).collect();
    let length = |axis: usize| {
        let (least, most) = (inked.iter().map(|at| at[axis]).min()?, inked.iter().map(|at| at[axis]).max()?);
        Some(most + 1 - least)
    };
    let longest = length(0)?.max(length(1)?) as f64;
    let total: f64 = inked.iter().map(|&[row, column]| ink(row, column)).sum();
    let middle =
        [0, 1].map(|axis| inked.iter().map(|&at| ink(at[0], at[1]) * (at[axis] as f64 + 0.5)).sum::<f64>() / total);
    // The ink at a place of what the network sees, in its pixels.
    let at = |place: [f64; 2]| {
        let [row, column] = [0, 1].map(|axis| middle[axis] + (place[axis] - MIDDLE) * longest / LENGTH);
        let is_inside = |x: f64| x >= 0.0 && x < DRAWN as f64;
        if is_inside(row) && is_inside(column) { ink(row as usize, column as usize) } else { 0.0 }
    };
    let inside = |i: usize| (i as f64 + 0.5) / LOOKS as f64;
    let pixel = |(_, i): (usize, usize)| {
        let [row, column] = [(i / SEEN) as f64, (i % SEEN) as f64];
        let looks = (0..LOOKS * LOOKS).map(|look| at([row + inside(look / LOOKS), column + inside(look % LOOKS)]));
        looks.sum::<f64>() / (LOOKS * LOOKS) as f64
    };
    Some(Array2::from_shape_fn((1, SEEN * SEEN), pixel))
}
