//! The live figures of the site: `<!-- live: film -->` on a line of its own in a chapter's text, which GitHub and the book do not show. The one idea to
//! know: here stands only a figure's place; `tutorials/runner/page/live/` draws it, and where no script runs it says so.

use crate::Result;

/// A live figure, by the name that texts give it.
struct Figure {
    name: &'static str,
    title: &'static str,
    made: Made,
}

enum Made {
    /// A page of its own, shown in a frame, and what to do in it.
    Page(&'static str),
    /// Drawn in the chapter's page by a script.
    Script,
}

const FIGURES: [Figure; 6] = [
    Figure { name: "surface", title: "A ball on the surface", made: Made::Script },
    Figure {
        name: "neuron",
        title: "The neuron, backwards step by step",
        made: Made::Page(
            "It shows the end of the backward pass: press the first button to go to the start, then step forward. Click a node or an edge to see what it passes on. Or change a number, and all others follow.",
        ),
    },
    Figure {
        name: "fan_out",
        title: "b = a + a, c = b + b, backwards step by step",
        made: Made::Page(
            "It shows the end of the backward pass: press the first button to go to the start, then step forward. How much has arrived at b before it passes anything on to a?",
        ),
    },
    Figure { name: "film", title: "The training as a film", made: Made::Script },
    Figure { name: "v_curve", title: "The V, with a step to move", made: Made::Script },
    Figure { name: "maps", title: "Feature maps", made: Made::Script },
];

/// The scripts of all figures, in the order in which they build on each other.
pub const SCRIPTS: [&str; 11] = [
    "tutorials/runner/page/carried.js",
    "src/page/script/numbers.js",
    "src/page/script/engine.js",
    "tutorials/runner/page/live/running.js",
    "tutorials/runner/page/live/parts.js",
    "tutorials/runner/page/live/chart.js",
    "tutorials/runner/page/live/surface.js",
    "tutorials/runner/page/live/film.js",
    "tutorials/runner/page/live/v_curve.js",
    "tutorials/runner/page/live/maps.js",
    "tutorials/runner/page/live/begin.js",
];

/// The text with its live figures in their places if it is for the site, and without a trace of them if not.
pub fn in_place(text: &str, on_site: bool) -> Result<String> {
    let mut placed = String::new();
    for (line, number) in text.lines().zip(1..) {
        let name = line.trim().strip_prefix("<!-- live:").and_then(|rest| rest.strip_suffix("-->")).map(str::trim);
        let Some(name) = name else {
            placed += line;
            placed.push('\n');
            continue;
        };
        let figure = FIGURES.iter().find(|figure| figure.name == name).ok_or_else(|| {
            let known: Vec<&str> = FIGURES.iter().map(|figure| figure.name).collect();
            format!("line {number}: there is no live figure {name:?}; there are {}", known.join(", "))
        })?;
        if on_site {
            placed += &figure.html();
        }
    }
    Ok(placed)
}

impl Figure {
    /// The figure's place. It has no empty lines: in Markdown one would end it.
    fn html(&self) -> String {
        let Figure { name, title, made } = self;
        let inside = match made {
            Made::Page(task) => format!(
                "<p>{task} <a href=\"../live/{name}.html\" target=\"_blank\">Open it alone</a></p>\n\
                 <iframe src=\"../live/{name}.html\" title=\"{title}\" loading=\"lazy\"></iframe>\n"
            ),
            Made::Script => {
                "<p class=\"asleep\">To see this figure, turn scripts (JavaScript) on.</p>\n<script src=\"../live.js\"></script>\n".into()
            }
        };
        format!(
            "<section class=\"live\" data-live=\"{name}\" aria-labelledby=\"live-{name}\">\n<link rel=\"stylesheet\" href=\"../live.css\">\n\
             <h3 id=\"live-{name}\">{title}</h3>\n{inside}</section>\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_in_its_place_on_the_site_and_nowhere_else() {
        let text = "One.\n\n<!-- live: fan_out -->\n\nTwo.\n";
        assert_eq!(in_place(text, false).expect("it is known"), "One.\n\n\nTwo.\n");
        let page = in_place(text, true).expect("it is known");
        let (before, rest) = page.split_once("<section").expect("a figure");
        let (figure, after) = rest.split_once("</section>").expect("its end");
        assert_eq!((before, after), ("One.\n\n", "\n\nTwo.\n"));
        assert!(figure.contains("src=\"../live/fan_out.html\"") && !figure.contains("\n\n"), "{figure}");
    }

    #[test]
    fn an_unknown_figure_is_refused_with_its_line() {
        for on_site in [false, true] {
            let error = in_place("One.\n<!-- live: flim -->\n", on_site).expect_err("there is no such figure");
            assert!(error.starts_with("line 2:") && error.contains("flim") && error.contains("fan_out"), "{error}");
        }
    }
}
