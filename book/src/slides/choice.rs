//! Which slides a chapter becomes. The one idea to know: of each section the first sentence, the figures, the formulas and the shortest block of code or output; what
//! does not fit beside the sentence has a slide of its own.

use super::blocks::{Block, Section, Text};
use super::fit;
use super::questions::{Question, Told};
use super::sentence::{beginning, room, sentences};
use crate::Result;

/// A slide. Its texts are in Markdown.
pub struct Slide {
    pub title: String,
    pub pieces: Vec<Piece>,
    /// For the speaker; a slide that goes on from the last one has the same.
    pub notes: String,
}

#[derive(Debug, PartialEq)]
pub enum Piece {
    Text(String),
    Formula(String),
    Code(Vec<String>),
    /// Rows of cells, of which the first may be a head.
    Table {
        rows: Vec<Vec<String>>,
        has_head: bool,
        is_markdown: bool,
    },
    Figure {
        description: String,
        file: String,
        is_described: bool,
    },
    List(Vec<String>),
    Command(String),
}

/// What is below the title of one line, in pixels of a slide that is 1280 by 720.
const HEIGHT: usize = 560;
/// A line of text, and how many cells it has.
const LINE: usize = 42;
const LINE_CELLS: usize = 74;
/// How many cells a row of a table has, whose letters are smaller.
const TABLE_CELLS: usize = 86;
/// A line of code or of a table, and what is around it.
const CODE_LINE: usize = 36;
const AROUND: usize = 40;
/// What a printed comparison does not need on a slide: where the number is from, and how near it has to be.
const LEFT_OUT: [&str; 2] = ["band", "from"];

/// All slides of a chapter but the first, which has its title.
pub fn slides(text: &Text, told: &Told) -> Result<Vec<Slide>> {
    let exercise = text.sections.iter().rposition(|section| watched(section).is_some());
    let exercise = exercise.ok_or("no section has the command `exercises watch`")?;
    let mut slides = vec![opening(text, told)?, prediction(text)?];
    let story = text.sections.iter().position(|section| !section.title.is_empty()).unwrap_or(0);
    for (place, section) in text.sections.iter().enumerate().filter(|(place, _)| *place != exercise) {
        // What stands above the first heading belongs to the first section's notes only if it has a figure or a formula to show.
        if section.title.is_empty()
            && !section
                .blocks
                .iter()
                .any(|block| matches!(block, Block::Formula(_) | Block::Figure { .. } | Block::Table(_)))
        {
            continue;
        }
        let title = if section.title.is_empty() { &text.title } else { &section.title };
        slides.extend(of_section(title, section, place == story));
    }
    for (number, question) in (1..).zip(&told.questions) {
        slides.extend(of_question(&format!("{} {number}", told.heading), question));
    }
    slides.push(of_exercise(&text.sections[exercise], told));
    Ok(slides)
}

/// The first slide: the story's first sentence, and how long the chapter takes.
fn opening(text: &Text, told: &Told) -> Result<Slide> {
    let story = text.sections.iter().find(|section| !section.title.is_empty() && first_paragraph(section).is_some());
    let paragraph = story.and_then(first_paragraph).ok_or("no section has a paragraph")?;
    let pieces = vec![Piece::Text(beginning(paragraph, 0)), Piece::Text(told.time.clone())];
    Ok(Slide { title: text.title.clone(), pieces, notes: told.aim.clone() })
}

/// What the chapter asks before it begins, and the command that runs it.
fn prediction(text: &Text) -> Result<Slide> {
    let question = text.question.trim().replace('\n', " ");
    let (title, question) = question
        .strip_prefix("**")
        .and_then(|rest| rest.split_once("**"))
        .ok_or("the question below the title does not begin with words in bold")?;
    let mut pieces = vec![Piece::Text(question.trim().to_owned())];
    let commands = text.sections.iter().flat_map(|section| &section.blocks);
    let command =
        commands.filter_map(|block| if let Block::Command(command) = block { command.lines().next() } else { None });
    pieces.extend(command.take(1).map(|command| Piece::Command(command.to_owned())));
    let title = title.trim_end_matches(['.', '。']).to_owned();
    Ok(Slide { title, pieces, notes: String::new() })
}

fn first_paragraph(section: &Section) -> Option<&String> {
    section.blocks.iter().find_map(|block| if let Block::Paragraph(text) = block { Some(text) } else { None })
}

