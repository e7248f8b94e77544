//! Makes a [`Picture`] from a tape: which nodes are shown, which texts are in them, where gradients flowed.

use super::derivative::{Derivative, Derivatives, written};
use super::fold::folded;
use super::listing::{attributes, equation};
use super::options::{Backward, DrawOptions};
use super::picture::{Cluster, Edge, Flow, Kind, Picture, PictureNode};
use super::text::{printable, shortened};
use crate::inspect::{Contribution, NodeInfo};
use crate::leaf::Leaf;
use crate::number::{Numbers, grid, range};
use crate::scalar::Scalar;
use crate::tape::Tape;
use petgraph::graph::NodeIndex;
use std::collections::HashMap;

/// The figure of everything on `tape`.
pub(super) fn paint<F: Scalar>(tape: &Tape<F>, options: &DrawOptions) -> Picture {
    let nodes = tape.nodes();
    let painter = Painter { tape, options, derivatives: Derivatives::of(tape), nodes: &nodes };
    let shown = painter.shown();
    let (mut clusters, mut picture_nodes, mut edges) = (Clusters::default(), Vec::new(), Vec::new());
    for node in nodes.iter().filter(|node| shown[node.index.index()]) {
        let cluster = clusters.of(&node.scope);
        picture_nodes.push(painter.node(node, cluster));
        if !painter.is_cut(node) {
            painter.operand_edges(node, &mut edges);
        }
    }
    if options.backward == Backward::Values {
        painter.gradient_edges(&shown, &mut edges);
    }
    let picture = Picture {
        title: printable(&options.title),
        note: String::new(),
        nodes: picture_nodes,
        edges,
        clusters: clusters.all,
    };
    if options.is_folded { folded(picture, options.max_nodes) } else { picture }
}

/// Everything that is needed to describe a node.
struct Painter<'a, F: Scalar> {
    tape: &'a Tape<F>,
    options: &'a DrawOptions,
    derivatives: Derivatives,
    nodes: &'a [NodeInfo],
}

impl<F: Scalar> Painter<'_, F> {
    /// For each node, whether it is drawn: either all nodes, or the program's own and the gradients that the program computes with.
    fn shown(&self) -> Vec<bool> {
        let mut shown: Vec<bool> = self.nodes.iter().map(|node| !self.is_cut(node)).collect();
        for node in self.nodes.iter().filter(|node| !self.is_cut(node)) {
            for operand in &node.operands {
                shown[operand.index()] = true;
            }
        }
        shown
    }

    /// Whether a node belongs to a backward pass whose nodes the figure does not show.
    fn is_cut(&self, node: &NodeInfo) -> bool {
        node.pass > 0 && self.options.backward != Backward::Nodes
    }

    fn node(&self, node: &NodeInfo, cluster: Option<usize>) -> PictureNode {
        let kind = self.kind(node);
        let has_op = matches!(kind, Kind::Op);
        let has_gradient = self.options.gradients && node.pass == 0 && kind != Kind::Const;
        PictureNode {
            index: node.index,
            kind,
            pass: node.pass,
            is_loss: self.derivatives.is_loss(node.index),
            heading: self.heading(node, kind),
            op: if has_op { op(node) } else { String::new() },
            shape: if node.shape.rank() == 0 { String::new() } else { node.shape.to_string() },
            value: if self.options.values && kind != Kind::Const { self.numbers(node.index) } else { Numbers::new() },
            gradient: if has_gradient { self.gradient(node) } else { Numbers::new() },
            details: self.details(node),
            cluster,
            origin: node.origin,
            stub_of: Vec::new(),
        }
    }

    fn kind(&self, node: &NodeInfo) -> Kind {
        match node.leaf {
            _ if self.is_cut(node) => Kind::Gradient,
            Some(Leaf::Input) => Kind::Input,
            Some(Leaf::Var) => Kind::Var,
            Some(Leaf::Param) => Kind::Param,
            Some(Leaf::Const) => Kind::Const,
            Some(Leaf::Seed) => Kind::Seed,
            None => Kind::Op,
        }
    }

    fn heading(&self, node: &NodeInfo, kind: Kind) -> String {
        let derivatives = self.derivatives.held_by(node.index);
        let name = own_name(node);
        let heading = match kind {
            // All its elements are equal.
            Kind::Const => match (name, self.numbers_up_to(node.index, 0).concat().concat()) {
                ("", number) => number,
                (name, number) => format!("{name} = {number}"),
            },
            _ if !name.is_empty() => name.to_owned(),
            _ if node.pass > 0 => derivatives.first().map_or(String::new(), |derivative| self.derivative(derivative)),
            _ => String::new(),
        };
        shortened(&printable(&heading))
    }

    /// "∂loss/∂W", as headings have it.
    fn derivative(&self, derivative: &Derivative) -> String {
        let call = |index: NodeIndex| {
            let node = &self.nodes[index.index()];
            match own_name(node) {
                "" => format!("%{}", index.index()),
                name if name.contains('/') => format!("({name})"),
                name => name.to_owned(),
            }
        };
        format!("∂{}/∂{}", call(derivative.loss), call(derivative.by))
    }

    fn gradient(&self, node: &NodeInfo) -> Numbers {
        match self.derivatives.gradient(node.index, self.options.pass) {
            Some(gradient) => self.numbers(gradient),
            None => vec![vec!["-".to_owned()]],
        }
    }

    fn numbers(&self, index: NodeIndex) -> Numbers {
        self.numbers_up_to(index, self.options.max_values)
    }

    fn numbers_up_to(&self, index: NodeIndex, most: usize) -> Numbers {
        self.tape.var_at(index).with_value(|value| if value.len() <= most { grid(&value) } else { range(&value) })
    }

    fn details(&self, node: &NodeInfo) -> Vec<String> {
        let call = |index: NodeIndex| format!("%{}", index.index());
        let derivatives = written(self.derivatives.held_by(node.index), 3, call);
        let mut details = vec![format!("%{} {} = {}", node.index.index(), node.shape, equation(self.tape, node))];
        details.push(node.formula.to_owned());
        if !derivatives.is_empty() {
            details.push(derivatives);
        }
        details.push(node.short_source());
        details.iter().map(|line| printable(line)).collect()
    }

    /// The edges from the operands of a node.
    fn operand_edges(&self, node: &NodeInfo, edges: &mut Vec<Edge>) {
        for (slot, &from) in node.operands.iter().enumerate() {
            let flow = match (self.nodes[from.index()].pass, node.pass) {
                (_, 0) => Flow::Forward,
                (from_pass, to_pass) if from_pass == to_pass && self.nodes[from.index()].leaf != Some(Leaf::Const) => {
                    Flow::Backward
                }
                _ => Flow::Lookup,
            };
            let slot_name = slot_name(node, slot);
            edges.push(Edge { from, to: node.index, flow, slot, slot_name, label: String::new() });
        }
    }

    /// The edges by which gradients flow, against the operand edges. If several meet at a node, each is labelled with its share.
    fn gradient_edges(&self, shown: &[bool], edges: &mut Vec<Edge>) {
        let contributions = self.tape.contributions(self.options.pass);
        let mut arriving = vec![0; self.nodes.len()];
        contributions.iter().for_each(|sent| arriving[sent.to.index()] += 1);
        for Contribution { from, slot, to, cotangent } in contributions {
            if shown[from.index()] && shown[to.index()] {
                let is_number = self.nodes[to.index()].shape.size() == 1;
                let labelled = self.options.gradients && arriving[to.index()] > 1 && is_number;
                let label = if labelled { self.numbers_up_to(cotangent, 1).concat().concat() } else { String::new() };
                edges.push(Edge { from, to, flow: Flow::Backward, slot, slot_name: String::new(), label });
            }
        }
    }
}

