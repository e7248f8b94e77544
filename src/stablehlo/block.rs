//! The lines of a function, and the functions of a module.

use super::literal::{array, float, tensor};
use super::{Element, Value};
use crate::shape::Shape;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// What all functions share: the kind of number, and the functions that were needed so far.
#[derive(Debug)]
pub struct Module {
    pub(super) number: &'static str,
    functions: RefCell<Vec<(String, String)>>,
}

impl Module {
    pub(crate) fn new(number: &'static str) -> Self {
        Module { number, functions: RefCell::default() }
    }

    /// The text of the functions that were called, in the order of their first calls.
    pub(crate) fn functions(&self) -> String {
        self.functions.borrow().iter().map(|(_, text)| &text[..]).collect()
    }
}

/// A value, the axes of the result that are its own, and the shape of the result.
type Copied = (u32, Vec<usize>, Shape);

/// The body of a function: a line for each operation.
#[derive(Debug)]
pub struct Block<'m> {
    pub(super) module: &'m Module,
    lines: RefCell<Vec<String>>,
    /// The name of each value, without its %.
    names: RefCell<Vec<String>>,
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
        let (lines, names, constants, copies) = Default::default();
        Block { module, lines, names, part, constants, next_constant: Cell::new(0), copies }
    }

    /// A value that is given under this name: an argument of the function.
    pub(crate) fn argument(&'b self, name: String, shape: Shape) -> Value<'b> {
        self.value(name, shape, Element::Number)
    }

    pub(super) fn value(&'b self, name: String, shape: Shape, element: Element) -> Value<'b> {
        let mut names = self.names.borrow_mut();
        names.push(name);
        Value { block: self, id: names.len() as u32 - 1, shape, element }
    }

    pub(super) fn name_of(&self, id: u32) -> String {
        self.names.borrow()[id as usize].clone()
    }

    /// Writes a line, `%name = text`, and returns its value.
    pub(super) fn line(&'b self, text: &str, shape: Shape, element: Element) -> Value<'b> {
        let name = {
            let mut part = self.part.borrow_mut();
            part.1 += 1;
            format!("{}.{}", part.0, part.1 - 1)
        };
        self.lines.borrow_mut().push(format!("%{name} = {text}"));
        self.value(name, shape, element)
    }

    /// The same number everywhere.
    pub(crate) fn constant(&'b self, x: f64, shape: Shape, element: Element) -> Value<'b> {
        let key = (x.to_bits(), shape, element);
        if let Some(&id) = self.constants.borrow().get(&key) {
            return Value { block: self, id, shape, element };
        }
        let digits = if element == Element::Index { format!("{}", x as i64) } else { float(x, self.module.number) };
        let value = self.literal(&digits, shape, element);
        self.constants.borrow_mut().insert(key, value.id);
        value
    }

    /// An array of these numbers, row by row.
    pub(crate) fn numbers(&'b self, numbers: &[f64], shape: Shape) -> Value<'b> {
        match numbers {
            [first, others @ ..] if others.iter().all(|other| other.to_bits() == first.to_bits()) => {
                self.constant(*first, shape, Element::Number)
            }
            _ => self.literal(&array(numbers, shape, self.module.number), shape, Element::Number),
        }
    }

    fn literal(&'b self, digits: &str, shape: Shape, element: Element) -> Value<'b> {
        let name = format!("c{}", self.next_constant.replace(self.next_constant.get() + 1));
        let kind = tensor(shape, element, self.module.number);
        self.lines.borrow_mut().push(format!("%{name} = stablehlo.constant dense<{digits}> : {kind}"));
        self.value(name, shape, element)
    }

    /// The copies of a value along these axes, which `write` writes unless they are there already.
    pub(super) fn copied(
        &'b self,
        value: Value<'b>,
        axes: &[usize],
        shape: Shape,
        write: impl FnOnce() -> Value<'b>,
    ) -> Value<'b> {
        let key = (value.id, axes.to_vec(), shape);
        if let Some(&id) = self.copies.borrow().get(&key) {
            return Value { id, shape, ..value };
        }
        let copies = write();
        self.copies.borrow_mut().insert(key, copies.id);
        copies
    }

    /// The index along an axis, at every place.
    pub(crate) fn iota(&'b self, shape: Shape, axis: usize, element: Element) -> Value<'b> {
        let kind = tensor(shape, element, self.module.number);
        self.line(&format!("stablehlo.iota dim = {axis} : {kind}"), shape, element)
    }

    /// Begins a part, which has this name and a comment.
    pub(crate) fn begin(&self, name: &str, comment: &str) {
        *self.part.borrow_mut() = (name.to_owned(), 0);
        self.lines.borrow_mut().push(format!("// {comment}"));
    }

    /// Ends the part: if its last line is this value, it gets the part's name, and the line a location. If it has no lines, its comment says so.
    pub(crate) fn end(&self, value: Value<'b>, location: &str) {
        let (old, new) = (self.name_of(value.id), self.part.borrow().0.clone());
        let mut lines = self.lines.borrow_mut();
        let Some(last) = lines.last_mut() else { return };
        if last.starts_with("//") {
            *last += &format!(": is %{old}");
        }
        if let Some(text) = last.strip_prefix(&format!("%{old} = ")).filter(|_| old.starts_with(&format!("{new}."))) {
            *last = format!("%{new} = {text} loc({location})");
            self.names.borrow_mut()[value.id as usize] = new;
        }
    }

    /// The lines, each behind so many blanks.
    pub(crate) fn text(&self, indent: usize) -> String {
        let indented = |line: &String| line.lines().map(|line| format!("{:indent$}{line}\n", "")).collect::<String>();
        self.lines.borrow().iter().map(indented).collect()
    }

    /// Calls a function of the module, element by element on arrays of one shape. Its body is written at its first call for this shape.
    pub(crate) fn call<const N: usize>(
        &'b self,
        name: &str,
        arguments: [Value<'b>; N],
        body: impl for<'c> Fn([Value<'c>; N]) -> Value<'c>,
    ) -> Value<'b> {
        let shape = arguments[0].shape;
        let lengths: Vec<String> = shape.iter().map(|length| length.to_string()).collect();
        let function = if lengths.is_empty() { name.to_owned() } else { format!("{name}_{}", lengths.join("x")) };
        let kind = tensor(shape, Element::Number, self.module.number);
        let is_known = |(known, _): &(String, String)| *known == function;
        if !self.module.functions.borrow().iter().any(is_known) {
            // Entered before its body, which may call others.
            self.module.functions.borrow_mut().push((function.clone(), String::new()));
            let inner = Block::new(self.module);
            let letters: [String; N] = std::array::from_fn(|slot| format!("x{slot}"));
            let signature = letters.each_ref().map(|letter| format!("%{letter}: {kind}")).join(", ");
            let result = body(letters.map(|letter| inner.argument(letter, shape)));
            let text = format!(
                "  func.func private @{function}({signature}) -> {kind} {{\n{}    return {result} : {kind}\n  }}\n",
                inner.text(4)
            );
            let mut functions = self.module.functions.borrow_mut();
            if let Some((_, entry)) = functions.iter_mut().find(|(known, _)| *known == function) {
                *entry = text;
            }
        }
        let operands = arguments.map(|argument| argument.to_string()).join(", ");
        let kinds = vec![&kind[..]; N].join(", ");
        self.line(&format!("call @{function}({operands}) : ({kinds}) -> {kind}"), shape, Element::Number)
    }
}
