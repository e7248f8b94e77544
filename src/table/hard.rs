//! The hard places of every op: kinks and ties, zeros, infinities, values far out in the tails. A fixture, like the table of ops.

use super::example::Operand;
use ndarray::{ArrayD, IxDyn};
use rand::rngs::ChaCha8Rng;

const INF: f64 = f64::INFINITY;

/// Numbers to fill an operand with, repeated as often as necessary.
pub type Numbers = &'static [f64];

const ZEROS: Numbers = &[0.0, -0.0, 0.0];
const TIES: Numbers = &[1.0];
const KINKS: Numbers = &[0.0, 1.0, 0.0, -1.0, 1.0];
const EDGES: Numbers = &[0.7, -0.7, 1.7, 0.3, 0.0];
const TINY: Numbers = &[1e-300, -1e-300, 1e-30, -1e-30, f64::MIN_POSITIVE, 5e-324];
const HUGE: Numbers = &[1e300, -1e300, 1e200, -1e200, 1e30, -1e30];
const TAILS: Numbers = &[40.0, -40.0, 800.0, -800.0, 17.0, -17.0, 6.0, -6.0];
const INFINITIES: Numbers = &[INF, -INF];
const INFINITE: Numbers = &[INF];
const NEGATIVE_INFINITE: Numbers = &[-INF];
const ONE_INFINITE: Numbers = &[INF, 0.5, -1.0, 0.25, 2.0, -0.5, 0.1];
const MASKED: Numbers = &[-INF, 0.5, -INF, 1.0, 0.5];
const ROW_MASKED: Numbers = &[-INF, -INF, -INF, 0.0, 1.0, -INF, -INF, -INF, -INF, 2.0, 1.0, -INF];
const POWERS: Numbers = &[0.0, 1.0, 2.0, 0.5, -1.0, 3.0, 1.5];
const ONE_HOT: Numbers = &[0.0, 1.0, 0.0];
const SHARES: Numbers = &[0.0, 1.0, 0.5, 0.25, 1e-300, 1.0, 1e-17];
const SLOPED: Numbers = &[0.3, -0.4, 1.1];

/// Numbers of every kind.
const ANYTHING: &[Numbers] = &[
    ZEROS,
    TIES,
    KINKS,
    EDGES,
    TINY,
    HUGE,
    TAILS,
    INFINITIES,
    INFINITE,
    NEGATIVE_INFINITE,
    ONE_INFINITE,
    MASKED,
    ROW_MASKED,
    POWERS,
];
/// For ops that multiply and add on their way, where larger numbers overflow before the end.
const MODERATE: &[Numbers] = &[ZEROS, TIES, KINKS, EDGES, TINY, TAILS, ONE_HOT];
/// For powers: those of a negative base are real only for some exponents.
const BASES: &[Numbers] =
    &[&[0.0], TIES, &[0.0, 1.0, 2.0, 0.5], &[1e-300, 1e-30], &[1e300, 1e30], &[40.0, 800.0], INFINITE];
const EXPONENTS: &[Numbers] = &[ZEROS, TIES, POWERS, &[-1.0, -0.5], TAILS];
/// Logits, some of them masked. (A row that is masked completely has no softmax.)
const LOGITS: &[Numbers] = &[ZEROS, TIES, KINKS, EDGES, TINY, HUGE, TAILS, MASKED];
const BOUNDED: &[Numbers] = &[ZEROS, TIES, SHARES];
const TARGETS: &[Numbers] = &[ZEROS, TIES, ONE_HOT, SHARES];
const LABELS: &[Numbers] = &[];
const FEW: &[Numbers] = &[ZEROS, KINKS, TAILS, SLOPED];

/// The hard places of some ops: fillings for each operand; the last one serves for all further operands, too.
#[derive(Debug)]
pub struct Hard {
    /// The ops' names.
    pub ops: &'static [&'static str],
    fillings: &'static [&'static [Numbers]],
    /// Whether they jump, so that there is no slope to measure at a jump.
    pub jumps: bool,
    /// Whether a gradient is summed over copies, so that it is not a number where infinities of either sign meet.
    pub sums: bool,
}

const fn row(ops: &'static [&'static str], fillings: &'static [&'static [Numbers]]) -> Hard {
    Hard { ops, fillings, jumps: false, sums: false }
}

