//! Φ(x), the share of a standard normal distribution below x, and Φ(x) + x φ(x), the slope of x Φ(x), which is GELU. The one idea to know: below 0 both
//! are e^(-x²/2) times a function that changes little from 0 to -∞. That function is a polynomial in t = (a - 4) / (a + 4) with a = |x|, which runs from -1
//! to 1. Like the functions of `functions.rs`, they have no branch and no fused multiply-add.
//!
//! The second one crosses 0 at `CROSSING`; with that factor taken out, what is left has all its digits there too. Above 0, each is 1 less its value
//! at -x.
//!
//! f64 is within a few units in the last place. f32 is computed in f64 as well, but with fewer terms, and rounded once. The coefficients are those of the
//! polynomials that equal the functions at Chebyshev's points for t, found with 60 digits.

use super::functions::f64::{BIAS, exp, polynomial, power_of_two, split};
use super::functions::inverse_factorials;

/// (1 + a/4) Φ(-a) e^(a²/2), to 2⁻³¹ for a below 15.
const SHARE_SHORT: [f64; 12] = [
    0.1888212826599296,
    -0.1519741605931859,
    0.09678434321758024,
    -0.046630461737412005,
    0.015099285840533475,
    -0.001885022318966993,
    -0.0008709708268007264,
    0.0004070755370458468,
    3.658033483550652e-5,
    -5.4632283480512835e-5,
    -4.032614654807731e-6,
    3.6900676788273156e-6,
];
/// The same, to 2⁻⁵⁸ for a below 39.
pub(crate) const SHARE: [f64; 25] = [
    0.18882128260393788,
    -0.15197416049297302,
    0.09678435018555366,
    -0.04663046448991484,
    0.015099143722732553,
    -0.0018850472416649731,
    -0.0008699230918130202,
    0.00040770461415589335,
    3.33360776856639e-5,
    -5.777373187865624e-5,
    -4.770616840517924e-7,
    8.78616237857258e-6,
    1.791534132880586e-7,
    -1.4800159472774858e-6,
    -1.573854734363797e-7,
    2.553365319170769e-7,
    6.787662191720766e-8,
    -3.86805020862218e-8,
    -2.1260133647891636e-8,
    3.280219567077988e-9,
    4.836639582691868e-9,
    4.910819201554942e-10,
    -6.041370200797311e-10,
    -1.8171383693026523e-10,
    -3.5701909390387154e-12,
];
/// (Φ(-a) - a φ(a)) e^(a²/2) / (crossing - a), to 2⁻³¹ for a below 15.
const SLOPE_SHORT: [f64; 11] = [
    0.4622112440731629,
    -0.10336590047863765,
    0.06046293374068561,
    -0.028083293333112658,
    0.009505035507572167,
    -0.0017888663916293215,
    -0.00015548840886243722,
    0.00018770400704936876,
    -1.3914681259951046e-5,
    -1.9319574644308564e-5,
    -1.4907609316534053e-6,
];
/// The same, to 2⁻⁵⁹ for a below 39.
const SLOPE: [f64; 23] = [
    0.4622112440495753,
    -0.10336589852195696,
    0.06046293676785131,
    -0.02808335995304573,
    0.009504950375084639,
    -0.001788260541310058,
    -0.00015461331259419432,
    0.0001857757756654821,
    -1.7477216467442935e-5,
    -1.8034946224740672e-5,
    3.5389106149057796e-6,
    2.216767253499198e-6,
    -4.921942701038313e-7,
    -3.4943869763546267e-7,
    5.2431920005157925e-8,
    6.336411773468414e-8,
    -7.658197975341063e-10,
    -1.14342011753986e-8,
    -1.7671038705710358e-9,
    1.7128147179162118e-9,
    5.603780903716187e-10,
    -1.4934989125580393e-10,
    -7.266933611907862e-11,
];
/// Where Φ(-a) = a φ(a), in two parts.
const CROSSING: [f64; 2] = [0.7517915246935645, -1.4956759177009883e-17];

