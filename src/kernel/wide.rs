//! Wide vectors where the processor has them. The one idea to know: the crate is built for any x86-64, whose vectors hold four f32;
//! a loop that stands inside [`wide`] is compiled twice more, for AVX2 and for AVX-512, and the processor decides at run time which one runs.
//! All three compute the same bits: vectors change how many numbers are worked on at a time, not how.

/// With fewer numbers than this, asking the processor costs more than its answer saves.
const FEW: usize = 16;

/// Runs `work`, a loop over `count` numbers, in the widest vectors of this processor. For the loop to be compiled that way,
/// all that it calls must be inlined into it.
#[inline(always)]
pub fn wide<R>(count: usize, work: impl FnOnce() -> R) -> R {
    if count < FEW { work() } else { pulp::Arch::new().dispatch(work) }
}
