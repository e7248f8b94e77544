//! The judge of an exercise: it tries an answer on many cases, and shows the first one that fails, with details.
//!
//! The one idea to know: name the input with [`given`](Judge::given), call the answer, compare. An answer that panics fails the case that was given.

mod array;
mod judgement;
mod panics;
mod rules;

pub use array::Numbers;
pub use judgement::{JSON_VARIABLE, Judgement};
pub use rules::{breach, essence};

use crate::exercises::Exercise;
use gradus::check::{Check, Doubt, Entry, Report, Verdict};
use gradus::data::seeded;
use judgement::Failure;
use ndarray::{Array, ArrayD, Dimension, ShapeBuilder};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The default seed of the random cases.
const DEFAULT_SEED: u64 = 7;

/// The environment variable with which a teacher chooses the seed of the random cases.
pub const SEED_VARIABLE: &str = "GRADUS_SEED";

/// Tries an answer.
pub struct Judge {
    seed: u64,
    rng: ChaCha8Rng,
    input: String,
    right: usize,
    wrong: usize,
    failure: Option<Failure>,
    unable: Option<String>,
}

/// The result of one comparison. If it is the first to fail, a typical [slip](Case::slip) may explain it.
pub struct Case<'j> {
    failure: Option<&'j mut Failure>,
    got: ArrayD<f64>,
}

impl Judge {
    /// Judges the exercise of a chapter ("02_perceptron") by a story of cases, simple ones first.
    ///
    /// # Panics
    /// If `frame/exercises.rs` has no exercise of this chapter.
    pub fn examine(chapter: &str, story: impl FnOnce(&mut Judge)) -> Judgement {
        let exercise = Exercise::of(chapter)
            .unwrap_or_else(|| panic!("frame/exercises.rs has no exercise of chapter {chapter:?}: add its row"));
        let secret = judgement::secret();
        let chosen = std::env::var(SEED_VARIABLE).ok();
        let seed = chosen.as_ref().map_or(Some(DEFAULT_SEED), |chosen| chosen.parse().ok());
        let refused =
            || format!("{SEED_VARIABLE} is {:?}, not a number from 0 to {}", chosen.unwrap_or_default(), u64::MAX);
        let (unable, seed) = (seed.is_none().then(refused), seed.unwrap_or(DEFAULT_SEED));
        let mut judge =
            Judge { seed, rng: seeded(seed), input: String::new(), right: 0, wrong: 0, failure: None, unable };
        if let Err(panic) = panics::caught(|| story(&mut judge)) {
            judge.fail("what it returns", "an answer", &panic.to_string());
        }
        let Judge { right, wrong, failure, unable, .. } = judge;
        Judgement { exercise, seed, right, wrong, failure, unable, secret }
    }

