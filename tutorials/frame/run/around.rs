//! What is printed before and after a chapter: its question with the reader's guess, and the numbers, texts and files that a run ends with.

use super::Run;
use crate::place::Document;
use crate::whereabouts::as_typed;
use crate::{Comparison, Error, Result, guess, output, say};
use serde_json::json;
use std::path::Path;

impl Run<'_> {
    /// Prints the chapter's question, and asks the reader for a guess, which is given to `keep` at once.
    ///
    /// # Errors
    /// If the input has ended.
    pub(crate) fn open(&mut self, keep: &mut dyn FnMut(&str)) -> Result {
        self.output.heading(&format!("{}: {}", self.chapter.short_name(), self.chapter.title));
        self.output.paragraph(self.chapter.question);
        if self.has_a_reader() {
            self.output.line("");
            let guess = self.ask("Your guess (Enter alone goes on without one): ")?;
            self.guess = guess.filter(|guess| !guess.is_empty());
            if let Some(guess) = &self.guess {
                keep(guess);
            }
        }
        self.output.heading("The run");
        Ok(())
    }

    /// Prints the texts after the run. Returns whether every number is in its band.
    pub(crate) fn close(mut self) -> Result<bool> {
        let seconds = self.started.elapsed().as_secs_f64();
        let good = self.comparisons.iter().all(Comparison::holds);
        if self.flags.watch && !self.watched {
            output::note("--watch: nothing in this chapter is trained for so long that it could be watched");
        }
        if self.flags.data.is_some() && !self.read.get() && !self.flags.quiet {
            output::note("--data: this chapter reads no data");
        }
        if self.flags.step && !self.stepped && !self.flags.quiet {
            output::note("--step: this run recorded no tape to step through");
        }
        if self.flags.resume && self.checkpoints.is_empty() {
            output::note(
                "--resume: no training of this chapter takes so long that it keeps checkpoints; it was run from the start",
            );
        }
        self.print_comparisons();
        self.print_guess();
        self.output.heading("What would have fooled us");
        self.output.paragraph(self.chapter.fooled);
        if let Some(json) = self.json.take() {
            self.result("seconds", (seconds * 1000.0).round() / 1000.0);
            self.write_json(&json)?;
        }
        self.checkpoints.delete();
        if !self.files.is_empty() {
            self.output.heading("Files written");
            self.files.iter().for_each(|path| self.output.line(&format!("  {}", path.display())));
        }
        self.output.heading("Exercise");
        self.print_exercise();
        self.output.heading("Next");
        self.output.line(&format!("  {}", as_typed(&say(self.chapter.next))));
        self.output.line("");
        self.print_verdict(good);
        Ok(good)
    }

    /// Prints the task; the command is on a line of its own, to be copied.
    fn print_exercise(&self) {
        let exercise = say(self.chapter.exercise);
        match exercise.split_once("cargo run ") {
            Some((task, command)) => {
                self.output.paragraph(task.trim_end());
                self.output.line(&as_typed(&format!("  cargo run {command}")));
            }
            None => self.output.paragraph(&exercise),
        }
    }

    /// Prints the reader's guess beside the result.
    fn print_guess(&self) {
        let Some(guess) = &self.guess else { return };
        self.output.heading("Your guess, and what came out");
        self.output.line(&format!("  you guessed  {guess}"));
        let answer = guess::answer(self.chapter.answer, &self.results);
        let answer = answer.unwrap_or("this run was too short to say".to_owned());
        self.output.line(&format!("  it is        {answer}"));
    }

    fn print_comparisons(&self) {
        if self.comparisons.is_empty() {
            return;
        }
        self.output.heading("Our numbers, and others beside them");
        Comparison::table(&self.comparisons).iter().for_each(|line| self.output.line(line));
    }

    fn print_verdict(&self, good: bool) {
        let numbers: Vec<String> =
            self.comparisons.iter().map(|c| format!("{} {} ({})", say(c.name), c.ours(), say(&c.band()))).collect();
        let verdict = say(if good { "ok" } else { "OUTSIDE ITS BAND" });
        let numbers = match numbers.is_empty() {
            true => say("a short run, nothing compared").into_owned(),
            false => numbers.join(", "),
        };
        self.output.verdict(&format!("{}: {verdict}: {numbers}", self.chapter.slug), good);
    }

    fn write_json(&mut self, place: &Document) -> Result {
        let document = json!({
            "chapter": self.chapter.slug,
            "seed": self.flags.seed,
            "answer": guess::answer(self.chapter.answer, &self.results),
            "results": std::mem::take(&mut self.results),
        });
        let text = serde_json::to_string_pretty(&document).map_err(|error| Error::new(error.to_string()))?;
        place.write(&text)?;
        self.files.extend(place.file().map(Path::to_owned));
        Ok(())
    }
}
