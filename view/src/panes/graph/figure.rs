//! The graph as it is shown: the nodes, their scopes, edges and places. A folded scope is one node.

use super::numbers;
use crate::look::Look;
use crate::session::Session;
use crate::text::{cut, width};
use gradus::Leaf;
use gradus::draw::number;
use gradus::draw::{Area, Cluster, Direction, Flow, Kind, Layout, Measure, Picture, PictureNode, Route, Spacing};
use petgraph::graph::NodeIndex;
use std::collections::{BTreeMap, BTreeSet};

/// For each edge that is drawn (from, to, slot), the edges of the tape that it represents.
type Wires = BTreeMap<(usize, usize, usize), Vec<(usize, usize, usize)>>;

/// The graph, laid out in characters.
pub(crate) struct Figure {
    /// The folding, the characters and the width of the pane that the figure was made for: it is made anew when one of them changes.
    folded: BTreeSet<String>,
    ascii: bool,
    pane: i64,
    /// The part of a large graph around the step; only that part is laid out.
    window: Option<Window>,
    pub(crate) nodes: Vec<Shown>,
    pub(crate) scopes: Vec<(String, Area)>,
    pub(crate) wires: Vec<Wire>,
    pub(crate) width: i64,
    pub(crate) height: i64,
}

/// A node of the figure, which represents one node of the trace or, if folded, several.
pub(crate) struct Shown {
    pub(crate) members: Vec<usize>,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) area: Area,
    /// The cells for its number, if there is room for it.
    pub(crate) room: usize,
}

/// A line of the figure, which represents one or more edges: operand, node, slot.
pub(crate) struct Wire {
    pub(crate) edges: Vec<(usize, usize, usize)>,
    pub(crate) route: Route,
}

/// Distances in characters. The figure runs from top to bottom, so that columns of the layout are rows here.
const SPACING: Spacing =
    Spacing { column: 2, row: 3, hang: 3, margin: 1, header: 0, port: 2, pair: 0, longest: i64::MAX };
/// Maximum number of nodes that are laid out, which takes a moment; of a larger graph, those around the step.
const MOST_NODES: usize = 300;
/// Maximum depth of scopes that have a box of their own.
const DEEPEST: usize = 8;
/// Maximum width of a label, in cells; a longer one is cut.
const LABEL: usize = 18;

impl Figure {
    /// The figure for a pane of this width: with numbers on its nodes, if they leave it narrow enough.
    pub(crate) fn of(session: &Session, pane: i64) -> Figure {
        let with_numbers = Figure::made(session, pane, numbers::room);
        let fits = with_numbers.width <= pane || with_numbers.nodes.iter().all(|shown| shown.room == 0);
        if fits { with_numbers } else { Figure::made(session, pane, |_, _| 0) }
    }

