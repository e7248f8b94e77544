//! Elementary functions, and activations. Each row has y, what flows back to x when g arrives at y, and sometimes the derivative of the slope with respect to
//! the operand (x or y) that it is computed from.

use super::slopes::{ErfSlope, GeluBend, GeluTanhSlope, MishSlope, SiluSlope, SoftplusSlope, gelu_gate, mish_gate};
use crate::formula::functions;

functions! {
    /// e to the power of each element.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(0.0);
    /// let y = x.exp();
    /// assert_eq!(y.item(), 1.0);
    /// assert_eq!(y.backward().wrt(x).item(), 1.0); // its own derivative
    /// ```
    exp: Exp, "y = eˣ" [RECORDED],
        |x| x.exp(),
        |g, _x, y| g.through(y);

    /// e to the power of each element, less 1. Near 0 it keeps the digits that `x.exp() - 1.0` loses.
    expm1: Expm1, "y = eˣ - 1" [RECORDED],
        |x| x.exp_m1(),
        |g, x, _y| g.through(x.exp());

    /// The natural logarithm of each element. It is -∞ at 0: no small number is added to hide that; for the logarithm of a
    /// probability use [`log_softmax`](crate::Var::log_softmax), which never forms the 0.
    ln: Ln, "y = ln x" [RECORDED],
        |x| x.ln(),
        |g, x, _y| g.over(x);

    /// The natural logarithm of 1 plus each element. Near 0 it keeps the digits that `(1.0 + x).ln()` loses. It is -∞ at -1.
    log1p: Log1p, "y = ln(1 + x)" [RECORDED],
        |x| x.ln_1p(),
        |g, x, _y| g.over(T::one() + x);

    /// The square root of each element. Its slope at 0 is infinite.
    sqrt: Sqrt, "y = √x" [RECORDED],
        |x| x.sqrt(),
        |g, _x, y| g.over(T::number(2.0) * y);

    /// 1 divided by the square root of each element. At 0 it is infinite, and so is its slope.
    rsqrt: Rsqrt, "y = 1 / √x",
        |x| T::one() / x.sqrt(),
        |g, _x, y| -g.through(T::number(0.5) * y * y * y),
        |_x, y| T::number(-1.5) * y * y;

    /// The sine of each element, in radians.
    sin: Sin, "y = sin x" [RECORDED],
        |x| x.sin(),
        |g, x, _y| g.through(x.cos());

    /// The cosine of each element, in radians.
    cos: Cos, "y = cos x" [RECORDED],
        |x| x.cos(),
        |g, x, _y| -g.through(x.sin());

    /// The hyperbolic tangent of each element: a sigmoid that runs from -1 to 1. Its slope is the textbook's 1 - y², which becomes 0 where y rounds
    /// to 1 or -1: from about |x| = 9 on in f32, and |x| = 19 in f64.
    tanh: Tanh, "y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)",
        |x| x.tanh(),
        |g, _x, y| g * (T::one() - y * y),
        |_x, y| T::number(-2.0) * y;

    /// Gauss's error function of each element: a sigmoid from -1 to 1 made of the bell curve.
    erf: Erf, "y = 2/√π ∫₀ˣ e^(-t²) dt" [RECORDED],
        |x| x.erf(),
        |g, x, _y| g.through(x.map(ErfSlope));

    /// The absolute value of each element. It has a kink at 0, where we take the slope 0, by convention.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([-3.0, 0.0, 2.0]);
    /// let gradients = x.abs().sum().backward();
    /// assert_eq!(gradients.wrt(x).value(), ndarray::arr1(&[-1.0, 0.0, 1.0]).into_dyn());
    /// ```
    abs: Abs, "y = |x|" [RECORDED],
        |x| x.abs(),
        |g, x, _y| g.through(x.sign());

    /// The sign of each element: 1, -1, or 0 for 0. It is constant wherever it has a derivative, so nothing flows back through it.
    sign: Sign, "y = 1 where x > 0, -1 where x < 0, 0 where x = 0" [RECORDED],
        |x| x.sign(),
        |_g, _x, _y| T::zero();

    /// Each element, or 0 where it is negative. It has a kink at 0, where we take the slope 0, by convention.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([-1.0, 0.0, 2.0]);
    /// let gradients = x.relu().sum().backward();
    /// assert_eq!(gradients.wrt(x).value(), ndarray::arr1(&[0.0, 0.0, 1.0]).into_dyn());
    /// ```
    relu: Relu, "y = max(x, 0)",
        |x| x.relu(),
        |g, _x, y| y.where_positive(g, T::zero()),
        |_x, _y| T::zero();

    /// ln(1 + eˣ) of each element: close to 0 for very negative x, close to x for large x. Neither end overflows.
    softplus: Softplus, "y = ln(1 + eˣ)" [RECORDED],
        |x| x.softplus(),
        |g, x, _y| g.through(x.map(SoftplusSlope));

    /// Each element times its sigmoid: a smooth relu.
    silu: Silu, "y = x σ(x)" [RECORDED, WIDE],
        |x| x.through(x.sigmoid()),
        |g, x, _y| g.through(x.map(SiluSlope));

    /// Each element times the share of a standard normal distribution that lies below it: a smooth relu
    /// (Hendrycks and Gimpel, 2016). This is the exact form, not the approximation by tanh.
    gelu: Gelu, "y = x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2",
        |x| x.gelu(),
        |g, x, _y| g.through(x.gelu_slope()),
        |x, _y| x.map(GeluBend);

    /// The approximation of [`gelu`](crate::Var::gelu) by tanh (Hendrycks and Gimpel, 2016): PyTorch's `gelu(x, approximate="tanh")`. It differs
    /// from gelu by less than 0.0005.
    gelu_tanh: GeluTanh, "y = ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))" [RECORDED, WIDE],
        |x| x.through(gelu_gate(x)[0].sigmoid()),
        |g, x, _y| g.through(x.map(GeluTanhSlope));

    /// Each element times the hyperbolic tangent of its softplus: a smooth relu (Misra, 2019).
    mish: Mish, "y = x tanh(ln(1 + eˣ))" [RECORDED, WIDE],
        |x| x.through(mish_gate(x)),
        |g, x, _y| g.through(x.map(MishSlope));

    /// Each element divided by 1 plus its size: a sigmoid from -1 to 1 that approaches them slowly.
    softsign: Softsign, "y = x / (1 + |x|)",
        |x| {
            // Far from 0 by way of 1 / |x|, so that infinity has the limit 1 and not infinity / infinity.
            let (size, one) = (x.abs(), T::one());
            (size - one).where_positive(x.sign() / (one + one / size), x / (one + size))
        },
        |g, x, _y| g.over((T::one() + x.abs()) * (T::one() + x.abs())),
        |x, _y| T::number(-2.0) * x.sign().over((T::one() + x.abs()) * (T::one() + x.abs()) * (T::one() + x.abs()));
}
