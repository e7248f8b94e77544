//! `gradus quiz`: questions on the chapters. On a terminal it asks them; otherwise it prints the sheet, or judges a file of answers. The one idea to know: a sheet is
//! made of its seed alone, so nothing else needs to be kept to judge what was answered on it.

use crate::command::answers::{self, Answers};
use crate::command::{names, print};
use crate::{CHAPTERS, quiz::QUIZZES};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use frame::{Document, Kind, LETTERS, Question, Remark, Result, ask, print_after, say};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

/// The seed of a sheet, if none is asked for.
const SEED: u64 = 7;

/// Exit status 0 if all is right or nothing was judged, 1 if an answer is wrong or missing, 2 if something could not be done.
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    frame::obey(command(), arguments, run)
}

pub fn command() -> Command {
    let file = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("FILE").help(help).value_parser(value_parser!(PathBuf))
    };
    Command::new("gradus-quiz")
        .bin_name("gradus quiz")
        .about("Questions on the chapters: asked on a terminal, printed as a sheet, or judged from a file of answers")
        .after_help(
            "A file of answers has a line for each, such as \"ch02.1 b\" or \"ch06.2 0.31\"; a line \"seed 12\" says to which sheet they belong.\n\
             The numbers of questions and the order of options are drawn from the seed. Answers to numbers are computed.",
        )
        .arg(Arg::new("chapters").value_name("CHAPTER").action(ArgAction::Append).help("Only this chapter, such as ch02; may be given again [default: all]"))
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("N")
                .value_parser(value_parser!(u64))
                .help("The start of all random numbers [default: 7]"),
        )
        .arg(file("answers", "Judge the answers in this file"))
        .arg(
            Arg::new("key")
                .long("key")
                .action(ArgAction::SetTrue)
                .conflicts_with("answers")
                .help("Print the right answers, in the form of a file of answers"),
        )
        .arg(file("json", "Write the questions, and what was judged, as JSON; - is standard output"))
}

/// The questions of a seed.
pub struct Sheet {
    pub seed: u64,
    pub items: Vec<Item>,
}

/// A question on a sheet.
pub struct Item {
    /// Such as `ch02.1`.
    pub name: String,
    pub question: Question,
}

/// What was answered to a question, and what is to be said about it.
pub type Judged<'a> = (&'a Item, Option<(String, Remark)>);

impl Sheet {
    /// The questions of these chapters, given as indices from 0.
    pub fn new(chapters: &[usize], seed: u64) -> Sheet {
        let items = chapters.iter().flat_map(|&chapter| {
            QUIZZES[chapter].iter().enumerate().map(move |(place, &ask)| {
                let name = format!("{}.{}", CHAPTERS[chapter].0.short_name(), place + 1);
                Item { question: Question::drawn(ask, seed, &name), name }
            })
        });
        Sheet { seed, items: items.collect() }
    }

    fn print(&self) {
        print_after("", &format!("Quiz with {} questions, seed {}", self.items.len(), self.seed));
        for item in &self.items {
            print("");
            item.print();
        }
    }

    /// Prints a file of answers, which reads the same in every language.
    fn print_key(&self) {
        print_after(&format!("seed {}", self.seed), "");
        self.items.iter().for_each(|item| print_after(&format!("{} {}", item.name, item.question.key()), ""));
    }
}

impl Item {
    fn print(&self) {
        print_after(&format!("{:<8}", self.name), &self.question.text);
        match &self.question.kind {
            Kind::Choice(options) => {
                options.iter().zip(LETTERS).for_each(|(option, letter)| {
                    print_after(&format!("{:8}{letter}) ", ""), &option.text);
                });
            }
            Kind::Number(number) => {
                let wanted = match number.decimals {
                    0 => "A whole number: ______".to_owned(),
                    1 => "A number with 1 decimal: ______".to_owned(),
                    decimals => format!("A number with {decimals} decimals: ______"),
                };
                print_after(&format!("{:8}", ""), &wanted);
            }
        }
    }
}

