//! What makes the book a site: a panel on each chapter's page, which runs the chapter there. The one idea to know: the panel is plain HTML below the
//! chapter's question, `tutorials/runner/page/panel.html`; `run.js` beside it brings it to life, and where no script runs it says so.

use crate::phrases::BEGIN_HERE;
use crate::{Result, markup};

/// Where a chapter's page stands in the site.
pub struct Place {
    /// Leads to the site's first folder, where scripts are, and the pages that are no texts.
    pub up: &'static str,
    /// Asks such a page for the language.
    pub asks: String,
}

impl Place {
    /// English is in the site's first folder, each other language, given by its code, in a folder there.
    pub fn of(language: Option<&str>) -> Place {
        match language {
            None => Place { up: "../", asks: String::new() },
            Some(code) => Place { up: "../../", asks: format!("?lang={}", code.replace('_', "-")) },
        }
    }
}

/// The panel's scripts, in the order in which they build on each other. The first takes the translations.
pub const SCRIPTS: [&str; 3] =
    ["src/page/script/say.js", "tutorials/runner/page/carried.js", "tutorials/runner/page/run.js"];

/// It has no empty lines: in Markdown one would end it.
const PANEL: &str = include_str!("../../tutorials/runner/page/panel.html");

/// The text of a chapter with its panel below the question, with which every chapter begins. `say` translates what stands in the panel.
pub fn after_the_question(name: &str, text: &str, place: &Place, say: impl Fn(&str) -> String) -> Result<String> {
    let chapter = name.split('_').next().unwrap_or(name);
    const QUESTION: &str = "> **Predict first.**";
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.starts_with(QUESTION));
    let start = start.ok_or_else(|| format!("no line begins with `{QUESTION}`"))?;
    let end = start + lines[start..].iter().take_while(|line| line.starts_with('>')).count();
    let (before, after) = (lines[..end].join("\n"), lines[end..].join("\n"));
    let panel = markup::translated(PANEL, say)?.replace("{{chapter}}", chapter).replace("{{up}}", place.up);
    Ok(format!("{before}\n\n{panel}\n{after}\n"))
}

/// The introduction, with the site's own first lines.
pub fn begin_here(text: &str, place: &Place, say: impl Fn(&str) -> String) -> Result<String> {
    let (title, rest) = text.split_once('\n').ok_or("the introduction has no text below its title")?;
    let [begin, play] = BEGIN_HERE.map(say);
    // The introduction is not in a folder of its own, as a chapter is.
    let up = place.up.strip_prefix("../").unwrap_or_default();
    let play = play.replace("{up}", up).replace("{asks}", &place.asks);
    Ok(format!("{title}\n\n> {begin}\n>\n> {play}\n{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_panel_stands_below_the_question_in_one_piece() {
        let text = "# Chapter 2. X\n\n> **Predict first.** How\n> many?\n\n## Story\n";
        let page = after_the_question("ch02_x", text, &Place::of(None), str::to_owned).expect("there is a question");
        let (before, after) = page.split_once("<section").expect("a panel");
        let (panel, after) = after.split_once("</section>").expect("its end");
        assert!(before.ends_with("> many?\n\n") && after.trim_start().starts_with("## Story"), "{page}");
        assert!(panel.contains("data-chapter=\"ch02\"") && !panel.contains("\n\n"), "{panel}");
        assert!(after_the_question("ch02_x", "# Chapter 2. X\n", &Place::of(None), str::to_owned).is_err());
    }
}
