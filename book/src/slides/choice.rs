//! Which slides a chapter becomes. The one idea to know: of each section the first sentence, the figures, the formulas and the shortest block of code or output; what
//! does not fit beside the sentence has a slide of its own.

use super::blocks::{Block, Section, Text};
use super::height::{HEIGHT, LINE_CELLS, code_lines, of_formula, of_piece, of_text, of_title};
use super::questions::{Question, Told};
use super::sentence::{beginning, room, sentences};
use super::shortest::{Table, is_comparison, shortest};
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
    Table(Table),
    Figure { description: String, file: String, is_described: bool },
    List(Vec<String>),
    Command(String),
}

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
    // Under the sentence alone there is room for so many lines; what stands with formulas may go to the next slide.
    let most = code_lines(
        HEIGHT - of_title(title) - if formulas.is_empty() { sentence.as_deref().map_or(0, of_text) } else { 0 },
    );
    let blocks = shortest(section, most);
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
    let is_comparison = matches!(blocks.first(), Some(Piece::Table(table)) if is_comparison(table));
    if let Some(sentence) = sentence.filter(|_| !is_comparison) {
        deck.put(of_text(&sentence), Piece::Text(sentence));
    }
    for formula in formulas {
        deck.put(of_formula(&formula), Piece::Formula(formula));
    }
    for block in blocks {
        deck.put(of_piece(&block), block);
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
        self.left = HEIGHT - of_title(self.title);
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
            let needed = of_text(&item);
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
    if room(&first) < 40 { beginning(item, 3 * LINE_CELLS) } else { first }
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

/// A question, and its answer on the next slide, below the question if there is room.
fn of_question(title: &str, Question { question, answers, answer }: &Question) -> [Slide; 2] {
    let asked = Slide { title: title.to_owned(), pieces: vec![Piece::Text(question.clone())], notes: String::new() };
    let mut pieces = vec![Piece::Text(answer.clone())];
    if of_text(question) + of_text(answer) < HEIGHT {
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
}