    /// The figure with `room` for the number of each node.
    fn made(session: &Session, pane: i64, room: impl Fn(&Session, usize) -> usize) -> Figure {
        let (mut stands_for, mut members) = groups(session);
        let window = Window::of(session, &stands_for, &members);
        if let Some(window) = &window {
            members.retain(|node, _| window.holds(*node));
            stands_for.retain(|_, node| window.holds(*node));
        }
        let mut picture = Picture::new("");
        for (&node, members) in &members {
            let cluster = cluster_of(session, node, &mut picture.clusters);
            picture.nodes.push(picture_node(session, node, members.len() > 1, cluster));
        }
        let mut wires: Wires = BTreeMap::new();
        for node in session.trace.nodes.iter().filter(|node| stands_for.contains_key(&node.index)) {
            for (slot, &operand) in node.operands.iter().enumerate() {
                let (Some(&from), Some(&to)) = (stands_for.get(&operand), stands_for.get(&node.index)) else {
                    continue;
                };
                let is_single = members[&from].len() == 1 && members[&to].len() == 1;
                if from != to {
                    // An edge from a node of a folded scope before its last one would run upwards: it is drawn downwards like the others.
                    let key = (from.min(to), from.max(to), if is_single { slot } else { 0 });
                    wires.entry(key).or_default().push((operand, node.index, slot));
                }
            }
        }
        for &(from, to, slot) in wires.keys() {
            picture.add_edge(NodeIndex::new(from), NodeIndex::new(to), Flow::Forward, slot, "");
        }
        let is_single = |node: &PictureNode| members[&node.index.index()].len() == 1 && node.kind != Kind::Const;
        let room = |node: &PictureNode| if is_single(node) { room(session, node.index.index()) } else { 0 };
        let rooms: BTreeMap<usize, usize> = picture.nodes.iter().map(|node| (node.index.index(), room(node))).collect();
        let layout = Layout::of(&picture, Direction::TopToBottom, &SPACING, &Characters { rooms: &rooms });
        let nodes = picture.nodes.into_iter().zip(members.into_values()).zip(layout.nodes);
        let shown = |((node, members), area): ((PictureNode, Vec<usize>), Area)| Shown {
            room: rooms[&node.index.index()],
            members,
            label: node.heading,
            kind: node.kind,
            area,
        };
        Figure {
            folded: session.folded.clone(),
            ascii: session.look.ascii,
            pane,
            window,
            nodes: nodes.map(shown).collect(),
            scopes: picture.clusters.into_iter().map(|cluster| cluster.name).zip(layout.clusters).collect(),
            wires: wires.into_values().zip(layout.edges).map(|(edges, route)| Wire { edges, route }).collect(),
            width: layout.width,
            height: layout.height,
        }
    }

    pub(crate) fn is_for(&self, session: &Session, pane: i64) -> bool {
        let holds_step = |window: &Window| session.node().is_none_or(|node| window.is_around(node));
        let is_same = (&self.folded, self.ascii, self.pane) == (&session.folded, session.look.ascii, pane);
        is_same && self.window.as_ref().is_none_or(holds_step)
    }

    /// A sentence about the nodes of a large graph that are left out.
    pub(crate) fn left_out(&self) -> Option<String> {
        let Window { first, last, all, .. } = self.window.as_ref()?;
        Some(format!("%{first} to %{last} of {all} nodes; folded scopes show more"))
    }

    /// The node of the figure that represents a node of the trace.
    pub(crate) fn place_of(&self, node: usize) -> Option<&Shown> {
        self.nodes.iter().find(|shown| shown.members.contains(&node))
    }
}

/// A part of a large graph.
struct Window {
    first: usize,
    last: usize,
    /// The nodes of the trace in it, or in a scope that is in it.
    around: BTreeSet<usize>,
    all: usize,
}

impl Window {
    /// The part around the step; `None` if the graph is small enough to be shown whole.
    fn of(
        session: &Session,
        stands_for: &BTreeMap<usize, usize>,
        members: &BTreeMap<usize, Vec<usize>>,
    ) -> Option<Window> {
        if members.len() <= MOST_NODES {
            return None;
        }
        let step = session.node().map_or(0, |node| stands_for.get(&node).copied().unwrap_or(node));
        let shown: Vec<usize> = members.keys().copied().collect();
        let middle = shown.partition_point(|&node| node < step);
        let start = middle.saturating_sub(MOST_NODES / 2).min(shown.len() - MOST_NODES);
        let shown = &shown[start..start + MOST_NODES];
        let around = shown.iter().flat_map(|node| members[node].iter().copied()).collect();
        Some(Window { first: shown[0], last: shown[MOST_NODES - 1], around, all: members.len() })
    }

    fn holds(&self, shown: usize) -> bool {
        (self.first..=self.last).contains(&shown)
    }

    fn is_around(&self, node: usize) -> bool {
        self.holds(node) || self.around.contains(&node)
    }
}

