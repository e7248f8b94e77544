//! The arithmetic of ops, on plain slices: elementwise functions, reductions, matrix products, convolutions.

pub(crate) mod convolve;
pub mod elementwise;
pub mod functions;
pub mod gemm;
mod lanes;
mod lines;
mod matrix;
pub mod normal;
pub(crate) mod parallel;
pub(crate) mod pool;
mod product;
pub mod reduce;
pub(crate) mod scratch;
pub mod softmax;
pub(crate) mod standardize;
pub mod sum;
mod tile;
pub(crate) mod wide;
pub mod windows;
