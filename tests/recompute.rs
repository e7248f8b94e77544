//! Segments that are computed again for their gradients: the same gradients, to the last bit, and less memory.

use gradus::check::Check;
use gradus::nn::*;
use gradus::optim::{Adam, Optimizer};
use gradus::prelude::*;
use ndarray::{ArrayD, IxDyn, arr1, arr2};
use std::sync::Arc;

fn numbers<F: Scalar>(shape: &[usize]) -> ArrayD<F> {
    let mut at = 0.0;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        at += 1.0;
        F::from_f64((at * 1.7_f64).sin())
    })
}

/// Layers of many kinds: with parameters, buffers, random numbers.
fn net<F: Scalar>() -> Vec<Arc<dyn Module<F>>> {
    let rng = &mut seeded(7);
    let block = |number: usize, rng: &mut _| -> Arc<dyn Module<F>> {
        let name = |layer: &str| format!("block{number}/{layer}");
        Arc::new(
            Sequential::new()
                .then(Linear::new(&name("up"), 6, 12, Init::He, Init::Normal(0.1), rng))
                .then(BatchNorm::new(&name("norm"), 12))
                .then(Activation::Gelu)
                .then(Dropout::new(0.4, number as u64))
                .then(Linear::new(&name("down"), 12, 6, Init::He, Init::Zeros, rng)),
        )
    };
    vec![block(1, rng), block(2, rng), block(3, rng)]
}

/// One pass through the blocks, each computed again or not.
fn forward<'t, F: Scalar>(blocks: &[Arc<dyn Module<F>>], x: Var<'t, F>, again: bool) -> Var<'t, F> {
    blocks.iter().fold(x, |x, block| match again {
        true => {
            let block = block.clone();
            x.tape().checkpoint([x], move |[x]| block.forward(x))
        }
        false => block.forward(x),
    })
}

fn states<F: Scalar>(blocks: &[Arc<dyn Module<F>>]) -> Vec<Param<F>> {
    blocks.iter().flat_map(|block| block.state()).collect()
}

/// All that three steps of training leave, bit for bit: losses, the gradient for the input, parameters, buffers.
fn trained(again: bool) -> (Vec<f32>, Vec<ArrayD<f32>>) {
    let blocks = net::<f32>();
    let params = states(&blocks);
    let (mut tape, mut adam, mut losses, mut arrays) = (Tape::new(), Adam::new(0.01), Vec::new(), Vec::new());
    for _ in 0..3 {
        tape.rewind();
        let x = tape.var(numbers(&[8, 6]));
        let loss = forward(&blocks, x, again).pow(2.0).mean();
        let gradients = loss.backward();
        arrays.push(gradients.wrt(x).value());
        adam.step(&params, &gradients).expect("a step");
        losses.push(loss.item());
    }
    arrays.extend(params.iter().map(Param::value));
    (losses, arrays)
}

#[test]
fn a_training_with_checkpoints_is_the_same_to_the_last_bit_with_dropout_and_batch_norm_in_it() {
    let plain = trained(false);
    assert!(plain.0[2] < plain.0[0], "{:?}", plain.0);
    assert_eq!(trained(true), plain);
}

#[test]
fn nothing_in_between_stays_on_the_tape() {
    let blocks = net::<f32>();
    let nodes = |again| {
        let tape = Tape::new();
        let loss = forward(&blocks, tape.var(numbers(&[8, 6])), again).sum();
        let before = tape.len();
        let _ = loss.backward();
        (before, tape.len())
    };
    let (plain, again) = (nodes(false), nodes(true));
    // x; three blocks, each with six parameters; the sum.
    assert_eq!(again.0, 1 + 3 * (1 + 6) + 1);
    assert!(2 * again.0 < plain.0 && 2 * again.1 < plain.1 + 60, "{again:?} instead of {plain:?}");
}

