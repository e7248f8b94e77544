//! Text by characters, to predict the next one. The one idea to know: a text is stored once, as numbers; a sample is the place at which its window begins.

use super::Dataset;
use super::gathered::Source;
use crate::Scalar;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// Why a text could not be turned into numbers.
///
/// Its `Debug` form is the message too: that is what `main` prints when it returns an error, and what `unwrap` prints.
#[derive(Error, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextError {
    /// Some characters are not in the vocabulary.
    #[error(
        "the text has characters that the vocabulary lacks\n  expected: the {known} characters of the vocabulary\n  \
         found:    {unknown:?}, the first one at place {place} (from 0) of the text\n  try:      make the vocabulary of all texts, or take these out"
    )]
    UnknownCharacters {
        /// The characters, sorted, each once.
        unknown: Vec<char>,
        /// The place of the first one in the text, counted in characters from 0.
        place: usize,
        /// The number of characters that are known.
        known: usize,
    },

    /// A word has the mark in it that is to show its end.
    #[error(
        "the mark {mark:?} is part of a word\n  expected: a character that no word has\n  found:    {word:?}\n  \
         try:      another mark, such as '\\n'"
    )]
    MarkInWord {
        /// The mark.
        mark: char,
        /// The word.
        word: String,
    },

    /// The vocabulary has no mark for the end of words.
    #[error("the vocabulary has no end mark\n  expected: one for words\n  try:      Vocabulary::of_words(&words, '.')")]
    NoMark,
}

impl fmt::Debug for TextError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The characters of a text, each with a number from 0 on.
///
/// ```
/// use gradus::data::Vocabulary;
/// let vocabulary = Vocabulary::of("hello");
/// assert_eq!(vocabulary.characters(), ['e', 'h', 'l', 'o']);
/// assert_eq!(vocabulary.encode("hole")?, [1, 3, 2, 0]);
/// assert_eq!(vocabulary.decode(&[1, 3, 2, 0]), "hole");
/// assert!(vocabulary.encode("help").unwrap_err().to_string().contains("['p']"));
/// # Ok::<(), gradus::data::TextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// Sorted, behind the mark if there is one.
    characters: Vec<char>,
    has_mark: bool,
}

impl Vocabulary {
    /// The different characters of a text, sorted.
    pub fn of(text: &str) -> Self {
        let characters: BTreeSet<char> = text.chars().collect();
        Vocabulary { characters: characters.into_iter().collect(), has_mark: false }
    }

    /// A mark for the end of words, with the number 0, and the different characters of the words, sorted.
    ///
    /// # Errors
    /// If a word has the mark in it.
    pub fn of_words(words: &[impl AsRef<str>], mark: char) -> Result<Self, TextError> {
        without_mark(words, mark)?;
        let characters: BTreeSet<char> = words.iter().flat_map(|word| word.as_ref().chars()).collect();
        Ok(Vocabulary { characters: [mark].into_iter().chain(characters).collect(), has_mark: true })
    }

    /// The number of characters.
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// Whether there are no characters.
    pub fn is_empty(&self) -> bool {
        self.characters.is_empty()
    }

    /// The characters, by their numbers.
    pub fn characters(&self) -> &[char] {
        &self.characters
    }

    /// The mark for the end of words, if there is one.
    pub fn mark(&self) -> Option<char> {
        self.has_mark.then(|| self.characters[0])
    }

    /// The number of each character of a text.
    ///
    /// # Errors
    /// If characters are not in the vocabulary; all of them are named.
    pub fn encode(&self, text: &str) -> Result<Vec<usize>, TextError> {
        let numbers: Vec<Option<usize>> = text.chars().map(|character| self.number(character)).collect();
        let Some(place) = numbers.iter().position(Option::is_none) else {
            return Ok(numbers.into_iter().flatten().collect());
        };
        let unknown: BTreeSet<char> = text.chars().filter(|&character| self.number(character).is_none()).collect();
        Err(TextError::UnknownCharacters { unknown: unknown.into_iter().collect(), place, known: self.len() })
    }

    fn number(&self, character: char) -> Option<usize> {
        let (marks, sorted) = self.characters.split_at(usize::from(self.has_mark));
        let of_mark = marks.iter().position(|&mark| mark == character);
        of_mark.or_else(|| Some(marks.len() + sorted.binary_search(&character).ok()?))
    }

