//! A tape or a step as lines that another engine can run, in StableHLO or ONNX. (Features `stablehlo` and `onnx`.)
//!
//! The one idea to know: **each node becomes a few lines, and its name and line go with it.** Ops that are given by a formula run it on values that write
//! lines (`formula/line.rs`); for each other op, a row here says what its lines are. No row knows which language they will be written in.
//!
//! - `shapes`, `products`, `reductions`, `images`, `classes` (softmax, labels, indices): those rows
//! - `step`: a whole training step

mod classes;
mod images;
mod products;
mod reductions;
mod shapes;
mod step;

use crate::formula::Line;
use crate::inspect::{NodeInfo, short_source};
use crate::lines::{Argument, Block, Main, Module, Value};
use crate::op::Op;
use crate::ops::all_reduce::AllReduce;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Tape, Var};
use petgraph::graph::NodeIndex;
use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use thiserror::Error;

/// An op that cannot be written down for another engine.
#[derive(Debug, Error)]
#[error("the op {op}, recorded at {source_line}, cannot be written down for another engine: {why}")]
pub struct NotLowered {
    /// The name of the op.
    pub op: String,
    /// The line that recorded it: `main.rs:31`.
    pub source_line: String,
    /// Why not.
    pub why: &'static str,
}

const OF_THE_PROGRAMS_OWN: &str = "it is an op of the program's own, and not given by a formula (see gradus::Unary)";
const OVER_DEVICES: &str = "it adds up what several devices have, and an ONNX graph runs on one; StableHLO has this op (Step::to_stablehlo_on)";

/// The rows of a file: an op, and the value that its operands become. Returns that value if the op is one of them.
macro_rules! rows {
    ($op:expr; $($type:ty: $pattern:pat => $value:expr;)*) => {
        $(if let Some($pattern) = $op.downcast_ref::<$type>() {
            return Some($value);
        })*
    };
}
use rows;

/// What an op becomes, given its operands and the shape of its result.
fn lowered<'b, F: Scalar>(
    op: &dyn Op<F>,
    operands: &[Value<'b>],
    block: &'b Block<'b>,
    shape: Shape,
) -> Option<Value<'b>> {
    let lines: Vec<Line<'b>> = operands.iter().map(|&operand| Line::Value(operand)).collect();
    if let Some(line) = op.lines(&lines) {
        return Some(line.on(block, shape));
    }
    let op: &dyn Any = op.as_any();
    let rows = [shapes::lowered, products::lowered, reductions::lowered, images::lowered, classes::lowered];
    rows.iter().find_map(|rows| rows(op, operands, shape))
}

impl<F: Scalar> Tape<F> {
    /// What was recorded as a function in StableHLO: of these leaves (or any other nodes), with these results. What they are computed from becomes a constant.
    ///
    /// ```
    /// use gradus::prelude::*;
    /// let tape = Tape::<f32>::new();
    /// let (w, x) = (tape.var([1.0, 2.0]).named("w"), tape.input([3.0, 4.0]).named("x"));
    /// let y = (w * x).sigmoid().named("y");
    /// let text = tape.to_stablehlo(&[w, x], &[y, y.sum().backward().wrt(w)])?;
    /// assert!(text.contains("func.func public @main(%w: tensor<2xf32>, %x: tensor<2xf32>)"));
    /// assert!(text.contains("%n3 = stablehlo.logistic %n2 : tensor<2xf32> loc(\"y\""));
    /// # Ok::<(), gradus::NotLowered>(())
    /// ```
    ///
    /// # Errors
    /// If it needs an op of the program's own that is not given by a formula.
    #[cfg(feature = "stablehlo")]
    pub fn to_stablehlo(&self, arguments: &[Var<F>], results: &[Var<F>]) -> Result<String, NotLowered> {
        Ok(crate::stablehlo::module(self.main(Language::StableHlo, arguments, results)?))
    }

