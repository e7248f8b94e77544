//! Losses that compare each output with its target. Such a loss is a function of two numbers: its value, which is averaged, and what flows back to
//! the output. Its backward kernel, its second derivatives and the texts of all slopes come from these two.

#[cfg(feature = "lower")]
use super::Line;
use super::unary::Primed;
use super::{Blank, Moving, Real, Symbol, Term, keep_slopes};
use crate::kernel::elementwise::zip;
use crate::kernel::sum::sum_of;
use crate::ops::{equal_shapes, flow_of_loss};
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Slope, View, ViewMut, Worked};
use std::fmt::Debug;

/// A function of an output x and its target t. The [`Loss`] is its sum over all pairs, times [`FACTOR`](Pairwise::FACTOR), divided by the number of elements or
/// rows.
pub trait Pairwise: Copy + PartialEq + Debug + Send + Sync + 'static {
    /// The name in listings, graphs and errors: `"huber"`.
    const NAME: &'static str;
    /// The definition of the loss as a textbook prints it.
    const FORMULA: &'static str;
    /// The textbook's letters for x and t.
    const LETTERS: [&'static str; 2] = ["a", "y"];
    /// A factor before the sum. It joins the one number g / N, so backward records no product of arrays for it.
    const FACTOR: f64 = 1.0;
    /// Whether the sum is divided by the number n of rows, not by the number N of elements.
    const BY_ROWS: bool = false;
    /// Whether each product in [`flow`](Pairwise::flow) is recorded as an op. If not, one kernel computes what flows, an op called NAME'.
    const RECORDED: bool = false;
    /// Whether outputs and targets can be exchanged.
    const SYMMETRIC: bool = true;
    /// Whether value and flow are computed in [`Scalar::Wide`].
    const WIDE: bool = false;

    /// What distinguishes this use of the function, as listings show it: `"δ = 1"`.
    fn attributes(self) -> String {
        String::new()
    }
    /// f(x, t)
    fn value<T: Real>(self, x: T, t: T) -> T;
    /// What flows back to x: g, the gradient that arrives, times the slope.
    fn flow<T: Real>(self, g: T, x: T, t: T) -> T;
    /// What flows back to t.
    fn flow_to_target<T: Real>(self, g: T, x: T, t: T) -> T {
        self.flow(g, t, x)
    }
    /// The derivative of the slope with respect to x, where there is a better formula than the chain rule's.
    fn slope_of_slope<T: Real>(self, x: T, t: T) -> Option<T> {
        self.flow(Moving::fixed(T::one()), Moving::variable(x), Moving::fixed(t)).rate
    }
}

/// The op that averages a function of outputs and targets, two arrays of one shape. (Nothing is broadcast: (n,) against (n, 1) would compare every output with
/// every target.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss<P>(pub P);

/// The op that computes what flows back to the outputs, in one pass over memory. Its operands are x, t, and g, the number that arrives at the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossBack<P>(pub P);

/// What the sum over all pairs is divided by.
fn divisor<P: Pairwise>(x: Shape) -> f64 {
    count::<P>(x) as f64 / P::FACTOR
}

/// The number of elements or rows.
fn count<P: Pairwise>(x: Shape) -> usize {
    if P::BY_ROWS { x.first().copied().unwrap_or(1) } else { x.size() }
}

/// What flows for one pair, as a symbol: `g (a - y) / N`.
fn share<P: Pairwise>(flow: Symbol) -> Symbol {
    (Symbol::number(P::FACTOR) * flow).over(Symbol::letter(if P::BY_ROWS { "n" } else { "N" }))
}

/// The same with blanks, among outputs of this shape: `⟨g⟩ · (⟨0⟩ - ⟨1⟩) / 12`.
fn share_of<P: Pairwise>(flow: Blank, x: Shape) -> Blank {
    let whole = Blank::number(P::FACTOR) * flow;
    if count::<P>(x) == 1 { whole } else { whole.over(Blank::count(count::<P>(x))) }
}

impl<F: Scalar, P: Pairwise> Op<F> for Loss<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }
    fn formula(&self) -> &'static str {
        P::FORMULA
    }
    fn attributes(&self) -> String {
        self.0.attributes()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        equal_shapes(operands).map(|_| Shape::scalar())
    }
    fn forward(&self, x: &[View<F>], loss: ViewMut<F>) {
        let function = self.0;
        let sum = sum_of(
            [x[0].data, x[1].data],
            #[inline(always)]
            move |[x, t]| if P::WIDE { function.value(x.widen(), t.widen()) } else { function.value(x, t).widen() },
        );
        loss.data[0] = F::narrow(sum / F::Wide::from_f64(divisor::<P>(x[0].shape)));
    }
    fn slopes(&self) -> &'static [Slope] {
        let (g, [x, t]) = (Symbol::letter("g"), P::LETTERS.map(Symbol::letter));
        let flows = [self.0.flow(g, x, t), self.0.flow_to_target(g, x, t)].map(share::<P>);
        let told = |slot: usize| Slope::Whole(flows[slot].equation(&format!("d{}", P::LETTERS[slot])));
        keep_slopes(&[told(0), told(1)])
    }
    fn worked(&self, operands: &[Shape], _: Shape) -> Worked {
        let [x, t, g] = ["0", "1", "g"].map(Blank::of);
        let flows = [self.0.flow(g, x, t), self.0.flow_to_target(g, x, t)];
        Worked::of(None, &flows.map(|flow| share_of::<P>(flow, operands[0])))
    }
    #[cfg(feature = "lower")]
    fn lines<'b>(&self, x: &[Line<'b>]) -> Option<Line<'b>> {
        let Line::Value(outputs) = x[0] else { return None };
        let each = self.0.value(x[0], x[1]).on(outputs.block(), outputs.shape);
        let sum = each.reduce(crate::lines::Combine::Add, crate::Axes::ALL);
        Some(Line::Value(sum) / Line::number(divisor::<P>(outputs.shape)))
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [x, t]) = (at.cotangent(), at.operands());
        let share = || Term::Value(g * (1.0 / divisor::<P>(x.shape())));
        let back = |x, t| Term::Value(g.tape.record(LossBack(self.0), &[x, t, g]));
        let [a, b] = [x, t].map(Term::Value);
        let to_x = || if P::RECORDED { self.0.flow(share(), a, b) } else { back(x, t) };
        let to_t = || if P::RECORDED || !P::SYMMETRIC { self.0.flow_to_target(share(), a, b) } else { back(t, x) };
        [Term::to(at, 0, to_x), Term::to(at, 1, to_t)].into()
    }
}

