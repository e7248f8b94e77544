//! The book: its pages are the chapters' READMEs with formulas drawn, hints added, and figures and programs beside them.

use crate::panel::Place;
use crate::translations::{Language, Translations};
use crate::{Result, formulas, live, name, panel, read, write};
use frame::Exercise;
use std::path::{Path, PathBuf};

/// The pages beside the chapters, each with its file from the root.
pub const PAGES: [(&str, &str); 5] = [
    ("introduction", "book/introduction.md"),
    ("foreign", "examples/foreign/README.md"),
    ("glossary", "book/glossary.md"),
    ("sources", "SOURCES.md"),
    ("teaching", "book/teaching.md"),
];

/// The parts of the course, each with the number of its first chapter.
const PARTS: [(u32, &str); 4] =
    [(1, "A neuron, a cost, a slope"), (8, "Backpropagation"), (15, "Reading digits"), (22, "Beyond the gradient")];

/// What the book says beside the texts, to be translated as they are. `{}` is a number.
pub const PHRASES: [&str; 13] = [
    // To be translated as the name of the language into which the rest is translated.
    "English",
    TITLE,
    "A neuron, a cost, a slope",
    "Backpropagation",
    "Reading digits",
    "Beyond the gradient",
    "The course",
    "Gradients that you wrote elsewhere",
    "Glossary, English and Chinese",
    "The sources",
    "For teachers",
    HINTS,
    HINT,
];
const TITLE: &str = "gradus: an autodiff you can step through";
const HINTS: &str = "The exercise takes about {} minutes. If you are stuck:";
const HINT: &str = "Hint {} of 3";

/// A book to be written.
pub struct Book<'a> {
    pub root: &'a Path,
    /// For a site, whose chapters run in their pages.
    pub runnable: bool,
    /// English without one.
    pub language: Option<Language>,
}

impl Book<'_> {
    /// Writes the book's sources into a folder, ready for `mdbook build`.
    pub fn write_sources(&self, chapters: &[PathBuf], folder: &Path) -> Result {
        let (own, pages) = (self.root.join("book"), folder.join("src"));
        let (phrases, site) = (self.translations("book")?, self.of_pages(SITE)?);
        self.write_settings(&own.join("book.toml"), &folder.join("book.toml"), &phrases)?;
        copy_folder(&own.join("theme"), &folder.join("theme"))?;
        let mut summary = format!("# Summary\n\n[{}](introduction.md)\n", phrases.say("The course"));
        for (page, file) in PAGES {
            let mut text = self.translations(page)?.text(&read(&self.root.join(file))?);
            if page == "introduction" {
                if let Some(place) = self.place() {
                    text = panel::begin_here(&text, &place, |message| site.say(message))?;
                }
                text = self.with_languages(&text)?;
            }
            write(&pages.join(format!("{page}.md")), &formulas::to_mathml(&of_the_book(&text))?)?;
        }
        let mut parts = PARTS.iter().peekable();
        for chapter in chapters {
            let name = name(chapter);
            let number = name[2..].split('_').next().and_then(|number| number.parse().ok()).unwrap_or(0);
            let mut part = None;
            while parts.peek().is_some_and(|(first, _)| *first <= number) {
                part = parts.next();
            }
            if let Some((_, title)) = part {
                summary += &format!("\n# {}\n\n", phrases.say(title));
            }
            let (title, page) = self
                .chapter(chapter, &phrases, &site)
                .map_err(|error| format!("tutorials/{name}/README.md: {error}"))?;
            summary += &format!("- [{title}]({name}/README.md)\n");
            write(&pages.join(&name).join("README.md"), &page)?;
            copy_beside(chapter, &pages.join(&name))?;
        }
        // Pages in all languages share what the site's first folder has.
        if self.runnable && self.language.is_none() {
            let page = self.root.join("tutorials/runner/page");
            let files = [("run.css", "run.css"), ("live/live.css", "live.css")];
            files.into_iter().try_for_each(|(file, place)| copy(&page.join(file), &pages.join(place)))?;
            let taken = taken(self.root)?;
            write(&pages.join("run.js"), &script(self.root, &panel::SCRIPTS, &taken)?)?;
            write(&pages.join("live.js"), &script(self.root, &live::SCRIPTS, &taken)?)?;
        }
        summary += "\n---\n\n";
        for (title, page) in [
            ("Gradients that you wrote elsewhere", "foreign"),
            ("Glossary, English and Chinese", "glossary"),
            ("The sources", "sources"),
            ("For teachers", "teaching"),
        ] {
            summary += &format!("[{}]({page}.md)\n", phrases.say(title));
        }
        write(&pages.join("SUMMARY.md"), &summary)
    }

    /// The first page with links to it in the other languages, below its title. English is at the root of a book, each other language in a folder of its own.
    fn with_languages(&self, text: &str) -> Result<String> {
        let (title, rest) = text.split_once('\n').ok_or("the introduction has no text below its title")?;
        let mut links = Vec::new();
        if self.language.is_some() {
            links.push("[English](../introduction.html)".to_owned());
        }
        let own = self.language.as_ref().map(|language| &language.code[..]);
        let up = if own.is_some() { "../" } else { "" };
        for other in Language::all(self.root)?.iter().filter(|other| own != Some(&other.code)) {
            let name = other.translations("book")?.say("English");
            links.push(format!("[{name}]({up}{}/introduction.html)", other.code));
        }
        Ok(format!("{title}\n\n{}\n{rest}", links.join(" · ")))
    }

    /// What a text says in the book's language.
    fn translations(&self, name: &str) -> Result<Translations> {
        self.language.as_ref().map_or_else(|| Ok(Translations::none()), |language| language.translations(name))
    }

    /// What pages say in the book's language, of which the catalogue is in this folder.
    fn of_pages(&self, folder: &str) -> Result<Translations> {
        let language = self.language.as_ref();
        language.map_or_else(|| Ok(Translations::none()), |language| language.of_pages(self.root, folder))
    }

    /// Where chapters stand, if the book is to be a site.
    fn place(&self) -> Option<Place> {
        self.runnable.then(|| Place::of(self.language.as_ref().map(|language| &language.code[..])))
    }

    /// mdbook's settings; it lays pages out for their language.
    fn write_settings(&self, from: &Path, to: &Path, phrases: &Translations) -> Result {
        let code = self.language.as_ref().map_or("en".to_owned(), |language| language.code.replace('_', "-"));
        let settings = read(from)?.replace("language = \"en\"", &format!("language = \"{code}\""));
        write(to, &settings.replace(TITLE, &phrases.say(TITLE)))
    }

    /// The title of a chapter, and its page.
    fn chapter(&self, chapter: &Path, phrases: &Translations, site: &Translations) -> Result<(String, String)> {
        let name = name(chapter);
        let translations = self.translations(&name)?;
        let text = read(&chapter.join("README.md"))?;
        let heading = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        let title = translations.of(heading).unwrap_or_else(|| heading.trim_start_matches("Chapter ").to_owned());
        // What the site adds has translations of its own.
        let added = |message: &str| site.say(message);
        let text = match self.place() {
            Some(place) => panel::after_the_question(&name, &text, &place, added)?,
            None => text,
        };
        let text = live::in_place(&translations.text(&text), self.place().as_ref(), added)?;
        let mut page = formulas::to_mathml(&of_the_book(&text))?;
        if let Some(exercise) = Exercise::of(&name) {
            page += &format!("\n{}\n", phrases.say(HINTS).replace("{}", &exercise.minutes.to_string()));
            for (count, hint) in (1..).zip(exercise.hints) {
                let (summary, hint) = (phrases.say(HINT).replace("{}", &count.to_string()), translations.say(hint));
                page += &format!("\n<details>\n<summary>{summary}</summary>\n\n{hint}\n\n</details>\n");
            }
        }
        Ok((title, page))
    }
}

