//! A set of nodes that gives its last one, however far apart they are. The one idea to know: a bit for each node, 64 to a word; above them
//! a bit for each word that is not empty, and so on, up to a single word. So the last node is found in as many looks as there are levels:
//! four for a tape of 16 million nodes.

const BITS: usize = u64::BITS as usize;

/// A set of small whole numbers.
#[derive(Default)]
pub(super) struct Waiting {
    /// The lowest level first; the highest is one word.
    levels: Vec<Vec<u64>>,
}

impl Waiting {
    /// Makes room for the numbers below `size`. The set must be empty.
    pub(super) fn grow(&mut self, size: usize) {
        let (mut words, mut level) = (size.max(1), 0);
        while words > 1 || level == 0 {
            words = words.div_ceil(BITS);
            match self.levels.get_mut(level) {
                Some(level) => level.resize(words.max(level.len()), 0),
                None => self.levels.push(vec![0; words]),
            }
            level += 1;
        }
    }

    #[inline]
    pub(super) fn insert(&mut self, mut number: usize) {
        for level in &mut self.levels {
            let word = &mut level[number / BITS];
            let was_empty = *word == 0;
            *word |= 1 << (number % BITS);
            if !was_empty {
                return;
            }
            number /= BITS;
        }
    }

    /// Takes the largest number out of the set.
    #[inline]
    pub(super) fn take_last(&mut self) -> Option<usize> {
        let mut place = 0;
        if self.levels.last()?[place] == 0 {
            return None;
        }
        for level in self.levels.iter().rev() {
            let word = level[place];
            place = place * BITS + word.ilog2() as usize;
        }
        let (last, mut number) = (place, place);
        for level in &mut self.levels {
            let word = &mut level[number / BITS];
            *word &= !(1 << (number % BITS));
            if *word != 0 {
                break;
            }
            number /= BITS;
        }
        Some(last)
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
