//! Scopes: which part of a program a node belongs to.

use crate::scalar::Scalar;
use crate::tape::Tape;
use std::fmt;

impl<F: Scalar> Tape<F> {
    /// Nodes recorded while the returned guard lives belong to the scope `name`: a cluster in graphs, a prefix in listings. Scopes nest.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(1.0);
    /// {
    ///     let _scope = tape.scope("hidden");
    ///     x.tanh();
    /// }
    /// assert_eq!(tape.nodes()[1].scope, "hidden/");
    /// ```
    #[must_use = "the scope ends when the guard is dropped"]
    pub fn scope(&self, name: &str) -> ScopeGuard<'_, F> {
        ScopeGuard { tape: self, entered: self.graph.borrow().labels.enter(name) }
    }
}

/// Ends a scope when it is dropped; made by [`Tape::scope`].
pub struct ScopeGuard<'t, F: Scalar> {
    tape: &'t Tape<F>,
    entered: usize,
}

impl<F: Scalar> fmt::Debug for ScopeGuard<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("ScopeGuard")
    }
}

impl<F: Scalar> Drop for ScopeGuard<'_, F> {
    fn drop(&mut self) {
        self.tape.graph.borrow().labels.leave(self.entered);
    }
}