fn watched(section: &Section) -> Option<&String> {
    section.blocks.iter().find_map(|block| match block {
        Block::Command(command) if command.contains("exercises watch") => Some(command),
        _ => None,
    })
}

/// The slides of a section. The story's first sentence is on the first slide of all.
fn of_section(title: &str, section: &Section, is_story: bool) -> Vec<Slide> {
    let said = first_paragraph(section).map(|text| sentences(text)).unwrap_or_default();
    let sentence = said.get(usize::from(is_story)).map(|sentence| (*sentence).to_owned());
    let mut deck = Deck { title, notes: &section.notes, slides: Vec::new(), left: 0 };
    deck.next();
    let formulas = section
        .blocks
        .iter()
        .filter_map(|block| if let Block::Formula(formula) = block { Some(formula) } else { None });
    let formulas: Vec<String> = formulas.flat_map(|formula| parted(formula)).collect();
    let blocks = shortest(section);
    let figures: Vec<(&String, &String)> = section
        .blocks
        .iter()
        .filter_map(
            |block| if let Block::Figure { description, file } = block { Some((description, file)) } else { None },
        )
        .collect();
    if formulas.is_empty() && blocks.is_empty() && figures.is_empty() {
        deck.put_words(section, sentence);
        return deck.slides;
    }
    // A comparison needs no sentence: the text's explains a column that the slide leaves out.
    let is_comparison = matches!(blocks.first(), Some(Piece::Table { has_head: true, is_markdown: false, .. }));
    if let Some(sentence) = sentence.filter(|_| !is_comparison) {
        deck.put(height(&sentence), Piece::Text(sentence));
    }
    for formula in formulas {
        deck.put(formula_height(&formula), Piece::Formula(formula));
    }
    for block in blocks {
        deck.put(height_of(&block), block);
    }
    for (description, file) in figures {
        // A figure beside nothing but the section's sentence; otherwise on a slide of its own, with what it shows.
        let is_alone = deck.slides.last().is_some_and(|slide| matches!(slide.pieces[..], [Piece::Text(_)]));
        if !is_alone {
            deck.next();
        }
        deck.put(0, Piece::Figure { description: description.clone(), file: file.clone(), is_described: !is_alone });
    }
    deck.slides
}

/// The slides of a section as they are filled.
struct Deck<'s> {
    title: &'s str,
    notes: &'s str,
    slides: Vec<Slide>,
    left: usize,
}

impl Deck<'_> {
    fn next(&mut self) {
        // An empty slide is not left behind.
        if self.slides.last().is_none_or(|slide| !slide.pieces.is_empty()) {
            self.slides.push(Slide { title: self.title.to_owned(), pieces: Vec::new(), notes: self.notes.to_owned() });
        }
        self.left = HEIGHT - (lines_of(self.title, 48) - 1) * 56;
    }

    fn put(&mut self, height: usize, piece: Piece) {
        if height > self.left {
            self.next();
        }
        self.left = self.left.saturating_sub(height);
        if let Some(slide) = self.slides.last_mut() {
            slide.pieces.push(piece);
        }
    }

    /// A section of words alone: what its list says, or its first sentences.
    fn put_words(&mut self, section: &Section, sentence: Option<String>) {
        let items = section
            .blocks
            .iter()
            .filter_map(|block| if let Block::Item(text) = block { Some(lead(text)) } else { None });
        let (mut list, mut left) = (Vec::new(), self.left);
        for item in items {
            let needed = height(&item);
            if needed > left {
                break;
            }
            left -= needed;
            list.push(item);
        }
        let piece = match first_paragraph(section) {
            _ if !list.is_empty() => Piece::List(list),
            Some(text) => Piece::Text(beginning(text, 4 * LINE_CELLS)),
            None => Piece::Text(sentence.unwrap_or_default()),
        };
        self.put(0, piece);
    }
}

/// What an item says: its first sentence and, if that is a short one, the second.
fn lead(item: &str) -> String {
    let first = beginning(item, 0);
    if room(&first) < 40 { beginning(item, 2 * LINE_CELLS) } else { first }
}

