//! The course from the command line: `gradus` gives the tour, `gradus list` the chapters, `gradus ch15` runs one.

mod check;
mod tour;

#[path = "../ch02_perceptron/main.rs"]
mod ch02;
#[path = "../ch06_nudging/main.rs"]
mod ch06;
#[path = "../ch08_tape/main.rs"]
mod ch08;
#[path = "../ch09_xor_by_hand/main.rs"]
mod ch09;
#[path = "../ch10_xor_by_tape/main.rs"]
mod ch10;
#[path = "../ch13_gradient_check/main.rs"]
mod ch13;
#[path = "../ch14_four_equations/main.rs"]
mod ch14;
#[path = "../ch15_mnist_nielsen/main.rs"]
mod ch15;
#[path = "../ch22_forward_mode/main.rs"]
mod ch22;
#[path = "../ch23_higher_order/main.rs"]
mod ch23;
#[path = "../ch24_rewind/main.rs"]
mod ch24;

use frame::{Chapter, Result, Run};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

type Story = fn(&mut Run) -> Result;

/// The chapters, in order.
const CHAPTERS: [(&Chapter, Story); 11] = [
    (&ch02::CHAPTER, ch02::run),
    (&ch06::CHAPTER, ch06::run),
    (&ch08::CHAPTER, ch08::run),
    (&ch09::CHAPTER, ch09::run),
    (&ch10::CHAPTER, ch10::run),
    (&ch13::CHAPTER, ch13::run),
    (&ch14::CHAPTER, ch14::run),
    (&ch15::CHAPTER, ch15::run),
    (&ch22::CHAPTER, ch22::run),
    (&ch23::CHAPTER, ch23::run),
    (&ch24::CHAPTER, ch24::run),
];

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    let wanted = arguments.get(1).and_then(|argument| argument.to_str()).unwrap_or("tour").to_owned();
    if arguments.len() > 1 && !wanted.starts_with('-') {
        arguments.remove(1);
    }
    match &wanted[..] {
        "help" | "--help" | "-h" => print(&help()),
        "--version" | "-V" => print(concat!("gradus ", env!("CARGO_PKG_VERSION"))),
        "list" => print(&list()),
        "check" => check::main(arguments),
        "tour" => frame::run_with(&tour::CHAPTER, tour::run, arguments),
        flag if flag.starts_with('-') => frame::run_with(&tour::CHAPTER, tour::run, arguments),
        name => match CHAPTERS
            .iter()
            .find(|(chapter, _)| [chapter.short_name(), chapter.binary()].contains(&name.to_owned()))
        {
            Some((chapter, story)) => frame::run_with(chapter, *story, arguments),
            None => {
                let _ = writeln!(std::io::stderr(), "error: there is no chapter {name:?}\n\n{}", list());
                ExitCode::from(2)
            }
        },
    }
}

/// Prints to standard output; a reader that has gone away is no error.
fn print(text: &str) -> ExitCode {
    let _ = writeln!(std::io::stdout(), "{text}");
    ExitCode::SUCCESS
}

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
         \x20 cargo run --release -- list             the chapters\n\
         \x20 cargo run --release -- chNN [FLAGS]     a chapter; chNN --help lists its flags\n\
         \x20 cargo run --release -- tour [FLAGS]     the tour with flags, such as --json FILE or --seed N\n\
         \x20 cargo run --release -- check [FLAGS]    the gradient checker on a model, or on golden values; check --help\n\n{}",
        list()
    )
}
