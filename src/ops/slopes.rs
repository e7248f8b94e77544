//! The slopes of smooth functions, and their second derivatives. The textbook's formulas subtract numbers that are nearly equal, 1 - σ(x)
//! for example, and lose all digits far from 0. Here no digits are lost. They are computed in [`Scalar::Wide`], because e to a power
//! of size p has an error of about p units in the last place.

use crate::formula::plain_functions;
use crate::{Real, Scalar};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

plain_functions! {
    /// Softplus' = σ(x)
    SoftplusSlope "softplus'", [RECORDED, WIDE]: |x| x.sigmoid(), |g, x, _y| g.through(x.map(SoftplusBend));

    /// Softplus'' = σ(x) σ(-x), which is also the slope of the sigmoid
    SoftplusBend "softplus''", [RECORDED, WIDE]: |x| x.sigmoid() * (-x).sigmoid(), |g, x, y| g.through(-(y * (x * T::number(0.5)).tanh()));

    /// Gelu' = Φ(x) + x φ(x)
    GeluSlope "gelu'", [RECORDED, WIDE]: |x| share_below(x) + x.through(bell(x)), |g, x, _y| g.through(x.map(GeluBend));

    /// Gelu'' = φ(x) (2 - x²)
    GeluBend "gelu''", [RECORDED, WIDE]: |x| (T::number(2.0) - x * x).through(bell(x)), |g, x, _y| {
        let bell = bell(x);
        g.through((x * x * x - T::number(4.0) * x).through(bell))
    };

    /// Silu' = σ(x) + x σ(x) σ(-x)
    SiluSlope "silu'", [RECORDED, WIDE]: |x| x.sigmoid() + x.through(SoftplusBend.value(x)), |g, x, _y| g.through(x.map(SiluBend));

    /// Silu'' = σ(x) σ(-x) (2 - x tanh(x/2))
    SiluBend "silu''", [RECORDED, WIDE]: |x| (T::number(2.0) - x.through((x * T::number(0.5)).tanh())).through(SoftplusBend.value(x)), |g, x, _y| {
        let (s, u) = (x.map(SoftplusBend).called("s", x), (x * T::number(0.5)).tanh().called("u", x));
        g.through((x * u * u - T::number(3.0) * u - T::number(2.0) * x.through(s)).through(s))
    };

    /// Erf' = 2/√π e^(-x²)
    ErfSlope "erf'", [RECORDED, WIDE]: |x| T::number(FRAC_2_SQRT_PI) * (-(x * x)).exp(), |g, x, y| g.through(T::number(-2.0) * x.through(y));
}

/// σ(x) and σ(-x) = 1 - σ(x), each with all its digits.
#[inline(always)]
pub(super) fn sigmoids<W: Scalar>(x: W) -> [W; 2] {
    let is_negative = x < W::ZERO;
    let power = if is_negative { x } else { -x }.exp();
    let (larger, smaller) = (W::ONE / (W::ONE + power), power / (W::ONE + power));
    if is_negative { [smaller, larger] } else { [larger, smaller] }
}

/// Φ(x): the share of a standard normal distribution that lies below x.
#[inline(always)]
pub(super) fn share_below<T: Real>(x: T) -> T {
    (T::number(0.5) * (T::number(-FRAC_1_SQRT_2) * x).erfc()).called("Φ", x)
}

/// φ(x), the slope of Φ.
#[inline(always)]
fn bell<T: Real>(x: T) -> T {
    let height = T::number(0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI);
    (height * (x * x * T::number(-0.5)).exp()).called("φ", x)
}
