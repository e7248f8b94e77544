//! What can go wrong with a plugin.

use gradus::step::StepError;
use std::path::PathBuf;
use thiserror::Error;

/// Why a plugin could not be loaded, or a step not be run on it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PjrtError {
    /// The file is no shared library, or it is not there.
    #[error("{path} could not be loaded as a shared library: {reason}")]
    Library {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The library has no PJRT interface.
    #[error("{path} is a shared library, but no PJRT plugin: {reason}")]
    NoPlugin {
        /// The file.
        path: PathBuf,
        /// What it lacks.
        reason: String,
    },
    /// The interface of the plugin has another version.
    #[error("{path} has PJRT {}.{}, and what is needed is 0.{least} or a later 0", found[0], found[1])]
    Version {
        /// The file.
        path: PathBuf,
        /// The version of the plugin's interface.
        found: [i32; 2],
        /// The least second number of a version that has all that is needed.
        least: i32,
    },
    /// The plugin refused something.
    #[error("the plugin refused to {what}: {reason}")]
    Plugin {
        /// What was asked of it.
        what: &'static str,
        /// Its own words.
        reason: String,
    },
    /// The plugin has fewer devices.
    #[error("the plugin has {found} devices, and {expected} are needed")]
    Devices {
        /// How many are needed.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// A value that was compiled for a session on another step.
    #[error("{value:?} is a value of a step with other parameters or inputs")]
    OtherStep {
        /// The name of the value.
        value: String,
    },
    /// The step, its state or its inputs do not fit.
    #[error(transparent)]
    Step(#[from] StepError),
}
