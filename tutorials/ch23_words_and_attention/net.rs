//! The nets, each of which reads symbols `[names, places]` and gives, for every place, a score for each symbol that may come next: `[names, places, 27]`.
//! None of them sees what stands behind a place, but for one that is built so on purpose.

use gradus::nn::{Dropout, Embedding, Init, LayerNorm, Linear, Module, MultiHeadAttention, Parameters, Rnn};
use gradus::prelude::*;
use rand::Rng;

/// The letters that the second net sees.
pub const CONTEXT: usize = 3;

/// An embedding of the last letters, side by side, and a hidden layer: the model of Bengio and others (2003).
pub struct LastLetters {
    letters: Embedding,
    hidden: Linear,
    scores: Linear,
}

impl LastLetters {
    pub fn new(symbols: usize, width: usize, hidden: usize, rng: &mut impl Rng) -> Self {
        LastLetters {
            letters: Embedding::new("letters", symbols, width, Init::Normal(1.0), rng),
            hidden: Linear::new("hidden", CONTEXT * width, hidden, Init::Scaled, Init::Zeros, rng),
            scores: Linear::new("scores", hidden, symbols, Init::Scaled, Init::Zeros, rng),
        }
    }
}

impl Parameters<f32> for LastLetters {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<f32>)) {
        self.letters.each_param(visit);
        self.hidden.each_param(visit);
        self.scores.each_param(visit);
    }
}

// ANCHOR: last_letters
impl Module<f32> for LastLetters {
    fn forward<'t>(&self, symbols: Var<'t>) -> Var<'t> {
        let places = symbols.shape()[1];
        // Two more marks before each name (the mark is number 0), so that its first letter has three symbols before it, too.
        let letters = self.letters.forward(symbols.pad(&[(0, 0), (CONTEXT - 1, 0)])); // [names, places + 2, width]
        let before: Vec<Var> = (0..CONTEXT).map(|back| letters.slice(s![.., back..back + places, ..])).collect();
        let side_by_side = Var::concat(&before, 2); // [names, places, 3 * width]
        self.scores.forward(self.hidden.forward(side_by_side).tanh())
    }
}
// ANCHOR_END: last_letters

/// A state that each letter updates.
pub struct Recurrent {
    letters: Embedding,
    rnn: Rnn,
    scores: Linear,
}

impl Recurrent {
    pub fn new(symbols: usize, width: usize, rng: &mut impl Rng) -> Self {
        Recurrent {
            letters: Embedding::new("letters", symbols, width, Init::Normal(1.0), rng),
            rnn: Rnn::new("rnn", width, width, rng),
            scores: Linear::new("scores", width, symbols, Init::Scaled, Init::Zeros, rng),
        }
    }
}

impl Parameters<f32> for Recurrent {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<f32>)) {
        self.letters.each_param(visit);
        self.rnn.each_param(visit);
        self.scores.each_param(visit);
    }
}

impl Module<f32> for Recurrent {
    fn forward<'t>(&self, symbols: Var<'t>) -> Var<'t> {
        self.scores.forward(self.rnn.forward(self.letters.forward(symbols)))
    }
}

/// The sizes of a [`Gpt`].
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub symbols: usize,
    /// The largest number of places.
    pub places: usize,
    pub width: usize,
    pub heads: usize,
    pub blocks: usize,
    /// The probability that a number is left out in training.
    pub dropout: f64,
}

/// A small GPT. Its parts are called as in nanoGPT: `wte` and `wpe` are the embeddings of symbols and of places, `h` the blocks.
pub struct Gpt {
    wte: Embedding,
    wpe: Embedding,
    pub dropout: Dropout,
    pub h: Vec<Block>,
    ln_f: LayerNorm,
    lm_head: Linear,
}

/// Attention, then a hidden layer; each reads what it gets at mean 0 and spread 1, and adds to it what it has found.
pub struct Block {
    ln_1: LayerNorm,
    pub attn: MultiHeadAttention,
    ln_2: LayerNorm,
    c_fc: Linear,
    c_proj: Linear,
    dropout: Dropout,
}

