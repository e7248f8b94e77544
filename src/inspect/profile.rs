//! Where the time of a program goes.

use crate::profile::Profile;
use crate::scalar::Scalar;
use crate::tape::Tape;

impl<F: Scalar> Tape<F> {
    /// Starts to measure how long each op's kernels take, from now on and across rewinds. Each kernel call reads the clock twice.
    ///
    /// ```
    /// use gradus::prelude::*;
    /// let mut tape = Tape::<f32>::new();
    /// tape.start_profile();
    /// for _ in 0..10 {
    ///     let x = tape.var([[1.0, 2.0], [3.0, 4.0]]);
    ///     x.matmul(x).sum().backward();
    ///     tape.rewind();
    /// }
    /// let profile = tape.profile().expect("it was started");
    /// assert!(profile.rows().iter().any(|row| row.op == "matmul" && row.calls == 10 && row.flops == 160));
    /// println!("{profile}");
    /// ```
    pub fn start_profile(&mut self) {
        self.graph.get_mut().profile = Some(Box::new(Profile::start()));
    }

    /// What was measured since [`start_profile`](Tape::start_profile); `None` if it was never called.
    pub fn profile(&self) -> Option<Profile> {
        self.graph.borrow().profile.as_ref().map(|profile| profile.until_now())
    }
}
