//! No op allocates when it is recorded again after a rewind. This binary has one test, so that nothing else allocates meanwhile.

use gradus::ops::TABLE;
use gradus::{Dual, Tape};
use ndarray::ArrayD;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use smallvec::SmallVec;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn no_op_allocates_when_it_is_recorded_again() {
    for example in TABLE {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // On dual numbers, whose matrix product needs no packing buffers.
        let sample = |operand: &gradus::ops::Operand| operand.sample(&mut rng).mapv(Dual::constant);
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
        step(&mut tape);
        step(&mut tape);
        let before = ALLOCATIONS.load(Relaxed);
        step(&mut tape);
        let allocations = ALLOCATIONS.load(Relaxed) - before;
        assert_eq!(allocations, 0, "{} allocates", example.op);
    }
}
