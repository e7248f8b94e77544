//! Models that PyTorch has under the same names: the classes `Block`, `Gpt` and `Cnn` of `tests/golden/layers.py`.

use gradus::nn::*;
use gradus::prelude::*;
use rand::Rng;

/// A block of a GPT: attention and two linear layers, each of which adds to what it gets.
pub struct Block {
    norm1: LayerNorm,
    attention: MultiHeadAttention,
    norm2: LayerNorm,
    up: Linear,
    down: Linear,
}

impl Block {
    pub fn new(name: &str, width: usize, heads: usize, rng: &mut impl Rng) -> Self {
        let init = Init::Normal(0.02);
        Block {
            norm1: LayerNorm::new(&format!("{name}/norm1"), width),
            attention: MultiHeadAttention::new(&format!("{name}/attention"), width, heads, init, rng).causal(),
            norm2: LayerNorm::new(&format!("{name}/norm2"), width),
            up: Linear::new(&format!("{name}/up"), width, 4 * width, init, Init::Zeros, rng),
            down: Linear::new(&format!("{name}/down"), 4 * width, width, init, Init::Zeros, rng),
        }
    }
}

impl Parameters<f32> for Block {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<f32>)) {
        let parts: [&dyn Parameters<f32>; 5] = [&self.norm1, &self.attention, &self.norm2, &self.up, &self.down];
        parts.each_param(visit);
    }
}

impl Module<f32> for Block {
    fn forward<'t>(&self, x: Var<'t>) -> Var<'t> {
        let x = x + self.attention.forward(self.norm1.forward(x));
        x + self.down.forward(self.up.forward(self.norm2.forward(x)).gelu())
    }
}

/// Symbols `[batch, places]` to a score for each symbol that may come next, `[batch, places, symbols]`.
pub struct Gpt {
    tokens: Embedding,
    places: Embedding,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Linear,
}

impl Gpt {
    /// Two blocks.
    pub fn new(name: &str, symbols: usize, places: usize, width: usize, heads: usize, rng: &mut impl Rng) -> Self {
        let init = Init::Normal(0.02);
        Gpt {
            tokens: Embedding::new(&format!("{name}tokens"), symbols, width, init, rng),
            places: Embedding::new(&format!("{name}places"), places, width, init, rng),
            blocks: [1, 2].map(|number| Block::new(&format!("{name}block{number}"), width, heads, rng)).into(),
            norm: LayerNorm::new(&format!("{name}norm"), width),
            head: Linear::new(&format!("{name}head"), width, symbols, init, Init::Zeros, rng),
        }
    }
}

impl Parameters<f32> for Gpt {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<f32>)) {
        let parts: [&dyn Parameters<f32>; 5] = [&self.tokens, &self.places, &self.blocks, &self.norm, &self.head];
        parts.each_param(visit);
    }
}

impl Module<f32> for Gpt {
    fn forward<'t>(&self, symbols: Var<'t>) -> Var<'t> {
        let places: Vec<usize> = (0..symbols.shape()[1]).collect();
        let x = self.tokens.forward(symbols) + self.places.forward(symbols.tape().labels(&places));
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x));
        self.head.forward(self.norm.forward(x))
    }
}

/// A small net of convolutions.
pub fn cnn(name: &str, rng: &mut impl Rng) -> Sequential {
    Sequential::new()
        .then(Conv2d::new(&format!("{name}/conv1"), 1, 4, 3, Init::He, rng).padding(1))
        .then(BatchNorm::new(&format!("{name}/norm"), 4))
        .then(Activation::Relu)
        .then(MaxPool2d::new(2))
        .then(Conv2d::new(&format!("{name}/conv2"), 4, 6, 3, Init::He, rng))
        .then(Activation::Relu)
        .then(AvgPool2d::new(2))
        .then(Flatten)
        .then(Linear::new(&format!("{name}/out"), 6, 3, Init::He, Init::Zeros, rng))
}