    /// What was recorded as an ONNX model, the bytes of a file: of these leaves (or any other nodes), with these results. What they are computed from becomes
    /// an initializer: so a prediction of the inputs alone carries its parameters, under their names.
    ///
    /// ```
    /// use gradus::prelude::*;
    /// let tape = Tape::<f32>::new();
    /// let (w, x) = (tape.var([1.0, 2.0]).named("w"), tape.input([3.0, 4.0]).named("x"));
    /// let y = (w * x).sigmoid().named("y");
    /// let prediction = tape.to_onnx(&[x], &[y])?;
    /// let gradient = tape.to_onnx(&[w, x], &[y, y.sum().backward().wrt(w)])?;
    /// # assert!(!prediction.is_empty() && !gradient.is_empty());
    /// # Ok::<(), gradus::NotLowered>(())
    /// ```
    ///
    /// # Errors
    /// If it needs an op of the program's own that is not given by a formula, or sums over devices.
    #[cfg(feature = "onnx")]
    pub fn to_onnx(&self, arguments: &[Var<F>], results: &[Var<F>]) -> Result<Vec<u8>, NotLowered> {
        Ok(crate::onnx::written(&self.main(Language::Onnx, arguments, results)?))
    }

    fn main(&self, language: Language, arguments: &[Var<F>], results: &[Var<F>]) -> Result<Main, NotLowered> {
        let nodes = self.nodes();
        let name = |var: &Var<F>| {
            let given = &nodes[var.index().index()].name;
            if given.is_empty() { format!("x{}", var.index().index()) } else { given.clone() }
        };
        let argument =
            |var: &Var<F>| Port { name: name(var), node: var.index().index(), donated: false, divided: false };
        let function = Function {
            tape: self,
            nodes: &nodes,
            source: &|node| (nodes[node].source.file().to_owned(), nodes[node].source.line()),
            arguments: arguments.iter().map(argument).collect(),
            results: results.iter().map(argument).collect(),
            title: format!("of {} nodes of a tape", nodes.len()),
            devices: 1,
            language,
        };
        function.main()
    }
}

/// An argument or a result of a function.
struct Port {
    name: String,
    node: usize,
    /// Whether the argument gives its memory to the result of the same place.
    donated: bool,
    /// Whether each device has a part of it, cut along the first axis.
    divided: bool,
}

/// A part of a tape that becomes a function.
struct Function<'a, F: Scalar> {
    tape: &'a Tape<F>,
    nodes: &'a [NodeInfo],
    /// The file and the line that recorded a node.
    source: &'a dyn Fn(usize) -> (String, u32),
    arguments: Vec<Port>,
    results: Vec<Port>,
    title: String,
    /// The number of devices that share the work.
    devices: usize,
    language: Language,
}

/// What the lines will be written in.
#[derive(Clone, Copy, PartialEq)]
enum Language {
    #[cfg(feature = "stablehlo")]
    StableHlo,
    #[cfg(feature = "onnx")]
    Onnx,
}

impl Language {
    /// Whether programs in it run on several devices.
    fn has_devices(self) -> bool {
        match self {
            #[cfg(feature = "stablehlo")]
            Language::StableHlo => true,
            #[cfg(feature = "onnx")]
            Language::Onnx => false,
        }
    }
}

