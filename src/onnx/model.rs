//! A model that another program wrote. The one idea to know: **it is parameters and a function of `Var`s**, as a model of ours is. What records it can be
//! stepped through, drawn, checked, trained and written down again.

use super::call::{Call, Value};
use super::error::OnnxError;
use super::messages::{self, Node, Tensor};
use super::operators::Operators;
use super::whole::{Array, Whole};
use crate::nn::Parameters;
use crate::param::Param;
use crate::scalar::Scalar;
use crate::shape::{MAX_RANK, Shape};
use crate::tape::{Tape, Var};
use ndarray::ArrayD;
use prost::Message;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most numbers that one recording may make: half a GiB of f64.
const MAX_NUMBERS: usize = 1 << 26;
/// Most additions, multiplications and reads of one recording.
const MAX_WORK: u64 = 50_000_000_000;

/// A model in ONNX, of any tool: its parameters, and what it computes.
///
/// Its arrays are parameters, under the names that they have in the file; single numbers are constants.
///
/// ```
/// use gradus::onnx::Model;
/// use gradus::prelude::*;
/// # let bytes = { let tape = Tape::<f32>::new(); let x = tape.input([1.0, 2.0]).named("x");
/// #   let w = Param::new("w", ndarray::arr1(&[3.0, 4.0])); let y = (x * tape.param(&w)).sum().named("y"); tape.to_onnx(&[x], &[y])? };
/// let model = Model::<f64>::read(&bytes)?; // bytes: those of a file, here of y = Σ w x
/// println!("{model}");
/// let tape = Tape::new();
/// let x = tape.input([1.0, 2.0]);
/// let y = model.record(&tape, &[x])?[0];
/// assert_eq!(y.item(), 11.0);
/// assert_eq!(y.backward().wrt(tape.param(&model.params()[0])).value(), ndarray::arr1(&[1.0, 2.0]).into_dyn());
/// # use gradus::nn::Parameters;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Model<F: Scalar = f32> {
    nodes: Vec<Node>,
    params: Vec<Param<F>>,
    /// What else the file has as arrays.
    constants: Vec<(String, Constant)>,
    inputs: Vec<Port>,
    outputs: Vec<String>,
}

#[derive(Clone, Debug)]
enum Constant {
    /// A single number.
    Number(f64),
    Whole(Whole),
}

/// An input of a model: its name, and the length of each axis if it is fixed.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// The name.
    pub name: String,
    /// Whether it is whole numbers, such as those of symbols.
    pub is_whole: bool,
    /// A length, or `None` for an axis of any length. `None` as a whole if the file does not say.
    pub lengths: Option<Vec<Option<usize>>>,
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let text = |length: &Option<usize>| length.map_or_else(|| "any".to_owned(), |length| length.to_string());
        match &self.lengths {
            Some(lengths) => write!(f, "{} ({})", self.name, lengths.iter().map(text).collect::<Vec<_>>().join(", ")),
            None => write!(f, "{} of any shape", self.name),
        }
    }
}

impl Port {
    fn fits(&self, shape: Shape) -> bool {
        self.lengths.as_ref().is_none_or(|lengths| {
            lengths.len() == shape.rank()
                && lengths.iter().zip(shape.iter()).all(|(&length, &found)| length.is_none_or(|length| length == found))
        })
    }
}

