//! A file of answers to a quiz: a line such as `ch02.1 b` for each, and one such as `seed 12` for the sheet. The one idea to know: every line is used or refused, and
//! what is refused is named by file and line, since it is written by hand.

use crate::CHAPTERS;
use crate::command::print;
use crate::command::quiz::{Judged, Sheet};
use crate::quiz::QUIZZES;
use frame::{Error, Result, files, print_after, say};
use gradus_view::text::width;
use std::path::{Path, PathBuf};

/// What a file of answers may have: a hundred times the bytes of all answers.
const MOST_BYTES: usize = 1 << 17;

/// The lines of a file of answers.
pub struct Answers {
    file: PathBuf,
    /// The seed that the file says, with its line.
    seed: Option<(usize, u64)>,
    lines: Vec<Line>,
}

/// An answer: its line from 1, the question, and what is answered.
struct Line {
    at: usize,
    name: String,
    answer: String,
}

impl Answers {
    /// Reads a file. Empty lines, and what follows `#`, say nothing.
    ///
    /// # Errors
    /// If it cannot be read, or a line is none of the two kinds, or says again what another has said.
    pub fn read(file: &Path) -> Result<Answers> {
        let text = files::text(file, MOST_BYTES)
            .map_err(|error| Error::new(format!("cannot read {}: {error}", file.display())))?;
        let mut answers = Answers { file: file.to_owned(), seed: None, lines: Vec::new() };
        // Some editors write a byte order mark before the first line.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        for (at, line) in text.lines().enumerate().map(|(place, line)| (place + 1, line)) {
            let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
            match words[..] {
                [] => {}
                ["seed", number] => {
                    let number = number.parse();
                    let number = number.map_err(|_| answers.refusal(at, "expected a whole number after seed"))?;
                    if answers.seed.replace((at, number)).is_some() {
                        return Err(answers.refusal(at, "the seed was said before"));
                    }
                }
                [name, answer] => answers.add(at, name, answer)?,
                _ => {
                    let expected = "expected a question and its answer, such as ch02.1 b, and nothing else";
                    return Err(answers.refusal(at, expected));
                }
            }
        }
        Ok(answers)
    }

    fn add(&mut self, at: usize, name: &str, answer: &str) -> Result {
        if let Some(before) = self.lines.iter().find(|line| line.name == name) {
            return Err(self.refusal(at, &format!("{name} was answered in line {} before", before.at)));
        }
        if chapter_of(name).is_none() {
            return Err(
                self.refusal(at, &format!("there is no question {name:?}; gradus quiz prints all that there are"))
            );
        }
        self.lines.push(Line { at, name: name.to_owned(), answer: answer.to_owned() });
        Ok(())
    }

    fn refusal(&self, at: usize, why: &str) -> Error {
        Error::new(format!("{}, line {at}: {why}", self.file.display()))
    }

    /// The chapters that are answered, as indices from 0.
    pub fn chapters(&self) -> Vec<usize> {
        self.lines.iter().filter_map(|line| chapter_of(&line.name)).collect()
    }

    /// The seed of the sheet: that of the file, or the one that is asked for.
    ///
    /// # Errors
    /// If they are two.
    pub fn seed(&self, asked: Option<u64>) -> Result<Option<u64>> {
        match (self.seed, asked) {
            (Some((at, seed)), Some(asked)) if seed != asked => {
                Err(self.refusal(at, &format!("these answers belong to seed {seed}, and --seed says {asked}")))
            }
            (seed, asked) => Ok(asked.or(seed.map(|(_, seed)| seed))),
        }
    }

    /// Judges the answers: all questions of the sheet, with the answers that there are.
    ///
    /// # Errors
    /// If a line answers no question of the sheet, or with what can be no answer to it.
    pub fn judge<'a>(&self, sheet: &'a Sheet) -> Result<Vec<Judged<'a>>> {
        if sheet.items.is_empty() {
            return Err(Error::new(format!("{} has no answers in it", self.file.display())));
        }
        let mut judged: Vec<Judged> = sheet.items.iter().map(|item| (item, None)).collect();
        for line in &self.lines {
            let place = sheet.items.iter().position(|item| item.name == line.name);
            let place =
                place.ok_or_else(|| self.refusal(line.at, &format!("the sheet has no question {:?}", line.name)))?;
            let remark = sheet.items[place].question.judge(&line.answer);
            let remark = remark.map_err(|why| self.refusal(line.at, &format!("{}: {why}", line.name)))?;
            judged[place].1 = Some((line.answer.clone(), remark));
        }
        Ok(judged)
    }
}

/// The index of the chapter that a question such as `ch02.1` belongs to, if there is this question.
fn chapter_of(name: &str) -> Option<usize> {
    let (chapter, number) = name.split_once('.')?;
    let found = CHAPTERS.iter().position(|(known, _)| known.short_name() == chapter)?;
    (1..=QUIZZES[found].len()).any(|place| place.to_string() == number).then_some(found)
}

/// Prints a line for each question: what was answered, whether it is right, and for a wrong answer the sentence of its slip.
pub fn print_table(judged: &[Judged]) {
    let verdict = |judged: &Judged| match &judged.1 {
        Some((_, remark)) if remark.is_right => say("right."),
        Some(_) => say("not right."),
        None => say("not answered."),
    };
    let answer = |judged: &Judged| judged.1.as_ref().map_or("-".to_owned(), |(answer, _)| answer.clone());
    let widest = |text: &dyn Fn(&Judged) -> usize| judged.iter().map(text).max().unwrap_or(0);
    let (answers, verdicts) = (widest(&|row| width(&answer(row))), widest(&|row| width(&verdict(row))));
    let padded = |text: &str, wide: usize| format!("{text}{}", " ".repeat(wide.saturating_sub(width(text))));
    for row in judged {
        let why = row.1.as_ref().filter(|(_, remark)| !remark.is_right).and_then(|(_, remark)| remark.why.as_deref());
        let start =
            format!("{:<8}{}  {}  ", row.0.name, padded(&answer(row), answers), padded(&verdict(row), verdicts));
        print_after(&start, why.unwrap_or(""));
    }
    print("");
}
