//! Values without gradients, and layers as they are when nobody trains them.

use crate::op::{Cotangents, Local, Op};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Tape, Var};
use crate::view::{View, ViewMut};
use std::cell::Cell;

impl<F: Scalar> Tape<F> {
    /// Runs `compute` without preparing for gradients: nothing recorded inside can be differentiated, whether it is an op or a leaf. (What
    /// was recorded before keeps its gradients. To use one value without them, take [`Var::detach`].) Layers that behave differently while they
    /// are trained behave as in [`eval`](Tape::eval), since nobody learns here.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let w = Param::new("w", ndarray::arr0(3.0));
    /// let target = tape.no_grad(|| tape.param(&w) * 2.0); // a number to aim at, whatever happens to w
    /// let loss = (tape.param(&w) - target).pow(2.0);
    /// assert_eq!(loss.backward().param(&w).unwrap().item(), -6.0);
    /// ```
    pub fn no_grad<R>(&self, compute: impl FnOnce() -> R) -> R {
        let _off = self.gradients_off();
        compute()
    }

    /// The same until what is returned is dropped: a closure would hide its caller's line from what it records.
    pub(crate) fn gradients_off(&self) -> Until<'_> {
        Until { flag: &self.gradients_off, before: self.gradients_off.replace(true) }
    }

    /// Runs `compute` with layers as they are when a trained model is used: [`Dropout`](crate::nn::Dropout) hands on what it gets, and
    /// [`BatchNorm`](crate::nn::BatchNorm) takes its running averages. Gradients are prepared, as for a gradient check or a saliency map. PyTorch's
    /// `model.eval()`, but nothing has to be switched back.
    ///
    /// ```
    /// use gradus::nn::{Dropout, Module};
    /// use gradus::prelude::*;
    /// let (tape, dropout) = (Tape::new(), Dropout::new(0.5, 7));
    /// let x = tape.input([1.0; 100]);
    /// assert_eq!(tape.eval(|| dropout.forward(x)).sum().item(), 100.0);
    /// assert_ne!(dropout.forward(x).sum().item(), 100.0); // about half of them are 2, the others 0
    /// ```
    pub fn eval<R>(&self, compute: impl FnOnce() -> R) -> R {
        let _evaluating = Until { flag: &self.evaluating, before: self.evaluating.replace(true) };
        compute()
    }

    /// Whether layers behave as in training: outside of [`eval`](Tape::eval) and [`no_grad`](Tape::no_grad).
    pub fn is_training(&self) -> bool {
        self.wants_gradients() && !self.evaluating.get()
    }

    /// Whether what is recorded now may get gradients.
    #[inline]
    pub(crate) fn wants_gradients(&self) -> bool {
        !self.gradients_off.get()
    }
}

/// Resets a flag of the tape when it is dropped.
pub(crate) struct Until<'a> {
    flag: &'a Cell<bool>,
    before: bool,
}

impl Drop for Until<'_> {
    fn drop(&mut self) {
        self.flag.set(self.before);
    }
}

/// y = x, and no gradient flows back. Dual numbers lose their tangents, so that forward and reverse mode agree. (It does not stand
/// among the ops, because nudging x, by which those are tried, does move y.)
#[derive(PartialEq)]
pub(crate) struct Detach;

impl<F: Scalar> Op<F> for Detach {
    fn name(&self) -> &'static str {
        "detach"
    }
    fn formula(&self) -> &'static str {
        "y = x, and no gradient flows back"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        Ok(operands[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.iter_mut().zip(x[0].data).for_each(|(y, x)| *y = F::from_f64(x.to_f64()));
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.no_gradient()].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// The same value as a constant: what is computed from it does not flow back to this node, in either mode. (The gradient checker, which
    /// nudges, sees through it.)
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let x = tape.var(3.0);
    /// let y = x * x.detach(); // x times the number 3
    /// assert_eq!((y.item(), y.backward().wrt(x).item()), (9.0, 3.0));
    /// ```
    #[track_caller]
    pub fn detach(self) -> Self {
        let _off = self.tape.gradients_off();
        self.tape.record(Detach, &[self])
    }

    /// Whether an op that has nothing to do may hand on this very node as its result: not under [`no_grad`](crate::Tape::no_grad), where a
    /// result gets no gradients.
    pub(crate) fn may_be_handed_on(self) -> bool {
        self.tape.wants_gradients() || !self.tape.graph.borrow().dag[self.index].needs_grad()
    }
}