#[rustfmt::skip]
/// The hard places of every op.
pub const HARD: &[Hard] = &[
    row(&["add", "sub", "neg", "exp", "expm1", "ln", "log1p", "sqrt", "rsqrt", "erf", "pow"], &[ANYTHING]),
    Hard { sums: true, ..row(&["mul", "div"], &[ANYTHING]) },
    Hard { sums: true, ..row(&["pow_tensor"], &[BASES, EXPONENTS]) },
    row(&["sin", "cos"], &[MODERATE]),
    row(&["abs", "maximum", "minimum", "clamp", "max", "min", "relu", "relu'", "leaky_relu", "leaky_relu'", "elu", "hardtanh"], &[ANYTHING]),
    Hard { jumps: true, ..row(&["sign", "exceeds", "eq", "ne", "gt", "ge", "lt", "le"], &[ANYTHING]) },
    Hard { sums: true, ..row(&["where"], &[LABELS, ANYTHING, FEW]) },
    row(&["sigmoid", "tanh", "softplus", "softsign"], &[ANYTHING]),
    row(&["sigmoid'", "tanh'"], &[BOUNDED, ANYTHING]),
    row(&["gelu", "gelu_tanh", "silu", "mish"], &[&[ZEROS, TIES, KINKS, EDGES, TINY, HUGE, TAILS, INFINITE]]),
    row(&["erf'", "softplus'", "softplus''", "gelu''", "gelu_tanh'", "gelu_tanh''", "silu'", "silu''", "mish'", "mish''"], &[MODERATE]),
    row(&["gelu'"], &[MODERATE, FEW]),
    row(&["softmax'"], &[&[TIES, SHARES], FEW]),
    row(&["log_softmax'"], &[LOGITS, FEW]),
    row(&["binary_cross_entropy_with_logits'"], &[MODERATE, TARGETS, FEW]),
    row(&["matmul", "matmul_nt", "matmul_tn", "einsum"], &[MODERATE]),
    row(&["transpose", "permute", "reshape", "broadcast_to", "sum_to", "slice", "pad", "concat"], &[ANYTHING]),
    row(&["stack", "flip", "roll", "tril", "triu"], &[ANYTHING]),
    row(&["gather_rows", "scatter_add_rows", "gather", "scatter_add"], &[ANYTHING, LABELS]),
    row(&["im2col", "col2im", "sum", "mean", "cumsum"], &[ANYTHING]),
    row(&["prod"], &[MODERATE]),
    row(&["norm"], &[&[ZEROS, TIES, KINKS, EDGES, HUGE, TAILS, INFINITIES, INFINITE, ONE_INFINITE, MASKED]]),
    row(&["var", "std"], &[&[ZEROS, TIES, KINKS, EDGES, TAILS, ONE_HOT]]),
    row(&["all_reduce"], &[ANYTHING]),
    row(&["add_n"], &[ANYTHING, ANYTHING, FEW]),
    row(&["logsumexp", "logsumexp'"], &[ANYTHING]),
    row(&["softmax", "log_softmax"], &[LOGITS]),
    row(&["conv2d", "conv_transpose2d", "conv2d_weight"], &[MODERATE, MODERATE, FEW]),
    row(&["max_pool2d", "avg_pool2d", "avg_pool2d'"], &[ANYTHING]),
    Hard { jumps: true, ..row(&["max_pool2d'", "max_pool2d''"], &[ANYTHING, FEW]) },
    row(&["standardize", "standardize'", "layer_norm", "rms_norm", "batch_norm_train"], &[MODERATE, FEW]),
    row(&["batch_norm_eval"], &[MODERATE, FEW, BASES, FEW]),
    row(&["recurrent"], &[MODERATE, &[ZEROS, KINKS, SLOPED]]),
    row(&["attention_weights", "scaled_dot_product_attention", "attention_of_heads"], &[MODERATE, FEW]),
    row(&["quadratic_cost", "mean_squared_error", "mean_absolute_error", "huber"], &[ANYTHING]),
    Hard { sums: true, ..row(&["quadratic_cost'"], &[ANYTHING, ANYTHING, FEW]) },
    row(&["binary_cross_entropy_with_logits"], &[ANYTHING, TARGETS]),
    row(&["softmax_cross_entropy", "softmax_cross_entropy'"], &[LOGITS, LABELS, FEW]),
    row(&["softmax_cross_entropy_with", "softmax_cross_entropy_with'"], &[LOGITS, TARGETS, FEW]),
];

impl Hard {
    /// Where this op is hard to differentiate.
    ///
    /// # Panics
    /// If the list has no row for it.
    #[track_caller]
    pub fn of(op: &str) -> &'static Hard {
        match HARD.iter().find(|row| row.ops.contains(&op)) {
            Some(row) => row,
            None => panic!("{op} has no row of hard places: say in HARD where its kinks and limits are"),
        }
    }

    /// These operands filled in every hard way.
    pub fn places(&self, operands: &[Operand], rng: &mut ChaCha8Rng) -> Vec<Vec<ArrayD<f64>>> {
        filled(operands, |slot| self.fillings[slot.min(self.fillings.len() - 1)], rng)
    }
}

/// Operands filled in every way: every filling of one with every filling of the others. Labels are random.
pub fn filled(
    operands: &[Operand],
    fillings: impl Fn(usize) -> &'static [Numbers],
    rng: &mut ChaCha8Rng,
) -> Vec<Vec<ArrayD<f64>>> {
    let mut conditions: Vec<Vec<ArrayD<f64>>> = vec![Vec::new()];
    for (slot, operand) in operands.iter().enumerate() {
        let fillings: Vec<ArrayD<f64>> = match *operand {
            Operand::Labels(..) => vec![operand.sample(rng)],
            Operand::Any(shape) | Operand::Positive(shape) | Operand::Distribution(shape) => {
                fillings(slot).iter().map(|numbers| repeated(shape, numbers)).collect()
            }
        };
        let with = |(condition, filling): (&Vec<ArrayD<f64>>, &ArrayD<f64>)| {
            condition.iter().chain([filling]).cloned().collect::<Vec<_>>()
        };
        let pairs = conditions.iter().flat_map(|condition| fillings.iter().map(move |filling| (condition, filling)));
        conditions = pairs.map(with).collect();
    }
    conditions
}

fn repeated(shape: &[usize], numbers: Numbers) -> ArrayD<f64> {
    let mut numbers = numbers.iter().copied().cycle();
    ArrayD::from_shape_simple_fn(IxDyn(shape), || numbers.next().unwrap_or_default())
}
