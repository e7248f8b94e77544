//! Derivatives of whole programs: directional derivatives, Jacobians, Hessians. The one idea to know: **forward mode**
//! (dual numbers) computes a derivative along one direction, a column of the Jacobian; **reverse mode** (the tape)
//! computes all derivatives of one number, a row of it. Second derivatives combine two of them.
//!
//! A program is a closure, or a function for any kind of number, which then serves both modes:
//!
//! ```
//! use gradus::derivatives::{jacobian_by_columns, jacobian_by_rows};
//! use gradus::prelude::*;
//! fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
//!     x[0] * x[0].sum()
//! }
//! let at = [[1.0, 2.0, 3.0]];
//! let jacobian = jacobian_by_rows(program, &at); // three backward passes
//! assert_eq!(jacobian, jacobian_by_columns(program, &at)); // three forward passes on dual numbers
//! assert_eq!(jacobian, ndarray::arr2(&[[7.0, 1.0, 1.0], [2.0, 8.0, 2.0], [3.0, 3.0, 9.0]]));
//! ```

use crate::dual::Dual;
use crate::faults::BackwardError;
use crate::input::Input;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Tape, Var};
use ndarray::{Array2, ArrayD, IxDyn};

/// The derivatives of the number `y` with respect to each of `x`, recorded on the tape like any computation: they can be
/// differentiated again. Where y does not depend on an x, the derivative is 0.
///
/// ```
/// # use gradus::prelude::*;
/// use gradus::derivatives::grad;
/// let tape = Tape::new();
/// let x = tape.var(2.0);
/// let first = grad(x.pow(3.0), &[x])[0]; // 3 x²
/// let second = grad(first, &[x])[0]; // 6 x
/// assert_eq!((first.item(), second.item()), (12.0, 12.0));
/// ```
///
/// # Panics
/// If `y` is more than one number.
#[track_caller]
pub fn grad<'t, F: Scalar>(y: Var<'t, F>, x: &[Var<'t, F>]) -> Vec<Var<'t, F>> {
    let pass = match y.try_backward() {
        Ok(pass) => Some(pass),
        Err(BackwardError::NothingToDifferentiate { .. }) => None,
        Err(refused) => panic!("{refused}"),
    };
    let mut derivatives = Vec::with_capacity(x.len());
    for &x in x {
        derivatives.push(match pass.and_then(|pass| pass.get(x)) {
            Some(derivative) => derivative,
            None => x.tape().full(x.shape(), 0.0),
        });
    }
    derivatives
}

/// The result of `program` at `inputs`, and its derivative along `tangents`: the Jacobian-vector product. It takes one run on dual numbers
/// and no backward pass.
///
/// ```
/// let (y, slope) = gradus::derivatives::jvp(|x| x[0] * x[1], &[3.0, 4.0], &[1.0, 0.0]);
/// assert_eq!((y.sum(), slope.sum()), (12.0, 4.0));
/// ```
///
/// # Panics
/// If `tangents` do not have the shapes of `inputs`.
#[track_caller]
pub fn jvp<I: Input<f64>, T: Input<f64>>(
    program: impl for<'t> Fn(&[Var<'t, Dual>]) -> Var<'t, Dual>,
    inputs: &[I],
    tangents: &[T],
) -> (ArrayD<f64>, ArrayD<f64>) {
    let tape = Tape::new();
    let x = directed(&tape, inputs, tangents);
    let y = tape.no_grad(|| program(&x));
    y.expect_on(&tape, "the result of the program");
    let y = y.value();
    (y.mapv(|y| y.value), y.mapv(|y| y.tangent))
}

/// The Jacobian of `program` at `inputs`: a row for each number of the result, a column for each number of the inputs. It takes one run on dual
/// numbers per column, so it is the cheaper way if the inputs have fewer numbers than the result.
#[track_caller]
pub fn jacobian_by_columns<I: Input<f64>>(
    program: impl for<'t> Fn(&[Var<'t, Dual>]) -> Var<'t, Dual>,
    inputs: &[I],
) -> Array2<f64> {
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for direction in directions(inputs) {
        columns.push(jvp(&program, inputs, &direction).1.into_iter().collect());
    }
    let rows = columns.first().map_or(0, Vec::len);
    Array2::from_shape_fn((rows, columns.len()), |(row, column)| columns[column][row])
}

/// The Jacobian of `program` at `inputs`: a row for each number of the result, a column for each number of the inputs. It takes one backward pass per
/// row, so it is the cheaper way if the result has fewer numbers than the inputs, as a loss does.
#[track_caller]
pub fn jacobian_by_rows<I: Input<f64>>(
    program: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    inputs: &[I],
) -> Array2<f64> {
    let mut tape = Tape::new();
    let rows = program(&variables(&tape, inputs)).shape().size();
    let columns = inputs.iter().map(|input| input.shape().size()).sum();
    let mut jacobian = Array2::zeros((rows, columns));
    for (row, mut to) in jacobian.rows_mut().into_iter().enumerate() {
        tape.rewind();
        let x = variables(&tape, inputs);
        let y = program(&x);
        let chosen = (y * tape.input(one_hot(y.shape(), row))).sum();
        let slopes = grad(chosen, &x).into_iter().flat_map(|slope| slope.value());
        to.iter_mut().zip(slopes).for_each(|(to, slope)| *to = slope);
    }
    jacobian
}

