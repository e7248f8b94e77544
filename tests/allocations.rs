//! A steady training step allocates nothing, nor does any op that is recorded again, as an allocator counts that all of this
//! binary goes through.

use gradus::Dual;
use gradus::nn::{Activation, Mlp};
use gradus::ops::{Operand, TABLE};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{Array2, ArrayD};
use smallvec::SmallVec;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counting what each thread does.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Allocations per step of ten steps, after two steps to warm up.
fn allocations_per_step(mut step: impl FnMut()) -> f64 {
    step();
    step();
    let before = ALLOCATIONS.get();
    for _ in 0..10 {
        step();
    }
    (ALLOCATIONS.get() - before) as f64 / 10.0
}

/// What the matrix products of a network's step allocate by themselves: the packing buffers of the `gemm` crate.
fn packing_allocations(batch: usize, sizes: &[usize]) -> f64 {
    let mut tape = Tape::<f32>::new();
    let layers: Vec<_> = sizes
        .windows(2)
        .map(|pair| {
            let [n_in, n_out] = [pair[0], pair[1]];
            (Array2::zeros((batch, n_in)), Array2::zeros((n_in, n_out)), Array2::zeros((batch, n_out)))
        })
        .collect();
    allocations_per_step(|| {
        for (i, (x, w, g)) in layers.iter().enumerate() {
            let (x, w, g) = (tape.input(x), tape.input(w), tape.input(g));
            x.matmul(w);
            x.matmul_tn(g);
            if i > 0 {
                g.matmul_nt(w);
            }
        }
        tape.rewind();
    })
}

/// The allocations of a training step on random data.
fn training_allocations(batch: usize, sizes: &[usize]) -> f64 {
    let net = Mlp::<f32>::new(sizes, Activation::Relu, &mut seeded(7)).logits();
    let x = Array2::from_shape_fn((batch, sizes[0]), |(i, j)| ((i * 31 + j * 17) % 23) as f32 / 23.0 - 0.5);
    let labels: Vec<usize> = (0..batch).map(|i| i % 10).collect();
    let (mut tape, mut sgd) = (Tape::new(), Sgd::new(0.1).momentum(0.9));
    allocations_per_step(|| {
        let loss = net.forward(tape.input(&x)).softmax_cross_entropy(tape.labels(&labels));
        sgd.step(&net, &loss.backward()).expect("a step");
        tape.rewind();
    })
}

#[test]
fn a_steady_training_step_allocates_nothing_on_the_tape() {
    let params = vec![Param::new("w", Array2::from_elem((4, 3), 0.5_f32))];
    let x = Array2::from_elem((4, 3), 0.3_f32);
    let (mut tape, mut adam) = (Tape::new(), Adam::new(1e-3));
    let without_products = allocations_per_step(|| {
        let (w, x) = (tape.param(&params[0]), tape.input(&x));
        let z = (w * x + 0.1).named("z");
        let hidden = {
            let _scope = tape.scope("hidden");
            (z.tanh().sigmoid().relu() / 2.0).softmax(1)
        };
        let loss = hidden.mean_squared_error(x) + z.pow(2.0).mean();
        adam.step(&params, &loss.backward()).expect("a step");
        tape.rewind();
    });
    assert_eq!(without_products, 0.0);

    for (batch, sizes) in [(10, &[784, 100, 20, 10][..]), (100, &[784, 50, 10]), (1, &[2, 3, 10])] {
        let training = training_allocations(batch, sizes);
        let packing = packing_allocations(batch, sizes);
        assert_eq!(training, packing, "batch {batch} of {sizes:?}: allocations beyond those of the matrix products");
    }
}

#[test]
fn no_op_allocates_when_it_is_recorded_again() {
    for example in TABLE {
        let mut rng = seeded(1);
        // On dual numbers, whose matrix product needs no packing buffers.
        let sample = |operand: &Operand| operand.sample(&mut rng).mapv(Dual::constant);
        let operands: Vec<ArrayD<Dual>> = example.operands.iter().map(sample).collect();
        let mut tape = Tape::new();
        let step = |tape: &mut Tape<Dual>| {
            {
                let mut x = SmallVec::<[_; 4]>::new();
                for operand in &operands {
                    x.push(tape.var(operand));
                }
                (example.dual)(&x).sum().backward();
            }
            tape.rewind();
        };
        let allocations = allocations_per_step(|| step(&mut tape));
        assert_eq!(allocations, 0.0, "{} allocates", example.op);
    }
}
