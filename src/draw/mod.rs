//! The tape made visible: [`Tape::listing`](crate::Tape::listing) as text, [`Tape::to_dot`](crate::Tape::to_dot) as a
//! figure.
//!
//! - `listing`: one line per node
//! - `picture`: what is drawn, whoever draws it: nodes, edges, clusters; `paint`: how a tape becomes one
//! - `dot`: how Graphviz is told to draw it
//! - `style`: colours
//! - `derivative`: which node is the gradient of which
//! - `number`, `text`, `html`: how numbers and users' texts are written

mod derivative;
mod dot;
mod face;
mod fold;
mod html;
mod layout;
mod listing;
mod mermaid;
mod metrics;
mod number;
mod options;
mod paint;
mod picture;
mod style;
mod svg;
mod text;

pub use layout::{Area, Layout, Measure, Route, Spacing};
pub(crate) use number::significant;
pub use number::{Numbers, number};
pub use options::{Backward, Direction, DrawOptions, Theme};
/// The name of [`DrawOptions`] when there was only DOT.
pub type DotOptions = DrawOptions;
pub use picture::{Cluster, Edge, Flow, Kind, Picture, PictureNode};
