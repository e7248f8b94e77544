//! Which operands a formula needs.

use super::{Binary, Unary};
use super::{Real, arithmetic};

/// Whether x is needed, and whether y is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Uses {
    pub(crate) x: bool,
    pub(crate) y: bool,
}

impl Uses {
    const NOTHING: Uses = Uses { x: false, y: false };

    /// What the flow of a function needs.
    #[inline]
    pub(crate) fn of<U: Unary>(function: U) -> Uses {
        function.flow(Uses::NOTHING, Uses { x: true, y: false }, Uses { x: false, y: true })
    }

    #[inline]
    fn and(self, b: Uses) -> Uses {
        Uses { x: self.x | b.x, y: self.y | b.y }
    }
}

arithmetic! { [] Uses: |a, b| a.and(b), a.and(b), a.and(b), a.and(b); |x| x }

impl Real for Uses {
    #[inline]
    fn number(_: f64) -> Self {
        Uses::NOTHING
    }
    #[inline]
    fn map<U: Unary>(self, _: U) -> Self {
        self
    }
    #[inline]
    fn zip<B: Binary>(self, _: B, b: Self) -> Self {
        self.and(b)
    }
    #[inline]
    fn where_positive(self, then: Self, otherwise: Self) -> Self {
        self.and(then).and(otherwise)
    }
}
