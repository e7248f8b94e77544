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

/// The rules of an SVG, all of which begin with `.gradus`, so that they touch nothing else on a page.
pub(super) fn style_sheet(theme: Theme) -> String {
    match theme {
        Theme::Light | Theme::Dark => rules(Palette::of(theme)),
        Theme::Auto => {
            let [light, dark] = [Theme::Light, Theme::Dark].map(|theme| rules(Palette::of(theme)));
            format!("{light}@media (prefers-color-scheme:dark){{{dark}}}")
        }
    }
}

fn rules(palette: &Palette) -> String {
    let Palette {
        background,
        text,
        faint,
        outline,
        node,
        leaf,
        scopes,
        scope_outline,
        forward,
        backward,
        backward_nodes,
    } = palette;
    [
        format!(".gradus text{{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;fill:{text}}}"),
        ".gradus .bold{font-weight:bold}".to_owned(),
        format!(".gradus .background{{fill:{background}}}"),
        format!(".gradus .faint{{fill:{faint}}}.gradus .gradient{{fill:{backward}}}"),
        format!(".gradus .halo{{paint-order:stroke;stroke:{background};stroke-width:3px;stroke-linejoin:round}}"),
        format!(".gradus .scope rect{{stroke:{scope_outline}}}"),
        format!(".gradus .shade0 rect{{fill:{}}}.gradus .shade1 rect{{fill:{}}}", scopes[0], scopes[1]),
        ".gradus .line{fill:none;stroke-width:1.4}".to_owned(),
        format!(".gradus .forward .line{{stroke:{forward}}}.gradus .forward .head{{fill:{forward}}}"),
        format!(".gradus .backward .line{{stroke:{backward};stroke-dasharray:5 3}}.gradus .backward .head{{fill:{backward}}}"),
        format!(".gradus .lookup .line{{stroke:{faint};stroke-width:1;stroke-dasharray:1 3;stroke-linecap:round}}.gradus .lookup .head{{fill:{faint}}}"),
        format!(".gradus .node rect,.gradus .node circle{{fill:{node};stroke:{outline}}}"),
        format!(".gradus .dot{{fill:{outline}}}.gradus .weights{{fill:none;stroke:{faint};stroke-width:.5}}"),
        format!(".gradus .input rect,.gradus .input circle,.gradus .param rect{{fill:{leaf}}}.gradus .const rect{{fill:none;stroke:none}}"),
        format!(".gradus .pass1 rect{{fill:{};stroke:{backward}}}", backward_nodes[0]),
        format!(".gradus .pass2 rect{{fill:{};stroke:{backward}}}", backward_nodes[1]),
        format!(".gradus .cut rect{{stroke-dasharray:4 3}}.gradus .folded rect{{fill:{};stroke-width:2}}", scopes[1]),
        format!(".gradus .loss rect{{stroke:{forward}}}.gradus .loss.pass1 rect,.gradus .loss.pass2 rect{{stroke:{backward}}}"),
        ".gradus .loss .outer{fill:none}".to_owned(),
    ]
    .concat()
}
