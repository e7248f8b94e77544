//! A [`Picture`] in Graphviz's language. Ids are places on the tape, never a user's text.
//!
//! The trick to know: an edge `a -> b [dir=back]` is laid out like `a -> b` but its arrow points at `a`. With this
//! trick the backward pass runs underneath the forward pass, in the opposite direction. Otherwise it would follow
//! behind it.

use super::html::{escape, font, quoted};
use super::options::{Direction, DrawOptions};
use super::picture::{Cluster, Edge, Flow, Kind, Picture, PictureNode};
use super::style::Palette;
use crate::number::Numbers;
use crate::scalar::Scalar;
use crate::tape::Tape;
use std::fmt::Write;

/// The size of places, shapes and slots.
const SMALL: u32 = 11;
const FONT: &str = "fontname=\"Helvetica,Arial,sans-serif\"";

impl<F: Scalar> Tape<F> {
    /// A figure of the tape in Graphviz's language: `dot -Tsvg graph.dot`.
    ///
    /// Values flow along red edges, gradients along dashed blue ones; scopes are boxes. Hovering over a node of the SVG shows its
    /// formula and the line of the program that recorded it.
    ///
    /// ```
    /// use gradus::draw::{Backward, DrawOptions};
    /// use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (w, x) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"));
    /// (w * x).sigmoid().named("y").backward();
    /// let textbook = tape.to_dot(&DrawOptions::new().title("A neuron"));
    /// assert!(textbook.contains("grad 0.3932")); // written beside the value of w
    /// let laid_open = tape.to_dot(&DrawOptions::new().backward(Backward::Nodes));
    /// assert!(laid_open.contains("∂y/∂w")); // a node of its own
    /// ```
    pub fn to_dot(&self, options: &DrawOptions) -> String {
        Picture::of(self, options).to_dot(options)
    }
}

impl Picture {
    /// The figure for Graphviz.
    pub fn to_dot(&self, options: &DrawOptions) -> String {
        Writer { out: String::new(), picture: self, palette: Palette::of(options.theme) }.write(options)
    }
}

struct Writer<'a> {
    out: String,
    picture: &'a Picture,
    palette: &'static Palette,
}

/// The nodes and clusters directly inside a cluster, or at the top level.
#[derive(Default, Clone)]
struct Contents<'a> {
    nodes: Vec<&'a PictureNode>,
    clusters: Vec<usize>,
}

