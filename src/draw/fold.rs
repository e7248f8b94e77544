//! Makes a figure with too many nodes smaller: scopes become single nodes, the innermost first. If there are no scopes left, stretches of the tape
//! become single nodes.

use super::picture::{Cluster, Edge, Flow, Kind, Picture, PictureNode};
use petgraph::graph::NodeIndex;
use std::collections::HashSet;

/// A figure with fewer nodes, and which of them replaces each old one.
pub(crate) struct Folded {
    pub(crate) picture: Picture,
    /// For each node of the original figure, the node that represents it.
    #[cfg_attr(not(feature = "html"), expect(dead_code))]
    pub(crate) stands_for: Vec<NodeIndex>,
    /// For each scope that is still open, its place in [`Picture::clusters`] of the original figure.
    pub(crate) open: Vec<usize>,
}

/// Maximum depth of scopes: those that are nested more deeply are drawn folded, because so many boxes inside each other cannot be read.
const DEEPEST: usize = 16;

/// The figure with at most `most` nodes (at least one), at most as many scopes, and no scope deeper than [`DEEPEST`]. Its note says what was folded.
pub(super) fn folded(mut picture: Picture, most: usize) -> Picture {
    let most = most.max(1);
    let all = picture.nodes.len();
    picture = flattened(picture);
    while picture.nodes.len() > most || picture.clusters.len() > most {
        let depths = picture.depths();
        picture = match depths.iter().max() {
            Some(deepest) => fold_scopes(&picture, &depths.iter().map(|depth| depth == deepest).collect::<Vec<_>>()),
            None => fold_stretches(&picture, most),
        }
        .picture;
    }
    if all > most {
        picture.note += &format!(
            "{all} nodes, folded into {}: one node stands for all that is in a scope, or for a stretch of the tape.\n\
             DrawOptions::max_nodes shows more. To see less of the tape, rewind it before the part that is to be seen.\n",
            picture.nodes.len()
        );
    }
    picture
}

/// The figure without the scopes that are nested too deeply.
fn flattened(picture: Picture) -> Picture {
    let depths = picture.depths();
    if depths.iter().all(|&depth| depth < DEEPEST) {
        return picture;
    }
    let deepest = 1 + depths.iter().max().copied().unwrap_or(0);
    let is_folded: Vec<bool> = depths.iter().map(|&depth| depth >= DEEPEST).collect();
    let mut flat = fold_scopes(&picture, &is_folded).picture;
    flat.note += &format!("Scopes are nested {deepest} deep; those inside the {DEEPEST}th are folded.\n");
    flat
}

/// The figure with all its nodes. Nodes that are nested too deeply move to the innermost scope that is not.
#[cfg(feature = "html")]
pub(crate) fn shallow(mut picture: Picture) -> Picture {
    let depths = picture.depths();
    let mut stands_in: Vec<usize> = Vec::with_capacity(depths.len());
    let mut kept = Vec::new();
    for (cluster, depth) in std::mem::take(&mut picture.clusters).into_iter().zip(depths) {
        let parent = cluster.parent.map(|parent| stands_in[parent]);
        match parent.filter(|_| depth >= DEEPEST) {
            Some(parent) => stands_in.push(parent),
            None => {
                stands_in.push(kept.len());
                kept.push(Cluster { parent, ..cluster });
            }
        }
    }
    picture.clusters = kept;
    picture.nodes.iter_mut().for_each(|node| node.cluster = node.cluster.map(|cluster| stands_in[cluster]));
    picture
}

/// The number of nodes that are left when these scopes are folded.
#[cfg(feature = "html")]
pub(crate) fn folded_size(picture: &Picture, is_folded: &[bool]) -> usize {
    let outermost = picture.outermost(is_folded);
    let mut is_known = vec![false; picture.clusters.len()];
    let is_left = |node: &&PictureNode| match node.cluster.and_then(|cluster| outermost[cluster]) {
        Some(group) => !std::mem::replace(&mut is_known[group], true),
        None => true,
    };
    picture.nodes.iter().filter(is_left).count()
}

impl Picture {
    /// For each scope, the number of scopes around it.
    pub(crate) fn depths(&self) -> Vec<usize> {
        let mut depths: Vec<usize> = Vec::with_capacity(self.clusters.len());
        // A scope comes after the one around it.
        for cluster in &self.clusters {
            depths.push(cluster.parent.map_or(0, |parent| depths[parent] + 1));
        }
        depths
    }

    /// For each scope, the outermost folded scope that contains it (or is it).
    fn outermost(&self, is_folded: &[bool]) -> Vec<Option<usize>> {
        let mut outermost: Vec<Option<usize>> = Vec::with_capacity(self.clusters.len());
        for (index, cluster) in self.clusters.iter().enumerate() {
            let around = cluster.parent.and_then(|parent| outermost[parent]);
            outermost.push(around.or(is_folded[index].then_some(index)));
        }
        outermost
    }
}

