//! Slides as HTML: one file with its style, its script and its figures inside. The one idea to know: without the script, and on paper, all slides stand one below
//! the other; the script shows one of them.

use super::blocks::Text;
use super::choice::{Piece, Slide};
use super::sentence::room;
use super::shortest::{Table, is_number};
use super::{ABOUT, INDEX, KEYS, NEXT, NOTES, PHRASES, PREVIOUS};
use crate::{Result, formulas, read};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};
use std::path::Path;

const STYLE: &str = include_str!("../../slides/slides.css");
const SCRIPT: &str = include_str!("../../slides/slides.js");
/// Where `PHRASES` begins to say what the keys do.
const FIRST_KEY: usize = 6;

/// Words that take less than so many cells can be larger.
const FEW: usize = 240;

/// How pages look in a language.
pub struct Look<'a> {
    /// As a page names it, such as `zh-CN`.
    pub language: String,
    pub say: &'a dyn Fn(&str) -> String,
}

impl Look<'_> {
    /// The file of a chapter.
    pub fn deck(&self, chapter: &Path, text: &Text, slides: &[Slide]) -> Result<String> {
        let (mut body, mut notes) = (String::new(), Vec::<&str>::new());
        for (number, slide) in (1..).zip(slides) {
            let title = inline(&slide.title)?;
            let heading = if number == 1 { format!("<h1>{title}</h1>") } else { format!("<h2>{title}</h2>") };
            let kind = kind(number, slide);
            let mut told = String::new();
            if !slide.notes.trim().is_empty() {
                if notes.last() != Some(&&slide.notes[..]) {
                    notes.push(&slide.notes);
                }
                told = format!(" data-notes=\"notes-{}\"", notes.len());
            }
            body += &format!("<section id=\"{number}\" class=\"{kind}\" tabindex=\"-1\"{told}>\n{heading}\n");
            for piece in &slide.pieces {
                body += &piece_html(piece, chapter)?;
            }
            body += "</section>\n";
        }
        for (number, text) in (1..).zip(notes) {
            body += &format!("<div class=\"notes\" id=\"notes-{number}\" hidden>\n{}</div>\n", markdown(text)?);
        }
        let say = self.say;
        let keys: Vec<String> = PHRASES[FIRST_KEY..]
            .iter()
            .map(|key| Ok(format!("<li>{}</li>\n", inline(&say(key))?)))
            .collect::<Result<_>>()?;
        let frame = format!(
            "<nav aria-label=\"{keys_title}\"><button type=\"button\" id=\"previous\" aria-label=\"{previous}\">‹</button> <span id=\"place\"></span> \
             <button type=\"button\" id=\"next\" aria-label=\"{next}\">›</button> <button type=\"button\" id=\"help\" aria-label=\"{keys_title}\">?</button></nav>\n\
             <aside id=\"speaker\" aria-label=\"{notes}\" tabindex=\"0\" hidden></aside>\n\
             <dialog id=\"keys\" aria-label=\"{keys_title}\">\n<ul>\n{keys}</ul>\n</dialog>\n<script>\n{SCRIPT}</script>\n",
            keys_title = say(KEYS),
            previous = say(PREVIOUS),
            next = say(NEXT),
            notes = say(NOTES),
            keys = keys.concat(),
        );
        Ok(self.page(&text.title, &format!("<main>\n{body}</main>\n{frame}")))
    }

    /// The page that leads to the chapters, given as files and titles.
    pub fn index(&self, links: &[(String, String)]) -> Result<String> {
        let say = self.say;
        let mut body =
            format!("<main class=\"index\">\n<h1>{}</h1>\n<p>{}</p>\n<ul>\n", say(INDEX), inline(&say(ABOUT))?);
        for (file, title) in links {
            body += &format!("<li><a href=\"{file}\">{}</a></li>\n", inline(title)?);
        }
        Ok(self.page(&say(INDEX), &format!("{body}</ul>\n</main>\n")))
    }

    fn page(&self, title: &str, body: &str) -> String {
        let (language, title) = (&self.language, escaped(title));
        format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
        )
    }
}

