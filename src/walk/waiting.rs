//! A set of nodes from which the last one can be taken quickly, however far apart they are. The one idea to know: there is a bit for each node,
//! and above these a bit for each word of 64 nodes that is not empty. A pass only ever goes down, so each search starts where the last node was
//! found, and 4,096 nodes without a bit are skipped in one step.

const BITS: usize = u64::BITS as usize;

/// A set of small whole numbers.
#[derive(Default)]
pub(crate) struct Waiting {
    /// A bit for each number.
    words: Vec<u64>,
    /// A bit for each word that is not 0.
    filled: Vec<u64>,
    /// All words of `filled` above this index are 0.
    top: usize,
}

impl Waiting {
    /// Makes room for the numbers below `size`.
    pub(crate) fn grow(&mut self, size: usize) {
        self.words.resize(size.div_ceil(BITS).max(self.words.len()), 0);
        self.filled.resize(self.words.len().div_ceil(BITS), 0);
    }

    #[inline(always)]
    pub(crate) fn insert(&mut self, number: usize) {
        let word = number / BITS;
        self.words[word] |= 1 << (number % BITS);
        self.filled[word / BITS] |= 1 << (word % BITS);
        self.top = self.top.max(word / BITS);
    }

    /// Takes the largest number out of the set.
    #[inline(always)]
    pub(crate) fn take_last(&mut self) -> Option<usize> {
        while *self.filled.get(self.top)? == 0 {
            self.top = self.top.checked_sub(1)?;
        }
        let filled = &mut self.filled[self.top];
        let word = self.top * BITS + filled.ilog2() as usize;
        let bits = &mut self.words[word];
        let bit = bits.ilog2() as usize;
        *bits &= !(1 << bit);
        if *bits == 0 {
            *filled &= !(1 << (word % BITS));
        }
        Some(word * BITS + bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::seeded;
    use rand::RngExt;
    use std::collections::BTreeSet;

    #[test]
    fn it_gives_its_numbers_from_the_last_to_the_first_however_far_apart() {
        let (mut random, mut waiting) = (seeded(3), Waiting::default());
        assert_eq!(waiting.take_last(), None);
        for size in [1, 2, 64, 65, 4096, 4097, 300_000] {
            waiting.grow(size);
            let mut expected = BTreeSet::new();
            for _ in 0..200 {
                if random.random_bool(0.4) {
                    assert_eq!(waiting.take_last(), expected.pop_last());
                }
                let number = random.random_range(0..size);
                waiting.insert(number);
                expected.insert(number);
            }
            while let Some(last) = expected.pop_last() {
                assert_eq!(waiting.take_last(), Some(last));
            }
            assert_eq!(waiting.take_last(), None);
        }
    }
}
