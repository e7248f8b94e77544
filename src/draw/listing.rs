//! The tape as text: one line per node, read as an equation.

use super::derivative::{Derivatives, written};
use super::text::{printable, shortened_path};
use crate::inspect::NodeInfo;
use crate::leaf::Leaf;
use crate::number::number;
use crate::scalar::Scalar;
use crate::tape::Tape;
use std::fmt::Write;

/// Maximum width to which a column is padded, so that one long line does not widen all others.
const WIDEST_COLUMN: usize = 36;

impl<F: Scalar> Tape<F> {
    /// Everything on the tape, one line per node: its place, the shape of its value, how it is computed, its name or the derivative that it
    /// holds, and the line of the program that recorded it. The node with the first number that is not finite is
    /// [marked](Tape::first_non_finite).
    ///
    /// ```
    /// use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(3.0).named("x");
    /// (2.0 * x).named("y").backward();
    /// let listing = tape.listing();
    /// let equations: Vec<&str> = listing.lines().map(|line| line.split("  ").next().unwrap()).collect();
    /// assert_eq!(equations[..4], ["%0 [] = var", "%1 [] = const 2", "%2 [] = mul %1 %0", ""]);
    /// assert_eq!(equations[4], "-- backward pass 1: the gradient of %2 \"y\" --");
    /// assert_eq!(equations[5..], ["%3 [] = seed 1", "%4 [] = mul %3 %1"]);
    /// ```
    pub fn listing(&self) -> String {
        let nodes = self.nodes();
        let derivatives = Derivatives::of(self);
        let rows: Vec<[String; 6]> = nodes.iter().map(|node| row(self, node, &derivatives)).collect();
        let widths: [usize; 6] = std::array::from_fn(|column| {
            let widest = rows.iter().map(|row| row[column].chars().count()).max();
            widest.unwrap_or(0).min(WIDEST_COLUMN)
        });
        let fault = self.first_non_finite().map(|found| found.node);
        let (mut listing, mut pass) = (String::new(), 0);
        for (node, row) in nodes.iter().zip(&rows) {
            if node.pass != pass {
                pass = node.pass;
                listing += &header(&nodes, &derivatives, pass);
            }
            let line = aligned(row, &widths);
            listing += line.trim_end();
            listing += if fault == Some(node.index) { "  <- the first number that is not finite\n" } else { "\n" };
        }
        listing
    }
}

/// The columns of a node's line.
fn row<F: Scalar>(tape: &Tape<F>, node: &NodeInfo, derivatives: &Derivatives) -> [String; 6] {
    let derivative = written(derivatives.held_by(node.index), 2, |index| format!("%{}", index.index()));
    [
        format!("%{}", node.index.index()),
        node.shape.to_string(),
        format!("= {}", equation(tape, node)),
        scoped_name(node),
        derivative,
        node.short_source(),
    ]
}

/// How a node is computed: `sum %3 (axis 1)`, `param "layer1/W"`, `const 2`.
pub(super) fn equation<F: Scalar>(tape: &Tape<F>, node: &NodeInfo) -> String {
    let mut equation = node.op.to_owned();
    match node.leaf {
        Some(Leaf::Param) => equation += &format!(" {:?}", shortened_path(&node.name)),
        // The elements of a constant and of a seed are all alike.
        Some(Leaf::Const | Leaf::Seed) => {
            let first = tape.var_at(node.index).with_value(|value| value.iter().next().map(|first| first.to_f64()));
            equation += &first.map_or(String::new(), |first| format!(" {}", number(first)));
        }
        _ => {
            for operand in &node.operands {
                equation += &format!(" %{}", operand.index());
            }
        }
    }
    match attributes(node) {
        "" => equation,
        attributes => format!("{equation} ({})", printable(attributes)),
    }
}

/// The attributes of a node, unless its shape says the same.
pub(super) fn attributes(node: &NodeInfo) -> &str {
    if node.attributes == node.shape.to_string() { "" } else { &node.attributes }
}

/// `"layer1/z"`; the scope alone if the node has no name. Parameters show their full names in their equations.
fn scoped_name(node: &NodeInfo) -> String {
    match (node.leaf, &node.scope[..], &node.name[..]) {
        (Some(Leaf::Param), _, _) | (_, "", "") => String::new(),
        (_, scope, "") => shortened_path(scope).escape_debug().to_string(),
        (_, scope, name) => format!("{:?}", shortened_path(&format!("{scope}{name}"))),
    }
}

fn header(nodes: &[NodeInfo], derivatives: &Derivatives, pass: u32) -> String {
    if pass == 0 {
        return "\n-- the program goes on --\n".to_owned();
    }
    let loss = derivatives.loss(pass).map_or(String::new(), |loss| match &nodes[loss.index()].name[..] {
        "" => format!(": the gradient of %{}", loss.index()),
        name => format!(": the gradient of %{} {:?}", loss.index(), shortened_path(name)),
    });
    format!("\n-- backward pass {pass}{loss} --\n")
}

/// A line with its columns padded. A column that is empty on every line takes no room.
fn aligned(row: &[String; 6], widths: &[usize; 6]) -> String {
    let mut line = String::new();
    for (column, (text, &width)) in row.iter().zip(widths).enumerate() {
        let gap = if column < 2 { " " } else { "  " };
        if width > 0 {
            // Writing to a String cannot fail.
            let _ = write!(line, "{text:width$}{gap}");
        }
    }
    line.truncate(line.trim_end().len());
    line + "\n"
}
