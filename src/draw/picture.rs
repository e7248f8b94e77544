//! The content of a figure in any format: nodes with their texts, edges with their flow, clusters. Every renderer starts here, so that all
//! figures of a tape show the same.

use super::options::DrawOptions;
use super::paint::paint;
use super::text::{printable, shortened};
use crate::number::Numbers;
use crate::scalar::Scalar;
use crate::tape::Tape;
use petgraph::graph::NodeIndex;

/// A figure of a tape, before it is drawn. Its texts hold no control characters, but are otherwise as the user wrote them: the renderer
/// quotes them.
#[must_use = "a picture is seen only where it is written"]
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The heading; "" if none.
    pub title: String,
    /// What the figure leaves out, line by line, and which option shows more or less; "" if it shows everything.
    pub note: String,
    /// In recording order.
    pub nodes: Vec<PictureNode>,
    /// First the edges from the operands of each node, slot by slot; then the edges of gradients. Each edge points in the direction of its
    /// flow.
    pub edges: Vec<Edge>,
    /// The scopes. A cluster comes after the one that holds it.
    pub clusters: Vec<Cluster>,
}

/// A node of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureNode {
    /// Its place on the tape.
    pub index: NodeIndex,
    /// Its kind, which decides what it looks like.
    pub kind: Kind,
    /// 0 for the learner's own computation, n for the nth backward pass.
    pub pass: u32,
    /// Whether a backward pass started here.
    pub is_loss: bool,
    /// The name, the number of a constant, the derivative; "" if it has none.
    pub heading: String,
    /// The op, as a sign where there is one; "" for leaves.
    pub op: String,
    /// The shape; "" for a single number.
    pub shape: String,
    /// The value; empty if not shown.
    pub value: Numbers,
    /// The gradient; "-" if there is none, empty if not shown.
    pub gradient: Numbers,
    /// Further details, line by line.
    pub details: Vec<String>,
    /// The innermost scope, in [`Picture::clusters`].
    pub cluster: Option<usize>,
    /// The node whose derivative it is part of; itself in the forward pass. Of a stub, the node that uses it.
    pub origin: NodeIndex,
    /// Of a stub, the nodes whose names it shows, which are drawn elsewhere; empty for all others.
    pub stub_of: Vec<NodeIndex>,
}

/// What a node looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Data.
    Input,
    /// A variable.
    Var,
    /// A parameter.
    Param,
    /// A constant of the program.
    Const,
    /// The gradient that a backward pass starts with.
    Seed,
    /// An op.
    Op,
    /// A whole scope, folded.
    Scope,
    /// A gradient that the program computes with, in a figure that does not show the backward pass.
    Gradient,
    /// The name of a node that is drawn elsewhere, in place of a line from there. Its index is greater than that of every node.
    Stub,
}

/// An edge of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Where it comes from.
    pub from: NodeIndex,
    /// Where it goes.
    pub to: NodeIndex,
    /// What it carries.
    pub flow: Flow,
    /// The slot of the operand, from 0: a slot of `to` if a value flows, of `from` if a gradient flows back to the operand.
    pub slot: usize,
    /// The name of the operand in the op's formula ("A", "b") or its number ("2"); "" if it makes no difference.
    pub slot_name: String,
    /// The number that it carries, if that is not shown elsewhere; "" otherwise.
    pub label: String,
}

/// What an edge carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flow {
    /// A value, to an op of the learner's program.
    Forward,
    /// A gradient.
    Backward,
    /// A value that a backward pass reads.
    Lookup,
}

/// A scope of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Its own name, without those of the scopes around it.
    pub name: String,
    /// The scope around it, in [`Picture::clusters`].
    pub parent: Option<usize>,
}

impl Picture {
    /// The figure of everything on `tape`.
    pub fn of<F: Scalar>(tape: &Tape<F>, options: &DrawOptions) -> Picture {
        paint(tape, options)
    }

    /// An empty figure, to be filled by hand: for graphs that are on no tape.
    ///
    /// ```
    /// use gradus::draw::{DrawOptions, Flow, Kind, Picture};
    /// let mut picture = Picture::new("Half of a half");
    /// let a = picture.add_node(Kind::Var, "a", "1");
    /// let b = picture.add_node(Kind::Op, "b", "0.5");
    /// picture.add_edge(a, b, Flow::Forward, 0, "");
    /// picture.add_edge(b, a, Flow::Backward, 0, "0.5"); // on the way back of the same edge
    /// assert!(picture.to_svg(&DrawOptions::new()).contains("Half of a half"));
    /// ```
    pub fn new(title: &str) -> Picture {
        Picture {
            title: printable(title),
            note: String::new(),
            nodes: Vec::new(),
            edges: Vec::new(),
            clusters: Vec::new(),
        }
    }

    /// Adds a node with a heading and a value.
    pub fn add_node(&mut self, kind: Kind, heading: &str, value: &str) -> NodeIndex {
        let index = NodeIndex::new(self.nodes.len());
        let text = |text: &str| shortened(&printable(text));
        self.nodes.push(PictureNode {
            index,
            kind,
            pass: 0,
            is_loss: false,
            heading: text(heading),
            op: String::new(),
            shape: String::new(),
            value: if value.is_empty() { Numbers::new() } else { vec![vec![text(value)]] },
            gradient: Numbers::new(),
            details: Vec::new(),
            cluster: None,
            origin: index,
            stub_of: Vec::new(),
        });
        index
    }

    /// Adds an edge with a label. A value flows to an operand's slot; a gradient flows back from it, beside the value's edge.
    pub fn add_edge(&mut self, from: NodeIndex, to: NodeIndex, flow: Flow, slot: usize, label: &str) {
        let (slot_name, label) = (String::new(), shortened(&printable(label)));
        self.edges.push(Edge { from, to, flow, slot, slot_name, label });
    }

    /// The node at a place on the tape.
    ///
    /// # Panics
    /// If the figure does not show it.
    #[track_caller]
    pub fn node(&self, index: NodeIndex) -> &PictureNode {
        &self.nodes[self.place(index)]
    }

    #[track_caller]
    pub(super) fn place(&self, index: NodeIndex) -> usize {
        match self.place_of(index) {
            Some(place) => place,
            None => panic!("%{} is not in the figure", index.index()),
        }
    }

    /// Where in [`Picture::nodes`] a node of the tape is, if the figure shows it.
    pub(crate) fn place_of(&self, index: NodeIndex) -> Option<usize> {
        self.nodes.binary_search_by_key(&index, |node| node.index).ok()
    }
}
