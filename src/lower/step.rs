//! A training step as a module: parameters and what the optimizer keeps come in and go out in the same memory, inputs come in, and the loss goes out last.

use super::{Function, NoStableHlo, Port};
use crate::program::Interpreter;
use crate::scalar::Scalar;
use crate::step::{Step, StepError};
use std::collections::HashMap;

impl From<NoStableHlo> for StepError {
    fn from(found: NoStableHlo) -> Self {
        StepError::Stays {
            why: "it has no lines of StableHLO".to_owned(),
            op: found.op,
            source_line: found.source_line,
        }
    }
}

impl Step {
    /// The step in StableHLO, the text that XLA compiles. Its arguments are what is [held](Step::held), then the [inputs](Step::inputs); its results are
    /// what is held for the next step, each in the memory of its argument, then the loss.
    ///
    /// # Errors
    /// If an op has no lines in that language.
    pub fn to_stablehlo(&self) -> Result<String, StepError> {
        match self.number() {
            "f32" => self.text::<f32>(),
            _ => self.text::<f64>(),
        }
    }

    fn text<F: Scalar>(&self) -> Result<String, StepError> {
        let mut interpreter = Interpreter::<F>::new(self.program().clone())?;
        interpreter.run()?;
        let lines = self.program().lines().map(|(node, file, line)| (node, (file, line)));
        let (tape, sources) = (interpreter.tape(), lines.collect::<HashMap<_, _>>());
        let nodes = tape.nodes();
        // A node of the backward pass has the line of the one that it differentiates.
        let source = |mut node: usize| {
            while !sources.contains_key(&node) && nodes[node].origin.index() != node {
                node = nodes[node].origin.index();
            }
            sources.get(&node).map_or_else(Default::default, |&(file, line)| (file.to_owned(), line))
        };
        let port = |name: &str, node: usize, donated: bool| Port { name: name.to_owned(), node, donated };
        let held = self.held().iter().map(|held| port(&held.slot.name, held.slot.node, true));
        let inputs = self.inputs().iter().map(|input| port(&input.name, input.node, false));
        let next = self.held().iter().map(|held| port(&held.slot.name, held.next.unwrap_or(held.slot.node), false));
        let function = Function {
            tape,
            nodes: &nodes,
            source: &source,
            arguments: held.chain(inputs).collect(),
            results: next.chain([port("loss", self.loss(), false)]).collect(),
            title: format!("a training step of {} nodes", nodes.len()),
        };
        Ok(function.text()?)
    }
}
