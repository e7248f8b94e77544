//! The forms in which a chapter draws its graphs, each with its flag.

use gradus::draw::{DrawOptions, Picture};

/// A form of figure.
#[derive(Clone, Copy)]
pub(crate) enum Figure {
    Svg,
    Mermaid,
    Dot,
}

impl Figure {
    pub const ALL: [Figure; 3] = [Figure::Svg, Figure::Mermaid, Figure::Dot];

    /// Its flag, without dashes.
    pub fn flag(self) -> &'static str {
        match self {
            Figure::Svg => "svg",
            Figure::Mermaid => "mermaid",
            Figure::Dot => "dot",
        }
    }

    pub fn help(self) -> &'static str {
        match self {
            Figure::Svg => "Draw the computation graph as SVG",
            Figure::Mermaid => "Write the computation graph for Mermaid, as GitHub shows it in Markdown",
            Figure::Dot => "Write the computation graph for Graphviz",
        }
    }

    /// The ending of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Figure::Svg => "svg",
            Figure::Mermaid => "mmd",
            Figure::Dot => "dot",
        }
    }

    pub fn of(self, picture: &Picture, options: &DrawOptions) -> String {
        match self {
            Figure::Svg => picture.to_svg(options),
            Figure::Mermaid => picture.to_mermaid(options),
            Figure::Dot => picture.to_dot(options),
        }
    }
}
