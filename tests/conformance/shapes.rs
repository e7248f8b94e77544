//! Unusual shapes: single numbers, arrays without elements, broadcasting both ways.

use super::random;
use super::witness::{Trial, gradients, run};
use gradus::table::{Example, Operand, TABLE};
use ndarray::ArrayD;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// Operand shapes that an op admits.
type Shapes = &'static [&'static [usize]];

const ONE: &[Shapes] = &[&[&[]], &[&[1]], &[&[0]], &[&[2, 0, 3]], &[&[2, 1, 3]]];
const TWO_EQUAL: &[Shapes] = &[&[&[], &[]], &[&[4], &[4]], &[&[0], &[0]], &[&[2, 0], &[2, 0]]];
const TWO_BROADCAST: &[Shapes] = &[
    &[&[], &[]],
    &[&[], &[2, 3]],
    &[&[2, 3], &[]],
    &[&[3], &[2, 3]],
    &[&[3, 1], &[1, 4]],
    &[&[2, 3, 4], &[3, 1]],
    &[&[2, 1], &[2, 3]],
    &[&[5, 1], &[5]],
    &[&[0], &[1]],
    &[&[0, 3], &[3]],
    &[&[2, 0], &[]],
];
const LOSS: &[Shapes] = &[&[&[], &[]], &[&[4], &[4]], &[&[2, 1, 2], &[2, 1, 2]]];

