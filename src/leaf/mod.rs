//! Leaves: how numbers from outside enter a tape. `outside`: those that stay where they are, in parameters and shared arrays.

mod outside;

use crate::blame::OrBlame;
use crate::input::Input;
use crate::op::{Cotangents, Local, Op};
use crate::param::Param;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Given, Tape, Var};
use crate::view::{View, ViewMut};
use ndarray::{ArcArray, Dimension};
use std::panic::Location;

/// What kind of leaf a node is. Leaves are ops with no operands; the tape fills them itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leaf {
    /// Data that nobody asks a gradient for: [`Tape::input`].
    Input,
    /// A variable, which gets a gradient: [`Tape::var`].
    Var,
    /// A constant of the program: [`Tape::constant`].
    Const,
    /// A trainable parameter: [`Tape::param`].
    Param,
    /// What a backward pass starts from.
    Seed,
}

impl Leaf {
    const ALL: [Leaf; 5] = [Leaf::Input, Leaf::Var, Leaf::Const, Leaf::Param, Leaf::Seed];

    /// The kind of leaf that listings call so.
    pub(crate) fn named(name: &str) -> Option<Leaf> {
        Leaf::ALL.into_iter().find(|&leaf| leaf.name() == name)
    }

    /// The name in listings, graphs and errors.
    pub fn name(self) -> &'static str {
        match self {
            Leaf::Input => "input",
            Leaf::Var => "var",
            Leaf::Const => "const",
            Leaf::Param => "param",
            Leaf::Seed => "seed",
        }
    }

    fn gets_gradients(self) -> bool {
        matches!(self, Leaf::Var | Leaf::Param)
    }
}

impl<F: Scalar> Op<F> for Leaf {
    fn name(&self) -> &'static str {
        Leaf::name(*self)
    }
    fn formula(&self) -> &'static str {
        match self {
            Leaf::Input => "given, not differentiated",
            Leaf::Var => "given, differentiated",
            Leaf::Const => "a constant of the program",
            Leaf::Param => "a trainable parameter",
            Leaf::Seed => "dL/dL = 1",
        }
    }
    fn shape(&self, _: &[Shape]) -> Result<Shape, String> {
        unreachable!("a leaf is given its shape")
    }
    fn forward(&self, _: &[View<F>], _: ViewMut<F>) {
        unreachable!("a leaf is given its value")
    }
    fn vjp<'t>(&self, _: &Local<'t, F>) -> Cotangents<'t, F> {
        [].into()
    }
}

impl<F: Scalar> Tape<F> {
    /// Data that nobody asks a gradient for, such as images and targets.
    #[track_caller]
    pub fn input(&self, x: impl Input<F>) -> Var<'_, F> {
        self.leaf(Leaf::Input, x)
    }

    /// Data as with [`input`](Tape::input), but read where it stands instead of being copied onto the tape. The tape holds on to the array
    /// until another one takes its place in a later round, or the tape is dropped. (An array that does not stand row by row without gaps
    /// is copied.)
    ///
    /// ```
    /// use gradus::prelude::*;
    /// use ndarray::{array, s};
    /// let points = array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]].into_shared();
    /// let tape = Tape::new();
    /// let last_two = tape.input_shared(&points.clone().slice_move(s![1.., ..]));
    /// assert_eq!(last_two.sum().item(), 14.0);
    /// ```
    #[track_caller]
    pub fn input_shared<D: Dimension>(&self, x: &ArcArray<F, D>) -> Var<'_, F> {
        if !x.is_standard_layout() {
            return self.input(x);
        }
        let (shape, numbers) = (Shape::new(x.shape()), x.clone().into_dyn());
        self.record_leaf(Leaf::Input, shape, Given::Shared(numbers))
    }

    /// A variable: its gradient is computed.
    #[track_caller]
    pub fn var(&self, x: impl Input<F>) -> Var<'_, F> {
        self.leaf(Leaf::Var, x)
    }

    /// A constant of the program, like the 2 in `2.0 * x`.
    #[track_caller]
    pub fn constant(&self, x: f64) -> Var<'_, F> {
        self.leaf(Leaf::Const, F::from_f64(x))
    }

    /// A constant array with all elements alike.
    #[track_caller]
    pub fn full(&self, shape: impl Into<Shape>, x: f64) -> Var<'_, F> {
        let mut fill = |buffer: &mut [F]| buffer.fill(F::from_f64(x));
        self.record_leaf(Leaf::Const, shape.into(), Given::Written(&mut fill))
    }

    /// Class labels, one per row, for [`Var::softmax_cross_entropy`] and [`Var::gather_rows`]. They travel as numbers.
    ///
    /// # Panics
    /// If a label is too large to be exact in this kind of number (2²⁴ for f32).
    #[track_caller]
    pub fn labels(&self, labels: &[usize]) -> Var<'_, F> {
        if let Some(label) = labels.iter().find(|&&label| label > F::LARGEST_EXACT_INTEGER) {
            panic!("label {label} is not exact in {}: use labels up to {}", F::NAME, F::LARGEST_EXACT_INTEGER);
        }
        let mut fill = |buffer: &mut [F]| {
            buffer.iter_mut().zip(labels).for_each(|(to, &label)| *to = F::from_f64(label as f64));
        };
        self.record_leaf(Leaf::Input, Shape::new(&[labels.len()]), Given::Written(&mut fill))
    }

    /// The leaf that reads `param` in place. One recording has one leaf for it, however often this is called, and another one where it is
    /// read under [`no_grad`](Tape::no_grad) or while it is [frozen](Param::freeze): that one is a constant. A parameter that was changed
    /// meanwhile gets a new leaf; what was computed from the old one can no longer be differentiated.
    #[track_caller]
    pub fn param(&self, param: &Param<F>) -> Var<'_, F> {
        self.record_leaf(Leaf::Param, param.shape(), Given::Param(param))
    }

    /// The cotangent that a backward pass starts from: ones.
    #[track_caller]
    pub(crate) fn seed(&self, shape: Shape) -> Var<'_, F> {
        self.record_leaf(Leaf::Seed, shape, Given::Written(&mut |buffer| buffer.fill(F::ONE)))
    }

    #[track_caller]
    fn leaf(&self, kind: Leaf, x: impl Input<F>) -> Var<'_, F> {
        self.record_leaf(kind, x.shape(), Given::Written(&mut |buffer| self.fill(kind, buffer, &x)))
    }

    #[track_caller]
    fn record_leaf(&self, kind: Leaf, shape: Shape, given: Given<F>) -> Var<'_, F> {
        let gradients = self.wants_gradients() && kind.gets_gradients();
        let index = self.recording().record_leaf(kind, shape, given, gradients, Location::caller());
        self.recorded(index.or_blame())
    }
}
