//! Checks the finished book: every link leads to an existing page, and to a place on it, and nothing is loaded from elsewhere.

use crate::{Result, read};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// What is wrong with the links of the pages in a folder.
pub fn faults(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    let mut pages = BTreeMap::new();
    for file in files.iter().filter(|file| has_extension(file, "html")) {
        pages.insert(file.clone(), read(file)?);
    }
    if pages.is_empty() {
        return Err(format!("{} holds no pages", folder.display()));
    }
    let places: BTreeMap<&PathBuf, BTreeSet<String>> = pages.iter().map(|(path, html)| (path, ids(html))).collect();
    let mut faults = Vec::new();
    for (path, html) in &pages {
        let shown = path.strip_prefix(folder).unwrap_or(path).display();
        for (tag, target) in targets(html) {
            if let Some(fault) = fault(path, &tag, &target, &places) {
                faults.push(format!("{shown}: <{tag}> to {target:?} {fault}"));
            }
        }
    }
    for file in files.iter().filter(|file| has_extension(file, "css")) {
        let outside = ["url(http", "url('http", "url(\"http", "url(//", "@import"];
        if outside.iter().any(|outside| read(file).is_ok_and(|css| css.contains(outside))) {
            faults.push(format!("{} loads something from elsewhere", file.display()));
        }
    }
    Ok(faults)
}

fn fault(page: &Path, tag: &str, target: &str, places: &BTreeMap<&PathBuf, BTreeSet<String>>) -> Option<&'static str> {
    if target.starts_with("data:") || target.starts_with("mailto:") {
        return None;
    }
    if target.contains("://") || target.starts_with("//") {
        // A reader may follow a link; a page may not load one.
        return (tag != "a").then_some("is loaded from elsewhere");
    }
    let (path, place) = target.split_once('#').map_or((target, None), |(path, place)| (path, Some(place)));
    let path = path.split('?').next().unwrap_or_default();
    let file = if path.is_empty() { page.to_owned() } else { normal(&page.parent()?.join(path)) };
    if !file.exists() {
        return Some("leads nowhere");
    }
    match (place, places.get(&file)) {
        (Some(place), Some(ids)) if !place.is_empty() && !ids.contains(place) => {
            Some("leads to a page without that place")
        }
        _ => None,
    }
}

/// The tags with a target, and the target.
fn targets(html: &str) -> Vec<(String, String)> {
    let mut targets = Vec::new();
    for tag in tags(html) {
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        targets
            .extend(["href", "src"].iter().filter_map(|key| attribute(tag, key)).map(|target| (name.clone(), target)));
    }
    targets
}

fn ids(html: &str) -> BTreeSet<String> {
    tags(html).filter_map(|tag| attribute(tag, "id")).collect()
}

/// The texts between `<` and `>`, without scripts.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let start = rest.find('<')? + 1;
        let end = start + rest[start..].find('>')?;
        let tag = &rest[start..end];
        rest = &rest[end..];
        if tag.starts_with("script") {
            rest = rest.find("</script").map_or("", |close| &rest[close..]);
        }
        Some(tag)
    })
}

fn attribute(tag: &str, key: &str) -> Option<String> {
    let start = tag.find(&format!(" {key}=\""))? + key.len() + 3;
    let value = &tag[start..start + tag[start..].find('"')?];
    Some(value.replace("&amp;", "&").replace("%20", " "))
}

/// A path without `..` in it.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    for entry in entries.flatten().map(|entry| entry.path()) {
        if entry.is_dir() { list(&entry, files)? } else { files.push(entry) }
    }
    Ok(())
}

fn has_extension(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|found| found == extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_and_things_from_elsewhere_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let page = |name: &str, html: &str| std::fs::write(folder.path().join(name), html).expect("a page");
        page("b.html", "<h2 id=\"here\">B</h2>");
        page(
            "a.html",
            "<a href=\"b.html#here\">1</a> <a href=\"https://example.org\">2</a> <a href=\"#top\" id=\"top\">3</a>",
        );
        assert_eq!(faults(folder.path()), Ok(vec![]));
        page(
            "c.html",
            "<a href=\"d.html\">1</a><a href=\"b.html#there\">2</a><img src=\"https://example.org/x.png\"><script src=\"//x.js\"></script>",
        );
        page("e.css", "@import 'https://example.org/e.css';");
        assert_eq!(faults(folder.path()).expect("pages").len(), 5);
    }
}
