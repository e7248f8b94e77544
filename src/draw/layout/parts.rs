//! The parts that have to be placed: blocks and links.
//!
//! A leaf that a single op uses (a weight, a bias, a target) hangs on that op, and both make one block; the spine of ops stays straight and the
//! columns few. A link is one edge or a pair: the edge of a value, and that of its gradient.

use super::Spacing;
use crate::draw::picture::{Flow, Kind, Picture, PictureNode};
use petgraph::graph::NodeIndex;
use std::collections::HashMap;

/// Maximum number of leaves that hang on one op: one below, one above.
const MOST_HUNG: usize = 2;

pub(super) struct Parts<'a> {
    pub(super) picture: &'a Picture,
    /// In recording order.
    pub(super) blocks: Vec<Block>,
    pub(super) links: Vec<Link>,
    /// For each node of the picture, its block.
    pub(super) block_of: Vec<usize>,
}

/// A node, with the leaves that hang on it.
pub(super) struct Block {
    pub(super) node: usize,
    pub(super) size: [i64; 2],
    pub(super) hung: Vec<Hung>,
    pub(super) cluster: Option<usize>,
    /// Grows whenever the tape turns from the program to a backward pass, or back.
    pub(super) stage: i64,
    /// Whether it is computed from left to right: the program is, its gradients are not, and their gradients are again.
    pub(super) rightwards: bool,
    pub(super) is_leaf: bool,
}

/// A leaf that hangs on an op.
pub(super) struct Hung {
    pub(super) node: usize,
    pub(super) size: [i64; 2],
    pub(super) lines: Lines,
    pub(super) is_above: bool,
    /// The distance between it and the op.
    pub(super) gap: i64,
}

/// An edge between two nodes, with its way back.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    /// The nodes it connects, in the direction of its first line.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Its lines, as edges of the picture.
    pub(super) edge: usize,
    pub(super) back: Option<usize>,
    /// The size of its texts.
    pub(super) label: [i64; 2],
    pub(super) slot_name: [i64; 2],
}

/// An edge between two blocks.
pub(super) struct Link {
    pub(super) lines: Lines,
    pub(super) rank: Rank,
}

/// How important it is that a link is short and straight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A value that a backward pass reads. It does not affect the columns.
    Lookup,
    /// From a leaf to one of its users.
    Leaf,
    /// From an op to an op.
    Side,
    /// The same, on the longest way.
    Spine,
}

impl<'a> Parts<'a> {
    pub(super) fn of(
        picture: &'a Picture,
        spacing: &Spacing,
        node_size: impl Fn(&PictureNode) -> [i64; 2],
        label_size: impl Fn(&str) -> [i64; 2],
    ) -> Parts<'a> {
        let lines = pair_up(picture, label_size);
        let is_leaf = leaves(picture);
        let hangs_by = hanging(picture, &lines, &is_leaf);
        let (stages, rightwards) = (stages(picture), rightwards(picture));
        let (mut blocks, mut block_of) = (Vec::new(), vec![0; picture.nodes.len()]);
        for node in recorded_order(picture).into_iter().filter(|&node| hangs_by[node].is_none()) {
            block_of[node] = blocks.len();
            blocks.push(Block {
                node,
                size: node_size(&picture.nodes[node]),
                hung: Vec::new(),
                cluster: picture.nodes[node].cluster,
                stage: stages[node],
                rightwards: rightwards[node],
                is_leaf: is_leaf[node],
            });
        }
        for (node, line) in hangs_by.iter().enumerate() {
            let Some(lines) = line.map(|line| lines[line]) else { continue };
            block_of[node] = block_of[lines.to];
            let block: &mut Block = &mut blocks[block_of[node]];
            let gap = spacing.hang.max(lines.label[1] + spacing.pair);
            let size = node_size(&picture.nodes[node]);
            block.hung.push(Hung { node, size, lines, is_above: !block.hung.is_empty(), gap });
        }
        let is_link = |line: &Lines| hangs_by[line.from].is_none_or(|hang| lines[hang].edge != line.edge);
        let links: Vec<Lines> = lines.iter().copied().filter(is_link).collect();
        let ranks = ranks(picture, &links, &is_leaf);
        let links = links.into_iter().zip(ranks).map(|(lines, rank)| Link { lines, rank }).collect();
        Parts { picture, blocks, links, block_of }
    }

    /// The blocks that a link connects, in the direction of its first line.
    pub(super) fn ends(&self, link: usize) -> [usize; 2] {
        let Lines { from, to, .. } = self.links[link].lines;
        [self.block_of[from], self.block_of[to]]
    }

    /// The clusters around a place, from the innermost.
    pub(super) fn around(&self, cluster: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(cluster, |&cluster| self.picture.clusters[cluster].parent)
    }
}

