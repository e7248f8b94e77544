//! Colours: one red for what flows forward, one blue for what flows back, greys for the rest.

use super::options::Theme;

/// The colours of a theme, as `#rrggbb`.
pub(super) struct Palette {
    pub(super) background: &'static str,
    pub(super) text: &'static str,
    /// Shapes, places on the tape, slots: there for whoever looks for them.
    pub(super) faint: &'static str,
    pub(super) outline: &'static str,
    pub(super) node: &'static str,
    pub(super) leaf: &'static str,
    /// Boxes around scopes; a box inside a box takes the other shade.
    pub(super) scopes: [&'static str; 2],
    pub(super) scope_outline: &'static str,
    pub(super) forward: &'static str,
    pub(super) backward: &'static str,
    /// Nodes of the first backward pass, and of those that differentiate it.
    pub(super) backward_nodes: [&'static str; 2],
}

const LIGHT: Palette = Palette {
    background: "#ffffff",
    text: "#1f1f1f",
    faint: "#8c8c8c",
    outline: "#4d4d4d",
    node: "#ffffff",
    leaf: "#e9e9e9",
    scopes: ["#f6f6f6", "#efefef"],
    scope_outline: "#cfcfcf",
    forward: "#c62828",
    backward: "#1f5fbf",
    backward_nodes: ["#f3f7fd", "#dce8fa"],
};

const DARK: Palette = Palette {
    background: "#16181c",
    text: "#ececec",
    faint: "#8f949c",
    outline: "#a9aeb6",
    node: "#22252b",
    leaf: "#363a42",
    scopes: ["#1c1f24", "#22252b"],
    scope_outline: "#43474f",
    forward: "#ff7b72",
    backward: "#79b0ff",
    backward_nodes: ["#1b2636", "#24385a"],
};

impl Palette {
    pub(super) fn of(theme: Theme) -> &'static Palette {
        match theme {
            Theme::Light | Theme::Auto => &LIGHT,
            Theme::Dark => &DARK,
        }
    }
}
