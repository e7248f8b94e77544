//! The trait of an op: one declaration that says how it computes and how its gradient flows, and nothing about tapes or buffers. The ops of
//! the library (see [`crate::ops`]) and a learner's own go through this one trait.

#[cfg(feature = "lower")]
use crate::formula::Line;
use crate::reach::Reach;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Tape, Var};
use crate::view::{View, ViewMut};
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;
use std::any::Any;
use std::fmt;

/// Anything, seen as [`Any`], so that two ops can be compared whatever they are. Every type that borrows nothing has it. (From Rust 1.86 on the
/// compiler knows the way from `dyn Op` to `dyn Any` itself.)
pub trait AsAny: Any {
    /// This, as something of unknown type.
    fn as_any(&self) -> &dyn Any;
}

impl<T: Any> AsAny for T {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A differentiable function of arrays.
///
/// Two ops that are equal (`==`) compute the same function: [`Tape::rewind`] then reuses the node. To record your own op,
/// hand it to [`Tape::record`]:
///
/// ```
/// use gradus::prelude::*;
/// use gradus::{Cotangents, Local, Op, Shape, View, ViewMut};
///
/// /// y = x³
/// #[derive(PartialEq)]
/// struct Cube;
///
/// impl<F: Scalar> Op<F> for Cube {
///     fn name(&self) -> &'static str { "cube" }
///     fn formula(&self) -> &'static str { "y = x³" }
///     fn shape(&self, x: &[Shape]) -> Result<Shape, String> { Ok(x[0]) }
///     fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
///         for (y, &x) in y.data.iter_mut().zip(x[0].data) { *y = x * x * x }
///     }
///     // dx = 3 x² g
///     fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
///         let (g, [x]) = (at.cotangent(), at.operands());
///         [at.to(0, || 3.0 * x * x * g)].into()
///     }
/// }
///
/// let tape = Tape::new();
/// let x = tape.var(2.0_f64);
/// let y = tape.record(Cube, &[x]);
/// assert_eq!(y.item(), 8.0);
/// assert_eq!(y.backward().wrt(x).item(), 12.0);
/// ```
pub trait Op<F: Scalar>: AsAny {
    /// The name in listings, graphs and errors: `"sigmoid"`.
    fn name(&self) -> &'static str;

    /// The formula as a textbook would print it: `"y = 1 / (1 + e⁻ˣ)"`.
    fn formula(&self) -> &'static str;

    /// What distinguishes this use of the op, as listings show it: `"axis 1"`.
    fn attributes(&self) -> String {
        String::new()
    }

    /// The shape of the result, or a sentence that says what was expected and what was found.
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String>;

    /// Computes the result into `y`, every element of it.
    fn forward(&self, operands: &[View<F>], y: ViewMut<F>);

    /// The number of additions and multiplications of [`forward`](Op::forward), for [`Tape::profile`]. The default is one for each element of the
    /// result. (64 bits also where an index has fewer: a product of matrices that fit into memory takes more than 32 bits can count.)
    fn flops(&self, operands: &[Shape], result: Shape) -> u64 {
        let _ = operands;
        result.size() as u64
    }

    /// How the result depends on each operand, as a textbook writes it: the lines of the vjp. Figures, narrations and the stepper show them. An op
    /// that takes any number of operands gives one line for all of them. Your own op may leave this out.
    fn slopes(&self) -> &'static [Slope] {
        &[]
    }

    /// The formulas with a blank for each number of an element, for the page and the stepper to put the numbers in. Ops that are given by formulas
    /// ([`Unary`](crate::Unary), [`Binary`](crate::Binary)) have them from these; another op of your own may leave this out.
    fn worked(&self, operands: &[Shape], result: Shape) -> Worked {
        let _ = (operands, result);
        Worked::default()
    }