impl Block {
    /// Its extent above and below the middle of its own node.
    pub(super) fn reach(&self) -> [i64; 2] {
        let half = [self.size[1] / 2, self.size[1] - self.size[1] / 2];
        let beyond = |above: bool| {
            self.hung.iter().filter(|hung| hung.is_above == above).map(|hung| hung.gap + hung.size[1]).sum::<i64>()
        };
        [half[0] + beyond(true), half[1] + beyond(false)]
    }

    /// Its width, with the texts beside the lines on which leaves hang.
    pub(super) fn width(&self) -> i64 {
        let beside_line = |hung: &Hung| match hung.lines.label[0] {
            0 => 0,
            label => 2 * (label + 2 * hung.gap / 3),
        };
        let of_hung = |hung: &Hung| hung.size[0].max(beside_line(hung));
        self.hung.iter().map(of_hung).chain([self.size[0]]).max().unwrap_or(0)
    }
}

impl Hung {
    /// The middle of the leaf, measured from the middle of the op.
    pub(super) fn middle(&self, block: &Block) -> i64 {
        let half = block.size[1] / 2;
        if self.is_above {
            -half - self.gap - (self.size[1] - self.size[1] / 2)
        } else {
            block.size[1] - half + self.gap + self.size[1] / 2
        }
    }
}

/// All edges of the picture, each with the edge of its gradient if there is one.
fn pair_up(picture: &Picture, label_size: impl Fn(&str) -> [i64; 2]) -> Vec<Lines> {
    let place = |index: NodeIndex| picture.place(index);
    let mut lines: Vec<Lines> = Vec::new();
    let mut forward = HashMap::new();
    for (index, edge) in picture.edges.iter().enumerate() {
        let label = label_size(&edge.label);
        let partner = forward.get(&(edge.to, edge.from, edge.slot)).map(|&line: &usize| &mut lines[line]);
        match partner {
            Some(line) if edge.flow == Flow::Backward && line.back.is_none() => {
                (line.back, line.label) = (Some(index), label);
            }
            _ => {
                forward.insert((edge.from, edge.to, edge.slot), lines.len());
                let (from, to) = (place(edge.from), place(edge.to));
                lines.push(Lines { from, to, edge: index, back: None, label, slot_name: label_size(&edge.slot_name) });
            }
        }
    }
    lines
}

/// For each node, whether only gradients of its own value flow into it.
fn leaves(picture: &Picture) -> Vec<bool> {
    picture.nodes.iter().map(|node| !matches!(node.kind, Kind::Op | Kind::Scope)).collect()
}

