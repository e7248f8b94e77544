//! The printed output of a chapter. It is stored in `output.txt`, each heading marked with `## `, and compared with a fresh run.
//!
//! The one idea to know: two runs say the same if their words are equal and their numbers nearly so. Processors differ in the last bits, and a line
//! with a time may have any time.

use crate::{Result, name, place, read, write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Largest relative difference of the numbers of two runs: training carries differences in the last bits up to the third digit.
const TOLERANCE: f64 = 0.02;

/// Size below which a number is rounding noise and agrees with any other such number.
const NOISE: f64 = 1e-9;

/// The printed output of a chapter, by headings.
pub struct Output {
    sections: Vec<(String, String)>,
}

impl Output {
    /// From the stored form.
    pub fn parse(text: &str) -> Output {
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            match (line.strip_prefix("## "), sections.last_mut()) {
                (Some(heading), _) => sections.push((heading.to_owned(), String::new())),
                (None, Some((_, body))) => *body += &format!("{line}\n"),
                (None, None) => {}
            }
        }
        Output { sections }
    }

    /// What was printed under a heading.
    pub fn section(&self, heading: &str) -> Option<String> {
        let section = self.sections.iter().find(|(name, _)| name == heading);
        section.map(|(_, body)| body.trim_matches('\n').to_owned())
    }

    pub fn headings(&self) -> String {
        self.sections.iter().map(|(heading, _)| format!("{heading:?}")).collect::<Vec<_>>().join(", ")
    }
}

/// The stored output of a chapter, if there is one.
pub fn stored(chapter: &Path) -> Result<Option<Output>> {
    let path = chapter.join("output.txt");
    if path.exists() { read(&path).map(|text| Some(Output::parse(&text))) } else { Ok(None) }
}

/// Runs a chapter. If its output says something else than the stored one, stores the new output or, if `check`, returns the difference.
pub fn refresh(chapter: &Path, check: bool) -> Result<Option<String>> {
    let fresh = run(chapter)?;
    let path = chapter.join("output.txt");
    let old = if path.exists() { read(&path)? } else { String::new() };
    if says_the_same(&old, &fresh) {
        return Ok(None);
    }
    if check {
        let difference = first_difference(&old, &fresh);
        return Ok(Some(format!("{}/output.txt is stale: {difference}", place(chapter))));
    }
    write(&path, &fresh).map(|()| None)
}

/// What the page on gradients of other programs shows: judgements of these.
const JUDGED: [&str; 2] = ["xor", "m01_tanh_twice"];

/// Judges the gradients beside that page; a heading for each.
fn judge(page: &Path) -> Result<String> {
    let program = beside_me("gradus")?;
    let judged = JUDGED.iter().map(|name| {
        let mut command = Command::new(&program);
        command
            .args(["check", "--no-color", "--foreign", &format!("{name}.json")])
            .current_dir(page)
            .env("GRADUS_LANG", "en");
        let output = command.output().map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        // 1 if a gradient is wrong, 2 if nothing could be judged.
        match output.status.code() {
            Some(0 | 1) => Ok(format!("## {name}\n{}", String::from_utf8_lossy(&output.stdout))),
            _ => Err(format!("{name}.json was not judged:\n{}", String::from_utf8_lossy(&output.stderr))),
        }
    });
    judged.collect()
}

