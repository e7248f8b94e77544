//! Reductions: all numbers along some axes become one. A row says how an array is reduced and what flows back; in both, the axes that were reduced
//! have length 1, so that the result broadcasts with x.

use crate::kernel::{reduce::max_to, sum::sum_to};
use crate::op::{flows, says};
use crate::{Axes, Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// Reductions, and the methods of [`Var`] that record them. Each row has the method for all axes, the op, the textbook's formula, the noun for docs, the methods
/// for some axes, sometimes a further shape rule; how x is reduced to y, and what flows back.
macro_rules! reductions {
    ($($(#[$doc:meta])* $all:ident: $name:ident, $formula:literal, $what:literal by $axes:ident, $keepdims:ident $(, $rule:ident)?;
        |$from:ident, $to:ident| $reduce:expr,
        |$g:ident, $x:ident, $y:ident, $along:ident| $text:literal => $flow:expr;)*) => {$(
        #[doc = concat!($formula, " over some axes")]
        #[derive(Debug, PartialEq)]
        pub struct $name {
            /// The axes to reduce.
            pub axes: Axes,
            /// Whether the result keeps these axes, with length 1.
            pub keepdims: bool,
        }

        impl<F: Scalar> Op<F> for $name {
            says!(stringify!($all), $formula);
            flows! { |self, g, [x], y| $text => {
                let ($g, $x, $y, $along) = (g.reshape(x.shape().reduced(self.axes, true)), x, y, self.axes);
                $flow
            } }
            fn attributes(&self) -> String {
                format!("{:?}{}", self.axes, if self.keepdims { " keepdims" } else { "" })
            }
            fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
                let x = operands[0];
                match self.axes.beyond(x.rank()) {
                    Some(axis) => Err(format!("{x} has no axis {axis}")),
                    None => Ok(x.reduced(self.axes, self.keepdims)) $(.and_then(|y| $rule(x, y, self.axes)))?,
                }
            }
            fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
                let ($from, $to) = (x[0], ViewMut { shape: x[0].shape.reduced(self.axes, true), ..y });
                $reduce
            }
            fn reach(&self, _: usize, operands: &[View<F>], _: Shape) -> Reach {
                Reach::reduced(operands[0].shape, self.axes, self.keepdims)
            }
        }

        impl<'t, F: Scalar> Var<'t, F> {
            $(#[$doc])*
            #[track_caller]
            pub fn $all(self) -> Self {
                self.$axes(Axes::ALL)
            }

            #[doc = concat!("The ", $what, " over some axes, which the result does not have: `x.", stringify!($axes), "([0, 2])`.")]
            #[track_caller]
            pub fn $axes(self, axes: impl Into<Axes>) -> Self {
                self.tape.record($name { axes: self.axes(stringify!($all), axes), keepdims: false }, &[self])
            }

            #[doc = concat!("The ", $what, " over some axes, which the result keeps with length 1.")]
            #[track_caller]
            pub fn $keepdims(self, axes: impl Into<Axes>) -> Self {
                self.tape.record($name { axes: self.axes(stringify!($all), axes), keepdims: true }, &[self])
            }
        }
    )*};
}

reductions! {
    /// The sum of all elements, a single number.
    sum: Sum, "y = Σ x", "sum" by sum_axes, sum_axes_keepdims;
        |x, y| sum_to(x, y, F::narrow),
        |g, x, _y, _axes| "dx = copies of g" => g.broadcast_to(x.shape());

    /// The mean of all elements. (The mean of none is not a number.)
    mean: Mean, "y = Σ x / n", "mean" by mean_axes, mean_axes_keepdims;
        |x, y| {
            let n = F::Wide::from_f64(reduced_to_one(x.shape, y.shape));
            sum_to(x, y, |sum| F::narrow(sum / n))
        },
        |g, x, _y, _axes| "dx = copies of g / n" => (g / reduced_to_one(x.shape(), g.shape())).broadcast_to(x.shape());

    /// The largest element. Where several are equally large, they share the gradient equally, by convention.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([1.0, 7.0, 7.0]);
    /// assert_eq!(x.max().item(), 7.0);
    /// assert_eq!(x.max().backward().wrt(x).value(), ndarray::arr1(&[0.0, 0.5, 0.5]).into_dyn());
    /// ```
    max: Max, "y = max x", "maximum" by max_axes, max_axes_keepdims, of_some;
        |x, y| max_to(x, y),
        |g, x, y, axes| "dx = g m / Σₖ mₖ, m = 1 where x = y, else 0" => {
            let largest = x.equals(y.reshape(g.shape()));
            (g / largest.sum_axes_keepdims(axes)).through(largest)
        };
}

/// The number of elements of x that become one element of y.
fn reduced_to_one(x: Shape, y: Shape) -> f64 {
    x.iter().zip(y.iter()).filter(|(x, y)| x != y).map(|(&length, _)| length as f64).product()
}

/// Nothing is the largest of no elements.
fn of_some(x: Shape, y: Shape, axes: Axes) -> Result<Shape, String> {
    let of_none = || format!("{x} has no elements along {axes:?}, and nothing is the largest of none");
    (x.size() > 0 || y.size() == 0).then_some(y).ok_or_else(of_none)
}
