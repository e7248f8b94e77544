//! The course from the command line: `gradus` gives the tour, `gradus list` the chapters, `gradus ch15` runs one, `gradus exercises`
//! judges what you write.

mod check;
mod checkout;
mod course;
mod exercises;
mod progress;
mod reproduce;
mod tour;
mod watch;
mod workshop;

#[path = "../ch01_first_graph/main.rs"]
mod ch01;
#[path = "../ch02_perceptron/main.rs"]
mod ch02;
#[path = "../ch03_xor_wall/main.rs"]
mod ch03;
#[path = "../ch04_activations/main.rs"]
mod ch04;
#[path = "../ch05_losses/main.rs"]
mod ch05;
#[path = "../ch06_nudging/main.rs"]
mod ch06;
#[path = "../ch07_descent/main.rs"]
mod ch07;
#[path = "../ch08_tape/main.rs"]
mod ch08;
#[path = "../ch09_xor_by_hand/main.rs"]
mod ch09;
#[path = "../ch10_xor_by_tape/main.rs"]
mod ch10;
#[path = "../ch11_broadcasting/main.rs"]
mod ch11;
#[path = "../ch12_layers/main.rs"]
mod ch12;
#[path = "../ch13_gradient_check/main.rs"]
mod ch13;
#[path = "../ch14_four_equations/main.rs"]
mod ch14;
#[path = "../ch15_mnist_nielsen/main.rs"]
mod ch15;
#[path = "../ch16_mnist_two_layer/main.rs"]
mod ch16;
#[path = "../ch17_mnist_16_16/main.rs"]
mod ch17;
#[path = "../ch18_mnist_adam/main.rs"]
mod ch18;
#[path = "../ch19_optimizers/main.rs"]
mod ch19;
#[path = "../ch20_depth/main.rs"]
mod ch20;
#[path = "../ch22_forward_mode/main.rs"]
mod ch22;
#[path = "../ch23_higher_order/main.rs"]
mod ch23;
#[path = "../ch24_rewind/main.rs"]
mod ch24;
#[path = "../ch26_debug_dojo/main.rs"]
mod ch26;

use checkout::Checkout;
use course::Step;
use frame::{Chapter, Result, Run};
use progress::Progress;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::process::ExitCode;

type Story = fn(&mut Run) -> Result;

/// The chapters, in order.
const CHAPTERS: [(&Chapter, Story); 24] = [
    (&ch01::CHAPTER, ch01::run),
    (&ch02::CHAPTER, ch02::run),
    (&ch03::CHAPTER, ch03::run),
    (&ch04::CHAPTER, ch04::run),
    (&ch05::CHAPTER, ch05::run),
    (&ch06::CHAPTER, ch06::run),
    (&ch07::CHAPTER, ch07::run),
    (&ch08::CHAPTER, ch08::run),
    (&ch09::CHAPTER, ch09::run),
    (&ch10::CHAPTER, ch10::run),
    (&ch11::CHAPTER, ch11::run),
    (&ch12::CHAPTER, ch12::run),
    (&ch13::CHAPTER, ch13::run),
    (&ch14::CHAPTER, ch14::run),
    (&ch15::CHAPTER, ch15::run),
    (&ch16::CHAPTER, ch16::run),
    (&ch17::CHAPTER, ch17::run),
    (&ch18::CHAPTER, ch18::run),
    (&ch19::CHAPTER, ch19::run),
    (&ch20::CHAPTER, ch20::run),
    (&ch22::CHAPTER, ch22::run),
    (&ch23::CHAPTER, ch23::run),
    (&ch24::CHAPTER, ch24::run),
    (&ch26::CHAPTER, ch26::run),
];

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|argument| argument == "step") {
        step(&mut arguments);
    }
    let wanted = arguments.get(1).and_then(|argument| argument.to_str()).unwrap_or("tour").to_owned();
    if arguments.len() > 1 && !wanted.starts_with('-') {
        arguments.remove(1);
    }
    match &wanted[..] {
        "help" | "--help" | "-h" => print(&help()),
        "--version" | "-V" => print(concat!("gradus ", env!("CARGO_PKG_VERSION"))),
        "list" => said(course::list(Checkout::here().as_ref())),
        "next" => next(arguments),
        "check" => check::main(arguments),
        "exercises" => exercises::main(arguments),
        "reproduce" => reproduce::main(arguments),
        "tour" => frame::run_with(&tour::CHAPTER, tour::run, arguments),
        flag if flag.starts_with('-') => frame::run_with(&tour::CHAPTER, tour::run, arguments),
        name => match CHAPTERS
            .iter()
            .find(|(chapter, _)| [chapter.short_name(), chapter.binary()].contains(&name.to_owned()))
        {
            Some((chapter, story)) => chapter_noted(chapter, *story, arguments),
            None => {
                let _ = writeln!(std::io::stderr(), "error: there is no chapter {name:?}\n\n{}", list());
                ExitCode::from(2)
            }
        },
    }
}

