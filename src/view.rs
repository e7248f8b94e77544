//! How a kernel sees numbers: a slice and a shape.

use crate::shape::Shape;
use ndarray::{ArrayViewD, ArrayViewMutD, IxDyn};

/// An operand of a kernel: its elements in row-major order, and its shape.
#[derive(Debug, Clone, Copy)]
pub struct View<'a, F> {
    /// The elements, row-major.
    pub data: &'a [F],
    /// The shape.
    pub shape: Shape,
}

impl<'a, F> View<'a, F> {
    /// As an ndarray view.
    pub fn array(&self) -> ArrayViewD<'a, F> {
        ArrayViewD::from_shape(IxDyn(&self.shape), self.data).expect("a node's buffer has the size of its shape")
    }
}

/// The result of a kernel, to be filled: its elements in row-major order, and its shape. Their values beforehand are undefined.
#[derive(Debug)]
pub struct ViewMut<'a, F> {
    /// The elements, row-major.
    pub data: &'a mut [F],
    /// The shape.
    pub shape: Shape,
}

impl<'a, F> ViewMut<'a, F> {
    /// As an ndarray view.
    pub fn array(self) -> ArrayViewMutD<'a, F> {
        ArrayViewMutD::from_shape(IxDyn(&self.shape), self.data).expect("a node's buffer has the size of its shape")
    }
}
