//! Nodes without gradients: everything recorded under `no_grad`, by any method, and everything detached.

use gradus::derivatives::{jacobian_by_columns, jacobian_by_rows};
use gradus::nn::{Activation, Mlp};
use gradus::ops::recurrent::Cell;
use gradus::prelude::*;
use gradus::table::TABLE;
use gradus::{BackwardError, Conv, Dual, Windows};
use ndarray::{ArrayD, arr0, arr1};
use std::collections::BTreeSet;

type Program = for<'t> fn(Var<'t, f64>) -> Var<'t, f64>;

fn gets_gradients(x: Var<f64>) -> bool {
    x.tape().nodes()[x.index().index()].needs_grad
}

/// Every method of `Var` that returns one, of a matrix [2, 3]; those that may have nothing to do, also with nothing to do.
#[rustfmt::skip]
const METHODS: &[(&str, Program)] = &[
    ("abs", |x| x.abs()), ("cos", |x| x.cos()), ("erf", |x| x.erf()), ("exp", |x| x.exp()), ("gelu", |x| x.gelu()), ("ln", |x| x.ln()),
    ("relu", |x| x.relu()), ("leaky_relu", |x| x.leaky_relu(0.1)), ("sigmoid", |x| x.sigmoid()), ("sign", |x| x.sign()),
    ("silu", |x| x.silu()), ("sin", |x| x.sin()), ("softplus", |x| x.softplus()), ("sqrt", |x| x.sqrt()), ("tanh", |x| x.tanh()),
    ("pow", |x| x.pow(2.0)), ("pow", |x| x.pow(1.0)), ("pow_var", |x| x.pow_var(x)), ("clamp", |x| x.clamp(0.0, 1.0)),
    ("clamp", |x| x.clamp(f64::NEG_INFINITY, f64::INFINITY)),
    ("maximum", |x| x.maximum(x)), ("minimum", |x| x.minimum(x)), ("eq", |x| x.eq(x)), ("exceeds", |x| x.exceeds(x)),
    ("ne", |x| x.ne(x)), ("gt", |x| x.gt(x)), ("ge", |x| x.ge(x)), ("lt", |x| x.lt(x)), ("le", |x| x.le(x)), ("where_", |x| Var::where_(x, x, x)),
    ("expm1", |x| x.expm1()), ("log1p", |x| x.log1p()), ("rsqrt", |x| x.rsqrt()), ("square", |x| x.square()), ("reciprocal", |x| x.reciprocal()),
    ("elu", |x| x.elu(1.0)), ("hardtanh", |x| x.hardtanh(-1.0, 1.0)), ("softsign", |x| x.softsign()), ("gelu_tanh", |x| x.gelu_tanh()), ("mish", |x| x.mish()),
    ("mean_absolute_error", |x| x.mean_absolute_error(x)),
    ("reshape", |x| x.reshape([3, 2])), ("reshape", |x| x.reshape([2, 3])), ("transpose", |x| x.transpose()),
    ("broadcast_to", |x| x.broadcast_to([4, 2, 3])), ("broadcast_to", |x| x.broadcast_to([2, 3])),
    ("sum_to", |x| x.sum_to([3])), ("sum_to", |x| x.sum_to([2, 3])),
    ("permute", |x| x.permute(&[1, 0])), ("permute", |x| x.permute(&[0, 1])),
    ("slice", |x| x.slice(&[(0, 1), (0, 3)])), ("slice", |x| x.slice(&[(0, 2), (0, 3)])),
    ("pad", |x| x.pad(&[(1, 0), (0, 0)])), ("pad", |x| x.pad(&[(0, 0), (0, 0)])),
    ("concat", |x| Var::concat(&[x, x], 0)), ("concat", |x| Var::concat(&[x], 0)),
    ("stack", |x| Var::stack(&[x, x], 0)), ("unsqueeze", |x| x.unsqueeze(1)), ("squeeze", |x| x.unsqueeze(1).squeeze(1)), ("squeeze", |x| x.squeeze([0; 0])),
    ("flatten", |x| x.flatten(0)), ("flatten", |x| x.flatten(1)), ("split", |x| x.split(&[2], 0)[0]), ("chunk", |x| x.chunk(1, 0)[0]),
    ("flip", |x| x.flip(0)), ("roll", |x| x.roll(1, 0)), ("roll", |x| x.roll(2, 0)), ("tril", |x| x.tril(0)), ("triu", |x| x.triu(-9)), ("cumsum", |x| x.cumsum(1)), ("all_reduce", |x| x.all_reduce()),
    ("einsum", |x| Var::einsum("ij", &[x])), ("einsum", |x| Var::einsum("ij,ij->ij", &[x, x])), ("einsum", |x| Var::einsum("ij,kj->ik", &[x, x])),
    ("gather", |x| x.gather(0, x.tape().full([1, 3], 1.0))), ("scatter_add", |x| x.scatter_add(0, x.tape().full([2, 3], 1.0), 2)),
    ("one_hot", |x| x.eq(x).one_hot(2)),
    ("sum", |x| x.sum()), ("sum", |x| x.sum().sum()), ("sum_axes", |x| x.sum_axes(0)), ("sum_axes_keepdims", |x| x.sum_axes_keepdims(0)),
    ("sum_axes_keepdims", |x| x.reshape([1, 6]).sum_axes_keepdims(0)),
    ("mean", |x| x.mean()), ("mean", |x| x.mean().mean()), ("mean_axes", |x| x.mean_axes(0)), ("mean_axes_keepdims", |x| x.mean_axes_keepdims(0)),
    ("max", |x| x.max()), ("max", |x| x.max().max()), ("max_axes", |x| x.max_axes(1)), ("max_axes_keepdims", |x| x.max_axes_keepdims(1)),
    ("min", |x| x.min()), ("min", |x| x.min().min()), ("min_axes", |x| x.min_axes(1)), ("min_axes_keepdims", |x| x.min_axes_keepdims(1)),
    ("prod", |x| x.prod()), ("prod", |x| x.prod().prod()), ("prod_axes", |x| x.prod_axes(1)), ("prod_axes_keepdims", |x| x.prod_axes_keepdims(1)),
    ("norm", |x| x.norm()), ("norm", |x| x.norm().norm()), ("norm_axes", |x| x.norm_axes(1)), ("norm_axes_keepdims", |x| x.norm_axes_keepdims(1)),
    ("var", |x| x.var(0)), ("var", |x| x.var(0).var(0)), ("var_axes", |x| x.var_axes(1, 0)), ("var_axes_keepdims", |x| x.var_axes_keepdims(1, 0)),
    ("std", |x| x.std(0)), ("std", |x| x.std(0).std(0)), ("std_axes", |x| x.std_axes(1, 0)), ("std_axes_keepdims", |x| x.std_axes_keepdims(1, 0)),
    ("softmax", |x| x.softmax(1)), ("log_softmax", |x| x.log_softmax(1)), ("logsumexp", |x| x.logsumexp(1)),
    ("matmul", |x| x.matmul(x.transpose())), ("matmul_nt", |x| x.matmul_nt(x)), ("matmul_tn", |x| x.matmul_tn(x)),
    ("gather_rows", |x| x.gather_rows(x.tape().labels(&[0, 1]))),
    ("scatter_add_rows", |x| x.scatter_add_rows(x.tape().labels(&[0, 1]), 2)),
    ("im2col", |x| x.reshape([1, 1, 2, 3]).im2col([1, 1], 1, 0)), ("col2im", |x| x.reshape([1, 1, 2, 3]).im2col([2, 2], 1, 0).col2im([1, 1, 2, 3], [2, 2], 1, 0)),
    ("conv2d", |x| x.reshape([1, 1, 2, 3]).conv2d(x.tape().full([1, 1, 1, 1], 1.0), x.tape().full([1], 0.0), 1, 0)),
    ("conv2d_with", |x| x.reshape([1, 1, 2, 3]).conv2d_with(x.tape().full([1, 1, 1, 1], 1.0), None, Conv::new())),
    ("conv_transpose2d", |x| x.reshape([1, 1, 2, 3]).conv_transpose2d([1, 1, 2, 3], x.tape().full([1, 1, 1, 1], 1.0), Conv::new())),
    ("conv2d_weight", |x| x.reshape([1, 1, 2, 3]).conv2d_weight(x.reshape([1, 1, 2, 3]), [1, 1, 1, 1], Conv::new())),
    ("max_pool2d_with", |x| x.reshape([1, 1, 2, 3]).max_pool2d_with(Windows::new(1))), ("avg_pool2d_with", |x| x.reshape([1, 1, 2, 3]).avg_pool2d_with(Windows::new(1))),
    ("max_pool2d", |x| x.reshape([1, 1, 2, 3]).max_pool2d(1, 1)), ("avg_pool2d", |x| x.reshape([1, 1, 2, 3]).avg_pool2d(1, 1)),
    ("standardize", |x| x.standardize(1, 1e-5)), ("layer_norm", |x| x.layer_norm(x.tape().full([3], 1.0), x.tape().full([3], 0.0), 1e-5)),
    ("batch_norm_train", |x| x.batch_norm_train(x.tape().full([3], 1.0), x.tape().full([3], 0.0), 1e-5)),
    ("rms_norm", |x| x.rms_norm(x.tape().full([3], 1.0), 1e-6)),
    ("batch_norm_eval", |x| { let ones = x.tape().full([3], 1.0); x.batch_norm_eval(ones, ones, ones, ones, 1e-5) }),
    ("recurrent", |x| { let ones = x.tape().full([1], 1.0); x.reshape([1, 2, 3]).recurrent(Cell::Tanh, [x.tape().full([3, 1], 1.0), x.tape().full([1, 1], 1.0)], [ones, ones]) }),
    ("attention_weights", |x| x.attention_weights(x, None)), ("scaled_dot_product_attention", |x| x.scaled_dot_product_attention(x, x, None)),
    ("attention_of_heads", |x| x.reshape([1, 2, 3]).attention_of_heads(1, None)),
    ("mean_squared_error", |x| x.mean_squared_error(x)), ("quadratic_cost", |x| x.quadratic_cost(x)), ("huber", |x| x.huber(x, 1.0)),
    ("binary_cross_entropy_with_logits", |x| x.binary_cross_entropy_with_logits(x.sigmoid())),
    ("softmax_cross_entropy", |x| x.softmax_cross_entropy(x.tape().labels(&[0, 1]))),
    ("label_smoothing", |x| x.label_smoothing(0.1)),
    ("softmax_cross_entropy_with", |x| x.softmax_cross_entropy_with(x.softmax(1))), ("over", |x| x.over(x)), ("through", |x| x.through(x)),
    ("detach", |x| x.detach()),
];