/// A formula in parts, which stand side by side in a text and below one another on a slide.
fn parted(formula: &str) -> Vec<String> {
    let (mut parts, mut part, mut depth) = (Vec::new(), String::new(), 0_i32);
    for piece in formula.split_inclusive("\\qquad") {
        part += piece.trim_end_matches("\\qquad");
        depth += piece.matches('{').count() as i32 - piece.matches('}').count() as i32;
        if depth == 0 && !part.contains("\\begin") {
            let whole = std::mem::take(&mut part);
            parts.push(whole.trim().trim_end_matches(',').trim_start_matches("\\Rightarrow").trim().to_owned());
        } else {
            part += "\\qquad";
        }
    }
    parts.push(part.trim_end_matches("\\qquad").trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}

/// The shortest block of a section that a room can read: code, output or a table. A printed comparison is shown whole, on several slides if it must be.
fn shortest(section: &Section) -> Vec<Piece> {
    let most = (HEIGHT - AROUND) / CODE_LINE;
    let mut best: Option<((bool, usize, bool, usize), Vec<Piece>)> = None;
    for block in &section.blocks {
        let (rank, pieces) = match block {
            Block::Code(lines) => {
                let fitted = fit::lines(lines, most);
                ((fitted.is_cut, fitted.broken, lines.len() < 2, fitted.lines.len()), vec![Piece::Code(fitted.lines)])
            }
            Block::Printed(lines) => match as_table(lines) {
                Some(rows) if rows[0].last().is_some_and(|last| last == "beside it") => return comparison(rows),
                Some(rows) => {
                    let count = rows.len();
                    ((false, 0, false, count), in_slides(rows, false, false))
                }
                None => {
                    let fitted = fit::lines(&fit::squeezed(lines), most);
                    (
                        (fitted.is_cut, fitted.broken, lines.len() < 2, fitted.lines.len()),
                        vec![Piece::Code(fitted.lines)],
                    )
                }
            },
            Block::Table(rows) => {
                let count = rows.len();
                ((false, 0, false, count), in_slides(rows.clone(), true, true))
            }
            _ => continue,
        };
        if best.as_ref().is_none_or(|(other, _)| rank < *other) {
            best = Some((rank, pieces));
        }
    }
    best.map(|(_, pieces)| pieces).unwrap_or_default()
}

/// A printed block as a table if it is one and too wide as it is.
fn as_table(lines: &[String]) -> Option<Vec<Vec<String>>> {
    let is_wide = fit::squeezed(lines).iter().any(|line| room(line) > fit::CELLS);
    if is_wide { fit::table(lines) } else { None }
}

/// Our numbers beside others.
fn comparison(mut rows: Vec<Vec<String>>) -> Vec<Piece> {
    let kept: Vec<bool> = rows[0].iter().map(|head| !LEFT_OUT.contains(&&head[..])).collect();
    for row in &mut rows {
        let mut kept = kept.iter();
        row.retain(|_| *kept.next().unwrap_or(&true));
    }
    in_slides(rows, true, false)
}

/// A table in as many parts as it needs slides; each has the head.
fn in_slides(rows: Vec<Vec<String>>, has_head: bool, is_markdown: bool) -> Vec<Piece> {
    let part = |rows| Piece::Table { rows, has_head, is_markdown };
    let heads = usize::from(has_head);
    let mut parts: Vec<Vec<Vec<String>>> = vec![rows[..heads].to_vec()];
    for row in &rows[heads..] {
        if let Some(last) = parts.last_mut() {
            last.push(row.clone());
            if height_of(&part(last.clone())) > HEIGHT - LINE && last.len() > heads + 1 {
                last.pop();
                parts.push([&rows[..heads], std::slice::from_ref(row)].concat());
            }
        }
    }
    parts.into_iter().map(part).collect()
}

/// A question, and its answer on the next slide, below the question if there is room.
fn of_question(title: &str, Question { question, answers, answer }: &Question) -> [Slide; 2] {
    let asked = Slide { title: title.to_owned(), pieces: vec![Piece::Text(question.clone())], notes: String::new() };
    let mut pieces = vec![Piece::Text(answer.clone())];
    if height(question) + height(answer) < HEIGHT {
        pieces.insert(0, Piece::Text(format!("*{question}*")));
    }
    [asked, Slide { title: format!("{title}: {answers}"), pieces, notes: String::new() }]
}

/// The exercise, with the slips that students make for the speaker.
fn of_exercise(section: &Section, told: &Told) -> Slide {
    let said = first_paragraph(section).map(|text| Piece::Text(beginning(text, 6 * LINE_CELLS)));
    let command =
        watched(section).and_then(|command| command.lines().next()).map(|line| Piece::Command(line.to_owned()));
    let pieces = said.into_iter().chain(command).collect();
    Slide { title: section.title.clone(), pieces, notes: format!("{}\n{}", section.notes, told.slips) }
}

/// How many lines a text has, if each has so many cells.
fn lines_of(text: &str, cells: usize) -> usize {
    room(text).div_ceil(cells).max(1)
}

fn height(text: &str) -> usize {
    lines_of(text, LINE_CELLS) * LINE + 24
}

fn formula_height(formula: &str) -> usize {
    let has = |parts: &[&str]| parts.iter().any(|part| formula.contains(part));
    match () {
        _ if has(&["matrix", "underbrace"]) => 170,
        _ if has(&["frac", "sum", "sqrt"]) => 95,
        _ => 62,
    }
}

fn height_of(piece: &Piece) -> usize {
    match piece {
        Piece::Code(lines) => lines.len() * CODE_LINE + AROUND,
        Piece::Table { rows, .. } => {
            // A column takes of a line what its longest cell takes of the longest cells of all.
            let columns = rows.iter().map(Vec::len).max().unwrap_or(1);
            let longest = |column: usize| {
                rows.iter().filter_map(|row| row.get(column)).map(|cell| room(cell)).max().unwrap_or(0).max(3)
            };
            let widths: Vec<usize> = (0..columns).map(longest).collect();
            let (all, free) = (widths.iter().sum::<usize>().max(1), TABLE_CELLS.saturating_sub(2 * columns).max(10));
            let lines = |row: &Vec<String>| {
                let of_cell = |(cell, width): (&String, &usize)| {
                    if all <= free { 1 } else { lines_of(cell, (width * free / all).max(4)) }
                };
                row.iter().zip(&widths).map(of_cell).max().unwrap_or(1)
            };
            rows.iter().map(|row| lines(row) * CODE_LINE + 12).sum::<usize>() + 20
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(blocks: Vec<Block>) -> Section {
        Section { title: "One".to_owned(), blocks, ..Section::default() }
    }

    fn paragraph(text: &str) -> Block {
        Block::Paragraph(text.to_owned())
    }

    #[test]
    fn a_section_shows_its_sentence_formula_and_shortest_block_and_a_slide_for_each_figure() {
        let code = |count: usize| (0..count).map(|line| format!("line {line}")).collect::<Vec<_>>();
        let figure = || Block::Figure { description: "It falls".to_owned(), file: "a.svg".to_owned() };
        let blocks = vec![
            paragraph("First. Second."),
            Block::Formula("a = b \\qquad c = \\frac{1}{2}".to_owned()),
            Block::Code(code(5)),
            Block::Printed(code(3)),
            figure(),
            figure(),
        ];
        let slides = of_section("One", &section(blocks), false);
        assert_eq!(slides.len(), 3);
        assert_eq!(
            slides[0].pieces,
            [
                Piece::Text("First.".to_owned()),
                Piece::Formula("a = b".to_owned()),
                Piece::Formula("c = \\frac{1}{2}".to_owned()),
                Piece::Code(code(3)),
            ]
        );
        let alone = of_section("One", &section(vec![paragraph("First. Second."), figure()]), true);
        assert!(
            matches!(&alone[0].pieces[..], [Piece::Text(text), Piece::Figure { is_described: false, .. }] if text == "Second.")
        );
    }

    #[test]
    fn a_section_of_words_shows_what_its_list_says() {
        let items = ["**Short.** It is. More.", "A first sentence that is longer than forty letters. More."];
        let blocks =
            items.map(|item| Block::Item(item.to_owned())).into_iter().chain([paragraph("All. Of it.")]).collect();
        let slides = of_section("One", &section(blocks), false);
        let list = Piece::List(vec![
            "**Short.** It is. More.".to_owned(),
            "A first sentence that is longer than forty letters.".to_owned(),
        ]);
        assert_eq!(slides[0].pieces, [list]);
    }

    #[test]
    fn a_long_comparison_has_several_slides_with_its_head_on_each() {
        let head = ["", "ours", "band", "from", "beside it"].map(str::to_owned).to_vec();
        let row =
            |n: usize| ["a number", "1", "0 to 2", "theory", "another"].map(|cell| format!("{cell} {n}")).to_vec();
        let parts = comparison(std::iter::once(head).chain((0..30).map(row)).collect());
        assert!(parts.len() > 1, "{parts:?}");
        let mut count = 0;
        for part in &parts {
            let Piece::Table { rows, has_head: true, .. } = part else { panic!("no table: {part:?}") };
            assert_eq!(rows[0], ["", "ours", "beside it"]);
            count += rows.len() - 1;
        }
        assert_eq!(count, 30);
    }
}