impl<P: Pairwise> LossBack<P> {
    const PRIMED: Primed = Primed::of(P::NAME);
    const NAME: &'static str = Self::PRIMED.text();

    /// The derivative of the slope with respect to t.
    fn slope_of_slope_in_target<T: Real>(self, x: T, t: T) -> Option<T> {
        self.0.flow(Moving::fixed(T::one()), Moving::fixed(x), Moving::variable(t)).rate
    }
}

impl<F: Scalar, P: Pairwise> Op<F> for LossBack<P> {
    fn name(&self) -> &'static str {
        Self::NAME
    }
    fn formula(&self) -> &'static str {
        Op::<F>::slopes(&Loss(self.0))[0].flow()
    }
    fn attributes(&self) -> String {
        self.0.attributes()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        flow_of_loss::<F>(&Loss(self.0), operands)
    }
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        let (function, g, divisor) = (self.0, x[2].data[0], divisor::<P>(x[0].shape));
        let (share, wide) = (g / F::from_f64(divisor), g.widen() / F::Wide::from_f64(divisor));
        zip(
            x[0],
            x[1],
            dx,
            #[inline(always)]
            move |x, t| match P::WIDE {
                true => F::narrow(function.flow(wide, x.widen(), t.widen())),
                false => function.flow(share, x, t),
            },
        );
    }
    fn worked(&self, operands: &[Shape], _: Shape) -> Worked {
        let [x, t, g] = ["0", "1", "2"].map(Blank::of);
        Worked::of(Some(share_of::<P>(self.0.flow(g, x, t), operands[0])), &[])
    }
    // h: the gradient that arrives at dx
    fn slopes(&self) -> &'static [Slope] {
        let ([h, g], [x, t]) = (["h", "g"].map(Symbol::letter), P::LETTERS.map(Symbol::letter));
        let bends = [self.0.slope_of_slope(x, t), self.slope_of_slope_in_target(x, t)];
        let [by_x, by_t] = bends.map(|bend| share::<P>(h * g * bend.unwrap_or(Symbol::zero())));
        let [to_x, to_t] = [format!("d {}", P::LETTERS[0]), format!("d{}", P::LETTERS[1])];
        let by_g = share::<P>(self.0.flow(h, x, t)).summed();
        keep_slopes(&[by_x.equation(&to_x), by_t.equation(&to_t), by_g.equation("dg")].map(Slope::Whole))
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
    #[cfg(feature = "lower")]
    fn lines<'b>(&self, x: &[Line<'b>]) -> Option<Line<'b>> {
        let Line::Value(outputs) = x[0] else { return None };
        let share = x[2] / Line::number(divisor::<P>(outputs.shape));
        Some(self.0.flow(share, x[0], x[1]))
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, [x, t, g]) = (at.cotangent(), at.operands());
        let share = || Term::Value(h.through(g * (1.0 / divisor::<P>(x.shape()))));
        let along = |bend: Option<Term<'t, F>>| bend.map_or(Term::zero(), |bend| share().through(bend));
        let [a, b] = [x, t].map(Term::Value);
        let slope = || g.tape.record(*self, &[x, t, g.tape.constant(1.0)]);
        [
            Term::to(at, 0, || along(self.0.slope_of_slope(a, b))),
            Term::to(at, 1, || along(self.slope_of_slope_in_target(a, b))),
            at.to(2, || h.through(slope()).sum()),
        ]
        .into()
    }
}

/// Losses, and the methods of [`Var`](crate::Var) that record them. Each row has the method, the name of the function, the textbook's formula, constants, the value
/// for a pair, and what flows back.
macro_rules! losses {
    ($($(#[$doc:meta])* $method:ident: $name:ident, $formula:literal [$($constant:ident: $type:ty = $given:expr),*],
        |$x:ident, $t:ident| $value:expr,
        |$g:ident, $fx:ident, $ft:ident| $flow:expr;)*) => {$(
        #[doc = $formula]
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name;

        impl $crate::ops::Pairwise for $name {
            const NAME: &'static str = stringify!($method);
            const FORMULA: &'static str = $formula;
            $(const $constant: $type = $given;)*

            #[inline(always)]
            fn value<T: $crate::Real>(self, $x: T, $t: T) -> T {
                $value
            }
            #[inline(always)]
            fn flow<T: $crate::Real>(self, $g: T, $fx: T, $ft: T) -> T {
                $flow
            }
        }

        impl<'t, F: $crate::Scalar> $crate::Var<'t, F> {
            $(#[$doc])*
            #[track_caller]
            pub fn $method(self, targets: Self) -> Self {
                self.tape.record($crate::ops::Loss($name), &[self, targets])
            }
        }
    )*};
}
pub(crate) use losses;
