//! Wrong calls: each public function that can panic, and words that its message must hold.

mod models;
mod ops;

use gradus::derivatives::{
    grad, hessian, hessian_vector_product, hessian_vector_product_by_duals, jacobian_by_columns, jacobian_by_rows, jvp,
};
use gradus::prelude::*;
use gradus::table::Hard;
use gradus::{Axes, check};
use ndarray::{Array2, ArrayD, arr1};

/// A wrong call: the function's name, and words that its message must hold.
pub type Case = (&'static str, &'static str, Box<dyn Fn()>);

fn case<R>(name: &'static str, says: &'static str, call: impl Fn() -> R + 'static) -> Case {
    (name, says, Box::new(move || drop(call())))
}

/// A wrong call of a method of `Var`, with a matrix [2, 3] named "x".
fn var<R>(name: &'static str, says: &'static str, call: impl Fn(Var<'_, f64>) -> R + 'static) -> Case {
    case(name, says, move || {
        let tape = Tape::new();
        call(tape.var([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).named("x"))
    })
}

/// A call that records an op on a single number while the graph is borrowed.
fn looked_at(name: &'static str, call: impl Fn(Var<'_, f64>) + 'static) -> Case {
    case(name, "nothing can be recorded on a tape while somebody looks at it", move || {
        let tape = Tape::new();
        let x = tape.var(1.0);
        let _look = tape.graph();
        call(x);
    })
}

/// A Var of another tape, which lives for ever.
fn stranger() -> Var<'static, f64> {
    Box::leak(Box::new(Tape::new())).var(1.0)
}

/// A size whose square does not fit into 64 bits.
const HUGE: usize = 1 << 33;

pub fn cases() -> Vec<Case> {
    let mut cases = tapes();
    cases.extend(programs());
    cases.extend(ops::ops());
    cases.extend(ops::sizes());
    cases.extend(models::layers());
    cases.extend(models::data());
    cases
}

fn tapes() -> Vec<Case> {
    vec![
        var("item", "\"x\"", |x| x.item()),
        looked_at("named", |x| _ = x.named("y")),
        case("shown_as", "nothing can be recorded on a tape while somebody looks at it", || {
            let tape = Tape::new();
            let x = tape.var([1.0]);
            let _look = tape.graph();
            x.shown_as(gradus::Shown::Bars).shape()
        }),
        var("shown_as", "28 · 28 numbers along its last axis", |x| x.shown_as(gradus::Shown::image(28, 28)).shape()),
        var("shown_as", "[images, channels, rows, columns]", |x| x.shown_as(gradus::Shown::FeatureMaps).shape()),
        var("shown_as", "as many rows as there are words, 3", |x| {
            x.shown_as(gradus::Shown::tokens(["a", "b", "c"])).shape()
        }),
        looked_at("detach", |x| _ = x.detach()),
        looked_at("sin", |x| _ = x.sin()),
        looked_at("var", |x| _ = x.tape().var(1.0)),
        looked_at("backward", |x| _ = x.backward()),
        var("backward", "backward starts from one number", |x| x.backward().pass()),
        var("backward", "depends on no variable", |x| x.tape().constant(1.0).backward().pass()),
        var("backward_with", "must have its shape", |x| x.backward_with(x.tape().constant(1.0)).pass()),
        var("backward_with", "another tape", |x| x.sum().backward_with(stranger()).pass()),
        var("wrt", "no gradient flows", |x| x.sum().backward().wrt(x.tape().constant(1.0)).item()),
        var("get", "another tape", |x| x.sum().backward().get(stranger()).is_some()),
        var("record", "another tape", |x| (x + stranger()).shape()),
        var("checkpoint", "another tape", |x| x.tape().checkpoint([stranger()], |[x]| x).shape()),
        var("checkpoint", "at least one input", |x| x.tape().checkpoint([], |[]| panic!("no input")).shape()),
        var("labels", "is not exact", |_| Tape::<f32>::new().labels(&[1 << 25]).shape()),
        case("new", "at most 6 axes", || Shape::new(&[1; 7])),
        case("new", "at most 6 axes", || Shape::from([1; 7])),
        case("new", "at most 6 axes", || Axes::from(7)),
        case("new", "at most 6 axes", || Param::new("w", ndarray::ArrayD::<f32>::zeros(vec![1; 7]))),
        case("set", "must keep its shape", || Param::new("w", arr1(&[1.0])).set(&arr1(&[1.0, 2.0]))),
        case("input", "at most 6 axes", || Tape::new().input(ndarray::ArrayD::<f32>::zeros(vec![1; 7])).shape()),
        case("input_shared", "at most 6 axes", || {
            Tape::new().input_shared(&ndarray::ArcArray::<f32, _>::zeros(vec![1; 7])).shape()
        }),
        case("var", "at most 6 axes", || Tape::new().var(ndarray::ArrayD::<f32>::zeros(vec![1; 7])).shape()),
        case("full", "at most 6 axes", || Tape::<f32>::new().full([1; 7], 0.0).shape()),
        own_update("value", |w, _| w.value()),
        own_update("update", |w, _| w.update(|_| ())),
        own_update("with", |w, _| w.with(|_| ())),
        own_update("cast", |w, _| w.cast::<f32>().shape()),
        own_update("set", |w, _| w.set(&arr1(&[1.0]))),
        own_update("value", |_, leaf| leaf.value()),
        own_update("value", |_, leaf| leaf.tape().value(leaf.index())),
        own_update("with_value", |_, leaf| leaf.with_value(|_| ())),
        case("update", "inside its own update", || {
            let w = Param::new("w", arr1(&[1.0]));
            let tape = Tape::new();
            let gradients = tape.param(&w).sum().backward();
            gradients.update(&w, |_, _| gradients.update(&w, |_, _| ()).is_ok())
        }),
    ]
}

