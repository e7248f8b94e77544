//! The messages in a page's markup. The one idea to know: `translateMarkup` in `src/page/script/say.js` finds the same ones in the browser: the text of an element with
//! the marks in it (bold, code, links), unless a script fills one of them in; and attributes that a reader sees or hears.

use crate::{Result, say};
use std::ops::Range;

const SPOKEN: [&str; 3] = ["title", "aria-label", "placeholder"];
/// Marks that belong to the sentence around them.
const WITHIN: [&str; 6] = ["b", "i", "em", "strong", "code", "a"];
/// Elements in which no text is English.
const WITHOUT_TEXT: [&str; 4] = ["script", "style", "pre", "code"];
/// Elements whose contents are no markup.
const VERBATIM: [&str; 2] = ["script", "style"];
const WITHOUT_END: [&str; 5] = ["meta", "link", "input", "br", "img"];

/// A message, and its place in the markup.
pub struct Found {
    pub place: Range<usize>,
    pub message: String,
}

/// An element, or a text between tags.
enum Part {
    Text(Range<usize>),
    Element(Element),
}

struct Element {
    name: String,
    /// All of its first tag.
    tag: Range<usize>,
    parts: Vec<Part>,
    /// Between its tags.
    inside: Range<usize>,
}

/// All messages of a page, in order.
pub fn messages(html: &str) -> Result<Vec<Found>> {
    let mut reader = Reader { html, at: 0 };
    let parts = reader.parts("")?;
    let mut found = Vec::new();
    parts.iter().for_each(|part| look(html, part, &mut found));
    Ok(found)
}

/// The markup with each message replaced.
pub fn translated(html: &str, say: impl Fn(&str) -> String) -> Result<String> {
    let mut text = html.to_owned();
    for Found { place, message } in messages(html)?.into_iter().rev() {
        text.replace_range(place, &say(&message));
    }
    Ok(text)
}

fn look(html: &str, part: &Part, found: &mut Vec<Found>) {
    let mut put = |place: Range<usize>| {
        let text = &html[place.clone()];
        let start = place.start + text.len() - text.trim_start().len();
        let place = start..start + text.trim().len();
        let message = say::in_one_line(&html[place.clone()]);
        let is_filled_in = message.starts_with("{{");
        if message.chars().any(char::is_alphabetic) && !is_filled_in {
            found.push(Found { place, message });
        }
    };
    let element = match part {
        Part::Text(place) => return put(place.clone()),
        Part::Element(element) => element,
    };
    let tag = &html[element.tag.clone()];
    if WITHOUT_TEXT.contains(&&element.name[..]) || attribute(tag, "translate").is_some() {
        return;
    }
    for place in SPOKEN.iter().filter_map(|name| attribute(tag, name)) {
        put(element.tag.start + place.start..element.tag.start + place.end);
    }
    let has_text = element.parts.iter().any(|part| matches!(part, Part::Text(_)));
    let is_mark = |part: &Part| match part {
        Part::Text(_) => true,
        Part::Element(inner) => {
            WITHIN.contains(&&inner.name[..]) && attribute(&html[inner.tag.clone()], "id").is_none()
        }
    };
    if has_text && element.parts.iter().all(is_mark) {
        return put(element.inside.clone());
    }
    element.parts.iter().for_each(|part| look(html, part, found));
}

/// The place of an attribute's value in a tag.
fn attribute(tag: &str, name: &str) -> Option<Range<usize>> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(start..start + tag[start..].find('"')?)
}

struct Reader<'h> {
    html: &'h str,
    at: usize,
}

impl Reader<'_> {
    /// What stands before the end of an element.
    fn parts(&mut self, end: &str) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        loop {
            let rest = &self.html[self.at..];
            let length = rest.find('<').unwrap_or(rest.len());
            if length > 0 {
                parts.push(Part::Text(self.at..self.at + length));
                self.at += length;
            }
            let rest = &self.html[self.at..];
            if rest.is_empty() {
                return if end.is_empty() { Ok(parts) } else { Err(format!("<{end}> has no end")) };
            }
            let close = rest.find('>').ok_or("a tag has no end")? + 1;
            let tag = self.at..self.at + close;
            self.at += close;
            if let Some(name) = rest.strip_prefix("</") {
                return if name.starts_with(&format!("{end}>")) {
                    Ok(parts)
                } else {
                    Err(format!("<{end}> is not closed"))
                };
            }
            if rest.starts_with("<!") {
                continue;
            }
            let name: String = rest[1..].chars().take_while(|c| c.is_alphanumeric()).collect();
            let start = self.at;
            let (inner, inside) = if WITHOUT_END.contains(&&name[..]) || rest[..close].ends_with("/>") {
                (Vec::new(), start..start)
            } else if VERBATIM.contains(&&name[..]) {
                let end = format!("</{name}>");
                self.at += self.html[start..].find(&end).ok_or_else(|| format!("<{name}> has no end"))? + end.len();
                (Vec::new(), start..start)
            } else {
                let inner = self.parts(&name)?;
                (inner, start..self.at - name.len() - 3)
            };
            parts.push(Part::Element(Element { name, tag, parts: inner, inside }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_keeps_its_marks_and_what_a_script_fills_in_stands_apart() {
        let html = "<p title=\"Why\">Press <b>Play</b>.</p>\n<label>Speed <select><option>fast</option></select></label><p>Step <b id=\"n\">0</b></p>\
                    <pre>no text</pre><h1 translate=\"no\">{{title}}</h1>";
        let found: Vec<String> = messages(html).expect("markup").into_iter().map(|found| found.message).collect();
        assert_eq!(found, ["Why", "Press <b>Play</b>.", "Speed", "fast", "Step"]);
        let other = translated(html, |message| format!("<{message}>")).expect("markup");
        assert!(other.starts_with("<p title=\"<Why>\"><Press <b>Play</b>.></p>\n<label><Speed> <select>"), "{other}");
    }

    #[test]
    fn markup_that_is_not_closed_is_refused() {
        assert!(messages("<p>One<b>two</p>").is_err());
    }
}
