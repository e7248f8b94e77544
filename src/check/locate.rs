//! Finds the fault: the first node, in the order of the program, whose own vjp is wrong. That is the line to mend.

use super::Check;
use super::judge::{Element, Judge, Standing};
use super::measure::Probe;
use super::one_op::OneOp;
use crate::param::Param;
use crate::shape::Shape;
use crate::tape::Var;
use petgraph::Direction::Incoming;
use petgraph::graph::NodeIndex;
use rand::rngs::ChaCha8Rng;

/// A node whose vjp is wrong for one of its operands.
pub(super) struct Fault<'t> {
    pub(super) op: OneOp<'t>,
    pub(super) slot: usize,
    /// The cotangent that arrived at the node when it was tried.
    pub(super) cotangent: Vec<f64>,
    /// The gradient that flowed to the operand; `None` if none did.
    pub(super) reverse: Option<Vec<f64>>,
    /// The operand's elements that were tried.
    pub(super) elements: Vec<Element>,
}

/// Number of elements of an operand to try at first. A wrong op shows in most elements.
const QUICK: usize = 200;

/// Maximum number of multiplications to try ops completely (the elements of each operand times the op's multiplications), if nothing is suspected:
/// about a second. It may also take twice what the check itself took.
const AFFORDABLE: u64 = 100_000_000;

/// The result of trying each op alone.
pub(super) enum Tried<'t> {
    /// The first op that is wrong.
    Fault(Box<Fault<'t>>),
    /// Every op is right.
    Right,
    /// No op is wrong, but some could not be judged.
    CannotTell,
}

/// Tries each op among the ancestors of `result`, which was recorded last. First it tries a sample of elements of each op and, if that finds no
/// fault, all elements. The sample is all there is if the check itself is one of directions, or of a sample and nothing `is_suspected`. If nothing is
/// suspected and trying all elements would take much longer than the check of the `checked` elements did, the answer is "cannot tell".
pub(super) fn try_each_op<'t>(
    check: &Check,
    random: &mut ChaCha8Rng,
    result: Var<'t, f64>,
    checked: usize,
    is_suspected: bool,
) -> Tried<'t> {
    let nodes = differentiated(result);
    let quick = check.clone().all().sample(QUICK);
    let is_large = |node: &NodeIndex| {
        result.tape().operands(*node).iter().any(|&operand| result.tape().var_at(operand).shape().size() > QUICK)
    };
    let is_sample = check.directions.is_some() || check.sample.is_some() && !is_suspected;
    let is_quick_enough = is_sample || !nodes.iter().any(is_large);
    let flops = nodes.iter().map(|&node| flops(result, node)).fold(0, u64::saturating_add);
    let affordable = AFFORDABLE.max((checked as u64).saturating_mul(flops).saturating_mul(2));
    let takes_long =
        !is_suspected && nodes.iter().map(|&node| cost(result, node)).fold(0, u64::saturating_add) > affordable;
    let complete = (!is_quick_enough && !takes_long).then(|| check.clone().all());
    let mut tried = Tried::Right;
    for check in [quick].iter().chain(&complete) {
        let mut judge = Judge::new(check, random);
        tried = Tried::Right;
        for &node in &nodes {
            match try_op(&mut judge, OneOp::new(result.tape(), node)) {
                Tried::Right => {}
                Tried::CannotTell => tried = Tried::CannotTell,
                fault => return fault,
            }
        }
    }
    match tried {
        Tried::Right if takes_long && !is_quick_enough => Tried::CannotTell,
        tried => tried,
    }
}

/// The number of multiplications to compute an op once for each element of its operands.
fn cost(result: Var<f64>, node: NodeIndex) -> u64 {
    let sizes = result.tape().operands(node).into_iter().map(|operand| result.tape().var_at(operand).shape().size());
    flops(result, node).saturating_mul(sizes.sum::<usize>() as u64)
}

/// The number of multiplications to compute an op.
fn flops(result: Var<f64>, node: NodeIndex) -> u64 {
    let (graph, operands) = (result.tape().graph.borrow(), result.tape().operands(node));
    let shapes: Vec<Shape> = operands.iter().map(|&operand| graph.shape(operand)).collect();
    if shapes.is_empty() { 0 } else { graph.op(node).flops(&shapes, graph.shape(node)) }
}

