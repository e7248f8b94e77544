//! What backward passes leave behind, and the walk of one that is under way. The one idea to know: a pass costs what it visits, not what the
//! tape holds. So what it leaves behind is a list of the nodes it visited, and the table in which it notes arrivals is emptied as it goes.
//! All of it is used again after a rewind.

mod waiting;

use petgraph::graph::NodeIndex;
use smallvec::SmallVec;
use waiting::Waiting;

/// The backward passes since the last rewind.
#[derive(Default)]
pub(crate) struct Passes {
    /// One for each pass; from `live` on they are left from before the last rewind.
    all: Vec<Pass>,
    live: usize,
    /// Walks that are not under way, for the next passes. A pass inside a vjp needs one beside that of the pass around it.
    idle: SmallVec<[Box<Walk>; 1]>,
}

/// One backward pass.
#[derive(Default)]
struct Pass {
    /// How many nodes there were before the pass.
    start: usize,
    /// The node it started from.
    loss: NodeIndex,
    /// What it visited; filled in when it has ended.
    visited: Visited,
}

/// What a pass visits.
#[derive(Default)]
struct Visited {
    /// Each visited node and the node that holds its gradient, in the order of the walk: from the last to the first.
    gradients: Vec<(NodeIndex, NodeIndex)>,
    /// What each visited node sent to each of its operands, in the order of the walk.
    sent: Vec<Arrived>,
}

impl Visited {
    fn clear(&mut self) {
        self.gradients.clear();
        self.sent.clear();
    }
}

/// A walk from the loss to everything it was computed from.
#[derive(Default)]
pub(crate) struct Walk {
    /// The number of the pass, from 1.
    pass: u32,
    first: usize,
    visited: Visited,
    /// For each node what has arrived there and was not yet passed on.
    arrived: Vec<Arrived>,
    /// The nodes where something has arrived.
    waiting: Waiting,
    /// Behind each node where several cotangents have arrived: one of them, and the place of the one before it.
    several: Vec<(NodeIndex, Arrived)>,
    /// A list to sum, kept so that a steady step allocates none.
    terms: Vec<NodeIndex>,
    /// The leaves of parameters that the pass has met.
    params: Vec<NodeIndex>,
}

/// Nothing, one cotangent, or the place of the newest of several, in four bytes.
#[derive(Clone, Copy, PartialEq)]
struct Arrived(u32);

impl Arrived {
    const NOTHING: Arrived = Arrived(u32::MAX);
    const IS_PLACE: u32 = 1 << 31;

    #[inline]
    fn one(cotangent: NodeIndex) -> Self {
        Arrived(cotangent.index() as u32)
    }

    #[inline]
    fn place(place: usize) -> Self {
        Arrived(place as u32 | Arrived::IS_PLACE)
    }

    #[inline]
    fn as_one(self) -> Option<NodeIndex> {
        (self.0 & Arrived::IS_PLACE == 0).then(|| NodeIndex::new(self.0 as usize))
    }

    #[inline]
    fn as_place(self) -> Option<usize> {
        (self != Arrived::NOTHING && self.0 & Arrived::IS_PLACE != 0).then_some((self.0 & !Arrived::IS_PLACE) as usize)
    }
}

/// What has arrived at a node when its turn comes.
pub(crate) enum Arrivals<'w> {
    One(NodeIndex),
    /// In the order in which they arrived.
    Several(&'w [NodeIndex]),
}

impl Passes {
    pub(crate) fn rewind(&mut self) {
        self.live = 0;
    }

    /// The same memory with nothing in it.
    pub(crate) fn emptied(mut self) -> Self {
        self.rewind();
        self.all.truncate(1);
        self
    }

    /// How many backward passes were recorded.
    pub(crate) fn count(&self) -> u32 {
        self.live as u32
    }

    /// Opens a pass from `loss` on a tape of `nodes` nodes, which passes on nothing from nodes before the `first`.
    pub(crate) fn start(&mut self, loss: NodeIndex, nodes: usize, first: usize) -> Box<Walk> {
        if self.all.len() == self.live {
            self.all.push(Pass::default());
        }
        let pass = &mut self.all[self.live];
        (pass.start, pass.loss) = (nodes, loss);
        pass.visited.clear();
        self.live += 1;
        let mut walk = self.idle.pop().unwrap_or_default();
        walk.start(self.live as u32, loss);
        walk.first = first;
        std::mem::swap(&mut walk.visited, &mut pass.visited);
        walk
    }

    /// Keeps what a walk that has ended visited, and its memory. Of one that was given up only the memory is kept.
    pub(crate) fn end(&mut self, mut walk: Box<Walk>, is_complete: bool) {
        if !is_complete {
            walk.visited.clear();
        }
        std::mem::swap(&mut walk.visited, &mut self.all[walk.pass as usize - 1].visited);
        walk.clear();
        self.idle.push(walk);
    }

