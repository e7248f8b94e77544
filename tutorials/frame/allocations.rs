//! Counts a thread's memory allocations. Every program of the course is built with this, so that a chapter can print the allocations of a training
//! step, and a judge can count those of an answer. The one idea to know: each call is passed on unchanged, and counters of the calling thread are
//! raised.
#![allow(unsafe_code)] // an allocator cannot be written without; nothing else in the course is

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The allocations of a piece of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocations {
    /// The number of allocations and reallocations.
    pub count: u64,
    /// The number of bytes that they asked for, in all.
    pub bytes: u64,
    /// The bytes held at the end minus those held at the start.
    pub kept: i64,
}

/// Does some work, and counts its allocations on this thread. Those of other threads are not counted.
pub fn count_allocations<R>(work: impl FnOnce() -> R) -> (R, Allocations) {
    let before = SO_FAR.get();
    let done = work();
    let after = SO_FAR.get();
    let asked = Allocations {
        count: after.count - before.count,
        bytes: after.bytes - before.bytes,
        kept: after.kept - before.kept,
    };
    (done, asked)
}

thread_local! {
    /// The counts since the thread began. They need no destructor and no allocation, so that the allocator may use them at any time.
    static SO_FAR: Cell<Allocations> = const { Cell::new(Allocations { count: 0, bytes: 0, kept: 0 }) };
}

// ANCHOR: counting
/// The system's allocator, with a count.
struct Counting;

fn asked_for(bytes: usize) {
    let Allocations { count, bytes: so_far, kept } = SO_FAR.get();
    SO_FAR.set(Allocations { count: count + 1, bytes: so_far + bytes as u64, kept: kept + bytes as i64 });
}

fn given_back(bytes: usize) {
    let so_far = SO_FAR.get();
    SO_FAR.set(Allocations { kept: so_far.kept - bytes as i64, ..so_far });
}

// SAFETY: every call is passed on, unchanged, to the system's allocator, which keeps the promises of the trait if our caller keeps his.
// What is done besides touches no memory but a Cell of this thread: it neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        asked_for(layout.size());
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        asked_for(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        given_back(layout.size());
        asked_for(size);
        unsafe { System.realloc(pointer, layout, size) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        given_back(layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;
// ANCHOR_END: counting

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_told_what_it_asked_for_and_what_it_kept() {
        let (numbers, asked) = count_allocations(|| vec![0_u64; 100]);
        assert_eq!(asked, Allocations { count: 1, bytes: 800, kept: 800 });
        let ((), asked) = count_allocations(|| drop(numbers));
        assert_eq!(asked, Allocations { count: 0, bytes: 0, kept: -800 });
    }

    #[test]
    fn a_vector_that_grows_asks_again() {
        let (numbers, asked) = count_allocations(|| {
            let mut numbers = Vec::with_capacity(1);
            (0..4_u64).for_each(|i| numbers.push(i));
            numbers
        });
        assert!(asked.count > 1, "{asked:?}");
        assert_eq!(asked.kept as usize, 8 * numbers.capacity());
    }

    #[test]
    fn another_threads_work_is_not_counted() {
        let ((), asked) = count_allocations(|| {
            let before = SO_FAR.get().count;
            std::thread::scope(|scope| {
                scope.spawn(|| std::hint::black_box(vec![0_u8; 1 << 20]));
            });
            assert!(SO_FAR.get().count > before, "starting a thread asks for some memory itself");
        });
        assert!(asked.bytes < 1 << 20, "{asked:?}");
    }
}
