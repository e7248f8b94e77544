//! Groups for a graph that is too large to be drawn at once. The one idea to know: a group is a value with all that only it is computed from, as a neuron
//! is its output with its weights, its products and its sums. So a group has one result, and no group needs what depends on it.

use crate::draw::{Cluster, Flow, Kind, Picture};
use petgraph::graph::NodeIndex;
use std::collections::HashMap;

/// Maximum number of nodes that stand side by side without groups.
const MOST_BESIDE: usize = 100;
/// Least number of nodes of a group whose result is used several times; and how many nodes are a group even if it is used once.
const SIZES: [usize; 2] = [6, 100];

/// Adds scopes for groups, inside of any scope that holds too many nodes itself. Returns how many scopes there were before.
pub(super) fn add_groups(picture: &mut Picture) -> usize {
    let scopes = picture.clusters.len();
    let mut beside: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (place, node) in picture.nodes.iter().enumerate() {
        beside.entry(node.cluster).or_default().push(place);
    }
    let mut crowded: Vec<_> = beside.into_iter().filter(|(_, places)| places.len() > MOST_BESIDE).collect();
    crowded.sort_unstable();
    for (scope, places) in crowded {
        let users = users(picture, &places);
        let [mut least, mut most] = SIZES;
        let mut groups = grouped(picture, &places, &users, least, most);
        while count(&groups, places.len()) > MOST_BESIDE && least < places.len() {
            (least, most) = (2 * least, 2 * most);
            groups = grouped(picture, &places, &users, least, most);
        }
        for members in groups {
            let result = &picture.nodes[members[members.len() - 1]];
            let place = format!("%{}", result.index.index());
            let called = if result.heading.is_empty() { &result.op } else { &result.heading };
            picture.clusters.push(Cluster { name: format!("{called} {place}").trim_start().to_owned(), parent: scope });
            let group = picture.clusters.len() - 1;
            members.iter().for_each(|&member| picture.nodes[member].cluster = Some(group));
        }
    }
    scopes
}

/// How many nodes are drawn if all groups are folded.
fn count(groups: &[Vec<usize>], nodes: usize) -> usize {
    nodes - groups.iter().map(|members| members.len() - 1).sum::<usize>()
}

/// For each of these nodes, its users; nothing stands for those that are not among them.
fn users(picture: &Picture, places: &[usize]) -> Vec<Vec<Option<usize>>> {
    let within: HashMap<NodeIndex, usize> =
        places.iter().enumerate().map(|(at, &place)| (picture.nodes[place].index, at)).collect();
    let mut users = vec![Vec::new(); places.len()];
    for edge in picture.edges.iter().filter(|edge| edge.from < edge.to) {
        if let Some(&from) = within.get(&edge.from) {
            let user = within.get(&edge.to).copied().filter(|_| edge.flow != Flow::Lookup);
            if !users[from].contains(&user) {
                users[from].push(user);
            }
        }
    }
    users
}

/// The groups, each in recording order, so that its result comes last. What is used in several groups, and is too small to be one, is in none.
fn grouped(
    picture: &Picture,
    places: &[usize],
    users: &[Vec<Option<usize>>],
    least: usize,
    most: usize,
) -> Vec<Vec<usize>> {
    let only_for = only_for(users);
    let mut open: Vec<Vec<usize>> = vec![Vec::new(); places.len()];
    let mut groups = Vec::new();
    for at in 0..places.len() {
        let mut members = std::mem::take(&mut open[at]);
        members.push(places[at]);
        let is_leaf = !matches!(picture.nodes[places[at]].kind, Kind::Op);
        let is_shared = users[at].len() != 1;
        // What is used twice and soon comes together again, as in a quotient of sums, is a part of that.
        let is_apart = only_for[at].is_none_or(|user| user - at > members.len());
        let is_whole = members.len() >= if is_shared && is_apart { least } else { most };
        match only_for[at] {
            _ if is_whole => groups.push(members),
            Some(user) if !(is_leaf && is_shared) => open[user].append(&mut members),
            None if members.len() > 1 => groups.push(members),
            _ => {}
        }
    }
    groups.iter_mut().for_each(|members| members.sort_unstable());
    groups
}

/// For each node, the first one through which all ways from it to a result lead; none if there are ways that share nothing.
fn only_for(users: &[Vec<Option<usize>>]) -> Vec<Option<usize>> {
    let mut only_for: Vec<Option<usize>> = vec![None; users.len()];
    // Users come later. Of two ways, the one that is behind goes on until both meet.
    let meet = |only_for: &[Option<usize>], mut one: Option<usize>, mut other: Option<usize>| loop {
        match (one, other) {
            (Some(a), Some(b)) if a == b => return one,
            (Some(a), Some(b)) if a < b => one = only_for[a],
            (Some(_), Some(b)) => other = only_for[b],
            _ => return None,
        }
    };
    for at in (0..users.len()).rev() {
        let first = users[at].first().copied().flatten();
        only_for[at] = users[at].iter().fold(first, |common, &user| meet(&only_for, common, user));
    }
    only_for
}
