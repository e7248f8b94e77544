//! Reductions: all numbers along some axes become one. A row says how an array is reduced and what flows back; in both, the axes that were reduced
//! have length 1, so that the result broadcasts with x.

use crate::formula::Blank;
use crate::kernel::reduce::{max_to, min_to, norm_to, prod_to};
use crate::kernel::sum::sum_to;
use crate::op::{flows, says};
use crate::{Axes, MAX_RANK, Op, Reach, Real, Scalar, Shape, Var, View, ViewMut, Worked};
use smallvec::SmallVec;

/// Reductions, and the methods of [`Var`] that record them. Each row has the method for all axes, the op, the textbook's formula, the noun for docs, the methods
/// for some axes, sometimes a further shape rule; how x is reduced to y, what flows back, and sometimes y written out with its terms.
macro_rules! reductions {
    ($($(#[$doc:meta])* $all:ident: $name:ident, $formula:literal, $what:literal by $axes:ident, $keepdims:ident $(, $rule:ident)?;
        |$from:ident, $to:ident| $reduce:expr,
        |$g:ident, $x:ident, $y:ident, $along:ident| $text:literal => $flow:expr $(, |$terms:ident| $written:expr)?;)*) => {$(
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
            $(fn worked(&self, operands: &[Shape], result: Shape) -> Worked {
                let $terms = Blank::terms(0, operands[0].size() / result.size().max(1));
                Worked::of($terms.map(|$terms| $written), &[])
            })?
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
        |g, x, _y, _axes| "dx = copies of g" => g.broadcast_to(x.shape()),
        |terms| Blank::sum(terms);

    /// The mean of all elements. (The mean of none is not a number.)
    mean: Mean, "y = Σ x / n", "mean" by mean_axes, mean_axes_keepdims;
        |x, y| {
            let n = F::Wide::from_f64(reduced_to_one(x.shape, y.shape));
            sum_to(x, y, |sum| F::narrow(sum / n))
        },
        |g, x, _y, _axes| "dx = copies of g / n" => (g / reduced_to_one(x.shape(), g.shape())).broadcast_to(x.shape()),
        |terms| {
            let n = Blank::count(terms.len());
            Blank::sum(terms) / n
        };

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
        |g, x, y, axes| "dx = g m / Σₖ mₖ, m = 1 where x = y, else 0" => shared_among_equals(g, x, y, axes);

    /// The smallest element. Where several are equally small, they share the gradient equally, by convention.
    min: Min, "y = min x", "minimum" by min_axes, min_axes_keepdims, of_some;
        |x, y| min_to(x, y),
        |g, x, y, axes| "dx = g m / Σₖ mₖ, m = 1 where x = y, else 0" => shared_among_equals(g, x, y, axes);

    /// The product of all elements. (The product of none is 1.) The gradients are products of the other elements, and right if some are 0, too.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([2.0, 0.0, 5.0]);
    /// assert_eq!(x.prod().item(), 0.0);
    /// assert_eq!(x.prod().backward().wrt(x).value(), ndarray::arr1(&[0.0, 10.0, 0.0]).into_dyn());
    /// ```
    prod: Prod, "y = Π x", "product" by prod_axes, prod_axes_keepdims;
        |x, y| prod_to(x, y),
        |g, x, _y, axes| "dx = g Π of the other xs" => {
            let first = (0..x.shape().rank()).filter(|&axis| axes.contains(axis));
            times_the_others(g, x, &first.collect::<SmallVec<[usize; MAX_RANK]>>())
        },
        |terms| terms.into_iter().reduce(|a, b| a * b).unwrap_or(Blank::one());

    /// The length of a vector of all elements, its Euclidean norm. It neither overflows nor becomes 0 if the squares do. At the zero vector, where the
    /// length has a kink, the gradient is 0, by convention, and so is the second derivative.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// assert!((tape.var([3e200, 4e200]).norm().item() / 5e200 - 1.0).abs() < 1e-15);
    /// let zero = tape.var([0.0, 0.0]);
    /// assert_eq!(zero.norm().backward().wrt(zero).value(), ndarray::arr1(&[0.0, 0.0]).into_dyn());
    /// ```
    norm: Norm, "y = √(Σ x²)", "length of a vector" by norm_axes, norm_axes_keepdims;
        |x, y| norm_to(x, y),
        |g, x, y, _axes| "dx = g x / y" => {
            let y = y.reshape(g.shape());
            g.through(Var::where_(y, x.over(y), x.tape.constant(0.0)))
        },
        |terms| Blank::sum(terms.into_iter().map(|x| x * x)).sqrt();
}

/// What flows back to x from its maximum or minimum y: the elements that equal it share g.
fn shared_among_equals<'t, F: Scalar>(g: Var<'t, F>, x: Var<'t, F>, y: Var<'t, F>, axes: Axes) -> Var<'t, F> {
    let equal = x.eq(y.reshape(g.shape()));
    (g / equal.sum_axes_keepdims(axes)).through(equal)
}

/// g times the product of all other elements of x along these axes, which have length 1 in g. Axis by axis: first to the products along the first axis,
/// and from each to its factors.
fn times_the_others<'t, F: Scalar>(g: Var<'t, F>, x: Var<'t, F>, axes: &[usize]) -> Var<'t, F> {
    match axes {
        _ if x.shape().size() == 0 => x,
        [] => g,
        [axis] => times_the_others_of_a_line(g, x, *axis),
        [axis, others @ ..] => {
            let products = x.prod_axes_keepdims(*axis);
            times_the_others_of_a_line(times_the_others(g, products, others), x, *axis)
        }
    }
}

/// The same along one axis, without a division: factors are multiplied in pairs, the products again in pairs, up to the product of all; and g comes down the
/// same way, times the partner in each pair. (JAX's `reduce_prod` is differentiated so.)
fn times_the_others_of_a_line<'t, F: Scalar>(g: Var<'t, F>, x: Var<'t, F>, axis: usize) -> Var<'t, F> {
    let length = x.shape()[axis];
    if length == 1 {
        return g;
    }
    let half = length / 2;
    let (a, b) = (x.along(axis, 0, half, 1), x.along(axis, half, 2 * half, 1));
    if length % 2 == 0 {
        let g = times_the_others_of_a_line(g, a * b, axis);
        return Var::concat(&[g.through(b), g.through(a)], axis);
    }
    let products = Var::concat(&[a * b, x.along(axis, 2 * half, length, 1)], axis);
    let g = times_the_others_of_a_line(g, products, axis);
    let of_pairs = g.along(axis, 0, half, 1);
    Var::concat(&[of_pairs.through(b), of_pairs.through(a), g.along(axis, half, half + 1, 1)], axis)
}

/// The number of elements of x that become one element of y.
fn reduced_to_one(x: Shape, y: Shape) -> f64 {
    x.iter().zip(y.iter()).filter(|(x, y)| x != y).map(|(&length, _)| length as f64).product()
}

/// Nothing is the largest or the smallest of no elements.
fn of_some(x: Shape, y: Shape, axes: Axes) -> Result<Shape, String> {
    let of_none = || format!("{x} has no elements along {axes:?}, and nothing is the largest or smallest of none");
    (x.size() > 0 || y.size() == 0).then_some(y).ok_or_else(of_none)
}
