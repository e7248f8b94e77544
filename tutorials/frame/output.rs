//! How lines get to the reader: wrapped at words, with colour where there is one, and without a panic when nobody reads on.
//!
//! The idea to know: what happens to standard output is noted once, for the whole program, and looked at when it ends (`ended`). A reader
//! who closed the pipe (`| head`) has seen enough; a disk that is full is an error.

use anstyle::{AnsiColor, Style};
use gradus_view::text::{width, wrapped, wrapped_line};
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where a chapter prints.
#[derive(Clone)]
pub(crate) struct Output {
    pub quiet: bool,
    pub colour: bool,
}

/// Longer lines are hard to read.
const WIDEST: usize = 100;
/// In less no sentence can be read.
const NARROWEST: usize = 20;

/// Whether prose goes to standard error, since a document goes to standard output.
static PROSE_TO_STDERR: AtomicBool = AtomicBool::new(false);
/// What went wrong with standard output first.
static TROUBLE: OnceLock<std::io::Error> = OnceLock::new();

impl Output {
    pub fn new(quiet: bool, no_color: bool) -> Self {
        let wanted = !no_color && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        // CLICOLOR_FORCE is how a program that reads our output asks for colours all the same.
        let forced = std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        Output { quiet, colour: wanted && (forced || is_terminal()) }
    }

    /// A heading.
    pub fn heading(&self, text: &str) {
        self.line("");
        self.styled(text, Style::new().bold().fg_color(Some(AnsiColor::Cyan.into())));
    }

    /// Lines as they stand, if they fit.
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
            wrapped(&words.join(" "), room).iter().for_each(|line| self.line(line));
        }
    }

    /// The verdict: the only line that `--quiet` leaves.
    pub fn verdict(&self, text: &str, good: bool) {
        let colour = if good { AnsiColor::Green } else { AnsiColor::Red };
        Output { quiet: false, ..*self }.styled(text, Style::new().bold().fg_color(Some(colour.into())));
    }

    fn styled(&self, text: &str, style: Style) {
        for line in fitted(text, is_terminal()) {
            self.line(&if self.colour { format!("{style}{line}{style:#}") } else { line });
        }
    }
}

/// Prints lines to standard output; those that are wider than the terminal are broken at words.
pub fn print(text: &str) {
    fitted(text, is_terminal()).iter().for_each(|line| put(line));
}

/// A document goes to standard output: from now on all else is printed to standard error.
pub(crate) fn make_room_for_a_document() {
    PROSE_TO_STDERR.store(true, Ordering::Relaxed);
}

/// Whether prose goes to standard error.
pub fn is_prose_on_stderr() -> bool {
    PROSE_TO_STDERR.load(Ordering::Relaxed)
}

/// Whether what is printed still gets anywhere.
pub fn is_anybody_reading() -> bool {
    TROUBLE.get().is_none()
}

/// The exit status of a program that would end with this one, now that it is known whether standard output took everything.
pub fn ended(status: ExitCode) -> ExitCode {
    match TROUBLE.get() {
        Some(trouble) if trouble.kind() != ErrorKind::BrokenPipe => {
            complain(&format!("cannot write to standard output: {trouble}"));
            ExitCode::from(2)
        }
        _ => status,
    }
}

/// Writes bytes to standard output. What goes wrong is noted, and `ended` tells of it.
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

/// Prints what stands before a reader's answer, and leaves the cursor behind it.
pub(crate) fn ask(question: &str) {
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

/// How many columns there are to print in, where that is known: COLUMNS, or else those of the terminal.
fn columns(is_terminal: bool) -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
    let measured = || is_terminal.then(ratatui::crossterm::terminal::size)?.ok().map(|(columns, _)| columns.into());
    said.or_else(measured).map(|columns: usize| columns.max(NARROWEST))
}

/// The lines of a text, broken where the terminal ends.
fn fitted(text: &str, is_terminal: bool) -> Vec<String> {
    let Some(columns) = columns(is_terminal) else { return text.split('\n').map(str::to_owned).collect() };
    // What holds control sequences, such as colours, is wider in bytes than on the screen: it stays as it is.
    let fits = |line: &str| width(line) <= columns || line.contains('\u{1b}');
    text.split('\n')
        .flat_map(|line| if fits(line) { vec![line.to_owned()] } else { wrapped_line(line, columns) })
        .collect()
}

/// Prints a note to standard error: something is otherwise than asked, and all goes on.
pub fn note(text: &str) {
    to_stderr(&format!("note: {text}"));
}

/// Prints an error to standard error.
pub fn complain(text: &str) {
    to_stderr(&format!("error: {text}"));
}

fn to_stderr(text: &str) {
    for line in fitted(text, std::io::stderr().is_terminal()) {
        // Where complaints cannot be written there is nobody to complain to.
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}
