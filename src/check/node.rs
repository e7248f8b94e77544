//! Checks a gradient that is already on a tape. The one idea to know: a recorded node is a function of any node before it, so the program need not
//! run again. It is enough to nudge the earlier node and recompute the nodes between the two.

use super::Check;
use super::function::Function;
use super::judge::{Judge, Standing, multi_index};
use super::measure::Probe;
use super::report::Verdict;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Graph, Tape};
use crate::view::{View, ViewMut};
use petgraph::graph::NodeIndex;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::cell::Ref;
use std::collections::HashMap;

/// The findings about one node.
#[must_use = "a check says nothing until its verdict is looked at"]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NodeCheck {
    /// The shape of the node.
    pub shape: Shape,
    /// The judgement on all elements together.
    pub verdict: Verdict,
    /// The elements that were nudged, in order.
    pub elements: Vec<NodeElement>,
}

/// One element of a node, by the reverse pass and by nudging.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NodeElement {
    /// Its place in the array.
    pub index: Vec<usize>,
    /// Its gradient by the reverse pass.
    pub reverse: f64,
    /// Its gradient by finite differences.
    pub numeric: f64,
    /// |reverse - numeric| over the larger of the two.
    pub relative_error: f64,
    /// The judgement.
    pub verdict: Verdict,
}

/// Maximum number of elements to check.
const ELEMENTS: usize = 64;

/// Checks the gradient of a node that a backward pass (numbered from 1) computed: nudges each element of the node, or 64 of them, and recomputes the
/// recorded nodes from there to the node where the pass began. Returns `None` if the pass computed no gradient of the node, or if a parameter on the
/// way was changed since (see [`Tape::keep_updates`]).
///
/// Nodes that gradients do not pass through count as constants. In f32 a nudge measures only about three digits, so the tolerance is larger there.
///
/// ```
/// use gradus::prelude::*;
/// let tape = Tape::<f64>::new();
/// let x = tape.var([0.5, -1.0]);
/// let h = x.tanh();
/// (h * h).sum().backward();
/// let check = gradus::check::node(&tape, h.index(), 1).unwrap();
/// assert_eq!(check.verdict, gradus::check::Verdict::Right);
/// assert!((check.elements[0].numeric - 2.0 * 0.5_f64.tanh()).abs() < 1e-8);
/// ```
pub fn node<F: Scalar>(tape: &Tape<F>, node: NodeIndex, pass: u32) -> Option<NodeCheck> {
    let loss = tape.loss_of(pass)?;
    let numbers = |node: NodeIndex| Some(tape.value_then(node)?.iter().map(|x| x.to_f64()).collect::<Vec<f64>>());
    let gradient = numbers(tape.gradient_of(node, pass)?)?;
    let seed = numbers(tape.gradient_of(loss, pass)?)?;
    let mut function = Onwards::new(tape, node, loss)?;
    let check = match F::NAME {
        "f32" => Check::new().step(5e-3).tolerance(1e-3),
        _ => Check::new().tolerance(1e-6),
    };
    let (check, mut random) = (check.sample(ELEMENTS), ChaCha8Rng::seed_from_u64(0));
    let mut judge = Judge::new(&check, &mut random);
    let chosen = judge.elements(gradient.len());
    let (elements, _) = judge.judge(&mut Probe::new(&mut function, &seed), 0, Some(&gradient), &chosen);
    let shape = tape.graph.borrow().shape(node);
    let elements: Vec<NodeElement> = elements
        .iter()
        .map(|element| NodeElement {
            index: multi_index(element.index, shape),
            reverse: element.reverse,
            numeric: element.numeric,
            relative_error: element.relative_error,
            verdict: match element.standing {
                Standing::Right | Standing::TooSmall => Verdict::Right,
                Standing::Kink(_) => Verdict::Kink,
                Standing::Wrong => Verdict::Wrong,
                Standing::CannotTell(_) => Verdict::CannotTell,
            },
        })
        .collect();
    let any = |verdict| elements.iter().any(|element| element.verdict == verdict);
    let verdict = [Verdict::Wrong, Verdict::CannotTell, Verdict::Kink]
        .into_iter()
        .find(|&verdict| any(verdict))
        .unwrap_or(Verdict::Right);
    Some(NodeCheck { shape, verdict, elements })
}

/// The node where a pass began, as a function of an earlier node.
struct Onwards<'t, F: Scalar> {
    graph: Ref<'t, Graph<F>>,
    from: NodeIndex,
    to: NodeIndex,
    point: Vec<f64>,
    /// The nodes between them, in order, each with its operands.
    between: Vec<(NodeIndex, Vec<NodeIndex>)>,
    /// The values of all these nodes and of their operands.
    values: HashMap<NodeIndex, Vec<F>>,
}

impl<'t, F: Scalar> Onwards<'t, F> {
    fn new(tape: &'t Tape<F>, from: NodeIndex, to: NodeIndex) -> Option<Self> {
        let graph = tape.graph.borrow();
        let mut depends = vec![false; to.index() + 1];
        depends[from.index()] = true;
        let mut between = Vec::new();
        for node in (from.index() + 1..=to.index()).map(NodeIndex::new) {
            let operands = tape.operands(node);
            let reached = |operand: &NodeIndex| depends[operand.index()];
            if graph.dag[node].needs_grad() && operands.iter().any(reached) {
                depends[node.index()] = true;
                between.push((node, operands));
            }
        }
        let mut values = HashMap::new();
        let used = between.iter().flat_map(|(node, operands)| operands.iter().chain([node])).chain([&from]);
        for &node in used {
            values.insert(node, tape.value_then(node)?.into_iter().collect::<Vec<F>>());
        }
        let point = values[&from].iter().map(|x| x.to_f64()).collect();
        Some(Onwards { graph, from, to, point, between, values })
    }
}

impl<F: Scalar> Function for Onwards<'_, F> {
    fn point(&self, _: usize) -> &[f64] {
        &self.point
    }
    fn set(&mut self, _: usize, element: usize, to: f64) {
        if let Some(numbers) = self.values.get_mut(&self.from) {
            numbers[element] = F::from_f64(to);
        }
    }
    fn evaluate(&mut self, result: &mut Vec<f64>) {
        for (node, operands) in &self.between {
            let mut y = self.values.remove(node).unwrap_or_default();
            let view =
                |operand: &NodeIndex| View { data: &self.values[operand][..], shape: self.graph.shape(*operand) };
            let x: Vec<View<F>> = operands.iter().map(view).collect();
            let result = ViewMut { data: &mut y, shape: self.graph.shape(*node) };
            self.graph.op(*node).forward(&x, result);
            self.values.insert(*node, y);
        }
        result.clear();
        result.extend(self.values[&self.to].iter().map(|x| x.to_f64()));
    }
    fn epsilon(&self) -> f64 {
        if F::NAME == "f32" { f64::from(f32::EPSILON) } else { f64::EPSILON }
    }
}
