//! The arithmetic on plain slices that ops share: element by element, reductions, matrix products.

pub mod elementwise;
pub mod functions;
pub mod gemm;
pub mod reduce;
pub mod softmax;
pub mod wide;
pub mod windows;
