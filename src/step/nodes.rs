//! The nodes of a step: what is computed forward, backward and for the update, one after the other. The one idea to know: **they are recorded once, on a tape
//! whose results are left out**, and then run as often as wanted without one. How gradients flow is known to the tape alone.

use super::{Step, StepError, expect_shapes};
use crate::op::Op;
use crate::ops::reshape::Reshape;
use crate::program::{Interpreter, Origin};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage;
use petgraph::graph::NodeIndex;
use std::rc::Rc;

/// The nodes of a step, in the order in which they were recorded.
pub(super) struct Nodes<F: Scalar> {
    pub(super) values: Vec<Value>,
    pub(super) kernels: Vec<Kernel<F>>,
    /// What each is called: its name or its op, in its scope.
    pub(super) names: Vec<String>,
    /// Numbers that are the same in every run.
    pub(super) constants: Vec<F>,
    /// How many numbers a tape keeps of them all.
    pub(super) on_tape: usize,
}

/// What a node results in.
pub(super) struct Value {
    pub(super) shape: Shape,
    pub(super) operands: Vec<usize>,
    pub(super) numbers: Numbers,
}

/// Where the numbers of a node come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Numbers {
    /// From outside, and are read where they stand.
    Given(Source),
    /// They are those of an earlier node, in another shape.
    Of(usize),
    /// Its op computes them.
    Computed,
}

/// Numbers from outside.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// What is handed from step to step: its place in [`Step::held`].
    Held(usize),
    /// An input: its place in [`Step::inputs`].
    Input(usize),
    /// Constants: where they begin.
    Constant(usize),
}

/// How a node is computed.
pub(super) struct Kernel<F: Scalar> {
    pub(super) op: Rc<dyn Op<F>>,
    pub(super) origin: Origin<F>,
}

impl Value {
    /// The node that has the numbers of this one, which is `node`.
    pub(super) fn owner(&self, node: usize) -> usize {
        if let Numbers::Of(earlier) = self.numbers { earlier } else { node }
    }
}

impl<F: Scalar> Nodes<F> {
    /// Records a step.
    pub(super) fn of(step: &Step) -> Result<Self, StepError> {
        step.expect_number::<F>()?;
        let mut interpreter = Interpreter::<F>::new(step.program.clone())?;
        for input in &step.inputs {
            // Zeros are labels, too. What a run is given is checked when it runs.
            let leaf = step.program.leaf_at(input.node).expect("an input is a leaf of the program");
            interpreter.set(leaf, &vec![0.0; input.shape.size()])?;
        }
        interpreter.record_without_results()?;
        expect_shapes(interpreter.tape(), step.held.iter(), step.loss)?;
        Ok(Nodes::recorded(step, &interpreter))
    }

    fn recorded(step: &Step, interpreter: &Interpreter<F>) -> Self {
        let tape = interpreter.tape();
        let (infos, origins) = (tape.nodes(), interpreter.origins());
        let graph = tape.graph.borrow();
        let mut nodes =
            Nodes { values: Vec::new(), kernels: Vec::new(), names: Vec::new(), constants: Vec::new(), on_tape: 0 };
        for (info, origin) in infos.iter().zip(origins) {
            let (op, operands) = (graph.op(info.index).clone(), info.operands.iter().map(|operand| operand.index()));
            let mut value = Value { shape: info.shape, operands: operands.collect(), numbers: Numbers::Computed };
            if info.leaf.is_some() {
                value.numbers = Numbers::Given(nodes.given(step, interpreter, info.index));
            } else if op.as_any().is::<Reshape>() {
                value.numbers = Numbers::Of(nodes.values[value.operands[0]].owner(value.operands[0]));
            }
            if graph.dag[info.index].numbers == storage::Numbers::Own {
                nodes.on_tape += info.shape.size();
            }
            let name = if info.name.is_empty() { info.op } else { &info.name };
            nodes.names.push(format!("{}{name}", info.scope));
            nodes.values.push(value);
            nodes.kernels.push(Kernel { op, origin });
        }
        nodes
    }

    /// Where the numbers of a leaf come from. Constants are copied.
    fn given(&mut self, step: &Step, interpreter: &Interpreter<F>, leaf: NodeIndex) -> Source {
        let graph = interpreter.tape().graph.borrow();
        if let Some(read) = graph.param_leaf(leaf) {
            let held = step.held.iter().position(|held| held.slot.name == read.param.name());
            return Source::Held(held.expect("each parameter of the program is held"));
        }
        if let Some(input) = step.inputs.iter().position(|input| input.node == leaf.index()) {
            return Source::Input(input);
        }
        let start = self.constants.len();
        graph.with_views(&[leaf], |views| self.constants.extend_from_slice(views[0].data));
        Source::Constant(start)
    }
}
