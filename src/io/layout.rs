//! The names and shapes of a model's arrays in files. The one idea to know: names are translated from ours to the file's, never back, because ours
//! say more: a `W` is a matrix from inputs to outputs, where a `weight` can be anything.

use super::arrays::Stored;

/// Under which names and in which shapes a model's arrays are in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layout {
    /// As the parameters have them: `layer1/W` of shape `[in, out]`.
    #[default]
    Gradus,
    /// As PyTorch has them: `layer1.weight` of shape `[out, in]` for a matrix `layer1/W`, `layer1.bias` for `layer1/b`, and `norm.weight` for
    /// `norm/gain`. Weights of a convolution have the same order in both, `[out, in, height, width]`, and so does the table of an embedding. A recurrent
    /// layer's `rnn/W_ih` is `rnn.weight_ih_l0`, and the `attention/in_proj/W` of an attention layer is `attention.in_proj_weight`.
    ///
    /// PyTorch counts the batches that a `BatchNorm` has seen. That count, `num_batches_tracked`, is left out: PyTorch's `load_state_dict` does not miss it.
    PyTorch,
}

impl Layout {
    /// The name of a parameter's array in a file.
    pub fn name(self, param: &str) -> String {
        match self {
            Layout::Gradus => param.to_owned(),
            Layout::PyTorch => {
                let (path, name) = param.rsplit_once('/').unwrap_or(("", param));
                let name = match name {
                    "W" | "gain" | "table" => "weight",
                    "b" => "bias",
                    "W_ih" => "weight_ih_l0",
                    "W_hh" => "weight_hh_l0",
                    "b_ih" => "bias_ih_l0",
                    "b_hh" => "bias_hh_l0",
                    other => other,
                };
                match path.rsplit('/').next() {
                    Some("") | None => name.to_owned(),
                    // `nn.MultiheadAttention` has these arrays itself, not in a layer of its own.
                    Some("in_proj") => format!("{}_{name}", path.replace('/', ".")),
                    Some(_) => format!("{}.{name}", path.replace('/', ".")),
                }
            }
        }
    }

    /// Whether a file has this array besides those of a model, which has no use for it.
    pub(super) fn ignores(self, name: &str) -> bool {
        self == Layout::PyTorch && name.rsplit('.').next() == Some("num_batches_tracked")
    }

    /// Whether a parameter's matrix is transposed in a file.
    pub(super) fn turns(self, param: &str, rank: usize) -> bool {
        self == Layout::PyTorch
            && rank == 2
            && param.rsplit('/').next().is_some_and(|name| ["W", "W_ih", "W_hh"].contains(&name))
    }

    /// A parameter's array in the shape that it has in a file, or the other way round.
    pub(super) fn turn(self, param: &str, stored: Stored) -> Stored {
        if self.turns(param, stored.shape.len()) { stored.reversed() } else { stored }
    }
}
