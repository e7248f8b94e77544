//! The names: three parts of a list, as numbers; and a batch of them, as all nets of this chapter read it.

use gradus::data::{Vocabulary, seeded, shuffled};
use gradus_data::NAMES;
use ndarray::Array2;

/// The mark that stands before a name and behind it; its number is 0.
const MARK: char = '.';
/// The names are split alike in every run, whatever its seed: else the results of two seeds would not be of the same names.
const SPLIT: u64 = 1990;
/// The number of names to choose settings by, and that of the names that are held out.
const FEW: usize = 500;

/// A name as the numbers of its letters, without marks.
pub type Name = Vec<usize>;

/// The list in three parts that have no name in common.
pub struct Names {
    pub vocabulary: Vocabulary,
    /// To learn from.
    pub train: Vec<Name>,
    /// To choose settings by.
    pub validation: Vec<Name>,
    /// To measure with, in the end.
    pub held_out: Vec<Name>,
}

impl Names {
    pub fn split() -> Self {
        let list: Vec<&str> = NAMES.lines().collect();
        let vocabulary = Vocabulary::of_words(&list, MARK).expect("names are of letters");
        let numbers = |&index: &usize| vocabulary.encode(list[index]).expect("the vocabulary is of these names");
        let mut train: Vec<Name> = shuffled(list.len(), &mut seeded(SPLIT)).iter().map(numbers).collect();
        let held_out = train.split_off(train.len() - FEW);
        let validation = train.split_off(train.len() - FEW);
        Names { vocabulary, train, validation, held_out }
    }

    /// The number of different symbols: the letters and the mark.
    pub fn symbols(&self) -> usize {
        self.vocabulary.len()
    }

    /// The largest number of symbols in a name and its end.
    pub fn places(&self) -> usize {
        [&self.train, &self.validation, &self.held_out].into_iter().flatten().map(Vec::len).max().unwrap_or(0) + 1
    }
}

/// The number of characters that are predicted in these names: all letters, and the end of each name.
pub fn characters(names: &[Name]) -> usize {
    names.iter().map(|name| name.len() + 1).sum()
}

// ANCHOR: batch
/// Names side by side, filled up with marks to the length of the longest.
pub struct Batch {
    /// What stands at each place, `[names, places]`: the mark, then the letters.
    pub symbols: Array2<f32>,
    /// The rows, among all `names * places`, at which something is predicted: not those of the filling.
    pub counted: Vec<usize>,
    /// What comes next in each of these rows: a letter, or the mark that ends the name.
    pub next: Vec<usize>,
}

impl Batch {
    pub fn of(names: &[Name]) -> Self {
        let places = names.iter().map(|name| name.len() + 1).max().unwrap_or(1);
        let mut batch = Batch { symbols: Array2::zeros((names.len(), places)), counted: Vec::new(), next: Vec::new() };
        for (row, name) in names.iter().enumerate() {
            for (place, &letter) in name.iter().enumerate() {
                batch.symbols[[row, place + 1]] = letter as f32;
            }
            batch.counted.extend((0..=name.len()).map(|place| row * places + place));
            batch.next.extend(name.iter().copied().chain([0]));
        }
        batch
    }
}
// ANCHOR_END: batch
