//! The axes of an array in another order. (Products with a transpose need none of this: see [`matmul`](super::matmul).)

use crate::kernel::elementwise::offset;
use crate::kernel::parallel;
use crate::op::{flows, says};
use crate::{Along, Axis, MAX_RANK, Op, Reach, Scalar, Shape, Var, View, ViewMut};
use smallvec::SmallVec;

/// y = xᵀ
#[derive(Debug, PartialEq)]
pub struct Transpose;

impl<F: Scalar> Op<F> for Transpose {
    says!("transpose", "y = xᵀ");
    flows! { |self, g, [_x]| "dx = gᵀ" => g.transpose() }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        match operands[0][..] {
            [rows, columns] => Ok([columns, rows].into()),
            _ => Err(format!("only a matrix has a transpose, found {}", operands[0])),
        }
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let (rows, columns) = (x[0].shape[0], x[0].shape[1]);
        for i in 0..rows {
            for j in 0..columns {
                y.data[j * rows + i] = x[0].data[i * columns + j];
            }
        }
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::Axes(vec![Along::index(1), Along::index(0)])
    }
}

/// y[.., iₖ, ..] = x[..], where axis k of y is axis `axes[k]` of x
#[derive(Debug, PartialEq)]
pub struct Permute {
    /// For each axis of the result, the operand's axis it comes from.
    pub(crate) axes: Shape,
}

impl Permute {
    /// The order that undoes it.
    fn back(&self) -> Shape {
        let mut back = self.axes;
        for (to, &from) in self.axes.iter().enumerate() {
            back = back.with_axis(from, to);
        }
        back
    }
}

impl<F: Scalar> Op<F> for Permute {
    says!("permute", "y = x with its axes in another order");
    flows! { |self, g, [_x]| "dx = g with its axes back in the old order" => g.permute(&self.back()) }
    fn attributes(&self) -> String {
        format!("axes {}", self.axes)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let x = operands[0];
        if self.axes.rank() != x.rank() || !(0..x.rank()).all(|axis| self.axes.contains(&axis)) {
            return Err(format!("{} must name each of the {} axes of {x} once", self.axes, x.rank()));
        }
        let mut y = x;
        for (to, &from) in self.axes.iter().enumerate() {
            y = y.with_axis(to, x[from]);
        }
        Ok(y)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let from = x[0].shape.strides_towards(x[0].shape);
        let mut strides = [0; MAX_RANK];
        for (stride, &axis) in strides.iter_mut().zip(self.axes.iter()) {
            *stride = from[axis];
        }
        // The axes at the end that stay are copied as a whole, and those copies line by line of the axis before them.
        let stay = self.axes.iter().enumerate().rev().take_while(|&(to, &from)| to == from).count();
        let (outer, whole) = y.shape.split_at(y.shape.rank() - stay);
        let run: usize = whole.iter().product();
        let Some((&length, outer)) = outer.split_last().filter(|_| !y.data.is_empty()) else {
            return y.data.copy_from_slice(x[0].data);
        };
        let stride = strides[outer.len()];
        parallel::rows(y.data, length * run, |line, y| {
            let from = &x[0].data[offset(line, outer, &strides)..];
            match run {
                1 => y.iter_mut().zip(from.iter().step_by(stride.max(1))).for_each(|(y, &x)| *y = x),
                _ => {
                    y.chunks_exact_mut(run).enumerate().for_each(|(i, y)| y.copy_from_slice(&from[i * stride..][..run]))
                }
            }
        });
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::Axes(self.back().iter().map(|&axis| Along::index(axis)).collect())
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The transpose of a matrix: `[m, n]` becomes `[n, m]`.
    #[track_caller]
    pub fn transpose(self) -> Self {
        self.tape.record(Transpose, &[self])
    }

    /// The axes in another order: `x.permute(&[0, 3, 1, 2])` puts the last axis of four second, and so does `x.permute(&[0, -1, 1, 2])`.
    #[track_caller]
    pub fn permute(self, axes: &[impl Into<Axis> + Copy]) -> Self {
        let mut order: SmallVec<[usize; MAX_RANK]> = SmallVec::new();
        for &axis in axes {
            order.push(self.axis("permute", axis));
        }
        self.tape.record(Permute { axes: Shape::new(&order) }, &[self])
    }
}
