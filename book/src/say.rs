//! What pages say, so that it is translated: `say("...")` in a script, texts in markup, and the sentences of Rust that reach a page. The one idea to know: a
//! message is found where it stands in the source, and nobody keeps a list.

use crate::translations::Message;
use crate::{Result, markup, read};
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
                let text = part(&text, item).ok_or_else(|| format!("{file} has no {item}"))?;
                let messages: Vec<String> = match file.rsplit('.').next() {
                    Some("html") => markup::messages(text)
                        .map_err(|error| format!("{file}: {error}"))?
                        .into_iter()
                        .map(|found| found.message)
                        .collect(),
                    Some("js") => said(text).map_err(|error| format!("{file}: {error}"))?,
                    _ if item.starts_with("const") => composed(text, |text| !text.contains('&')),
                    _ => composed(text, is_sentence),
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

/// A text, or what of it is from an item to its end.
fn part<'t>(text: &'t str, item: &str) -> Option<&'t str> {
    if item.is_empty() {
        return Some(text);
    }
    let start = text.find(item)?;
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let indent = &text[line..line + text[line..].len() - text[line..].trim_start().len()];
    let end = ['}', ']'].iter().filter_map(|end| text[start..].find(&format!("\n{indent}{end}"))).min()?;
    Some(&text[start..start + end])
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

/// What a Rust source composes: texts with the holes of their format, and which of them are wanted. What only a developer sees is none.
fn composed(source: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    const FOR_DEVELOPERS: [&str; 6] = ["expect(", "unreachable!(", "panic!(", "assert!(", "assert_eq!(", "must_use = "];
    let source = source.split("#[cfg(test)]").next().unwrap_or(source);
    let is_none = |line: &str| line.starts_with("//") || line.starts_with("assert");
    let lines: String =
        source.lines().filter(|line| !is_none(line.trim_start())).map(|line| format!("{line}\n")).collect();
    let (mut found, mut rest) = (Vec::new(), &lines[..]);
    let mut before = String::new();
    while let Some(quote) = rest.find('"') {
        before.push_str(&rest[..quote]);
        let Some((text, length)) = literal(&rest[quote + 1..]) else { break };
        let is_raw = before.ends_with('r') || before.ends_with("r#");
        let is_a_character = before.ends_with('\'');
        let is_for_developers = FOR_DEVELOPERS.iter().any(|name| before.ends_with(name));
        if is_a_character {
            rest = &rest[quote + 1..];
            continue;
        }
        let message = with_named_holes(&text);
        // A single word, if the program makes a text of it.
        let is_made =
            rest[quote + 1 + length..].starts_with(".to_owned()") && message.chars().all(|c| c.is_ascii_lowercase());
        if !is_raw && !is_for_developers && (is_wanted(&message) || is_made && !message.is_empty()) {
            found.push(message);
        }
        rest = &rest[quote + 1 + length..];
        before.clear();
    }
    found
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

/// A format with its holes by name: `{:?}` is `{1}`, `{x:.1}` is `{x}`.
fn with_named_holes(format: &str) -> String {
    let (mut named, mut count) = (String::new(), 0);
    let mut rest = format;
    while let Some(open) = rest.find('{') {
        named += &rest[..=open];
        rest = &rest[open + 1..];
        let Some(close) = rest.find('}') else { break };
        match rest[..close].split(':').next().unwrap_or_default() {
            "" => {
                count += 1;
                named += &count.to_string();
            }
            name => named += name,
        }
        rest = &rest[close..];
    }
    named + rest
}

/// The text of a literal that begins here, and the length up to behind its end. A backslash at the end of a line joins it to the next.
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
        assert_eq!(composed(source, is_sentence), ["{0} is no number of steps", "{name} was {1} of {2}, and more"]);
    }
}
