//! Wide vectors where the processor has them. The one idea to know: the crate is built for any x86-64, whose vectors hold four f32; a loop inside
//! [`wide`] is compiled twice more, for AVX2 and for AVX-512, and the one that the processor supports is chosen at run time. All three compute the
//! same bits: wider vectors compute more numbers at a time, in the same way.

/// Minimum count of numbers: below this, asking the processor costs more than wide vectors save.
const FEW: usize = 16;

/// Runs `work`, a loop over `count` numbers, in the widest vectors of this processor. For the loop to be compiled that way, everything that it calls
/// must be inlined into it: mark a long closure `#[inline(always)]`, and call a method in a closure instead of passing it by name. Captures should be
/// moved in; otherwise the compiler must assume that they may change during the loop.
#[inline(always)]
pub fn wide<R>(count: usize, work: impl FnOnce() -> R) -> R {
    if count < FEW { work() } else { widest(work) }
}

/// A function of its own, so that a kernel of a few numbers does not have to save the registers of a wide one.
#[inline(never)]
fn widest<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}
