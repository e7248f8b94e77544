//! The witness that needs no step: the program, run on dual numbers. The one idea to know: it uses the forward kernels and no
//! vjp, as nudging does, and it is exact up to rounding, as the reverse pass is. So it can tell a wrong gradient from a bad
//! measurement.

use super::measure::{ROUNDINGS, Slope};
use crate::derivatives::directed;
use crate::dual::Dual;
use crate::param::Param;
use crate::tape::{Tape, Var};
use ndarray::{ArrayD, IxDyn};

/// A program on dual numbers.
pub(super) type ProgramOnDuals<'a> = dyn for<'t> Fn(&[Var<'t, Dual>]) -> Var<'t, Dual> + 'a;
pub(super) type OnDuals<'a> = &'a ProgramOnDuals<'a>;

/// A program on dual numbers, and the point where it is checked.
pub(super) struct Duals<'a> {
    program: OnDuals<'a>,
    inputs: Vec<ArrayD<f64>>,
    direction: Vec<ArrayD<f64>>,
    tape: Tape<Dual>,
}

impl<'a> Duals<'a> {
    pub(super) fn new(program: OnDuals<'a>, params: &[Param<f64>]) -> Self {
        let inputs: Vec<ArrayD<f64>> = params.iter().map(Param::value).collect();
        let direction = inputs.iter().map(|input| ArrayD::zeros(IxDyn(input.shape()))).collect();
        Duals { program, inputs, direction, tape: Tape::new() }
    }

    /// The slope of Σ cotangent * result along one element.
    pub(super) fn slope(&mut self, cotangent: &[f64], argument: usize, element: usize) -> Slope {
        let x = self.set_tangent(argument, element, 1.0);
        self.tape.rewind();
        let result = (self.program)(&directed(&self.tape, &self.inputs, &self.direction));
        assert_eq!(
            result.shape().size(),
            cotangent.len(),
            "a program must compute the same on f64 and on dual numbers"
        );
        let (mut sum, mut square) = (0.0, 0.0);
        result.with_value(|result| {
            for (c, y) in cotangent.iter().zip(result) {
                sum += c * y.tangent;
                square += (c * y.tangent).powi(2) + (c * y.value / x.abs().max(1.0)).powi(2);
            }
        });
        self.set_tangent(argument, element, 0.0);
        let noise = ROUNDINGS * f64::EPSILON * square.sqrt();
        Slope { value: sum, noise, uncertainty: noise }
    }

    /// Sets the tangent of an element, and returns the element.
    fn set_tangent(&mut self, argument: usize, element: usize, tangent: f64) -> f64 {
        self.direction[argument].iter_mut().skip(element).take(1).for_each(|to| *to = tangent);
        self.inputs[argument].iter().nth(element).copied().unwrap_or_default()
    }
}