impl Writer<'_> {
    fn write(mut self, options: &DrawOptions) -> String {
        self.line(0, "digraph tape {");
        self.defaults(options);
        let picture = self.picture;
        // The last entry is the top level.
        let top = picture.clusters.len();
        let mut contents = vec![Contents::default(); top + 1];
        for node in &picture.nodes {
            contents[node.cluster.unwrap_or(top)].nodes.push(node);
        }
        for (index, cluster) in picture.clusters.iter().enumerate() {
            contents[cluster.parent.unwrap_or(top)].clusters.push(index);
        }
        self.contents(contents, top);
        for edge in &picture.edges {
            self.edge(edge, picture.node(edge.from), picture.node(edge.to));
        }
        self.anchors();
        self.line(0, "}");
        self.out
    }

    fn line(&mut self, depth: usize, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{:indent$}{text}", "", indent = 2 * depth);
    }

    /// The defaults for graphs, nodes and edges.
    fn defaults(&mut self, options: &DrawOptions) {
        let Palette { background, text, outline, node, .. } = self.palette;
        let direction = match options.direction {
            Direction::LeftToRight => "LR",
            Direction::TopToBottom => "TB",
        };
        let title = Some(&self.picture.title).filter(|title| !title.is_empty());
        let title = title.map(|title| format!("<B>{}</B>", escape(title)));
        let note = self.picture.note.lines().map(|line| font(11, self.palette.faint, line));
        let rows: Vec<String> = title.into_iter().chain(note).collect();
        let title = if rows.is_empty() { String::new() } else { format!(" label=<{}>", rows.join("<BR/>")) };
        self.line(1, &format!("graph [rankdir={direction} newrank=true nodesep=0.3 ranksep=0.45 pad=0.2]"));
        self.line(1, &format!("graph [bgcolor=\"{background}\" fontcolor=\"{text}\" {FONT} fontsize=16 labelloc=t tooltip=\" \"{title}]"));
        self.line(1, &format!("node [shape=box style=\"rounded,filled\" fillcolor=\"{node}\" color=\"{outline}\"]"));
        self.line(
            1,
            &format!("node [fontcolor=\"{text}\" {FONT} fontsize=12 margin=\"0.1,0.05\" height=0.3 width=0.3]"),
        );
        self.line(
            1,
            &format!("edge [{FONT} fontsize={SMALL} labelfontsize={SMALL} arrowsize=0.6 penwidth=1.3 tooltip=\" \"]"),
        );
    }

    /// The nodes and boxes, each cluster with its contents. A stack holds the clusters that are to be opened, and the ends of open ones.
    fn contents(&mut self, mut contents: Vec<Contents>, top: usize) {
        let mut depth = 0;
        let mut waiting = vec![Some(top)];
        while let Some(next) = waiting.pop() {
            let Some(cluster) = next else {
                depth -= 1;
                self.line(depth, "}");
                continue;
            };
            if cluster != top {
                self.open_cluster(cluster, depth);
                waiting.push(None);
            }
            depth += 1;
            let Contents { nodes, clusters } = std::mem::take(&mut contents[cluster]);
            nodes.into_iter().for_each(|node| self.node(node, depth));
            waiting.extend(clusters.into_iter().rev().map(Some));
        }
    }

    fn open_cluster(&mut self, index: usize, depth: usize) {
        let Cluster { name, .. } = &self.picture.clusters[index];
        let Palette { scopes, scope_outline, .. } = self.palette;
        let (label, tooltip, fill) = (escape(name), quoted(std::slice::from_ref(name)), scopes[(depth + 1) % 2]);
        self.line(depth, &format!("subgraph cluster_{index} {{"));
        self.line(
            depth + 1,
            &format!("graph [label=<<B>{label}</B>> tooltip={tooltip} fontsize=11 labeljust=l margin=10]"),
        );
        self.line(
            depth + 1,
            &format!("graph [style=\"rounded,filled\" fillcolor=\"{fill}\" color=\"{scope_outline}\"]"),
        );
    }

    fn node(&mut self, node: &PictureNode, depth: usize) {
        let text = format!(
            "n{} [label=<{}> tooltip={}{}]",
            node.index.index(),
            self.label(node),
            quoted(&node.details),
            self.outline(node)
        );
        self.line(depth, &text);
    }

    /// The attributes in which a node differs from the default.
    fn outline(&self, node: &PictureNode) -> String {
        let Palette { leaf, backward, backward_nodes, forward, .. } = self.palette;
        let blue = || {
            let fill = backward_nodes[(node.pass as usize).clamp(1, backward_nodes.len()) - 1];
            format!("fillcolor=\"{fill}\" color=\"{backward}\"")
        };
        let mut attributes = match node.kind {
            Kind::Const | Kind::Stub => " shape=plaintext style=\"\" fontsize=11 margin=0".to_owned(),
            Kind::Input => format!(" style=filled fillcolor=\"{leaf}\""),
            Kind::Var => " shape=ellipse style=filled margin=\"0.02,0\"".to_owned(),
            Kind::Param => format!(" shape=ellipse style=filled margin=\"0.02,0\" fillcolor=\"{leaf}\""),
            Kind::Seed => format!(" shape=ellipse style=filled margin=\"0.02,0\" {}", blue()),
            Kind::Gradient => format!(" style=\"rounded,filled,dashed\" {}", blue()),
            Kind::Op if node.pass > 0 => format!(" {}", blue()),
            Kind::Op | Kind::Scope => String::new(),
        };
        if node.is_loss {
            attributes += &format!(" peripheries=2 color=\"{}\"", if node.pass == 0 { forward } else { backward });
        }
        attributes
    }

    /// The text of a node, line by line.
    fn label(&self, node: &PictureNode) -> String {
        let Palette { faint, backward, .. } = self.palette;
        if matches!(node.kind, Kind::Const | Kind::Stub) {
            return escape(&node.heading);
        }
        let place = format!("%{}", node.index.index());
        let small_place = font(SMALL, faint, &place);
        let mut rows = match (&node.heading[..], &node.op[..]) {
            ("", "") => vec![place],
            ("", op) => vec![format!("{} {small_place}", escape(op))],
            (heading, "") => vec![format!("<B>{}</B> {small_place}", escape(heading))],
            (heading, op) => vec![format!("<B>{}</B> {small_place}", escape(heading)), escape(op)],
        };
        if !node.shape.is_empty() {
            rows.push(font(SMALL, faint, &node.shape));
        }
        if !node.value.is_empty() {
            rows.push(lines("", &node.value).join("<BR/>"));
        }
        if !node.gradient.is_empty() {
            let lines: Vec<String> =
                lines("grad ", &node.gradient).iter().map(|line| font(12, backward, line)).collect();
            rows.push(lines.join("<BR/>"));
        }
        table(&rows, 1)
    }

    fn edge(&mut self, edge: &Edge, from: &PictureNode, to: &PictureNode) {
        let Palette { forward, backward, faint, .. } = self.palette;
        let is_between_ops = from.kind == Kind::Op && to.kind == Kind::Op;
        let mut attributes = match edge.flow {
            // The chain of ops is kept straight; leaves hang beside it.
            Flow::Forward if is_between_ops => format!("color=\"{forward}\" weight=6"),
            Flow::Forward => format!("color=\"{forward}\""),
            Flow::Backward => format!("color=\"{backward}\" style=dashed"),
            Flow::Lookup => format!("color=\"{faint}\" style=dotted penwidth=1 minlen=0"),
        };
        if is_between_ops && edge.flow != Flow::Lookup && from.cluster != to.cluster {
            // Room for the leaves of the second box; without it the boxes could not be side by side.
            attributes += " minlen=2";
        }
        if !edge.label.is_empty() {
            attributes += &format!(" label=<{}>", table(&[font(SMALL, backward, &edge.label)], 4));
        }
        let reversed = edge.flow == Flow::Backward && runs_against(from, to);
        if !edge.slot_name.is_empty() {
            let (end, angle) = (if reversed { "tail" } else { "head" }, if edge.slot == 0 { -30 } else { 30 });
            let name = font(SMALL, faint, &edge.slot_name);
            attributes += &format!(" {end}label=<{name}> labeldistance=1.7 labelangle={angle}");
        }
        let (from, to) = (edge.from.index(), edge.to.index());
        let text = match reversed {
            true => format!("n{to} -> n{from} [dir=back {attributes}]"),
            false => format!("n{from} -> n{to} [{attributes}]"),
        };
        self.line(1, &text);
    }

    /// Invisible edges that keep a backward pass under the forward nodes it belongs to.
    fn anchors(&mut self) {
        for node in self.picture.nodes.iter().filter(|node| node.kind == Kind::Seed) {
            self.line(1, &format!("n{} -> n{} [style=invis minlen=0]", node.origin.index(), node.index.index()));
        }
    }
}

