//! eˣ, eˣ - 1, tanh x, ln x and ln(1 + x) for f32 and f64. The one idea to know: they are sums, products and comparisons that select, with **no
//! branch and no call**, so that the compiler can turn a loop over them into vector code; and they have **no fused
//! multiply-add**, so that a number comes out with the same bits in a vector of sixteen, in one of four and alone, on any processor.
//!
//! All use two classic techniques. A number is split into a power of two and a rest near 0 or 1, where a short polynomial is exact enough. And the
//! result starts with a large part that is known exactly, so that the rounding of the polynomial hardly matters. The coefficients are those of the
//! textbook's series. Measured against exact values (`tests/functions.rs`): eˣ is within 0.8 units in the last place, eˣ - 1 within 1.5, ln x and ln(1 + x) within 1.4,
//! tanh and the sigmoid made of eˣ within 2.6.

/// 1/2!, 1/3!, 1/4!, ...: eʳ = 1 + r + r² (1/2! + r/3! + r²/4! + ...)
pub(super) const fn inverse_factorials<const N: usize>() -> [f64; N] {
    let mut coefficients = [0.0; N];
    let (mut factorial, mut k) = (1.0, 0);
    while k < N {
        factorial *= (k + 2) as f64;
        coefficients[k] = 1.0 / factorial;
        k += 1;
    }
    coefficients
}

/// 2/3, 2/5, 2/7, ...: ln((1 + s) / (1 - s)) = 2 s + s (2/3 s² + 2/5 s⁴ + 2/7 s⁶ + ...)
const fn twice_inverse_odds<const N: usize>() -> [f64; N] {
    let mut coefficients = [0.0; N];
    let mut k = 0;
    while k < N {
        coefficients[k] = 2.0 / (2 * k + 3) as f64;
        k += 1;
    }
    coefficients
}