/// For each node that is shown, the node that represents it; and for each of those, the nodes that it represents.
fn groups(session: &Session) -> (BTreeMap<usize, usize>, BTreeMap<usize, Vec<usize>>) {
    let mut by_scope: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut members = BTreeMap::new();
    for node in (0..session.trace.nodes.len()).filter(|&node| session.is_shown(node)) {
        match session.folded_scope(&session.trace.nodes[node].scope) {
            Some(scope) => by_scope.entry(scope).or_default().push(node),
            None => _ = members.insert(node, vec![node]),
        }
    }
    // A scope is represented by its output: the last node that the program recorded in it.
    for scope in by_scope.into_values() {
        let program = scope.iter().rev().find(|&&node| session.trace.nodes[node].pass == 0);
        if let Some(&output) = program.or(scope.last()) {
            members.insert(output, scope);
        }
    }
    let stands_for = members.iter().flat_map(|(&node, members)| members.iter().map(move |&member| (member, node)));
    (stands_for.collect(), members)
}

/// The box of a node; made if it does not exist yet. A folded scope is in the box around it.
fn cluster_of(session: &Session, node: usize, clusters: &mut Vec<Cluster>) -> Option<usize> {
    let scope = &session.trace.nodes[node].scope;
    let open = match session.folded_scope(scope) {
        Some(folded) => folded.trim_end_matches('/').rfind('/').map_or(String::new(), |end| folded[..=end].to_owned()),
        None => scope.clone(),
    };
    let mut parent = None;
    for name in open.split('/').filter(|name| !name.is_empty()).take(DEEPEST) {
        let known = clusters.iter().position(|cluster| cluster.parent == parent && cluster.name == name);
        if known.is_none() {
            clusters.push(Cluster { name: name.to_owned(), parent });
        }
        parent = known.or(clusters.len().checked_sub(1));
    }
    parent
}

fn picture_node(session: &Session, node: usize, is_folded: bool, cluster: Option<usize>) -> PictureNode {
    let info = &session.trace.nodes[node];
    let name =
        if info.name.is_empty() { String::new() } else { info.name.trim_start_matches(&info.scope[..]).to_owned() };
    let (kind, label) = match info.leaf() {
        _ if is_folded => {
            let scope = session.folded_scope(&info.scope).unwrap_or_default();
            (Kind::Scope, scope.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned())
        }
        Some(Leaf::Const) => (Kind::Const, info.value.as_ref().and_then(|value| value.item()).map_or(name, number)),
        Some(Leaf::Param) => (Kind::Param, name),
        Some(Leaf::Var) => (Kind::Var, name),
        Some(Leaf::Seed) => (Kind::Seed, "seed".to_owned()),
        None if !info.operands.is_empty() => (Kind::Op, format!("{} {name}", sign(&info.op)).trim_end().to_owned()),
        // Data. An op of the learner's own may have no operands, too.
        Some(_) | None => (Kind::Input, name),
    };
    let label = match (kind, &label[..]) {
        (Kind::Op, _) if info.name.is_empty() => format!("{label} %{node}"),
        (_, "") => format!("%{node}"),
        _ => label,
    };
    PictureNode {
        index: NodeIndex::new(node),
        kind,
        pass: info.pass,
        is_loss: false,
        heading: shortened(&label, session.look),
        op: String::new(),
        shape: String::new(),
        value: Vec::new(),
        gradient: Vec::new(),
        details: Vec::new(),
        cluster,
        origin: NodeIndex::new(info.origin),
        stub_of: Vec::new(),
    }
}

fn sign(op: &str) -> &str {
    match op {
        "add" | "add_n" => "+",
        "sub" | "neg" => "−",
        "mul" => "×",
        "div" => "÷",
        other => other,
    }
}

/// A label as it is shown.
fn shortened(label: &str, look: Look) -> String {
    cut(&look.text(label), LABEL, look.ellipsis())
}

/// Texts in cells: a node is one line, with a mark before it and a bracket on either side.
struct Characters<'r> {
    /// For each node, the cells for its number.
    rooms: &'r BTreeMap<usize, usize>,
}

impl Measure for Characters<'_> {
    fn node(&self, node: &PictureNode) -> [i64; 2] {
        [(width(&node.heading) + self.rooms[&node.index.index()]) as i64 + 3, 1]
    }
    fn label(&self, _: &str) -> [i64; 2] {
        [0, 0]
    }
}
