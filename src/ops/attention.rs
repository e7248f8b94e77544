//! Attention: each place looks up at all places, softly. A composition of products and a softmax, written as in the paper.

use crate::{Scalar, Tape, Var};

/// What is added to the score of a place that may not be seen. A softmax makes exactly 0 of it, and it is no infinity, which
/// [`Tape::first_non_finite`] would report.
const UNSEEN: f64 = -1e30;

impl<'t, F: Scalar> Var<'t, F> {
    /// How much each query attends to each key: softmax(Q Kᵀ / √d + M), row by row, for queries `[..., queries, d]` and keys `[..., keys, d]`: shares
    /// `[..., queries, keys]` that sum to 1 along the keys. A mask M is added to the scores: 0 where a key may be seen, a very negative number where it may
    /// not (see [`Tape::causal_mask`]).
    ///
    /// # Panics
    /// Where the shapes do not fit.
    #[track_caller]
    pub fn attention_weights(self, keys: Self, mask: Option<Self>) -> Self {
        let &[.., _, width] = &self.shape()[..] else {
            panic!("attention_weights: queries are [..., queries, d], found {}", self.describe());
        };
        let scores = (self * (1.0 / (width as f64).sqrt())).matmul_nt(keys);
        let scores = match mask {
            Some(mask) => scores + mask,
            None => scores,
        };
        scores.softmax(scores.shape().rank() - 1)
    }

    /// Scaled dot-product attention (Vaswani et al. 2017, equation 1): the [weights](Var::attention_weights) of the keys, times their values
    /// `[..., keys, d_v]`: for each query a mean of the values.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let query = tape.var([[8.0, 0.0]]);
    /// let keys = tape.var([[1.0, 0.0], [0.0, 1.0]]);
    /// let values = tape.var([[10.0], [20.0]]);
    /// let found = query.scaled_dot_product_attention(keys, values, None).item();
    /// assert!((10.0..10.1_f64).contains(&found)); // nearly all of it from the key that the query resembles
    /// ```
    ///
    /// # Panics
    /// Where the shapes do not fit.
    #[track_caller]
    pub fn scaled_dot_product_attention(self, keys: Self, values: Self, mask: Option<Self>) -> Self {
        self.attention_weights(keys, mask).matmul(values)
    }

    /// Self-attention of several heads: `[batch, places, 3 * width]` holds the queries, the keys and the values of all heads, side by side; the result
    /// `[batch, places, width]` has what the heads found, side by side.
    ///
    /// # Panics
    /// If the width cannot be shared equally among the heads, or the mask does not fit to scores `[batch, heads, places, places]`.
    #[track_caller]
    pub fn attention_of_heads(self, heads: usize, mask: Option<Self>) -> Self {
        let &[batch, places, packed] = &self.shape()[..] else {
            panic!(
                "attention_of_heads: queries, keys and values are [batch, places, 3 * width], found {}",
                self.describe()
            );
        };
        assert!(
            heads > 0 && packed % (3 * heads) == 0,
            "attention_of_heads: {} cannot be shared among 3 times {heads} heads",
            self.describe_shape()
        );
        let width = packed / (3 * heads);
        let by_head = self.reshape([batch, places, 3, heads, width]).permute(&[2, 0, 3, 1, 4]);
        let part = |number| [(number, number + 1), (0, batch), (0, heads), (0, places), (0, width)];
        let shape = [batch, heads, places, width];
        let queries = by_head.slice(&part(0)).reshape(shape);
        let keys = by_head.slice(&part(1)).reshape(shape);
        let values = by_head.slice(&part(2)).reshape(shape);
        let found = queries.scaled_dot_product_attention(keys, values, mask);
        found.permute(&[0, 2, 1, 3]).reshape([batch, places, heads * width])
    }
}

impl<F: Scalar> Tape<F> {
    /// The mask `[places, places]` with which each place sees itself and those before it: 0 there, -10³⁰ elsewhere.
    #[track_caller]
    pub fn causal_mask(&self, places: usize) -> Var<'_, F> {
        self.full([places, places], UNSEEN).triu(1)
    }
}
