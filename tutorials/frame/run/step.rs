//! What `--step` does. The one idea to know: on a terminal the reader steps through a tape; elsewhere its story is printed, one sentence per event.

use super::Run;
use crate::Result;
#[cfg(not(target_family = "wasm"))]
use crate::{Error, language::catalog, output::is_prose_on_stderr, source};
use gradus::{Scalar, Tape};
#[cfg(not(target_family = "wasm"))]
use gradus_view::{Left, Stepper};

impl Run<'_> {
    /// Steps through a tape, which is about `subject`.
    ///
    /// # Errors
    /// If the terminal cannot be used, or the reader leaves with Ctrl-C.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn step<F: Scalar>(&mut self, tape: &Tape<F>, subject: &str) -> Result {
        self.stepped = true;
        let subject = if subject.is_empty() { self.chapter.title } else { subject };
        let title = format!("{}: {subject}", self.chapter.short_name());
        let stepper = Stepper::of(tape).title(title).sources(source::folders(self.chapter.sources)).language(catalog());
        if !self.has_a_reader() || is_prose_on_stderr() {
            stepper.narration().iter().for_each(|sentence| self.output.line(sentence));
            return Ok(());
        }
        match stepper.run() {
            Ok(Left::Quit) => Ok(()),
            Ok(Left::Interrupted) => Err(Error::interrupted()),
            Err(error) => Err(Error::new(format!("cannot step on this terminal: {error}"))),
        }
    }

    /// Prints the story of a tape: a web page is no terminal to step on.
    #[cfg(target_family = "wasm")]
    pub(super) fn step<F: Scalar>(&mut self, tape: &Tape<F>, _subject: &str) -> Result {
        self.stepped = true;
        tape.trace().narration().iter().for_each(|sentence| self.output.line(sentence));
        Ok(())
    }
}
