//! A training step as a function: parameters and what the optimizer keeps come in and go out in the same memory, inputs come in, and the loss goes out last.

use super::{Function, Language, NotLowered, Port};
use crate::lines::Main;
use crate::program::Interpreter;
use crate::scalar::Scalar;
use crate::step::{Slot, Step, StepError, expect_shapes};
use std::collections::HashMap;

impl From<NotLowered> for StepError {
    fn from(found: NotLowered) -> Self {
        StepError::Stays {
            why: format!("it cannot be written down for another engine: {}", found.why),
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
    /// If an op has no lines in that language, or the step cannot be run.
    #[cfg(feature = "stablehlo")]
    pub fn to_stablehlo(&self) -> Result<String, StepError> {
        self.to_stablehlo_on(1)
    }

    /// The same for several devices that share the work: each [divided](Slot::is_divided) input has a part on each device, and all else is on every device. It
    /// is the same computation: where a sum goes over a batch that is divided, XLA adds up the sums of the devices.
    ///
    /// A step that says itself what is summed over the devices ([`all_reduces`](Step::all_reduces)) runs on each as it is, on a batch of its own.
    ///
    /// # Errors
    /// As [`to_stablehlo`](Step::to_stablehlo); and [`StepError::Devices`], if no input can be divided among so many.
    #[cfg(feature = "stablehlo")]
    pub fn to_stablehlo_on(&self, devices: usize) -> Result<String, StepError> {
        self.expect_divisible(devices)?;
        Ok(crate::stablehlo::module(self.main(Language::StableHlo, &self.next(), true, devices)?))
    }

    /// A value of the step in StableHLO, of the arguments of [`to_stablehlo_on`](Step::to_stablehlo_on), which keep their memory: a prediction that was given a
    /// name when it was recorded.
    ///
    /// # Errors
    /// As there; and [`StepError::Name`], if no value has this name.
    #[cfg(feature = "stablehlo")]
    pub fn value_to_stablehlo(&self, name: &str, devices: usize) -> Result<String, StepError> {
        self.expect_divisible(devices)?;
        let node = self.value(name)?.node;
        Ok(crate::stablehlo::module(self.main(Language::StableHlo, &[(name, node)], false, devices)?))
    }

    /// The step as an ONNX model, the bytes of a file. Its inputs are what is [held](Step::held), then the [inputs](Step::inputs), under their names; its
    /// outputs are what is held for the next step, `NAME.next`, then `loss`.
    ///
    /// # Errors
    /// If an op cannot be written down for another engine, or the step cannot be run.
    #[cfg(feature = "onnx")]
    pub fn to_onnx(&self) -> Result<Vec<u8>, StepError> {
        Ok(crate::onnx::written(&self.main(Language::Onnx, &self.next(), true, 1)?))
    }

    /// What a step leaves for the next one, and its loss: names and nodes.
    fn next(&self) -> Vec<(&str, usize)> {
        let next = self.held().iter().map(|held| (&held.slot.name[..], held.next.unwrap_or(held.slot.node)));
        next.chain([("loss", self.loss())]).collect()
    }

    fn main(
        &self,
        language: Language,
        results: &[(&str, usize)],
        donates: bool,
        devices: usize,
    ) -> Result<Main, StepError> {
        match self.number() {
            "f32" => self.main_of::<f32>(language, results, donates, devices),
            _ => self.main_of::<f64>(language, results, donates, devices),
        }
    }

    fn main_of<F: Scalar>(
        &self,
        language: Language,
        results: &[(&str, usize)],
        donated: bool,
        devices: usize,
    ) -> Result<Main, StepError> {
        let mut interpreter = Interpreter::<F>::new(self.program().clone())?;
        interpreter.run()?;
        expect_shapes(interpreter.tape(), self.held().iter(), self.loss())?;
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
        let port = |name: &str, node: usize| Port { name: name.to_owned(), node, donated: false, divided: false };
        let held = self.held().iter().map(|held| Port { donated, ..port(&held.slot.name, held.slot.node) });
        let input = |input: &Slot| Port {
            divided: !self.all_reduces() && input.is_divided(devices),
            ..port(&input.name, input.node)
        };
        let function = Function {
            tape,
            nodes: &nodes,
            source: &source,
            arguments: held.chain(self.inputs().iter().map(input)).collect(),
            results: results.iter().map(|&(name, node)| port(name, node)).collect(),
            title: format!("a training step of {} nodes", nodes.len()),
            devices,
            language,
        };
        Ok(function.main()?)
    }
}
