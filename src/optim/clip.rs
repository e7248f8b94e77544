//! Gradients that are changed before a step: clipped by their norm or by their values. They stay nodes of the tape, so that one can look at them.

use super::update::GradientOf;
use crate::nn::Parameters;
use crate::{Gradients, Param, Scalar, Var};

impl<'t, F: Scalar> Gradients<'t, F> {
    /// The norm of all gradients together, as if they were one vector: the root of the sum of their squares.
    ///
    /// # Panics
    /// If none of the parameters has a gradient.
    #[track_caller]
    pub fn norm(&self, model: &dyn Parameters<F>) -> Var<'t, F> {
        let mut squares: Option<Var<F>> = None;
        for (_, gradient) in self.of(model) {
            let square = (gradient * gradient).sum();
            squares = Some(squares.map_or(square, |sum| sum + square));
        }
        squares.expect("Gradients::norm: the loss depends on none of these parameters").sqrt()
    }

    /// The same gradients, shrunk by a common factor if their [norm](Gradients::norm) is above `largest`. The direction of the step stays what it is.
    ///
    /// ```
    /// use gradus::optim::{Optimizer, Sgd};
    /// use gradus::prelude::*;
    /// let w = vec![Param::new("w", ndarray::arr1(&[3.0, 4.0]))];
    /// let tape = Tape::new();
    /// let gradients = (tape.param(&w[0]).pow(2.0).sum() * 50.0).backward(); // 300 and 400
    /// let clipped = gradients.clip_norm(&w, 1.0);
    /// assert_eq!(gradients.norm(&w).item(), 500.0);
    /// Sgd::new(1.0).step(&w, &clipped)?;
    /// let moved: f64 = 5.0 - w[0].value().mapv(|w| w * w).sum().sqrt();
    /// assert!((moved - 1.0).abs() < 1e-9); // one step of length 1 towards 0
    /// # Ok::<(), gradus::optim::OptimError>(())
    /// ```
    ///
    /// # Panics
    /// If `largest` is not above 0, or none of the parameters has a gradient.
    #[track_caller]
    pub fn clip_norm(&self, model: &dyn Parameters<F>, largest: f64) -> Gradients<'t, F> {
        assert!(largest > 0.0, "clip_norm: the largest norm must be above 0, got {largest}");
        let norm = self.norm(model);
        let factor = norm.tape().constant(largest) / norm.maximum(norm.tape().constant(largest));
        self.changed(model, |gradient| gradient * factor)
    }

    /// The same gradients, each of their numbers limited to the range from `-largest` to `largest`.
    ///
    /// # Panics
    /// If `largest` is not above 0.
    #[track_caller]
    pub fn clip_value(&self, model: &dyn Parameters<F>, largest: f64) -> Gradients<'t, F> {
        assert!(largest > 0.0, "clip_value: the largest value must be above 0, got {largest}");
        self.changed(model, |gradient| gradient.clamp(-largest, largest))
    }

    /// The parameters that have a gradient, each once, with their gradients.
    fn of(&self, model: &dyn Parameters<F>) -> Vec<(GradientOf, Var<'t, F>)> {
        let found = |param: &Param<F>| self.find(param).filter(|_| !param.is_frozen());
        model.params().iter().filter_map(found).map(|found| (found, self.tape.var_at(found.gradient))).collect()
    }

    /// The gradients of a model, each replaced by what `change` makes of it.
    fn changed(&self, model: &dyn Parameters<F>, change: impl Fn(Var<'t, F>) -> Var<'t, F>) -> Gradients<'t, F> {
        let changed: Vec<_> =
            self.of(model).into_iter().map(|(of, gradient)| (of.leaf, change(gradient).index)).collect();
        let pass = self.tape.passes.borrow_mut().note(self.pass, self.tape.len(), changed.into_iter());
        Gradients { tape: self.tape, pass }
    }
}
