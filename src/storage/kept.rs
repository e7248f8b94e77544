//! Lists that a rewind keeps. After a rewind the same entries usually come in the same order; they are found in their old places, and nothing is
//! allocated. An entry can be found by a hash of what identifies it: a short list is searched from end to end, a long one through a table, so
//! that looking up each of a million entries takes linear time in all.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// Entries up to which a search from end to end is quicker than a look-up in the table.
const SHORT: usize = 16;

/// An entry that can be found by its hash.
pub(crate) trait Identified {
    /// A hash of what identifies the entry.
    fn identity(&self) -> u64;
}

/// The hash that [`Identified`] asks for.
pub(crate) fn hash_of(identity: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    identity.hash(&mut hasher);
    hasher.finish()
}

/// The first `live` entries belong to this recording, the others are left from before the last rewind.
pub(crate) struct Kept<T> {
    entries: Vec<T>,
    live: usize,
    /// For each hash, the place of the newest entry with it. Empty while the list is short.
    newest: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    /// For each entry the place of the one before it with the same hash, or [`NONE`].
    older: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept { entries: Vec::new(), live: 0, newest: HashMap::default(), older: Vec::new() }
    }
}

impl<T: Identified> Kept<T> {
    pub(crate) fn rewind(&mut self) {
        self.live = 0;
    }

    /// The entries of this recording.
    #[inline]
    pub(crate) fn live(&self) -> &[T] {
        &self.entries[..self.live]
    }

    #[inline]
    pub(crate) fn live_mut(&mut self) -> &mut [T] {
        &mut self.entries[..self.live]
    }

    /// The entry at the cursor, which comes next if this recording repeats the one before.
    #[inline]
    pub(crate) fn under_cursor(&self) -> Option<&T> {
        self.entries.get(self.live)
    }

    #[inline]
    pub(crate) fn under_cursor_mut(&mut self) -> Option<&mut T> {
        self.entries.get_mut(self.live)
    }

    /// Takes the entry under the cursor into this recording.
    #[inline]
    pub(crate) fn keep(&mut self) {
        self.live += 1;
    }

    /// Appends a new entry to those of this recording, and drops what is left from before the last rewind.
    pub(crate) fn push(&mut self, entry: T) {
        self.truncate(self.live);
        self.entries.push(entry);
        self.live += 1;
        if self.entries.len() > SHORT {
            while self.older.len() < self.entries.len() {
                self.enter(self.older.len());
            }
        }
    }

    /// Drops what is left from before the last rewind.
    pub(crate) fn forget_leftovers(&mut self) {
        self.truncate(self.live);
    }

    /// Drops the entries from this place on.
    pub(crate) fn truncate(&mut self, length: usize) {
        for place in (length..self.older.len()).rev() {
            let hash = self.entries[place].identity();
            match self.older[place] {
                NONE => drop(self.newest.remove(&hash)),
                older => drop(self.newest.insert(hash, older)),
            }
        }
        self.older.truncate(length);
        self.entries.truncate(length);
        self.live = self.live.min(length);
    }

    /// The places of the entries of this recording for which `is` holds, the newest first. `hash` is the hash of such entries.
    #[inline]
    pub(crate) fn places(&self, hash: impl FnOnce() -> u64, is: impl Fn(&T) -> bool) -> impl Iterator<Item = usize> {
        let is_long = self.live > SHORT;
        let mut next = match is_long {
            true => self.newest.get(&hash()).copied().unwrap_or(NONE),
            false => (self.live as u32).wrapping_sub(1),
        };
        std::iter::from_fn(move || {
            while next != NONE {
                let place = next as usize;
                next = if is_long { self.older[place] } else { next.wrapping_sub(1) };
                if place < self.live && is(&self.entries[place]) {
                    return Some(place);
                }
            }
            None
        })
    }

    fn enter(&mut self, place: usize) {
        let older = self.newest.insert(self.entries[place].identity(), place as u32);
        self.older.push(older.unwrap_or(NONE));
    }
}

/// A hasher for keys that are hashes already: it returns them unchanged.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("the keys are hashes of 64 bits")
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    impl Identified for u32 {
        fn identity(&self) -> u64 {
            hash_of(self % 30_000)
        }
    }

    fn newest(list: &Kept<u32>, number: u32) -> Option<usize> {
        list.places(|| number.identity(), |entry| entry % 30_000 == number % 30_000).next()
    }

    #[test]
    fn the_newest_of_several_is_found_and_after_a_rewind_only_what_came_again() {
        for length in [5, 17, 100] {
            let mut list = Kept::default();
            (0..length).chain([2, 3]).for_each(|entry| list.push(entry));
            let [two, three] = [length as usize, length as usize + 1];
            assert_eq!(list.places(|| 2_u32.identity(), |&entry| entry == 2).collect::<Vec<_>>(), [two, 2]);
            assert_eq!((newest(&list, 3), newest(&list, 4), newest(&list, length)), (Some(three), Some(4), None));
            list.rewind();
            assert_eq!(newest(&list, 2), None);
            (0..4).for_each(|_| list.keep());
            assert_eq!((newest(&list, 3), newest(&list, 4)), (Some(3), None));
            list.push(40);
            assert_eq!(list.live(), [0, 1, 2, 3, 40]);
            (5..30).for_each(|entry| list.push(entry));
            assert_eq!((newest(&list, 2), newest(&list, 40), newest(&list, 4)), (Some(2), Some(4), None));
        }
    }

    #[test]
    fn a_long_list_is_not_searched_from_end_to_end() {
        let (mut list, looks) = (Kept::default(), Cell::new(0));
        for entry in 0..30_000_u32 {
            let is = |other: &u32| {
                looks.set(looks.get() + 1);
                *other == entry
            };
            assert_eq!(list.places(|| entry.identity(), is).next(), None);
            list.push(entry);
        }
        assert!(looks.get() < 300, "{} looks for 30,000 entries", looks.get());
    }
}