/// The names of the methods of `Var`, of the sources, that return a Var: in blocks of methods, and in rows.
fn methods_in_sources() -> BTreeSet<String> {
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(package.join("src/ops")).unwrap().map(|file| file.unwrap().path());
    let files = files.chain([package.join("src/no_grad.rs")]);
    let mut methods = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        methods.extend(crate::rows::methods(&text).into_iter().map(str::to_owned));
        let of_var = text.split("impl<'t, F: Scalar> Var<'t, F> {").skip(1);
        for method in of_var.flat_map(|part| part.split("    pub fn ").skip(1)) {
            let (name, signature) = method.split_once('(').expect("a method has parameters");
            if !name.starts_with('$')
                && ["-> Self", "-> Vec<Self>"]
                    .iter()
                    .any(|result| signature.split('{').next().unwrap().contains(result))
            {
                methods.insert(name.to_owned());
            }
        }
    }
    methods
}

#[test]
fn nothing_that_a_method_returns_under_no_grad_gets_gradients() {
    let tried: BTreeSet<String> = METHODS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(tried, methods_in_sources());
    for (name, method) in METHODS {
        let tape = Tape::new();
        let x = tape.var([[0.4, 0.2, 0.9], [1.1, 0.5, 0.3]]);
        let value = method(x).value();
        let y = tape.no_grad(|| method(x));
        assert_eq!(y.value(), value, "{name}");
        assert!(!gets_gradients(y), "{name} under no_grad");
        assert!(matches!(y.sum().try_backward(), Err(BackwardError::NothingToDifferentiate { .. })), "{name}");
    }
}

