//! One run of a chapter: its inputs, and the destinations of its results.
//!
//! - `around`: what is printed before and after the chapter; `step`: the stepper, for `--step`

mod around;
mod step;

use crate::digits::{self, default_data};
use crate::flags::Flags;
use crate::form::Form;
use crate::keep::{Checkpoints, Kept};
use crate::output::{self, Output, is_prose_on_stderr};
use crate::place::{self, Document};
use crate::plot::side_by_side;
use crate::{Chapter, Comparison, Error, Figure, Origin, Result, Watch, files, guess, say};
use gradus::data::{Digits, seeded};
use gradus::draw::{Architecture, DrawOptions, Picture, Theme};
use gradus::io::Arrays;
use gradus::nn::Parameters;
use gradus::page::PageOptions;
use gradus::{Scalar, Tape};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rand::rngs::ChaCha8Rng;
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The run that the frame gives to a chapter's program.
pub struct Run<'c> {
    chapter: &'c Chapter,
    flags: Flags,
    output: Output,
    results: Map<String, Value>,
    comparisons: Vec<Comparison>,
    files: Vec<PathBuf>,
    checkpoints: Checkpoints,
    json: Option<Document>,
    guess: Option<String>,
    watched: bool,
    stepped: bool,
    /// Whether the data set was read.
    read: Cell<bool>,
    started: Instant,
}

impl<'c> Run<'c> {
    /// A run with these flags, after checking that its files can be written.
    pub(crate) fn new(chapter: &'c Chapter, flags: Flags) -> Result<Self> {
        let out = out(chapter, &flags);
        if writes_files(&flags) {
            place::look_at_folder("--out", &out)?;
        }
        // The document may be in the folder of the files, which may not exist yet.
        let folder = flags.json.as_deref().and_then(Path::parent);
        if let Some(folder) = folder.filter(|folder| folder.starts_with(&out) && !folder.exists()) {
            std::fs::create_dir_all(folder).map_err(|error| Error::writing(folder, error))?;
        }
        let json = flags.json.as_deref().map(|path| Document::at("--json", path)).transpose()?;
        let output = Output::new(flags.quiet, flags.no_color);
        let (results, comparisons, files) = (Map::new(), Vec::new(), Vec::new());
        let checkpoints = Checkpoints::new(flags.resume);
        Ok(Run {
            chapter,
            flags,
            output,
            results,
            comparisons,
            files,
            checkpoints,
            json,
            guess: None,
            watched: false,
            stepped: false,
            read: Cell::new(false),
            started: Instant::now(),
        })
    }

    /// The seed of this run.
    pub fn seed(&self) -> u64 {
        self.flags.seed
    }

    /// A generator that starts at this run's seed.
    pub fn rng(&self) -> ChaCha8Rng {
        seeded(self.flags.seed)
    }

    /// The number of epochs: `--epochs`; with `--full` that of the source; otherwise that of the chapter's short run.
    pub fn epochs(&self) -> usize {
        let unsaid = if self.flags.full { self.chapter.full_epochs } else { self.chapter.epochs };
        self.flags.epochs.unwrap_or(unsaid)
    }

    /// Whether this run is as long as the source's, so that their numbers can be compared.
    pub fn is_full(&self) -> bool {
        self.epochs() == self.chapter.full_epochs
    }

    /// The value of one of the chapter's own options.
    pub fn option(&self, name: &str) -> &str {
        self.flags.options.get(name).map_or("", |value| value)
    }

    /// The folder of the four files of MNIST.
    ///
    /// # Errors
    /// If there is none.
    pub fn data_folder(&self) -> Result<PathBuf> {
        self.read.set(true);
        self.flags.data.clone().map_or_else(default_data, Ok)
    }

    /// The training and the test digits of MNIST: 60,000 and 10,000, or those in the folder of `--data`. The chapter needs at least `train` and
    /// `test` of them.
    ///
    /// # Errors
    /// If a file is missing or damaged, or there are too few digits.
    pub fn mnist(&self, train: usize, test: usize) -> Result<(Digits, Digits)> {
        let folder = self.data_folder()?;
        let mnist = digits::mnist(Some(&folder))?;
        let found = (mnist.train(), mnist.test());
        match found.0.len() < train || found.1.len() < test {
            true => Err(Error::new(format!(
                "{}: too few digits\n  expected: at least {train} to train on and {test} to test on, which {} needs\n  \
                 found:    {} and {}\n  try:      leave --data out, or give it a folder with all of MNIST",
                folder.display(),
                self.chapter.short_name(),
                found.0.len(),
                found.1.len()
            ))),
            false => Ok(found),
        }
    }

