//! Golden values: results and derivatives that another program computed, to compare ours with. (Feature `json`.)
//!
//! A file is a JSON list of cases. Each has an `op` with `attrs` and `inputs`, its `output`, a `cotangent` c, the `grads` that c makes flow to the
//! inputs, and, if the case has second derivatives, `second`: the gradients of Σᵢ <gradsᵢ, uᵢ> with respect to the inputs and to c, for the
//! `directions` u. A `note` may say what is special about it. Arrays are `{"shape": [...], "data": [...]}`, row-major. Unknown keys, keys that occur
//! twice, and cases that compare nothing are refused, and so are files and cases that are too large ([`MAX_BYTES`], [`MAX_NUMBERS`]).
//!
//! ```
//! let file = r#"[{
//!     "op": "exp", "attrs": {}, "inputs": [{"shape": [], "data": [0.0]}], "output": {"shape": [], "data": [1.0]},
//!     "cotangent": {"shape": [], "data": [2.0]}, "grads": [{"shape": [], "data": [2.0]}]
//! }]"#;
//! let report = gradus::golden::run(file)?;
//! assert!(report.passed(), "{report}");
//! # Ok::<(), gradus::golden::GoldenError>(())
//! ```

mod dispatch;
mod read;

pub use dispatch::{OPS, Operation};
pub use read::Attributes;

use crate::shape::Shape;
use crate::tape::{Tape, Var};
use ndarray::ArrayD;
use read::{Case, Second};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The largest error of outputs and gradients that passes.
pub const FIRST_ORDER_TOLERANCE: f64 = 1e-10;
/// The largest error of second derivatives that passes.
pub const SECOND_ORDER_TOLERANCE: f64 = 1e-9;

/// Maximum length of a file, in bytes: 4 MiB.
pub const MAX_BYTES: usize = 1 << 22;
/// Maximum count of numbers that a case may make, including its derivatives: 128 MiB of f64.
pub const MAX_NUMBERS: usize = 1 << 24;

/// Why a golden file could not be run. Cases are counted from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoldenError {
    /// The file is longer than [`MAX_BYTES`].
    #[error("a golden file has up to {MAX_BYTES} bytes (4 MiB); split this one, case by case")]
    TooLong,
    /// The file is not JSON, or an object in it has a key twice.
    #[error("not the JSON that is needed: {0}")]
    Json(#[from] serde_json::Error),
    /// The file is JSON, but not a list with at least one case.
    #[error("expected a list of at least one case")]
    NoCases,
    /// A part of a case is missing or of the wrong kind.
    #[error("case {case}: {field:?} must be {expected}")]
    Field {
        /// Which case.
        case: usize,
        /// The place in the case, such as `inputs[1].data`.
        field: String,
        /// What is expected there.
        expected: &'static str,
    },
    /// An unknown key, perhaps a typing error.
    #[error("case {case}: {field:?} is not known; known are {known}")]
    UnknownKey {
        /// Which case.
        case: usize,
        /// The place in the case, such as `attrs.axes`.
        field: String,
        /// The keys that are known there.
        known: String,
    },
    /// A shape of more numbers than a case may make.
    #[error("case {case}: {field:?} is {shape:?}, and a case may make {MAX_NUMBERS} numbers (128 MiB)")]
    TooLarge {
        /// Which case.
        case: usize,
        /// The place in the case.
        field: String,
        /// The shape.
        shape: Vec<usize>,
    },
    /// There is no op of that name.
    #[error("case {case}: there is no op {op:?}")]
    UnknownOp {
        /// Which case.
        case: usize,
        /// The name.
        op: String,
    },
    /// An array's data has more or fewer numbers than its shape says.
    #[error("case {case}: {field:?} has shape {shape:?}, which makes {} numbers, but {found} are given", shape.iter().product::<usize>())]
    Data {
        /// Which case.
        case: usize,
        /// Which array.
        field: String,
        /// Its shape.
        shape: Vec<usize>,
        /// The count of numbers.
        found: usize,
    },
    /// A list has more or fewer arrays than the op has operands.
    #[error("case {case}: for {op}, {field:?} must hold {expected}, but it holds {found}")]
    Count {
        /// Which case.
        case: usize,
        /// The op.
        op: String,
        /// Which list.
        field: String,
        /// The expected count: a number, or `one or more`.
        expected: String,
        /// The actual count.
        found: usize,
    },
    /// An array that should be compared with ours has another shape.
    #[error("case {case}: {field:?} has shape {found:?}, but {expected:?} is needed")]
    Shape {
        /// Which case.
        case: usize,
        /// Which array.
        field: String,
        /// The shape of ours.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// The op refused its inputs with a panic (which also went to the program's panic hook), or would make more than [`MAX_NUMBERS`].
    #[error("case {case}: {op} refused its inputs: {reason}")]
    Refused {
        /// Which case.
        case: usize,
        /// The op.
        op: String,
        /// The reason.
        reason: String,
    },
}

/// How the cases of a golden file compare. Prints as a table.
#[must_use = "a comparison says nothing until its report is looked at: see passed()"]
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GoldenReport {
    /// One entry per case, in the order of the file.
    pub cases: Vec<GoldenCase>,
}

/// How one case compares. An error is the largest over all elements of |ours - golden| / max(1, |golden|).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GoldenCase {
    /// The op.
    pub op: String,
    /// The shapes of its operands.
    pub operands: Vec<Shape>,
    /// The error of the output.
    pub output_error: f64,
    /// The error of the gradients.
    pub gradient_error: f64,
    /// The error of the second derivatives, if the case has any.
    pub second_order_error: Option<f64>,
}