#[test]
fn nothing_that_an_op_or_an_operator_returns_under_no_grad_gets_gradients() {
    for example in TABLE {
        let tape = Tape::new();
        let mut rng = seeded(1);
        let operands: Vec<ArrayD<f64>> = example.operands.iter().map(|operand| operand.sample(&mut rng)).collect();
        let x: Vec<Var<f64>> = operands.iter().map(|x| tape.var(x)).collect();
        assert!(!gets_gradients(tape.no_grad(|| (example.f64)(&x))), "{}", example.op);
    }
    let operators: [Program; 13] = [
        |x| x + x,
        |x| x - x,
        |x| x * x,
        |x| x / x,
        |x| -x,
        |x| x + 1.0,
        |x| x - 1.0,
        |x| x * 1.0,
        |x| x / 1.0,
        |x| 1.0 + x,
        |x| 1.0 - x,
        |x| 1.0 * x,
        |x| 1.0 / x,
    ];
    for (place, operator) in operators.iter().enumerate() {
        let tape = Tape::new();
        let (number, array) = (tape.var(2.0), tape.var([2.0, 3.0]));
        assert!(!gets_gradients(tape.no_grad(|| operator(number))), "operator {place}");
        assert!(!gets_gradients(tape.no_grad(|| operator(array))), "operator {place}");
    }
}

