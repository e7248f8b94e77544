#![doc = include_str!("guide.md")]
#![deny(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]

mod blame;
#[cfg(feature = "rand")]
pub mod check;
pub mod data;
pub mod derivatives;
pub mod draw;
mod dual;
mod faults;
mod formula;
#[cfg(feature = "json")]
pub mod golden;
mod input;
mod inspect;
#[cfg(feature = "io")]
pub mod io;
#[cfg(feature = "json")]
mod json;
// For chapters and benchmarks that look below the ops; not part of what stays compatible.
#[doc(hidden)]
pub mod kernel;
mod labels;
mod leaf;
// Each writer uses a part of these two.
#[cfg(feature = "lower")]
#[cfg_attr(not(all(feature = "stablehlo", feature = "onnx")), allow(dead_code, unused_imports))]
mod lines;
#[cfg(feature = "lower")]
#[cfg_attr(not(all(feature = "stablehlo", feature = "onnx")), allow(dead_code))]
mod lower;
pub mod nn;
mod no_grad;
mod number;
#[cfg(feature = "onnx")]
pub mod onnx;
mod op;
mod operators;
pub mod ops;
pub mod optim;
#[cfg(feature = "html")]
pub mod page;
mod param;
#[allow(missing_debug_implementations)] // it holds no more than it needs
pub mod plain;
mod profile;
#[cfg(feature = "json")]
pub mod program;
mod reach;
mod recompute;
mod scalar;
mod scope;
mod shape;
mod shown;
#[cfg(feature = "stablehlo")]
mod stablehlo;
#[cfg(feature = "json")]
pub mod step;
mod storage;
#[doc(hidden)]
pub mod table;
mod tape;
pub mod trace;
mod view;
mod walk;

/// The ndarray crate, in the version that this crate is built on.
pub use ndarray;
/// The petgraph crate, in the version that this crate is built on.
pub use petgraph;

pub use dual::Dual;
pub use faults::{BackwardError, Culprit, NonFinite};
pub use formula::Real;
pub use input::Input;
pub use inspect::{Contribution, NodeInfo};
pub use kernel::windows::{Pair, Windows};
pub use leaf::Leaf;
#[cfg(feature = "lower")]
pub use lower::NotLowered;
pub use op::{AsAny, Cotangent, Cotangents, Local, Op, Slope, Worked};
pub use ops::conv2d::Conv;
pub use ops::{Binary, Unary};
pub use param::Param;
pub use profile::{Phase, Profile, ProfileRow};
pub use reach::{Along, Grouped, Reach};
pub use scalar::Scalar;
pub use scope::ScopeGuard;
pub use shape::{Axes, Axis, MAX_RANK, Shape};
pub use shown::Shown;
pub use storage::{Node, Slot};
pub use tape::{Gradients, Tape, Var};
pub use trace::Trace;
pub use view::{View, ViewMut};

/// The items that most programs need: `use gradus::prelude::*;`
pub mod prelude {
    #[cfg(feature = "data")]
    pub use crate::data::Mnist;
    #[cfg(feature = "rand")]
    pub use crate::data::seeded;
    pub use crate::{Gradients, Param, Scalar, Shape, Tape, Var};
    /// What [`Var::slice`] takes: `x.slice(s![.., 0])`, the first column.
    pub use ndarray::s;
}

/// The programs of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The program of the page that a registry shows.
#[cfg(doctest)]
#[doc = include_str!("../docs/registry.md")]
struct RegistryPage;