impl GoldenReport {
    /// Whether all cases pass.
    pub fn passed(&self) -> bool {
        self.cases.iter().all(GoldenCase::passed)
    }
}

impl GoldenCase {
    /// Whether all errors are within [`FIRST_ORDER_TOLERANCE`] and [`SECOND_ORDER_TOLERANCE`].
    pub fn passed(&self) -> bool {
        self.output_error <= FIRST_ORDER_TOLERANCE
            && self.gradient_error <= FIRST_ORDER_TOLERANCE
            && self.second_order_error.is_none_or(|error| error <= SECOND_ORDER_TOLERANCE)
    }
}

impl fmt::Display for GoldenReport {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "{:>4}  {:<34} {:>10} {:>10} {:>12}", "case", "op", "output", "gradients", "second order")?;
        for (number, case) in self.cases.iter().enumerate() {
            let second = case.second_order_error.map_or("-".to_owned(), |error| format!("{error:.1e}"));
            let verdict = if case.passed() { "ok" } else { "WRONG" };
            writeln!(
                f,
                "{:>4}  {:<34} {:>10.1e} {:>10.1e} {:>12}  {verdict}",
                number + 1,
                case.op,
                case.output_error,
                case.gradient_error,
                second
            )?;
        }
        Ok(())
    }
}

/// Runs every case of a golden file.
///
/// # Errors
/// If the file does not have the form described [above](self), or a case cannot be run. A value that differs is not an error: it is in the
/// report.
pub fn run(json: &str) -> Result<GoldenReport, GoldenError> {
    if json.len() > MAX_BYTES {
        return Err(GoldenError::TooLong);
    }
    let cases = read::cases(json)?;
    Ok(GoldenReport { cases: cases.iter().map(run_case).collect::<Result<_, _>>()? })
}

fn run_case(case: &Case) -> Result<GoldenCase, GoldenError> {
    let refused = |reason: Box<dyn std::any::Any + Send>| {
        let text = reason.downcast_ref::<String>().cloned();
        let reason = text.or_else(|| reason.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default();
        GoldenError::Refused { case: case.number, op: case.op.clone(), reason }
    };
    // Only the case outlives a panic inside, and it is only read.
    catch_unwind(AssertUnwindSafe(|| compare(case))).map_err(refused)?
}

fn compare(case: &Case) -> Result<GoldenCase, GoldenError> {
    let tape = Tape::limited_to(MAX_NUMBERS);
    let mut x = Vec::new();
    for input in &case.inputs {
        x.push(tape.var(input));
    }
    let y = (case.operation.program)(&case.attributes, &x)?;
    case.attributes.all_read()?;
    let output_error = case.error("output", &case.output, y)?;
    case.same_shape("cotangent", &case.cotangent, y)?;

    let cotangent = tape.var(&case.cotangent);
    let pass = y.backward_with(cotangent);
    let mut gradients = Vec::new();
    let mut gradient_error = 0.0_f64;
    for (i, (&x, golden)) in x.iter().zip(&case.gradients).enumerate() {
        let gradient = pass.get(x).unwrap_or_else(|| tape.full(x.shape(), 0.0));
        gradient_error = gradient_error.max(case.error(&format!("grads[{i}]"), golden, gradient)?);
        gradients.push(gradient);
    }
    let second = case.second.as_ref().map(|second| second_order(case, second, &x, cotangent, &gradients));
    Ok(GoldenCase {
        op: case.op.clone(),
        operands: x.iter().map(|x| x.shape()).collect(),
        output_error,
        gradient_error,
        second_order_error: second.transpose()?,
    })
}

/// The gradients of Σᵢ <gradsᵢ, uᵢ>.
fn second_order<'t>(
    case: &Case,
    second: &Second,
    x: &[Var<'t, f64>],
    cotangent: Var<'t, f64>,
    gradients: &[Var<'t, f64>],
) -> Result<f64, GoldenError> {
    let tape = cotangent.tape();
    let mut slope = tape.constant(0.0);
    for (i, (&gradient, direction)) in gradients.iter().zip(&second.directions).enumerate() {
        case.same_shape(&format!("second.directions[{i}]"), direction, gradient)?;
        slope += (gradient * tape.input(direction)).sum();
    }
    let pass = slope.try_backward().ok();
    let of = |x: Var<'t, f64>| pass.and_then(|pass| pass.get(x)).unwrap_or_else(|| tape.full(x.shape(), 0.0));
    let mut worst = case.error("second.cotangent_grad", &second.cotangent_gradient, of(cotangent))?;
    for (i, (&x, golden)) in x.iter().zip(&second.gradients).enumerate() {
        worst = worst.max(case.error(&format!("second.grads[{i}]"), golden, of(x))?);
    }
    Ok(worst)
}

impl Case {
    fn same_shape(&self, field: &str, golden: &ArrayD<f64>, ours: Var<f64>) -> Result<(), GoldenError> {
        let (found, expected) = (golden.shape().to_vec(), ours.shape().to_vec());
        match found == expected {
            true => Ok(()),
            false => Err(GoldenError::Shape { case: self.number, field: field.to_owned(), expected, found }),
        }
    }

    /// The largest error of an element; infinite if only one of the two is NaN.
    fn error(&self, field: &str, golden: &ArrayD<f64>, ours: Var<f64>) -> Result<f64, GoldenError> {
        self.same_shape(field, golden, ours)?;
        let error = |ours: f64, golden: f64| match (ours - golden).abs() / golden.abs().max(1.0) {
            error if error.is_nan() => f64::INFINITY,
            error => error,
        };
        Ok(ours
            .with_value(|ours| ours.iter().zip(golden).map(|(&ours, &golden)| error(ours, golden)).fold(0.0, f64::max)))
    }
}