/// The Hessian of a `program` whose result is one number: a row and a column for each number of the inputs. Each row is a
/// [product with the Hessian](hessian_vector_product).
///
/// ```
/// let hessian = gradus::derivatives::hessian(|x| x[0] * x[0] * x[1], &[3.0, 5.0]);
/// assert_eq!(hessian, ndarray::arr2(&[[10.0, 6.0], [6.0, 0.0]]));
/// ```
///
/// # Panics
/// If the result is more than one number.
#[track_caller]
pub fn hessian<I: Input<f64>>(program: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>, inputs: &[I]) -> Array2<f64> {
    let directions = directions(inputs);
    let mut hessian = Array2::zeros((directions.len(), directions.len()));
    let mut tape = Tape::new();
    for (mut row, direction) in hessian.rows_mut().into_iter().zip(&directions) {
        tape.rewind();
        let product = slopes_of_slope(&tape, &program, inputs, direction);
        row.iter_mut().zip(product.into_iter().flatten()).for_each(|(to, from)| *to = from);
    }
    hessian
}

/// The Hessian of a one-number `program` times a vector, without the Hessian: **reverse over reverse**. The slope of the program
/// along `direction` is itself on the tape; its gradient is the product.
///
/// # Panics
/// If the result is more than one number, or `direction` is not of the shapes of `inputs`.
#[track_caller]
pub fn hessian_vector_product<I: Input<f64>, D: Input<f64>>(
    program: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    inputs: &[I],
    direction: &[D],
) -> Vec<ArrayD<f64>> {
    same_shapes(inputs, direction);
    slopes_of_slope(&Tape::new(), program, inputs, direction)
}

/// The same product, **forward over reverse**: the backward pass runs on dual numbers, and the tangent of each gradient is the
/// derivative of that gradient along `direction`. It needs one backward pass instead of two.
///
/// # Panics
/// If the result is more than one number, or `direction` is not of the shapes of `inputs`.
#[track_caller]
pub fn hessian_vector_product_by_duals<I: Input<f64>, D: Input<f64>>(
    program: impl for<'t> Fn(&[Var<'t, Dual>]) -> Var<'t, Dual>,
    inputs: &[I],
    direction: &[D],
) -> Vec<ArrayD<f64>> {
    let tape = Tape::new();
    let x = directed(&tape, inputs, direction);
    let gradients = grad(program(&x), &x);
    gradients.into_iter().map(|gradient| gradient.value().mapv(|g| g.tangent)).collect()
}

/// The gradient of Σ <gradient, direction>.
#[track_caller]
fn slopes_of_slope<'t, I: Input<f64>, D: Input<f64>>(
    tape: &'t Tape<f64>,
    program: impl Fn(&[Var<'t, f64>]) -> Var<'t, f64>,
    inputs: &[I],
    direction: &[D],
) -> Vec<ArrayD<f64>> {
    let x = variables(tape, inputs);
    let gradients = grad(program(&x), &x);
    let mut slope = tape.constant(0.0);
    for (&gradient, direction) in gradients.iter().zip(direction) {
        slope += (gradient * tape.input(direction)).sum();
    }
    grad(slope, &x).into_iter().map(Var::value).collect()
}

#[track_caller]
fn variables<'t, I: Input<f64>>(tape: &'t Tape<f64>, inputs: &[I]) -> Vec<Var<'t, f64>> {
    let mut variables = Vec::with_capacity(inputs.len());
    for input in inputs {
        variables.push(tape.var(input));
    }
    variables
}

/// Variables whose tangents are a direction.
#[track_caller]
pub(crate) fn directed<'t, I: Input<f64>, T: Input<f64>>(
    tape: &'t Tape<Dual>,
    inputs: &[I],
    tangents: &[T],
) -> Vec<Var<'t, Dual>> {
    same_shapes(inputs, tangents);
    let mut variables = Vec::with_capacity(inputs.len());
    for (value, tangent) in inputs.iter().zip(tangents) {
        variables.push(tape.var(Directed { value, tangent }));
    }
    variables
}

#[track_caller]
fn same_shapes<I: Input<f64>, T: Input<f64>>(inputs: &[I], tangents: &[T]) {
    let shapes: Vec<Shape> = inputs.iter().map(Input::shape).collect();
    let others: Vec<Shape> = tangents.iter().map(Input::shape).collect();
    assert_eq!(shapes, others, "a direction has the shapes of the inputs");
}

/// An input and its tangent.
struct Directed<'a, I, T> {
    value: &'a I,
    tangent: &'a T,
}

impl<I: Input<f64>, T: Input<f64>> Input<Dual> for Directed<'_, I, T> {
    fn shape(&self) -> Shape {
        self.value.shape()
    }
    fn write(&self, buffer: &mut [Dual]) {
        let (mut values, mut tangents) = (vec![0.0; buffer.len()], vec![0.0; buffer.len()]);
        self.value.write(&mut values);
        self.tangent.write(&mut tangents);
        for ((dual, value), tangent) in buffer.iter_mut().zip(values).zip(tangents) {
            *dual = Dual { value, tangent };
        }
    }
}

/// For each number of the inputs, the direction in which only that number changes.
fn directions<I: Input<f64>>(inputs: &[I]) -> Vec<Vec<ArrayD<f64>>> {
    let mut directions = Vec::new();
    for (chosen, input) in inputs.iter().enumerate() {
        for element in 0..input.shape().size() {
            let still = |shape: Shape| ArrayD::zeros(IxDyn(&shape));
            let mut direction: Vec<ArrayD<f64>> = inputs.iter().map(|input| still(input.shape())).collect();
            direction[chosen] = one_hot(input.shape(), element);
            directions.push(direction);
        }
    }
    directions
}

fn one_hot(shape: Shape, element: usize) -> ArrayD<f64> {
    let mut array = ArrayD::zeros(IxDyn(&shape));
    array.iter_mut().skip(element).take(1).for_each(|x| *x = 1.0);
    array
}
