//! The numbers of all nodes, one node's behind the other's, in one buffer. An operand was recorded before the result, so it stands
//! before it: a kernel can read the one while it writes the other.

use crate::scalar::Scalar;
use petgraph::graph::NodeIndex;

pub(super) struct Values<F: Scalar> {
    numbers: Vec<F>,
    /// Where the numbers of each node start. They end where those of the next one start.
    starts: Vec<u32>,
}

impl<F: Scalar> Values<F> {
    pub(super) fn new() -> Self {
        Values { numbers: Vec::new(), starts: Vec::new() }
    }

    pub(super) fn nodes(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn reserved_bytes(&self) -> usize {
        self.numbers.capacity() * size_of::<F>() + self.starts.capacity() * size_of::<u32>()
    }

    /// Keeps the first `nodes` nodes.
    pub(super) fn truncate(&mut self, nodes: usize) {
        if let Some(&start) = self.starts.get(nodes) {
            self.numbers.truncate(start as usize);
            self.starts.truncate(nodes);
        }
    }

    /// Makes room for another node.
    ///
    /// # Panics
    /// If there would be more than 2³² numbers.
    #[inline]
    pub(super) fn push(&mut self, size: usize) {
        let start = u32::try_from(self.numbers.len()).expect("a tape holds up to 4,294,967,296 numbers; rewind it");
        self.starts.push(start);
        match size {
            1 => self.numbers.push(F::ZERO),
            _ => self.numbers.resize(self.numbers.len() + size, F::ZERO),
        }
    }

    /// The numbers of all nodes before this one, to read, and its own, to write.
    #[inline]
    pub(super) fn split(&mut self, node: NodeIndex) -> (Before<'_, F>, &mut [F]) {
        let start = self.starts[node.index()] as usize;
        let end = self.starts.get(node.index() + 1).map_or(self.numbers.len(), |&end| end as usize);
        let (before, after) = self.numbers.split_at_mut(start);
        (Before { numbers: before, starts: &self.starts[..node.index()] }, &mut after[..end - start])
    }

    /// The numbers of all nodes, to read.
    pub(super) fn all(&self) -> Before<'_, F> {
        Before { numbers: &self.numbers, starts: &self.starts }
    }
}

/// The numbers of the first nodes of a tape.
#[derive(Clone, Copy)]
pub(super) struct Before<'a, F> {
    numbers: &'a [F],
    starts: &'a [u32],
}

impl<'a, F: Scalar> Before<'a, F> {
    /// The numbers of a node.
    #[inline]
    pub(super) fn of(self, node: NodeIndex) -> &'a [F] {
        let start = self.starts[node.index()] as usize;
        let end = self.starts.get(node.index() + 1).map_or(self.numbers.len(), |&end| end as usize);
        &self.numbers[start..end]
    }
}
