//! The four ways to run a check: on a program of inputs, on the same with dual numbers, on a loss of parameters, and on a gradient that was
//! computed by hand.

use super::duals::OnDuals;
use super::examine;
use super::function::{ByHand, Program};
use super::report::Report;
use super::settings::Check;
use crate::dual::Dual;
use crate::input::Input;
use crate::param::Param;
use crate::shape::Shape;
use crate::tape::{Tape, Var};
use ndarray::{ArrayD, IxDyn};
use std::borrow::Borrow;

impl Check {
    /// Checks the gradients of `program` at `inputs`.
    ///
    /// # Panics
    /// If no input has an element: such a check would pass without checking anything.
    #[track_caller]
    pub fn run<I: Input<f64>>(
        &self,
        program: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
        inputs: &[I],
    ) -> Report {
        self.run_with(&program, None, inputs)
    }

    /// The same with dual numbers as a third witness, see [`gradients_with_duals`](super::gradients_with_duals).
    ///
    /// # Panics
    /// If no input has an element: such a check would pass without checking anything.
    #[track_caller]
    pub fn run_with_duals<I: Input<f64>>(
        &self,
        program: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
        on_duals: impl for<'t> Fn(&[Var<'t, Dual>]) -> Var<'t, Dual>,
        inputs: &[I],
    ) -> Report {
        self.run_with(&program, Some(&on_duals), inputs)
    }

    #[track_caller]
    fn run_with<I: Input<f64>>(
        &self,
        program: &dyn for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
        on_duals: Option<OnDuals>,
        inputs: &[I],
    ) -> Report {
        expect_something(inputs.iter().map(Input::shape));
        self.expect_names(inputs.len());
        // For the check each input becomes a parameter.
        let as_param = |(position, input): (usize, &I)| Param::new(self.name(position), as_array(input));
        let params: Vec<Param<f64>> = inputs.iter().enumerate().map(as_param).collect();
        let program: Program = &|tape| {
            let mut x = Vec::with_capacity(params.len());
            for param in &params {
                x.push(tape.param(param));
            }
            program(&x)
        };
        examine::examine(self, &params, program, on_duals)
    }

    /// Checks the gradients of `loss` with respect to `params`. They are nudged in place, and hold exactly their old values
    /// afterwards, even if `loss` panics; their [versions](Param::version) have moved on, so a loss that was recorded
    /// before must be recorded again.
    ///
    /// # Panics
    /// If no parameter has an element: such a check would pass without checking anything.
    #[track_caller]
    pub fn parameters<P: Borrow<Param<f64>>>(
        &self,
        params: &[P],
        loss: impl for<'t> Fn(&'t Tape<f64>) -> Var<'t, f64>,
    ) -> Report {
        let params: Vec<Param<f64>> = params.iter().map(|param| param.borrow().clone()).collect();
        expect_something(params.iter().map(Param::shape));
        examine::examine(self, &params, &loss, None)
    }

    /// Checks gradients that were computed by hand, without a tape: `claimed[i]` is said to be the gradient of `function` with respect
    /// to its ith argument, at `inputs`.
    ///
    /// ```
    /// use gradus::check::{Cause, Check};
    /// let square = |x: &[ndarray::ArrayD<f64>]| x[0].mapv(|x| x * x).sum();
    /// let report = Check::new().by_hand(square, &[[1.0, 3.0]], &[[1.0, 3.0]]);
    /// assert!(!report.passed());
    /// assert!(report.to_string().contains("Every element is 0.5 times what it should be"));
    /// ```
    ///
    /// # Panics
    /// If the shapes of a claimed gradient and its input differ, or no input has an element.
    #[track_caller]
    pub fn by_hand<I: Input<f64>, G: Input<f64>>(
        &self,
        function: impl Fn(&[ArrayD<f64>]) -> f64,
        inputs: &[I],
        claimed: &[G],
    ) -> Report {
        assert_eq!(inputs.len(), claimed.len(), "there must be a gradient for each input");
        expect_something(inputs.iter().map(Input::shape));
        self.expect_names(inputs.len());
        let names: Vec<String> = (0..inputs.len()).map(|position| self.name(position)).collect();
        for ((input, claimed), name) in inputs.iter().zip(claimed).zip(&names) {
            assert_eq!(input.shape(), claimed.shape(), "the gradient of {name} must have the shape of {name}");
        }
        let claimed: Vec<ArrayD<f64>> = claimed.iter().map(as_array).collect();
        examine::examine_by_hand(
            self,
            &mut ByHand::new(&function, inputs.iter().map(as_array).collect()),
            &names,
            &claimed,
        )
    }

    #[track_caller]
    fn expect_names(&self, inputs: usize) {
        let names = self.names.len();
        assert!(names <= inputs, "{names} names were given for {inputs} inputs: {:?}", self.names);
    }

    fn name(&self, position: usize) -> String {
        self.names.get(position).cloned().unwrap_or_else(|| format!("x[{position}]"))
    }
}

/// Panics at the learner's line if none of these shapes has an element.
#[track_caller]
fn expect_something(mut shapes: impl Iterator<Item = Shape>) {
    assert!(shapes.any(|shape| shape.size() > 0), "there is nothing to check: not one element is given");
}

fn as_array(input: &impl Input<f64>) -> ArrayD<f64> {
    let mut array = ArrayD::zeros(IxDyn(&input.shape()));
    if let Some(buffer) = array.as_slice_mut() {
        input.write(buffer);
    }
    array
}