impl Gpt {
    /// A net in which each place sees itself and those before it.
    pub fn new(size: Size, seed: u64) -> Self {
        Gpt::with_attention(size, seed, MultiHeadAttention::causal)
    }

    /// A net in which each place sees all places, the next one among them.
    pub fn without_mask(size: Size, seed: u64) -> Self {
        Gpt::with_attention(size, seed, |attention| attention)
    }

    fn with_attention(size: Size, seed: u64, kind: fn(MultiHeadAttention) -> MultiHeadAttention) -> Self {
        let Size { symbols, places, width, heads, blocks, dropout } = size;
        let (mut rng, dropout) = (seeded(seed), Dropout::new(dropout, seed));
        let block = |number: usize| {
            let name = |part: &str| format!("h/{number}/{part}");
            Block {
                ln_1: LayerNorm::new(&name("ln_1"), width),
                attn: kind(MultiHeadAttention::new(&name("attn"), width, heads, Init::Scaled, &mut rng)),
                ln_2: LayerNorm::new(&name("ln_2"), width),
                c_fc: Linear::new(&name("mlp/c_fc"), width, 4 * width, Init::Scaled, Init::Zeros, &mut rng),
                c_proj: Linear::new(&name("mlp/c_proj"), 4 * width, width, Init::Scaled, Init::Zeros, &mut rng),
                dropout: dropout.clone(),
            }
        };
        let h = (0..blocks).map(block).collect();
        Gpt {
            wte: Embedding::new("wte", symbols, width, Init::Normal(0.1), &mut rng),
            wpe: Embedding::new("wpe", places, width, Init::Normal(0.1), &mut rng),
            dropout,
            h,
            ln_f: LayerNorm::new("ln_f", width),
            lm_head: Linear::new("lm_head", width, symbols, Init::Normal(0.02), Init::Zeros, &mut rng),
        }
    }
}

// ANCHOR: gpt
impl Gpt {
    /// What enters the first block, `[names, places, width]`: what stands at each place, and which place it is.
    pub fn embedded<'t>(&self, symbols: Var<'t>) -> Var<'t> {
        let places: Vec<usize> = (0..symbols.shape()[1]).collect();
        self.dropout.forward(self.wte.forward(symbols) + self.wpe.forward(symbols.tape().labels(&places)))
    }
}

impl Module<f32> for Gpt {
    fn forward<'t>(&self, symbols: Var<'t>) -> Var<'t> {
        let x = self.h.iter().fold(self.embedded(symbols), |x, block| block.forward(x));
        self.lm_head.forward(self.ln_f.forward(x))
    }
}

impl Module<f32> for Block {
    fn forward<'t>(&self, x: Var<'t>) -> Var<'t> {
        let x = x + self.dropout.forward(self.attn.forward(self.ln_1.forward(x)));
        let hidden = self.c_fc.forward(self.ln_2.forward(x)).gelu();
        x + self.dropout.forward(self.c_proj.forward(hidden))
    }
}
// ANCHOR_END: gpt

impl Block {
    /// How much each place attends to each, `[names, heads, places, places]`: what this block's attention computes on its way.
    pub fn attention_weights<'t>(&self, x: Var<'t>, heads: usize) -> Var<'t> {
        let &[names, places, width] = &x.shape()[..] else { panic!("the input of a block is [names, places, width]") };
        let packed = self.attn.in_proj.forward(self.ln_1.forward(x)).reshape([names, places, 3, heads, width / heads]);
        let part = |number: usize| packed.slice(s![.., .., number, .., ..]).permute(&[0, 2, 1, 3]);
        part(0).attention_weights(part(1), Some(x.tape().causal_mask(places)))
    }
}

impl Parameters<f32> for Block {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<f32>)) {
        self.ln_1.each_param(visit);
        self.attn.each_param(visit);
        self.ln_2.each_param(visit);
        self.c_fc.each_param(visit);
        self.c_proj.each_param(visit);
    }
}

impl Parameters<f32> for Gpt {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<f32>)) {
        self.wte.each_param(visit);
        self.wpe.each_param(visit);
        self.h.iter().for_each(|block| block.each_param(visit));
        self.ln_f.each_param(visit);
        self.lm_head.each_param(visit);
    }
}
