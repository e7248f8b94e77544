//! A function as a graph of ONNX.
//!
//! A value that is made of copies is held as what it copies, since most operators broadcast by themselves. Where one does not, the copies are made.

use super::messages::*;
use crate::lines::{Body, Element, Entry, Function, Main};
use crate::shape::Shape;
use prost::Message;
use std::collections::{HashMap, HashSet};

/// The version of the operators. It is the first whose `AveragePool` has windows with gaps.
const OPSET: i64 = 19;
/// The version of the format that goes with it.
const IR: i64 = 9;

/// The function as the bytes of a file. A result in the place of an argument that gives its memory is its next value, `NAME.next`.
pub(crate) fn model(main: &Main) -> Vec<u8> {
    debug_assert!(
        main.devices == 1 && main.arguments.iter().all(|argument| !argument.divided),
        "a graph is for one device"
    );
    let mut writer = Writer::new(main.number, &main.functions);
    let mut values = Values::of(&main.body, "");
    let mut input = Vec::new();
    for argument in &main.arguments {
        let (name, shape) = (writer.unique(&argument.name), values.shape(argument.value));
        input.push(writer.info(&name, shape));
        values.held[argument.value as usize] = Some(Held { name, shape });
    }
    writer.body(&mut values);
    let mut output = Vec::new();
    for (place, (name, value)) in main.results.iter().enumerate() {
        let (from, shape) = (writer.wide(&mut values, *value), values.shape(*value));
        let is_next = main.arguments.get(place).is_some_and(|argument| argument.donated);
        let name = writer.unique(&if is_next { format!("{name}.next") } else { name.clone() });
        writer.doc = format!("the result {name}");
        writer.node("Identity", &[from], Vec::new(), &name);
        output.push(writer.info(&name, shape));
    }
    let graph = Graph {
        node: writer.nodes,
        name: "gradus".to_owned(),
        initializer: writer.initializers,
        doc_string: main.title.clone(),
        input,
        output,
    };
    let model = Model {
        ir_version: IR,
        producer_name: "gradus".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: format!("Written by gradus: {}. n7 is node 7 of its listing.", main.title),
        graph: Some(graph),
        opset_import: vec![OperatorSet { domain: String::new(), version: OPSET }],
    };
    model.encode_to_vec()
}

/// An array of the graph that a value is, or of which it is copies.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) name: String,
    pub(super) shape: Shape,
}

/// The values of a function while its lines are written.
pub(super) struct Values<'a> {
    body: &'a Body,
    /// Before the name of each value.
    prefix: String,
    pub(super) held: Vec<Option<Held>>,
}

impl<'a> Values<'a> {
    pub(super) fn of(body: &'a Body, prefix: &str) -> Self {
        Values { body, prefix: prefix.to_owned(), held: vec![None; body.values.len()] }
    }

    pub(super) fn shape(&self, value: u32) -> Shape {
        self.body.values[value as usize].1
    }

    pub(super) fn element(&self, value: u32) -> Element {
        self.body.values[value as usize].2
    }

    pub(super) fn name(&self, value: u32) -> String {
        format!("{}{}", self.prefix, self.body.values[value as usize].0)
    }

    /// What a value is, or copies.
    pub(super) fn narrow(&self, value: u32) -> Held {
        self.held[value as usize].clone().expect("a value that an earlier line made")
    }
}

/// A graph while it is written.
pub(super) struct Writer<'a> {
    pub(super) number: &'static str,
    pub(super) functions: &'a [Function],
    nodes: Vec<Node>,
    initializers: Vec<Tensor>,
    names: HashSet<String>,
    /// Constants by their bytes and their shape, so that each is there once.
    constants: HashMap<(Vec<u8>, Vec<i64>, i32), String>,
    /// Our node to which the next nodes belong.
    doc: String,
    /// Its name, if it is a leaf.
    leaf: String,
}

impl<'a> Writer<'a> {
    fn new(number: &'static str, functions: &'a [Function]) -> Self {
        let (nodes, initializers, names, constants, doc, leaf) = Default::default();
        Writer { number, functions, nodes, initializers, names, constants, doc, leaf }
    }

    /// Writes all lines.
    pub(super) fn body(&mut self, values: &mut Values) {
        for entry in &values.body.entries {
            match entry {
                Entry::Part { name, comment, leaf, .. } => {
                    (self.doc, self.leaf) = (format!("{name} {comment}"), leaf.clone());
                }
                Entry::Line { value, operation, operands, .. } => {
                    let held = self.operation(operation, *value, operands, values);
                    values.held[*value as usize] = Some(held);
                }
            }
        }
    }