/// The nodes that gradients pass through on their way from `result`, in order of recording.
fn differentiated(result: Var<f64>) -> Vec<NodeIndex> {
    let graph = result.tape().graph();
    let mut reached = vec![false; result.index().index() + 1];
    reached[result.index().index()] = graph[result.index()].needs_grad();
    for index in (0..reached.len()).rev() {
        if reached[index] {
            for operand in graph.neighbors_directed(NodeIndex::new(index), Incoming) {
                reached[operand.index()] |= graph[operand].needs_grad();
            }
        }
    }
    (0..reached.len()).filter(|&index| reached[index]).map(NodeIndex::new).collect()
}

fn try_op<'t>(judge: &mut Judge, mut op: OneOp<'t>) -> Tried<'t> {
    let cotangent = judge.cotangent(op.result().shape().size());
    let mut gradients = op.gradients(&cotangent);
    let mut tried = Tried::Right;
    for (slot, gradient) in gradients.iter_mut().enumerate() {
        if !op.wants(slot) {
            continue;
        }
        let chosen = judge.elements(op.operands[slot].shape().size());
        let mut probe = Probe::new(&mut op, &cotangent);
        let (elements, _) = judge.judge(&mut probe, slot, gradient.as_deref(), &chosen);
        if elements.iter().any(|element| element.standing == Standing::Wrong) {
            return Tried::Fault(Box::new(Fault { op, slot, cotangent, reverse: gradient.take(), elements }));
        }
        if elements.iter().any(|element| matches!(element.standing, Standing::CannotTell(_))) {
            tried = Tried::CannotTell;
        }
    }
    tried
}

/// For each parameter, which elements get a wrong gradient because of a fault, when `cotangent` arrives at the result: those to which the difference
/// that the fault makes flows on. (A wrong op whose result is multiplied by 0 does no harm.)
pub(super) fn harmed_by(
    fault: &mut Fault,
    judge: &Judge,
    tolerance: f64,
    (result, cotangent): (Var<f64>, &[f64]),
    params: &[Param<f64>],
) -> Vec<Vec<bool>> {
    let tape = result.tape();
    let numbers = |array: Var<f64>| array.value().into_iter().collect::<Vec<f64>>();
    let gradients = result.backward_with(tape.input(cotangent).reshape(result.shape()));
    let claimed: Vec<Option<Vec<f64>>> = params.iter().map(|param| gradients.param(param).map(numbers)).collect();
    let arrived = tape.gradient_of(fault.op.node, gradients.pass()).map(|gradient| numbers(tape.var_at(gradient)));
    let Some(arrived) = arrived else { return Vec::new() };
    let (operand, slot) = (fault.op.operands[fault.slot], fault.slot);
    let sent = fault.op.gradients(&arrived).swap_remove(slot);
    let wrong = fault.elements.iter().filter(|element| element.standing == Standing::Wrong);
    let wrong: Vec<usize> = wrong.map(|element| element.index).collect();
    let (elements, _) = judge.judge(&mut Probe::new(&mut fault.op, &arrived), slot, sent.as_deref(), &wrong);
    let mut difference = vec![0.0; operand.shape().size()];
    for element in elements.iter().filter(|element| element.standing == Standing::Wrong) {
        difference[element.index] = element.numeric - element.reverse;
    }
    let flows_on = operand.backward_with(tape.input(&difference[..]).reshape(operand.shape()));
    let is_harmed = |(param, claimed): (&Param<f64>, &Option<Vec<f64>>)| {
        let Some(change) = flows_on.param(param).map(numbers) else { return Vec::new() };
        let claimed = |place: usize| claimed.as_ref().map_or(0.0, |claimed| claimed[place].abs());
        let differs = |(place, change): (usize, &f64)| change.is_nan() || change.abs() > tolerance * claimed(place);
        change.iter().enumerate().map(differs).collect()
    };
    params.iter().zip(&claimed).map(is_harmed).collect()
}
