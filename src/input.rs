//! What can enter a tape: numbers, lists of them, nested array literals, arrays of ndarray. (Elements are what can be added up: a number, and no array. So
//! the compiler knows `[[1.0, 2.0]]` for a matrix.)

use crate::kernel::parallel;
use crate::shape::Shape;
use ndarray::{ArrayBase, Data, Dimension};
use std::ops::AddAssign;

/// Something that can fill a leaf: a number, a nested array literal, a slice, a `Vec`, an ndarray, rows gathered from a data set. The
/// numbers go straight into the node's buffer.
pub trait Input<F> {
    /// The shape of the leaf.
    fn shape(&self) -> Shape;
    /// Writes every element, row-major.
    fn write(&self, buffer: &mut [F]);
}

impl<F, T: Input<F> + ?Sized> Input<F> for &T {
    #[track_caller]
    fn shape(&self) -> Shape {
        (**self).shape()
    }
    fn write(&self, buffer: &mut [F]) {
        (**self).write(buffer)
    }
}

macro_rules! number_as_input {
    ($number:ty) => {
        impl Input<$number> for $number {
            fn shape(&self) -> Shape {
                Shape::scalar()
            }
            fn write(&self, buffer: &mut [$number]) {
                buffer[0] = *self;
            }
        }
    };
}

number_as_input!(f32);
number_as_input!(f64);

impl<F: Copy + AddAssign> Input<F> for [F] {
    fn shape(&self) -> Shape {
        Shape::new(&[self.len()])
    }
    fn write(&self, buffer: &mut [F]) {
        buffer.copy_from_slice(self);
    }
}

impl<F: Copy + AddAssign> Input<F> for Vec<F> {
    fn shape(&self) -> Shape {
        Shape::new(&[self.len()])
    }
    fn write(&self, buffer: &mut [F]) {
        buffer.copy_from_slice(self);
    }
}

impl<F: Copy + AddAssign, const N: usize> Input<F> for [F; N] {
    fn shape(&self) -> Shape {
        Shape::new(&[N])
    }
    fn write(&self, buffer: &mut [F]) {
        buffer.copy_from_slice(self);
    }
}

impl<F: Copy + AddAssign, const N: usize, const M: usize> Input<F> for [[F; N]; M] {
    fn shape(&self) -> Shape {
        Shape::new(&[M, N])
    }
    fn write(&self, buffer: &mut [F]) {
        buffer.copy_from_slice(self.as_flattened());
    }
}

impl<F: Copy + AddAssign + Send + Sync, S: Data<Elem = F>, D: Dimension> Input<F> for ArrayBase<S, D> {
    #[track_caller]
    fn shape(&self) -> Shape {
        Shape::new(ArrayBase::shape(self))
    }
    fn write(&self, buffer: &mut [F]) {
        match self.as_slice() {
            Some(slice) => parallel::copy(slice, buffer),
            None => buffer.iter_mut().zip(self).for_each(|(to, &from)| *to = from),
        }
    }
}
