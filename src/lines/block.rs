//! The lines of a function, and the functions of a module.

use super::{Element, Operation, Value};
use crate::shape::Shape;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// The functions that were needed so far.
#[derive(Debug, Default)]
pub(crate) struct Module {
    functions: RefCell<Vec<Function>>,
}

/// A function that lines call.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The shape of its arguments and of its result.
    pub(crate) shape: Shape,
    pub(crate) arguments: Vec<u32>,
    pub(crate) result: u32,
    pub(crate) body: Body,
}

/// The function that a program becomes, with those that it calls.
#[derive(Clone, Debug)]
pub(crate) struct Main {
    /// What it is, such as "a training step of 11 nodes".
    pub(crate) title: String,
    /// `f32` or `f64`.
    pub(crate) number: &'static str,
    /// The number of devices that share the work.
    pub(crate) devices: usize,
    pub(crate) arguments: Vec<Argument>,
    /// Names and values.
    pub(crate) results: Vec<(String, u32)>,
    pub(crate) body: Body,
    pub(crate) functions: Vec<Function>,
}

impl Main {
    /// Whether it says itself what is summed over the devices. (Formulas, which the functions are, have no such sums.)
    pub(crate) fn all_reduces(&self) -> bool {
        let is_sum = |entry: &Entry| matches!(entry, Entry::Line { operation: Operation::AllReduce, .. });
        self.body.entries.iter().any(is_sum)
    }
}

/// An argument of the function.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    /// The name that it was given.
    pub(crate) name: String,
    pub(crate) value: u32,
    /// Whether it gives its memory to the result of the same place.
    pub(crate) donated: bool,
    /// Whether each device has a part of it, cut along the first axis.
    pub(crate) divided: bool,
}

/// Finished lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    pub(crate) entries: Vec<Entry>,
    /// The name, the shape and the elements of each value.
    pub(crate) values: Vec<(String, Shape, Element)>,
}

/// A line, or what begins a part.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    Part {
        name: String,
        comment: String,
        /// The name of the leaf that it is; empty for an op.
        leaf: String,
        /// The value that the part is, if it has no line of its own.
        is: Option<u32>,
    },
    Line {
        value: u32,
        operation: Operation,
        operands: Vec<u32>,
        /// A name, a file and a line of the program that recorded the node.
        location: Option<(String, String, u32)>,
    },
}

impl Module {
    /// The functions that were called, in the order of their first calls.
    pub(crate) fn into_functions(self) -> Vec<Function> {
        self.functions.into_inner()
    }
}

/// A value, the axes of the result that are its own, and the shape of the result.
type Copied = (u32, Vec<usize>, Shape);

/// The body of a function while it is written: a line for each operation.
#[derive(Debug)]
pub struct Block<'m> {
    pub(super) module: &'m Module,
    body: RefCell<Body>,
    /// What the next lines belong to, and how many lines it has so far.
    part: RefCell<(String, usize)>,
    constants: RefCell<HashMap<(u64, Shape, Element), u32>>,
    next_constant: Cell<usize>,
    /// What was broadcast, and how, so that it is written once.
    copies: RefCell<HashMap<Copied, u32>>,
}

impl<'b> Block<'b> {
    pub(crate) fn new(module: &'b Module) -> Self {
        let part = RefCell::new(("v".to_owned(), 0));
        let (body, constants, copies) = Default::default();
        Block { module, body, part, constants, next_constant: Cell::new(0), copies }
    }

