//! The meaning of a word on the command line, and suggestions for unknown words.

use crate::command::list;
use crate::{CHAPTERS, Story};
use frame::{Chapter, EXERCISES, Error, Exercise, Result};

const COMMANDS: [&str; 14] = [
    "tour",
    "list",
    "next",
    "exercises",
    "check",
    "class",
    "quiz",
    "site",
    "reproduce",
    "run",
    "step",
    "completions",
    "man",
    "help",
];
/// Subcommands of `exercises` that people type without it.
const OF_EXERCISES: [&str; 5] = ["watch", "hint", "reset", "solution", "unpack"];

/// The chapter of this name: `"ch02"` or `"ch02_perceptron"`.
pub fn chapter(name: &str) -> Option<(&'static Chapter, Story)> {
    CHAPTERS.into_iter().find(|(chapter, _)| [chapter.short_name(), chapter.binary()].contains(&name.to_owned()))
}

/// The exercise of a chapter.
///
/// # Errors
/// If there is none.
pub fn exercise(chapter: &str) -> Result<&'static Exercise> {
    Exercise::of(chapter).ok_or_else(|| {
        let meant = chapter_meant(chapter).filter(|meant| Exercise::of(meant).is_some());
        let all: Vec<String> = EXERCISES.iter().map(Exercise::short_name).collect();
        let advice =
            meant.map_or(format!("there are {}", all.join(" ")), |spelling| format!("did you mean {spelling}?"));
        Error::new(format!("there is no exercise of chapter {chapter:?}; {advice}"))
    })
}

/// The message for an unknown command.
pub fn unknown(word: &str) -> String {
    let of_exercises = OF_EXERCISES.into_iter().find(|&known| known == word).map(|known| format!("exercises {known}"));
    let meant = of_exercises.or_else(|| chapter_meant(word));
    let meant = meant.or_else(|| nearest(word, COMMANDS.into_iter().map(str::to_owned)));
    match meant {
        Some(spelling) => format!("there is no command {word:?}; did you mean {spelling}?"),
        None => format!("there is no chapter or command {word:?}\n\n{}", list()),
    }
}

/// The message for an unknown chapter.
pub fn unknown_chapter(word: &str) -> String {
    match chapter_meant(word) {
        Some(spelling) => format!("there is no chapter {word:?}; did you mean {spelling}?"),
        None => format!("there is no chapter {word:?}\n\n{}", list()),
    }
}

/// The chapter whose number is in a word, such as `8`, `ch8`, `CH08`, `chapter 8` or `08_tap`, or whose name is nearly the word.
pub fn chapter_meant(word: &str) -> Option<String> {
    let word = word.to_lowercase();
    let digits = word.trim_start_matches("chapter").trim_start_matches("ch").trim_start_matches([' ', '-', '_', '0']);
    let digits: &str = digits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let numbered = format!("ch{digits:0>2}");
    let by_number = CHAPTERS.iter().map(|(chapter, _)| chapter.short_name()).find(|name| *name == numbered);
    by_number.filter(|_| !digits.is_empty()).or_else(|| {
        let slugs = CHAPTERS.iter().map(|(chapter, _)| chapter.binary());
        nearest(&word, slugs).and_then(|slug| slug.split('_').next().map(str::to_owned))
    })
}

/// The name that is one or two typing errors away from a word.
fn nearest(word: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let word = word.to_lowercase();
    let slips = |name: &String| strsim::osa_distance(&word, name);
    let nearest = names.min_by_key(slips)?;
    // In a word of three letters, two other letters make another word.
    (slips(&nearest) <= (nearest.chars().count() / 3).clamp(1, 2)).then_some(nearest)
}
