//! Slides for teachers: a file for each chapter, which opens from disk and loads nothing. The one idea to know: a slide holds what the chapter's text and
//! the teacher's guide say already; nothing is written for the slides alone but the few words of `PHRASES`.
//!
//! - `blocks`: a chapter's text as sections of paragraphs, formulas, figures, code
//! - `sentence`: the first sentence of a paragraph, and how much room a text takes
//! - `fit`: code and printed tables in lines that a room can read
//! - `choice`: which slides a text becomes; `shortest`: which block of a section, `height`: what fits beside it
//! - `questions`: what the teacher's guide says about a chapter
//! - `page`: slides as HTML

mod blocks;
mod choice;
mod fit;
mod height;
mod page;
mod questions;
mod sentence;
mod shortest;

use crate::translations::{Language, Translations};
use crate::{Result, name, read, write};
use std::path::{Path, PathBuf};

/// What slides say beside the texts, to be translated as they are.
pub const PHRASES: [&str; 11] = [
    INDEX,
    ABOUT,
    PREVIOUS,
    NEXT,
    NOTES,
    KEYS,
    "`→`, space or a swipe to the left: the next slide; `←` or a swipe to the right: the one before",
    "`Home`, `End`: the first slide, the last one",
    "`n`: the speaker notes, in which the text of the section stands",
    "`o`: all slides, one below the other; click one to open it",
    "`p`: print, or save as PDF, one slide on each page; `?`: these keys",
];
const INDEX: &str = "Slides for the course";
const ABOUT: &str = "One file for each chapter. It opens from disk, without a network. `?` shows the keys.";
const PREVIOUS: &str = "Previous slide";
const NEXT: &str = "Next slide";
const NOTES: &str = "Speaker notes";
const KEYS: &str = "Keys";

/// Slides to be written.
pub struct Slides<'a> {
    pub root: &'a Path,
    /// English without one.
    pub language: Option<Language>,
}

impl Slides<'_> {
    /// Writes a file for each chapter into a folder, and a page that leads to them.
    pub fn write(&self, chapters: &[PathBuf], folder: &Path) -> Result {
        let phrases = self.translations("book")?;
        let guide = self.translations("teaching")?.text(&read(&self.root.join("book/teaching.md"))?);
        let look = page::Look { language: self.code(), say: &|message| phrases.say(message) };
        let mut links = Vec::new();
        for chapter in chapters {
            let name = name(chapter);
            let in_chapter = |error| format!("tutorials/{name}/README.md: {error}");
            let text = blocks::Text::of(&self.text(chapter)?).map_err(in_chapter)?;
            let told = questions::Told::of(&guide, &name)?;
            let slides = choice::slides(&text, &told).map_err(in_chapter)?;
            let file = format!("{}.html", name.split('_').next().unwrap_or(&name));
            write(&folder.join(&file), &look.deck(chapter, &text, &slides).map_err(in_chapter)?)?;
            links.push((file, text.title));
        }
        write(&folder.join("index.html"), &look.index(&links)?)
    }

    /// A chapter's text in the language of the slides.
    fn text(&self, chapter: &Path) -> Result<String> {
        Ok(self.translations(&name(chapter))?.text(&read(&chapter.join("README.md"))?))
    }

    fn translations(&self, name: &str) -> Result<Translations> {
        self.language.as_ref().map_or_else(|| Ok(Translations::none()), |language| language.translations(name))
    }

    /// The language as a page names it.
    fn code(&self) -> String {
        self.language.as_ref().map_or("en".to_owned(), |language| language.code.replace('_', "-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn every_chapter_makes_slides_and_each_of_its_figures_is_on_one() {
        let root = root();
        let chapters = crate::chapters(&root.join("tutorials"), &[]).expect("there are chapters");
        for language in [None, Some(Language::of(&root, "zh_CN").expect("it is there"))] {
            let folder = tempfile::tempdir().expect("a folder");
            let slides = Slides { root: &root, language };
            slides.write(&chapters, folder.path()).expect("all chapters make slides");
            let index = read(&folder.path().join("index.html")).expect("an index");
            for chapter in &chapters {
                let file = format!("{}.html", &name(chapter)[..4]);
                assert!(index.contains(&format!("href=\"{file}\"")), "the index leads to {file}");
                let deck = read(&folder.path().join(&file)).expect("a deck");
                let text = slides.text(chapter).expect("a text");
                let figures: Vec<&str> = text.lines().filter(|line| line.starts_with("![")).collect();
                assert_eq!(deck.matches("<figure").count(), figures.len(), "{file} has each figure once");
                let headings = text.lines().filter(|line| line.starts_with("## ")).count();
                assert!(deck.matches("<section").count() >= headings + 2, "{file} has a slide for each section");
                assert!(!deck.contains("src=\"figures"), "{file} holds its figures");
                assert!(!deck.contains("http://") || !deck.contains("src=\"http"), "{file} loads nothing");
            }
        }
    }
}
