//! A figure with too many nodes, made smaller: scopes become single nodes, the innermost first; and where there are no scopes left,
//! stretches of the tape do.

use super::picture::{Cluster, Edge, Flow, Kind, Picture, PictureNode};
use petgraph::graph::NodeIndex;
use std::collections::HashSet;

/// A figure with fewer nodes, and what became of those it had.
pub(crate) struct Folded {
    pub(crate) picture: Picture,
    /// For each node of the figure that it was, the node that stands for it.
    #[cfg_attr(not(feature = "html"), expect(dead_code))]
    pub(crate) stands_for: Vec<NodeIndex>,
    /// For each scope that is still open, its place in [`Picture::clusters`] of the figure that it was.
    pub(crate) open: Vec<usize>,
}

/// The figure with at most so many nodes (at least one).
pub(super) fn folded(mut picture: Picture, most: usize) -> Picture {
    let most = most.max(1);
    while picture.nodes.len() > most {
        let depths: Vec<usize> = (0..picture.clusters.len()).map(|index| picture.depth(index)).collect();
        picture = match depths.iter().max() {
            Some(deepest) => {
                let is_deepest: Vec<bool> = depths.iter().map(|depth| depth == deepest).collect();
                fold_scopes(&picture, &is_deepest).picture
            }
            None => fold_stretches(&picture, most).picture,
        };
    }
    picture
}

impl Picture {
    /// How many scopes are around a scope.
    pub(super) fn depth(&self, cluster: usize) -> usize {
        std::iter::successors(self.clusters[cluster].parent, |&parent| self.clusters[parent].parent).count()
    }

    /// The outermost folded scope that a scope is, or is in.
    fn outermost(&self, cluster: usize, is_folded: &[bool]) -> Option<usize> {
        let around = std::iter::successors(Some(cluster), |&cluster| self.clusters[cluster].parent);
        around.filter(|&cluster| is_folded[cluster]).last()
    }
}

/// Folds these scopes, with all that is in them.
pub(crate) fn fold_scopes(picture: &Picture, is_folded: &[bool]) -> Folded {
    let group_of = |node: &PictureNode| node.cluster.and_then(|cluster| picture.outermost(cluster, is_folded));
    let groups = picture.clusters.iter().map(|cluster| (cluster.name.clone(), cluster.parent)).collect();
    let mut folded = fold(picture, group_of, groups);
    let is_open = |&cluster: &usize| picture.outermost(cluster, is_folded).is_none();
    folded.open = (0..picture.clusters.len()).filter(is_open).collect();
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

/// Puts one node in the place of each group. A group has a name, and a scope around it.
fn fold(
    picture: &Picture,
    group_of: impl Fn(&PictureNode) -> Option<usize>,
    groups: Vec<(String, Option<usize>)>,
) -> Folded {
    let mut members: Vec<Vec<&PictureNode>> = vec![Vec::new(); groups.len()];
    for node in &picture.nodes {
        group_of(node).into_iter().for_each(|group| members[group].push(node));
    }
    // The node that stands for a group is what comes out of it: the last that the program recorded.
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
    let picture = Picture { title: picture.title.clone(), nodes, edges, clusters: Vec::new() };
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
