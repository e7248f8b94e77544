//! The words of a trace for its nodes and arrays. An array is described by its numbers if they are few, or by its shape and a statistic.

use super::{Digest, Trace, TraceNode};
use crate::draw::shortened_path as shortened;
use crate::leaf::Leaf;
use crate::number::number;

/// Maximum number of elements that are listed one by one.
const FEW: usize = 4;

impl Trace {
    /// The name of a node in a sentence: `"hidden"`, `the constant 2`, `∂"L"/∂"w"`, or its place, `%5 (add)`.
    pub fn call(&self, node: usize) -> String {
        let node = &self.nodes[node];
        match (node.leaf(), node.full_name()) {
            (_, name) if !name.is_empty() => format!("{:?}", shortened(&name)),
            (Some(Leaf::Const), _) => format!("the constant {}", self.value(node.index)),
            _ => match node.holds.first() {
                Some(held) if node.pass > 0 => format!("∂{}/∂{}", self.short(held.of), self.short(held.by)),
                _ => format!("%{} ({})", node.index, node.op),
            },
        }
    }

    /// The same without the op: `%5`.
    pub(super) fn short(&self, node: usize) -> String {
        match self.nodes[node].full_name() {
            name if name.is_empty() => format!("%{node}"),
            name => format!("{:?}", shortened(&name)),
        }
    }

    /// The value of a node in a few words.
    pub fn value(&self, node: usize) -> String {
        self.nodes[node].value.as_ref().map_or("a value that is no longer there".to_owned(), Digest::words)
    }

    /// A gradient in a few words.
    pub(super) fn flow(&self, node: usize) -> String {
        self.nodes[node].value.as_ref().map_or("a gradient that is no longer there".to_owned(), Digest::size_words)
    }
}

impl TraceNode {
    /// The name with the scope it was given in: `"layer1/W"`; "" if there is none.
    pub fn full_name(&self) -> String {
        match (&self.name[..], self.name.starts_with(&self.scope)) {
            ("", _) => String::new(),
            (name, true) => name.to_owned(),
            (name, false) => format!("{}{name}", self.scope),
        }
    }
}

impl Digest {
    /// The array in a few words: `0.5`, `[1, 2]`, or `10×3 numbers between -0.2 and 0.9`.
    pub fn words(&self) -> String {
        let Some(shape) = self.beyond_few() else { return self.few() };
        let bad = self.bad();
        match (self.least, self.greatest) {
            (least, _) if least.is_nan() => format!("{shape}{bad}"),
            (least, greatest) if least == greatest => format!("{shape}, each {}{bad}", number(least)),
            (least, greatest) => format!("{shape} between {} and {}{bad}", number(least), number(greatest)),
        }
    }

    /// The same for a gradient, with its length as the statistic: `10×3 numbers of norm 0.7`.
    pub fn size_words(&self) -> String {
        let Some(shape) = self.beyond_few() else { return self.few() };
        format!("{shape} of norm {}{}", number(self.norm), self.bad())
    }

    /// The shape, if the array is too large to be listed.
    fn beyond_few(&self) -> Option<String> {
        let is_row = self.shape.iter().filter(|&&length| length != 1).count() <= 1;
        let lengths: Vec<String> = self.shape.iter().map(usize::to_string).collect();
        (self.size() > FEW || !is_row).then(|| format!("{} numbers", lengths.join("×")))
    }

    fn few(&self) -> String {
        let numbers: Vec<String> = self.elements.iter().flatten().map(|&x| number(x)).collect();
        match &numbers[..] {
            [] => "nothing".to_owned(),
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        }
    }

    /// What is wrong with some numbers.
    fn bad(&self) -> String {
        match (self.nans, self.infinities) {
            (0, 0) => String::new(),
            (nans, 0) => format!(", {nans} NaN"),
            (0, infinities) => format!(", {infinities} infinite"),
            (nans, infinities) => format!(", {nans} NaN and {infinities} infinite"),
        }
    }
}
