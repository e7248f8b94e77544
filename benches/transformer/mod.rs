//! W12: a causal transformer of one block, built from the layers of [`gradus::nn`], as a user would write it. Queries, keys and values come from one
//! packed layer (128 to 384), as in the peers' versions (`benches/peers`).

use crate::protocol::{ROWS, Random};
use gradus::nn::{Activation, Embedding, Init, LayerNorm, Linear, Module, MultiHeadAttention, Parameters};
use gradus::prelude::*;

/// Symbols of the alphabet.
const SYMBOLS: usize = 64;
/// Places of a sequence.
pub const PLACES: usize = 64;
/// Sequences of a batch.
pub const BATCH: usize = 32;
const WIDTH: usize = 128;
const HEADS: usize = 4;
/// Symbols of a row of the data: from each but the last, the next one is to be told.
const ROW: usize = PLACES + 1;

/// Rows of symbols, one after the other, and one shuffled order.
pub fn texts() -> (Vec<usize>, Vec<usize>) {
    let mut random = Random(12345);
    let symbols = (0..ROWS * ROW).map(|_| random.below(SYMBOLS)).collect();
    (symbols, random.order())
}

/// Gathers the symbols of some rows, and for each the one that follows.
pub fn gather(texts: &[usize], rows: &[usize], inputs: &mut Vec<usize>, targets: &mut Vec<usize>) {
    inputs.clear();
    targets.clear();
    for &row in rows {
        let row = &texts[row * ROW..][..ROW];
        inputs.extend_from_slice(&row[..PLACES]);
        targets.extend_from_slice(&row[1..]);
    }
}

pub struct Transformer {
    symbols: Embedding,
    places: Embedding,
    norms: [LayerNorm; 3],
    attention: MultiHeadAttention,
    wider: Linear,
    narrower: Linear,
    out: Linear,
}

impl Transformer {
    pub fn new() -> Self {
        let (rng, init) = (&mut seeded(7), Init::Normal(0.02));
        Transformer {
            symbols: Embedding::new("symbols", SYMBOLS, WIDTH, init, rng),
            places: Embedding::new("places", PLACES, WIDTH, init, rng),
            norms: ["norm1", "norm2", "norm3"].map(|name| LayerNorm::new(name, WIDTH)),
            attention: MultiHeadAttention::new("attention", WIDTH, HEADS, init, rng).causal(),
            wider: Linear::new("wider", WIDTH, 4 * WIDTH, init, Init::Zeros, rng),
            narrower: Linear::new("narrower", 4 * WIDTH, WIDTH, init, Init::Zeros, rng),
            out: Linear::new("out", WIDTH, SYMBOLS, init, Init::Zeros, rng),
        }
    }
}

impl Parameters<f32> for Transformer {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<f32>)) {
        let layers: [&dyn Parameters<f32>; 6] =
            [&self.symbols, &self.places, &self.attention, &self.wider, &self.narrower, &self.out];
        layers.iter().for_each(|layer| layer.each_param(visit));
        self.norms.iter().for_each(|norm| norm.each_param(visit));
    }
}

impl Module<f32> for Transformer {
    /// Symbols `[batch * places]` become logits `[batch * places, symbols]`.
    fn forward<'t>(&self, symbols: Var<'t>) -> Var<'t> {
        let tokens = symbols.shape()[0];
        let x = self.symbols.forward(symbols).reshape([tokens / PLACES, PLACES, WIDTH]);
        let x = x + symbols.tape().param(&self.places.table);
        let x = x + self.attention.forward(self.norms[0].forward(x));
        let hidden = Activation::Gelu.of(self.wider.forward(self.norms[1].forward(x)));
        let x = x + self.narrower.forward(hidden);
        self.out.forward(self.norms[2].forward(x)).reshape([tokens, SYMBOLS])
    }
}