    /// Whether input and output are a terminal: only then may a chapter ask questions.
    pub fn has_a_reader(&self) -> bool {
        !self.flags.quiet && std::io::stdin().is_terminal() && output::is_terminal()
    }

    /// Asks the reader, and waits for a line; `None` at the end of the input.
    ///
    /// # Errors
    /// If the terminal cannot be read.
    pub fn ask(&self, question: &str) -> Result<Option<String>> {
        let line = guess::ask(question)?;
        if line.is_none() {
            // The cursor is still behind the question.
            self.output.line("");
        }
        Ok(line)
    }

    /// Prints a line.
    pub fn say(&self, text: impl AsRef<str>) {
        self.output.line(text.as_ref());
    }

    /// Prints texts side by side, as many in a row as the terminal has room for.
    pub fn say_side_by_side(&self, texts: &[String]) {
        side_by_side(texts, texts.len(), output::room()).iter().for_each(|line| self.say(line));
    }

    /// Prints a heading inside the run.
    pub fn heading(&self, text: &str) {
        self.output.heading(text);
    }

    /// Prints a wrapped paragraph.
    pub fn explain(&self, text: &str) {
        self.output.paragraph(text);
    }

    /// A progress bar on a terminal; nothing elsewhere, so that a log holds only plain lines.
    pub fn progress(&self, steps: usize, what: &str) -> ProgressBar {
        if self.flags.quiet || !std::io::stderr().is_terminal() {
            return ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::hidden());
        }
        let colours = if self.flags.no_color { "" } else { ".cyan" };
        let style = ProgressStyle::with_template(&format!("{{msg}} {{bar:40{colours}}} {{pos}}/{{len}} {{eta}} left"));
        let bar = ProgressBar::new(steps as u64).with_message(say(what).into_owned());
        style.map_or(bar.clone(), |style| bar.with_style(style))
    }

    /// The progress of a training of `net` in `steps` steps: a bar on a terminal, a live view with `--watch`, nothing without a terminal.
    pub fn watch<'m, F: Scalar>(&mut self, what: &str, steps: usize, net: &'m dyn Parameters<F>) -> Watch<'m, F> {
        let bar = self.progress(steps, what);
        let mut watch = Watch::new(what, steps, net, self.output.clone(), bar);
        self.watched = true;
        if self.flags.watch && !self.flags.quiet {
            let opened = match (is_prose_on_stderr(), std::io::stdout().is_terminal()) {
                (false, true) => watch.open(self.output.colour).map_err(|error| error.to_string()),
                _ => Err("standard output is not one".to_owned()),
            };
            if let Err(reason) = opened {
                output::note(&format!("--watch needs a terminal, and {reason}; the training goes on without it"));
            }
        }
        watch
    }

    /// The checkpoint of a training of so many steps, in the output folder. Under `--resume` the training goes on from there, if the flags are the same,
    /// and these settings, which stand in the program: `json!({ "rate": 0.01 })`. A run that writes no files keeps nothing.
    ///
    /// # Errors
    /// If what an earlier run left is damaged, or of a training with other settings.
    pub fn kept(&mut self, what: &str, steps: usize, settings: &Value) -> Result<Kept> {
        if !writes_files(&self.flags) {
            return Ok(Kept::default());
        }
        let Flags { seed, data, options, .. } = &self.flags;
        let data = data.as_ref().map(|folder| folder.display().to_string());
        let flags = json!({ "chapter": self.chapter.slug, "seed": seed, "epochs": self.epochs(), "data": data, "steps": steps });
        let all = [&flags, &json!(options), settings].map(|part| part.as_object().cloned().unwrap_or_default());
        let all = all.into_iter().flatten().collect();
        let words: Vec<&str> =
            what.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let path = self.place(&format!("{}.checkpoint.safetensors", words.join("_")))?;
        self.checkpoints.begin(what, steps, path, all)
    }

    /// Notes a result for `--json`.
    pub fn result(&mut self, name: &str, value: impl Into<Value>) {
        self.results.insert(name.to_owned(), value.into());
    }

    /// Compares one of our numbers with another one of the given origin. Ours should be from `low` to `high`.
    pub fn compare(&mut self, name: &'static str, ours: f64, from: Origin, other: &'static str, low: f64, high: f64) {
        self.comparisons.push(Comparison { name, ours, from, other, low, high });
    }

    /// The path of a file in the output folder, which is made if it is not there.
    fn place(&self, name: &str) -> Result<PathBuf> {
        let folder = out(self.chapter, &self.flags);
        std::fs::create_dir_all(&folder).map_err(|error| Error::writing(&folder, error))?;
        Ok(folder.join(name))
    }

    /// Writes a file into the output folder.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn write(&mut self, name: &str, contents: impl AsRef<[u8]>) -> Result {
        let path = self.place(name)?;
        files::write(&path, contents).map_err(|error| Error::writing(&path, error))?;
        self.files.push(path);
        Ok(())
    }

    /// Writes arrays as NAME.safetensors into the output folder, unless the run is quiet.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_arrays(&mut self, name: &str, arrays: &Arrays) -> Result {
        if self.flags.quiet {
            return Ok(());
        }
        let path = self.place(&format!("{name}.safetensors"))?;
        arrays.save_safetensors(&path)?;
        self.files.push(path);
        Ok(())
    }

    /// Writes a figure as NAME.svg and NAME.png into the output folder, unless the run is quiet; in a web page, which shows the SVG, without the PNG.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub fn plot(&mut self, name: &str, figure: &impl Figure) -> Result {
        if self.flags.quiet {
            return Ok(());
        }
        let drawing = figure.draw();
        self.write(&format!("{name}.svg"), drawing.svg())?;
        if cfg!(target_family = "wasm") { Ok(()) } else { self.write(&format!("{name}.png"), drawing.png()?) }
    }

    /// Draws `tape` in each form that the flags ask for: `name.svg` with `--svg`, and so on. With `--step` the reader steps through it; without a
    /// terminal its story is printed.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn draw<F: Scalar>(&mut self, name: &str, tape: &Tape<F>, options: &DrawOptions) -> Result {
        let is_stepped = self.flags.step && !self.flags.quiet;
        if self.flags.forms.is_empty() && !is_stepped {
            return Ok(());
        }
        let picture = Picture::of(tape, options);
        if is_stepped {
            self.step(tape, &picture.title)?;
        }
        if self.flags.forms.contains(&Form::Html) {
            let page = PageOptions::new().like(options).sources(crate::source::folders(self.chapter.sources));
            self.write(&file_name(name, Form::Html), tape.to_html(&page))?;
        }
        self.draw_picture(name, &picture, options)
    }

    /// The same for a figure that is not of a tape.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn draw_picture(&mut self, name: &str, picture: &Picture, options: &DrawOptions) -> Result {
        for form in self.flags.forms.clone() {
            if let Some(figure) = form.of(picture, options) {
                self.write(&file_name(name, form), figure)?;
            }
        }
        Ok(())
    }

    /// Writes the figure of a network's layers as NAME.svg, under `--svg`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn draw_layers(&mut self, name: &str, layers: &Architecture) -> Result {
        if !self.flags.forms.contains(&Form::Svg) {
            return Ok(());
        }
        self.write(&file_name(name, Form::Svg), layers.clone().theme(Theme::Auto).to_svg())
    }

    /// The comparisons of the run.
    pub(crate) fn into_comparisons(self) -> Vec<Comparison> {
        self.comparisons
    }
}

/// The folder for the files.
fn out(chapter: &Chapter, flags: &Flags) -> PathBuf {
    flags.out.clone().unwrap_or_else(|| chapter.default_out().into())
}

/// Whether the run writes files: a quiet one only if it is asked for some.
fn writes_files(flags: &Flags) -> bool {
    !flags.quiet || !flags.forms.is_empty() || flags.out.is_some() || flags.resume
}

fn file_name(name: &str, form: Form) -> String {
    Path::new(name).with_extension(form.extension()).to_string_lossy().into_owned()
}
