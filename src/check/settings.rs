//! The settings of a check.

use super::directions::Draw;

/// How far an element is nudged.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// This step times max(1, |x|).
    Scaled(f64),
    /// This step for every element.
    Fixed(f64),
}

impl Step {
    pub(super) fn at(self, x: f64) -> f64 {
        match self {
            Step::Scaled(step) => step * x.abs().max(1.0),
            Step::Fixed(step) => step,
        }
    }
}

/// The settings of a gradient check.
///
/// ```
/// use gradus::check::Check;
/// let check = Check::new().names(["weights", "x"]).tolerance(1e-8).seed(3);
/// let report = check.run(|x| (x[0] * x[1]).sum(), &[[1.0, 2.0], [3.0, 4.0]]);
/// assert!(report.passed(), "{report}");
/// ```
#[must_use = "a check does nothing before it is run"]
#[derive(Clone, Debug)]
pub struct Check {
    pub(super) step: Step,
    pub(super) tolerance: f64,
    pub(super) seed: u64,
    pub(super) sample: Option<usize>,
    pub(super) directions: Option<usize>,
    pub(super) names: Vec<String>,
    pub(super) order: u32,
}

impl Default for Check {
    fn default() -> Self {
        Self::new()
    }
}

impl Check {
    /// Every element; nudges of 1e-5 max(1, |x|), near the cube root of f64's precision, where a central difference is most exact
    /// (its two errors, h² and ε/h, are then equally small); a relative error of at most 1e-7.
    pub fn new() -> Self {
        Check {
            step: Step::Scaled(1e-5),
            tolerance: 1e-7,
            seed: 0,
            sample: None,
            directions: None,
            names: Vec::new(),
            order: 1,
        }
    }

    /// Nudges each element x by `step` times max(1, |x|).
    ///
    /// # Panics
    /// If the step is not above 0.
    #[track_caller]
    pub fn step(self, step: f64) -> Self {
        assert!(step > 0.0 && step.is_finite(), "a nudge is a finite number above 0, got {step}");
        Check { step: Step::Scaled(step), ..self }
    }

    /// Nudges each element by exactly `step`, whatever the size of the element. Textbooks use 1e-4.
    ///
    /// # Panics
    /// If the step is not above 0.
    #[track_caller]
    pub fn fixed_step(self, step: f64) -> Self {
        assert!(step > 0.0 && step.is_finite(), "a nudge is a finite number above 0, got {step}");
        Check { step: Step::Fixed(step), ..self }
    }

    /// The largest relative error of an element that counts as right.
    ///
    /// # Panics
    /// If the tolerance is negative, infinite or NaN: then everything would be wrong, or everything right.
    #[track_caller]
    pub fn tolerance(self, tolerance: f64) -> Self {
        assert!(
            tolerance >= 0.0 && tolerance.is_finite(),
            "a tolerance is a finite number, 0 or above, got {tolerance}"
        );
        Check { tolerance, ..self }
    }

    /// Seeds the random numbers: the cotangent, the sample of elements, the directions.
    pub fn seed(self, seed: u64) -> Self {
        Check { seed, ..self }
    }

    /// Checks at most this many elements of each input, drawn at random.
    ///
    /// # Panics
    /// If `elements` is 0: such a check would pass without checking anything.
    #[track_caller]
    pub fn sample(self, elements: usize) -> Self {
        assert!(elements > 0, "a check of 0 elements says nothing");
        Check { sample: Some(elements), ..self }
    }

    /// Checks every element. This is the default; it undoes [`sample`](Check::sample) and [`directions`](Check::directions).
    pub fn all(self) -> Self {
        Check { sample: None, directions: None, ..self }
    }

    /// Instead of single elements, checks the slopes along this many random directions through each input. All elements of the input move at once, so
    /// a direction takes two runs of the program, however many elements there are. An error in any element shows, if it is not tiny compared with the
    /// whole gradient; but the report cannot say in which element it is.
    ///
    /// ```
    /// use gradus::check::Check;
    /// let x = ndarray::Array1::linspace(-2.0, 2.0, 100_000);
    /// let report = Check::new().directions(4).run(|x| x[0].tanh().sum(), &[x]);
    /// assert!(report.passed(), "{report}");
    /// assert!(report.headline().starts_with("gradients right along 4 random directions"));
    /// ```
    ///
    /// # Panics
    /// If `directions` is 0: nothing would be checked.
    #[track_caller]
    pub fn directions(self, directions: usize) -> Self {
        assert!(directions > 0, "0 directions check nothing: give at least 1");
        Check { directions: Some(directions), ..self }
    }

    /// Checks derivatives up to this order: with 2, also the gradient of the gradient.
    ///
    /// # Panics
    /// If the order is neither 1 nor 2.
    #[track_caller]
    pub fn order(self, order: u32) -> Self {
        assert!((1..=2).contains(&order), "the checker differentiates once or twice, not {order} times");
        Check { order, ..self }
    }

    /// The names of the inputs in the report. The default is the program's own name for an input: `x[0]`. (Parameters have names already.)
    pub fn names<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Check { names: names.into_iter().map(S::into).collect(), ..self }
    }

    /// The directions of this check.
    pub(super) fn draw(&self) -> Draw {
        Draw::new(self.seed)
    }
}
