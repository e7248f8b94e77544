//! The course in other languages: `po/LANGUAGE/NAME.po` holds the messages of the text NAME with their translations, in gettext's format, which translators'
//! tools edit. The one idea to know: English is the only source. A message whose English has changed keeps its old translation, marked fuzzy, and the page is
//! English there until somebody has looked at it.

use crate::book::{PAGES, PHRASES};
use crate::parts::{parts, translated};
use crate::programs::{PROGRAMS, Program};
use crate::terms::{Term, faults};
use crate::{Result, name, read, write};
use crate::{say, slides};
use frame::Exercise;
use polib::catalog::Catalog;
use polib::message::{Message as Entry, MessageView};
use polib::metadata::CatalogMetadata;
use polib::po_file;
use std::collections::BTreeSet;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// A language into which the course is translated.
pub struct Language {
    /// Such as `zh_CN`: the folder below `po/`.
    pub code: String,
    folder: PathBuf,
}

/// A text of the course, or the texts of pages or programs: its name, and its messages in order.
pub struct Text {
    pub name: String,
    /// Its file from the root; of pages and programs the folder, in which their catalogue is.
    file: String,
    has_a_folder: bool,
    messages: Vec<Message>,
}

/// A message, and the file in which it stands, from the root.
#[derive(Clone)]
pub struct Message {
    pub text: String,
    pub source: String,
}

/// Messages that all stand in this file.
fn of_file(file: &str, messages: impl IntoIterator<Item = String>) -> Vec<Message> {
    messages.into_iter().map(|text| Message { text, source: file.to_owned() }).collect()
}

impl Text {
    fn new(root: &Path, name: &str, file: &str) -> Result<Text> {
        let text = read(&root.join(file))?;
        let mut messages: Vec<String> =
            parts(&text).into_iter().map(|part| part.message).filter(|message| !message.is_empty()).collect();
        if let Some(exercise) = Exercise::of(name) {
            messages.extend(exercise.hints.map(str::to_owned));
        }
        Ok(Text {
            name: name.to_owned(),
            file: file.to_owned(),
            has_a_folder: false,
            messages: of_file(file, messages),
        })
    }

    fn of_pages(root: &Path, pages: &say::Pages) -> Result<Text> {
        let messages = pages.messages(root)?;
        Ok(Text { name: pages.name.to_owned(), file: pages.folder.to_owned(), has_a_folder: true, messages })
    }

    fn of_program(root: &Path, program: &Program) -> Result<Text> {
        let messages = program.messages(root)?;
        Ok(Text { name: program.name.to_owned(), file: program.translations.to_owned(), has_a_folder: true, messages })
    }
}

/// The first page of the repository, and the link that leads from it to the Chinese one.
const README: &str = "README.md";
const TO_OTHERS: &str = "<a href=\"README.zh-CN.md\">简体中文</a>";

/// The texts of the course: its first pages, and the chapters in these folders.
pub fn texts(root: &Path, chapters: &[PathBuf]) -> Result<Vec<Text>> {
    let pages = PAGES.into_iter().map(|(name, file)| Text::new(root, name, file));
    let chapters = chapters
        .iter()
        .map(|chapter| Text::new(root, &name(chapter), &format!("tutorials/{}/README.md", name(chapter))));
    let (file, of_slides) = ("book/src/book.rs", "book/src/slides/mod.rs");
    let mut phrases = of_file(file, PHRASES.map(str::to_owned));
    phrases.extend(of_file(of_slides, slides::PHRASES.map(str::to_owned)));
    let book = Text { name: "book".to_owned(), file: file.to_owned(), has_a_folder: false, messages: phrases };
    let others = [Ok(book), Text::new(root, "readme", README)];
    let of_pages = say::PAGES.iter().map(|pages| Text::of_pages(root, pages));
    let of_programs = PROGRAMS.iter().map(|program| Text::of_program(root, program));
    pages.chain(chapters).chain(others).chain(of_pages).chain(of_programs).collect()
}

impl Language {
    /// The language of this code.
    ///
    /// # Errors
    /// If there is no folder for it.
    pub fn of(root: &Path, code: &str) -> Result<Language> {
        let found = Language::all(root)?.into_iter().find(|language| language.code == code);
        found.ok_or_else(|| format!("there is no translation into {code:?}: no folder po/{code}"))
    }

    /// All of them, in order.
    pub fn all(root: &Path) -> Result<Vec<Language>> {
        let po = root.join("po");
        let entries = std::fs::read_dir(&po).map_err(|error| format!("cannot read {}: {error}", po.display()))?;
        let folders = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
        let mut all: Vec<Language> = folders.map(|folder| Language { code: name(&folder), folder }).collect();
        all.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(all)
    }

