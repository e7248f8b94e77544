//! One run of a program: what each of its steps records, how much work it takes, and what it results in.

use super::kinds::{Record, work_of};
use super::{Operand, Step, What};
#[cfg(any(feature = "html", feature = "onnx"))]
use crate::check::sabotage::{Sabotage, sabotage_last};
use crate::leaf::Leaf;
use crate::param::Param;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Given, Gradients, Tape, Var};
use petgraph::graph::NodeIndex;
use std::panic::Location;

/// What a step results in.
#[derive(Clone, Copy)]
pub(super) enum Outcome<'t, F: Scalar> {
    Value(Var<'t, F>),
    Pass(Gradients<'t, F>),
    Nothing,
}

pub(super) struct Run<'t, F: Scalar> {
    pub(super) params: &'t [Param<F>],
    pub(super) tape: &'t Tape<F>,
    pub(super) results: Vec<Outcome<'t, F>>,
    /// How much work is left.
    pub(super) work: u64,
    /// Whether a vjp is broken, so that passes record other nodes than the program says.
    pub(super) is_broken: bool,
}

impl<'t, F: Scalar> Run<'t, F> {
    #[cfg(any(feature = "html", feature = "onnx"))]
    pub(super) fn sabotage(&mut self, outcome: Outcome<'t, F>, how: Sabotage) {
        if let Outcome::Value(value) = outcome {
            sabotage_last(value, how);
            self.is_broken = true;
        }
    }

    pub(super) fn step(&mut self, step: &'t Step, op: Option<&Record<F>>) -> Result<Outcome<'t, F>, String> {
        let _scope = (!step.scope.is_empty()).then(|| self.tape.scope(step.scope.trim_end_matches('/')));
        let _off = step.no_grad.then(|| self.tape.gradients_off());
        let value = match &step.what {
            What::Leaf { leaf, numbers } => self.leaf(*leaf, step.shape, numbers)?,
            What::Param { param } => self.tape.param(&self.params[*param]),
            What::Op { of, .. } => {
                let operands = of.iter().map(|&operand| self.value(operand)).collect::<Result<Vec<_>, _>>()?;
                op.expect("a step that is an op")(&operands, &mut self.work)?
            }
            What::Backward { backward, cotangent, nodes, names } => {
                return self.backward(*backward, *cotangent, *nodes, names);
            }
            What::Stays { .. } => return Ok(Outcome::Nothing),
        };
        if value.shape() != step.shape {
            return Err(format!("it makes the shape {}, and the program says {}", value.shape(), step.shape));
        }
        if !step.name.is_empty() && !matches!(step.what, What::Param { .. }) {
            let _ = value.named(&step.name);
        }
        Ok(Outcome::Value(value))
    }

    fn leaf(&self, leaf: Leaf, shape: Shape, numbers: &[f64]) -> Result<Var<'t, F>, String> {
        let mut write = |buffer: &mut [F]| buffer.iter_mut().zip(numbers).for_each(|(to, &x)| *to = F::from_f64(x));
        let gradients = leaf == Leaf::Var && self.tape.wants_gradients();
        let given = Given::Written(&mut write);
        let index = self.tape.recording().record_leaf(leaf, shape, given, gradients, Location::caller())?;
        Ok(self.tape.var_at(index))
    }

    fn backward(
        &mut self,
        of: Operand,
        cotangent: Option<Operand>,
        nodes: usize,
        names: &[(usize, String)],
    ) -> Result<Outcome<'t, F>, String> {
        let (loss, start) = (self.value(of)?, self.tape.len());
        let gradients = match cotangent.map(|cotangent| self.value(cotangent)).transpose()? {
            None => loss.try_backward().map_err(|error| error.to_string())?,
            Some(cotangent) if cotangent.shape() == loss.shape() => loss.backward_with(cotangent),
            Some(cotangent) => {
                return Err(format!(
                    "the cotangent has the shape {}, and its node {}",
                    cotangent.shape(),
                    loss.shape()
                ));
            }
        };
        let made = self.tape.len() - start;
        self.work = self.work.checked_sub(self.work_since(start)).ok_or("the passes up to this one take too long")?;
        if self.is_broken {
            return Ok(Outcome::Pass(gradients));
        }
        if made != nodes {
            return Err(format!("the pass records {made} nodes, and the program says {nodes}"));
        }
        for (node, name) in names.iter().filter(|(node, _)| *node < made) {
            let _ = self.tape.var_at(NodeIndex::new(start + node)).named(name);
        }
        Ok(Outcome::Pass(gradients))
    }

    /// How much the nodes from this one on took.
    fn work_since(&self, start: usize) -> u64 {
        let graph = self.tape.graph.borrow();
        let work = |node: NodeIndex| {
            let operands: Vec<Shape> = graph.operands(node).map(|operand| graph.shape(operand)).collect();
            work_of(&**graph.op(node), &operands, graph.shape(node))
        };
        (start..self.tape.len()).map(NodeIndex::new).map(work).fold(0, u64::saturating_add)
    }

    fn value(&self, operand: Operand) -> Result<Var<'t, F>, String> {
        let result = |step: usize| match self.results[step] {
            Outcome::Value(value) => Ok(value),
            _ => Err(format!("step {step} has no result")),
        };
        match operand {
            Operand::Result(step) => result(step),
            Operand::Gradient { gradient, of } => match self.results[gradient] {
                Outcome::Pass(gradients) => gradients
                    .get(result(of)?)
                    .ok_or_else(|| format!("the pass of step {gradient} computes no gradient of step {of}")),
                _ => Err(format!("step {gradient} is no backward pass")),
            },
        }
    }
}
