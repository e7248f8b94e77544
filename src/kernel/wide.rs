//! Wide vectors where the processor has them. The one idea to know: the crate is built for any x86-64, whose vectors hold four f32; a loop inside
//! [`wide`] is compiled twice more, for AVX2 and for AVX-512, and the one that the processor supports is chosen at run time. All three compute the
//! same bits: wider vectors compute more numbers at a time, in the same way.

use pulp::{Arch, WithSimd};

/// Minimum count of numbers: below this, asking the processor costs more than wide vectors save.
const FEW: usize = 16;

/// Runs `work`, a loop over `count` numbers, in the widest vectors of this processor. For the loop to be compiled that way, everything that it calls
/// must be inlined into it: mark a long closure `#[inline(always)]`, and call a method in a closure instead of passing it by name. Captures should be
/// moved in; otherwise the compiler must assume that they may change during the loop.
#[inline(always)]
pub fn wide<R>(count: usize, work: impl FnOnce() -> R) -> R {
    // In WebAssembly there are vectors of one width, for which everything is compiled.
    match if cfg!(target_family = "wasm") || count < FEW { Arch::Scalar } else { arch() } {
        Arch::Scalar => work(),
        arch => widest(arch, work),
    }
}

/// A function of its own, so that a kernel of a few numbers does not have to save the registers of a wide one.
#[inline(never)]
fn widest<R>(arch: Arch, work: impl FnOnce() -> R) -> R {
    match arch {
        Arch::Scalar => unreachable!("`wide` runs the loop itself"),
        arch => arch.dispatch(work),
    }
}

#[inline(never)]
fn arch() -> Arch {
    Arch::new()
}

/// Runs a kernel that is written in vectors in the widest ones of this processor.
#[inline(always)]
pub fn in_vectors<W: WithSimd>(kernel: W) -> W::Output {
    // A module of WebAssembly has the vectors that it was compiled for, and no others have to be compiled.
    #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
    return kernel.with_simd(pulp::wasm::Simd128::try_new().expect("the vectors that this was compiled for"));
    #[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
    arch().dispatch(kernel)
}