/// Folds these scopes, with everything inside them.
pub(crate) fn fold_scopes(picture: &Picture, is_folded: &[bool]) -> Folded {
    let outermost = picture.outermost(is_folded);
    let group_of = |node: &PictureNode| node.cluster.and_then(|cluster| outermost[cluster]);
    let groups = picture.clusters.iter().map(|cluster| (cluster.name.clone(), cluster.parent)).collect();
    let mut folded = fold(picture, group_of, groups);
    folded.open = (0..picture.clusters.len()).filter(|&cluster| outermost[cluster].is_none()).collect();
    let moved = |cluster: Option<usize>| cluster.and_then(|cluster| folded.open.binary_search(&cluster).ok());
    let kept = folded.open.iter().map(|&cluster| &picture.clusters[cluster]);
    let kept = kept.map(|cluster| Cluster { name: cluster.name.clone(), parent: moved(cluster.parent) }).collect();
    folded.picture.nodes.iter_mut().for_each(|node| node.cluster = moved(node.cluster));
    folded.picture.clusters = kept;
    folded
}

/// Folds stretches of the tape, all of one length.
pub(crate) fn fold_stretches(picture: &Picture, most: usize) -> Folded {
    let length = picture.nodes.len().div_ceil(most);
    let stretch = |node: &PictureNode| picture.place(node.index) / length;
    let name = |nodes: &[PictureNode]| {
        let [first, last] = [&nodes[0], &nodes[nodes.len() - 1]].map(|node| node.index.index());
        if first == last { format!("%{first}") } else { format!("%{first} … %{last}") }
    };
    let groups = picture.nodes.chunks(length).map(|nodes| (name(nodes), None)).collect();
    fold(picture, |node| Some(stretch(node)), groups)
}

/// Replaces each group by one node. A group has a name, and a scope around it.
fn fold(
    picture: &Picture,
    group_of: impl Fn(&PictureNode) -> Option<usize>,
    groups: Vec<(String, Option<usize>)>,
) -> Folded {
    let mut members: Vec<Vec<&PictureNode>> = vec![Vec::new(); groups.len()];
    for node in &picture.nodes {
        group_of(node).into_iter().for_each(|group| members[group].push(node));
    }
    // A group is represented by its output: the last of its nodes that the program recorded.
    let output = |members: &[&PictureNode]| {
        members.iter().rev().find(|node| node.pass == 0).or(members.last()).map(|node| node.index)
    };
    let outputs: Vec<_> = members.iter().map(|members| output(members)).collect();
    let stands_for = |node: &PictureNode| group_of(node).and_then(|group| outputs[group]).unwrap_or(node.index);
    let mut nodes = Vec::new();
    for node in picture.nodes.iter().filter(|node| stands_for(node) == node.index) {
        nodes.push(match group_of(node) {
            Some(group) => folded_node(node, &members[group], &groups[group]),
            None => node.clone(),
        });
    }
    let (mut edges, mut known) = (Vec::new(), HashSet::new());
    for edge in &picture.edges {
        let ends = [edge.from, edge.to].map(|end| picture.node(end));
        let [from, to] = ends.map(stands_for);
        let is_outer = ends.iter().any(|end| group_of(end).is_some());
        let way_of = |flow: Flow| flow == Flow::Backward;
        if !is_outer {
            edges.push(edge.clone());
        } else if from != to && known.insert((from, to, way_of(edge.flow), edge.flow == Flow::Lookup)) {
            let (slot_name, label) = (String::new(), String::new());
            edges.push(Edge { from, to, flow: edge.flow, slot: 0, slot_name, label });
        }
    }
    let stands_for = picture.nodes.iter().map(stands_for).collect();
    let (title, note) = (picture.title.clone(), picture.note.clone());
    let picture = Picture { title, note, nodes, edges, clusters: Vec::new() };
    Folded { picture, stands_for, open: Vec::new() }
}

fn folded_node(
    output: &PictureNode,
    members: &[&PictureNode],
    (name, around): &(String, Option<usize>),
) -> PictureNode {
    let count = format!("{} nodes", members.len());
    let [first, last] = [members[0], members[members.len() - 1]].map(|node| node.index.index());
    PictureNode {
        kind: Kind::Scope,
        is_loss: members.iter().any(|node| node.is_loss),
        heading: name.clone(),
        op: String::new(),
        shape: count.clone(),
        value: Vec::new(),
        gradient: Vec::new(),
        details: vec![format!("{name}: {count}, from %{first} to %{last}")],
        cluster: *around,
        ..output.clone()
    }
}
