//! The reader's guess: you learn from a surprise only if you expected something else. It is asked on a terminal, before anything runs.

use crate::{Error, Result, output};
use serde_json::{Map, Value};
use std::io::{BufRead, Read};

/// Maximum number of bytes of a guess.
const LONGEST: u64 = 1_000;

/// Asks, and waits for a line; `None` at the end of the input.
///
/// # Errors
/// If the terminal cannot be read.
pub fn ask(question: &str) -> Result<Option<String>> {
    output::ask(question);
    read(&mut std::io::stdin().lock())
}

/// A line without control characters; `None` at the end of the input.
fn read(input: &mut impl BufRead) -> Result<Option<String>> {
    let mut line = Vec::new();
    let count = input.by_ref().take(LONGEST).read_until(b'\n', &mut line);
    match count.map_err(|error| Error::new(format!("cannot read what you type: {error}")))? {
        0 => Ok(None),
        _ => {
            let text = String::from_utf8_lossy(&line);
            Ok(Some(text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()))
        }
    }
}

/// A chapter's answer, filled in with the numbers of the run; `None` if one of them is missing.
pub(crate) fn answer(template: &str, results: &Map<String, Value>) -> Option<String> {
    let mut parts = template.split('{');
    let mut answer = parts.next()?.to_owned();
    for part in parts {
        let (place, rest) = part.split_once('}')?;
        let (path, form) = place.split_once(':').unwrap_or((place, ""));
        let mut path = path.split('.');
        let mut value = results.get(path.next()?)?;
        for key in path {
            value = match value {
                Value::Array(list) if key == "last" => list.last()?,
                Value::Array(list) => list.get(key.parse::<usize>().ok()?)?,
                _ => value.get(key)?,
            };
        }
        answer += &written(value, form)?;
        answer += rest;
    }
    Some(answer)
}

/// A result in the form in which answers print it.
fn written(value: &Value, form: &str) -> Option<String> {
    let Some(number) = value.as_f64() else { return value.as_str().map(str::to_owned) };
    Some(match form {
        "%" => format!("{}%", (1e4 * number).round() / 1e2),
        "" if number == number.trunc() => format!("{number}"),
        "" if (1e-3..1e6).contains(&number.abs()) => format!("{number:.4}"),
        "" => format!("{number:.1e}"),
        decimals => {
            let decimals: usize = decimals.parse().ok()?;
            format!("{number:.decimals$}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_told_with_the_numbers_of_the_run() {
        let results = json!({ "share": 0.9711, "losses": [2.29858, 0.5], "net": { "nodes": 5, "error": 2.5e-12 }, "who": "Adam" });
        let results = results.as_object().expect("an object");
        let told = |template| answer(template, results);
        assert_eq!(told("{net.nodes} nodes, {share:%} right").as_deref(), Some("5 nodes, 97.11% right"));
        assert_eq!(told("from {losses.0:2} to {losses.1}").as_deref(), Some("from 2.30 to 0.5000"));
        assert_eq!(told("{who}: off by {net.error}, {losses.last}").as_deref(), Some("Adam: off by 2.5e-12, 0.5000"));
        assert_eq!([told("{missing}"), told("{losses.7}"), told("{losses")], [None, None, None]);
    }

    #[test]
    fn a_guess_is_a_line_of_text_whatever_is_typed() {
        let read = |mut bytes: &[u8]| read(&mut bytes).expect("bytes can be read");
        assert_eq!(read(b"  about 8\nmore"), Some("about 8".to_owned()));
        assert_eq!(read(b"\n"), Some(String::new()));
        assert_eq!(read(b""), None);
        assert_eq!(read(b"no line's end"), Some("no line's end".to_owned()));
        assert_eq!(read(b"\x1b[2J8\xff\n"), Some("[2J8\u{fffd}".to_owned()));
        assert_eq!(read(&[b'9'; 5_000]).map(|guess| guess.len()), Some(1_000));
    }
}
