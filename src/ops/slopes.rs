//! The slopes of smooth functions, and their second derivatives. The textbook's formulas subtract numbers that are nearly equal, 1 - σ(x)
//! for example, and lose all digits far from 0. Here no digits are lost. They are computed in [`Scalar::Wide`], because e to a power
//! of size p has an error of about p units in the last place.

use crate::formula::plain_functions;
use crate::{Real, Scalar};
use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

plain_functions! {
    /// Softplus' = σ(x)
    SoftplusSlope "softplus'", [RECORDED, WIDE]: |x| x.sigmoid(), |g, x, _y| g.through(x.map(SoftplusBend));

    /// Softplus'' = σ(x) σ(-x), which is also the slope of the sigmoid
    SoftplusBend "softplus''", [RECORDED, WIDE]: |x| x.sigmoid() * (-x).sigmoid(), |g, x, y| g.through(-(y * (x * T::number(0.5)).tanh()));

    /// Gelu'' = φ(x) (2 - x²)
    GeluBend "gelu''", [RECORDED, WIDE]: |x| (T::number(2.0) - x * x).through(x.normal_pdf()),
        |g, x, _y| g.through((x * x * x - T::number(4.0) * x).through(x.normal_pdf()));

    /// Silu' = σ(x) + x σ(x) σ(-x)
    SiluSlope "silu'", [RECORDED, WIDE]: |x| x.sigmoid() + x.through(SoftplusBend.value(x)), |g, x, _y| g.through(x.map(SiluBend));

    /// Silu'' = σ(x) σ(-x) (2 - x tanh(x/2))
    SiluBend "silu''", [RECORDED, WIDE]: |x| (T::number(2.0) - x.through((x * T::number(0.5)).tanh())).through(SoftplusBend.value(x)), |g, x, _y| {
        let (s, u) = (x.map(SoftplusBend).called("s", x), (x * T::number(0.5)).tanh().called("u", x));
        g.through((x * u * u - T::number(3.0) * u - T::number(2.0) * x.through(s)).through(s))
    };

    /// Gelu_tanh' = σ(v) + x v' σ(v) σ(-v)
    GeluTanhSlope "gelu_tanh'", [RECORDED, WIDE]: |x| {
        let [v, slope, _] = gelu_gate(x);
        v.sigmoid() + x.through(slope.through(v.sigmoid() * (-v).sigmoid()))
    }, |g, x, _y| g.through(x.map(GeluTanhBend));

    /// Gelu_tanh'' = σ(v) σ(-v) (2 v' + x v'' - x v'² tanh(v/2)). Each term is multiplied on its own: the sum of all could be infinity - infinity.
    GeluTanhBend "gelu_tanh''", [RECORDED, WIDE]: |x| {
        let ([v, slope, bend], two) = (gelu_gate(x), T::number(2.0));
        let s = (v.sigmoid() * (-v).sigmoid()).called("s", x);
        (two * slope + x * bend).through(s) - (x * slope * slope * (v * T::number(0.5)).tanh()).through(s)
    }, |g, x, _y| {
        let ([v, slope, bend], two) = (gelu_gate(x), T::number(2.0));
        let (s, t) = (v.map(SoftplusBend).called("s", x), (v * T::number(0.5)).tanh().called("t", x));
        let of_sum = (T::number(4.0) * bend).through(s) - ((two * slope + x * bend) * slope * t).through(s);
        let of_square = (slope * slope * (t + two * x * slope * s)).through(s) + (two * x * slope * bend * t).through(s);
        g.through(of_sum - of_square + (x * slope * slope * slope * t * t).through(s))
    };

    /// Mish' = t + x t', t = tanh(softplus(x))
    MishSlope "mish'", [RECORDED, WIDE]: |x| mish_gate(x) + x.through(mish_gate_slope(x)), |g, x, _y| g.through(x.map(MishBend));

    /// Mish'' = t' (2 + x w), w = 1 - σ(x) (1 + 2 t) = t'' / t'
    MishBend "mish''", [RECORDED, WIDE]: |x| (T::number(2.0) + x.through(mish_gate_bend(x))).through(mish_gate_slope(x)), |g, x, _y| {
        let (t, u, w) = (mish_gate(x), mish_gate_slope(x), mish_gate_bend(x));
        let of_w = -(SoftplusBend.value(x) * (T::one() + T::number(2.0) * t)) - T::number(2.0) * x.sigmoid() * u;
        g.through((T::number(3.0) * w + x.through(w * w + of_w)).through(u))
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

/// v, v' and v'', where the tanh form of gelu is x σ(v): v = √(8/π) (x + c x³) with c = 0.044715, since 1 + tanh u = 2 σ(2u).
#[inline(always)]
pub(super) fn gelu_gate<T: Real>(x: T) -> [T; 3] {
    let (scale, one, square) = (T::number(SQRT_2 * FRAC_2_SQRT_PI), T::one(), x * x);
    let v = x * scale * (one + T::number(0.044715) * square);
    [v.called("v", x), scale * (one + T::number(0.134145) * square), scale * T::number(0.26829) * x]
}

/// t = tanh(softplus(x)). With σ(x) = p and σ(-x) = q, e to the power of -softplus(x) is q, so t = (1 - q²) / (1 + q²) = p (1 + q) / (1 + q²).
#[inline(always)]
pub(super) fn mish_gate<T: Real>(x: T) -> T {
    let (p, q) = (x.sigmoid(), (-x).sigmoid());
    (p * (T::one() + q) / (T::one() + q * q)).called("t", x)
}

/// t' = 4 p q² / (1 + q²)²
#[inline(always)]
fn mish_gate_slope<T: Real>(x: T) -> T {
    let (p, q) = (x.sigmoid(), (-x).sigmoid());
    let divisor = T::one() + q * q;
    (T::number(4.0) * p * q * q / (divisor * divisor)).called("u", x)
}

/// t'' / t' = 1 - p (1 + 2 t)
#[inline(always)]
fn mish_gate_bend<T: Real>(x: T) -> T {
    (T::one() - x.sigmoid() * (T::one() + T::number(2.0) * mish_gate(x))).called("w", x)
}