    /// This name, or one like it that no other value has.
    fn unique(&mut self, name: &str) -> String {
        let base = if name.is_empty() { "x" } else { name };
        let (mut unique, mut count) = (base.to_owned(), 1);
        while !self.names.insert(unique.clone()) {
            count += 1;
            unique = format!("{base}.{count}");
        }
        unique
    }

    /// Adds a node, and returns the name of its output.
    pub(super) fn node(&mut self, op: &str, input: &[String], attribute: Vec<Attribute>, name: &str) -> String {
        // A result has its name already.
        let output = if op == "Identity" { name.to_owned() } else { self.unique(name) };
        self.nodes.push(Node {
            input: input.to_vec(),
            output: vec![output.clone()],
            name: output.clone(),
            op_type: op.to_owned(),
            attribute,
            doc_string: self.doc.clone(),
            domain: String::new(),
        });
        output
    }

    /// A value with all its copies.
    pub(super) fn wide(&mut self, values: &mut Values, value: u32) -> String {
        let (held, shape) = (values.narrow(value), values.shape(value));
        if held.shape == shape {
            return held.name;
        }
        let lengths = self.whole(&shape);
        let name = self.node("Expand", &[held.name, lengths], Vec::new(), &values.name(value));
        values.held[value as usize] = Some(Held { name: name.clone(), shape });
        name
    }

    /// A list of whole numbers, as an input.
    pub(super) fn whole(&mut self, numbers: &[usize]) -> String {
        self.integers(&numbers.iter().map(|&x| x as i64).collect::<Vec<_>>())
    }

    /// The same, where some may be negative.
    pub(super) fn integers(&mut self, numbers: &[i64]) -> String {
        let words: Vec<String> = numbers.iter().map(i64::to_string).collect();
        let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.shared(bytes, vec![numbers.len() as i64], INT64, &format!("[{}]", words.join(", ")))
    }

    /// A single number.
    pub(super) fn single(&mut self, x: f64, element: Element) -> String {
        let bytes = self.bytes(&[x], element);
        self.shared(bytes, Vec::new(), self.kind(element), &format!("{x}"))
    }

    fn shared(&mut self, raw_data: Vec<u8>, dims: Vec<i64>, data_type: i32, name: &str) -> String {
        let key = (raw_data, dims, data_type);
        if let Some(known) = self.constants.get(&key) {
            return known.clone();
        }
        let name = self.unique(name);
        let (raw_data, dims, data_type) = key.clone();
        self.constants.insert(key, name.clone());
        self.initializers.push(Tensor { dims, data_type, raw_data, name: name.clone(), ..Tensor::default() });
        name
    }

    /// An array, which has the name of the leaf that it belongs to.
    pub(super) fn array(&mut self, numbers: &[f64], shape: Shape, element: Element, name: &str) -> String {
        let name = if self.leaf.is_empty() { name.to_owned() } else { std::mem::take(&mut self.leaf) };
        let (name, raw_data) = (self.unique(&name), self.bytes(numbers, element));
        let (dims, data_type) = (shape.iter().map(|&length| length as i64).collect(), self.kind(element));
        self.initializers.push(Tensor { dims, data_type, raw_data, name: name.clone(), ..Tensor::default() });
        name
    }

    fn bytes(&self, numbers: &[f64], element: Element) -> Vec<u8> {
        let bytes = |&x: &f64| match self.kind(element) {
            FLOAT => (x as f32).to_le_bytes().to_vec(),
            DOUBLE => x.to_le_bytes().to_vec(),
            BOOL => vec![u8::from(x != 0.0)],
            _ => (x as i64).to_le_bytes().to_vec(),
        };
        numbers.iter().flat_map(bytes).collect()
    }

    /// The number that the format gives a kind of elements.
    pub(super) fn kind(&self, element: Element) -> i32 {
        match element {
            Element::Number if self.number == "f32" => FLOAT,
            Element::Number => DOUBLE,
            Element::Flag => BOOL,
            Element::Index => INT64,
        }
    }

    fn info(&self, name: &str, shape: Shape) -> ValueInfo {
        let dim = shape.iter().map(|&length| Length { value: Some(length as i64), name: None }).collect();
        let tensor = TensorKind { elem_type: self.kind(Element::Number), shape: Some(Lengths { dim }) };
        ValueInfo { name: name.to_owned(), kind: Some(Kind { tensor: Some(tensor) }) }
    }
}
