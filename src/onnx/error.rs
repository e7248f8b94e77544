//! What can be wrong with a model of others. Each message says where, what was expected and what was found.

use thiserror::Error;

/// Why a model could not be read or recorded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OnnxError {
    /// The bytes are no ONNX model.
    #[error("this is no ONNX model: {0}")]
    Format(String),
    /// A version of the operators that is not read.
    #[error(
        "the model is for version {found} of ONNX's operators, and those from 13 to 21 are read; export it with opset_version=17"
    )]
    Opset {
        /// The version of the model; 0 if it names none.
        found: i64,
    },
    /// An array of the model.
    #[error("the array {name:?}: {reason}")]
    Array {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// An operator that has no counterpart here.
    #[error("node {place}, {node:?}: there is no operator {operator} here; those that are read: {known}")]
    Operator {
        /// The number of the node, from 0.
        place: usize,
        /// Its name.
        node: String,
        /// The operator.
        operator: String,
        /// The operators that there are.
        known: String,
    },
    /// A node that could not be recorded.
    #[error("node {place}, {operator} {node:?}: {reason}")]
    Node {
        /// The number of the node, from 0.
        place: usize,
        /// Its name.
        node: String,
        /// Its operator.
        operator: String,
        /// The reason.
        reason: String,
    },
    /// An input that was given, or is missing.
    #[error("the model's inputs: expected {expected}, found {found}")]
    Inputs {
        /// Their names and shapes.
        expected: String,
        /// What was given.
        found: String,
    },
    /// There is no value of the name that an output has.
    #[error("no node makes the output {0:?}")]
    Output(String),
}
