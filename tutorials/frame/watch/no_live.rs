//! The live view in a web page: there is none. A worker there has no terminal to draw on; its progress is told by the bar.

use super::training::Training;
use std::io::{Error, ErrorKind, Result};

/// No value of this type exists.
pub(super) enum Live {}

impl Live {
    pub fn open(_colour: bool) -> Result<Self> {
        Err(Error::new(ErrorKind::Unsupported, "a web page is not one"))
    }

    pub fn draw(&mut self, _training: &Training) {
        match *self {}
    }

    pub fn say(&mut self, _text: &str) {
        match *self {}
    }
}
