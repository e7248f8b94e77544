//! How lines get to the terminal: wrapped, with colour where there is one, and without a panic when the reader has gone away.

use anstyle::{AnsiColor, Style};
use std::io::{IsTerminal, Write};

/// Where a chapter prints.
#[derive(Clone)]
pub(crate) struct Output {
    pub quiet: bool,
    pub colour: bool,
}

const WIDTH: usize = 100;

impl Output {
    pub fn new(quiet: bool, no_color: bool) -> Self {
        let wanted = !no_color && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        // CLICOLOR_FORCE is how a program that reads our output asks for colours all the same.
        let forced = std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        Output { quiet, colour: wanted && (forced || std::io::stdout().is_terminal()) }
    }

    /// A heading.
    pub fn heading(&self, text: &str) {
        let style = Style::new().bold().fg_color(Some(AnsiColor::Cyan.into()));
        self.line("");
        self.line(&self.styled(text, style));
    }

    /// A line as it stands.
    pub fn line(&self, text: &str) {
        if !self.quiet {
            put(text);
        }
    }

    /// A paragraph, wrapped at the width of a page.
    pub fn paragraph(&self, text: &str) {
        for paragraph in text.split('\n') {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                    self.line(&std::mem::take(&mut line));
                }
                line += if line.is_empty() { "" } else { " " };
                line += word;
            }
            self.line(&line);
        }
    }

    /// The verdict: the only line that `--quiet` leaves.
    pub fn verdict(&self, text: &str, good: bool) {
        let colour = if good { AnsiColor::Green } else { AnsiColor::Red };
        put(&self.styled(text, Style::new().bold().fg_color(Some(colour.into()))));
    }

    fn styled(&self, text: &str, style: Style) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Prints to standard output. A reader that closed the pipe (`| head`) has seen enough: that is not an error.
fn put(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints a note to standard error: something is otherwise than asked, and all goes on.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "note: {text}");
}

/// Prints an error to standard error.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "error: {text}");
}
