//! A tape in a few lines: a list of steps, each made from earlier ones.

/// What a step does with earlier ones, which it names by their places.
enum Step {
    Leaf,
    Add(usize, usize),
    Mul(usize, usize),
}

/// The steps in the order in which they were recorded, with their values.
#[derive(Default)]
pub struct MiniTape {
    steps: Vec<(Step, f64)>,
}

impl MiniTape {
    /// Records a number from outside, and returns its place.
    pub fn leaf(&mut self, value: f64) -> usize {
        self.push(Step::Leaf, value)
    }

    pub fn add(&mut self, a: usize, b: usize) -> usize {
        self.push(Step::Add(a, b), self.value(a) + self.value(b))
    }

    pub fn mul(&mut self, a: usize, b: usize) -> usize {
        self.push(Step::Mul(a, b), self.value(a) * self.value(b))
    }

    pub fn value(&self, place: usize) -> f64 {
        self.steps[place].1
    }

    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// For each use that a step makes of an earlier one: its place, and the slope of the step with respect to it.
    pub fn slopes(&self, place: usize) -> Vec<(usize, f64)> {
        match self.steps[place].0 {
            Step::Leaf => vec![],
            Step::Add(a, b) => vec![(a, 1.0), (b, 1.0)],
            Step::Mul(a, b) => vec![(a, self.value(b)), (b, self.value(a))],
        }
    }

    fn push(&mut self, step: Step, value: f64) -> usize {
        self.steps.push((step, value));
        self.steps.len() - 1
    }
}