    /// The node that holds the gradient of `node` in a pass, numbered from 1.
    pub(crate) fn gradient(&self, pass: u32, node: NodeIndex) -> Option<NodeIndex> {
        let gradients = &self.pass(pass)?.visited.gradients;
        let place = gradients.binary_search_by(|(visited, _)| node.cmp(visited)).ok()?;
        Some(gradients[place].1)
    }

    /// The nodes that a pass, numbered from 1, visited, in the order of the walk, each with the node that holds its gradient.
    pub(crate) fn gradients(&self, pass: u32) -> &[(NodeIndex, NodeIndex)] {
        self.pass(pass).map_or(&[], |pass| &pass.visited.gradients)
    }

    /// The node that a pass, numbered from 1, started from. No node after it can have a gradient.
    pub(crate) fn loss(&self, pass: u32) -> Option<NodeIndex> {
        self.pass(pass).map(|pass| pass.loss)
    }

    /// How many nodes there were when a pass, numbered from 1, began.
    pub(crate) fn nodes_before(&self, pass: u32) -> Option<usize> {
        self.pass(pass).map(|pass| pass.start)
    }

    /// What visited nodes sent to their operands in a pass, in the order of the walk: for each node one entry per operand.
    pub(crate) fn sent(&self, pass: u32) -> impl Iterator<Item = Option<NodeIndex>> {
        self.pass(pass).map_or(&[][..], |pass| &pass.visited.sent).iter().map(|sent| sent.as_one())
    }

    fn pass(&self, pass: u32) -> Option<&Pass> {
        self.all[..self.live].get((pass as usize).checked_sub(1)?)
    }
}

impl Walk {
    fn start(&mut self, pass: u32, loss: NodeIndex) {
        self.pass = pass;
        let nodes = loss.index() + 1;
        if self.arrived.len() < nodes {
            self.arrived.resize(nodes, Arrived::NOTHING);
            self.waiting.grow(nodes);
        }
    }

    /// The number of the pass, from 1.
    pub(crate) fn pass(&self) -> u32 {
        self.pass
    }

    /// Nodes before this one are as leaves to the pass, which was started inside a vjp. Otherwise 0.
    pub(crate) fn first(&self) -> usize {
        self.first
    }

    /// Notes that the pass is at `node`, whose gradient is held by the node `gradient`.
    #[inline(always)]
    pub(crate) fn visit(&mut self, node: NodeIndex, gradient: NodeIndex) {
        self.visited.gradients.push((node, gradient));
    }

    /// Notes what the visited node sends to its next operand.
    #[inline(always)]
    pub(crate) fn send(&mut self, operand: NodeIndex, cotangent: Option<NodeIndex>) {
        self.visited.sent.push(cotangent.map_or(Arrived::NOTHING, Arrived::one));
        if let Some(cotangent) = cotangent {
            self.arrive(operand, cotangent);
        }
    }

    /// Notes that a cotangent arrives at a node.
    #[inline(always)]
    pub(crate) fn arrive(&mut self, node: NodeIndex, cotangent: NodeIndex) {
        let arrived = &mut self.arrived[node.index()];
        if *arrived == Arrived::NOTHING {
            *arrived = Arrived::one(cotangent);
            self.waiting.insert(node.index());
        } else {
            self.arrive_again(node, cotangent);
        }
    }

    fn arrive_again(&mut self, node: NodeIndex, cotangent: NodeIndex) {
        let arrived = &mut self.arrived[node.index()];
        if let Some(first) = arrived.as_one() {
            self.several.push((first, Arrived::NOTHING));
            *arrived = Arrived::place(self.several.len() - 1);
        }
        self.several.push((cotangent, *arrived));
        *arrived = Arrived::place(self.several.len() - 1);
    }

    /// The last node where something has arrived, and what. All uses of a node lie behind it, so nothing else will arrive there.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<(NodeIndex, Arrivals<'_>)> {
        let node = self.waiting.take_last()?;
        let arrived = std::mem::replace(&mut self.arrived[node], Arrived::NOTHING);
        let arrivals = match arrived.as_one() {
            Some(cotangent) => Arrivals::One(cotangent),
            None => Arrivals::Several(self.list(arrived)),
        };
        Some((NodeIndex::new(node), arrivals))
    }

    /// The several cotangents that have arrived at a node, in order.
    fn list(&mut self, mut newest: Arrived) -> &[NodeIndex] {
        self.terms.clear();
        while let Some(place) = newest.as_place() {
            let (cotangent, older) = self.several[place];
            self.terms.push(cotangent);
            newest = older;
        }
        self.terms.reverse();
        &self.terms
    }

    /// Notes that the pass reads a parameter, by this leaf.
    #[inline]
    pub(crate) fn meet_param(&mut self, leaf: NodeIndex) {
        if self.params.last() != Some(&leaf) {
            self.params.push(leaf);
        }
    }

    /// The leaves of parameters that the pass has met.
    pub(crate) fn params(&self) -> &[NodeIndex] {
        &self.params
    }

    /// Forgets what has arrived.
    fn clear(&mut self) {
        while self.next().is_some() {}
        self.several.clear();
        self.params.clear();
    }
}
