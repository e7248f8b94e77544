//! How an array wants to be seen.

use crate::scalar::Scalar;
use crate::shown::Shown;
use crate::tape::Var;

impl<F: Scalar> Var<'_, F> {
    /// Says how its array, and its gradient, want to be seen on the web page: as pictures, as bars, with words. It changes no number. Without this the page
    /// guesses from the shape.
    ///
    /// ```
    /// use gradus::Shown;
    /// use gradus::prelude::*;
    /// let tape = Tape::<f64>::new();
    /// let image = tape.input([[0.0, 0.5, 1.0, 0.5, 1.0, 0.0]]).shown_as(Shown::image(2, 3));
    /// assert_eq!(tape.trace().nodes[0].value.as_ref().unwrap().shown, Some(Shown::Image { rows: 2, columns: 3 }));
    /// # let _ = image;
    /// ```
    ///
    /// # Panics
    /// If its shape does not allow that.
    #[track_caller]
    pub fn shown_as(self, shown: Shown) -> Self {
        if let Err(expected) = shown.check(self.shape()) {
            panic!("shown_as: {} has shape {}; to be seen so it needs {expected}", self.describe(), self.shape());
        }
        self.tape.recording().labels.give_shown(self.index, &shown);
        self
    }
}
