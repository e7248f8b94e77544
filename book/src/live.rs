//! The live figures of the site: `<!-- live: film -->` on a line of its own in a chapter's text, which GitHub and the book do not show. The one idea to
//! know: here stands only a figure's place; `tutorials/runner/page/live/` draws it, and where no script runs it says so.

use crate::Result;
use crate::panel::Place;
use crate::phrases::{FIGURES, Figure, Made, NEEDS_SCRIPTS, OPEN_ALONE};

/// The scripts of all figures, in the order in which they build on each other. The first takes the translations.
pub const SCRIPTS: [&str; 12] = [
    "src/page/script/say.js",
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

/// The text with its live figures in their places if it is for the site, and without a trace of them if it has no place there.
pub fn in_place(text: &str, site: Option<&Place>, say: impl Fn(&str) -> String) -> Result<String> {
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
        if let Some(place) = site {
            placed += &html(figure, place, &say);
        }
    }
    Ok(placed)
}

/// A figure in its place. It has no empty lines: in Markdown one would end it.
fn html(figure: &Figure, Place { up, asks }: &Place, say: impl Fn(&str) -> String) -> String {
    let (name, title) = (figure.name, say(figure.title));
    let inside = match figure.made {
        Made::Page(task) => {
            let (task, alone, page) = (say(task), say(OPEN_ALONE), format!("{up}live/{name}.html{asks}"));
            format!(
                "<p>{task} <a href=\"{page}\" target=\"_blank\">{alone}</a></p>\n\
                 <iframe src=\"{page}\" title=\"{title}\" loading=\"lazy\"></iframe>\n"
            )
        }
        Made::Script => {
            format!("<p class=\"asleep\">{}</p>\n<script src=\"{up}live.js\"></script>\n", say(NEEDS_SCRIPTS))
        }
    };
    format!(
        "<section class=\"live\" data-live=\"{name}\" aria-labelledby=\"live-{name}\">\n<link rel=\"stylesheet\" href=\"{up}live.css\">\n\
         <h3 id=\"live-{name}\">{title}</h3>\n{inside}</section>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_in_its_place_on_the_site_and_nowhere_else() {
        let text = "One.\n\n<!-- live: fan_out -->\n\nTwo.\n";
        assert_eq!(in_place(text, None, str::to_owned).expect("it is known"), "One.\n\n\nTwo.\n");
        let page = in_place(text, Some(&Place::of(None)), str::to_owned).expect("it is known");
        let (before, rest) = page.split_once("<section").expect("a figure");
        let (figure, after) = rest.split_once("</section>").expect("its end");
        assert_eq!((before, after), ("One.\n\n", "\n\nTwo.\n"));
        assert!(figure.contains("src=\"../live/fan_out.html\"") && !figure.contains("\n\n"), "{figure}");
        let page = in_place(text, Some(&Place::of(Some("zh_CN"))), |_| "中文".to_owned()).expect("it is known");
        assert!(page.contains("<iframe src=\"../../live/fan_out.html?lang=zh-CN\" title=\"中文\""), "{page}");
    }

    #[test]
    fn an_unknown_figure_is_refused_with_its_line() {
        let place = Place::of(None);
        for site in [None, Some(&place)] {
            let error =
                in_place("One.\n<!-- live: flim -->\n", site, str::to_owned).expect_err("there is no such figure");
            assert!(error.starts_with("line 2:") && error.contains("flim") && error.contains("fan_out"), "{error}");
        }
    }
}