fn run(matches: &ArgMatches) -> Result<u8> {
    let json = matches.get_one::<PathBuf>("json").map(|file| Document::at("--json", file)).transpose()?;
    let answers = matches.get_one::<PathBuf>("answers").map(|file| Answers::read(file)).transpose()?;
    let asked = match matches.get_many::<String>("chapters") {
        Some(words) => words.map(|word| chapter(word)).collect::<Result<Vec<_>>>()?,
        None => match &answers {
            Some(answers) => answers.chapters(),
            None => (0..CHAPTERS.len()).collect(),
        },
    };
    let mut chapters = asked;
    chapters.sort_unstable();
    chapters.dedup();
    let seed = matches.get_one::<u64>("seed").copied();
    let of_file = answers.as_ref().map_or(Ok(seed), |answers| answers.seed(seed))?;
    let sheet = Sheet::new(&chapters, of_file.unwrap_or(SEED));
    let wants_key = matches.get_flag("key");
    let judged = match answers {
        Some(answers) => {
            let judged = answers.judge(&sheet)?;
            answers::print_table(&judged);
            Some(judged)
        }
        None if wants_key => {
            sheet.print_key();
            None
        }
        None if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() => Some(asked_one_by_one(&sheet)?),
        None => {
            sheet.print();
            None
        }
    };
    if let Some(judged) = &judged {
        print_after("", &score(judged));
    }
    if let Some(json) = json {
        let questions: Vec<Value> = match &judged {
            Some(judged) => judged.iter().map(as_json).collect(),
            None => sheet.items.iter().map(|item| of_item(item, wants_key)).collect(),
        };
        let mut document = json!({ "seed": sheet.seed, "questions": questions });
        if let Some(judged) = &judged {
            document["right"] = right(judged).into();
        }
        json.write(&format!("{document:#}"))?;
    }
    Ok(u8::from(judged.is_some_and(|judged| right(&judged) < judged.len())))
}

/// The index of a chapter.
fn chapter(word: &str) -> Result<usize> {
    let found =
        names::chapter(word).and_then(|(found, _)| CHAPTERS.iter().position(|(chapter, _)| chapter.slug == found.slug));
    found.ok_or_else(|| frame::Error::new(names::unknown_chapter(word)))
}

/// Asks one question after the other, and says after each what is right and why.
fn asked_one_by_one(sheet: &Sheet) -> Result<Vec<Judged<'_>>> {
    let mut judged: Vec<Judged> = sheet.items.iter().map(|item| (item, None)).collect();
    print_after("", &format!("Quiz with {} questions, seed {}", sheet.items.len(), sheet.seed));
    print_after("", "Answer with a letter or a number. An empty line leaves a question out, and Ctrl-D ends the quiz.");
    for (item, answered) in &mut judged {
        print("");
        item.print();
        let remark = loop {
            let Some(answer) = ask("Your answer: ")? else {
                print("");
                return Ok(judged);
            };
            match item.question.judge(&answer) {
                _ if answer.is_empty() => break None,
                Ok(remark) => break Some((answer, remark)),
                Err(why) => print_after("", &why),
            }
        };
        *answered = remark;
        match answered {
            Some((_, remark)) if remark.is_right => print_after(&format!("{} ", say("Right.")), item.question.why()),
            Some((_, remark)) => {
                print_after(&format!("{} ", say("Not right.")), remark.why.as_deref().unwrap_or(""));
                print_after("", &format!("The right answer: {}", item.question.key()));
                print_after("", item.question.why());
            }
            None => {}
        }
    }
    Ok(judged)
}

fn right(judged: &[Judged]) -> usize {
    judged.iter().filter(|(_, answered)| answered.as_ref().is_some_and(|(_, remark)| remark.is_right)).count()
}

fn score(judged: &[Judged]) -> String {
    format!("{} of {} answers are right", right(judged), judged.len())
}

fn as_json((item, answered): &Judged) -> Value {
    let mut value = of_item(item, false);
    let (answer, remark) = answered.as_ref().map_or((None, None), |(answer, remark)| (Some(answer), Some(remark)));
    value["answer"] = json!(answer);
    value["is_right"] = json!(remark.is_some_and(|remark| remark.is_right));
    value["why"] = json!(remark.and_then(|remark| remark.why.as_deref()));
    value
}

/// A question as JSON, with its right answer if it is wanted.
fn of_item(item: &Item, with_key: bool) -> Value {
    let mut value = json!({ "name": item.name, "question": item.question.text });
    match &item.question.kind {
        Kind::Choice(options) => {
            value["options"] = options.iter().map(|option| option.text.as_str()).collect();
        }
        Kind::Number(number) => value["decimals"] = number.decimals.into(),
    }
    if with_key {
        value["right"] = item.question.key().into();
    }
    value
}
