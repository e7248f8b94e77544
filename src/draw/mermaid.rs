//! A figure in the language of Mermaid, which GitHub and others draw inside Markdown: the graph, with the gradients written on its edges.

use super::number::Numbers;
use super::options::{Direction, DrawOptions, Theme};
use super::picture::{Edge, Flow, Kind, Picture, PictureNode};
use super::style::Palette;
use crate::scalar::Scalar;
use crate::tape::Tape;
use std::fmt::Write;

impl<F: Scalar> Tape<F> {
    /// A figure of the tape for a fenced block ` ```mermaid ` in Markdown.
    ///
    /// Values flow along red edges, gradients along dashed blue ones, each with what flows written on it; scopes are boxes.
    ///
    /// ```
    /// use gradus::draw::DrawOptions;
    /// use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (w, x) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"));
    /// (w * x).sigmoid().named("y").backward();
    /// let mermaid = tape.to_mermaid(&DrawOptions::new());
    /// assert!(mermaid.contains("n0 --> n2")); // w flows into w * x
    /// assert!(mermaid.contains(r#"n2 -. "0.3932" .-> n0"#)); // and its gradient comes back
    /// ```
    pub fn to_mermaid(&self, options: &DrawOptions) -> String {
        Picture::of(self, options).to_mermaid(options)
    }
}

impl Picture {
    /// The figure for Mermaid.
    pub fn to_mermaid(&self, options: &DrawOptions) -> String {
        let mut text = String::new();
        let mut line = |depth: usize, line: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:indent$}{line}", "", indent = 2 * depth);
        };
        if !self.title.is_empty() {
            line(0, &format!("---\ntitle: \"{}\"\n---", front_matter(&self.title)));
        }
        let direction = match options.direction {
            Direction::LeftToRight => "LR",
            Direction::TopToBottom => "TB",
        };
        line(0, &format!("flowchart {direction}"));
        contents(self, None, 1, &mut line);
        self.edges.iter().for_each(|edge| line(1, &arrow(self, edge)));
        styles(self, options.theme, &mut line);
        text
    }
}

/// The nodes and boxes inside a scope.
fn contents(picture: &Picture, inside: Option<usize>, depth: usize, line: &mut impl FnMut(usize, &str)) {
    for node in picture.nodes.iter().filter(|node| node.cluster == inside) {
        line(depth, &node_line(node));
    }
    for (index, cluster) in picture.clusters.iter().enumerate().filter(|(_, cluster)| cluster.parent == inside) {
        line(depth, &format!("subgraph s{index} [\"{}\"]", escape(&cluster.name)));
        contents(picture, Some(index), depth + 1, line);
        line(depth, "end");
    }
}

fn node_line(node: &PictureNode) -> String {
    let mut rows = Vec::new();
    let heading = [&node.heading, &node.op].map(|text| escape(text));
    rows.push(match heading.each_ref().map(|text| &text[..]) {
        ["", ""] => format!("%{}", node.index.index()),
        [number, ""] if node.kind == Kind::Const => number.to_owned(),
        [name, ""] => format!("<b>{name}</b>"),
        ["", op] => op.to_owned(),
        [name, op] => format!("<b>{name}</b> {op}"),
    });
    rows.extend([&node.shape].into_iter().filter(|shape| !shape.is_empty()).map(|shape| escape(shape)));
    rows.extend(written(&node.value));
    let label = rows.join("<br/>");
    let [open, close] = match node.kind {
        Kind::Param | Kind::Var | Kind::Seed => ["([", "])"],
        Kind::Input | Kind::Const => ["[", "]"],
        Kind::Op | Kind::Gradient => ["(", ")"],
        Kind::Scope => ["[[", "]]"],
    };
    format!("n{}{open}\"{label}\"{close}:::{}", node.index.index(), class(node))
}

fn class(node: &PictureNode) -> &'static str {
    match (node.kind, node.pass) {
        (Kind::Const, _) => "const",
        (_, 1..) => "back",
        _ if node.is_loss => "loss",
        (Kind::Input | Kind::Param, _) => "leaf",
        _ => "op",
    }
}

/// Where a gradient flows, what flows is written on the edge.
fn arrow(picture: &Picture, edge: &Edge) -> String {
    let (from, to) = (edge.from.index(), edge.to.index());
    // Where nothing else meets it, it is the gradient of the node that it flows to.
    let gradient = || written(&picture.node(edge.to).gradient).collect::<Vec<_>>().join("<br/>");
    let label = match edge.flow {
        Flow::Forward | Flow::Lookup => escape(&edge.slot_name),
        Flow::Backward if edge.label.is_empty() => gradient(),
        Flow::Backward => escape(&edge.label),
    };
    match (edge.flow, &label[..]) {
        (Flow::Forward, "") => format!("n{from} --> n{to}"),
        (Flow::Forward, label) => format!("n{from} -- \"{label}\" --> n{to}"),
        (_, "") => format!("n{from} -.-> n{to}"),
        (_, label) => format!("n{from} -. \"{label}\" .-> n{to}"),
    }
}

/// An array row by row.
fn written(numbers: &Numbers) -> impl Iterator<Item = String> {
    numbers.iter().map(|row| escape(&row.join("  ")))
}

fn styles(picture: &Picture, theme: Theme, line: &mut impl FnMut(usize, &str)) {
    let Palette { text, faint, outline, node, leaf, forward, backward, backward_nodes, .. } = Palette::of(theme);
    line(1, &format!("classDef op fill:{node},stroke:{outline},color:{text}"));
    line(1, &format!("classDef leaf fill:{leaf},stroke:{outline},color:{text}"));
    line(1, &format!("classDef loss fill:{node},stroke:{forward},stroke-width:3px,color:{text}"));
    line(1, &format!("classDef back fill:{},stroke:{backward},color:{text}", backward_nodes[0]));
    line(1, "classDef const fill:none,stroke:none");
    for (flow, color) in [(Flow::Forward, forward), (Flow::Backward, backward), (Flow::Lookup, faint)] {
        let edges = picture.edges.iter().enumerate().filter(|(_, edge)| edge.flow == flow);
        let edges: Vec<String> = edges.map(|(index, _)| index.to_string()).collect();
        if !edges.is_empty() {
            line(1, &format!("linkStyle {} stroke:{color},color:{color}", edges.join(",")));
        }
    }
}

/// Text for a quoted label, in which nothing is markup: not HTML, not Mermaid's own Markdown, no entity.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z'
            | 'A'..='Z'
            | '0'..='9'
            | ' '
            | '.'
            | ','
            | ':'
            | '-'
            | '+'
            | '/'
            | '('
            | ')'
            | '['
            | ']'
            | '='
            | '_'
            | '%' => escaped.push(c),
            '!'..='~' => escaped += &format!("#{};", u32::from(c)),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Text inside a quoted string of YAML, which the title is.
fn front_matter(title: &str) -> String {
    title.replace('\\', "\\\\").replace('"', "\\\"")
}