/// Inside its scope's box, "layer1/W" is "W".
fn own_name(node: &NodeInfo) -> &str {
    node.name.strip_prefix(&node.scope).unwrap_or(&node.name)
}

/// The scopes found so far.
#[derive(Default)]
struct Clusters {
    all: Vec<Cluster>,
    known: HashMap<(Option<usize>, String), usize>,
    /// The scope of the last node; usually that of the next, too.
    last: (String, Option<usize>),
}

impl Clusters {
    /// The innermost cluster of a scope such as "encoder/layer1/", made if it is not there yet.
    fn of(&mut self, scope: &str) -> Option<usize> {
        if self.last.0 != scope {
            let names = scope.split('/').filter(|name| !name.is_empty());
            let innermost = names.fold(None, |parent, name| Some(self.inside(parent, name)));
            self.last = (scope.to_owned(), innermost);
        }
        self.last.1
    }

    fn inside(&mut self, parent: Option<usize>, name: &str) -> usize {
        let all = &mut self.all;
        *self.known.entry((parent, name.to_owned())).or_insert_with(|| {
            all.push(Cluster { name: shortened(&printable(name)), parent });
            all.len() - 1
        })
    }
}

/// An op as a figure shows it: its sign if it is a common one, or its name; and its attributes.
fn op(node: &NodeInfo) -> String {
    let sign = match node.op {
        "add" | "add_n" => "+",
        "sub" | "neg" => "−",
        "mul" => "×",
        "div" => "÷",
        other => other,
    };
    let sign = printable(sign);
    match attributes(node) {
        "" => sign,
        attributes => format!("{sign} ({})", shortened(&printable(attributes))),
    }
}

/// The name of an edge's operand, where it makes a difference: as in the op's formula, or its number as in error messages.
fn slot_name(node: &NodeInfo, slot: usize) -> String {
    match (node.op, node.operands.len(), slot) {
        (_, 1, _) | ("add" | "mul" | "add_n" | "maximum" | "minimum", _, _) => String::new(),
        ("matmul" | "matmul_nt" | "matmul_tn", 2, slot) => ["A", "B"][slot].to_owned(),
        ("sub" | "div", 2, slot) => ["a", "b"][slot].to_owned(),
        _ => (slot + 1).to_string(),
    }
}
