//! Ops of one operand that work element by element. Such an op is a function of a number, given by two formulas: its value, and what flows back
//! through it. Its kernel, its backward kernel, its derivatives of every order and all its texts come from these two.

#[cfg(feature = "lower")]
use super::Line;
use super::{Blank, Moving, Real, Symbol, Term, Uses, keep_slopes};
use crate::kernel::elementwise::{map, zip, zip_three};
use crate::ops::equal_shapes;
use crate::{Cotangents, Local, Op, Reach, Scalar, Shape, Slope, Var, View, ViewMut, Worked};
use smallvec::SmallVec;
use std::fmt::Debug;

/// A function of a number, to be applied to each element of an array: see [`Var::map`].
///
/// ```
/// use gradus::prelude::*;
/// use gradus::{Real, Unary};
///
/// /// y = x³
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Cube;
///
/// impl Unary for Cube {
///     const NAME: &'static str = "cube";
///     fn value<T: Real>(self, x: T) -> T { x * x * x }
///     fn flow<T: Real>(self, g: T, x: T, _y: T) -> T { g * T::number(3.0) * x * x }
/// }
///
/// let tape = Tape::new();
/// let x = tape.var(2.0_f64);
/// let y = x.map(Cube);
/// assert_eq!(y.item(), 8.0);
/// let slope = y.backward().wrt(x);
/// assert_eq!(slope.item(), 12.0);
/// assert_eq!(slope.backward().wrt(x).item(), 12.0); // 6 x, which nobody wrote
/// assert!(tape.listing().contains("cube'")); // the backward kernel
/// ```
pub trait Unary: Copy + PartialEq + Debug + Send + Sync + 'static {
    /// The name in listings, graphs and errors: `"sigmoid"`.
    const NAME: &'static str;
    /// The definition as a textbook prints it, needed where `value` only calls the function by its name.
    const FORMULA: &'static str = "";
    /// Whether each product in [`flow`](Unary::flow) is recorded as an op. (Then it must be `g.through(slope)`, in which 0 times infinity is 0.) If not,
    /// one kernel computes what flows, an op called NAME'.
    const RECORDED: bool = false;
    /// Whether the value is computed in [`Scalar::Wide`].
    const WIDE: bool = false;

    /// What distinguishes this use of the function, as listings show it: `"p = 2"`.
    fn attributes(self) -> String {
        String::new()
    }
    /// y = f(x). (The kernel of an array becomes vector code if it is marked `#[inline(always)]`.)
    fn value<T: Real>(self, x: T) -> T;
    /// What flows back to x: g, the gradient that arrives at y, times the slope f'(x).
    fn flow<T: Real>(self, g: T, x: T, y: T) -> T;
    /// The derivative of the slope with respect to the operand (x or y) that it is computed from, where there is a shorter formula than the chain rule's.
    fn slope_of_slope<T: Real>(self, x: T, y: T) -> Option<T> {
        let _ = (x, y);
        None
    }
}

/// The op that applies a function to each element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Map<U>(pub U);

impl<F: Scalar, U: Unary> Op<F> for Map<U> {
    fn name(&self) -> &'static str {
        U::NAME
    }
    fn formula(&self) -> &'static str {
        if U::FORMULA.is_empty() { self.0.value(Symbol::letter("x")).equation("y") } else { U::FORMULA }
    }
    fn attributes(&self) -> String {
        self.0.attributes()
    }
    #[inline]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        Ok(operands[0])
    }
    #[inline]
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let function = self.0;
        map(
            x[0],
            y,
            #[inline(always)]
            move |x| if U::WIDE { F::narrow(function.value(x.widen())) } else { function.value(x) },
        )
    }
    fn slopes(&self) -> &'static [Slope] {
        let [g, x, y] = ["g", "x", "y"].map(Symbol::letter);
        keep_slopes(&[told(self.0.flow(Symbol::one(), x, y), self.0.flow(g, x, y), "x")])
    }
    fn worked(&self, _: &[Shape], _: Shape) -> Worked {
        worked(self.0)
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
    #[cfg(feature = "lower")]
    fn lines<'b>(&self, x: &[Line<'b>]) -> Option<Line<'b>> {
        Some(value_lines(self.0, x[0]))
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y, [x]) = (at.cotangent(), at.output(), at.operands());
        let flow = || match U::RECORDED {
            true => self.0.flow(Term::Value(g), Term::Value(x), Term::Value(y)),
            false => Term::Value(Back(self.0).record(x, y, g)),
        };
        [Term::to(at, 0, flow)].into()
    }
}

