//! The graph as the page shows it. The one idea to know: the browser lays out nothing. The layout is computed here for each way of folding the
//! graph's scopes (or the most useful ways, if there are too many), once for wide screens and once for tall ones. A graph that is too large for that
//! has groups besides (`groups`), each with a drawing of its inside: so each node is laid out once more, and not once for every way of folding.

use crate::draw::{
    Area, Backward, Cluster, Direction, DrawOptions, Flow, Kind, Layout, Measure, Picture, PictureNode, Pixels, Route,
    SPACING, Spacing, arrow_head, fold_scopes, fold_stretches, folded_size, line, number, shallow,
};
use crate::scalar::Scalar;
use crate::tape::Tape;
use crate::trace::{Event, Trace};
use groups::add_groups;
use petgraph::graph::NodeIndex;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

mod groups;

/// Maximum number of nodes of a figure.
const MOST_NODES: usize = 300;
/// Maximum sum, over all foldings, of the square of the number of nodes: the time for a layout grows a little faster than that square.
const MOST_WORK: usize = 250_000;
/// Maximum number of scopes of which each is tried folded alone and open alone. If there are more, only the outermost ones are.
const MOST_SCOPES: usize = 60;
/// Maximum number of scopes for which every way of folding them has a layout.
const FEW_SCOPES: usize = 6;
/// Maximum number of passes whose numbers fit in the nodes.
const PASSES_WITH_ROOM: u32 = 4;

/// The parts of the figure, and the ways of folding it.
#[derive(Serialize)]
pub(super) struct Figure {
    nodes: Vec<FigureNode>,
    scopes: Vec<Scope>,
    /// The figure with all scopes open comes first, if it is not too large.
    foldings: Vec<Folding>,
}

#[derive(Serialize)]
struct FigureNode {
    index: usize,
    kind: &'static str,
    is_loss: bool,
    heading: String,
    op: String,
    shape: String,
    /// Whether there is room for a gradient.
    has_gradient: bool,
}

#[derive(Serialize)]
struct Scope {
    name: String,
    parent: Option<usize>,
    /// Whether it is a group, which has a drawing of its own.
    is_group: bool,
}

/// The figure with some scopes folded.
#[derive(Serialize)]
struct Folding {
    /// The scopes that are folded.
    folded: Vec<usize>,
    /// The nodes that are drawn.
    nodes: Vec<Stand>,
    /// The group whose inside is drawn, without what is around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<usize>,
    /// For each node of the figure, the node that is drawn for it. (Inside of a group each node is drawn for itself.)
    stands_for: Vec<usize>,
    /// The scopes that are drawn.
    scopes: Vec<usize>,
    edges: Vec<FigureEdge>,
    wide: Places,
    tall: Places,
}

/// A node that is drawn: for itself, or for several.
#[derive(Serialize)]
struct Stand {
    index: usize,
    /// Its heading, if it is drawn for several.
    heading: Option<String>,
    /// The folded scope that it is.
    scope: Option<usize>,
    /// The nodes whose names it shows, if it is no node but a name in place of a line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stub_of: Vec<usize>,
}

#[derive(Serialize)]
struct FigureEdge {
    from: usize,
    to: usize,
    flow: &'static str,
    slot: usize,
    slot_name: String,
}

/// The places of everything, in the order of the lists of a [`Folding`].
#[derive(Serialize)]
struct Places {
    width: i64,
    height: i64,
    nodes: Vec<[i64; 4]>,
    scopes: Vec<[i64; 4]>,
    edges: Vec<Way>,
}

#[derive(Serialize)]
struct Way {
    line: String,
    head: String,
    label: [i64; 2],
    slot_name: [i64; 2],
}

impl Figure {
    pub(super) fn of<F: Scalar>(tape: &Tape<F>, trace: &Trace, is_laid_open: bool) -> Figure {
        let mut picture = picture(tape, trace, is_laid_open);
        let sizes = Sizes::of(tape, trace, &picture);
        let mut ways = ways_of_folding(&picture);
        let scopes = if picture.nodes.len() > MOST_NODES { add_groups(&mut picture) } else { picture.clusters.len() };
        // Groups are folded in all ways.
        ways.iter_mut().for_each(|way| way.resize(picture.clusters.len(), true));
        let (mut work, mut foldings) = (0, Vec::new());
        for way in &ways {
            let size = folded_size(&picture, way);
            work += size.saturating_mul(size);
            if size <= MOST_NODES && (work <= MOST_WORK || foldings.len() < 2) {
                foldings.push(Folding::of(&picture, way, &sizes));
            }
        }
        if foldings.is_empty() {
            let all_folded = &ways[1.min(ways.len() - 1)];
            foldings.push(Folding::of(&picture, all_folded, &sizes));
        }
        foldings.extend((scopes..picture.clusters.len()).map(|group| Folding::inside(&picture, group, &sizes)));
        let nodes = picture.nodes.iter().map(|node| FigureNode {
            index: node.index.index(),
            kind: kind(node.kind),
            is_loss: node.is_loss,
            heading: node.heading.clone(),
            op: node.op.clone(),
            shape: node.shape.clone(),
            has_gradient: !node.gradient.is_empty(),
        });
        let scope = |(index, scope): (usize, &Cluster)| Scope {
            name: scope.name.clone(),
            parent: scope.parent,
            is_group: index >= scopes,
        };
        Figure { nodes: nodes.collect(), scopes: picture.clusters.iter().enumerate().map(scope).collect(), foldings }
    }
}

