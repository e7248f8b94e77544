//! The arithmetic of ops, on plain slices: elementwise functions, reductions, matrix products.

pub mod elementwise;
pub mod functions;
pub mod gemm;
mod lanes;
mod matrix;
pub(crate) mod parallel;
mod product;
pub mod reduce;
pub mod softmax;
pub mod sum;
mod tile;
pub(crate) mod wide;
pub mod windows;
