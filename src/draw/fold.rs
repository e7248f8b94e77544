//! A figure with too many nodes, made smaller: scopes become single nodes, the innermost first; and where there are no scopes left,
//! stretches of the tape do.

use super::picture::{Cluster, Edge, Flow, Kind, Picture, PictureNode};
use std::collections::HashSet;

/// The figure with at most so many nodes (at least one).
pub(super) fn folded(mut picture: Picture, most: usize) -> Picture {
    let most = most.max(1);
    while picture.nodes.len() > most {
        picture = match picture.clusters.iter().enumerate().map(|(index, _)| picture.depth(index)).max() {
            Some(deepest) => fold_scopes(&picture, deepest),
            None => fold_stretches(&picture, most),
        };
    }
    picture
}

impl Picture {
    /// How many scopes are around a scope.
    pub(super) fn depth(&self, cluster: usize) -> usize {
        std::iter::successors(self.clusters[cluster].parent, |&parent| self.clusters[parent].parent).count()
    }
}

/// Folds all scopes of this depth, which hold no others.
fn fold_scopes(picture: &Picture, depth: usize) -> Picture {
    let is_folded: Vec<bool> = (0..picture.clusters.len()).map(|cluster| picture.depth(cluster) == depth).collect();
    let group_of = |node: &PictureNode| node.cluster.filter(|&cluster| is_folded[cluster]);
    let groups = picture.clusters.iter().map(|cluster| (cluster.name.clone(), cluster.parent)).collect();
    let mut folded = fold(picture, group_of, groups);
    let mut kept = Vec::new();
    let new_place: Vec<Option<usize>> = is_folded
        .iter()
        .zip(&picture.clusters)
        .map(|(is_folded, cluster)| {
            (!is_folded).then(|| {
                kept.push(Cluster { name: cluster.name.clone(), parent: cluster.parent });
                kept.len() - 1
            })
        })
        .collect();
    let moved = |cluster: Option<usize>| cluster.and_then(|cluster| new_place[cluster]);
    kept.iter_mut().for_each(|cluster| cluster.parent = moved(cluster.parent));
    folded.nodes.iter_mut().for_each(|node| node.cluster = moved(node.cluster));
    folded.clusters = kept;
    folded
}

/// Folds stretches of the tape, all of one length.
fn fold_stretches(picture: &Picture, most: usize) -> Picture {
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
) -> Picture {
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
    Picture { title: picture.title.clone(), nodes, edges, clusters: Vec::new() }
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
