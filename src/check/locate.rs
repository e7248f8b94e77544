//! Where the fault is: the first node, in the order of the program, whose own vjp is wrong. Everything after it only hands on what
//! it was given, so this is the line to mend.

use super::Check;
use super::judge::{Element, Judge, Standing};
use super::measure::Probe;
use super::one_op::OneOp;
use crate::tape::Var;
use petgraph::Direction::Incoming;
use petgraph::graph::NodeIndex;
use rand::rngs::ChaCha8Rng;

/// A node whose vjp is wrong for one of its operands.
pub(super) struct Fault<'t> {
    pub(super) op: OneOp<'t>,
    pub(super) slot: usize,
    /// What arrived at the node when it was tried.
    pub(super) cotangent: Vec<f64>,
    /// What flowed to the operand; `None` if nothing.
    pub(super) reverse: Option<Vec<f64>>,
    /// The operand's elements that were tried.
    pub(super) elements: Vec<Element>,
}

/// Elements of an operand to try at first. A wrong op shows in most of them.
const QUICK: usize = 200;

/// The first node at fault among the ancestors of `result`, which was recorded last: a quick look at all of them, and if it finds
/// nothing, a complete one (unless there are so many elements that only directions are checked).
pub(super) fn first_fault<'t>(check: &Check, random: &mut ChaCha8Rng, result: Var<'t, f64>) -> Option<Fault<'t>> {
    let nodes = differentiated(result);
    let quick = check.clone().all().sample(QUICK);
    let complete = check.directions.is_none().then(|| check.clone().all());
    [quick].iter().chain(&complete).find_map(|check| {
        let mut judge = Judge::new(check, random);
        nodes.iter().find_map(|&node| fault_of(&mut judge, OneOp::new(result.tape(), node)))
    })
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

fn fault_of<'t>(judge: &mut Judge, mut op: OneOp<'t>) -> Option<Fault<'t>> {
    let cotangent = judge.cotangent(op.result().shape().size());
    let mut gradients = op.gradients(&cotangent);
    for (slot, gradient) in gradients.iter_mut().enumerate() {
        if !op.wants(slot) {
            continue;
        }
        let chosen = judge.elements(op.operands[slot].shape().size());
        let mut probe = Probe::new(&mut op, &cotangent);
        let (elements, _) = judge.judge(&mut probe, slot, gradient.as_deref(), &chosen);
        if elements.iter().any(|element| element.standing == Standing::Wrong) {
            return Some(Fault { op, slot, cotangent, reverse: gradient.take(), elements });
        }
    }
    None
}