/// For each op, further operands that it must handle, besides those of the table.
#[rustfmt::skip]
const ADMITTED: &[(&[&str], &[Shapes])] = &[
    (&["neg", "exp", "expm1", "ln", "log1p", "sqrt", "rsqrt", "sin", "cos", "erf", "pow", "abs", "sign"], ONE),
    (&["sigmoid", "tanh", "relu", "leaky_relu", "elu", "hardtanh", "clamp", "softsign", "softplus", "gelu", "gelu_tanh", "silu", "mish"], ONE),
    (&["softplus'", "softplus''", "gelu''", "gelu_tanh'", "gelu_tanh''", "silu'", "silu''", "mish'", "mish''", "erf'"], ONE),
    (&["sigmoid'", "tanh'", "relu'", "leaky_relu'", "gelu'"], TWO_EQUAL),
    (&["add", "sub", "mul", "div", "pow_tensor", "maximum", "minimum", "exceeds", "eq", "ne", "gt", "ge", "lt", "le"], TWO_BROADCAST),
    (&["where"], &[&[&[], &[], &[]], &[&[2, 1], &[3], &[]], &[&[3], &[1, 3], &[2, 3]], &[&[4], &[2, 1, 1], &[3, 1]], &[&[0], &[2, 0], &[1]]]),
    (&["quadratic_cost", "mean_squared_error", "mean_absolute_error", "huber", "binary_cross_entropy_with_logits"], LOSS),
    (&["quadratic_cost'"], &[&[&[], &[], &[]], &[&[4], &[4], &[]]]),
    (&["all_reduce"], ONE),
    (&["add_n"], &[&[&[], &[], &[]], &[&[0, 2], &[0, 2], &[0, 2]]]),
    (&["matmul"], &[&[&[0, 3], &[3, 2]], &[&[2, 0], &[0, 3]], &[&[2, 3], &[3, 0]], &[&[1, 1], &[1, 1]]]),
    (&["matmul_nt"], &[&[&[0, 3], &[2, 3]], &[&[2, 0], &[3, 0]], &[&[1, 1], &[1, 1]]]),
    (&["matmul_tn"], &[&[&[3, 0], &[3, 2]], &[&[0, 2], &[0, 3]], &[&[1, 1], &[1, 1]]]),
    (&["matmul"], &[&[&[0, 2, 3], &[0, 3, 2]], &[&[2, 1, 0], &[2, 0, 2]], &[&[2, 2, 3], &[3, 4]], &[&[0, 2, 3], &[3, 4]], &[&[2, 3], &[2, 3, 2]]]),
    (&["matmul"], &[&[&[2, 1, 2, 3], &[3, 3, 2]], &[&[1, 2, 3], &[2, 2, 3, 1]], &[&[2, 2, 3], &[1, 3, 1]]]),
    (&["matmul"], &[&[&[3], &[3]], &[&[3], &[3, 2]], &[&[2, 3], &[3]], &[&[3], &[2, 3, 2]], &[&[2, 2, 3], &[3]], &[&[0], &[0]]]),
    (&["matmul_nt"], &[&[&[0, 2, 3], &[0, 2, 3]], &[&[2, 1, 0], &[2, 3, 0]], &[&[2, 1, 3], &[4, 3]], &[&[2, 3], &[2, 1, 3]], &[&[2, 1, 2, 3], &[2, 1, 3]]]),
    (&["matmul_tn"], &[&[&[0, 2, 3], &[0, 2, 3]], &[&[2, 0, 1], &[2, 0, 3]], &[&[2, 3, 1], &[3, 4]], &[&[3, 2], &[2, 3, 1]], &[&[2, 1, 3, 2], &[2, 3, 1]]]),
    (&["einsum"], &[&[&[0, 3, 2], &[2, 4]], &[&[2, 3, 0], &[0, 4]], &[&[1, 1, 1], &[1, 1]]]),
    (&["transpose"], &[&[&[0, 3]], &[&[3, 0]], &[&[1, 4]]]),
    (&["permute"], &[&[&[2, 0, 3]], &[&[1, 1, 1]]]),
    (&["broadcast_to"], &[&[&[]], &[&[3]], &[&[1, 1, 1]]]),
    (&["sum_to"], &[&[&[2, 3]], &[&[2, 1]], &[&[0, 2, 3]]]),
    (&["slice"], &[&[&[3, 2]]]),
    (&["pad"], &[&[&[0, 3]], &[&[1, 1]], &[&[2, 0]]]),
    (&["concat"], &[&[&[2, 0], &[2, 3]], &[&[0, 1], &[0, 2]]]),
    (&["stack"], &[&[&[2, 0], &[2, 0]], &[&[1], &[1]], &[&[2, 1, 2], &[2, 1, 2]]]),
    (&["flip", "roll"], &[&[&[2, 0]], &[&[0, 3]], &[&[3, 1]], &[&[2, 4, 2]]]),
    (&["tril", "triu"], &[&[&[0, 3]], &[&[3, 0]], &[&[1, 4]], &[&[4, 1]], &[&[2, 1, 3, 2]]]),
    (&["cumsum"], &[&[&[2, 0, 3]], &[&[0, 3]], &[&[2, 1]], &[&[2, 5]], &[&[2, 3, 17]]]),
    (&["sum", "logsumexp"], &[&[&[2, 1, 2]], &[&[0, 3, 2]], &[&[2, 3, 0]], &[&[1, 1, 1]]]),
    (&["sum"], &[&[&[2, 0, 3]]]),
    (&["mean"], &[&[&[2, 1, 2]], &[&[2, 0, 3]], &[&[1, 1, 1]]]),
    (&["prod", "norm", "var"], &[&[&[2, 3, 1]], &[&[1, 2, 3]], &[&[4, 5, 2]]]),
    (&["prod", "norm"], &[&[&[2, 1, 2]], &[&[2, 0, 3]], &[&[1, 1, 1]]]),
    (&["max", "min"], &[&[&[2, 1, 2]], &[&[0, 3, 2]], &[&[1, 1, 1]]]),
    (&["softmax", "log_softmax"], &[&[&[0, 3]], &[&[3, 0]], &[&[2, 1]], &[&[2, 3, 2]]]),
    (&["softmax'", "log_softmax'"], &[&[&[0, 3], &[0, 3]], &[&[3, 0], &[3, 0]], &[&[2, 1], &[2, 1]], &[&[2, 3, 2], &[2, 3, 2]]]),
    (&["binary_cross_entropy_with_logits'"], &[&[&[], &[], &[]], &[&[4], &[4], &[]], &[&[2, 0], &[2, 0], &[]]]),
    (&["softmax_cross_entropy_with"], &[&[&[1, 1], &[1, 1]], &[&[3, 1], &[3, 1]]]),
    (&["softmax_cross_entropy_with'"], &[&[&[1, 1], &[1, 1], &[]], &[&[3, 1], &[3, 1], &[]]]),
    (&["im2col"], &[&[&[0, 1, 3, 3]], &[&[2, 1, 2, 2]], &[&[1, 1, 4, 2]]]),
    (&["conv2d"], &[&[&[0, 2, 3, 3], &[1, 2, 2, 2], &[1]], &[&[2, 1, 3, 5], &[3, 1, 3, 1], &[3]]]),
    (&["conv_transpose2d"], &[&[&[1, 3, 2, 3], &[3, 2, 2, 2]], &[&[1, 1, 2, 2], &[1, 2, 2, 3]]]),
    (&["conv2d_weight"], &[&[&[0, 2, 3, 4], &[0, 2, 2, 3]], &[&[3, 2, 2, 2], &[3, 2, 2, 2]]]),
    (&["max_pool2d'"], &[&[&[0, 1, 4, 4], &[0, 1, 2, 3]], &[&[1, 2, 1, 1], &[1, 2, 1, 1]]]),
    (&["max_pool2d''"], &[&[&[0, 1, 4, 4], &[0, 1, 4, 4]], &[&[1, 2, 1, 2], &[1, 2, 1, 2]]]),
    (&["avg_pool2d'"], &[&[&[1, 2, 2, 2]]]),
    (&["max_pool2d", "avg_pool2d"], &[&[&[0, 1, 4, 4]], &[&[1, 1, 2, 2]], &[&[2, 3, 5, 4]]]),
    (&["standardize"], &[&[&[3]], &[&[0, 3]], &[&[2, 2, 3]]]),
    (&["standardize'"], &[&[&[3], &[3]], &[&[0, 3], &[0, 3]], &[&[2, 2, 3], &[2, 2, 3]]]),
    (&["layer_norm"], &[&[&[3], &[3], &[3]], &[&[2, 2, 3], &[3], &[3]], &[&[0, 3], &[3], &[3]]]),
    (&["rms_norm"], &[&[&[3], &[3]], &[&[2, 2, 3], &[3]], &[&[0, 3], &[3]]]),
    (&["batch_norm_train"], &[&[&[2, 3, 2, 2], &[3], &[3]]]),
    (&["batch_norm_eval"], &[&[&[2, 3, 2, 2], &[3], &[3], &[3], &[3]], &[&[0, 2], &[2], &[2], &[2], &[2]]]),
    (&["recurrent"], &[&[&[1, 1, 1], &[1, 3], &[1, 3], &[3], &[3]], &[&[0, 2, 1], &[1, 6], &[2, 6], &[6], &[6]]]),
    (&["attention_weights"], &[&[&[2, 3, 2], &[2, 1, 2]], &[&[1, 1], &[1, 1]]]),
    (&["scaled_dot_product_attention"], &[&[&[2, 3, 2], &[2, 1, 2], &[2, 1, 4]], &[&[1, 1], &[1, 1], &[1, 1]]]),
    (&["attention_of_heads"], &[&[&[2, 1, 12]], &[&[0, 2, 6]]]),
];

