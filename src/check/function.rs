//! The function that is checked, with several arrays as arguments. The one idea to know: a checker must be able to do
//! only two things with it, change one number of one argument, and compute the result.

use crate::inspect::NodeInfo;
use crate::leaf::Leaf;
use crate::param::Param;
use crate::tape::{Tape, Var};
use ndarray::ArrayD;
use petgraph::graph::NodeIndex;

/// A function of several arrays, whose numbers can be changed one at a time.
pub(super) trait Function {
    /// The argument's numbers at the point where the function is checked, row-major.
    fn point(&self, argument: usize) -> &[f64];
    /// Changes one number.
    fn set(&mut self, argument: usize, element: usize, to: f64);
    /// Moves all of an argument's numbers from the point along a direction.
    fn shift(&mut self, argument: usize, direction: &[f64], by: f64) {
        for (element, v) in direction.iter().enumerate() {
            let x = self.point(argument)[element];
            self.set(argument, element, x + by * v);
        }
    }
    /// Computes the result with the present numbers, row-major.
    fn evaluate(&mut self, result: &mut Vec<f64>);
    /// The relative size of a rounding error in it.
    fn epsilon(&self) -> f64 {
        f64::EPSILON
    }
    /// The largest error of the result that one rounding on the way to it makes; 0 if that is not known.
    fn rounding(&self) -> f64 {
        0.0
    }
    /// For each element of the result, whether it may depend on this number of this argument; `None` if that is not known.
    fn touched(&self, argument: usize, element: usize) -> Option<Vec<bool>> {
        let _ = (argument, element);
        None
    }
    /// Whether it is a program of several ops, each of which can be tried alone.
    fn has_ops(&self) -> bool {
        false
    }
    /// What it gets from outside other than its arguments.
    fn given(&mut self) -> Vec<Given> {
        Vec::new()
    }
}

/// A node that no gradient flows through, with its numbers; or a node that has settings, without numbers.
pub(super) type Given = (NodeInfo, Vec<f64>);

/// A program that reads parameters.
pub(super) type Program<'a> = &'a dyn for<'t> Fn(&'t Tape<f64>) -> Var<'t, f64>;

/// A program on a tape, as a function of the parameters that it reads. Dropping it restores the parameters, even after a panic.
pub(super) struct Recorded<'a> {
    pub(super) params: &'a [Param<f64>],
    points: Vec<Vec<f64>>,
    program: Program<'a>,
    /// One tape for everything: after a rewind the same program uses the same nodes, so an evaluation allocates nothing.
    tape: Tape<f64>,
    /// See [`Function::rounding`].
    rounding: f64,
}

impl<'a> Recorded<'a> {
    pub(super) fn new(params: &'a [Param<f64>], program: Program<'a>) -> Self {
        let points = params.iter().map(|param| param.with(<[f64]>::to_vec)).collect();
        Recorded { params, points, program, tape: Tape::new(), rounding: 0.0 }
    }

    /// The gradients of Σ cotangent * result by the reverse pass; `None` where none flows. The cotangent has the size of the result.
    pub(super) fn gradients(&mut self, cotangent: &[f64]) -> Vec<Option<Vec<f64>>> {
        let params = self.params;
        let result = self.record();
        let tape = result.tape();
        if !tape.graph()[result.index()].needs_grad() {
            return vec![None; params.len()];
        }
        let gradients = result.backward_with(tape.input(cotangent).reshape(result.shape()));
        let flat = |gradient: Var<f64>| gradient.with_value(|array| array.iter().copied().collect());
        let found = params.iter().map(|param| gradients.param(param).map(flat)).collect();
        self.rounding = rounding(&self.tape, self.tape.backward_passes());
        found
    }

    /// Runs the program with the present numbers, and returns its result.
    pub(super) fn record(&mut self) -> Var<'_, f64> {
        self.tape.rewind();
        (self.program)(&self.tape)
    }
}

/// The largest error of the result that one rounding on the way to it makes: each number is rounded when it is computed, and that error times the
/// number's gradient arrives in the result. (A sum with 1e12 is off by 1e-4, even if the final result is small.)
fn rounding(tape: &Tape<f64>, pass: u32) -> f64 {
    let graph = tape.graph.borrow();
    let Some(loss) = tape.loss_of(pass) else { return 0.0 };
    let mut largest = 0.0_f64;
    for node in (0..=loss.index()).map(NodeIndex::new).filter(|&node| graph.operands(node).len() > 0) {
        let Some(gradient) = tape.gradient_of(node, pass) else { continue };
        graph.with_views(&[node, gradient], |views| {
            for (value, gradient) in views[0].data.iter().zip(views[1].data) {
                let error = gradient.abs() * (f64::EPSILON * value.abs()).max(f64::from_bits(1));
                largest = if error.is_finite() { largest.max(error) } else { largest };
            }
        });
    }
    largest
}

impl Function for Recorded<'_> {
    fn point(&self, argument: usize) -> &[f64] {
        &self.points[argument]
    }
    fn set(&mut self, argument: usize, element: usize, to: f64) {
        self.params[argument].update(|numbers| numbers[element] = to);
    }
    fn shift(&mut self, argument: usize, direction: &[f64], by: f64) {
        let point = &self.points[argument];
        self.params[argument].update(|numbers| {
            for ((to, x), v) in numbers.iter_mut().zip(point).zip(direction) {
                *to = x + by * v;
            }
        });
    }
    fn evaluate(&mut self, result: &mut Vec<f64>) {
        result.clear();
        self.record().with_value(|array| result.extend(array.iter()));
    }
    fn rounding(&self) -> f64 {
        self.rounding
    }
    fn has_ops(&self) -> bool {
        true
    }
    fn given(&mut self) -> Vec<Given> {
        let tape = self.record().tape();
        let nodes = tape.nodes();
        let is_cut_off = |node: &NodeInfo| {
            let is_leaf = node.operands.is_empty() && node.leaf != Some(Leaf::Param);
            is_leaf || !node.needs_grad && node.operands.iter().any(|operand| nodes[operand.index()].needs_grad)
        };
        let mut given = Vec::new();
        for node in &nodes {
            if is_cut_off(node) {
                given.push((node.clone(), tape.value(node.index).into_iter().collect()));
            } else if !node.attributes.is_empty() {
                given.push((node.clone(), Vec::new()));
            }
        }
        given
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