/// The nodes that the program recorded, and those that it was differentiated through, with the gradients of all passes as edges. If laid open, all
/// the nodes that the passes recorded instead of these edges.
fn picture<F: Scalar>(tape: &Tape<F>, trace: &Trace, is_laid_open: bool) -> Picture {
    let mut picture = shallow(Picture::of(tape, &options(1)));
    let mut is_shown: Vec<bool> = trace.nodes.iter().map(|node| node.pass == 0).collect();
    for node in trace.nodes.iter().filter(|node| node.pass == 0) {
        node.operands.iter().for_each(|&operand| is_shown[operand] = true);
    }
    for node in &trace.nodes {
        node.holds.iter().for_each(|derivative| is_shown[derivative.by] = true);
    }
    if !is_laid_open {
        picture.nodes.retain(|node| is_shown[node.index.index()]);
        picture.edges.retain(|edge| is_shown[edge.from.index()] && is_shown[edge.to.index()]);
    }
    // A gradient that is differentiated again has a gradient too, of its own shape.
    let is_differentiated: HashSet<usize> =
        trace.nodes.iter().flat_map(|node| &node.holds).map(|held| held.by).collect();
    for node in picture.nodes.iter_mut().filter(|node| node.pass > 0) {
        if is_differentiated.contains(&node.index.index()) {
            node.gradient = node.value.clone();
        }
    }
    if is_laid_open {
        return picture;
    }
    let mut ways_back: BTreeMap<(usize, usize, usize), String> = BTreeMap::new();
    for event in &trace.events {
        if let Event::Contribution { from, slot, to, sent, of, .. } = *event {
            let single = trace.nodes[sent].value.as_ref().and_then(|value| value.item()).filter(|_| of > 1);
            let (label, known) = (single.map_or(String::new(), number), ways_back.entry((from, to, slot)).or_default());
            if label.len() > known.len() {
                *known = label;
            }
        }
    }
    for ((from, to, slot), label) in ways_back {
        picture.add_edge(NodeIndex::new(from), NodeIndex::new(to), Flow::Backward, slot, &label);
    }
    picture
}

fn options(pass: u32) -> DrawOptions {
    DrawOptions::new().backward(Backward::Nodes).unfolded().pass(pass)
}

/// The ways of folding, each with whether each scope is folded. The most useful ones come first: all open, all folded, one folded, one open, and then
/// all the others if there are few scopes.
fn ways_of_folding(picture: &Picture) -> Vec<Vec<bool>> {
    let scopes = picture.clusters.len();
    let around = |scope: usize| std::iter::successors(Some(scope), |&scope| picture.clusters[scope].parent);
    let only = |open: usize| -> Vec<bool> {
        let is_open =
            |scope: usize| around(open).any(|outer| outer == scope) || around(scope).any(|outer| outer == open);
        (0..scopes).map(|scope| !is_open(scope)).collect()
    };
    let mut ways = vec![vec![false; scopes], vec![true; scopes]];
    let depths = picture.depths();
    let mut outermost_first: Vec<usize> = (0..scopes).collect();
    outermost_first.sort_by_key(|&scope| depths[scope]);
    outermost_first.truncate(MOST_SCOPES);
    ways.extend(outermost_first.iter().map(|&folded| (0..scopes).map(|scope| scope == folded).collect()));
    ways.extend(outermost_first.iter().map(|&open| only(open)));
    if scopes <= FEW_SCOPES {
        ways.extend((0..1_usize << scopes).map(|set| (0..scopes).map(|scope| set >> scope & 1 == 1).collect()));
    }
    // A scope inside a folded one does not count as folded.
    let outermost = |way: Vec<bool>| -> Vec<bool> {
        (0..scopes).map(|scope| way[scope] && !around(scope).skip(1).any(|outer| way[outer])).collect()
    };
    let mut known = BTreeSet::new();
    ways.into_iter().map(outermost).filter(|way| known.insert(way.clone())).collect()
}