/// How a slide is laid out: the title, words alone, or whatever it has.
fn kind(number: usize, slide: &Slide) -> &'static str {
    let words = |piece: &Piece| match piece {
        Piece::Text(text) | Piece::Command(text) => Some(room(text)),
        _ => None,
    };
    match slide.pieces.iter().map(words).sum::<Option<usize>>() {
        _ if number == 1 => "opening",
        Some(room) if room < FEW => "words few",
        Some(_) => "words",
        None => "shown",
    }
}

fn piece_html(piece: &Piece, chapter: &Path) -> Result<String> {
    Ok(match piece {
        Piece::Text(text) => format!("<p>{}</p>\n", inline(text)?),
        Piece::Formula(formula) => format!("{}\n", formulas::to_mathml(&format!("$${formula}$$"))?.trim()),
        Piece::Code(lines) => format!("<pre><code>{}</code></pre>\n", escaped(&lines.join("\n"))),
        Piece::Command(command) => format!("<pre class=\"command\"><code>{}</code></pre>\n", escaped(command)),
        Piece::List(items) => {
            let items =
                items.iter().map(|item| Ok(format!("<li>{}</li>\n", inline(item)?))).collect::<Result<Vec<_>>>()?;
            format!("<ul>\n{}</ul>\n", items.concat())
        }
        Piece::Table(table) => table_html(table)?,
        Piece::Figure { description, file, is_described } => figure(&chapter.join(file), description, *is_described)?,
    })
}

fn table_html(table: &Table) -> Result<String> {
    let columns = table.rows.iter().map(Vec::len).max().unwrap_or(1);
    let has_numbers = |column: usize| {
        table
            .rows
            .iter()
            .skip(table.heads)
            .filter(|row| row.len() == columns)
            .filter_map(|row| row.get(column))
            .all(|cell| is_number(cell))
    };
    let mut html = String::from("<table>\n");
    for (place, row) in table.rows.iter().enumerate() {
        let tag = if place < table.heads { "th" } else { "td" };
        html += "<tr>";
        for (column, cell) in row.iter().enumerate() {
            let attributes = match () {
                _ if row.len() < columns => format!(" colspan=\"{columns}\""),
                _ if has_numbers(column) => " class=\"number\"".to_owned(),
                _ => String::new(),
            };
            let cell = if table.is_markdown { inline(&cell.replace("\\|", "|"))? } else { escaped(cell) };
            html += &format!("<{tag}{attributes}>{cell}</{tag}>");
        }
        html += "</tr>\n";
    }
    Ok(html + "</table>\n")
}

/// A figure inside the page. One that is much higher than wide is shown in several columns.
fn figure(path: &Path, description: &str, is_described: bool) -> Result<String> {
    let alternative = escaped(description).replace('"', "&quot;");
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let is_drawing = path.extension().is_some_and(|extension| extension == "svg");
    let (kind, parts) = match is_drawing {
        true => ("svg+xml", columns(&read(path)?).into_iter().map(String::into_bytes).collect()),
        false => ("png", vec![bytes.clone()]),
    };
    // A drawing that has colours of its own for a dark page needs no paper.
    let adapts = is_drawing && String::from_utf8_lossy(&bytes).contains("prefers-color-scheme");
    let class = if adapts { "" } else { " class=\"paper\"" };
    let image = |(place, part): (usize, &Vec<u8>)| {
        let alternative = if place == 0 { &alternative[..] } else { "" };
        format!("<img{class} src=\"data:image/{kind};base64,{}\" alt=\"{alternative}\">", STANDARD.encode(part))
    };
    let images: String = parts.iter().enumerate().map(image).collect();
    // A screen reader has heard the description already.
    let caption =
        if is_described { format!("<p aria-hidden=\"true\">{}</p>\n", escaped(description)) } else { String::new() };
    Ok(format!("{caption}<figure>{images}</figure>\n"))
}

