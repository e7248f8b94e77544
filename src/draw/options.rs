//! What a figure shows.

use super::metrics::COLUMN;

/// What a figure shows, and how. The default looks like a textbook's figure: values and gradients in the nodes, the
/// backward pass as dashed arrows against the forward ones.
///
/// ```
/// use gradus::draw::{Backward, DrawOptions};
/// use gradus::prelude::*;
/// let tape = Tape::new();
/// let x = tape.var(3.0).named("x");
/// (x * x).backward();
/// let svg = tape.to_svg(&DrawOptions::new().title("x squared").backward(Backward::Nodes));
/// assert!(svg.starts_with("<svg"));
/// ```
#[must_use = "options do nothing before something is drawn with them"]
#[derive(Clone, Debug, PartialEq)]
pub struct DrawOptions {
    pub(crate) title: String,
    pub(super) values: bool,
    pub(super) max_values: usize,
    pub(super) gradients: bool,
    pub(super) pass: u32,
    pub(crate) backward: Backward,
    pub(super) theme: Theme,
    pub(super) direction: Direction,
    pub(super) max_nodes: usize,
    pub(super) max_width: u32,
    /// Whether a figure that is too large or too deep is folded.
    pub(super) is_folded: bool,
}

/// How a figure shows the backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backward {
    /// As the nodes that were recorded on the tape, for every pass.
    Nodes,
    /// As arrows against the forward ones, wherever a gradient flowed. If several meet at a node, each is labelled with its share.
    Values,
    /// Not at all.
    Hidden,
}

/// The colours of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Theme {
    /// On white, for print.
    Light,
    /// On black, for screens.
    Dark,
    /// In SVG: light or dark, following the reader's screen. In other formats light.
    Auto,
}

/// The direction of the forward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Direction {
    /// From left to right.
    LeftToRight,
    /// From top to bottom.
    TopToBottom,
}

impl Default for DrawOptions {
    fn default() -> Self {
        DrawOptions {
            title: String::new(),
            values: true,
            max_values: 9,
            gradients: true,
            pass: 1,
            backward: Backward::Values,
            theme: Theme::Light,
            direction: Direction::LeftToRight,
            max_nodes: 300,
            max_width: COLUMN,
            is_folded: true,
        }
    }
}

impl DrawOptions {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// A heading above the figure.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Whether nodes show their values: parameters the present value, other nodes the recorded one.
    pub fn values(mut self, shown: bool) -> Self {
        self.values = shown;
        self
    }

    /// Maximum number of elements of an array that is shown in full. For a larger one, the least and the greatest number are shown. 9 by
    /// default.
    pub fn max_values(mut self, most: usize) -> Self {
        self.max_values = most;
        self
    }

    /// Whether nodes show their gradients. A gradient that was not computed is shown as "-", not as 0.
    pub fn gradients(mut self, shown: bool) -> Self {
        self.gradients = shown;
        self
    }

    /// The number of the backward pass whose gradients are shown, from 1. The first by default.
    pub fn pass(mut self, pass: u32) -> Self {
        self.pass = pass;
        self
    }

    /// How the backward pass is shown. As arrows by default.
    pub fn backward(mut self, shown: Backward) -> Self {
        self.backward = shown;
        self
    }

    /// Light or dark. Light by default.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// The direction of the forward pass. From left to right by default.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = direction;
        self
    }

    /// Maximum number of nodes of a figure. A larger one shows scopes as single nodes, the innermost first, and says so below. 300 by default; an SVG
    /// shows at most 600, whose layout takes some seconds.
    pub fn max_nodes(mut self, most: usize) -> Self {
        self.max_nodes = most;
        self
    }

    /// All nodes in all their scopes, for a caller that does the folding.
    #[cfg(feature = "html")]
    pub(crate) fn unfolded(mut self) -> Self {
        self.is_folded = false;
        self
    }

    /// Maximum width of an SVG from left to right, in pixels. A longer figure continues in a second row, as text does, if no scope is in the way. If
    /// it is still too wide, it runs from top to bottom. [`COLUMN`] by default, so that a book shows the figure as large as it is.
    pub fn max_width(mut self, pixels: u32) -> Self {
        self.max_width = pixels;
        self
    }
}