impl<F: Scalar> Model<F> {
    /// Reads a model, the bytes of a file. Its numbers become those of kind `F`. Whether its operators are known and its shapes fit shows when it is
    /// [recorded](Model::record).
    ///
    /// # Errors
    /// If it is no ONNX model, or one for operators that are older than version 13 or newer than 21; or if an array is not what it says.
    pub fn read(bytes: &[u8]) -> Result<Self, OnnxError> {
        let format = |reason: &str| OnnxError::Format(reason.to_owned());
        let model = messages::Model::decode(bytes).map_err(|error| OnnxError::Format(error.to_string()))?;
        let graph = model.graph.ok_or_else(|| format("it has no graph"))?;
        let standard = |set: &&messages::OperatorSet| ["", "ai.onnx"].contains(&&set.domain[..]);
        let opset = model.opset_import.iter().find(standard).map_or(0, |set| set.version);
        if !(13..=21).contains(&opset) {
            return Err(OnnxError::Opset { found: opset });
        }
        // What a normalization was trained to subtract and divide by is no parameter.
        let norms = graph.node.iter().filter(|node| node.op_type == "BatchNormalization");
        let buffers: HashSet<&String> = norms.flat_map(|node| node.input.iter().skip(3)).collect();
        let outputs: Vec<String> = graph.output.iter().map(|output| output.name.clone()).collect();
        let read: HashSet<&String> = graph.node.iter().flat_map(|node| &node.input).chain(&outputs).collect();
        let (mut params, mut constants) = (Vec::new(), Vec::new());
        for tensor in &graph.initializer {
            if !read.contains(&tensor.name) {
                continue;
            }
            let wrong = |reason| OnnxError::Array { name: tensor.name.clone(), reason };
            match tensor.array().map_err(wrong)? {
                Array::Numbers(shape, numbers) if shape.rank() == 0 => {
                    constants.push((tensor.name.clone(), Constant::Number(numbers[0])));
                }
                Array::Numbers(shape, numbers) => params.push(param(tensor, shape, &numbers, &buffers)),
                Array::Whole(whole) => constants.push((tensor.name.clone(), Constant::Whole(whole))),
            }
        }
        let known: HashSet<&str> = graph.initializer.iter().map(|tensor| &tensor.name[..]).collect();
        let inputs = graph.input.iter().filter(|input| !known.contains(&input.name[..])).map(port).collect();
        if outputs.is_empty() {
            return Err(format("its graph has no output"));
        }
        Ok(Model { nodes: graph.node, params, constants, inputs, outputs })
    }

    /// The inputs, in the order in which [`record`](Model::record) wants them.
    pub fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    /// The names of the outputs, in the order in which [`record`](Model::record) gives them.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// Records what the model computes of these inputs. What a node is called in the file becomes a scope or a name here. Whole numbers, such as those
    /// of symbols, are given as numbers, as everywhere here.
    ///
    /// # Errors
    /// If an input has another shape than the model wants, an operator is not known, or a node does not fit its inputs. The nodes before it are then
    /// on the tape.
    pub fn record<'t>(&self, tape: &'t Tape<F>, inputs: &[Var<'t, F>]) -> Result<Vec<Var<'t, F>>, OnnxError> {
        let fits = |(port, input): (&Port, &Var<F>)| port.fits(input.shape());
        if inputs.len() != self.inputs.len() || !self.inputs.iter().zip(inputs).all(fits) {
            let expected: Vec<String> = self.inputs.iter().map(Port::to_string).collect();
            let found: Vec<String> = inputs.iter().map(|input| input.shape().to_string()).collect();
            return Err(OnnxError::Inputs { expected: listed(&expected), found: listed(&found) });
        }
        let mut values: HashMap<&str, Value<'t, F>> = HashMap::new();
        for (port, &input) in self.inputs.iter().zip(inputs) {
            values.insert(&port.name, Value::Numbers(input));
        }
        for (name, constant) in &self.constants {
            values.insert(
                name,
                match constant {
                    Constant::Number(x) => Value::Numbers(tape.constant(*x)),
                    Constant::Whole(whole) => Value::Whole(whole.clone()),
                },
            );
        }
        for param in &self.params {
            values.insert(param.name(), Value::Numbers(tape.param(param)));
        }
        let mut left = (MAX_WORK, MAX_NUMBERS);
        for (place, node) in self.nodes.iter().enumerate() {
            let made = self.node(place, node, tape, &values, &mut left)?;
            values.extend(node.output.iter().map(|name| &name[..]).zip(made));
        }
        let output = |name: &String| match values.get(&name[..]) {
            Some(Value::Numbers(value)) => Ok(*value),
            Some(Value::Whole(whole)) => Ok(whole.on(tape)),
            None => Err(OnnxError::Output(name.clone())),
        };
        self.outputs.iter().map(output).collect()
    }

    fn node<'t>(
        &self,
        place: usize,
        node: &Node,
        tape: &'t Tape<F>,
        values: &HashMap<&str, Value<'t, F>>,
        left: &mut (u64, usize),
    ) -> Result<Vec<Value<'t, F>>, OnnxError> {
        let operator = Operators::<F>::named(node).ok_or_else(|| OnnxError::Operator {
            place,
            node: node.name.clone(),
            operator: node.op_type.clone(),
            known: Operators::<F>::names(),
        })?;
        let wrong =
            |reason: String| OnnxError::Node { place, node: node.name.clone(), operator: node.op_type.clone(), reason };
        let input = |name: &String| match (name.is_empty(), values.get(&name[..])) {
            (true, _) => Ok(None),
            (_, Some(value)) => Ok(Some(value.clone())),
            _ => Err(wrong(format!("its input {name:?} comes from nowhere"))),
        };
        let inputs = node.input.iter().map(input).collect::<Result<_, _>>()?;
        // The part of the model that a node belongs to stands before the last stroke of its name.
        let scope = node.name.rsplit_once('/').map_or("", |(scope, _)| scope).trim_matches('/');
        let _scope = (!scope.is_empty()).then(|| tape.scope(scope));
        let before = tape.len();
        let mut call = Call { tape, node, inputs, left };
        // An operator that is given what no exporter would give it may panic.
        let made = catch_unwind(AssertUnwindSafe(|| operator(&mut call))).unwrap_or_else(|_| Err("it panicked".into()));
        let made = made.map_err(wrong)?;
        for (value, name) in made.iter().zip(&node.output) {
            let is_name = scope.is_empty() && !name.contains([':', '/']);
            match value {
                Value::Numbers(value)
                    if value.index().index() >= before && (is_name || self.outputs.contains(name)) =>
                {
                    let _ = value.named(name);
                }
                _ => {}
            }
        }
        Ok(made)
    }
}

