//! What pages say, so that it is translated: `say("...")` in a script, texts in markup, and the sentences of Rust that reach a page. The one idea to know: a
//! message is found where it stands in the source, and nobody keeps a list.

use crate::strings::{Wanted, strings};
use crate::translations::Message;
use crate::{Result, markup, read};
use gradus_view::language::with_named_holes;
use std::path::Path;

/// Pages that share a catalogue: `FOLDER/zh_CN.po`.
pub struct Pages {
    pub name: &'static str,
    pub folder: &'static str,
    /// Files, or folders of scripts. Of a file of Rust its sentences, or those of one item, `file: item`; of a constant all texts.
    sources: &'static [&'static str],
}

pub const PAGES: [Pages; 3] = [
    Pages {
        name: "the page of a tape",
        folder: "src/page",
        sources: &[
            "src/page/page.html",
            "src/page/script",
            "src/page/mod.rs",
            "src/page/live.rs",
            "src/page/session.rs",
            "src/page/mistakes.rs",
            "src/trace/narrate.rs",
            "src/trace/words.rs",
            "src/faults/non_finite.rs",
            "src/faults/backward_error.rs",
            "src/program/error.rs",
            "src/program/write.rs",
            "src/optim/mod.rs",
            "src/optim/settings.rs",
        ],
    },
    Pages {
        name: "the playground",
        folder: "playground/page",
        sources: &[
            "playground/page/playground.html",
            "playground/page/digit.html",
            "playground/page",
            "playground/src/presets.rs: const PRESETS",
            "playground/src/settings.rs",
            "playground/src/session.rs",
            "playground/src/entries.rs",
            "playground/src/digit.rs",
            "src/check/display.rs: fn headline_if_right",
        ],
    },
    Pages {
        name: "the site",
        folder: "tutorials/runner/page",
        sources: &[
            "tutorials/runner/page/panel.html",
            "tutorials/runner/page/carried.js",
            "tutorials/runner/page/run.js",
            "tutorials/runner/page/live",
            "book/src/phrases.rs",
            "tutorials/runner/figures.rs: fn maps",
            "tutorials/ch22_convolution/by_hand.rs: const KERNELS",
            "src/page/script/numbers.js",
        ],
    },
];

impl Pages {
    /// All of their messages, each with its source.
    pub fn messages(&self, root: &Path) -> Result<Vec<Message>> {
        let mut found = Vec::new();
        for source in self.sources {
            let (source, item) = source.split_once(": ").unwrap_or((source, ""));
            let place = root.join(source);
            let files = if place.is_dir() { scripts(&place, source)? } else { vec![source.to_owned()] };
            for file in files {
                let text = read(&root.join(&file))?;
                let located = |error: String| format!("{file}: {error}");
                let messages: Vec<String> = match file.rsplit('.').next() {
                    Some("html") => markup::messages(&text)
                        .map_err(|error| format!("{file}: {error}"))?
                        .into_iter()
                        .map(|found| found.message)
                        .collect(),
                    Some("js") => said(&text).map_err(located)?,
                    _ if item.starts_with("const") => {
                        composed(&text, item, |text| !text.contains('&')).map_err(located)?
                    }
                    _ => composed(&text, item, is_sentence).map_err(located)?,
                };
                for text in messages {
                    match found.iter_mut().find(|known: &&mut Message| known.text == text) {
                        Some(known) if known.source.split(' ').any(|source| source == file) => {}
                        Some(known) => known.source += &format!(" {file}"),
                        None => found.push(Message { text, source: file.clone() }),
                    }
                }
            }
        }
        Ok(found)
    }
}

/// The scripts in a folder, in order. That which defines `say` says nothing itself.
fn scripts(folder: &Path, name: &str) -> Result<Vec<String>> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let names = entries.flatten().map(|entry| crate::name(&entry.path()));
    let mut scripts: Vec<String> =
        names.filter(|name| name.ends_with(".js") && name != "say.js").map(|file| format!("{name}/{file}")).collect();
    scripts.sort();
    Ok(scripts)
}

/// The messages that a script says.
fn said(script: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (line, number) in script.lines().zip(1..) {
        for (at, _) in line.match_indices("say(") {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || "_$.".contains(c))
                || line[..at].trim_start().starts_with("//")
            {
                continue;
            }
            let argument = &line[at + 4..];
            // A method of this name.
            if line[..at].trim().is_empty() && line.ends_with('{') {
                continue;
            }
            let text = argument.strip_prefix('"').ok_or_else(|| {
                format!("line {number}: say takes a message in double quotes, so that it is found to be translated; found {argument}")
            })?;
            let (message, _) = literal(text).ok_or_else(|| format!("line {number}: a text without an end"))?;
            found.push(message);
        }
    }
    Ok(found)
}

/// What a Rust source, or an item of it, composes: texts with the holes of their format, and which of them are wanted. What only a developer sees is none.
fn composed(source: &str, item: &str, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    const FOR_DEVELOPERS: &[&str] = &["expect", "unreachable", "panic", "assert", "assert_eq"];
    let texts = strings(source, item, Wanted { errors_only: false, silent: FOR_DEVELOPERS })?;
    let messages = texts.into_iter().filter(|text| !text.is_raw).filter_map(|text| {
        let message = with_named_holes(&text.text);
        // A single word, if the program makes a text of it.
        let is_word = text.is_made && !message.is_empty() && message.chars().all(|c| c.is_ascii_lowercase());
        (is_word || is_wanted(&message)).then_some(message)
    });
    Ok(messages.collect())
}

/// Whether a text has several words beside its holes.
fn is_sentence(message: &str) -> bool {
    let mut outside = String::new();
    let mut depth = 0;
    for c in message.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    let has_word = outside.split(|c: char| !c.is_alphanumeric()).any(is_word);
    has_word && message.trim().contains(' ') && !message.contains("=\"")
}

/// The text of a script's literal that begins here, and the length up to behind its end. A backslash at the end of a line joins it to the next.
fn literal(rest: &str) -> Option<(String, usize)> {
    let (mut text, mut chars) = (String::new(), rest.char_indices().peekable());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, at + 1)),
            '\\' => match chars.next()?.1 {
                'n' => text.push('\n'),
                '\n' => while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    None
}

/// A text with single blanks between its words, as it is shown.
pub fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_script_says_is_found_and_what_nobody_could_find_is_refused() {
        let script = "  say(text) {\n    this.say(say(\"{count} \\\"found\\\"\", { count }));\n  }\n// say(nothing)\nconst a = is ? say(\"One\") : say(\"Two\");\n";
        assert_eq!(said(script).expect("texts"), ["{count} \"found\"", "One", "Two"]);
        assert!(said("x = say(name);").expect_err("no text").contains("line 1"));
        assert!(said("x = say(`a ${b}`);").is_err());
    }

    #[test]
    fn what_rust_composes_is_found_with_its_holes_by_name() {
        let source = "// \"a comment here\"\n#[error(\"{0:?} is no number of steps\")]\nlet a = format!(\"{name} was {} of {:.1}, \\\n   and more\", b, c);\n\
                      x.expect(\"it has a default\"); json!({\"kind\": 1}); \"input\"\n#[cfg(test)]\nmod tests { \"not this one\" }";
        assert_eq!(
            composed(source, "", is_sentence).expect("Rust"),
            ["{1} is no number of steps", "{name} was {1} of {2}, and more"]
        );
    }
}
