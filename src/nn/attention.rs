//! Attention with several heads.

use super::{Init, Linear, Module, Parameters};
use crate::{Param, Scalar, Var};
use rand::Rng;

/// Self-attention with several heads (Vaswani et al. 2017, section 3.2.2): `[batch, places, width]` stays `[batch, places, width]`. A linear layer makes
/// a query, a key and a value of each place; each head sees its own part of them; another linear layer mixes what the heads have found.
#[derive(Debug)]
#[must_use = "a layer does nothing before it is run"]
pub struct MultiHeadAttention<F: Scalar = f32> {
    /// Queries, keys and values of all heads, side by side: `[width, 3 * width]`.
    pub in_proj: Linear<F>,
    /// What mixes the heads: `[width, width]`.
    pub out_proj: Linear<F>,
    heads: usize,
    causal: bool,
}

impl<F: Scalar> MultiHeadAttention<F> {
    /// A layer in which each place sees all places. The parameters are called `name/in_proj/W`, `name/in_proj/b`, `name/out_proj/W`, `name/out_proj/b`, as
    /// in PyTorch's `nn.MultiheadAttention`; weights are drawn from `init`, biases start at 0.
    ///
    /// # Panics
    /// If the width cannot be shared equally among the heads.
    #[track_caller]
    pub fn new(name: &str, width: usize, heads: usize, init: Init, rng: &mut impl Rng) -> Self {
        let can_be = heads > 0 && width > 0 && width % heads == 0;
        assert!(can_be, "{name}: {width} numbers cannot be shared equally among {heads} heads");
        MultiHeadAttention {
            in_proj: Linear::new(&format!("{name}/in_proj"), width, 3 * width, init, Init::Zeros, rng),
            out_proj: Linear::new(&format!("{name}/out_proj"), width, width, init, Init::Zeros, rng),
            heads,
            causal: false,
        }
    }

    /// The same layer, in which each place sees only itself and those before it.
    pub fn causal(self) -> Self {
        MultiHeadAttention { causal: true, ..self }
    }

    /// [`forward`](Module::forward), with a mask that is added to the scores `[batch, heads, places, places]` and is broadcast to them; see
    /// [`Var::attention_weights`].
    #[track_caller]
    pub fn attend<'t>(&self, x: Var<'t, F>, mask: Option<Var<'t, F>>) -> Var<'t, F> {
        let packed = self.in_proj.forward(x);
        let found = packed.attention_of_heads(self.heads, mask);
        self.out_proj.forward(found)
    }
}

impl<F: Scalar> Parameters<F> for MultiHeadAttention<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        self.in_proj.each_param(visit);
        self.out_proj.each_param(visit);
    }
}

impl<F: Scalar> Module<F> for MultiHeadAttention<F> {
    #[track_caller]
    fn forward<'t>(&self, x: Var<'t, F>) -> Var<'t, F> {
        let places = x.shape().get(1).copied();
        let mask = places.filter(|_| self.causal).map(|places| x.tape().causal_mask(places));
        self.attend(x, mask)
    }
}
