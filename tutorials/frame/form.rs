//! The forms in which a chapter draws its graphs, each with its flag.

use gradus::draw::{DrawOptions, Picture};

/// A form of a graph's figure.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Form {
    Svg,
    Mermaid,
    Dot,
    Html,
}

impl Form {
    pub const ALL: [Form; 4] = [Form::Svg, Form::Mermaid, Form::Dot, Form::Html];

    /// Its flag, without dashes.
    pub fn flag(self) -> &'static str {
        match self {
            Form::Svg => "svg",
            Form::Mermaid => "mermaid",
            Form::Dot => "dot",
            Form::Html => "html",
        }
    }

    pub fn help(self) -> &'static str {
        match self {
            Form::Svg => "Draw the computation graph as SVG",
            Form::Mermaid => "Write the computation graph for Mermaid, as GitHub shows it in Markdown",
            Form::Dot => "Write the computation graph for Graphviz",
            Form::Html => "Write what the tape recorded as a web page, to be stepped through",
        }
    }

    /// The ending of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Form::Svg => "svg",
            Form::Mermaid => "mmd",
            Form::Dot => "dot",
            Form::Html => "html",
        }
    }

    /// A figure in this form; `None` for a page, which replays a tape and cannot be made from a figure alone.
    pub fn of(self, picture: &Picture, options: &DrawOptions) -> Option<String> {
        match self {
            Form::Svg => Some(picture.to_svg(options)),
            Form::Mermaid => Some(picture.to_mermaid(options)),
            Form::Dot => Some(picture.to_dot(options)),
            Form::Html => None,
        }
    }
}
