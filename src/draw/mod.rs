//! The tape made visible: as text with [`Tape::listing`](crate::Tape::listing), as a figure with
//! [`Tape::to_svg`](crate::Tape::to_svg), [`Tape::to_mermaid`](crate::Tape::to_mermaid) for Markdown, and
//! [`Tape::to_dot`](crate::Tape::to_dot) for Graphviz.
//!
//! - `listing`: one line per node
//! - `picture`: the content of a figure: nodes, edges, clusters; `paint`: makes one from a tape; `fold`: makes a large one smaller;
//!   `stubs`: names instead of lines, where there would be too many
//! - `layout`: the places of everything
//! - `svg`, `mermaid`, `dot`: the three formats; `face`, `metrics`: texts in an SVG, and their sizes
//! - `architecture`: the layers of a network
//! - `style`: colours
//! - `derivative`: which node is the gradient of which
//! - `text`, `html`: how users' texts are written (numbers: [`number`])

mod architecture;
mod derivative;
mod dot;
mod face;
mod fold;
mod html;
mod layout;
mod listing;
mod mermaid;
mod metrics;
mod options;
mod paint;
mod picture;
mod stubs;
mod style;
mod svg;
mod text;

pub use crate::number::{Numbers, number};
pub use architecture::Architecture;
#[cfg(feature = "html")]
pub(crate) use fold::{fold_scopes, fold_stretches, folded_size, shallow};
#[cfg(feature = "html")]
pub(crate) use html::escape;
pub use layout::{Area, Layout, Measure, Route, Spacing};
pub use metrics::{COLUMN, SMALLEST_TYPE};
pub use options::{Backward, Direction, DrawOptions, Theme};
pub use picture::{Cluster, Edge, Flow, Kind, Picture, PictureNode};
#[cfg(feature = "html")]
pub(crate) use style::page_variables;
#[cfg(feature = "html")]
pub(crate) use svg::{Pixels, SPACING, arrow_head, line};
#[cfg(feature = "html")]
pub(crate) use text::printable;
pub(crate) use text::shortened_path;
