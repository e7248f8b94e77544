//! What makes the book a site: a panel on each chapter's page, which runs the chapter there. The one idea to know: the panel is plain HTML below the
//! chapter's question; `tutorials/runner/page/run.js` brings it to life, and where no script runs it says so.

use crate::Result;

/// The panel's scripts, in the order in which they build on each other.
pub const SCRIPTS: [&str; 2] = ["tutorials/runner/page/carried.js", "tutorials/runner/page/run.js"];

/// The text of a chapter with its panel below the question, with which every chapter begins.
pub fn after_the_question(name: &str, text: &str) -> Result<String> {
    let chapter = name.split('_').next().unwrap_or(name);
    const QUESTION: &str = "> **Predict first.**";
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.starts_with(QUESTION));
    let start = start.ok_or_else(|| format!("no line begins with `{QUESTION}`"))?;
    let end = start + lines[start..].iter().take_while(|line| line.starts_with('>')).count();
    let (before, after) = (lines[..end].join("\n"), lines[end..].join("\n"));
    Ok(format!("{before}\n\n{}\n{after}\n", panel(chapter)))
}

/// The panel. It has no empty lines: in Markdown one would end it.
fn panel(chapter: &str) -> String {
    format!(
        r#"<section class="run" data-chapter="{chapter}" aria-labelledby="run-{chapter}">
<link rel="stylesheet" href="../run.css">
<h2 id="run-{chapter}">Run it here</h2>
<form hidden>
<label class="wide">Your guess, if you have one <input name="guess" autocomplete="off" maxlength="200"></label>
<label>Seed <input name="seed" inputmode="numeric" pattern="[0-9]{{1,19}}" value="7" title="A whole number that determines all random numbers"></label>
<label class="wide">Flags <input name="flags" autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="such as --svg, or --help"></label>
<label class="check"><input type="checkbox" name="quiet"> Only the verdict</label>
<button>Run</button>
</form>
<p role="status">To run the chapter in this page, turn scripts (JavaScript) on.</p>
<div class="bar" hidden><progress aria-label="Progress of the training"></progress> <span class="left"></span></div>
<div class="output" role="region" aria-label="What {chapter} prints" tabindex="0" hidden></div>
<script src="../run.js"></script>
</section>
"#
    )
}

/// The introduction, with the site's own first lines.
pub fn begin_here(text: &str) -> Result<String> {
    let (title, rest) = text.split_once('\n').ok_or("the introduction has no text below its title")?;
    Ok(format!(
        "{title}\n\n> **Begin here.** Read this page, then [chapter 1](ch01_first_graph/index.html). Each chapter opens with a question: guess, then press \
         **Run** below it. The chapter's own program runs in the page, and its output and figures appear there. You need to install nothing, and \
         nothing is loaded from elsewhere. Where the text says `cargo run --release -- ch10 --svg`, type what follows `ch10`, here `--svg`, into Flags. \
         Only the exercises and the stepper (`--step`) need a terminal.\n>\n> Two pages to play with: in the [playground](playground.html) you build a small network, train it, \
         and walk through the backward pass of any step; in [one digit](digit.html) a network reads what you draw.\n{rest}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_panel_stands_below_the_question_in_one_piece() {
        let text = "# Chapter 2. X\n\n> **Predict first.** How\n> many?\n\n## Story\n";
        let page = after_the_question("ch02_x", text).expect("there is a question");
        let (before, after) = page.split_once("<section").expect("a panel");
        let (panel, after) = after.split_once("</section>").expect("its end");
        assert!(before.ends_with("> many?\n\n") && after.trim_start().starts_with("## Story"), "{page}");
        assert!(panel.contains("data-chapter=\"ch02\"") && !panel.contains("\n\n"), "{panel}");
        assert!(after_the_question("ch02_x", "# Chapter 2. X\n").is_err());
    }
}