macro_rules! functions {
    (
        $real:ident, $bits:ident,
        ln_2: ($ln_2_high:literal, $ln_2_low:literal),
        terms of exp: $exp_terms:literal, of ln: $ln_terms:literal,
        exp is 0 below $underflow:literal and infinite above $overflow:literal,
        tanh is 1 above $saturated:literal
    ) => {
        /// The functions of this kind of number.
        pub mod $real {
            /// The bits of a number: one of sign, then the exponent plus `BIAS`, then `MANTISSA` bits after the binary point.
            const MANTISSA: u32 = $real::MANTISSA_DIGITS - 1;
            pub(in crate::kernel) const BIAS: $bits = $real::MAX_EXP as $bits - 1;

            /// Added to a number (below 2^21), it leaves no room for digits after the point: the sum is rounded to a whole number, which is in its
            /// last bits.
            const ROUND: $real = 1.5 * (1_u64 << MANTISSA) as $real;

            /// ln 2 in two parts. The first has so few digits that its product with any exponent is exact.
            const LN_2: [$real; 2] = [$ln_2_high, $ln_2_low];

            const EXP: [$real; $exp_terms] = narrow(super::inverse_factorials());
            const LN: [$real; $ln_terms] = narrow(super::twice_inverse_odds());

            const fn narrow<const N: usize>(exact: [f64; N]) -> [$real; N] {
                let mut coefficients = [0.0; N];
                let mut k = 0;
                while k < N {
                    coefficients[k] = exact[k] as $real;
                    k += 1;
                }
                coefficients
            }

            /// c₀ + c₁ x + c₂ x² + ..., by pairs: (c₀ + c₁ x) + (c₂ + c₃ x) x² + ..., then pairs of pairs. (This is Estrin's scheme. Horner's has as
            /// many operations, but each waits for the one before.)
            #[inline(always)]
            pub(in crate::kernel) fn polynomial<const N: usize>(coefficients: [$real; N], x: $real) -> $real {
                let (mut c, mut power, mut terms) = (coefficients, x, N);
                // Loops over ranges would not be unrolled here, and a loop that is not unrolled is not vectorised.
                while terms > 1 {
                    let (pairs, mut i) = (terms / 2, 0);
                    while i < pairs {
                        c[i] = c[2 * i] + c[2 * i + 1] * power;
                        i += 1;
                    }
                    if terms % 2 == 1 {
                        c[pairs] = c[terms - 1];
                    }
                    terms -= pairs;
                    power = power * power;
                }
                c[0]
            }

            /// 2ⁿ, given n + `BIAS`.
            #[inline(always)]
            pub(in crate::kernel) fn power_of_two(biased: $bits) -> $real {
                $real::from_bits(biased << MANTISSA)
            }

            /// n, r and eʳ - 1 - r, where x = n ln 2 + r and |r| ≤ ln 2 / 2. (n in two's complement.) `exp` is 1/2!, 1/3!, ..., as far as needed.
            #[inline(always)]
            pub(in crate::kernel) fn split<const N: usize>(x: $real, exp: [$real; N]) -> ($bits, $real, $real) {
                let rounded = x * std::$real::consts::LOG2_E + ROUND;
                let n = rounded - ROUND;
                let (high, low) = (x - n * LN_2[0], n * LN_2[1]);
                let r = high - low;
                let lost = (high - r) - low;
                (rounded.to_bits().wrapping_sub(ROUND.to_bits()), r, r * r * polynomial(exp, r) + lost)
            }

            /// eˣ
            #[inline(always)]
            pub fn exp(x: $real) -> $real {
                let x = if x > $overflow { $overflow } else { x };
                // Where the result is 0, another one is computed: rounding a number to 0 takes a processor about 100 times as long as the rest.
                let is_zero = x < $underflow;
                let (n, r, rest) = split(if is_zero { 0.0 } else { x }, EXP);
                let near_one = 1.0 + r;
                let lost = r - (near_one - 1.0);
                // 2ⁿ in two factors: if the result is denormal or overflows, a single factor could not hold 2ⁿ.
                let both = n.wrapping_add(2 * BIAS);
                let half = both >> 1;
                let power = (near_one + (lost + rest)) * power_of_two(half) * power_of_two(both.wrapping_sub(half));
                if is_zero { 0.0 } else { power }
            }

            /// eˣ - 1 = 2ⁿ (eʳ - 1) + (2ⁿ - 1), which keeps all digits near 0.
            #[inline(always)]
            pub fn exp_m1(x: $real) -> $real {
                let limited = if x > $overflow { $overflow } else { x };
                let limited = if limited < -2.0 * $saturated { -2.0 * $saturated } else { limited };
                let (n, r, rest) = split(limited, EXP);
                // 2ⁿ = p q, as for eˣ: a single factor could not hold the largest. p (q (eʳ - 1) + q - 1/p)
                let both = n.wrapping_add(2 * BIAS);
                let half = both >> 1;
                let (p, q) = (power_of_two(half), power_of_two(both.wrapping_sub(half)));
                let inverse = power_of_two((2 * BIAS).wrapping_sub(half));
                (p * (q * (r + rest) + (q - inverse))).copysign(x)
            }

            /// tanh |x| = e / (e + 2) with e = exp(2|x|) - 1, which keeps all digits near 0.
            #[inline(always)]
            pub fn tanh(x: $real) -> $real {
                let size = if x.abs() > $saturated { $saturated } else { x.abs() };
                let (n, r, rest) = split(2.0 * size, EXP);
                let scale = power_of_two(n.wrapping_add(BIAS));
                let e = scale * (r + rest) + (scale - 1.0);
                (e / (e + 2.0)).copysign(x)
            }

            /// ln(1 + x)
            #[inline(always)]
            pub fn ln_1p(x: $real) -> $real {
                // 1 + x = u + lost, exactly.
                let u = 1.0 + x;
                let lost = (1.0 - (u - (u - 1.0))) + (x - (u - 1.0));
                let y = logarithm(u, lost, 0.0);
                let y = if x == $real::INFINITY { x } else { y.copysign(x) };
                let beyond = if x == -1.0 { $real::NEG_INFINITY } else { $real::NAN };
                if x > -1.0 { y } else { beyond }
            }

            /// ln x
            #[inline(always)]
            pub fn ln(x: $real) -> $real {
                /// Makes any denormal number normal.
                const SCALE: $real = (1_u64 << (MANTISSA + 1)) as $real;
                let is_denormal = x < $real::MIN_POSITIVE;
                let scaled = if is_denormal { x * SCALE } else { x };
                let y = logarithm(scaled, 0.0, if is_denormal { (MANTISSA + 1) as $real } else { 0.0 });
                let y = if x == $real::INFINITY { x } else { y };
                let beyond = if x == 0.0 { $real::NEG_INFINITY } else { $real::NAN };
                if x > 0.0 { y } else { beyond }
            }

            /// ln(u + lost) - shift ln 2 = n ln 2 + ln(1 + f), where √½ ≤ 1 + f < √2, and ln(1 + f) = 2s + ... with s = f / (2 + f).
            #[inline(always)]
            fn logarithm(u: $real, lost: $real, shift: $real) -> $real {
                const LEAST: $bits = std::$real::consts::FRAC_1_SQRT_2.to_bits();
                let bits = u.to_bits().wrapping_add((1.0 as $real).to_bits() - LEAST);
                let biased = bits >> MANTISSA;
                let n = $real::from_bits(ROUND.to_bits() + biased) - (ROUND + BIAS as $real) - shift;
                let mantissa = $real::from_bits((bits & ((1 << MANTISSA) - 1)) + LEAST);
                let twice_scale = power_of_two((2 * BIAS + 1).wrapping_sub(biased));
                let f = (mantissa - 1.0) + lost * (0.5 * twice_scale);
                let (s, half_square) = (f / (2.0 + f), 0.5 * f * f);
                // 2s + s³ 2/3 + ... = f - f²/2 + s (f²/2 + s² 2/3 + ...): f is exact, and the rest is small beside it.
                let rest = s * (half_square + s * s * polynomial(LN, s * s));
                n * LN_2[0] + (f - (half_square - (rest + n * LN_2[1])))
            }
        }
    };
}

functions! {
    f32, u32,
    ln_2: (0.693_359_4, -2.121_944_4e-4),
    terms of exp: 6, of ln: 5,
    exp is 0 below -104.0 and infinite above 89.0,
    tanh is 1 above 10.0
}

functions! {
    f64, u64,
    ln_2: (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10),
    terms of exp: 12, of ln: 10,
    exp is 0 below -746.0 and infinite above 710.0,
    tanh is 1 above 20.0
}
