//! The results of backward passes, and the walk of a pass that is running. The one idea to know: the cost of a pass grows with the nodes it
//! visits, not with the tape. So its result is a list of the nodes it visited, and its table of arrivals is cleared entry by entry on the way.
//! A rewind keeps the memory of both for the next passes.

mod waiting;

use petgraph::graph::NodeIndex;
use smallvec::SmallVec;
use waiting::Waiting;

/// The backward passes since the last rewind.
#[derive(Default)]
pub(crate) struct Passes {
    /// One entry per pass; those from `live` on are left from before the last rewind.
    all: Vec<Pass>,
    live: usize,
    /// Walks that are not running, for the next passes to use again. A pass inside a vjp needs a walk of its own beside that of the outer pass.
    idle: SmallVec<[Box<Walk>; 1]>,
}

/// One backward pass.
#[derive(Default)]
struct Pass {
    /// How many nodes there were before the pass.
    start: usize,
    /// The node it started from.
    loss: NodeIndex,
    /// The nodes it visited; filled in when the pass has ended.
    visited: Visited,
}

/// The nodes that a pass visits, and what they send.
#[derive(Default)]
struct Visited {
    /// Each visited node and the node that holds its gradient, in the order of the walk: from the last to the first.
    gradients: Vec<(NodeIndex, NodeIndex)>,
    /// The cotangent that each visited node sent to each of its operands, in the order of the walk.
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
    /// For each node, the cotangents that have arrived and were not yet passed on.
    arrived: Vec<Arrived>,
    /// The nodes where something has arrived.
    waiting: Waiting,
    /// Linked lists for nodes where several cotangents have arrived: each entry is a cotangent and the place of the one before it.
    several: Vec<(NodeIndex, Arrived)>,
    /// Room for a list of cotangents to sum, kept so that a steady step allocates nothing.
    terms: Vec<NodeIndex>,
    /// The leaves of parameters that the pass has met.
    params: Vec<NodeIndex>,
}

/// What has arrived at a node, in four bytes: nothing, one cotangent, or the place of the newest of several.
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

/// The cotangents that have arrived at a node when it is visited.
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

    /// Opens a pass from `loss` on a tape of `nodes` nodes. Nodes before `first` count as leaves: nothing flows on from them.
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

    /// Keeps the result of a complete walk. The walk's memory is kept in any case.
    pub(crate) fn end(&mut self, mut walk: Box<Walk>, is_complete: bool) {
        if !is_complete {
            walk.visited.clear();
        }
        std::mem::swap(&mut walk.visited, &mut self.all[walk.pass as usize - 1].visited);
        walk.clear();
        self.idle.push(walk);
    }

    /// Notes gradients that other nodes hold now, as a pass of their own, and returns its number. Each is a visited node and the node that holds its
    /// gradient.
    pub(crate) fn note(
        &mut self,
        pass: u32,
        nodes: usize,
        gradients: impl Iterator<Item = (NodeIndex, NodeIndex)>,
    ) -> u32 {
        let loss = self.loss(pass).unwrap_or_default();
        let mut walk = self.start(loss, nodes, 0);
        walk.visited.gradients.extend(gradients);
        walk.visited.gradients.sort_unstable_by(|a, b| b.cmp(a));
        walk.visited.gradients.dedup_by_key(|(node, _)| *node);
        let noted = walk.pass;
        self.end(walk, true);
        noted
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

    /// For a pass that was started inside a vjp: nodes before this one count as leaves. 0 for any other pass.
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

    /// The last node where something has arrived, and its cotangents. All uses of a node were recorded after it, so nothing else will arrive there.
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

    /// The cotangents that have arrived at a node, if several, in order.
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

    /// Notes that the pass has met this leaf of a parameter.
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
