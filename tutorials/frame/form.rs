//! The forms in which a chapter draws its graphs, each with its flag.

use gradus::draw::{DrawOptions, Picture};

/// A form of a graph's figure.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Svg,
    Mermaid,
    Dot,
}

impl Form {
    pub const ALL: [Form; 3] = [Form::Svg, Form::Mermaid, Form::Dot];

    /// Its flag, without dashes.
    pub fn flag(self) -> &'static str {
        match self {
            Form::Svg => "svg",
            Form::Mermaid => "mermaid",
            Form::Dot => "dot",
        }
    }

    pub fn help(self) -> &'static str {
        match self {
            Form::Svg => "Draw the computation graph as SVG",
            Form::Mermaid => "Write the computation graph for Mermaid, as GitHub shows it in Markdown",
            Form::Dot => "Write the computation graph for Graphviz",
        }
    }

    /// The ending of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Form::Svg => "svg",
            Form::Mermaid => "mmd",
            Form::Dot => "dot",
        }
    }

    pub fn of(self, picture: &Picture, options: &DrawOptions) -> String {
        match self {
            Form::Svg => picture.to_svg(options),
            Form::Mermaid => picture.to_mermaid(options),
            Form::Dot => picture.to_dot(options),
        }
    }
}