    /// The seed of the random cases.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The generator of the random cases. It starts at the seed.
    pub fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.rng
    }

    /// An array of numbers between `-size` and `size`. Use large sizes in cases of their own: they show what saturates or overflows.
    pub fn draw<D: Dimension>(&mut self, shape: impl ShapeBuilder<Dim = D>, size: f64) -> Array<f64, D> {
        Array::from_shape_simple_fn(shape, || self.rng.random_range(-size..size))
    }

    /// Shapes of matrices that catch answers that are right only by luck: a plain one to show, one by one, a row, a column, a square, two random
    /// ones.
    pub fn shapes(&mut self) -> Vec<(usize, usize)> {
        let mut shapes = vec![(2, 3), (1, 1), (1, 5), (4, 1), (3, 3)];
        shapes.extend((0..2).map(|_| (self.rng.random_range(2..7), self.rng.random_range(2..7))));
        shapes
    }

    /// Sets the description of the input in the following cases, as the reader would write it. Call it before the answer.
    pub fn given(&mut self, input: impl Display) {
        self.input = input.to_string();
    }

    /// Compares numbers (one, or an array of any shape), each to a relative 1e-9.
    pub fn equal(&mut self, what: &str, expected: impl Numbers, got: impl Numbers) -> Case<'_> {
        self.equal_within(1e-9, what, expected, got)
    }

    /// Compares numbers, each to a relative `tolerance`.
    pub fn equal_within(&mut self, tolerance: f64, what: &str, expected: impl Numbers, got: impl Numbers) -> Case<'_> {
        let (expected, got) = (expected.into_array(), got.into_array());
        let comparison = array::Comparison { expected: &expected, got: &got, tolerance };
        if comparison.holds() {
            self.right += 1;
            return Case { failure: None, got };
        }
        self.wrong += 1;
        if self.failure.is_some() {
            return Case { failure: None, got };
        }
        let ((expected, shown), details) = (comparison.both(), comparison.details());
        let (input, what, diagnosis) = (self.input.clone(), what.to_owned(), comparison.diagnosis());
        self.failure = Some(Failure { input, what, expected, got: shown, details, diagnosis });
        Case { failure: self.failure.as_mut(), got }
    }

    /// A case for which the judge itself decides whether it is right.
    pub fn holds(&mut self, what: &str, expected: impl Display, got: impl Display, right: bool) {
        match right {
            true => self.right += 1,
            false => self.fail(what, &expected.to_string(), &got.to_string()),
        }
    }

    /// Checks a gradient that was computed by hand: `claimed[i]` should be the gradient of `function` with respect to its ith argument, called
    /// `names[i]`, at `inputs`. The checker's diagnosis is shown.
    pub fn gradient(
        &mut self,
        names: &[&str],
        function: impl Fn(&[ArrayD<f64>]) -> f64,
        inputs: &[ArrayD<f64>],
        claimed: &[ArrayD<f64>],
    ) -> Case<'_> {
        let shapes = |arrays: &[ArrayD<f64>]| -> Vec<String> {
            arrays.iter().zip(names).map(|(array, name)| format!("{name} {:?}", array.shape())).collect()
        };
        let (expected, got) = (shapes(inputs), shapes(claimed));
        if expected != got {
            self.fail("the shapes of the gradient", &expected.join(", "), &got.join(", "));
            return Case { failure: None, got: claimed.into_array() };
        }
        let check = Check::new().seed(self.seed).names(names.iter().copied());
        let failed_before = self.failure.is_some();
        self.report(&check.by_hand(function, inputs, claimed));
        Case { failure: self.failure.as_mut().filter(|_| !failed_before), got: claimed.into_array() }
    }

    /// Judges the gradient in a check's report.
    pub fn report(&mut self, report: &Report) {
        // A slope that rounding hides counts neither for an answer nor against it: the other cases decide.
        let is_hidden = |entry: &Entry| entry.verdict != Verdict::CannotTell || entry.doubt == Some(Doubt::TooSmall);
        if report.passed() || (report.unsteady.is_none() && !report.wrong() && report.entries.iter().all(is_hidden)) {
            self.right += 1;
            return;
        }
        let first = self.failure.is_none();
        self.fail("the gradient", "that it agrees with nudging", &report.headline());
        if let Some(failure) = self.failure.as_mut().filter(|_| first) {
            // The headline is shown as "got"; the rest is the table, the diagnosis and the curve.
            failure.details.extend(report.to_string().lines().skip(1).map(|line| line.trim_end().to_owned()));
        }
    }

    /// Whether a case was wrong. A judge with several stages stops then.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Says that the judge lacks something it needs. The answer is then not judged.
    pub fn unable(&mut self, reason: impl Display) {
        self.unable = Some(reason.to_string());
    }

    fn fail(&mut self, what: &str, expected: &str, got: &str) {
        self.wrong += 1;
        self.failure.get_or_insert_with(|| Failure {
            input: self.input.clone(),
            what: what.to_owned(),
            expected: expected.to_owned(),
            got: got.to_owned(),
            details: Vec::new(),
            diagnosis: None,
        });
    }
}

impl Case<'_> {
    /// If the answer equals the result of this typical mistake, gives `diagnosis` as the explanation. A mistake that panics explains
    /// nothing.
    pub fn slip<N: Numbers>(mut self, diagnosis: &str, would_give: impl FnOnce() -> N) -> Self {
        if let Some(failure) = self.failure.take() {
            let slipped = catch_unwind(AssertUnwindSafe(would_give)).map(Numbers::into_array);
            let explains = slipped
                .is_ok_and(|slipped| array::Comparison { expected: &slipped, got: &self.got, tolerance: 1e-9 }.holds());
            match explains {
                true => failure.diagnosis = Some(diagnosis.to_owned()),
                false => self.failure = Some(failure),
            }
        }
        self
    }
}
