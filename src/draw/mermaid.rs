//! A figure in the language of Mermaid, which GitHub and others draw inside Markdown. The idea to know: Mermaid places the end of an arrow after its
//! start, so an arrow back would reverse the figure. A gradient therefore has no edge of its own: it is written on the edge along which it flows
//! back.

use super::fold::folded;
use super::options::{Direction, DrawOptions, Theme};
use super::picture::{Edge, Flow, Kind, Picture, PictureNode};
use super::style::Palette;
use crate::number::Numbers;
use crate::scalar::Scalar;
use crate::tape::Tape;
use std::collections::HashMap;
use std::fmt::Write;

impl<F: Scalar> Tape<F> {
    /// A figure of the tape for a fenced block ` ```mermaid ` in Markdown.
    ///
    /// Values flow along red edges, each labelled in blue with the gradient that flowed back along it; scopes are boxes. With
    /// [`Backward::Nodes`](crate::draw::Backward::Nodes), the nodes of the backward pass have dashed blue edges. GitHub draws at most 50,000
    /// characters and 500 edges: a larger figure is folded, and says so.
    ///
    /// ```
    /// use gradus::draw::DrawOptions;
    /// use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (w, x) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"));
    /// (w * x).sigmoid().named("y").backward();
    /// let mermaid = tape.to_mermaid(&DrawOptions::new());
    /// assert!(mermaid.contains(r#"n0 -- "grad 0.3932" --> n2"#)); // w flows into w * x, and its gradient comes back
    /// ```
    pub fn to_mermaid(&self, options: &DrawOptions) -> String {
        Picture::of(self, options).to_mermaid(options)
    }
}

/// Maximum number of characters, and of edges, that GitHub's Mermaid draws.
const MOST_CHARACTERS: usize = 50_000;
const MOST_EDGES: usize = 500;

impl Picture {
    /// The figure for Mermaid.
    pub fn to_mermaid(&self, options: &DrawOptions) -> String {
        let mut text = written(self, options);
        let mut most = self.nodes.len();
        while most > 1 && (text.chars().count() > MOST_CHARACTERS || arrows(&text) > MOST_EDGES) {
            most = most * 3 / 4;
            text = written(&folded(self.clone(), most), options);
        }
        text
    }
}

/// The number of edges in a text.
fn arrows(text: &str) -> usize {
    text.lines().filter(|line| line.contains("-> n")).count()
}

fn written(picture: &Picture, options: &DrawOptions) -> String {
    let mut text = String::new();
    let mut line = |depth: usize, line: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:indent$}{line}", "", indent = 2 * depth);
    };
    if !picture.title.is_empty() {
        line(0, &format!("---\ntitle: \"{}\"\n---", front_matter(&picture.title)));
    }
    let direction = match options.direction {
        Direction::LeftToRight => "LR",
        Direction::TopToBottom => "TB",
    };
    line(0, &format!("flowchart {direction}"));
    let arrows = Arrow::all(picture);
    let has_sum = sums(picture, &arrows);
    contents(picture, &has_sum, &mut line);
    arrows.iter().for_each(|arrow| line(1, &arrow.text(picture, &has_sum)));
    if !picture.note.is_empty() {
        let rows: Vec<String> = picture.note.lines().map(escape).collect();
        line(1, &format!("note[\"{}\"]:::const", rows.join("<br/>")));
    }
    styles(&arrows, options.theme, &mut line);
    text
}

/// The next piece of text.
enum Piece {
    Node(usize),
    Scope(usize),
    End,
}

/// The nodes and boxes, each scope with its contents.
fn contents(picture: &Picture, has_sum: &[bool], line: &mut impl FnMut(usize, &str)) {
    // For each scope, and in the last entry for the top level: its nodes, then its scopes, in reverse order.
    let outside = picture.clusters.len();
    let mut inside: Vec<Vec<Piece>> = (0..=outside).map(|_| Vec::new()).collect();
    for (index, cluster) in picture.clusters.iter().enumerate().rev() {
        inside[cluster.parent.unwrap_or(outside)].push(Piece::Scope(index));
    }
    for (place, node) in picture.nodes.iter().enumerate().rev() {
        inside[node.cluster.unwrap_or(outside)].push(Piece::Node(place));
    }
    let (mut depth, mut waiting) = (1, std::mem::take(&mut inside[outside]));
    while let Some(piece) = waiting.pop() {
        match piece {
            Piece::Node(place) => line(depth, &node_line(&picture.nodes[place], has_sum[place])),
            Piece::Scope(index) => {
                line(depth, &format!("subgraph s{index} [\"{}\"]", escape(&picture.clusters[index].name)));
                depth += 1;
                waiting.push(Piece::End);
                waiting.append(&mut inside[index]);
            }
            Piece::End => {
                depth -= 1;
                line(depth, "end");
            }
        }
    }
}

/// For each node, whether several gradients arrive whose sum is on no edge: the sum is then written in the node.
fn sums(picture: &Picture, arrows: &[Arrow]) -> Vec<bool> {
    let mut arriving = vec![0; picture.nodes.len()];
    for edge in arrows.iter().filter_map(|arrow| arrow.back).filter(|edge| edge.label.is_empty()) {
        arriving[picture.place(edge.to)] += 1;
    }
    arriving.into_iter().map(|count| count > 1).collect()
}

