//! Names instead of lines: in a large figure, a node that is used in many places is written by its name at each of them, as in the plan of a circuit.
//! The one idea to know: such a name is a node of the figure, a stub with one edge, so the layout places it like a leaf that one op uses.

use super::picture::{Edge, Flow, Kind, Picture, PictureNode};
use crate::number::Numbers;
use petgraph::graph::NodeIndex;
use std::collections::HashMap;

/// Maximum number of lines along which values flow, in a figure in which every edge is one.
const FEW_LINES: usize = 100;
/// Maximum number of uses of a node that are lines, in a larger figure.
const MOST_LINES: usize = 4;
/// Maximum number of names that a folded scope reads one by one.
const MOST_NAMES: usize = 2;

impl Picture {
    /// The figure with names in place of lines, if it has many lines: what is used more than four times is connected by none, and its name stands at each
    /// use, as a node of [`Kind::Stub`]. A folded scope that reads many such nodes has one stub for all of them. [`to_svg`](Picture::to_svg) and the web
    /// page do this.
    ///
    /// ```
    /// use gradus::draw::{DrawOptions, Kind, Picture};
    /// use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let x = tape.var(0.5).named("x");
    /// let _ = (0..60).fold(x, |sum, i| sum + x * f64::from(i));
    /// let picture = Picture::of(&tape, &DrawOptions::new()).with_stubs();
    /// assert!(picture.nodes.iter().any(|node| node.kind == Kind::Stub && node.heading == "x"));
    /// ```
    pub fn with_stubs(self) -> Picture {
        let ways_back = ways_back(&self);
        let mut uses = uses(&self, &ways_back);
        let lines: usize = uses.values().sum();
        uses.retain(|_, &mut uses| uses > MOST_LINES);
        if lines <= FEW_LINES || uses.is_empty() {
            return self;
        }
        let mut picture = Stubs::of(&self, &uses).put_into(self, &ways_back);
        picture.note += &format!(
            "What is used more than {MOST_LINES} times is not connected by lines: its name stands where it is used.\n"
        );
        picture
    }

    /// What is inside a scope, with names in place of the lines that lead into it.
    #[cfg(feature = "html")]
    pub(crate) fn inside(&self, cluster: usize) -> Picture {
        let is_inside = |node: NodeIndex| self.node(node).cluster == Some(cluster);
        let user = |edge: &Edge| if edge.flow == Flow::Backward && edge.from > edge.to { edge.from } else { edge.to };
        let mut part = Picture::new("");
        part.edges = self.edges.iter().filter(|edge| is_inside(user(edge))).cloned().collect();
        let nodes = self.nodes.iter().filter(|node| node.cluster == Some(cluster));
        part.nodes = nodes.map(|node| PictureNode { cluster: None, ..node.clone() }).collect();
        let ways_back = ways_back(&part);
        let mut uses = uses(&part, &ways_back);
        uses.retain(|&node, &mut uses| uses > MOST_LINES || !is_inside(node));
        Stubs::of(self, &uses).put_into(part, &ways_back)
    }
}

/// For each node, the number of edges along which its value flows.
fn uses(picture: &Picture, ways_back: &[Option<usize>]) -> HashMap<NodeIndex, usize> {
    let mut uses = HashMap::new();
    for (edge, _) in picture.edges.iter().zip(ways_back).filter(|(_, operand)| operand.is_none()) {
        *uses.entry(edge.from).or_default() += 1;
    }
    uses
}

/// For each edge, if a gradient flows back along another one, that other one.
fn ways_back(picture: &Picture) -> Vec<Option<usize>> {
    let mut operand_edges = HashMap::new();
    let way_back = |(index, edge): (usize, &Edge)| {
        let found = operand_edges.get(&(edge.to, edge.from, edge.slot)).copied();
        let found = found.filter(|_| edge.flow == Flow::Backward);
        if found.is_none() {
            operand_edges.insert((edge.from, edge.to, edge.slot), index);
        }
        found
    };
    picture.edges.iter().enumerate().map(way_back).collect()
}