/// A drawing in the parts in which it fills a wide slide: itself, or equal pieces of its height, which overlap a little.
fn columns(svg: &str) -> Vec<String> {
    let whole = || vec![svg.to_owned()];
    let Some((width, height)) = size(svg) else { return whole() };
    let count = (2.1 * height / width).sqrt().round();
    if height < 1.5 * width || count < 2.0 {
        return whole();
    }
    let root = svg.find('>').map_or(0, |end| end + 1);
    let (tag, rest) = svg.split_at(root);
    let overlap = 0.02 * height;
    let part = |place: usize| {
        let top = (place as f64 * height / count - overlap).max(0.0);
        let bottom = ((place + 1) as f64 * height / count + overlap).min(height);
        let tag = with_attribute(tag, "viewBox", &format!("0 {top} {width} {}", bottom - top));
        with_attribute(&tag, "height", &format!("{}", bottom - top)) + rest
    };
    (0..count as usize).map(part).collect()
}

/// The width and the height of a drawing that begins at its left upper corner.
fn size(svg: &str) -> Option<(f64, f64)> {
    let numbers: Vec<f64> = attribute(svg.get(..svg.find('>')?)?, "viewBox")?
        .split(' ')
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    if let [0.0, 0.0, width, height] = numbers[..] { Some((width, height)) } else { None }
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn with_attribute(tag: &str, name: &str, value: &str) -> String {
    match attribute(tag, name) {
        Some(old) => tag.replace(&format!(" {name}=\"{old}\""), &format!(" {name}=\"{value}\"")),
        None => tag.to_owned(),
    }
}

/// Markdown as HTML. Links lead nowhere from a single file, so only their words stay.
fn markdown(text: &str) -> Result<String> {
    let text = formulas::to_mathml(text)?;
    let is_link = |event: &Event| matches!(event, Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link));
    let mut page = String::new();
    html::push_html(&mut page, Parser::new_ext(&text, Options::ENABLE_TABLES).filter(|event| !is_link(event)));
    Ok(page)
}

/// The same within a line: what would begin a list, such as the number in "10. It is a sum.", is only text there.
fn inline(text: &str) -> Result<String> {
    let number = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let is_mark = text.get(number..).is_some_and(|rest| match number {
        0 => rest.starts_with(['-', '+', '#', '>']),
        _ => rest.starts_with(['.', ')']),
    });
    let page = if is_mark { markdown(&format!("{}\\{}", &text[..number], &text[number..]))? } else { markdown(text)? };
    let page = page.trim();
    Ok(page.strip_prefix("<p>").and_then(|page| page.strip_suffix("</p>")).unwrap_or(page).to_owned())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_high_drawing_is_shown_in_columns_and_another_as_it_is() {
        let svg =
            |height: u32| format!("<svg width=\"100\" height=\"{height}\" viewBox=\"0 0 100 {height}\"><g/></svg>");
        assert_eq!(columns(&svg(120)), [svg(120)]);
        let parts = columns(&svg(400));
        assert_eq!(parts.len(), 3);
        assert!(parts[0].contains("viewBox=\"0 0 100 141") && parts[0].ends_with("><g/></svg>"), "{}", parts[0]);
        assert!(parts[2].contains("viewBox=\"0 258"), "{}", parts[2]);
    }

    #[test]
    fn links_lose_their_targets_and_code_keeps_its_letters() {
        let html = inline("a [link](../a.md), `x < y` and $x$").expect("it is understood");
        assert!(html.starts_with("a link, <code>x &lt; y</code> and <math"), "{html}");
    }

    #[test]
    fn an_answer_that_begins_with_a_number_is_no_list() {
        for text in ["10. It is a sum.", "- 3 is less.", "0.5 of it", "> 2"] {
            let html = inline(text).expect("it is understood");
            assert_eq!(html, text.replace('>', "&gt;"));
        }
    }

    #[test]
    fn numbers_of_a_table_stand_at_the_right() {
        let rows = [["a", "ours"], ["b", "-0.5"]].map(|row| row.map(str::to_owned).to_vec()).to_vec();
        let html = table_html(&Table { rows, heads: 1, is_markdown: false }).expect("it is a table");
        assert!(
            html.contains("<th>a</th><th class=\"number\">ours</th>")
                && html.contains("<td class=\"number\">-0.5</td>"),
            "{html}"
        );
    }
}