#[test]
fn no_leaf_under_no_grad_gets_gradients_and_all_of_it_is_back_afterwards() {
    let w = Param::new("w", arr0(3.0));
    let net = Mlp::<f64>::new(&[3, 2], Activation::Relu, &mut seeded(1));
    let mut tape = Tape::new();
    for _ in 0..2 {
        let (leaves, y) = tape.no_grad(|| {
            let x = tape.var([[1.0, 2.0, 3.0]]);
            (vec![tape.var(1.0), tape.param(&w), x], net.forward(x))
        });
        assert!(leaves.into_iter().chain([y]).all(|leaf| !gets_gradients(leaf)));
        let inner = tape.no_grad(|| tape.no_grad(|| tape.var(1.0)) + tape.param(&w));
        assert!(!gets_gradients(inner), "the inner one does not end the outer one");
        assert!(
            [tape.var(1.0), tape.param(&w), net.forward(tape.input([[1.0, 2.0, 3.0]]))].into_iter().all(gets_gradients)
        );
        tape.rewind();
    }
}

#[test]
fn gradients_that_are_computed_under_no_grad_are_not_differentiated_again() {
    let tape = Tape::new();
    let x = tape.var(2.0);
    let y = x.pow(3.0) + x.reshape([]);
    let gradient = tape.no_grad(|| y.backward().wrt(x));
    assert_eq!(gradient.item(), 13.0);
    assert!(!gets_gradients(gradient));
}

#[test]
fn a_detached_value_is_a_constant() {
    let tape = Tape::new();
    let w = Param::new("w", arr1(&[3.0, 4.0]));
    let x = tape.var([1.0, 2.0]);
    let gradients = (x * x.detach() + (x * tape.param(&w)).detach() * x).sum().backward();
    assert_eq!(gradients.wrt(x).value(), arr1(&[1.0 + 3.0, 2.0 + 8.0]).into_dyn());
    assert!(gradients.param(&w).is_none());
    assert_eq!(tape.param(&w).detach().value(), w.value());
    assert!(!gets_gradients(tape.param(&w).detach()));
    assert!(gets_gradients(tape.param(&w)), "the parameter itself is as it was");
    assert_eq!(tape.input([5.0]).detach().value(), arr1(&[5.0]).into_dyn());
}

#[test]
fn a_detached_value_is_used_again_after_a_rewind() {
    let mut tape = Tape::new();
    for round in 0..3 {
        let x = tape.var(round as f64);
        let y = x * x.detach();
        assert_eq!(y.backward().wrt(x).item(), round as f64);
        tape.rewind();
    }
    assert_eq!(tape.nodes_made(), 5);
}

#[test]
fn forward_and_reverse_mode_agree_on_what_is_detached() {
    let x = arr1(&[1.0, 2.0, 3.0]);
    let forward = jacobian_by_columns(|x| x[0] * x[0].detach() + x[0].sin(), std::slice::from_ref(&x));
    let reverse = jacobian_by_rows(|x| x[0] * x[0].detach() + x[0].sin(), &[x]);
    assert_eq!(forward, reverse);
    let tape = Tape::<Dual<Dual>>::new();
    let x = tape.var([Dual::new(Dual::variable(2.0), Dual::constant(1.0))]);
    let y = (x * x.detach()).sum().item(); // 2 x: the second derivative is 0
    assert_eq!((y.tangent.value, y.tangent.tangent), (2.0, 0.0));
}
