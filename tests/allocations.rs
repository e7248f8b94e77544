//! A steady training step allocates nothing, and neither does any op that is recorded again. A counting allocator of this program measures
//! it.

use gradus::Dual;
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::prelude::*;
use gradus::table::{Operand, Row};
use ndarray::{Array2, ArrayD};
use rand::RngExt;
use smallvec::SmallVec;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counting what each thread does.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// The bytes that were requested, whether or not they were freed.
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: usize) {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    BYTES.set(BYTES.get() + bytes);
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Allocations per step over ten steps, after two steps to warm up.
fn allocations_per_step(mut step: impl FnMut()) -> f64 {
    step();
    step();
    let before = ALLOCATIONS.get();
    for _ in 0..10 {
        step();
    }
    (ALLOCATIONS.get() - before) as f64 / 10.0
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
    let shift = Array2::from_elem((4, 3), 0.1_f32).into_shared();
    let (mut tape, mut adam) = (Tape::new(), Adam::new(1e-3));
    let without_products = allocations_per_step(|| {
        let (w, x) = (tape.param(&params[0]), tape.input(&x));
        let z = (w * x + tape.input_shared(&shift)).named("z");
        let hidden = {
            let _scope = tape.scope("hidden");
            (z.tanh().sigmoid().relu() / 2.0).softmax(1)
        };
        let fixed = tape.no_grad(|| tape.param(&params[0]).sum()) + z.detach().mean();
        let loss = hidden.mean_squared_error(x) + z.pow(2.0).mean() * fixed;
        adam.step(&params, &loss.backward()).expect("a step");
        tape.rewind();
    });
    assert_eq!(without_products, 0.0);

    // The course's own networks, on one thread. (Waking another thread allocates, though not on the tape.)
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let networks = [
        (10, &[784, 100, 20, 10][..]),
        (100, &[784, 50, 10]),
        (64, &[784, 256, 10]),
        (32, &[784, 16, 16, 10]),
        (256, &[784, 1024, 1024, 10]),
        (1, &[2, 3, 10]),
    ];
    for (batch, sizes) in networks {
        let allocations = one_thread.install(|| training_allocations(batch, sizes));
        assert_eq!(allocations, 0.0, "batch {batch} of {sizes:?}");
    }
}

#[test]
fn a_steady_step_of_a_convolutional_network_allocates_nothing() {
    let mut rng = seeded(7);
    let mut draw = |shape: &[usize]| ArrayD::from_shape_simple_fn(shape, || rng.random_range(-0.5..0.5_f32));
    let params = vec![
        Param::new("kernels", draw(&[4, 1, 3, 3])),
        Param::new("b1", draw(&[4])),
        Param::new("W", draw(&[4 * 14 * 14, 10])),
        Param::new("b2", draw(&[10])),
    ];
    let images = draw(&[8, 1, 28, 28]);
    let (mut tape, mut adam) = (Tape::new(), Adam::new(1e-3));
    let allocations = allocations_per_step(|| {
        let [kernels, b1, w, b2] = [0, 1, 2, 3].map(|i| tape.param(&params[i]));
        let maps = tape.input(&images).conv2d(kernels, b1, 1, 1).relu().max_pool2d(2, 2);
        let logits = maps.reshape([8, 4 * 14 * 14]).matmul(w) + b2;
        let loss = logits.softmax_cross_entropy(tape.labels(&[0, 1, 2, 3, 4, 5, 6, 7]));
        adam.step(&params, &loss.backward()).expect("a step");
        tape.rewind();
    });
    assert_eq!(allocations, 0.0);
}

#[test]
fn no_op_allocates_when_it_is_recorded_again() {
    // An einsum is no op; it reads its equation anew each time.
    for row in Row::<Dual>::ALL.iter().filter(|row| row.op != "einsum") {
        let mut rng = seeded(1);
        // On dual numbers, whose matrix product needs no packing buffers.
        let sample = |operand: &Operand| operand.sample(&mut rng).mapv(Dual::constant);
        let operands: Vec<ArrayD<Dual>> = row.operands.iter().map(sample).collect();
        let mut tape = Tape::new();
        let step = |tape: &mut Tape<Dual>| {
            {
                let mut x = SmallVec::<[_; 8]>::new();
                for operand in &operands {
                    x.push(tape.var(operand));
                }
                (row.program)(&x).sum().backward();
            }
            tape.rewind();
        };
        let allocations = allocations_per_step(|| step(&mut tape));
        assert_eq!(allocations, 0.0, "{} allocates", row.op);
    }
}

#[test]
fn a_backward_pass_takes_memory_for_what_it_visits_not_for_what_the_tape_holds() {
    let tape = Tape::<f64>::new();
    let w = tape.var(3.0);
    let mut x = tape.var(0.5);
    for _ in 0..200_000 {
        x = x.sin();
    }
    let pass = || assert_eq!((w * w).backward().wrt(w).item(), 6.0);
    pass();
    let before = BYTES.get();
    (0..1_000).for_each(|_| pass());
    let bytes_per_pass = (BYTES.get() - before) / 1_000;
    assert!(bytes_per_pass < 10_000, "{bytes_per_pass} bytes for a pass that visits two nodes");
}
