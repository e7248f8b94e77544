//! Vectors of the processor's own width, for any kind of real number. The one idea to know: a kernel is written once over
//! [`Lanes`], compiled for several widths, and the processor decides at run time which one runs (the crate `pulp` does both).

use pulp::Simd;
use std::cell::RefCell;
use std::ops::{AddAssign, Mul};

/// Bytes of a cache line. A vector of 64 bytes that does not start at a multiple of it lies in two lines, and is read at half the speed.
const CACHE_LINE: usize = 64;

/// A kind of real number of which the processor handles several at a time.
pub trait Lanes: Copy + Default + Mul<Output = Self> + AddAssign + Into<f64> + Send + Sync + 'static {
    /// Rounds to the nearest number of this kind.
    fn narrow(wide: f64) -> Self;

    /// A vector: the numbers that one register holds.
    type Vector<S: Simd>: Copy;

    /// How many numbers a vector holds.
    fn lanes<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }

    /// A vector of equal numbers.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    /// a b + c, rounded once where the processor can.
    fn multiply_add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>, c: Self::Vector<S>) -> Self::Vector<S>;
    /// The whole vectors in `x`; numbers at the end that do not fill one are left out.
    fn vectors<S: Simd>(x: &[Self]) -> &[Self::Vector<S>];
    /// The same, to write.
    fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Vector<S>];
    /// A vector that starts with the numbers of `x`, which are too few to fill it.
    fn load<S: Simd>(simd: S, x: &[Self]) -> Self::Vector<S>;
    /// Writes the first numbers of a vector to `x`.
    fn store<S: Simd>(simd: S, x: &mut [Self], vector: Self::Vector<S>);

    /// Lends a buffer of `size` numbers that starts at a cache line and still holds what was last written to it. Each
    /// thread has one and keeps it, so that a steady training step allocates none.
    fn with_scratch<R>(size: usize, work: impl FnOnce(&mut [Self]) -> R) -> R;
}

macro_rules! lanes {
    ($real:ty, $vector:ident, $splat:ident, $multiply_add:ident, $vectors:ident, $vectors_mut:ident, $load:ident, $store:ident) => {
        impl Lanes for $real {
            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn narrow(wide: f64) -> Self {
                wide as $real
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> S::$vector {
                simd.$splat(x)
            }
            #[inline(always)]
            fn multiply_add<S: Simd>(simd: S, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                simd.$multiply_add(a, b, c)
            }
            #[inline(always)]
            fn vectors<S: Simd>(x: &[Self]) -> &[S::$vector] {
                S::$vectors(x).0
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [S::$vector] {
                S::$vectors_mut(x).0
            }
            #[inline(always)]
            fn load<S: Simd>(simd: S, x: &[Self]) -> S::$vector {
                simd.$load(x)
            }
            #[inline(always)]
            fn store<S: Simd>(simd: S, x: &mut [Self], vector: S::$vector) {
                simd.$store(x, vector)
            }
            fn with_scratch<R>(size: usize, work: impl FnOnce(&mut [Self]) -> R) -> R {
                thread_local! {
                    static SCRATCH: RefCell<Vec<$real>> = const { RefCell::new(Vec::new()) };
                }
                SCRATCH.with(|scratch| {
                    let mut scratch = scratch.borrow_mut();
                    let line = CACHE_LINE / size_of::<$real>();
                    let missing = (size + line).saturating_sub(scratch.len());
                    scratch.extend(std::iter::repeat_n(0.0, missing));
                    let start = scratch.as_ptr().align_offset(CACHE_LINE);
                    work(&mut scratch[start..][..size])
                })
            }
        }
    };
}

lanes!(f32, f32s, splat_f32s, mul_add_e_f32s, as_simd_f32s, as_mut_simd_f32s, partial_load_f32s, partial_store_f32s);
lanes!(f64, f64s, splat_f64s, mul_add_e_f64s, as_simd_f64s, as_mut_simd_f64s, partial_load_f64s, partial_store_f64s);