    /// A value that is given under this name: an argument of the function.
    pub(crate) fn argument(&'b self, name: String, shape: Shape) -> Value<'b> {
        self.value(name, shape, Element::Number)
    }

    fn value(&'b self, name: String, shape: Shape, element: Element) -> Value<'b> {
        let values = &mut self.body.borrow_mut().values;
        values.push((name, shape, element));
        Value { block: self, id: values.len() as u32 - 1, shape, element }
    }

    pub(super) fn name_of(&self, id: u32) -> String {
        self.body.borrow().values[id as usize].0.clone()
    }

    /// Adds a line and returns its value.
    pub(super) fn line(
        &'b self,
        operation: Operation,
        operands: &[Value<'b>],
        shape: Shape,
        element: Element,
    ) -> Value<'b> {
        let name = {
            let mut part = self.part.borrow_mut();
            part.1 += 1;
            format!("{}.{}", part.0, part.1 - 1)
        };
        self.named_line(name, operation, operands, shape, element)
    }

    fn named_line(
        &'b self,
        name: String,
        operation: Operation,
        operands: &[Value<'b>],
        shape: Shape,
        element: Element,
    ) -> Value<'b> {
        let value = self.value(name, shape, element);
        let operands = operands.iter().map(|operand| operand.id).collect();
        let line = Entry::Line { value: value.id, operation, operands, location: None };
        self.body.borrow_mut().entries.push(line);
        value
    }

    /// The same number everywhere.
    pub(crate) fn constant(&'b self, x: f64, shape: Shape, element: Element) -> Value<'b> {
        let key = (x.to_bits(), shape, element);
        if let Some(&id) = self.constants.borrow().get(&key) {
            return Value { block: self, id, shape, element };
        }
        let value = self.literal(Operation::Number(x), shape, element);
        self.constants.borrow_mut().insert(key, value.id);
        value
    }

    /// An array of these numbers, row by row.
    pub(crate) fn numbers(&'b self, numbers: Vec<f64>, shape: Shape) -> Value<'b> {
        match &numbers[..] {
            [one] if shape.rank() == 0 => self.constant(*one, shape, Element::Number),
            _ => self.literal(Operation::Numbers(numbers), shape, Element::Number),
        }
    }

    fn literal(&'b self, operation: Operation, shape: Shape, element: Element) -> Value<'b> {
        let name = format!("c{}", self.next_constant.replace(self.next_constant.get() + 1));
        self.named_line(name, operation, &[], shape, element)
    }

    /// The copies of a value along these axes, which are made once.
    pub(super) fn copied(&'b self, value: Value<'b>, axes: &[usize], shape: Shape) -> Value<'b> {
        let key = (value.id, axes.to_vec(), shape);
        if let Some(&id) = self.copies.borrow().get(&key) {
            return Value { id, shape, ..value };
        }
        let copies = self.line(Operation::Broadcast(axes.to_vec()), &[value], shape, value.element);
        self.copies.borrow_mut().insert(key, copies.id);
        copies
    }

    /// The index along an axis, at every place.
    pub(crate) fn iota(&'b self, shape: Shape, axis: usize, element: Element) -> Value<'b> {
        self.line(Operation::Iota(axis), &[], shape, element)
    }

    /// Begins a part, which has this name and a comment; if it is a leaf, also the name that the leaf was given.
    pub(crate) fn begin(&self, name: &str, comment: String, leaf: String) {
        *self.part.borrow_mut() = (name.to_owned(), 0);
        let part = Entry::Part { name: name.to_owned(), comment, leaf, is: None };
        self.body.borrow_mut().entries.push(part);
    }

    /// Ends the part: if its last line is this value, it gets the part's name, and the line a location. If it has no lines, it says which value it is.
    pub(crate) fn end(&self, result: Value<'b>, at: (String, String, u32)) {
        let new = self.part.borrow().0.clone();
        let body = &mut *self.body.borrow_mut();
        let name = &mut body.values[result.id as usize].0;
        match body.entries.last_mut() {
            Some(Entry::Part { is, .. }) => *is = Some(result.id),
            Some(Entry::Line { value, location, .. })
                if *value == result.id && name.starts_with(&format!("{new}.")) =>
            {
                *location = Some(at);
                *name = new;
            }
            _ => {}
        }
    }

    /// The lines, when all are there.
    pub(crate) fn into_body(self) -> Body {
        self.body.into_inner()
    }

    /// Calls a function of the module, element by element on arrays of one shape. Its body is written at its first call for this shape.
    pub(crate) fn call<const N: usize>(
        &'b self,
        name: &str,
        arguments: [Value<'b>; N],
        body: impl for<'c> Fn([Value<'c>; N]) -> Value<'c>,
    ) -> Value<'b> {
        let shape = arguments[0].shape;
        let is_it = |known: &Function| known.name == name && known.shape == shape;
        let known = self.module.functions.borrow().iter().position(is_it);
        let function = known.unwrap_or_else(|| {
            // Entered before its body, which may call others.
            let empty =
                Function { name: name.to_owned(), shape, arguments: Vec::new(), result: 0, body: Body::default() };
            let place = self.module.functions.borrow().len();
            self.module.functions.borrow_mut().push(empty);
            let inner = Block::new(self.module);
            let (arguments, result) = {
                let arguments = std::array::from_fn(|slot| inner.argument(format!("x{slot}"), shape));
                (arguments.iter().map(|argument| argument.id).collect(), body(arguments).id)
            };
            let entry = &mut self.module.functions.borrow_mut()[place];
            (entry.arguments, entry.result, entry.body) = (arguments, result, inner.into_body());
            place
        });
        self.line(Operation::Call(function), &arguments, shape, Element::Number)
    }
}
