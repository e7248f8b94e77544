//! The engine as WebAssembly. The one idea to know: a page calls an **entry** with bytes and gets bytes back. All entries are ordinary functions of
//! [`entries`], which native programs call as well; what JavaScript needs besides is in `abi.rs`, the only file with `unsafe`, and in `border/`. The module
//! imports nothing, so it cannot reach anything outside its own memory.
//!
//! `engine.js` is the other side of the border.

#![deny(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]

#[allow(unsafe_code)]
pub mod abi;
pub mod entries;