/// What is computed of a number to begin with.
struct Folded {
    /// |x|, but not more than the function needs.
    a: f64,
    /// 1 / (1 + a/4)
    r: f64,
    /// (a - 4) / (a + 4)
    t: f64,
}

impl Folded {
    #[inline(always)]
    fn of(x: f64) -> Folded {
        let a = if x.abs() > 39.0 { 39.0 } else { x.abs() };
        let r = 1.0 / (1.0 + 0.25 * a);
        Folded { a, r, t: (0.25 * a - 1.0) * r }
    }

    /// The same for an f32. A division of f64 takes as long as all other operations together; so r is divided in f32, and one step of Newton's method for
    /// 1/r = 1 + a/4 doubles its digits.
    #[inline(always)]
    fn of_short(x: f32) -> Folded {
        let size = if x.abs() > 15.0 { 15.0 } else { x.abs() };
        let (near, a) = (f64::from(1.0 / (1.0 + 0.25 * size)), f64::from(size));
        let r = near * (2.0 - near * (1.0 + 0.25 * a));
        Folded { a, r, t: (0.25 * a - 1.0) * r }
    }

    /// Φ(-a), given e^(-a²/2).
    #[inline(always)]
    fn share<const N: usize>(&self, coefficients: [f64; N], power: f64) -> f64 {
        self.r * polynomial(coefficients, self.t) * power
    }

    /// Φ(-a) - a φ(a), given e^(-a²/2).
    #[inline(always)]
    fn slope<const N: usize>(&self, coefficients: [f64; N], power: f64) -> f64 {
        ((CROSSING[0] - self.a) + CROSSING[1]) * polynomial(coefficients, self.t) * power
    }

    /// e^(-a²/2). A square is rounded, and the digits that it loses would be wrong digits of the power; so they are computed, too.
    #[inline(always)]
    fn power(&self) -> f64 {
        let square = self.a * self.a;
        let high = f64::from_bits(self.a.to_bits() & (u64::MAX << 27));
        let low = self.a - high;
        let lost = ((high * high - square) + 2.0 * high * low) + low * low;
        let power = exp(-0.5 * square);
        power - power * (0.5 * lost)
    }

    /// The same to 2⁻³²: enough for an f32.
    #[inline(always)]
    fn power_short(&self) -> f64 {
        const EXP: [f64; 7] = inverse_factorials();
        let (n, r, rest) = split(-0.5 * self.a * self.a, EXP);
        (1.0 + (r + rest)) * power_of_two(n.wrapping_add(BIAS))
    }
}

/// The value at x, given the one at -|x|.
#[inline(always)]
fn unfolded(x: f64, below: f64) -> f64 {
    if x > 0.0 { 1.0 - below } else { below }
}

/// The functions of f64.
pub mod f64 {
    use super::*;

    /// Φ(x)
    #[inline(always)]
    pub fn normal_cdf(x: f64) -> f64 {
        let folded = Folded::of(x);
        unfolded(x, folded.share(SHARE, folded.power()))
    }

    /// Φ(x) + x φ(x)
    #[inline(always)]
    pub fn gelu_slope(x: f64) -> f64 {
        let folded = Folded::of(x);
        unfolded(x, folded.slope(SLOPE, folded.power()))
    }
}

/// The functions of f32.
pub mod f32 {
    use super::*;

    /// Φ(x). (As f64: an f32 has few digits left for the tail that x Φ(x) needs.)
    #[inline(always)]
    pub fn normal_cdf(x: f32) -> f64 {
        let folded = Folded::of_short(x);
        let share = folded.share(SHARE_SHORT, folded.power_short());
        unfolded(x.into(), if folded.a >= 15.0 { 0.0 } else { share })
    }

    /// Φ(x) + x φ(x)
    #[inline(always)]
    pub fn gelu_slope(x: f32) -> f32 {
        let folded = Folded::of_short(x);
        unfolded(x.into(), folded.slope(SLOPE_SHORT, folded.power_short())) as f32
    }
}
