//! What is checked, as a function of several arrays. The one idea to know: a checker needs only two things of it, to
//! change one number of one argument, and to compute the result.

use crate::param::Param;
use crate::tape::{NodeInfo, Tape, Var};
use ndarray::ArrayD;

/// A function of several arrays, whose numbers can be changed one at a time.
pub(super) trait Function {
    /// The argument's numbers at the point where the function is checked, row-major.
    fn point(&self, argument: usize) -> &[f64];
    /// Changes one number.
    fn set(&mut self, argument: usize, element: usize, to: f64);
    /// Computes the result with the present numbers, row-major.
    fn evaluate(&mut self, result: &mut Vec<f64>);
    /// The relative size of a rounding error in it.
    fn epsilon(&self) -> f64 {
        f64::EPSILON
    }
}

/// A program that reads parameters.
pub(super) type Program<'a> = &'a dyn for<'t> Fn(&'t Tape<f64>) -> Var<'t, f64>;

/// A program on a tape, as a function of parameters that it reads. Whatever happens, dropping it puts the parameters back.
pub(super) struct Recorded<'a> {
    pub(super) params: &'a [Param<f64>],
    points: Vec<Vec<f64>>,
    program: Program<'a>,
    /// One tape for everything: after a rewind the same program uses the same nodes, so an evaluation allocates nothing.
    tape: Tape<f64>,
}

impl<'a> Recorded<'a> {
    pub(super) fn new(params: &'a [Param<f64>], program: Program<'a>) -> Self {
        let points = params.iter().map(|param| param.with(<[f64]>::to_vec)).collect();
        Recorded { params, points, program, tape: Tape::new() }
    }

    /// The gradients of Σ cotangent * result by the reverse pass; `None` where none flows. The cotangent is made for the
    /// shape of the result.
    pub(super) fn gradients(&mut self, cotangent: &[f64]) -> Vec<Option<Vec<f64>>> {
        let params = self.params;
        let result = self.record();
        let tape = result.tape();
        if !tape.graph()[result.index()].needs_grad() {
            return vec![None; params.len()];
        }
        let gradients = result.backward_with(tape.input(cotangent).reshape(result.shape()));
        let flat = |gradient: Var<f64>| gradient.with_value(|array| array.iter().copied().collect());
        params.iter().map(|param| gradients.param(param).map(flat)).collect()
    }

    /// Runs the program with the present numbers, and returns its result.
    pub(super) fn record(&mut self) -> Var<'_, f64> {
        self.tape.rewind();
        (self.program)(&self.tape)
    }

    /// The leaves that the program is given from outside, other than the parameters, and their numbers.
    pub(super) fn given(&mut self) -> Vec<(NodeInfo, Vec<f64>)> {
        let tape = self.record().tape();
        let nodes = tape.nodes().into_iter().filter(|node| node.operands.is_empty() && node.op != "param");
        nodes
            .map(|node| {
                let numbers = tape.value(node.index).into_iter().collect();
                (node, numbers)
            })
            .collect()
    }
}

impl Function for Recorded<'_> {
    fn point(&self, argument: usize) -> &[f64] {
        &self.points[argument]
    }
    fn set(&mut self, argument: usize, element: usize, to: f64) {
        self.params[argument].update(|numbers| numbers[element] = to);
    }
    fn evaluate(&mut self, result: &mut Vec<f64>) {
        result.clear();
        self.record().with_value(|array| result.extend(array.iter()));
    }
}

impl Drop for Recorded<'_> {
    fn drop(&mut self) {
        for (param, point) in self.params.iter().zip(&self.points) {
            param.update(|numbers| numbers.copy_from_slice(point));
        }
    }
}

/// A function of plain arrays, to check gradients that were computed by hand.
pub(super) struct ByHand<'a> {
    function: &'a dyn Fn(&[ArrayD<f64>]) -> f64,
    arrays: Vec<ArrayD<f64>>,
    points: Vec<Vec<f64>>,
}

impl<'a> ByHand<'a> {
    pub(super) fn new(function: &'a dyn Fn(&[ArrayD<f64>]) -> f64, arrays: Vec<ArrayD<f64>>) -> Self {
        let points = arrays.iter().map(|array| array.iter().copied().collect()).collect();
        ByHand { function, arrays, points }
    }
}

impl Function for ByHand<'_> {
    fn point(&self, argument: usize) -> &[f64] {
        &self.points[argument]
    }
    fn set(&mut self, argument: usize, element: usize, to: f64) {
        if let Some(numbers) = self.arrays[argument].as_slice_mut() {
            numbers[element] = to;
        }
    }
    fn evaluate(&mut self, result: &mut Vec<f64>) {
        result.clear();
        result.push((self.function)(&self.arrays));
    }
}