/// Runs a chapter with its default settings, in a folder of its own.
fn run(chapter: &Path) -> Result<String> {
    if chapter.ends_with(crate::FOREIGN) {
        return judge(chapter);
    }
    let program = beside_me("gradus")?;
    let folder = std::env::temp_dir().join(format!("weave-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    let name = name(chapter);
    let output = Command::new(&program)
        .arg(&name)
        .current_dir(&folder)
        .env("GRADUS_LANG", "en")
        // Headings are recognised by their colour.
        .env("CLICOLOR_FORCE", "1")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
    // It holds only files that the chapter wrote.
    let _ = std::fs::remove_dir_all(&folder);
    if !output.status.success() {
        return Err(format!("{name} failed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(marked(&String::from_utf8_lossy(&output.stdout)))
}

/// The program of this name that was built together with this one.
fn beside_me(program: &str) -> Result<PathBuf> {
    let me = std::env::current_exe().map_err(|error| format!("cannot find myself: {error}"))?;
    let path = me.with_file_name(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    if path.exists() {
        return Ok(path);
    }
    Err(format!("{} is not built; build both with: cargo build --release --bin gradus --bin weave", path.display()))
}

/// Coloured output in the stored form: headings, which are bold and cyan, marked; colours gone; no spaces at the ends of lines.
fn marked(coloured: &str) -> String {
    const HEADING: &str = "\x1b[1m\x1b[36m";
    let mut lines: Vec<String> = Vec::new();
    for line in coloured.lines() {
        let heading = line.starts_with(HEADING);
        let plain = without_colour(line);
        lines.push(format!("{}{}", if heading { "## " } else { "" }, plain.trim_end()));
    }
    lines.join("\n").trim_matches('\n').to_owned() + "\n"
}

fn without_colour(line: &str) -> String {
    let mut parts = line.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain += part.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain
}

/// Whether two outputs say the same.
pub fn says_the_same(a: &str, b: &str) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.lines().collect(), b.lines().collect());
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| same_line(a, b))
}

/// The first line in which they differ, for a message.
pub fn first_difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let place = (0..old.len().max(new.len())).find(|&i| match (old.get(i), new.get(i)) {
        (Some(old), Some(new)) => !same_line(old, new),
        _ => true,
    });
    let line = |lines: &[&str]| {
        place.and_then(|place| lines.get(place).copied()).map_or("(no line)".to_owned(), str::to_owned)
    };
    format!("line {} of it\n    says  {}\n    should {}", place.unwrap_or(0) + 1, line(&old), line(&new))
}

fn same_line(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (a, b) = (tokens(a), tokens(b));
    let timed =
        a.windows(2).any(|pair| matches!((&pair[0], &pair[1]), (Token::Number(_), Token::Word(word)) if is_unit(word)));
    a.len() == b.len()
        && a.iter().zip(&b).all(|(a, b)| match (a, b) {
            (Token::Number(a), Token::Number(b)) => timed || near(a, b),
            (a, b) => a == b,
        })
}

/// A piece of a line. Spaces do not count, because columns follow the widths of numbers.
#[derive(Debug, PartialEq)]
enum Token {
    Number(String),
    Word(String),
    /// A bar of a chart, of any length.
    Bar,
}

fn tokens(line: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = number_length(rest);
        let token = if length > 0 {
            Token::Number(rest[..length].replace(',', ""))
        } else if first == '█' {
            Token::Bar
        } else if first.is_alphabetic() {
            Token::Word(rest.chars().take_while(|c| c.is_alphabetic()).collect())
        } else {
            Token::Word(first.to_string())
        };
        let length = match &token {
            Token::Number(_) => length,
            Token::Word(word) => word.len(),
            Token::Bar => rest.len() - rest.trim_start_matches('█').len(),
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// The length of the number at the start of the text: `-1,234.5e-6`.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut end = usize::from(bytes.first() == Some(&b'-'));
    if !digit(end) {
        return 0;
    }
    let is_part = |i: usize| digit(i) || (matches!(bytes.get(i), Some(b'.' | b',')) && digit(i + 1) && digit(i - 1));
    while is_part(end) {
        end += 1;
    }
    let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
    if matches!(bytes.get(end), Some(b'e')) && digit(end + 1 + sign) {
        end += 1 + sign;
        while digit(end) {
            end += 1;
        }
    }
    end
}

/// Whether two numbers agree, up to the tolerance or one unit in the last printed place.
fn near(a: &str, b: &str) -> bool {
    let (Ok(x), Ok(y)) = (a.parse::<f64>(), b.parse::<f64>()) else { return a == b };
    let size = x.abs().max(y.abs());
    let step =
        |text: &str| 10f64.powi(-(text.split(['e']).next().unwrap_or("").split('.').nth(1).map_or(0, str::len) as i32));
    let last_place = if a.contains('e') || b.contains('e') || !a.contains('.') { 0.0 } else { step(a).max(step(b)) };
    x == y || size < NOISE || (x - y).abs() <= TOLERANCE * size + 1.01 * last_place
}

fn is_unit(word: &str) -> bool {
    ["s", "ms", "µs", "μs", "ns", "min", "seconds", "minutes", "hours", "days", "GFLOP"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_and_nearly_the_same_numbers_say_the_same() {
        for (a, b) in [
            ("epoch 3   92.31%  ████", "epoch 3  92.29% █████"),
            ("error 3e-16", "error 1e-16"),
            ("took 7.8 s, 0.1 ms: 78,000 times", "took 9.1 s, 0.2 ms: 45,000 times"),
            ("W1 [2, 3]  -0.25", "W1 [2, 3] -0.25"),
        ] {
            assert!(same_line(a, b), "{a} / {b}");
        }
        for (a, b) in [
            ("epoch 3", "epoch 4"),
            ("accuracy 92.31%", "accuracy 96.70%"),
            ("right", "WRONG"),
            ("b2 1.2e-7", "b2 1.4e-7"),
            ("-0.25", "0.25"),
            ("4 of 4", "4 of 4 rows"),
        ] {
            assert!(!same_line(a, b), "{a} / {b}");
        }
        assert!(!says_the_same("one\n", "one\ntwo\n"));
    }

    #[test]
    fn headings_are_known_by_their_colour() {
        let printed = "\n\u{1b}[1m\u{1b}[36mSlopes\u{1b}[0m\n  0.25  \n\u{1b}[1m\u{1b}[32mok\u{1b}[0m\n";
        assert_eq!(marked(printed), "## Slopes\n  0.25\nok\n");
        assert_eq!(Output::parse(&marked(printed)).section("Slopes").as_deref(), Some("  0.25\nok"));
    }

    #[test]
    fn numbers_are_found_in_all_their_forms() {
        for (text, length) in
            [("1,234 x", 5), ("-2.5e-3.", 7), ("3.", 1), ("- 3", 0), ("1e5x", 3), ("x", 0), ("2, 3", 1)]
        {
            assert_eq!(number_length(text), length, "{text}");
        }
    }
}
