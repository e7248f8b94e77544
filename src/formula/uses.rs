//! Numbers that find out what a formula needs: which operands, and whether it multiplies.

use super::{Binary, Unary};
use super::{Real, arithmetic};

/// Whether x is needed, whether y is, and whether numbers are multiplied or divided (then 0 may meet infinity).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Uses {
    pub(crate) x: bool,
    pub(crate) y: bool,
    pub(crate) products: bool,
}

impl Uses {
    const NOTHING: Uses = Uses { x: false, y: false, products: false };

    /// What a function's [`flow`](super::Unary::flow) needs.
    #[inline(always)]
    pub(crate) fn of<U: Unary>(function: U) -> Uses {
        function.flow(Uses::NOTHING, Uses { x: true, ..Uses::NOTHING }, Uses { y: true, ..Uses::NOTHING })
    }

    #[inline]
    fn times(self, b: Uses) -> Uses {
        Uses { products: true, ..self.and(b) }
    }

    #[inline]
    fn and(self, b: Uses) -> Uses {
        Uses { x: self.x | b.x, y: self.y | b.y, products: self.products | b.products }
    }
}

arithmetic! { [] Uses: |a, b| a.and(b), a.and(b), a.times(b), a.times(b); |x| x }

impl Real for Uses {
    #[inline]
    fn number(_: f64) -> Self {
        Uses::NOTHING
    }
    #[inline]
    fn map<U: Unary>(self, _: U) -> Self {
        Uses { products: true, ..self }
    }
    #[inline]
    fn zip<B: Binary>(self, _: B, b: Self) -> Self {
        self.times(b)
    }
    #[inline]
    fn where_positive(self, then: Self, otherwise: Self) -> Self {
        self.and(then).and(otherwise)
    }
}