    /// What the text of this name says in this language.
    pub fn translations(&self, name: &str) -> Result<Translations> {
        Ok(Translations(catalog(&self.file(name))?))
    }

    /// What pages say in this language, of which the catalogue is in this folder, from the root.
    pub fn of_pages(&self, root: &Path, folder: &str) -> Result<Translations> {
        Ok(Translations(catalog(&root.join(folder).join(format!("{}.po", self.code)))?))
    }

    /// Writes the README in this language beside the English one or, if `check`, returns that it is out of date.
    pub fn write_readme(&self, root: &Path, check: bool) -> Result<Option<String>> {
        let text = read(&root.join(README))?.replace(TO_OTHERS, &format!("<a href=\"{README}\">English</a>"));
        let text = self.translations("readme")?.text(&text);
        // Other than mdbook, pages of repositories know no names of headings.
        let unnamed = |line: &str| match line.split_once(" {#") {
            Some((heading, _)) if line.starts_with('#') => format!("{heading}\n"),
            _ => format!("{line}\n"),
        };
        let text: String = text.lines().map(unnamed).collect();
        let name = format!("README.{}.md", self.code.replace('_', "-"));
        match std::fs::read_to_string(root.join(&name)) {
            Ok(present) if present == text => Ok(None),
            _ if check => Ok(Some(format!("{name} is out of date with {README} and its translation"))),
            _ => write(&root.join(name), &text).map(|()| None),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.po"))
    }

    /// Brings the file of a text up to date or, if `check`, returns that it is not. Returns also what is wrong with translations.
    pub fn refresh(&self, root: &Path, text: &Text, terms: &[Term], check: bool) -> Result<(Count, Vec<String>)> {
        let place = match text.has_a_folder {
            true => format!("{}/{}.po", text.file, self.code),
            false => format!("po/{}/{}.po", self.code, text.name),
        };
        let file = root.join(&place);
        let old = catalog(&file)?;
        let fresh = merged(&old, text, &self.code);
        let mut bytes = BufWriter::new(Vec::new());
        po_file::write(&fresh, &mut bytes).map_err(|error| error.to_string())?;
        let bytes = bytes.into_inner().map_err(|error| error.to_string())?;
        let written = String::from_utf8(bytes).map_err(|error| error.to_string())?;
        let mut said = Vec::new();
        if std::fs::read_to_string(&file).ok().as_ref() != Some(&written) {
            match check {
                true => said.push(format!("{place} is out of date with {}", text.file)),
                false => write(&file, &written)?,
            }
        }
        let translations = Translations(fresh);
        let mut count = Count::default();
        for message in translations.0.messages() {
            count.messages += 1;
            let Some(translation) = translations.of(message.msgid()) else {
                // A page in two languages at once is in none.
                if text.has_a_folder {
                    said.push(format!("{place}: not translated\n  {}", message.msgid()));
                }
                continue;
            };
            count.translated += 1;
            let found = faults(message.msgid(), &translation, message.translator_comments(), terms);
            said.extend(
                found.into_iter().map(|fault| format!("{place}: {fault}\n  {}\n  {translation}", message.msgid())),
            );
        }
        Ok((count, said))
    }
}

/// The messages of a file; none if it does not exist yet.
fn catalog(file: &Path) -> Result<Catalog> {
    if !file.exists() {
        return Ok(Catalog::new(CatalogMetadata::new()));
    }
    // Some editors begin with an empty comment, at which the crate panics.
    let text = read(file)?;
    let lines: Vec<&str> = text.lines().filter(|line| line.trim_end() != "#").collect();
    po_file::parse_from_reader(lines.join("\n").as_bytes())
        .map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// How much of a text is translated.
#[derive(Clone, Copy, Default)]
pub struct Count {
    pub messages: usize,
    pub translated: usize,
}

/// The translations of a text.
pub struct Translations(Catalog);

impl Translations {
    /// No translation: all is English.
    pub fn none() -> Translations {
        Translations(Catalog::new(CatalogMetadata::new()))
    }

    /// That of a message, unless it is missing or of an older English.
    pub fn of(&self, message: &str) -> Option<String> {
        let found = self.0.find_message(None, message, None)?;
        let text = found.msgstr().ok().filter(|text| !text.is_empty() && !found.flags().is_fuzzy())?;
        Some(text.to_owned())
    }

    /// A message in this language, or in English.
    pub fn say(&self, message: &str) -> String {
        self.of(message).unwrap_or_else(|| message.to_owned())
    }

    /// A text in this language, in English where a translation is missing.
    pub fn text(&self, text: &str) -> String {
        translated(text, |message| self.of(message))
    }
}

/// The messages of a text with the translations of `old`. A message that stands where another stood takes its translation, marked fuzzy.
fn merged(old: &Catalog, text: &Text, code: &str) -> Catalog {
    let mut fresh = Catalog::new(CatalogMetadata {
        project_id_version: "gradus".to_owned(),
        language: code.to_owned(),
        mime_version: "1.0".to_owned(),
        content_type: "text/plain; charset=UTF-8".to_owned(),
        content_transfer_encoding: "8bit".to_owned(),
        ..CatalogMetadata::new()
    });
    let before: Vec<&dyn MessageView> = old.messages().collect();
    let wanted: BTreeSet<&str> = text.messages.iter().map(|message| &message.text[..]).collect();
    // The place in `before` of what stood before the present message.
    let mut previous: Option<usize> = None;
    for Message { text: message, source } in &text.messages {
        if fresh.find_message(None, message, None).is_some() {
            continue;
        }
        let same = before.iter().position(|old| old.msgid() == message);
        let next = previous.map_or(0, |place| place + 1);
        let instead = before.get(next).filter(|old| !wanted.contains(old.msgid())).map(|_| next);
        let mut built = Entry::build_singular();
        built.with_msgid(message.clone()).with_source(source.clone());
        if let Some(place) = same.or(instead) {
            previous = Some(place);
            let old = before[place];
            let translation = old.msgstr().unwrap_or_default().to_owned();
            let mut flags = old.flags().clone();
            let mut from = old.extracted_comments().to_owned();
            if same.is_none() && !translation.is_empty() && !flags.is_fuzzy() {
                flags.add_flag("fuzzy");
                from = format!("translated from: {}", old.msgid());
            }
            built.with_extracted_comments(if flags.is_fuzzy() { from } else { String::new() }).with_flags(flags);
            built.with_msgstr(translation).with_translator_comments(old.translator_comments().to_owned());
        }
        fresh.append_or_update(built.done());
    }
    fresh
}

#[cfg(test)]
mod tests {
    use super::*;
    use polib::message::MessageMutView;

    fn text(messages: &[&str]) -> Text {
        let messages = of_file("a.md", messages.iter().map(|&message| message.to_owned()));
        Text { name: "a".to_owned(), file: "a.md".to_owned(), has_a_folder: false, messages }
    }

    fn language() -> (tempfile::TempDir, Language) {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("po/zh_CN");
        std::fs::create_dir_all(&folder).expect("a folder");
        (root, Language { code: "zh_CN".to_owned(), folder })
    }

    /// Fills in the translations that are missing.
    fn translate(language: &Language, with: impl Fn(&str) -> String) {
        let mut catalog = catalog(&language.file("a")).expect("a file");
        for mut message in catalog.messages_mut() {
            if message.msgstr().unwrap_or_default().is_empty() {
                let text = with(message.msgid());
                message.set_msgstr(text).expect("a singular");
            }
        }
        po_file::write_to_file(&catalog, &language.file("a")).expect("written");
        // As some editors do.
        let text = std::fs::read_to_string(language.file("a")).expect("read");
        std::fs::write(language.file("a"), format!("#\n{text}")).expect("written");
    }

    #[test]
    fn a_sentence_that_changes_is_english_again_and_counted_until_it_is_looked_at() {
        let (root, language) = language();
        let root = root.path();
        language.refresh(root, &text(&["One.", "Two.", "Three."]), &[], false).expect("written");
        translate(&language, |english| format!("中文 {english}"));
        let (count, said) = language.refresh(root, &text(&["One.", "Two.", "Three."]), &[], false).expect("read");
        assert_eq!((count.translated, count.messages, said.len()), (3, 3, 0), "{said:?}");

        let changed = text(&["One.", "Two, or more.", "Three.", "Four."]);
        let (_, said) = language.refresh(root, &changed, &[], true).expect("read");
        assert_eq!(said, ["po/zh_CN/a.po is out of date with a.md"]);
        let (count, _) = language.refresh(root, &changed, &[], false).expect("written");
        assert_eq!((count.translated, count.messages), (2, 4));
        let translations = language.translations("a").expect("read");
        assert_eq!(translations.text("One.\n\nTwo, or more.\n"), "中文 One.\n\nTwo, or more.\n");
        let file = std::fs::read_to_string(language.file("a")).expect("read");
        assert!(
            file.contains(
                "#. translated from: Two.\n#: a.md\n#, fuzzy\nmsgid \"Two, or more.\"\nmsgstr \"中文 Two.\"\n"
            ),
            "{file}"
        );
        // What a page says is never left in English.
        let pages = Text { file: "po".to_owned(), has_a_folder: true, ..text(&["Five."]) };
        let (_, said) = language.refresh(root, &pages, &[], false).expect("written");
        assert_eq!(said, ["po/zh_CN.po: not translated\n  Five."]);
        // Again, and nothing changes.
        assert_eq!(language.refresh(root, &changed, &[], true).expect("read").1.len(), 0);
    }
}