    /// The text with these numbers.
    ///
    /// # Panics
    /// If there is no character of a number.
    #[track_caller]
    pub fn decode(&self, numbers: &[usize]) -> String {
        if let Some(number) = numbers.iter().find(|&&number| number >= self.len()) {
            panic!("there is no character {number} in a vocabulary of {}, which are numbered from 0", self.len());
        }
        numbers.iter().map(|&number| self.characters[number]).collect()
    }
}

fn without_mark(words: &[impl AsRef<str>], mark: char) -> Result<(), TextError> {
    match words.iter().find(|word| word.as_ref().contains(mark)) {
        Some(word) => Err(TextError::MarkInWord { mark, word: word.as_ref().into() }),
        None => Ok(()),
    }
}

/// Samples of a text.
impl<F: Scalar> Dataset<F> {
    /// All windows of a text, to predict the next character at each place: features are `places` characters in a row, `[n, places]`, targets are the
    /// characters that follow each of them, `[n, places]`. Both are numbers from [`Vocabulary::encode`]. The text is stored once.
    ///
    /// Windows overlap, so split the text into training and validation, not this data set.
    ///
    /// ```
    /// use gradus::data::{Dataset, Vocabulary};
    /// let text = "hello";
    /// let windows = Dataset::<f32>::of_text(&Vocabulary::of(text).encode(text)?, 3);
    /// assert_eq!(windows.features(), ndarray::array![[1.0, 0.0, 2.0], [0.0, 2.0, 2.0]].into_dyn()); // hel, ell
    /// assert_eq!(windows.targets(), ndarray::array![[0.0, 2.0, 2.0], [2.0, 2.0, 3.0]].into_dyn()); // ell, llo
    /// # Ok::<(), gradus::data::TextError>(())
    /// ```
    ///
    /// # Panics
    /// If `places` is 0, if the text is not longer than a window, or if a number is too large to be exact in this kind of number (2²⁴ for f32).
    #[track_caller]
    pub fn of_text(numbers: &[usize], places: usize) -> Self {
        assert!(places > 0, "a window has at least one place");
        let long = numbers.len();
        assert!(long > places, "a text of {long} characters has no window of {places} and the next character");
        let text: Arc<[usize]> = numbers.into();
        let [features, targets] = [0, 1].map(|shift| Source::Windows { text: text.clone(), places, shift });
        let samples = targets.expect_rows("the text");
        Self::of_sources(features, targets, (0..samples).collect())
    }

    /// Samples of words, such as names, to predict the next character: features are the `places` characters before it, `[n, places]`, targets are the
    /// labels of the characters themselves and of the mark behind each word, `[n]`. Before a word stand marks. (In makemore: `build_dataset`.)
    ///
    /// ```
    /// use gradus::data::{Dataset, Vocabulary};
    /// let words = ["ab", "b"];
    /// let vocabulary = Vocabulary::of_words(&words, '.')?;
    /// let samples = Dataset::<f32>::of_words(&words, &vocabulary, 2)?; // ..→a .a→b ab→. ..→b .b→.
    /// assert_eq!(samples.labels().unwrap(), [1, 2, 0, 2, 0]);
    /// assert_eq!(samples.features(), ndarray::array![[0., 0.], [0., 1.], [1., 2.], [0., 0.], [0., 2.]].into_dyn());
    /// # Ok::<(), gradus::data::TextError>(())
    /// ```
    ///
    /// # Errors
    /// If the vocabulary has no mark, if a word has the mark in it, or if the vocabulary lacks a character.
    ///
    /// # Panics
    /// If `places` is 0.
    #[track_caller]
    pub fn of_words(words: &[impl AsRef<str>], vocabulary: &Vocabulary, places: usize) -> Result<Self, TextError> {
        assert!(places > 0, "a window has at least one place");
        let mark = vocabulary.mark().ok_or(TextError::NoMark)?;
        without_mark(words, mark)?;
        // Marks stand between words: the first one ends a word, and all of them come before the next.
        let (mut text, mut rows) = (vec![0; places], Vec::new());
        for word in words {
            let word = vocabulary.encode(word.as_ref())?;
            let start = text.len() - places;
            rows.extend(start..=start + word.len());
            text.extend(word);
            text.extend(std::iter::repeat_n(0, places));
        }
        let next = Source::Labels(text[places..].into());
        Ok(Self::of_sources(Source::Windows { text: text.into(), places, shift: 0 }, next, rows.into()))
    }
}
