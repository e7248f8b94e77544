//! The functions for programs.

use crate::language::Catalog;
use crate::look::Look;
use crate::session::Session;
use crate::source::Sources;
use crate::terminal::{self, Left};
use gradus::check::{self, NodeCheck};
use gradus::trace::SourceFolders;
use gradus::{Scalar, Tape, Trace};
use std::io::{self, IsTerminal, Write};

/// Checks the gradient of a node in a pass by nudging.
pub(crate) type Checker<'a> = Box<dyn Fn(usize, u32) -> Option<NodeCheck> + 'a>;

/// Steps through the events on a tape. Without a terminal it prints the story, one sentence per event, and does not wait.
///
/// # Errors
/// If the terminal cannot be used.
pub fn step<F: Scalar>(tape: &Tape<F>) -> io::Result<()> {
    Stepper::of(tape).run().map(|_| ())
}

/// A stepper, with settings.
#[must_use = "a stepper shows nothing before it is run"]
pub struct Stepper<'a> {
    trace: Trace,
    check: Checker<'a>,
    title: String,
    folders: SourceFolders,
    look: Look,
}

impl<'a> Stepper<'a> {
    /// A stepper through the events on a tape so far.
    pub fn of<F: Scalar>(tape: &'a Tape<F>) -> Self {
        Stepper {
            trace: tape.trace(),
            check: Box::new(|node, pass| check::node(tape, petgraph::graph::NodeIndex::new(node), pass)),
            title: String::new(),
            folders: SourceFolders::new(),
            look: Look::of_terminal(),
        }
    }

    /// The title at the top of the screen.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The folders of the program's source text. The default is the present folder and those around it.
    pub fn sources(mut self, sources: SourceFolders) -> Self {
        self.folders = sources;
        self
    }

    /// The translations of what the screen and the story say. Without them, and on a screen of ASCII characters, all is English.
    pub fn language(mut self, catalog: &'static Catalog) -> Self {
        self.look.language = Some(catalog);
        self
    }

    /// Whether to use only ASCII characters. By default the locale decides.
    pub fn ascii(mut self, ascii: bool) -> Self {
        self.look.ascii = ascii;
        self
    }

    /// The story, one sentence per event.
    pub fn narration(&self) -> Vec<String> {
        self.trace.narration().iter().map(|sentence| self.look.text(&self.look.say(sentence))).collect()
    }

    /// Steps through the events on the terminal, until the reader leaves. Without a terminal it prints the story instead.
    ///
    /// # Errors
    /// If the terminal cannot be used.
    pub fn run(self) -> io::Result<Left> {
        if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
            return print(&self.narration()).map(|()| Left::Quit);
        }
        terminal::run(&mut self.session())
    }

    pub(crate) fn session(self) -> Session<'a> {
        Session::new(self.trace, self.check, self.title, Sources::new(self.folders), self.look)
    }
}

/// Prints lines. A closed pipe is not an error.
fn print(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let printed = lines.iter().try_for_each(|line| writeln!(out, "{line}")).and_then(|()| out.flush());
    printed.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}
