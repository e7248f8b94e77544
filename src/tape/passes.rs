//! What backward passes leave behind, and what has arrived where while one is under way. All of it is used again after a rewind.

use petgraph::graph::NodeIndex;

/// The backward passes since the last rewind.
#[derive(Default)]
pub(crate) struct Passes {
    /// One for each pass; from `live` on they are left from before the last rewind.
    all: Vec<Pass>,
    live: usize,
    /// Behind each node where several cotangents have arrived: one of them, and the place of the one before it.
    several: Vec<(NodeIndex, Arrived)>,
    /// A list to lend out, so that a steady step allocates none.
    terms: Vec<NodeIndex>,
}

/// One backward pass.
#[derive(Default)]
struct Pass {
    /// How many nodes there were before the pass.
    start: usize,
    /// For each node up to the loss what has arrived there; once the walk has been there, the node that holds its gradient.
    arrived: Vec<Arrived>,
    /// What each visited node sent to each of its operands, in the order of the walk.
    sent: Vec<Arrived>,
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
pub(super) enum Arrivals {
    Nothing,
    One(NodeIndex),
    Several,
}

impl Passes {
    pub(super) fn rewind(&mut self) {
        self.live = 0;
    }

    /// The same memory with nothing in it.
    pub(super) fn emptied(mut self) -> Self {
        self.rewind();
        self.all.truncate(1);
        self
    }

    /// How many backward passes were recorded.
    pub(crate) fn count(&self) -> u32 {
        self.live as u32
    }

    /// Opens a pass from `loss` on a tape of `nodes` nodes, where `seed` arrives at the loss. Returns its number, from 1.
    pub(super) fn start(&mut self, loss: NodeIndex, nodes: usize) -> u32 {
        if self.all.len() == self.live {
            self.all.push(Pass::default());
        }
        let pass = &mut self.all[self.live];
        pass.start = nodes;
        pass.arrived.clear();
        pass.arrived.resize(loss.index() + 1, Arrived::NOTHING);
        pass.sent.clear();
        self.several.clear();
        self.live += 1;
        self.live as u32
    }

    /// Notes that a cotangent arrives at a node in the present pass.
    #[inline]
    pub(super) fn arrive(&mut self, node: NodeIndex, cotangent: NodeIndex) {
        let arrived = &mut self.all[self.live - 1].arrived[node.index()];
        if *arrived == Arrived::NOTHING {
            *arrived = Arrived::one(cotangent);
            return;
        }
        if let Some(first) = arrived.as_one() {
            self.several.push((first, Arrived::NOTHING));
            *arrived = Arrived::place(self.several.len() - 1);
        }
        self.several.push((cotangent, *arrived));
        *arrived = Arrived::place(self.several.len() - 1);
    }

    /// Notes what a visited node sends to its next operand in the present pass.
    #[inline]
    pub(super) fn send(&mut self, operand: NodeIndex, cotangent: Option<NodeIndex>) {
        let sent = cotangent.map_or(Arrived::NOTHING, Arrived::one);
        self.all[self.live - 1].sent.push(sent);
        if let Some(cotangent) = cotangent {
            self.arrive(operand, cotangent);
        }
    }

    /// What has arrived at a node in the present pass, if it is one cotangent; or whether several have.
    #[inline]
    pub(super) fn at(&self, node: NodeIndex) -> Arrivals {
        let arrived = self.all[self.live - 1].arrived[node.index()];
        match arrived.as_one() {
            Some(cotangent) => Arrivals::One(cotangent),
            None if arrived == Arrived::NOTHING => Arrivals::Nothing,
            None => Arrivals::Several,
        }
    }

    /// The cotangents that have arrived at a node in the present pass, in order. The list goes back with [`settle`](Passes::settle).
    pub(super) fn several_at(&mut self, node: NodeIndex) -> Vec<NodeIndex> {
        let mut terms = std::mem::take(&mut self.terms);
        terms.clear();
        let mut newest = self.all[self.live - 1].arrived[node.index()];
        while let Some(place) = newest.as_place() {
            let (cotangent, older) = self.several[place];
            terms.push(cotangent);
            newest = older;
        }
        terms.reverse();
        terms
    }

    /// Notes that the several cotangents that had arrived at a node were summed.
    pub(super) fn settle(&mut self, node: NodeIndex, sum: NodeIndex, terms: Vec<NodeIndex>) {
        self.all[self.live - 1].arrived[node.index()] = Arrived::one(sum);
        self.terms = terms;
    }

    /// The node that holds the gradient of `node` in a pass, numbered from 1.
    pub(super) fn gradient(&self, pass: u32, node: NodeIndex) -> Option<NodeIndex> {
        self.pass(pass)?.arrived.get(node.index())?.as_one()
    }

    /// The node that a pass, numbered from 1, started from. No node after it can have a gradient.
    pub(super) fn loss(&self, pass: u32) -> Option<NodeIndex> {
        self.pass(pass)?.arrived.len().checked_sub(1).map(NodeIndex::new)
    }

    /// How many nodes there were when a pass, numbered from 1, began.
    pub(crate) fn nodes_before(&self, pass: u32) -> Option<usize> {
        self.pass(pass).map(|pass| pass.start)
    }

    /// What visited nodes sent to their operands in a pass, in the order of the walk: for each node one entry per operand.
    pub(super) fn sent(&self, pass: u32) -> impl Iterator<Item = Option<NodeIndex>> {
        self.pass(pass).map_or(&[][..], |pass| &pass.sent).iter().map(|sent| sent.as_one())
    }

    fn pass(&self, pass: u32) -> Option<&Pass> {
        self.all[..self.live].get((pass as usize).checked_sub(1)?)
    }
}
