//! The witness that needs no step: the program, run on dual numbers. The one idea to know: like nudging, it uses the forward kernels and no vjp; like
//! the reverse pass, it is exact up to rounding. So it can tell a wrong gradient from a bad measurement.

use super::directions::Draw;
use super::slope::{Norm, ROUNDINGS, Slope};
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
    /// The directions, if those are checked instead of elements.
    draw: Option<Draw>,
    tape: Tape<Dual>,
}

impl<'a> Duals<'a> {
    pub(super) fn new(program: OnDuals<'a>, params: &[Param<f64>], draw: Option<Draw>) -> Self {
        let inputs: Vec<ArrayD<f64>> = params.iter().map(Param::value).collect();
        let direction = inputs.iter().map(|input| ArrayD::zeros(IxDyn(input.shape()))).collect();
        Duals { program, inputs, direction, draw, tape: Tape::new() }
    }

    /// The slope of Σ cotangent * result along one element, or along one direction.
    pub(super) fn slope(&mut self, cotangent: &[f64], argument: usize, element: usize) -> Slope {
        let x = self.set_tangent(argument, element, 1.0);
        let result = self.run();
        self.set_tangent(argument, element, 0.0);
        assert_eq!(result.len(), cotangent.len(), "a program must compute the same on f64 and on dual numbers");
        let (mut sum, mut size) = (0.0, Norm::default());
        for (c, y) in cotangent.iter().zip(result) {
            sum += c * y.tangent;
            size.add(c * y.tangent);
            size.add(c * y.value / x.abs().max(1.0));
        }
        let noise = ROUNDINGS * f64::EPSILON * size.value();
        Slope { value: sum, noise, uncertainty: noise }
    }

    /// The result with the present tangents.
    pub(super) fn run(&mut self) -> Vec<Dual> {
        self.tape.rewind();
        let result = (self.program)(&directed(&self.tape, &self.inputs, &self.direction));
        result.with_value(|result| result.iter().copied().collect())
    }

    /// Sets the tangent of an element, and returns the element. For a direction: sets the tangents of all elements, and returns 0.
    fn set_tangent(&mut self, argument: usize, element: usize, tangent: f64) -> f64 {
        let (input, direction) = (&self.inputs[argument], &mut self.direction[argument]);
        let Some(draw) = &mut self.draw else {
            direction.iter_mut().skip(element).take(1).for_each(|to| *to = tangent);
            return input.iter().nth(element).copied().unwrap_or_default();
        };
        let point: Vec<f64> = input.iter().copied().collect();
        for (to, v) in direction.iter_mut().zip(draw.through(argument, element, &point)) {
            *to = tangent * v;
        }
        0.0
    }
}
