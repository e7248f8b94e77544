//! A plugin that was loaded.

use crate::error::PjrtError;
use crate::interface::Client;
use std::path::Path;
use std::sync::Arc;

/// A PJRT plugin, with some of its devices. It is loaded until the last [`Session`](crate::Session) on it is dropped.
#[derive(Clone, Debug)]
pub struct Plugin {
    pub(crate) client: Arc<Client>,
}

impl Plugin {
    /// Loads a plugin: a shared library, such as `pjrt_c_api_cpu_plugin.so`. Its code runs in this process: load what you trust.
    ///
    /// # Errors
    /// If the file is no shared library or no plugin, if it has another version of the interface, or if it has no device.
    pub fn load(path: impl AsRef<Path>) -> Result<Plugin, PjrtError> {
        Plugin::with_devices(path, 1)
    }

    /// Loads a plugin with so many devices, which share the work of each step. One for the CPU makes as many of it as are needed: threads that take part as
    /// devices do.
    ///
    /// # Errors
    /// As [`load`](Plugin::load), or [`PjrtError::Devices`] if it has fewer.
    pub fn with_devices(path: impl AsRef<Path>, devices: usize) -> Result<Plugin, PjrtError> {
        Ok(Plugin { client: Arc::new(Client::load(path.as_ref(), devices.max(1))?) })
    }
}
