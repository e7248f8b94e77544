//! The state of a training for the view.

use ndarray::Array2;

/// The state of a training as the view draws it.
pub(super) struct Training {
    pub what: String,
    pub steps: usize,
    pub done: usize,
    /// Of these, the steps of an earlier run.
    earlier: usize,
    pub seconds: u64,
    /// (step, mean loss of the steps since the point before).
    pub loss: Vec<(f64, f64)>,
    /// (step, share of test digits).
    pub accuracy: Vec<(f64, f64)>,
    /// The gradient's length, layer by layer.
    pub norms: Vec<(String, f64)>,
    pub digit: Option<Digit>,
    /// The losses of the steps since the last point.
    pending: (f64, usize),
}

/// Number of points of a finished curve of losses.
const POINTS: usize = 200;

impl Training {
    pub fn new(what: &str, steps: usize) -> Self {
        Training {
            what: what.to_owned(),
            steps,
            done: 0,
            earlier: 0,
            seconds: 0,
            loss: Vec::new(),
            accuracy: Vec::new(),
            norms: Vec::new(),
            digit: None,
            pending: (0.0, 0),
        }
    }

    pub fn begin_after(&mut self, steps: usize) {
        (self.done, self.earlier) = (steps, steps);
    }

    pub fn step(&mut self, loss: f64) {
        self.done += 1;
        self.pending = (self.pending.0 + loss, self.pending.1 + 1);
        if self.pending.1 >= self.steps_per_point() {
            self.loss.push((self.done as f64, self.pending.0 / self.pending.1 as f64));
            self.pending = (0.0, 0);
        }
    }

    pub fn steps_per_point(&self) -> usize {
        self.steps.div_ceil(POINTS).max(1)
    }

    pub fn epoch(&mut self, accuracy: f64) {
        self.accuracy.push((self.done as f64, accuracy));
    }

    /// The estimated number of seconds that the rest will take.
    pub fn seconds_left(&self) -> Option<u64> {
        let left = self.steps.checked_sub(self.done)? as u64;
        let done = (self.done - self.earlier) as u64;
        (done > 0 && left > 0).then(|| self.seconds * left / done)
    }
}

/// One digit, and the network's predictions for it.
pub(super) struct Digit {
    pub image: Array2<f64>,
    pub label: u8,
    /// The outputs, from 0 to 1.
    pub outputs: Vec<f64>,
    /// The predicted classes so far, one for each change.
    pub read_as: Vec<usize>,
}

impl Digit {
    pub fn new(image: Array2<f64>, label: u8) -> Self {
        Digit { image, label, outputs: Vec::new(), read_as: Vec::new() }
    }

    pub fn see(&mut self, outputs: Vec<f64>) {
        let largest = outputs.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((reading, _)) = largest
            && self.read_as.last() != Some(&reading)
        {
            self.read_as.push(reading);
        }
        self.outputs = outputs;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn a_point_of_the_loss_is_the_mean_of_its_steps() {
        let mut training = Training::new("training", 400);
        (1..=4).for_each(|loss| training.step(loss as f64));
        assert_eq!(training.loss, [(2.0, 1.5), (4.0, 3.5)]);
        training.seconds = 8;
        assert_eq!(training.seconds_left(), Some(8 * 396 / 4));
        training.begin_after(300);
        (1..=4).for_each(|loss| training.step(loss as f64));
        assert_eq!(training.seconds_left(), Some(8 * 96 / 4), "the steps of an earlier run took no time of this one");
    }

    #[test]
    fn a_reading_is_noted_when_it_changes() {
        let mut digit = Digit::new(arr2(&[[0.0]]), 1);
        [[0.1, 0.2], [0.3, 0.4], [0.9, 0.4]].into_iter().for_each(|outputs| digit.see(outputs.to_vec()));
        assert_eq!(digit.read_as, [1, 0]);
    }
}
