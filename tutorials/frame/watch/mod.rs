//! The progress of a training: a bar, or under `--watch` a live view of loss, accuracy, gradients and one digit.
//!
//! The idea to know: the view never takes over the terminal. It is drawn in a few lines below the printed text, without raw mode and with the cursor
//! shown, so that a panic or Ctrl-C leaves a sane terminal, with nothing to restore.

#[cfg(not(target_family = "wasm"))]
mod live;
#[cfg(target_family = "wasm")]
#[path = "no_live.rs"]
mod live;
#[cfg(not(target_family = "wasm"))]
mod screen;
#[cfg_attr(target_family = "wasm", allow(dead_code))] // only a terminal shows all of it
mod training;

use crate::output::Output;
use gradus::nn::Parameters;
use gradus::{Gradients, Scalar, Var};
use indicatif::ProgressBar;
use live::Live;
use ndarray::Array2;
use std::time::{Duration, Instant};
use training::{Digit, Training};

/// A training that can be watched. Without `--watch`, or without a terminal, it is a progress bar.
pub struct Watch<'m, F: Scalar> {
    net: &'m dyn Parameters<F>,
    outputs: Option<Box<dyn Fn() -> Vec<f64> + 'm>>,
    training: Training,
    output: Output,
    bar: ProgressBar,
    live: Option<Live>,
    started: Instant,
    drawn: Instant,
}

/// Minimum time between drawings: more of them would cost time, and nobody could see them.
const BETWEEN_DRAWINGS: Duration = Duration::from_millis(100);

impl<'m, F: Scalar> Watch<'m, F> {
    pub(crate) fn new(what: &str, steps: usize, net: &'m dyn Parameters<F>, output: Output, bar: ProgressBar) -> Self {
        let started = Instant::now();
        let training = Training::new(what, steps);
        Watch { net, outputs: None, training, output, bar, live: None, started, drawn: started }
    }

    /// Opens the live view on the terminal.
    ///
    /// # Errors
    /// If the terminal does not report the place of its cursor.
    pub(crate) fn open(&mut self, colour: bool) -> std::io::Result<()> {
        self.live = Some(Live::open(colour)?);
        self.bar.finish_and_clear();
        self.draw();
        Ok(())
    }

    /// Goes on after so many steps of an earlier run.
    pub fn after(mut self, steps: usize) -> Self {
        self.training.begin_after(steps);
        self.bar.set_position(steps as u64);
        self.bar.reset_eta();
        self
    }

    /// Shows a digit, and the network's outputs for it, as shares from 0 to 1.
    pub fn digit(mut self, image: Array2<f64>, label: u8, outputs: impl Fn() -> Vec<f64> + 'm) -> Self {
        self.training.digit = Some(Digit::new(image, label));
        self.outputs = Some(Box::new(outputs));
        self.draw();
        self
    }

    /// Notes a step, with its loss and its gradients; before or after the update.
    pub fn step(&mut self, loss: Var<F>, gradients: &Gradients<F>) {
        self.bar.inc(1);
        if self.live.is_none() {
            return;
        }
        self.training.step(loss.item().to_f64());
        if self.drawn.elapsed() >= BETWEEN_DRAWINGS {
            self.training.norms = self.norms(gradients);
            self.draw();
        }
    }

    /// Notes the end of an epoch; `accuracy` is the share of test digits that are read correctly.
    pub fn epoch(&mut self, accuracy: f64) {
        self.training.epoch(accuracy);
        self.draw();
    }

    /// Prints a line above the bar or the view.
    pub fn say(&mut self, text: &str) {
        match &mut self.live {
            Some(live) => live.say(text),
            None => self.bar.suspend(|| self.output.line(text)),
        }
    }

    /// Ends the training. The view stays on the screen.
    pub fn finish(mut self) {
        self.draw();
        self.bar.finish_and_clear();
    }

    fn draw(&mut self) {
        let Some(live) = &mut self.live else { return };
        if let (Some(digit), Some(outputs)) = (&mut self.training.digit, &self.outputs) {
            digit.see(outputs());
        }
        self.training.seconds = self.started.elapsed().as_secs();
        live.draw(&self.training);
        self.drawn = Instant::now();
    }

    /// The length of the gradient of each layer: over all parameters whose names are equal up to the last slash.
    fn norms(&self, gradients: &Gradients<F>) -> Vec<(String, f64)> {
        let mut squares: Vec<(String, f64)> = Vec::new();
        self.net.each_param(&mut |param| {
            let Some(gradient) = gradients.param(param) else { return };
            let square: f64 = gradient.with_value(|values| values.iter().map(|g| g.to_f64() * g.to_f64()).sum());
            let layer = param.name().rsplit_once('/').map_or(param.name(), |(layer, _)| layer);
            match squares.last_mut() {
                Some((name, sum)) if name == layer => *sum += square,
                _ => squares.push((layer.to_owned(), square)),
            }
        });
        squares.into_iter().map(|(name, square)| (name, square.sqrt())).collect()
    }
}
