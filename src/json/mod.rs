//! JSON documents, read with care: a key that comes twice is refused (`strict`), numbers that JSON does not know are written as texts (`floats`), and a
//! mistake is told with its place in the document (`place`).

pub(crate) mod floats;
mod place;
mod strict;

pub(crate) use place::{Place, Unfit};
pub(crate) use strict::Strict;
