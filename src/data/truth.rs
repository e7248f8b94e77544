//! Truth tables: tiny data sets. A perceptron learns AND, OR and NAND; XOR needs a hidden layer.

use crate::Scalar;
use ndarray::Array2;

/// A function of two truth values, as data: false is 0 and true is 1.
///
/// ```
/// use gradus::data::TruthTable;
/// let xor = TruthTable::xor();
/// assert_eq!(xor.inputs::<f32>(), ndarray::array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
/// assert_eq!(xor.targets::<f32>(), ndarray::array![[0.0], [1.0], [1.0], [0.0]]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TruthTable {
    name: &'static str,
    targets: [bool; 4],
}

const INPUTS: [[bool; 2]; 4] = [[false, false], [false, true], [true, false], [true, true]];

impl TruthTable {
    /// True if both inputs are.
    pub fn and() -> Self {
        TruthTable { name: "AND", targets: INPUTS.map(|[a, b]| a && b) }
    }

    /// True if at least one input is.
    pub fn or() -> Self {
        TruthTable { name: "OR", targets: INPUTS.map(|[a, b]| a || b) }
    }

    /// True unless both inputs are.
    pub fn nand() -> Self {
        TruthTable { name: "NAND", targets: INPUTS.map(|[a, b]| !(a && b)) }
    }

    /// True if exactly one input is. No straight line separates its true cases from its false ones.
    pub fn xor() -> Self {
        TruthTable { name: "XOR", targets: INPUTS.map(|[a, b]| a != b) }
    }

    /// All four tables.
    pub fn all() -> [Self; 4] {
        [Self::and(), Self::or(), Self::nand(), Self::xor()]
    }

    /// Its name, such as `"XOR"`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The four pairs of inputs, one per row: `[4, 2]`.
    pub fn inputs<F: Scalar>(&self) -> Array2<F> {
        Array2::from_shape_fn((4, 2), |(row, column)| number(INPUTS[row][column]))
    }

    /// The four results, one per row: `[4, 1]`.
    pub fn targets<F: Scalar>(&self) -> Array2<F> {
        Array2::from_shape_fn((4, 1), |(row, _)| number(self.targets[row]))
    }
}

fn number<F: Scalar>(truth: bool) -> F {
    if truth { F::ONE } else { F::ZERO }
}