/// (Not part of `worked` above, so that it is compiled once for all kinds of numbers.)
fn worked<U: Unary>(function: U) -> Worked {
    let [x, y, g] = ["0", "y", "g"].map(Blank::of);
    Worked::of(Some(function.value(x)), &[function.flow(g, x, y)])
}

/// (Functions of their own, as above.)
#[cfg(feature = "lower")]
fn value_lines<U: Unary>(function: U, x: Line<'_>) -> Line<'_> {
    function.value(x)
}

#[cfg(feature = "lower")]
fn flow_lines<U: Unary>(function: U, [x, y, g]: [Line<'_>; 3]) -> Line<'_> {
    let flow = function.flow(g, x, y);
    if Uses::of(function).products { flow.or_nothing(g, y) } else { flow }
}

/// The op that computes what flows back through a function, in one pass over memory. Its operands are g and, of x and y, those that
/// the function's [`flow`](Unary::flow) needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Back<U>(pub U);

/// A name and a prime. Backward ops have it as a constant, because backward passes ask for it at each node.
pub(super) struct Primed([u8; 64], usize);

impl Primed {
    pub(super) const fn of(name: &str) -> Primed {
        let (mut primed, mut at) = ([b'\''; 64], 0);
        while at < name.len() {
            primed[at] = name.as_bytes()[at];
            at += 1;
        }
        Primed(primed, name.len() + 1)
    }

    pub(super) const fn text(&self) -> &str {
        match std::str::from_utf8(self.0.split_at(self.1).0) {
            Ok(text) => text,
            Err(_) => unreachable!(),
        }
    }
}

impl<U: Unary> Back<U> {
    const PRIMED: Primed = Primed::of(U::NAME);
    pub(crate) const NAME: &'static str = Self::PRIMED.text();

    fn record<'t, F: Scalar>(self, x: Var<'t, F>, y: Var<'t, F>, g: Var<'t, F>) -> Var<'t, F> {
        match Uses::of(self.0) {
            Uses { x: true, y: true, .. } => g.tape.record(self, &[x, y, g]),
            Uses { y: true, .. } => g.tape.record(self, &[y, g]),
            _ => g.tape.record(self, &[x, g]),
        }
    }

    /// x, y and g among the operands. If only one of x and y is an operand, it is returned for both: the formula does not use the other.
    #[inline(always)]
    fn operands<T: Copy>(operands: &[T]) -> [T; 3] {
        match *operands {
            [only, g] => [only, only, g],
            [x, y, g] => [x, y, g],
            _ => panic!("the backward op of a function has two operands or three, not {}", operands.len()),
        }
    }

    /// The derivative of the slope with respect to y, or to x; `None` where the slope does not depend on it.
    #[inline(always)]
    fn bend<T: Real>(self, x: T, y: T, with_y: bool) -> Option<T> {
        let uses = Uses::of(self.0);
        if !(if with_y { uses.y } else { uses.x }) {
            return None;
        }
        self.0.slope_of_slope(x, y).or_else(|| {
            let moving = |value, moves| if moves { Moving::variable(value) } else { Moving::fixed(value) };
            self.0.flow(Moving::fixed(T::one()), moving(x, !with_y), moving(y, with_y)).rate
        })
    }

    /// The value for one element, with the slopes that a dual number needs.
    #[inline(always)]
    fn element<F: Scalar>(self, x: F, y: F, g: F) -> F {
        let slopes = move || {
            let [by_x, by_y] = [false, true].map(|with_y| g.through(self.bend(x, y, with_y).unwrap_or(F::ZERO)));
            [(x, by_x), (y, by_y), (g, self.0.flow(F::ONE, x, y))]
        };
        let flow = self.0.flow(g, x, y);
        let flow = if Uses::of(self.0).products { flow.or_nothing(g, y) } else { flow };
        flow.with_slopes(slopes)
    }
}

impl<F: Scalar, U: Unary> Op<F> for Back<U> {
    fn name(&self) -> &'static str {
        Self::NAME
    }
    fn formula(&self) -> &'static str {
        let [g, x, y] = ["g", "x", "y"].map(Symbol::letter);
        self.0.flow(g, x, y).equation("dx")
    }
    fn attributes(&self) -> String {
        self.0.attributes()
    }
    #[inline(always)]
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        match operands {
            [_, _] => equal_shapes(operands),
            _ => equal_shapes(operands).and_then(|_| equal_shapes(&operands[1..])),
        }
    }
    #[inline(always)]
    fn forward(&self, operands: &[View<F>], dx: ViewMut<F>) {
        let back = *self;
        match *operands {
            [only, g] => zip(
                only,
                g,
                dx,
                #[inline(always)]
                move |only, g| back.element(only, only, g),
            ),
            _ => zip_three(operands, dx, move |x, y, g| back.element(x, y, g)),
        }
    }
    fn worked(&self, operands: &[Shape], _: Shape) -> Worked {
        let [x, y, g] = Self::operands(&(0..operands.len()).map(Blank::of).collect::<SmallVec<[Blank; 3]>>());
        Worked::of(Some(self.0.flow(g, x, y)), &[])
    }
    // h: the gradient that arrives at dx
    fn slopes(&self) -> &'static [Slope] {
        let [h, g, x, y] = ["h", "g", "x", "y"].map(Symbol::letter);
        let [to_x, to_y] = [("x", false), ("y", true)].map(|(operand, with_y)| {
            let bend = self.bend(x, y, with_y).unwrap_or(Symbol::zero());
            told(g * bend, h * g * bend, operand)
        });
        let to_g = told(self.0.flow(Symbol::one(), x, y), self.0.flow(h, x, y), "g");
        let slots: &[Slope] = match Uses::of(self.0) {
            Uses { x: true, y: true, .. } => &[to_x, to_y, to_g],
            Uses { y: true, .. } => &[to_y, to_g],
            _ => &[to_x, to_g],
        };
        keep_slopes(slots)
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        Reach::each(operands[slot].shape, result)
    }
    #[cfg(feature = "lower")]
    fn lines<'b>(&self, operands: &[Line<'b>]) -> Option<Line<'b>> {
        Some(flow_lines(self.0, Self::operands(operands)))
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (h, last) = (at.cotangent(), at.operand_count() - 1);
        let all: SmallVec<[Var<'t, F>; 3]> = (0..=last).map(|slot| at.operand(slot)).collect();
        let [x, y, g] = Self::operands(&all);
        let along = |slot: usize, with_y: bool| {
            Term::to(at, slot, || match self.bend(Term::Value(x), Term::Value(y), with_y) {
                Some(bend) => Term::Value(h).through(Term::Value(g)).through(bend),
                None => Term::zero(),
            })
        };
        let to_g = Term::to(at, last, || Term::Value(self.record(x, y, h)));
        match last {
            2 => [along(0, false), along(1, true), to_g].into(),
            _ => [along(0, Uses::of(self.0).y), to_g].into(),
        }
    }
}

