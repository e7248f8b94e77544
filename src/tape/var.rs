//! A handle to a node, with the operators that record.

use super::Tape;
use crate::ops::arithmetic::{Add, Div, Mul, Neg, Sub};
use crate::scalar::Scalar;
use crate::shape::Shape;
use ndarray::{ArrayD, ArrayViewD};
use petgraph::graph::NodeIndex;
use std::fmt;
use std::ops;

/// A value on a tape. It is a handle of 16 bytes, to copy at will; arithmetic with it records on the tape.
///
/// The methods that record an op are declared with their ops, in [`crate::ops`].
#[must_use = "ops change nothing in place: what they compute is this Var"]
pub struct Var<'t, F: Scalar = f32> {
    pub(crate) tape: &'t Tape<F>,
    pub(crate) index: NodeIndex,
}

impl<F: Scalar> Clone for Var<'_, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: Scalar> Copy for Var<'_, F> {}

impl<'t, F: Scalar> Var<'t, F> {
    /// The tape it lives on.
    pub fn tape(self) -> &'t Tape<F> {
        self.tape
    }

    /// Its node in [`Tape::graph`].
    pub fn index(self) -> NodeIndex {
        self.index
    }

    /// The shape of its value.
    pub fn shape(self) -> Shape {
        self.tape.graph.borrow().shape(self.index)
    }

    /// A copy of its value.
    #[track_caller]
    pub fn value(self) -> ArrayD<F> {
        self.tape.value(self.index)
    }

    /// Looks at its value in place. Nothing can be recorded meanwhile.
    #[track_caller]
    pub fn with_value<R>(self, look: impl FnOnce(ArrayViewD<F>) -> R) -> R {
        self.tape.graph.borrow().with_views(&[self.index], |views| look(views[0].array()))
    }

    /// Its value, if it is a single number.
    ///
    /// # Panics
    /// If it has more or fewer elements than one.
    #[track_caller]
    pub fn item(self) -> F {
        let item = self.tape.graph.borrow().with_views(&[self.index], |views| match views[0].data {
            [item] => Some(*item),
            _ => None,
        });
        match item {
            Some(item) => item,
            None => panic!("{} has shape {}, which is not a single number", self.describe(), self.shape()),
        }
    }

    /// Gives its node a name, for listings, graphs and errors.
    #[track_caller]
    pub fn named(self, name: &str) -> Self {
        self.tape.recording().name(self.index, name);
        self
    }

    /// As errors call it: `"hidden" (%5 = sigmoid)`.
    pub(crate) fn describe(self) -> String {
        self.tape.graph.borrow().describe(self.index)
    }

    /// The same with its shape.
    pub(crate) fn describe_shape(self) -> String {
        format!("{} {}", self.describe(), self.shape())
    }

    /// Refuses an operand of another shape, even if it would broadcast: `role` says what it is, `beside` what it has to fit.
    #[track_caller]
    pub(crate) fn expect_shape(self, op: &str, role: &str, shape: impl Into<Shape>, beside: Self) {
        let shape = shape.into();
        assert!(
            self.shape() == shape,
            "{op}: {role} must have shape {shape} to fit {}, nothing is broadcast here; found {}",
            beside.describe_shape(),
            self.describe_shape()
        );
    }

    #[track_caller]
    pub(crate) fn expect_on(self, tape: &Tape<F>, user: &str) {
        assert!(
            std::ptr::eq(self.tape, tape),
            "{user}: {} lives on another tape than the other operands; record both on one tape",
            self.describe()
        );
    }
}

impl<F: Scalar> fmt::Debug for Var<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "%{} {}", self.index.index(), self.shape())
    }
}

/// `a + b`, `a + 2.0` and `2.0 + a`, through the op of that name.
macro_rules! operator {
    ($operator:ident, $method:ident, $op:expr) => {
        impl<'t, F: Scalar> ops::$operator for Var<'t, F> {
            type Output = Var<'t, F>;
            #[track_caller]
            fn $method(self, other: Var<'t, F>) -> Var<'t, F> {
                self.zip($op, other)
            }
        }

        impl<'t, F: Scalar> ops::$operator<f64> for Var<'t, F> {
            type Output = Var<'t, F>;
            #[track_caller]
            fn $method(self, other: f64) -> Var<'t, F> {
                self.zip($op, self.tape.constant(other))
            }
        }

        impl<'t, F: Scalar> ops::$operator<Var<'t, F>> for f64 {
            type Output = Var<'t, F>;
            #[track_caller]
            fn $method(self, other: Var<'t, F>) -> Var<'t, F> {
                other.tape.constant(self).zip($op, other)
            }
        }
    };
}

operator!(Add, add, Add);
operator!(Sub, sub, Sub);
operator!(Mul, mul, Mul);
operator!(Div, div, Div);

impl<'t, F: Scalar> ops::Neg for Var<'t, F> {
    type Output = Var<'t, F>;
    #[track_caller]
    fn neg(self) -> Var<'t, F> {
        self.map(Neg)
    }
}
