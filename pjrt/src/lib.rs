//! Runs a training step of gradus on XLA, without Python: a plugin (a shared library with a PJRT interface, as XLA's for CPU, GPU and TPU have) compiles the
//! step's StableHLO and runs it.
//!
//! The one idea to know: **parameters stay on the device.** A [`Session`] holds them there from step to step, in the memory of the step before; inputs go
//! in, the loss comes out, and the parameters come back when they are asked for. Several devices share the work of a step: each has all parameters and a part of
//! the batch, and XLA adds up what they find. A step that says itself what is summed over devices (`Step::record_parallel`) runs on each with a batch of its own.
//!
//! - `interface`: the plugin's functions and their arguments, in memory as C has them; all `unsafe` of the crate
//! - `plugin`: a plugin that was loaded; `session`: a step that was compiled by one; `error`: what can go wrong, in the plugin's own words
//! - `training`: trains a step on digits, with checkpoints (feature `train`)
//!
//! ```no_run
//! use gradus::optim::Sgd;
//! use gradus::prelude::*;
//! use gradus::step::Step;
//! use gradus_pjrt::{Plugin, Session};
//! let w = vec![Param::new("w", ndarray::arr0(4.0_f32))];
//! let step = Step::record(&w, &Sgd::new(0.25), |tape| (tape.param(&w[0]) - tape.input(1.0).named("x")).pow(2.0))?;
//! let plugin = Plugin::load("xla_cpu_pjrt.so")?;
//! let mut session = Session::<f32>::new(&plugin, &step, &step.start()?)?;
//! for _ in 0..10 {
//!     session.run(&[ndarray::arr0(3.0).into_dyn()])?;
//! }
//! println!("{}", session.state()?.get("w")?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]

mod error;
#[allow(unsafe_code)] // A plugin is C.
mod interface;
mod plugin;
mod session;
#[cfg(feature = "train")]
mod training;

pub use error::PjrtError;
pub use plugin::Plugin;
pub use session::{Number, Session, Value};
#[cfg(feature = "train")]
pub use training::{Training, TrainingError};