#[test]
fn gradients_of_gradients_are_the_same() {
    let second = |again: bool| {
        let tape = Tape::<f64>::new();
        let (w, v) = (Param::new("w", arr2(&[[0.3, -0.7], [0.9, 0.4]])), Param::new("v", arr1(&[0.5, -1.1])));
        let (x, z) = (tape.var(arr2(&[[1.0, -0.5], [0.2, 0.8]])), tape.var(arr1(&[0.6, 0.1])));
        let (inner_w, inner_v) = (w.clone(), v.clone());
        let y = match again {
            true => tape.checkpoint([x, z], move |inputs| mixed(&inner_w, &inner_v, inputs)),
            false => mixed(&w, &v, [x, z]),
        };
        let first = (y * y).sum().backward();
        let slopes = [first.wrt(x), first.wrt(z), first.param(&w).expect("w"), first.param(&v).expect("v")];
        let slope = slopes.into_iter().map(|slope| slope.pow(3.0).sum()).reduce(|a, b| a + b).expect("four");
        let second = slope.backward();
        let all = [second.wrt(x), second.wrt(z), second.param(&w).expect("w"), second.param(&v).expect("v")];
        all.map(|slope| slope.value())
    };
    for (again, plain) in second(true).iter().zip(&second(false)) {
        assert!(again.iter().zip(plain).all(|(a, b)| (a - b).abs() < 1e-12 * b.abs().max(1.0)), "{again} {plain}");
    }
}

fn mixed<'t>(w: &Param<f64>, v: &Param<f64>, [x, z]: [Var<'t, f64>; 2]) -> Var<'t, f64> {
    let tape = x.tape();
    (x.matmul(tape.param(w)) * z).tanh() + tape.param(v).exp()
}

#[test]
fn the_gradient_check_finds_them_right() {
    let blocks = net::<f64>();
    let report = Check::new().parameters(&states(&blocks)[..4], |tape| {
        tape.eval(|| (forward(&blocks, tape.input(numbers(&[5, 6])), true) * tape.input(numbers(&[5, 6]))).sum())
    });
    assert!(report.passed(), "{report}");
}

#[test]
fn a_checkpoint_in_a_checkpoint_draws_the_same_factors_too() {
    let run = |nested: bool| {
        let dropout = Dropout::new(0.5, 3);
        let tape = Tape::<f64>::new();
        let x = tape.var(numbers(&[20]));
        let (first, inner, last) = (dropout.clone(), dropout.clone(), dropout.clone());
        let y = match nested {
            true => tape.checkpoint([x], move |[x]| {
                let inner = inner.clone();
                let y = x.tape().checkpoint([first.forward(x)], move |[x]| inner.forward(x.sin()));
                last.forward(y.exp())
            }),
            false => last.forward(inner.forward(first.forward(x).sin()).exp()),
        };
        (y.value(), y.sum().backward().wrt(x).value())
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn what_gets_no_gradient_gets_none_and_evaluation_stays_evaluation() {
    let tape = Tape::<f64>::new();
    let (frozen, w) = (Param::new("frozen", arr1(&[2.0])), Param::new("w", arr1(&[3.0])));
    frozen.freeze();
    let (x, labels) = (tape.var(arr1(&[1.0, 4.0])), tape.labels(&[1]));
    let (inside_frozen, inside) = (frozen.clone(), w.clone());
    let y = tape.checkpoint([x, labels], move |[x, labels]| {
        x.gather_rows(labels) * x.tape().param(&inside_frozen) * x.tape().param(&inside)
    });
    let gradients = y.sum().backward();
    assert_eq!(gradients.wrt(x).value(), arr1(&[0.0, 6.0]).into_dyn());
    assert_eq!(gradients.param(&w).expect("w").value(), arr1(&[8.0]).into_dyn());
    assert!(gradients.param(&frozen).is_none() && gradients.get(labels).is_none());

    let dropout = Dropout::new(0.5, 1);
    let x = tape.var(arr1(&[1.0; 50]));
    let y = tape.eval(|| tape.checkpoint([x], move |[x]| dropout.forward(x) * 2.0));
    assert_eq!(
        (y.value(), y.sum().backward().wrt(x).value()),
        (arr1(&[2.0; 50]).into_dyn(), arr1(&[2.0; 50]).into_dyn())
    );
}

#[test]
#[should_panic(expected = "the segment made [] at first, and now [1]")]
fn a_segment_that_is_another_one_the_second_time_is_refused() {
    let tape = Tape::<f64>::new();
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let y = tape.checkpoint([tape.var(2.0)], move |[x]| {
        let is_first = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        if is_first { x * x } else { (x * x).reshape([1]) }
    });
    y.sum().backward();
}