/// What each of these nodes is called: its heading, with its place if others have that heading too, or if it has none.
fn names(picture: &Picture, of: &HashMap<NodeIndex, usize>) -> HashMap<NodeIndex, String> {
    let mut same: HashMap<&str, usize> = HashMap::new();
    picture.nodes.iter().for_each(|node| *same.entry(&node.heading).or_default() += 1);
    let name = |node: &PictureNode| {
        let place = format!("%{}", node.index.index());
        match node.heading.as_str() {
            "" => place,
            heading if same[heading] > 1 => format!("{heading} {place}"),
            heading => heading.to_owned(),
        }
    };
    picture.nodes.iter().filter(|node| of.contains_key(&node.index)).map(|node| (node.index, name(node))).collect()
}

struct Stubs {
    /// For each node that is not connected by lines, its name.
    names: HashMap<NodeIndex, String>,
    /// The index of the next stub.
    next: usize,
    made: Vec<PictureNode>,
    /// The stubs of edges, by the node and the slot that they end at; that of a folded scope has no slot.
    known: HashMap<(NodeIndex, Option<(NodeIndex, usize)>), NodeIndex>,
}

impl Stubs {
    /// For these nodes of a figure.
    fn of(picture: &Picture, named: &HashMap<NodeIndex, usize>) -> Stubs {
        let next = picture.nodes.last().map_or(0, |node| node.index.index() + 1);
        Stubs { names: names(picture, named), next, made: Vec::new(), known: HashMap::new() }
    }

    fn put_into(mut self, mut picture: Picture, ways_back: &[Option<usize>]) -> Picture {
        let read = self.read_by_scopes(&picture, ways_back);
        let mut edges: Vec<Edge> = Vec::with_capacity(picture.edges.len());
        // For each edge, the stub that it comes from.
        let mut stub_of: Vec<Option<NodeIndex>> = Vec::with_capacity(picture.edges.len());
        let mut is_drawn = HashMap::new();
        for (edge, operand) in picture.edges.iter().zip(ways_back) {
            let stub = match operand {
                Some(operand) => stub_of[*operand],
                None => self.names.contains_key(&edge.from).then(|| self.stub(edge, &picture, &read)),
            };
            stub_of.push(stub);
            let Some(stub) = stub else {
                edges.push(edge.clone());
                continue;
            };
            let edge = match operand {
                Some(_) => Edge { to: stub, ..edge.clone() },
                None => Edge { from: stub, ..edge.clone() },
            };
            // One stub of a folded scope stands for several edges.
            if is_drawn.insert((edge.from, edge.to), ()).is_none() {
                edges.push(edge);
            }
        }
        picture.edges = edges;
        picture.nodes.extend(self.made);
        picture
    }

    /// For each folded scope, what it reads by name.
    fn read_by_scopes(&self, picture: &Picture, ways_back: &[Option<usize>]) -> HashMap<NodeIndex, Vec<NodeIndex>> {
        let mut read: HashMap<NodeIndex, Vec<NodeIndex>> = HashMap::new();
        for (edge, _) in picture.edges.iter().zip(ways_back).filter(|(_, operand)| operand.is_none()) {
            if self.names.contains_key(&edge.from) && picture.node(edge.to).kind == Kind::Scope {
                read.entry(edge.to).or_default().push(edge.from);
            }
        }
        read.values_mut().for_each(|names| {
            names.sort_unstable();
            names.dedup();
        });
        read
    }

    /// The stub at the end of an edge.
    fn stub(&mut self, edge: &Edge, picture: &Picture, read: &HashMap<NodeIndex, Vec<NodeIndex>>) -> NodeIndex {
        let all = read.get(&edge.to).filter(|names| names.len() > MOST_NAMES);
        let key = (edge.to, all.is_none().then_some((edge.from, edge.slot)));
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let index = NodeIndex::new(self.next);
        self.next += 1;
        let stands_for = all.cloned().unwrap_or_else(|| vec![edge.from]);
        let name = |of: &NodeIndex| self.names[of].as_str();
        let (first, last) = (name(&stands_for[0]), name(&stands_for[stands_for.len() - 1]));
        let heading = match stands_for.len() {
            1 => first.to_owned(),
            count => format!("{first} … {last} ({count})"),
        };
        let user = picture.node(edge.to);
        self.made.push(PictureNode {
            index,
            kind: Kind::Stub,
            pass: user.pass,
            is_loss: false,
            heading,
            op: String::new(),
            shape: String::new(),
            value: Numbers::new(),
            gradient: Numbers::new(),
            details: vec![stands_for.iter().map(name).collect::<Vec<_>>().join(", ")],
            cluster: user.cluster,
            origin: edge.to,
            stub_of: stands_for,
        });
        self.known.insert(key, index);
        index
    }
}