/// What the site's own texts are translated from: their folder.
const SITE: &str = "tutorials/runner/page";

/// Scripts as one, of which the first takes translations. Loaded from disk it cannot be a module; a function keeps its names to itself, as a module does.
fn script(root: &Path, files: &[&str], taken: &str) -> Result<String> {
    let mut parts = files.iter().map(|file| read(&root.join(file))).collect::<Result<Vec<_>>>()?;
    parts.insert(1, taken.to_owned());
    Ok(format!("(() => {{\n\"use strict\";\n{}}})();\n", parts.join("\n").replace("export class", "class")))
}

/// Lines of a script that take the translations into the page's language. mdbook says which it is.
fn taken(root: &Path) -> Result<String> {
    let mut lines = String::new();
    for language in Language::all(root)? {
        let code = language.code.replace('_', "-");
        let catalogue = read(&root.join(SITE).join(format!("{}.po", language.code)))?;
        let catalogue =
            serde_json::to_string(&gradus::page::translations(&catalogue)).map_err(|error| error.to_string())?;
        lines += &format!("if (document.documentElement.lang === \"{code}\") takeTranslations({catalogue});\n");
    }
    Ok(lines)
}

/// A text with its links as they are in the book, and without the weaver's comments.
fn of_the_book(text: &str) -> String {
    let woven_by =
        |line: &&str| !["<!-- code:", "<!-- output:", "<!-- slide:"].iter().any(|mark| line.starts_with(mark));
    let text: String = text.lines().filter(woven_by).map(|line| format!("{line}\n")).collect();
    // A chapter's README becomes the first page of its folder. The table of ids that the sources link to is not part of the book.
    text.replace("](../../SOURCES.md", "](../sources.md")
        .replace("](../SOURCES.md", "](sources.md")
        .replace("](../../book/glossary.md", "](../glossary.md")
        .replace("](../../tutorials/", "](")
        .replace(
            "[tutorials/tests/coverage](tutorials/tests/coverage/README.md)",
            "`tutorials/tests/coverage/README.md`",
        )
        .replace("/README.md)", "/index.html)")
}

/// Copies the figures of a chapter, and its programs, which the text may link to.
fn copy_beside(chapter: &Path, pages: &Path) -> Result {
    for entry in entries(chapter)? {
        if entry.extension().is_some_and(|extension| extension == "rs") {
            copy(&entry, &pages.join(name(&entry)))?;
        }
    }
    let figures = chapter.join("figures");
    if figures.is_dir() { copy_folder(&figures, &pages.join("figures")) } else { Ok(()) }
}

fn copy_folder(from: &Path, to: &Path) -> Result {
    for entry in entries(from)? {
        let target = to.join(name(&entry));
        if entry.is_dir() { copy_folder(&entry, &target)? } else { copy(&entry, &target)? }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result {
    let bytes = std::fs::read(from).map_err(|error| format!("cannot read {}: {error}", from.display()))?;
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    }
    frame::files::write(to, bytes).map_err(|error| format!("cannot write {}: {error}", to.display()))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}