/// Runs a chapter, and notes it as done if it came to a good end.
fn chapter_noted(chapter: &Chapter, story: Story, arguments: Vec<OsString>) -> ExitCode {
    let asked_for_help =
        arguments.iter().any(|argument| ["--help", "-h"].map(OsStr::new).contains(&argument.as_os_str()));
    let status = frame::run_with(chapter, story, arguments);
    if let Some(checkout) = Checkout::here().filter(|_| status == ExitCode::SUCCESS && !asked_for_help) {
        let noted = Progress::of(&checkout).and_then(|mut progress| progress.note_run(chapter.slug));
        if let Err(error) = noted {
            let _ = writeln!(std::io::stderr(), "note: {error}");
        }
    }
    status
}

/// Does what is next: runs a chapter, or says which exercise is due.
fn next(arguments: Vec<OsString>) -> ExitCode {
    let progress = match Checkout::needed().and_then(|checkout| Progress::of(&checkout)) {
        Ok(progress) => progress,
        Err(error) => return said(Err(error)),
    };
    match course::next(&progress) {
        Step::Run(chapter, story) => chapter_noted(chapter, story, arguments),
        Step::Solve(_) | Step::Rest => print(&course::what_is_next(&progress)),
    }
}

/// Prints a text, or why there is none.
fn said(text: Result<String>) -> ExitCode {
    match text {
        Ok(text) => print(&text),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

/// `gradus step ch10` is `gradus ch10 --step`; without a chapter it is the tenth, one row of XOR.
fn step(arguments: &mut Vec<OsString>) {
    arguments.remove(1);
    if arguments.get(1).is_none_or(|argument| argument.to_string_lossy().starts_with('-')) {
        arguments.insert(1, "ch10".into());
    }
    arguments.push("--step".into());
}

/// Prints to standard output; a reader that has gone away is no error.
fn print(text: &str) -> ExitCode {
    let _ = writeln!(std::io::stdout(), "{text}");
    ExitCode::SUCCESS
}

/// The chapters in a few lines, for the tour and for whoever mistypes one.
pub(crate) fn list() -> String {
    let line = |(chapter, _): &(&Chapter, Story)| {
        format!("  {}   {:32} {:>5}", chapter.short_name(), chapter.title, chapter.time)
    };
    let lines: Vec<String> = CHAPTERS.iter().map(line).collect();
    format!("The chapters, and how long each runs:\n{}\n\nRun one with: cargo run --release -- ch02", lines.join("\n"))
}

fn help() -> String {
    format!(
        "gradus: an autodiff you can step through, and a course on it\n\n\
         Usage:\n\
         \x20 cargo run --release                     the tour: build, check, train and look at a network (half a minute)\n\
         \x20 cargo run --release -- list             the chapters, what you have done, and what is next\n\
         \x20 cargo run --release -- next             go on with the course\n\
         \x20 cargo run --release -- chNN [FLAGS]     a chapter; chNN --help lists its flags\n\
         \x20 cargo run --release -- exercises WHAT   watch, check, hint, list, reset or solution; exercises --help\n\
         \x20 cargo run --release -- tour [FLAGS]     the tour with flags, such as --json FILE or --seed N\n\
         \x20 cargo run --release -- step chNN        step through what a chapter's tape recorded, in the terminal\n\
         \x20 cargo run --release -- check [FLAGS]    the gradient checker on a model, or on golden values; check --help\n\
         \x20 cargo run --release -- reproduce        every number of the course, with what stands beside it; reproduce --help\n\n{}",
        list()
    )
}
