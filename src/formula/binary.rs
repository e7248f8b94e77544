//! Ops of two operands that work element by element, with NumPy's broadcasting. Such an op is a function of two numbers: its value, and what
//! flows back to each of them. (An operand that was broadcast needs no care: the tape sums over its copies.)

#[cfg(feature = "lower")]
use super::Line;
use super::unary::told;
use super::{Blank, Real, Symbol, Term, keep_slopes};
use crate::kernel::elementwise::zip;
use crate::ops::broadcast_shape;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut, Worked};
use std::fmt::Debug;

/// A function of two numbers, to be applied to the elements of two arrays: see [`Var::zip`].
pub trait Binary: Copy + PartialEq + Debug + Send + Sync + 'static {
    /// The name in listings, graphs and errors: `"mul"`.
    const NAME: &'static str;
    /// The definition as a textbook prints it, needed where `value` only calls the function by its name.
    const FORMULA: &'static str = "";

    /// y = f(a, b)
    fn value<T: Real>(self, a: T, b: T) -> T;
    /// What flows back to a: g, the gradient that arrives at y, times the slope in a. (Where the slope may be infinite, `g.through(slope)`.)
    fn flow_a<T: Real>(self, g: T, a: T, b: T, y: T) -> T;
    /// What flows back to b.
    fn flow_b<T: Real>(self, g: T, a: T, b: T, y: T) -> T;
}

/// The op that applies a function to the elements of two arrays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zip<B>(pub B);

impl<F: Scalar, B: Binary> Op<F> for Zip<B> {
    fn name(&self) -> &'static str {
        B::NAME
    }
    fn formula(&self) -> &'static str {
        let [a, b] = ["a", "b"].map(Symbol::letter);
        if B::FORMULA.is_empty() { self.0.value(a, b).equation("y") } else { B::FORMULA }
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        broadcast_shape(operands)
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let function = self.0;
        zip(
            x[0],
            x[1],
            y,
            #[inline(always)]
            move |a, b| function.value(a, b),
        )
    }
    fn slopes(&self) -> &'static [Slope] {
        let ([g, a, b, y], one) = (["g", "a", "b", "y"].map(Symbol::letter), Symbol::one());
        let to_a = told(self.0.flow_a(one, a, b, y), self.0.flow_a(g, a, b, y), "a");
        let to_b = told(self.0.flow_b(one, a, b, y), self.0.flow_b(g, a, b, y), "b");
        keep_slopes(&[to_a, to_b])
    }
    fn worked(&self, _: &[Shape], _: Shape) -> Worked {
        worked(self.0)
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
    #[cfg(feature = "lower")]
    fn lines<'b>(&self, x: &[Line<'b>]) -> Option<Line<'b>> {
        Some(lines(self.0, [x[0], x[1]]))
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y) = (Term::Value(at.cotangent()), Term::Value(at.output()));
        let (a, b) = (Term::Value(at.operand(0)), Term::Value(at.operand(1)));
        [Term::to(at, 0, || self.0.flow_a(g, a, b, y)), Term::to(at, 1, || self.0.flow_b(g, a, b, y))].into()
    }
}

/// (Not part of `worked` above, so that it is compiled once for all kinds of numbers.)
fn worked<B: Binary>(function: B) -> Worked {
    let [a, b, y, g] = ["0", "1", "y", "g"].map(Blank::of);
    Worked::of(Some(function.value(a, b)), &[function.flow_a(g, a, b, y), function.flow_b(g, a, b, y)])
}

/// (A function of its own, as above.)
#[cfg(feature = "lower")]
fn lines<B: Binary>(function: B, [a, b]: [Line<'_>; 2]) -> Line<'_> {
    function.value(a, b)
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The function of the elements of `self` and `b`, with broadcasting.
    #[track_caller]
    pub fn zip<B: Binary>(self, function: B, b: Self) -> Self {
        self.tape.record(Zip(function), &[self, b])
    }
}

/// Functions of two numbers. Each row has the name of the function and of its op, the textbook's formula where the one of y is not enough, y, what flows back to a, what flows back to b, and the method of [`Var`], if there is
/// one.
macro_rules! binary_functions {
    ($($(#[$doc:meta])* $name:ident $op:literal $(, $formula:literal)?: |$a:ident, $b:ident| $value:expr,
        |$ga:ident, $aa:ident, $ba:ident, $ya:ident| $to_a:expr,
        |$gb:ident, $ab:ident, $bb:ident, $yb:ident| $to_b:expr
        $(, $(#[$told:meta])* $method:ident($second:ident))?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name;

        impl $crate::Binary for $name {
            const NAME: &'static str = $op;
            $(const FORMULA: &'static str = $formula;)?

            #[inline(always)]
            fn value<T: $crate::Real>(self, $a: T, $b: T) -> T {
                $value
            }
            #[inline(always)]
            fn flow_a<T: $crate::Real>(self, $ga: T, $aa: T, $ba: T, $ya: T) -> T {
                $to_a
            }
            #[inline(always)]
            fn flow_b<T: $crate::Real>(self, $gb: T, $ab: T, $bb: T, $yb: T) -> T {
                $to_b
            }
        }

        $(impl<'t, F: $crate::Scalar> $crate::Var<'t, F> {
            $(#[$told])*
            #[track_caller]
            pub fn $method(self, $second: Self) -> Self {
                self.zip($name, $second)
            }
        })?
    )*};
}
pub(crate) use binary_functions;