impl Folding {
    fn of(picture: &Picture, way: &[bool], sizes: &Sizes) -> Folding {
        let mut folded = fold_scopes(picture, way);
        let mut stands_for: Vec<NodeIndex> = folded.stands_for.clone();
        if folded.picture.nodes.len() > MOST_NODES {
            let before = folded.picture;
            folded = fold_stretches(&before, MOST_NODES);
            stands_for.iter_mut().for_each(|node| {
                *node = before.place_of(*node).map_or(*node, |place| folded.stands_for[place]);
            });
        }
        let drawn = &folded.picture.with_stubs();
        let scope_of: HashMap<NodeIndex, usize> = picture
            .nodes
            .iter()
            .zip(&stands_for)
            .filter_map(|(node, &stand)| Some((stand, outermost_folded(picture, node, way)?)))
            .collect();
        let scope = |node: &PictureNode| scope_of.get(&node.index).copied().filter(|_| node.kind == Kind::Scope);
        Folding {
            folded: (0..way.len()).filter(|&scope| way[scope]).collect(),
            stands_for: stands_for.iter().map(|node| node.index()).collect(),
            scopes: folded.open.clone(),
            ..Folding::drawn(drawn, sizes, scope)
        }
    }

    /// The inside of a group.
    fn inside(picture: &Picture, group: usize, sizes: &Sizes) -> Folding {
        Folding { inside: Some(group), ..Folding::drawn(&picture.inside(group), sizes, |_| None) }
    }

    fn drawn(picture: &Picture, sizes: &Sizes, scope: impl Fn(&PictureNode) -> Option<usize>) -> Folding {
        let stand = |node: &PictureNode| Stand {
            index: node.index.index(),
            heading: matches!(node.kind, Kind::Scope | Kind::Stub).then(|| node.heading.clone()),
            scope: scope(node),
            stub_of: node.stub_of.iter().map(|named| named.index()).collect(),
        };
        let edge = |edge: &crate::draw::Edge| FigureEdge {
            from: edge.from.index(),
            to: edge.to.index(),
            flow: flow(edge.flow),
            slot: edge.slot,
            slot_name: edge.slot_name.clone(),
        };
        Folding {
            folded: Vec::new(),
            nodes: picture.nodes.iter().map(stand).collect(),
            inside: None,
            stands_for: Vec::new(),
            scopes: Vec::new(),
            edges: picture.edges.iter().map(edge).collect(),
            wide: Places::of(picture, Direction::LeftToRight, sizes),
            tall: Places::of(picture, Direction::TopToBottom, sizes),
        }
    }
}

fn outermost_folded(picture: &Picture, node: &PictureNode, way: &[bool]) -> Option<usize> {
    let around = std::iter::successors(node.cluster, |&scope| picture.clusters[scope].parent);
    around.filter(|&scope| way[scope]).last()
}

impl Places {
    fn of(picture: &Picture, direction: Direction, sizes: &Sizes) -> Places {
        let longest = if direction == Direction::LeftToRight { WIDE } else { i64::MAX };
        let layout = Layout::of(picture, direction, &Spacing { longest, ..SPACING }, sizes);
        let sides = |area: &Area| [area.x, area.y, area.width, area.height];
        let way = |(edge, route): (&crate::draw::Edge, &Route)| Way {
            line: line(&route.points, edge.from > edge.to),
            head: arrow_head(&route.points),
            label: route.label,
            slot_name: route.slot_name,
        };
        Places {
            width: layout.width,
            height: layout.height,
            nodes: layout.nodes.iter().map(sides).collect(),
            scopes: layout.clusters.iter().map(sides).collect(),
            edges: picture.edges.iter().zip(&layout.edges).map(way).collect(),
        }
    }
}

/// Length at which a wide figure continues in the next row, in pixels.
const WIDE: i64 = 1000;

/// The sizes of the nodes, with room for the numbers of every pass.
struct Sizes(HashMap<NodeIndex, [i64; 2]>);

impl Sizes {
    fn of<F: Scalar>(tape: &Tape<F>, trace: &Trace, picture: &Picture) -> Sizes {
        let mut sizes: HashMap<NodeIndex, [i64; 2]> =
            picture.nodes.iter().map(|node| (node.index, Pixels.node(node))).collect();
        for pass in 2..=trace.passes().min(PASSES_WITH_ROOM) {
            for node in &Picture::of(tape, &options(pass)).nodes {
                let [width, height] = Pixels.node(node);
                if let Some(size) = sizes.get_mut(&node.index) {
                    *size = [size[0].max(width), size[1].max(height)];
                }
            }
        }
        Sizes(sizes)
    }
}

impl Measure for Sizes {
    fn node(&self, node: &PictureNode) -> [i64; 2] {
        let known = self.0.get(&node.index).filter(|_| node.kind != Kind::Scope);
        known.copied().unwrap_or_else(|| Pixels.node(node))
    }

    fn label(&self, text: &str) -> [i64; 2] {
        Pixels.label(text)
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Input => "input",
        Kind::Var => "var",
        Kind::Param => "param",
        Kind::Const => "const",
        Kind::Seed => "seed",
        Kind::Op => "op",
        Kind::Scope => "scope",
        Kind::Gradient => "gradient",
        Kind::Stub => "stub",
    }
}

fn flow(flow: Flow) -> &'static str {
    match flow {
        Flow::Forward => "forward",
        Flow::Backward => "backward",
        Flow::Lookup => "lookup",
    }
}
