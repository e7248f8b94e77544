//! The numbers of all nodes in one buffer, one node after the other. An operand was recorded before the result, so its numbers come
//! first: a kernel can read them while it writes the result.

use crate::scalar::Scalar;
use crate::shape::{MAX_NUMBERS, Shape};
use petgraph::graph::NodeIndex;

pub(crate) struct Values<F: Scalar> {
    numbers: Vec<F>,
    /// The offset where each node's numbers start and, as the last entry, where the next node's will start. They end where the next node's start.
    starts: Vec<u32>,
}

impl<F: Scalar> Values<F> {
    pub(crate) fn new() -> Self {
        Values { numbers: Vec::new(), starts: Vec::new() }
    }

    pub(crate) fn nodes(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many numbers there are.
    #[inline]
    pub(crate) fn numbers(&self) -> usize {
        self.numbers.len()
    }

    pub(crate) fn reserved_bytes(&self) -> usize {
        self.numbers.capacity() * size_of::<F>() + self.starts.capacity() * size_of::<u32>()
    }

    /// Keeps the first `nodes` nodes.
    pub(crate) fn truncate(&mut self, nodes: usize) {
        if let Some(&end) = self.starts.get(nodes) {
            self.numbers.truncate(end as usize);
            self.starts.truncate(nodes + 1);
        }
    }

    /// Makes room for the numbers of another node, or returns the reason why there is none.
    #[inline]
    pub(crate) fn push(&mut self, shape: Shape) -> Result<(), String> {
        let end = self.numbers.len().saturating_add(shape.room::<F>(F::NAME)?);
        if end > self.numbers.capacity() {
            self.reserve(end, shape)?;
        }
        self.numbers.resize(end, F::ZERO);
        self.end_here();
        Ok(())
    }

    /// Appends a node whose numbers are outside the tape.
    pub(crate) fn push_nothing(&mut self) {
        self.end_here();
    }

    /// Makes the buffer long enough for `end` numbers. It doubles if there is enough memory, and otherwise gets just as long as needed.
    fn reserve(&mut self, end: usize, shape: Shape) -> Result<(), String> {
        if end > MAX_NUMBERS {
            let used = self.numbers.len();
            return Err(shape.refused::<F>(
                F::NAME,
                &format!("this tape holds {used} numbers and can hold up to {MAX_NUMBERS}: rewind it between steps"),
            ));
        }
        let more = end - self.numbers.len();
        if self.numbers.try_reserve(more).is_err() && self.numbers.try_reserve_exact(more).is_err() {
            return Err(shape.refused::<F>(F::NAME, "that is more memory than there is"));
        }
        Ok(())
    }

    /// Appends a node of a single number.
    #[inline]
    pub(crate) fn push_number(&mut self, number: F) {
        self.numbers.push(number);
        self.end_here();
    }

    #[inline]
    fn end_here(&mut self) {
        let end = u32::try_from(self.numbers.len()).expect("a tape holds up to 4,294,967,295 numbers; rewind it");
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.starts.push(end);
    }

    /// The value of a node, if it is one number.
    #[inline]
    pub(crate) fn number(&self, node: NodeIndex) -> Option<F> {
        match self.all().of(node) {
            [number] => Some(*number),
            _ => None,
        }
    }

    /// Writes the value of a node that is one number.
    #[inline]
    pub(crate) fn set_number(&mut self, node: NodeIndex, number: F) {
        self.numbers[self.starts[node.index()] as usize] = number;
    }

    /// The numbers of all nodes before this one, to read, and its own, to write.
    #[inline]
    pub(crate) fn split(&mut self, node: NodeIndex) -> (Before<'_, F>, &mut [F]) {
        let (start, end) = ends(&self.starts, node);
        let (before, after) = self.numbers.split_at_mut(start);
        (Before { numbers: before, starts: &self.starts[..=node.index()] }, &mut after[..end - start])
    }

    /// The numbers of all nodes, to read.
    pub(crate) fn all(&self) -> Before<'_, F> {
        Before { numbers: &self.numbers, starts: &self.starts }
    }
}

/// The numbers of the first nodes of a tape.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a, F> {
    numbers: &'a [F],
    starts: &'a [u32],
}

impl<'a, F: Scalar> Before<'a, F> {
    /// The numbers of a node.
    #[inline]
    pub(crate) fn of(self, node: NodeIndex) -> &'a [F] {
        let (start, end) = ends(self.starts, node);
        &self.numbers[start..end]
    }
}

/// Where the numbers of a node start and end.
#[inline]
fn ends(starts: &[u32], node: NodeIndex) -> (usize, usize) {
    let ends = &starts[node.index()..][..2];
    (ends[0] as usize, ends[1] as usize)
}
