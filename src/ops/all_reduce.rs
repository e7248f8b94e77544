//! The sum over devices that run the same program, each on numbers of its own. The one idea to know: here is one device, so **here it is the identity**; what it
//! sums is seen where several run, by XLA (`Step::to_stablehlo_on`).

use crate::op::{flows, says};
use crate::{Op, Reach, Scalar, Shape, Var, View, ViewMut};

/// y = Σ x over all devices, and every device has it
#[derive(Debug, PartialEq)]
pub struct AllReduce;

impl<F: Scalar> Op<F> for AllReduce {
    says!("all_reduce", "y = the sum of x over the devices");
    // Every device's y has this device's x in it, so what arrives at all of them adds up. JAX's rule for `psum` under `pmap`, and PyTorch's for
    // `torch.distributed.nn.functional.all_reduce`.
    flows! { |self, g, [_x]| "dx = the sum of g over the devices" => g.all_reduce() }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        Ok(operands[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.copy_from_slice(x[0].data);
    }
    fn reach(&self, _: usize, _: &[View<F>], _: Shape) -> Reach {
        Reach::SamePlace
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The sum of this array over all devices that run the program, on each of them. On one device, as here, it is the array itself: a program that is
    /// written for many devices runs on one, too.
    ///
    /// Its gradient is the sum of the gradients over the devices: each device's result has a part from here. How many devices there are is the sum of ones, so a
    /// mean over devices is
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var([3.0, 5.0]);
    /// let mean = x.all_reduce() / tape.constant(1.0).all_reduce();
    /// assert_eq!(mean.value(), x.value());
    /// ```
    #[track_caller]
    pub fn all_reduce(self) -> Self {
        self.tape.record(AllReduce, &[self])
    }
}