fn trials() -> Vec<(&'static Example, Vec<ArrayD<f64>>, Trial)> {
    let mut trials = Vec::new();
    for (ops, shapes) in ADMITTED {
        for op in *ops {
            let example = TABLE.iter().find(|example| example.op == *op).unwrap_or_else(|| panic!("no row {op}"));
            for shapes in *shapes {
                let mut rng = ChaCha8Rng::seed_from_u64(41);
                let kind = |(kind, &shape): (&Operand, &&'static [usize])| match kind {
                    Operand::Positive(_) => Operand::Positive(shape),
                    _ => Operand::Any(shape),
                };
                let kinds = example.operands.iter().zip(*shapes).map(kind);
                let x: Vec<ArrayD<f64>> = kinds.map(|kind| kind.sample(&mut rng)).collect();
                let trial = Trial::new(example, x.clone(), &mut rng);
                trials.push((example, x, trial));
            }
        }
    }
    trials
}

#[test]
fn rare_shapes_are_differentiated_rightly_to_second_order() {
    for (_, _, trial) in trials() {
        trial.check_first_order();
        trial.check_second_order();
        trial.check_f32();
    }
}

#[test]
fn a_gradient_always_has_the_shape_of_its_operand() {
    for (example, x, _) in trials() {
        let cotangent = random(run(example.f64, &x).shape(), &mut ChaCha8Rng::seed_from_u64(1));
        for (x, gradient) in x.iter().zip(gradients(example.f64, &x, &cotangent)) {
            assert_eq!(x.shape(), gradient.shape(), "{}", example.op);
        }
    }
}

#[test]
fn a_batch_of_no_rows_has_a_loss_that_is_not_a_number_and_an_empty_gradient() {
    let no_rows: &[(&str, &[&[usize]])] = &[
        ("quadratic_cost", &[&[0, 3], &[0, 3]]),
        ("mean_squared_error", &[&[0, 3], &[0, 3]]),
        ("mean_absolute_error", &[&[0, 3], &[0, 3]]),
        ("huber", &[&[0, 3], &[0, 3]]),
        ("binary_cross_entropy_with_logits", &[&[0, 3], &[0, 3]]),
        ("softmax_cross_entropy_with", &[&[0, 3], &[0, 3]]),
        ("softmax_cross_entropy", &[&[0, 3], &[0]]),
    ];
    for (op, shapes) in no_rows {
        let (y, gradient) = at_zeros(op, shapes);
        assert!(y.iter().all(|y| y.is_nan()), "{op}: {y}");
        assert_eq!(gradient.shape(), shapes[0], "{op}");
    }
}

#[test]
fn taking_no_rows_from_a_table_gives_none_and_adding_none_gives_zeros() {
    let (y, gradient) = at_zeros("gather_rows", &[&[4, 2], &[0]]);
    assert_eq!((y.shape(), gradient.sum()), ([0, 2].as_slice(), 0.0));
    let (y, gradient) = at_zeros("scatter_add_rows", &[&[0, 2], &[0]]);
    assert_eq!((y.shape(), y.sum(), gradient.shape()), ([4, 2].as_slice(), 0.0, [0, 2].as_slice()));
}

/// The result of an op, and the gradient of its first operand.
fn at_zeros(op: &str, shapes: &[&[usize]]) -> (ArrayD<f64>, ArrayD<f64>) {
    let example = TABLE.iter().find(|example| example.op == op).unwrap();
    let x: Vec<ArrayD<f64>> = shapes.iter().map(|&shape| ArrayD::zeros(shape)).collect();
    let y = run(example.f64, &x);
    let gradient = gradients(example.f64, &x, &y.mapv(|_| 1.0)).remove(0);
    (y, gradient)
}