/// For each node that hangs on an op, the line between them.
fn hanging(picture: &Picture, lines: &[Lines], is_leaf: &[bool]) -> Vec<Option<usize>> {
    let mut uses = vec![Vec::new(); picture.nodes.len()];
    let mut operands = vec![Vec::new(); picture.nodes.len()];
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| picture.edges[line.edge].flow != Flow::Lookup) {
        uses[line.from].push(index);
        operands[line.to].push(line.from);
    }
    let mut hangs_by = vec![None; picture.nodes.len()];
    for (node, operands) in operands.iter().enumerate() {
        // One operand must stay as the start of the spine: data, if there is any, or what stands for it.
        let kept = operands.iter().copied().max_by_key(|&operand| {
            let is_data = matches!(picture.nodes[operand].kind, Kind::Input | Kind::Stub);
            (!is_leaf[operand], is_data, std::cmp::Reverse(operand))
        });
        let can_hang = |&operand: &usize| {
            let same_cluster = picture.nodes[operand].cluster == picture.nodes[node].cluster;
            is_leaf[operand] && uses[operand].len() == 1 && same_cluster && Some(operand) != kept
        };
        let hung: Vec<usize> = operands.iter().copied().filter(can_hang).take(MOST_HUNG).collect();
        hung.iter().for_each(|&operand| hangs_by[operand] = Some(uses[operand][0]));
    }
    hangs_by
}

/// For each link, its rank.
fn ranks(picture: &Picture, links: &[Lines], is_leaf: &[bool]) -> Vec<Rank> {
    let is_lookup = |link: &Lines| picture.edges[link.edge].flow == Flow::Lookup;
    // The lengths of the longest paths to each node and from it.
    let (mut before, mut after) = (vec![0; picture.nodes.len()], vec![0; picture.nodes.len()]);
    let mut in_order: Vec<&Lines> = links.iter().filter(|link| !is_lookup(link)).collect();
    in_order.sort_by_key(|link| link.to);
    in_order.iter().for_each(|link| before[link.to] = before[link.to].max(before[link.from] + 1));
    in_order.sort_by_key(|link| link.from);
    in_order.iter().rev().for_each(|link| after[link.from] = after[link.from].max(after[link.to] + 1));
    let mut best_in = vec![None; picture.nodes.len()];
    let mut best_out = vec![None; picture.nodes.len()];
    for (index, link) in links.iter().enumerate().filter(|(_, link)| !is_lookup(link)) {
        let better =
            |now: Option<usize>, by: &dyn Fn(&Lines) -> usize| now.is_none_or(|now| by(link) > by(&links[now]));
        if better(best_in[link.to], &|link| before[link.from]) {
            best_in[link.to] = Some(index);
        }
        if better(best_out[link.from], &|link| after[link.to]) {
            best_out[link.from] = Some(index);
        }
    }
    let rank = |(index, link): (usize, &Lines)| match link {
        _ if is_lookup(link) => Rank::Lookup,
        _ if best_in[link.to] == Some(index) && best_out[link.from] == Some(index) => Rank::Spine,
        _ if is_leaf[link.from] => Rank::Leaf,
        _ => Rank::Side,
    };
    links.iter().enumerate().map(rank).collect()
}

fn stages(picture: &Picture) -> Vec<i64> {
    let (mut stage, mut pass) = (0, 0);
    let mut stages = vec![0; picture.nodes.len()];
    for node in recorded_order(picture) {
        let its_pass = picture.nodes[node].pass;
        stage += i64::from(its_pass != pass);
        pass = its_pass;
        stages[node] = stage;
    }
    stages
}

/// The nodes in recording order, each stub before the node that uses it.
fn recorded_order(picture: &Picture) -> Vec<usize> {
    let mut order: Vec<usize> = (0..picture.nodes.len()).collect();
    let is_stub = |node: &PictureNode| node.kind == Kind::Stub;
    order.sort_by_key(|&node| {
        let node = &picture.nodes[node];
        (if is_stub(node) { node.origin } else { node.index }, !is_stub(node))
    });
    order
}

fn rightwards(picture: &Picture) -> Vec<bool> {
    let mut rightwards = Vec::with_capacity(picture.nodes.len());
    for (place, node) in picture.nodes.iter().enumerate() {
        let origin = picture.place_of(node.origin);
        let origin_is_rightwards = origin.filter(|&origin| origin < place).is_none_or(|origin| rightwards[origin]);
        rightwards.push(node.pass == 0 || !origin_is_rightwards);
    }
    rightwards
}
