//! Wide vectors where the processor has them. The one idea to know: the crate is built for any x86-64, whose vectors hold four f32;
//! a loop that stands inside [`wide`] is compiled twice more, for AVX2 and for AVX-512, and the processor decides at run time which one runs.
//! All three compute the same bits: vectors change how many numbers are worked on at a time, not how.

/// With fewer numbers than this, asking the processor costs more than its answer saves.
const FEW: usize = 16;

/// Runs `work`, a loop over `count` numbers, in the widest vectors of this processor. For the loop to be compiled that way,
/// all that it calls must be inlined into it (a long closure must say `#[inline(always)]`, and a method must be called in one, not
/// handed over by name); and what it captures should be moved in, or the compiler must fear that it changes meanwhile.
#[inline(always)]
pub fn wide<R>(count: usize, work: impl FnOnce() -> R) -> R {
    if count < FEW { work() } else { widest(work) }
}

/// Apart from [`wide`], so that a kernel of a few numbers is not burdened with the registers of a wide one.
#[inline(never)]
fn widest<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}