/// An op whose vjp names two operands, though it has one.
#[derive(PartialEq)]
struct Miscounted;

impl gradus::Op<f64> for Miscounted {
    fn name(&self) -> &'static str {
        "miscounted"
    }
    fn formula(&self) -> &'static str {
        "y = x"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[gradus::View<f64>], y: gradus::ViewMut<f64>) {
        y.data.copy_from_slice(x[0].data);
    }
    fn vjp<'t>(&self, at: &gradus::Local<'t, f64>) -> gradus::Cotangents<'t, f64> {
        let [_, second] = at.operands();
        [at.to(0, || second)].into()
    }
}

/// A parameter that is used while it is changed.
fn own_update<R>(name: &'static str, call: impl Fn(&Param<f64>, Var<'_, f64>) -> R + 'static) -> Case {
    case(name, "inside its own update", move || {
        let w = Param::new("w", arr1(&[1.0]));
        let tape = Tape::new();
        let leaf = tape.param(&w);
        w.update(|_| call(&w, leaf))
    })
}

fn programs() -> Vec<Case> {
    fn two<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        x[0] * 2.0
    }
    vec![
        case("of", "has no row of hard places", || Hard::of("sinus")),
        var("operands", "names 2 operands", |x| x.tape().record(Miscounted, &[x]).sum().backward().pass()),
        var("grad", "backward starts from one number", |x| grad(x, &[x]).len()),
        case("jvp", "shapes of the inputs", || jvp(two, &[[1.0, 2.0]], &[[1.0]])),
        case("hessian", "backward starts from one number", || hessian(two, &[[1.0, 2.0]])),
        case("hessian_vector_product", "shapes of the inputs", || hessian_vector_product(two, &[[1.0, 2.0]], &[[1.0]])),
        case("hessian_vector_product_by_duals", "shapes of the inputs", || {
            hessian_vector_product_by_duals(two, &[[1.0, 2.0]], &[[1.0]])
        }),
        case("jacobian_by_rows", "another tape", || jacobian_by_rows(|_| stranger(), &[1.0])),
        case("jacobian_by_columns", "another tape", || {
            jacobian_by_columns(|_| Box::leak(Box::new(Tape::new())).var(gradus::Dual::constant(1.0)), &[1.0])
        }),
        case("by_hand", "must have the shape", || check::Check::new().by_hand(|_| 0.0, &[[1.0, 2.0]], &[[1.0]])),
        case("step", "above 0", || check::Check::new().step(0.0)),
        case("fixed_step", "above 0", || check::Check::new().fixed_step(f64::NAN)),
        case("tolerance", "0 or above", || check::Check::new().tolerance(f64::NAN)),
        case("tolerance", "0 or above", || check::Check::new().tolerance(-1e-7)),
        case("tolerance", "finite", || check::Check::new().tolerance(f64::INFINITY)),
        case("sample", "says nothing", || check::Check::new().sample(0)),
        case("gradients", "nothing to check", || check::gradients::<f64>(|x| x[0].tape().constant(0.0), &[])),
        case("run", "nothing to check", || check::Check::new().run(|x| x[0].sum(), &[Array2::<f64>::zeros((0, 3))])),
        case("gradients_with_duals", "nothing to check", || {
            let nothing = [Array2::<f64>::zeros((0, 3))];
            check::gradients_with_duals(|x| x[0].sum(), |x| x[0].sum(), &nothing)
        }),
        case("run_with_duals", "nothing to check", || {
            let nothing = [Array2::<f64>::zeros((0, 3))];
            check::Check::new().run_with_duals(|x| x[0].sum(), |x| x[0].sum(), &nothing)
        }),
        case("parameters", "nothing to check", || check::parameters(&[] as &[Param<f64>], |tape| tape.constant(0.0))),
        case("parameters", "nothing to check", || {
            check::Check::new().parameters(&[] as &[Param<f64>], |tape| tape.constant(0.0))
        }),
        case("by_hand", "nothing to check", || {
            let nothing: [f64; 0] = [];
            check::Check::new().by_hand(|_| 0.0, &nothing, &nothing)
        }),
        case("directions", "at least 1", || check::Check::new().directions(0)),
        case("order", "once or twice", || check::Check::new().order(3)),
        case("buffer", "at most", || Param::buffer("w", ArrayD::<f64>::zeros(vec![1; 7]))),
    ]
}
