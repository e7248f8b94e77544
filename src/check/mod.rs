//! The gradient checker: does the reverse pass agree with independent witnesses, and if not, what is wrong?
//!
//! The one idea to know: a gradient is a claim about how the result changes when an element is nudged, so nudge it and see. There are three answers:
//! right, wrong, and cannot tell. The last is not a pass.
//!
//! - `settings`: [`Check`], what to check and how closely; `run`: the four ways to run one
//! - `function`: programs and parameters as functions whose elements can be nudged
//! - `measure`: slopes from nudges, and how large their errors may be
//! - `ladder`: slopes over many steps, and whether they settle
//! - `directions`: all elements of an argument moved at once
//! - `duals`: slopes from dual numbers
//! - `judge`: judges each element as right, wrong or cannot tell; `doubt`: the reasons for cannot tell
//! - `witness`: which witness is at fault if the three do not agree
//! - `examine`: a whole check; `steady`: whether two runs of the program give the same result
//! - `node`: checks a gradient that is already on a tape
//! - `regime`: inputs at which a check proves little
//! - `report`: the findings; `display`, `table`, `number`: how they print
//!
//! and if something is wrong:
//!
//! - `diagnose`: puts the findings about the fault together
//! - `locate`, `one_op`: find the first wrong op by trying each op alone
//! - `guess`, `cause`: the probable mistake in it; `pattern`: patterns in the numbers alone; `mend`: tries changes to the vjp
//! - `curve`: the error against the step size
//!
//! `sabotage` breaks ops on purpose, to test that the checker notices.
//!
//! ```
//! use gradus::check;
//! let report = check::gradients(|x| (x[0] * x[1]).sigmoid(), &[[0.5, -1.0], [2.0, 0.3]]);
//! assert!(report.passed(), "{report}");
//! println!("{report}");
//! ```

mod alone;
mod cause;
mod curve;
mod diagnose;
mod directions;
mod display;
mod doubt;
mod duals;
mod examine;
#[doc(hidden)]
#[cfg(feature = "onnx")]
pub mod foreign;
mod function;
mod guess;
mod judge;
mod label;
mod ladder;
mod locate;
mod measure;
mod mend;
mod node;
mod number;
mod one_op;
mod pattern;
mod regime;
mod report;
mod run;
pub mod sabotage;
mod settings;
mod slope;
mod steady;
mod table;
mod witness;

pub use cause::Cause;
pub use curve::{Curve, Form};
pub use diagnose::{Diagnosis, FaultyOp};
pub use display::Coloured;
pub use doubt::Doubt;
pub use node::{NodeCheck, NodeElement, node};
pub use one_op::Seen;
pub use report::{Entry, Report, Unsteady, Varying, Verdict, Worst};
pub use settings::Check;
pub use witness::Witness;

use crate::dual::Dual;
use crate::input::Input;
use crate::param::Param;
use crate::tape::{Tape, Var};
use std::borrow::Borrow;

/// Checks the gradients of `program` at `inputs`, with the settings of [`Check::new`].
///
/// The result may have any shape. Write the closure as the argument itself, so that the compiler infers that it works on any tape. The compiler warns
/// if you do not use the report:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// gradus::check::gradients(|x| x[0].tanh(), &[0.5]); // does it pass?
/// ```
///
/// # Panics
/// If the inputs have no element: such a check would pass without checking anything.
#[track_caller]
pub fn gradients<I: Input<f64>>(program: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>, inputs: &[I]) -> Report {
    Check::new().run(program, inputs)
}

/// The same with three witnesses: the reverse pass, dual numbers and finite differences. A program written for any kind of
/// number is given twice, once for f64 and once for dual numbers.
///
/// ```
/// use gradus::check;
/// use gradus::prelude::*;
/// fn neuron<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
///     (x[0] * x[1]).sum().tanh()
/// }
/// let report = check::gradients_with_duals(neuron, neuron, &[[0.5, -1.0], [2.0, 0.3]]);
/// assert!(report.passed(), "{report}");
/// assert!(report.headline().contains("agree with dual numbers and finite differences"));
/// ```
///
/// # Panics
/// If the inputs have no element: such a check would pass without checking anything.
#[track_caller]
pub fn gradients_with_duals<I: Input<f64>>(
    program: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    on_duals: impl for<'t> Fn(&[Var<'t, Dual>]) -> Var<'t, Dual>,
    inputs: &[I],
) -> Report {
    Check::new().run_with_duals(program, on_duals, inputs)
}

/// Checks the gradients of `loss` with respect to parameters that it reads from the tape, with the settings of [`Check::new`].
///
/// ```
/// use gradus::prelude::*;
/// use gradus::check;
/// let w = Param::new("w", ndarray::arr1(&[1.0, -2.0]));
/// let report = check::parameters(&[&w], |tape| (tape.param(&w) * tape.param(&w)).sum());
/// assert!(report.passed(), "{report}");
/// ```
///
/// # Panics
/// If the inputs have no element: such a check would pass without checking anything.
#[track_caller]
pub fn parameters<P: Borrow<Param<f64>>>(params: &[P], loss: impl for<'t> Fn(&'t Tape<f64>) -> Var<'t, f64>) -> Report {
    Check::new().parameters(params, loss)
}

/// Panics with the report if the gradients of a program are wrong, or if that cannot be told.
///
/// ```
/// gradus::assert_gradients!(|x| x[0].sigmoid(), &[[0.5, -1.0]]);
/// // With dual numbers as a third witness, if the program works for any kind of number:
/// gradus::assert_gradients!(with duals: |x| x[0].sigmoid(), &[[0.5, -1.0]]);
/// ```
#[macro_export]
macro_rules! assert_gradients {
    (with duals: $program:expr, $inputs:expr $(,)?) => {{
        let report = $crate::check::gradients_with_duals($program, $program, $inputs);
        assert!(report.passed(), "{report}");
    }};
    ($program:expr, $inputs:expr $(,)?) => {{
        let report = $crate::check::gradients($program, $inputs);
        assert!(report.passed(), "{report}");
    }};
}
