//! Printing: texts are translated, lines are wrapped at words, coloured if the terminal has colours, and a closed pipe causes no panic.
//!
//! The idea to know: the first error of standard output is noted for the whole program, and handled when it ends (`ended`). A closed pipe (`| head`)
//! is not an error; a full disk is.

use crate::language::say;
use anstyle::{AnsiColor, Style};
use gradus_view::text::{width, wrapped, wrapped_line};
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The output of a chapter.
#[derive(Clone)]
pub(crate) struct Output {
    pub quiet: bool,
    pub colour: bool,
}

/// Maximum width of a line: longer ones are hard to read.
pub const WIDEST: usize = 100;
/// Minimum width of a line: in less, no sentence can be read.
const NARROWEST: usize = 20;

/// Whether prose goes to standard error, because a document goes to standard output.
static PROSE_TO_STDERR: AtomicBool = AtomicBool::new(false);
/// The first error of standard output.
static TROUBLE: OnceLock<std::io::Error> = OnceLock::new();

impl Output {
    pub fn new(quiet: bool, no_color: bool) -> Self {
        let wanted = !no_color && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        // With CLICOLOR_FORCE a program that reads our output asks for colours.
        let forced = std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        Output { quiet, colour: wanted && (forced || is_terminal()) }
    }

    /// A heading.
    pub fn heading(&self, text: &str) {
        self.line("");
        self.styled(text, Style::new().bold().fg_color(Some(AnsiColor::Cyan.into())));
    }

    /// Lines that are kept as they are, if they fit.
    pub fn line(&self, text: &str) {
        if !self.quiet {
            print(text);
        }
    }

    /// A paragraph, wrapped at the width of a page.
    pub fn paragraph(&self, text: &str) {
        for paragraph in text.split('\n') {
            let words: Vec<&str> = paragraph.split_whitespace().collect();
            let room = columns(is_terminal()).map_or(WIDEST, |columns| columns.min(WIDEST));
            wrapped(&say(&words.join(" ")), room).iter().filter(|_| !self.quiet).for_each(|line| put(line));
        }
    }

    /// The verdict: the only line with `--quiet`.
    pub fn verdict(&self, text: &str, good: bool) {
        let colour = if good { AnsiColor::Green } else { AnsiColor::Red };
        Output { quiet: false, ..*self }.styled(text, Style::new().bold().fg_color(Some(colour.into())));
    }

    fn styled(&self, text: &str, style: Style) {
        for line in fitted(&say(text), is_terminal()).into_iter().filter(|_| !self.quiet) {
            put(&if self.colour { format!("{style}{line}{style:#}") } else { line });
        }
    }
}

/// Prints lines to standard output; those that are wider than the terminal are broken at words.
pub fn print(text: &str) {
    fitted(&say(text), is_terminal()).iter().for_each(|line| put(line));
}

/// Prints a text after a beginning such as `a) `, which stays as it is. The text is wrapped at the width of a page, and stands below itself.
pub fn print_after(beginning: &str, text: &str) {
    let indent = width(beginning);
    let room = columns(is_terminal()).map_or(WIDEST, |columns| columns.min(WIDEST)).saturating_sub(indent);
    for (row, line) in wrapped(&say(text), room.max(NARROWEST)).iter().enumerate() {
        let line = if row == 0 { format!("{beginning}{line}") } else { format!("{}{line}", " ".repeat(indent)) };
        put(line.trim_end());
    }
}

/// Reserves standard output for a document: from now on everything else is printed to standard error.
pub(crate) fn make_room_for_a_document() {
    PROSE_TO_STDERR.store(true, Ordering::Relaxed);
}

/// Whether prose goes to standard error.
pub fn is_prose_on_stderr() -> bool {
    PROSE_TO_STDERR.load(Ordering::Relaxed)
}

/// Whether printed text is still read, that is, whether the pipe is open.
pub fn is_anybody_reading() -> bool {
    TROUBLE.get().is_none()
}

/// The exit status of a program: this one, or another if standard output had an error.
pub fn ended(status: ExitCode) -> ExitCode {
    match TROUBLE.get() {
        Some(trouble) if trouble.kind() != ErrorKind::BrokenPipe => {
            complain(&format!("cannot write to standard output: {trouble}"));
            ExitCode::from(2)
        }
        _ => status,
    }
}

/// Writes bytes to standard output. An error is noted, and reported by `ended`.
pub(crate) fn write_out(bytes: &[u8]) {
    if !is_anybody_reading() {
        return;
    }
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(bytes).and_then(|()| out.flush()) {
        // Only the first is of interest.
        let _ = TROUBLE.set(error);
    }
}

/// Prints the prompt for a reader's answer, and leaves the cursor behind it.
pub(crate) fn ask(question: &str) {
    let question = say(question);
    let words = question.trim_end();
    let question = fitted(words, is_terminal()).join("\n") + &question[words.len()..];
    match is_prose_on_stderr() {
        true => _ = write!(std::io::stderr(), "{question}").and_then(|()| std::io::stderr().flush()),
        false => write_out(question.as_bytes()),
    }
}

fn put(line: &str) {
    match is_prose_on_stderr() {
        true => to_stderr(line),
        false => write_out(format!("{line}\n").as_bytes()),
    }
}

/// Whether prose goes to a terminal.
pub(crate) fn is_terminal() -> bool {
    if is_prose_on_stderr() { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() }
}

/// The number of columns in which prose is printed, if it is known.
pub(crate) fn room() -> Option<usize> {
    columns(is_terminal())
}

/// The number of columns to print in, if it is known: COLUMNS or, without it, that of the terminal.
fn columns(is_terminal: bool) -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
    said.or_else(|| is_terminal.then(measured)?).map(|columns| columns.max(NARROWEST))
}

#[cfg(not(target_family = "wasm"))]
fn measured() -> Option<usize> {
    ratatui::crossterm::terminal::size().ok().map(|(columns, _)| columns.into())
}

/// In a web page a line may be as long as it likes.
#[cfg(target_family = "wasm")]
fn measured() -> Option<usize> {
    None
}

/// The lines of a text, broken where the terminal ends.
fn fitted(text: &str, is_terminal: bool) -> Vec<String> {
    let Some(columns) = columns(is_terminal) else { return text.split('\n').map(str::to_owned).collect() };
    // A line with control sequences, such as colours, is wider in bytes than on the screen: it stays as it is.
    let fits = |line: &str| width(line) <= columns || line.contains('\u{1b}');
    text.split('\n')
        .flat_map(|line| if fits(line) { vec![line.to_owned()] } else { wrapped_line(line, columns) })
        .collect()
}

/// Prints a note to standard error: something differs from what was asked, and the program continues.
pub fn note(text: &str) {
    to_stderr(&say(&format!("note: {text}")));
}

/// Prints an error to standard error.
pub fn complain(text: &str) {
    to_stderr(&say(&format!("error: {text}")));
}

fn to_stderr(text: &str) {
    for line in fitted(text, std::io::stderr().is_terminal()) {
        // If standard error cannot be written, nothing can be reported.
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}