fn node_line(node: &PictureNode, has_sum: bool) -> String {
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
    rows.extend(self::rows(&node.value));
    if has_sum {
        rows.extend(
            self::rows(&node.gradient)
                .enumerate()
                .map(|(row, text)| if row == 0 { format!("grad {text}") } else { text }),
        );
    }
    let label = rows.join("<br/>");
    let [open, close] = match node.kind {
        Kind::Param | Kind::Var | Kind::Seed => ["([", "])"],
        Kind::Input | Kind::Const | Kind::Stub => ["[", "]"],
        Kind::Op | Kind::Gradient => ["(", ")"],
        Kind::Scope => ["[[", "]]"],
    };
    format!("n{}{open}\"{label}\"{close}:::{}", node.index.index(), class(node))
}

fn class(node: &PictureNode) -> &'static str {
    match (node.kind, node.pass) {
        (Kind::Const | Kind::Stub, _) => "const",
        (_, 1..) => "back",
        _ if node.is_loss => "loss",
        (Kind::Input | Kind::Param, _) => "leaf",
        _ => "op",
    }
}

/// An edge, and the one on which its gradient comes back.
struct Arrow<'a> {
    edge: &'a Edge,
    back: Option<&'a Edge>,
}

impl<'a> Arrow<'a> {
    fn all(picture: &'a Picture) -> Vec<Arrow<'a>> {
        let (mut arrows, mut known) = (Vec::<Arrow>::new(), HashMap::new());
        for edge in &picture.edges {
            let forward = known.get(&(edge.to, edge.from, edge.slot)).filter(|_| edge.flow == Flow::Backward);
            match forward.map(|&place: &usize| &mut arrows[place]) {
                Some(arrow) if arrow.back.is_none() => arrow.back = Some(edge),
                _ => {
                    known.insert((edge.from, edge.to, edge.slot), arrows.len());
                    arrows.push(Arrow { edge, back: None });
                }
            }
        }
        arrows
    }

    fn text(&self, picture: &Picture, has_sum: &[bool]) -> String {
        let Edge { from, to, flow, slot_name, .. } = self.edge;
        let gradient = self.back.or((*flow == Flow::Backward).then_some(self.edge)).map(|edge| match &edge.label[..] {
            "" if has_sum[picture.place(edge.to)] => String::new(),
            // If no other gradient arrives there, it is the gradient of the node that it flows to.
            "" => rows(&picture.node(edge.to).gradient).collect::<Vec<_>>().join("<br/>"),
            label => escape(label),
        });
        let gradient = match (gradient, self.back) {
            (Some(gradient), Some(_)) if !gradient.is_empty() => format!("grad {gradient}"),
            (gradient, _) => gradient.unwrap_or_default(),
        };
        let label: Vec<String> = [escape(slot_name), gradient].into_iter().filter(|text| !text.is_empty()).collect();
        let (from, to) = (from.index(), to.index());
        match (flow, &label.join("<br/>")[..]) {
            (Flow::Forward, "") => format!("n{from} --> n{to}"),
            (Flow::Forward, label) => format!("n{from} -- \"{label}\" --> n{to}"),
            (_, "") => format!("n{from} -.-> n{to}"),
            (_, label) => format!("n{from} -. \"{label}\" .-> n{to}"),
        }
    }
}

/// An array row by row.
fn rows(numbers: &Numbers) -> impl Iterator<Item = String> {
    numbers.iter().map(|row| escape(&row.join("  ")))
}

fn styles(arrows: &[Arrow], theme: Theme, line: &mut impl FnMut(usize, &str)) {
    let Palette { text, faint, outline, node, leaf, forward, backward, backward_nodes, .. } = Palette::of(theme);
    line(1, &format!("classDef op fill:{node},stroke:{outline},color:{text}"));
    line(1, &format!("classDef leaf fill:{leaf},stroke:{outline},color:{text}"));
    line(1, &format!("classDef loss fill:{node},stroke:{forward},stroke-width:3px,color:{text}"));
    line(1, &format!("classDef back fill:{},stroke:{backward},color:{text}", backward_nodes[0]));
    line(1, "classDef const fill:none,stroke:none");
    let styles = [(false, Flow::Forward, forward, forward), (true, Flow::Forward, forward, backward)];
    let styles = styles.into_iter().chain([(false, Flow::Backward, backward, backward)]);
    for (has_gradient, flow, line_colour, text_colour) in styles.chain([(false, Flow::Lookup, faint, faint)]) {
        let is_so = |arrow: &Arrow| arrow.edge.flow == flow && arrow.back.is_some() == has_gradient;
        let edges = arrows.iter().enumerate().filter(|(_, arrow)| is_so(arrow));
        let edges: Vec<String> = edges.map(|(index, _)| index.to_string()).collect();
        if !edges.is_empty() {
            line(1, &format!("linkStyle {} stroke:{line_colour},color:{text_colour}", edges.join(",")));
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
