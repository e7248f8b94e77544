//! The book: its pages are the chapters' READMEs with formulas drawn, hints added, and figures and programs beside them.

use crate::{Result, formulas, live, name, panel, read, write};
use frame::Exercise;
use std::path::Path;

/// The parts of the course, each with the number of its first chapter.
const PARTS: [(u32, &str); 4] =
    [(1, "A neuron, a cost, a slope"), (8, "Backpropagation"), (15, "Reading digits"), (22, "Beyond the gradient")];

/// Writes the book's sources into a folder, ready for `mdbook build`; if `runnable`, as a site whose chapters run in their pages.
pub fn write_sources(root: &Path, chapters: &[std::path::PathBuf], folder: &Path, runnable: bool) -> Result {
    let (own, pages) = (root.join("book"), folder.join("src"));
    copy(&own.join("book.toml"), &folder.join("book.toml"))?;
    copy_folder(&own.join("theme"), &folder.join("theme"))?;
    let mut summary = "# Summary\n\n[The course](introduction.md)\n".to_owned();
    for page in ["introduction.md", "glossary.md"] {
        let mut text = read(&own.join(page))?.replace("](../SOURCES.md", "](sources.md");
        if runnable && page == "introduction.md" {
            text = panel::begin_here(&text)?;
        }
        write(&pages.join(page), &formulas::to_mathml(&text)?)?;
    }
    write(&pages.join("sources.md"), &formulas::to_mathml(&sources(&read(&root.join("SOURCES.md"))?))?)?;
    let mut parts = PARTS.iter().peekable();
    for chapter in chapters {
        let name = name(chapter);
        let number = name[2..].split('_').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        let mut part = None;
        while parts.peek().is_some_and(|(first, _)| *first <= number) {
            part = parts.next();
        }
        if let Some((_, title)) = part {
            summary += &format!("\n# {title}\n\n");
        }
        let text = read(&chapter.join("README.md"))?;
        let title = text.lines().next().unwrap_or_default().trim_start_matches("# Chapter ");
        summary += &format!("- [{title}]({name}/README.md)\n");
        let place = |error| format!("tutorials/{name}/README.md: {error}");
        let text = live::in_place(&text, runnable).map_err(place)?;
        let text = if runnable { panel::after_the_question(&name, &text).map_err(place)? } else { text };
        let page = page(&name, &text).map_err(place)?;
        write(&pages.join(&name).join("README.md"), &page)?;
        copy_beside(chapter, &pages.join(&name))?;
    }
    if runnable {
        let page = root.join("tutorials/runner/page");
        let files = [("run.css", "run.css"), ("live/live.css", "live.css")];
        files.into_iter().try_for_each(|(file, place)| copy(&page.join(file), &pages.join(place)))?;
        write(&pages.join("run.js"), &script(root, &panel::SCRIPTS)?)?;
        write(&pages.join("live.js"), &script(root, &live::SCRIPTS)?)?;
    }
    summary += "\n---\n\n[Glossary, English and Chinese](glossary.md)\n[The sources](sources.md)\n";
    write(&pages.join("SUMMARY.md"), &summary)
}

/// Scripts as one. Loaded from disk it cannot be a module; a function keeps its names to itself, as a module does.
fn script(root: &Path, files: &[&str]) -> Result<String> {
    let parts = files.iter().map(|file| read(&root.join(file))).collect::<Result<Vec<_>>>()?;
    Ok(format!("(() => {{\n\"use strict\";\n{}}})();\n", parts.join("\n").replace("export class", "class")))
}

/// The page of the sources. The table of ids that it links to is not part of the book.
fn sources(text: &str) -> String {
    text.replace(
        "[tutorials/tests/coverage](tutorials/tests/coverage/README.md)",
        "`tutorials/tests/coverage/README.md` in the repository",
    )
}

/// A chapter's page.
fn page(name: &str, text: &str) -> Result<String> {
    let woven_by = |line: &&str| !(line.starts_with("<!-- code:") || line.starts_with("<!-- output:"));
    let text: String = text.lines().filter(woven_by).map(|line| format!("{line}\n")).collect();
    // A chapter's README becomes the first page of its folder.
    let text = text
        .replace("](../../SOURCES.md", "](../sources.md")
        .replace("](../../book/glossary.md", "](../glossary.md")
        .replace("/README.md)", "/index.html)");
    let mut page = formulas::to_mathml(&text)?;
    if let Some(exercise) = Exercise::of(name.trim_start_matches("ch")) {
        page += &format!("\nThe exercise takes about {} minutes. If you are stuck:\n", exercise.minutes);
        for (count, hint) in (1..).zip(exercise.hints) {
            page += &format!("\n<details>\n<summary>Hint {count} of 3</summary>\n\n{hint}\n\n</details>\n");
        }
    }
    Ok(page)
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

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}