fn listed(entries: &[String]) -> String {
    if entries.is_empty() { "none".to_owned() } else { entries.join(", ") }
}

fn param<F: Scalar>(tensor: &Tensor, shape: Shape, numbers: &[f64], buffers: &HashSet<&String>) -> Param<F> {
    let numbers: Vec<F> = numbers.iter().map(|&x| F::from_f64(x)).collect();
    let value = ArrayD::from_shape_vec(&shape[..], numbers).expect("as many numbers as the shape has");
    match buffers.contains(&tensor.name) {
        true => Param::buffer(&tensor.name[..], value),
        false => Param::new(&tensor.name[..], value),
    }
}

fn port(input: &messages::ValueInfo) -> Port {
    let tensor = input.kind.as_ref().and_then(|kind| kind.tensor.as_ref());
    let lengths = tensor.and_then(|tensor| tensor.shape.as_ref()).filter(|shape| shape.dim.len() <= MAX_RANK);
    let length = |dim: &messages::Length| dim.value.and_then(|length| usize::try_from(length).ok());
    let is_whole = tensor.is_some_and(|tensor| [messages::INT32, messages::INT64].contains(&tensor.elem_type));
    Port { name: input.name.clone(), is_whole, lengths: lengths.map(|shape| shape.dim.iter().map(length).collect()) }
}

impl<F: Scalar> Parameters<F> for Model<F> {
    fn each_param(&self, visit: &mut dyn FnMut(&Param<F>)) {
        self.params.iter().for_each(visit);
    }
}

/// What goes in and comes out.
impl<F: Scalar> fmt::Display for Model<F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let inputs: Vec<String> = self.inputs.iter().map(Port::to_string).collect();
        write!(
            f,
            "a model of {} nodes and {} parameters: {} becomes {}",
            self.nodes.len(),
            self.parameter_count(),
            listed(&inputs),
            self.outputs.join(", ")
        )
    }
}