    /// The elements of operand `slot` from which one element of the result is computed: the web page highlights them. The default is exact if
    /// [`slopes`](Op::slopes) gives a slope for each element, and "all elements" otherwise.
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        let operand = operands[slot].shape;
        let is_told = self.slopes().iter().any(|slope| matches!(slope, Slope::Each(..)));
        match is_told && operand.broadcast(result) == Some(result) {
            true => Reach::each(operand, result),
            false => Reach::everything(operand),
        }
    }

    /// The result as lines of StableHLO, for an op that is given by a formula. (What other ops become is said in `lower/`.)
    #[cfg(feature = "lower")]
    #[doc(hidden)]
    fn lines<'b>(&self, operands: &[Line<'b>]) -> Option<Line<'b>> {
        let _ = operands;
        None
    }

    /// The vector-Jacobian product: what flows back to each operand when the cotangent `at.cotangent()` arrives at the result. One entry per operand,
    /// in order, made by [`Local::to`] or, where there is no derivative, [`Local::no_gradient`]. Written in [`Var`]s, so that the gradient is
    /// recorded and can be differentiated again. If a slope may be infinite, use `g.through(slope)`: it is `g * slope`, with 0 times infinity taken
    /// as 0 (see [`Var::through`]). Operands that were broadcast need no special care: the tape sums their cotangents back to the operand's shape.
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F>;
}

/// What an op says of itself, if it is the same in every use: its name and its formula.
macro_rules! says {
    ($name:expr, $formula:expr) => {
        fn name(&self) -> &'static str {
            $name
        }
        fn formula(&self) -> &'static str {
            $formula
        }
    };
}
pub(crate) use says;

/// What flows back, as the textbook's line and the same line in [`Var`]s; [`Op::slopes`] and [`Op::vjp`] come from it. An operand to which nothing flows has
/// the line `None`.
///
/// ```text
/// flows! { |self, g, [a, b]|
///     "dA = G Bᵀ" => g.matmul_nt(b),
///     "dB = Aᵀ G" => a.matmul_tn(g)
/// }
/// ```
///
/// Behind the operands, the result may be named: `|self, g, [x], y|`.
macro_rules! flows {
    (|$self:ident, $g:ident, $operands:pat_param $(, $y:ident)?| $($text:tt $(=> $flow:expr)?),+) => {
        fn slopes(&self) -> &'static [$crate::Slope] {
            &[$($crate::op::flows!(@slope $text)),+]
        }
        fn vjp<'t>(&$self, at: &$crate::Local<'t, F>) -> $crate::Cotangents<'t, F> {
            let ($g, $operands, mut slots) = (at.cotangent(), at.operands(), 0..at.operand_count());
            $(let $y = at.output();)?
            [$($crate::op::flows!(@to at, slots.next() $(, $flow)?)),+].into()
        }
    };
    (@to $at:ident, $slot:expr) => {{
        let _ = $slot;
        $at.no_gradient()
    }};
    (@to $at:ident, $slot:expr, $flow:expr) => { $at.to($slot.expect("an operand for each line"), || $flow) };
    (@slope None) => { $crate::Slope::None };
    (@slope $text:literal) => { $crate::Slope::Whole($text) };
}
pub(crate) use flows;

/// How the result of an op depends on one operand, as a textbook writes it. The gradient that arrives at the result is called g, or h if an operand
/// is called g.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slope {
    /// Each element of the result depends on one element of the operand. Gives the local slope, `"1 - y²"`, and the gradient that flows back, g times
    /// the slope: `"dx = g (1 - y²)"`.
    Each(&'static str, &'static str),
    /// Elements mix, as in a matrix product. Gives the gradient that flows back: `"dA = G Bᵀ"`.
    Whole(&'static str),
    /// Nothing flows back.
    None,
}

impl Slope {
    /// The local slope of each element: `"1 - y²"`; "" if elements mix or nothing flows.
    pub fn symbols(&self) -> &'static str {
        if let Slope::Each(slope, _) = self { slope } else { "" }
    }

    /// The gradient that flows back: `"dx = g (1 - y²)"`; "" if none does.
    pub fn flow(&self) -> &'static str {
        match self {
            Slope::Each(_, flow) | Slope::Whole(flow) => flow,
            Slope::None => "",
        }
    }
}

