//! The slopes of smooth functions, and the slopes of those. The textbook's formulas for them subtract numbers that are nearly equal, 1 - σ(x)
//! for one, and lose all digits far out. Here they are written so that nothing is lost, and computed in [`Scalar::Wide`], because e to a power
//! is off by as many units in the last place as the rounded power is large.

use super::same_shape;
use crate::kernel::elementwise::map;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, Var, View, ViewMut};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// The first or second derivative of a function, element by element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SlopeOf {
    /// Softplus' = σ(x)
    Softplus,
    /// Softplus'' = σ(x) σ(-x), which is also the slope of the sigmoid
    SoftplusSlope,
    /// Gelu' = Φ(x) + x φ(x)
    Gelu,
    /// Gelu'' = φ(x) (2 - x²)
    GeluSlope,
    /// Silu' = σ(x) + x σ(x) σ(-x)
    Silu,
    /// Silu'' = σ(x) σ(-x) (2 - x tanh(x/2))
    SiluSlope,
    /// Erf' = 2/√π e^(-x²)
    Erf,
}

impl<F: Scalar> Op<F> for SlopeOf {
    fn name(&self) -> &'static str {
        match self {
            SlopeOf::Softplus => "softplus'",
            SlopeOf::SoftplusSlope => "softplus''",
            SlopeOf::Gelu => "gelu'",
            SlopeOf::GeluSlope => "gelu''",
            SlopeOf::Silu => "silu'",
            SlopeOf::SiluSlope => "silu''",
            SlopeOf::Erf => "erf'",
        }
    }
    fn formula(&self) -> &'static str {
        match self {
            SlopeOf::Softplus => "y = σ(x)",
            SlopeOf::SoftplusSlope => "y = σ(x) σ(-x)",
            SlopeOf::Gelu => "y = Φ(x) + x φ(x), φ(x) = e^(-x²/2) / √(2π)",
            SlopeOf::GeluSlope => "y = φ(x) (2 - x²), φ(x) = e^(-x²/2) / √(2π)",
            SlopeOf::Silu => "y = σ(x) + x σ(x) σ(-x)",
            SlopeOf::SiluSlope => "y = σ(x) σ(-x) (2 - x tanh(x/2))",
            SlopeOf::Erf => "y = 2/√π e^(-x²)",
        }
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        same_shape(operands)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        match self {
            SlopeOf::Softplus => wide_map(x[0], y, |x| sigmoids(x)[0]),
            SlopeOf::SoftplusSlope => wide_map(x[0], y, bump),
            SlopeOf::Gelu => wide_map(x[0], y, |x| share_below(x) + x.through(bell(x))),
            SlopeOf::GeluSlope => wide_map(x[0], y, |x| (number::<F>(2.0) - x * x).through(bell(x))),
            SlopeOf::Silu => wide_map(x[0], y, |x| sigmoids(x)[0] + x.through(bump(x))),
            SlopeOf::SiluSlope => {
                wide_map(x[0], y, |x| (number::<F>(2.0) - x.through((x * number::<F>(0.5)).tanh())).through(bump(x)))
            }
            SlopeOf::Erf => wide_map(x[0], y, |x| (-(x * x)).exp() * number::<F>(FRAC_2_SQRT_PI)),
        }
    }
    fn slopes(&self) -> &'static [Slope] {
        match self {
            SlopeOf::Softplus => &[Slope::Each("σ(x) σ(-x)", "dx = g σ(x) σ(-x)")],
            SlopeOf::SoftplusSlope => &[Slope::Each("-y tanh(x/2)", "dx = -g y tanh(x/2)")],
            SlopeOf::Gelu => &[Slope::Each("φ(x) (2 - x²)", "dx = g φ(x) (2 - x²)")],
            SlopeOf::GeluSlope => &[Slope::Each("φ(x) (x³ - 4x)", "dx = g φ(x) (x³ - 4x)")],
            SlopeOf::Silu => &[Slope::Each("s (2 - x u)", "dx = g s (2 - x u), s = σ(x) σ(-x), u = tanh(x/2)")],
            SlopeOf::SiluSlope => {
                &[Slope::Each("s (x u² - 3u - 2x s)", "dx = g s (x u² - 3u - 2x s), s = σ(x) σ(-x), u = tanh(x/2)")]
            }
            SlopeOf::Erf => &[Slope::Each("-2 x y", "dx = -2 g x y")],
        }
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y, [x]) = (at.cotangent(), at.output(), at.operands());
        let u = || (x * 0.5).tanh();
        let slope = || match self {
            SlopeOf::Softplus => x.slope_of(SlopeOf::SoftplusSlope),
            SlopeOf::SoftplusSlope => -(y * u()),
            SlopeOf::Gelu => x.slope_of(SlopeOf::GeluSlope),
            SlopeOf::GeluSlope => {
                let bell = (x * x * -0.5).exp() * (0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI);
                (x * x * x - 4.0 * x).through(bell)
            }
            SlopeOf::Silu => x.slope_of(SlopeOf::SiluSlope),
            SlopeOf::SiluSlope => {
                let (s, u) = (x.slope_of(SlopeOf::SoftplusSlope), u());
                (x * u * u - 3.0 * u - 2.0 * x.through(s)).through(s)
            }
            SlopeOf::Erf => -2.0 * x.through(y),
        };
        [at.to(0, || g.through(slope()))].into()
    }
}

/// `y[i] = f(x[i])`, computed with more digits.
pub(super) fn wide_map<F: Scalar>(x: View<F>, y: ViewMut<F>, f: impl Fn(F::Wide) -> F::Wide + Copy + Sync) {
    map(
        x,
        y,
        #[inline(always)]
        move |x| F::narrow(f(x.widen())),
    );
}

fn number<F: Scalar>(x: f64) -> F::Wide {
    F::Wide::from_f64(x)
}

/// σ(x) and σ(-x) = 1 - σ(x), each with all its digits.
#[inline(always)]
pub(super) fn sigmoids<W: Scalar>(x: W) -> [W; 2] {
    let is_negative = x < W::ZERO;
    let power = if is_negative { x } else { -x }.exp();
    let (larger, smaller) = (W::ONE / (W::ONE + power), power / (W::ONE + power));
    if is_negative { [smaller, larger] } else { [larger, smaller] }
}

/// σ(x) σ(-x)
#[inline(always)]
fn bump<W: Scalar>(x: W) -> W {
    let [above, below] = sigmoids(x);
    above * below
}

/// Φ(x): the share of a standard normal distribution that lies below x.
#[inline(always)]
pub(super) fn share_below<W: Scalar>(x: W) -> W {
    W::from_f64(0.5) * (x * W::from_f64(-FRAC_1_SQRT_2)).erfc()
}

/// φ(x), the slope of Φ.
#[inline(always)]
fn bell<W: Scalar>(x: W) -> W {
    (x * x * W::from_f64(-0.5)).exp() * W::from_f64(0.5 * FRAC_1_SQRT_2 * FRAC_2_SQRT_PI)
}

impl<'t, F: Scalar> Var<'t, F> {
    #[track_caller]
    pub(super) fn slope_of(self, function: SlopeOf) -> Self {
        self.tape.record(function, &[self])
    }
}