/// Describes the slope with respect to an operand, from the formulas of the slope and of what flows.
pub(super) fn told(slope: Symbol, flow: Symbol, operand: &str) -> Slope {
    if slope.is_zero() { Slope::None } else { Slope::Each(slope.text(), flow.equation(&format!("d{operand}"))) }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The function of each element.
    #[track_caller]
    pub fn map<U: Unary>(self, function: U) -> Self {
        self.tape.record(Map(function), &[self])
    }
}

/// Functions of a number. Each row has the name of the function, that of its op, the textbook's formula where the one of y is not enough, further constants
/// (`RECORDED`, `WIDE`), y, what flows back, and, where there is a shorter one than the chain rule's, the formula of the slope's derivative.
macro_rules! plain_functions {
    ($($(#[$doc:meta])* $name:ident $op:expr, $($formula:literal)? $([$($constant:ident),+])?:
        |$x:ident| $value:expr,
        |$g:ident, $fx:ident, $y:ident| $flow:expr
        $(, |$bx:ident, $by:ident| $bend:expr)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name;

        impl $crate::Unary for $name {
            const NAME: &'static str = $op;
            const FORMULA: &'static str = concat!($($formula)?);
            $($(const $constant: bool = true;)+)?

            #[inline(always)]
            fn value<T: $crate::Real>(self, $x: T) -> T {
                $value
            }
            #[inline(always)]
            fn flow<T: $crate::Real>(self, $g: T, $fx: T, $y: T) -> T {
                $flow
            }
            $(#[inline(always)]
            fn slope_of_slope<T: $crate::Real>(self, $bx: T, $by: T) -> Option<T> {
                Some($bend)
            })?
        }
    )*};
}
pub(crate) use plain_functions;

/// The same, with the methods of [`Var`] that apply the functions; an op has the name of its method.
macro_rules! functions {
    ($($(#[$doc:meta])* $method:ident: $name:ident, $formula:literal $([$($constant:ident),+])?, $(|$($x:ident),+| $result:expr),+;)*) => {$(
        $crate::formula::plain_functions! {
            #[doc = $formula]
            $name stringify!($method), $formula $([$($constant),+])?: $(|$($x),+| $result),+;
        }

        impl<'t, F: $crate::Scalar> $crate::Var<'t, F> {
            $(#[$doc])*
            #[track_caller]
            pub fn $method(self) -> Self {
                self.map($name)
            }
        }
    )*};
}
pub(crate) use functions;