/// An op's formulas for one element, with blanks: `⟨1⟩` is the number of operand 1, or `⟨1:2⟩` its third number that the element is computed from;
/// `⟨y⟩` is the number of the result, `⟨g⟩` the gradient that arrives there. A dot stands between factors. "" where an op does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
pub struct Worked {
    /// The value: `"⟨0⟩ · ⟨1⟩"`.
    pub value: String,
    /// What flows back to each operand: `"⟨g⟩ · ⟨1⟩"`.
    pub flows: Vec<String>,
}

impl Worked {
    /// Whether the op says nothing.
    pub fn is_empty(&self) -> bool {
        self.value.is_empty() && self.flows.iter().all(String::is_empty)
    }
}

/// What a vjp sees of its node: the cotangent that arrived, the operands, the result.
pub struct Local<'t, F: Scalar> {
    pub(crate) tape: &'t Tape<F>,
    pub(crate) output: NodeIndex,
    pub(crate) cotangent: NodeIndex,
    pub(crate) operands: SmallVec<[(NodeIndex, bool); 4]>,
}

impl<F: Scalar> fmt::Debug for Local<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Local(%{}, {:?} arrives)", self.output.index(), self.cotangent())
    }
}

impl<'t, F: Scalar> Local<'t, F> {
    /// `g`: the gradient of the loss with respect to the result. It has the result's shape.
    pub fn cotangent(&self) -> Var<'t, F> {
        self.tape.var_at(self.cotangent)
    }

    /// `y`: the result.
    pub fn output(&self) -> Var<'t, F> {
        self.tape.var_at(self.output)
    }

    /// All the operands: `let [a, b] = at.operands();`
    ///
    /// # Panics
    /// If the op was not recorded with `N` operands.
    #[track_caller]
    pub fn operands<const N: usize>(&self) -> [Var<'t, F>; N] {
        assert_eq!(N, self.operands.len(), "the vjp names {N} operands");
        std::array::from_fn(|slot| self.operand(slot))
    }

    /// One operand.
    pub fn operand(&self, slot: usize) -> Var<'t, F> {
        self.tape.var_at(self.operands[slot].0)
    }

    /// How many operands there are.
    pub fn operand_count(&self) -> usize {
        self.operands.len()
    }

    /// The cotangent of operand `slot`. If that gradient is not wanted, `cotangent` is not called and nothing is recorded.
    pub fn to(&self, slot: usize, cotangent: impl FnOnce() -> Var<'t, F>) -> Cotangent<'t, F> {
        if self.operands[slot].1 { Cotangent::Flows(cotangent()) } else { Cotangent::Stops }
    }

    /// For an operand without a derivative (class labels, row numbers).
    pub fn no_gradient(&self) -> Cotangent<'t, F> {
        Cotangent::Stops
    }
}

/// What flows back to one operand.
#[derive(Debug)]
pub enum Cotangent<'t, F: Scalar> {
    /// This gradient.
    Flows(Var<'t, F>),
    /// Nothing: there is no derivative, or it is not wanted.
    Stops,
}

/// One [`Cotangent`] for each operand, in order: made from an array, or collected where an op takes any number of operands.
#[derive(Debug)]
pub struct Cotangents<'t, F: Scalar>(pub(crate) SmallVec<[Cotangent<'t, F>; 4]>);

impl<'t, F: Scalar, const N: usize> From<[Cotangent<'t, F>; N]> for Cotangents<'t, F> {
    fn from(cotangents: [Cotangent<'t, F>; N]) -> Self {
        let mut list = SmallVec::new();
        for cotangent in cotangents {
            list.push(cotangent);
        }
        Cotangents(list)
    }
}

impl<'t, F: Scalar> FromIterator<Cotangent<'t, F>> for Cotangents<'t, F> {
    fn from_iter<I: IntoIterator<Item = Cotangent<'t, F>>>(cotangents: I) -> Self {
        Cotangents(cotangents.into_iter().collect())
    }
}