impl<F: Scalar> Function<'_, F> {
    /// The lines of the function.
    fn main(&self) -> Result<Main, NotLowered> {
        let module = Module::default();
        let block = Block::new(&module);
        let (mut values, mut names, mut arguments) = (HashMap::new(), HashSet::new(), Vec::new());
        for port in &self.arguments {
            let value = block.argument(fresh(&port.name, &mut names), self.nodes[port.node].shape);
            let (donated, divided) = (port.donated, port.divided);
            arguments.push(Argument { name: port.name.clone(), value: value.id(), donated, divided });
            // A parameter that was read twice is one argument; its nodes come to it by its name.
            values.entry(port.node).or_insert(value);
        }
        for node in self.needed() {
            if let Some(known) = self.argument_of(node).and_then(|port| values.get(&port.node)).copied() {
                values.insert(node, known);
            } else if !values.contains_key(&node) {
                let value = self.node(node, &block, &values)?;
                values.insert(node, value);
            }
        }
        let results = self.results.iter().map(|port| (port.name.clone(), values[&port.node].id())).collect();
        let (title, body, devices) = (self.title.clone(), block.into_body(), self.devices);
        Ok(Main { title, number: F::NAME, devices, arguments, results, body, functions: module.into_functions() })
    }

    /// The nodes from which the results are computed, in the order of recording. Arguments come from outside.
    fn needed(&self) -> Vec<usize> {
        let mut is_needed = vec![false; self.nodes.len()];
        self.results.iter().for_each(|port| is_needed[port.node] = true);
        for node in (0..self.nodes.len()).rev() {
            if is_needed[node] && self.argument_of(node).is_none() {
                self.nodes[node].operands.iter().for_each(|operand| is_needed[operand.index()] = true);
            }
        }
        (0..self.nodes.len()).filter(|&node| is_needed[node]).collect()
    }

    /// The argument that a node is, or whose parameter it reads once more.
    fn argument_of(&self, node: usize) -> Option<&Port> {
        let param = |node: usize| {
            let graph = self.tape.graph.borrow();
            graph.param_leaf(NodeIndex::new(node)).map(|leaf| leaf.param.clone())
        };
        let own = param(node);
        let is_same = |port: &&Port| {
            port.node == node || own.as_ref().zip(param(port.node)).is_some_and(|(own, other)| own.is(&other))
        };
        self.arguments.iter().find(is_same)
    }

    /// The lines of one node.
    fn node<'b>(
        &self,
        node: usize,
        block: &'b Block<'b>,
        values: &HashMap<usize, Value<'b>>,
    ) -> Result<Value<'b>, NotLowered> {
        let info = &self.nodes[node];
        let (file, line) = (self.source)(node);
        let mut comment = format!("{}{}", info.scope, info.op);
        for text in [&info.attributes, &info.name] {
            if !text.is_empty() {
                let _ = write!(comment, ", {text}");
            }
        }
        let label = format!("{}{}", info.scope, if info.name.is_empty() { info.op } else { &info.name });
        let comment = format!("{}, {}", comment.replace(['\n', '\r'], " "), short_source(&file, line));
        block.begin(&format!("n{node}"), comment, if info.leaf.is_some() { label.clone() } else { String::new() });
        let value = match info.leaf {
            Some(_) => {
                let value = self.tape.value(NodeIndex::new(node));
                let numbers: Vec<f64> = value.iter().map(|x| x.to_f64()).collect();
                block.numbers(numbers, info.shape)
            }
            None => {
                let operands: Vec<Value> = info.operands.iter().map(|operand| values[&operand.index()]).collect();
                let op = self.tape.graph.borrow().op(info.index).clone();
                let not_lowered =
                    |why| NotLowered { op: info.op.to_owned(), source_line: short_source(&file, line), why };
                if op.as_any().is::<AllReduce>() && !self.language.has_devices() {
                    return Err(not_lowered(OVER_DEVICES));
                }
                lowered(&*op, &operands, block, info.shape).ok_or_else(|| not_lowered(OF_THE_PROGRAMS_OWN))?
            }
        };
        block.end(value, (label, file, line));
        Ok(value)
    }
}

/// A name of ours as one that the language allows, and that no other value has.
fn fresh(name: &str, taken: &mut HashSet<String>) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '.' };
    let mut plain: String = name.chars().map(allowed).collect();
    let is_ours = |name: &str| {
        let mut letters = name.chars();
        matches!(letters.next(), Some('n' | 'c' | 'v')) && letters.next().is_some_and(|c| c.is_ascii_digit())
    };
    if !plain.starts_with(|c: char| c.is_ascii_alphabetic()) || is_ours(&plain) {
        plain.insert_str(0, "x.");
    }
    let (mut unique, mut count) = (plain.clone(), 1);
    while !taken.insert(unique.clone()) {
        count += 1;
        unique = format!("{plain}.{count}");
    }
    unique
}
