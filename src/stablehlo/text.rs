//! A module as text.

use super::channels_last::channels_last;
use super::literal::tensor;
use super::operation;
use crate::lines::{Body, Entry, Main};
use crate::shape::Shape;

/// A function with the functions that it calls, as a module.
pub(crate) fn module(main: Main) -> String {
    let main = &channels_last(main);
    let names = Names { main, body: &main.body };
    let argument = |(place, argument): (usize, &crate::lines::Argument)| {
        let (value, donated) = (argument.value, format!("tf.aliasing_output = {place} : i32"));
        let attributes = names.attributes(value, argument.divided, argument.donated.then_some(donated));
        format!("{}: {}{attributes}", names.name(value), names.kind(value))
    };
    let result = |(name, value): &(String, u32)| {
        let name = format!("jax.result_info = \"{}\"", quoted(name));
        format!("{}{}", names.kind(*value), names.attributes(*value, false, Some(name)))
    };
    let each = |text: &dyn Fn(u32) -> String| {
        main.results.iter().map(|&(_, value)| text(value)).collect::<Vec<_>>().join(", ")
    };
    let (attributes, mesh) = match main.devices {
        1 => Default::default(),
        // Each device runs it all, on arrays of its own.
        devices if main.all_reduces() => (
            format!(" attributes {{mhlo.num_partitions = 1 : i32, mhlo.num_replicas = {devices} : i32}}"),
            String::new(),
        ),
        devices => (
            format!(" attributes {{mhlo.num_partitions = {devices} : i32, mhlo.num_replicas = 1 : i32}}"),
            format!("  sdy.mesh @mesh = <[\"data\"={devices}]>\n"),
        ),
    };
    format!(
        "// Written by gradus: {}. %n7 is node 7 of its listing; `loc` has its name and the line that recorded it.\n\
         module @gradus{attributes} {{\n{mesh}  func.func public @main({}) -> ({}) {{\n{}    return {} : {}\n  }}\n{}}}\n",
        main.title,
        main.arguments.iter().enumerate().map(argument).collect::<Vec<_>>().join(", "),
        main.results.iter().map(result).collect::<Vec<_>>().join(", "),
        names.lines(),
        each(&|value| names.name(value)),
        each(&|value| names.kind(value)),
        (0..main.functions.len()).map(|function| names.function(function)).collect::<String>()
    )
}

/// The values of a function, with their names.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) main: &'a Main,
    body: &'a Body,
}

impl Names<'_> {
    /// `%n7`
    pub(super) fn name(&self, value: u32) -> String {
        format!("%{}", self.body.values[value as usize].0)
    }

    pub(super) fn shape(&self, value: u32) -> Shape {
        self.body.values[value as usize].1
    }

    /// The type of a value: `tensor<2x3xf32>`
    pub(super) fn kind(&self, value: u32) -> String {
        let (_, shape, element) = self.body.values[value as usize];
        tensor(shape, element, self.main.number)
    }

    /// What is said of an argument or a result besides its type: where it is, if there are several devices, and other attributes.
    fn attributes(&self, value: u32, divided: bool, other: Option<String>) -> String {
        let axes = |axis: usize| if divided && axis == 0 { "{\"data\"}" } else { "{}" };
        let place = (self.main.devices > 1 && !self.main.all_reduces()).then(|| {
            let axes: Vec<&str> = (0..self.shape(value).rank()).map(axes).collect();
            format!("sdy.sharding = #sdy.sharding<@mesh, [{}]>", axes.join(", "))
        });
        let all: Vec<String> = place.into_iter().chain(other).collect();
        if all.is_empty() { String::new() } else { format!(" {{{}}}", all.join(", ")) }
    }

    /// The type of a single element of a value.
    pub(super) fn single(&self, value: u32) -> String {
        tensor(Shape::scalar(), self.body.values[value as usize].2, self.main.number)
    }

    /// Whether a value has numbers, and not flags or indices.
    pub(super) fn element(&self, value: u32) -> crate::lines::Element {
        self.body.values[value as usize].2
    }

    /// The name of a function of the module, which has its shape in it.
    pub(super) fn name_of_function(&self, function: usize) -> String {
        let function = &self.main.functions[function];
        let lengths: Vec<String> = function.shape.iter().map(|length| length.to_string()).collect();
        if lengths.is_empty() { function.name.clone() } else { format!("{}_{}", function.name, lengths.join("x")) }
    }

    fn function(&self, number: usize) -> String {
        let function = &self.main.functions[number];
        let inner = Names { body: &function.body, ..*self };
        let signature = function.arguments.iter().map(|&value| format!("{}: {}", inner.name(value), inner.kind(value)));
        let (result, kind) = (inner.name(function.result), inner.kind(function.result));
        format!(
            "  func.func private @{}({}) -> {kind} {{\n{}    return {result} : {kind}\n  }}\n",
            self.name_of_function(number),
            signature.collect::<Vec<_>>().join(", "),
            inner.lines()
        )
    }

    fn lines(&self) -> String {
        let text = |entry: &Entry| match entry {
            Entry::Part { name, comment, is, .. } => {
                let is = is.map_or_else(String::new, |value| format!(": is {}", self.name(value)));
                format!("// %{name} {comment}{is}")
            }
            Entry::Line { value, operation, operands, location } => {
                let text = operation::text(operation, *value, operands, *self);
                let location = location.as_ref().map_or_else(String::new, |(label, file, line)| {
                    format!(" loc(\"{}\"(\"{}\":{line}:1))", quoted(label), quoted(file))
                });
                format!("{} = {text}{location}", self.name(*value))
            }
        };
        let indented = |text: String| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
        self.body.entries.iter().map(text).map(indented).collect()
    }
}

/// A text between quotation marks.
fn quoted(text: &str) -> String {
    text.replace('\\', "/").replace('"', "'").replace(['\n', '\r'], " ")
}
