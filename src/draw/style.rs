//! Colours: one red for what flows forward, one blue for what flows back, greys for the rest. All colours of figures and of the page are here, and a
//! test checks the contrast of every text with every background that it can have.

use super::options::Theme;

/// The colours of a theme, as `#rrggbb`.
pub(super) struct Palette {
    pub(super) background: &'static str,
    pub(super) text: &'static str,
    /// Shapes, places on the tape, slots: details that should not draw attention.
    pub(super) faint: &'static str,
    pub(super) outline: &'static str,
    pub(super) node: &'static str,
    pub(super) leaf: &'static str,
    /// Boxes around scopes; a box inside a box has the other shade.
    pub(super) scopes: [&'static str; 2],
    pub(super) scope_outline: &'static str,
    pub(super) forward: &'static str,
    pub(super) backward: &'static str,
    /// Nodes of the first backward pass, and of those that differentiate it.
    pub(super) backward_nodes: [&'static str; 2],
    /// Colours of the page alone.
    #[cfg_attr(not(any(test, feature = "html")), expect(dead_code))]
    pub(super) page: PageColours,
}

/// The colours that the page has besides the figure's.
// The tests read some of these without the page, too.
#[cfg_attr(not(feature = "html"), allow(dead_code))]
pub(super) struct PageColours {
    /// Buttons; and a button under the pointer.
    raised: &'static str,
    sunk: &'static str,
    line: &'static str,
    update: &'static str,
    /// The current step.
    now: &'static str,
    /// Heat maps. Colour-blind readers, too, can tell purple from orange, unlike red from green, or the red from the blue of the flows.
    negative: &'static str,
    zero: &'static str,
    positive: &'static str,
}

const LIGHT: Palette = Palette {
    background: "#ffffff",
    text: "#1f1f1f",
    faint: "#646464",
    outline: "#4d4d4d",
    node: "#ffffff",
    leaf: "#e9e9e9",
    scopes: ["#f6f6f6", "#efefef"],
    scope_outline: "#cfcfcf",
    forward: "#c62828",
    backward: "#1f5fbf",
    backward_nodes: ["#f3f7fd", "#dce8fa"],
    page: PageColours {
        raised: "#fafafa",
        sunk: "#f1f1f1",
        line: "#dedede",
        update: "#8a5a00",
        now: "#ffe9a8",
        negative: "#54278f",
        zero: "#f4f4f4",
        positive: "#d95f02",
    },
};

const DARK: Palette = Palette {
    background: "#16181c",
    text: "#ececec",
    faint: "#b0b5bd",
    outline: "#a9aeb6",
    node: "#22252b",
    leaf: "#363a42",
    scopes: ["#1c1f24", "#22252b"],
    scope_outline: "#43474f",
    forward: "#ff7b72",
    backward: "#79b0ff",
    backward_nodes: ["#1b2636", "#24385a"],
    page: PageColours {
        raised: "#1c1f24",
        sunk: "#24272d",
        line: "#363a42",
        update: "#e0b050",
        now: "#42340f",
        negative: "#b39ddb",
        zero: "#24272d",
        positive: "#ff9f45",
    },
};

impl Palette {
    pub(super) fn of(theme: Theme) -> &'static Palette {
        match theme {
            Theme::Light | Theme::Auto => &LIGHT,
            Theme::Dark => &DARK,
        }
    }
}

/// The colours under their names in the page's style sheet.
#[cfg(feature = "html")]
pub(crate) fn page_variables() -> String {
    let variables = |palette: &Palette| {
        let PageColours { raised, sunk, line, update, now, negative, zero, positive } = palette.page;
        let Palette { background, text, faint, outline, node, leaf, scopes, forward, backward, backward_nodes, .. } =
            *palette;
        [
            ("back", background),
            ("raised", raised),
            ("sunk", sunk),
            ("line", line),
            ("text", text),
            ("faint", faint),
            ("forward", forward),
            ("backward", backward),
            ("update", update),
            ("node", node),
            ("leaf", leaf),
            ("outline", outline),
            ("shade", scopes[0]),
            ("shade-inner", scopes[1]),
            ("pass1", backward_nodes[0]),
            ("pass2", backward_nodes[1]),
            ("now", now),
            ("negative", negative),
            ("zero", zero),
            ("positive", positive),
        ]
    };
    let pairs = variables(&LIGHT).into_iter().zip(variables(&DARK));
    let written: String =
        pairs.map(|((name, light), (_, dark))| format!("  --{name}: light-dark({light}, {dark});\n")).collect();
    format!(":root {{\n  color-scheme: light dark;\n{written}}}\n")
}

/// The rules of an SVG. All begin with `.gradus`, so that they affect nothing else on a page.
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
        page: _,
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
        format!(".gradus .input rect,.gradus .input circle,.gradus .param rect{{fill:{leaf}}}.gradus .const rect,.gradus .stub rect{{fill:none;stroke:none}}"),
        format!(".gradus .pass1 rect{{fill:{};stroke:{backward}}}", backward_nodes[0]),
        format!(".gradus .pass2 rect{{fill:{};stroke:{backward}}}", backward_nodes[1]),
        format!(".gradus .cut rect{{stroke-dasharray:4 3}}.gradus .folded rect{{fill:{};stroke-width:2}}", scopes[1]),
        format!(".gradus .loss rect{{stroke:{forward}}}.gradus .loss.pass1 rect,.gradus .loss.pass2 rect{{stroke:{backward}}}"),
        ".gradus .loss .outer{fill:none}".to_owned(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::{DARK, LIGHT, Palette};

    /// The relative luminance of a colour, from 0 to 1, as WCAG 2 defines it.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let byte = u8::from_str_radix(&colour[at..at + 2], 16).expect("two hexadecimal digits");
            let share = f64::from(byte) / 255.0;
            if share <= 0.03928 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn both() -> [(&'static str, &'static Palette); 2] {
        [("light", &LIGHT), ("dark", &DARK)]
    }

    #[test]
    fn every_text_can_be_read_on_everything_that_it_stands_on() {
        for (theme, palette) in both() {
            let Palette {
                background, text, faint, node, leaf, scopes, forward, backward, backward_nodes, page, ..
            } = palette;
            let inks = [("text", text), ("faint", faint), ("forward", forward), ("backward", backward)];
            let inks = inks.into_iter().chain([("update", &page.update)]);
            let papers = [background, node, leaf, &page.raised, &page.sunk, &page.now];
            for (name, ink) in inks {
                for paper in papers.into_iter().chain(scopes).chain(backward_nodes) {
                    let contrast = contrast(ink, paper);
                    assert!(contrast >= 4.5, "{theme}: {name} {ink} on {paper} has {contrast:.2}:1");
                }
            }
        }
    }

    #[test]
    fn every_line_and_every_heat_map_can_be_seen() {
        for (theme, Palette { background, outline, node, scopes, forward, backward, page, .. }) in both() {
            let papers = || [background, node].into_iter().chain(scopes);
            for (ink, paper) in [outline, forward, backward].into_iter().flat_map(|ink| papers().map(move |p| (ink, p)))
            {
                assert!(contrast(ink, paper) >= 3.0, "{theme}: {ink} on {paper}");
            }
            for end in [page.negative, page.positive] {
                assert!(contrast(end, page.zero) >= 3.0, "{theme}: {end} beside {}", page.zero);
            }
        }
    }
}