/// Whether the edge between two nodes is laid out against its flow. A backward pass reverses the direction; the backward pass of a backward pass
/// reverses it again.
fn runs_against(from: &PictureNode, to: &PictureNode) -> bool {
    from.pass.max(to.pass) % 2 == 1 || to.pass == 0
}

/// Lines of text as the body of an HTML-like label.
fn table(rows: &[String], padding: u32) -> String {
    let rows: String = rows.iter().map(|row| format!("<TR><TD>{row}</TD></TR>")).collect();
    format!("<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"{padding}\">{rows}</TABLE>")
}

/// Numbers row by row, padded with spaces that are as wide as a digit, so that the columns are aligned.
fn lines(prefix: &str, numbers: &Numbers) -> Vec<String> {
    let length = |text: &String| text.chars().count();
    let columns = numbers.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| numbers.iter().filter_map(|row| row.get(column)).map(length).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let indent = "\u{2007}".repeat(prefix.len());
    let line = |(index, row): (usize, &Vec<String>)| {
        let padded = row.iter().zip(&widths).map(|(text, &width)| format!("{text:\u{2007}>width$}"));
        format!("{}{}", if index == 0 { prefix } else { &indent }, padded.collect::<Vec<_>>().join("\u{2007}"))
    };
    numbers.iter().enumerate().map(line).collect()
}
