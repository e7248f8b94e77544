//! A step as a graph: its nodes, and how many loops a compiler can make of those that work element by element.

use super::Outcome;
use gradus::program::Interpreter;
use gradus::step::Step;
use gradus::{NodeInfo, Tape};
use ndarray::Array1;

/// The parts of a step, in the order in which they are recorded.
pub const PARTS: [&str; 3] = ["forward", "backward", "update"];

/// A node that computes something.
pub struct Node {
    pub info: NodeInfo,
    /// Its place in [`PARTS`].
    pub part: usize,
    /// Whether each of its numbers is made from at most one number of each operand.
    pub is_elementwise: bool,
    /// The first node of the loop that computes it.
    pub first: usize,
    /// How many loops must have ended before this one begins.
    depth: usize,
}

/// A step with its nodes. A leaf computes nothing: it has none.
pub struct Graph {
    program: Interpreter<f32>,
    pub nodes: Vec<Option<Node>>,
}

impl Graph {
    pub fn of(step: &Step) -> Outcome<Graph> {
        let mut program = Interpreter::<f32>::new(step.program().clone())?;
        program.run()?;
        let mut graph = Graph { program, nodes: Vec::new() };
        for info in graph.tape().nodes() {
            let node = (!info.operands.is_empty()).then(|| graph.node(info));
            graph.nodes.push(node);
        }
        Ok(graph)
    }

    pub fn tape(&self) -> &Tape<f32> {
        self.program.tape()
    }

    /// A node joins the loop of an operand if both are elementwise and have the same shape, and nothing that has to wait for that loop lies between.
    // ANCHOR: node
    fn node(&self, info: NodeInfo) -> Node {
        let is_elementwise = is_elementwise(self.tape(), &info);
        let operands = || info.operands.iter().filter_map(|operand| self.nodes[operand.index()].as_ref());
        let can_join = |operand: &Node| is_elementwise && operand.is_elementwise && operand.info.shape == info.shape;
        let after = |operand: &Node| operand.depth + usize::from(!can_join(operand));
        let depth = operands().map(after).max().unwrap_or(0);
        let joined = operands().find(|operand| can_join(operand) && operand.depth == depth);
        let first = joined.map_or(info.index.index(), |operand| operand.first);
        Node { part: part(&info), is_elementwise, first, depth, info }
    }
    // ANCHOR_END: node

    /// The nodes that compute something.
    pub fn computed(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().flatten()
    }

    /// The nodes of each loop.
    pub fn loops(&self) -> Vec<Vec<&Node>> {
        let mut loops = vec![Vec::new(); self.nodes.len()];
        self.computed().for_each(|node| loops[node.first].push(node));
        loops.retain(|nodes| !nodes.is_empty());
        loops
    }
}

fn part(info: &NodeInfo) -> usize {
    match (info.scope.starts_with("update"), info.pass) {
        (true, _) => 2,
        (false, 0) => 0,
        (false, _) => 1,
    }
}

/// Asks of the first, a middle and the last number of a node which numbers of its operands it is made from.
fn is_elementwise(tape: &Tape<f32>, info: &NodeInfo) -> bool {
    let size = info.shape.size();
    let shape = |operand: usize| tape.value(info.operands[operand]).shape().into();
    let few = |(operand, reach): (usize, gradus::Reach)| {
        [0, size / 2, size - 1].iter().all(|&element| reach.cells(element, shape(operand), info.shape).len() <= 1)
    };
    tape.reach(info.index).into_iter().enumerate().all(few)
}

/// Four times y = y x + x, node by node: each op reads its operands from memory and writes its result to it.
// ANCHOR: two_ways
pub fn by_nodes(tape: &Tape<f32>, x: &Array1<f32>) -> Array1<f32> {
    let x = tape.input(x);
    let y = (0..4).fold(x, |y, _| y * x + x);
    y.value().into_dimensionality().unwrap_or_default()
}

/// The same in one loop: what lies between is never in memory.
pub fn in_one_loop(x: &Array1<f32>) -> Array1<f32> {
    x.mapv(|x| (0..4).fold(x, |y, _| y * x + x))
}
// ANCHOR_END: two_ways
