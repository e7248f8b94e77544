//! The web page: a computation as one file that opens in any browser, from disk, with nothing to fetch. The one idea to know: the page
//! replays a [`Trace`](crate::Trace). All numbers and all places are computed by this library; the scripts show them.
//!
//! # Live pages
//!
//! A page carries this library itself, compiled to WebAssembly, and the tape as a [program](crate::program), unless it was to
//! [replay only](PageOptions::replay_only), or would be [too large](PageOptions::live). So every leaf is a handle: its reader changes a number, and values, gradients and loss follow; he looks at the loss as a curve over that number, whose slope is
//! the gradient; he takes steps with an optimizer, and steps through the backward pass of what came out. What is shown is a [`State`] of the program,
//! computed by the ops and vjps that the learner's program ran, and not by the page. An op of the learner's own stays behind, since its code does not
//! travel: its node, and what depends on it, are shown as they were recorded, until a number is changed.
//!
//! # What is where
//!
//! - `options`: the options of a page
//! - `data`: the data for the scripts, as JSON; `source`: the text of the learner's program
//! - `figure`: the graph, laid out once for every way of folding its scopes
//! - `formula`: formulas as MathML
//! - `session`: the engine behind a live page; `live`: what the page asks it, as JSON; `numbering`: its nodes by the page's numbers;
//!   `mistakes`: vjps that the reader breaks, and the check that notices
//! - `zh_CN.po`: what the page says, in Chinese. Rust knows no language: its sentences are translated in the page, by `script/say.js`
//! - `page.html`, `page.css`: the page; `shared.css`: what it shares with the playground; `too_large.html`: the page for a tape with too many nodes;
//!   `script/`: the interactive part

mod data;
mod figure;
mod formula;
mod live;
mod mistakes;
mod numbering;
mod options;
mod session;
mod source;

pub use live::{Live, LiveError, open, open_in};
pub use mistakes::{Changed, Fault, Finding, Findings, Mistake};
pub use options::{Engine, Language, PageOptions};
pub use session::{Curve, Name, Nudge, Rule, Session, SessionError, State};

use crate::draw::{DrawOptions, Theme, escape, page_variables, printable};
use crate::scalar::Scalar;
use crate::tape::Tape;
use crate::trace::base64;
use data::{Limits, PageData};
use serde::Serialize;

const PAGE: &str = include_str!("page.html");
const TOO_LARGE: &str = include_str!("too_large.html");
const STYLE: &str = concat!(include_str!("shared.css"), include_str!("page.css"));
const SAY: &str = include_str!("script/say.js");
const LANGUAGE: &str = include_str!("script/language.js");
/// In WebAssembly there are none, which would weigh too much: the page around it puts them in.
const TRANSLATIONS: &str = if cfg!(target_family = "wasm") { "" } else { include_str!("zh_CN.po") };
/// In the order in which they build on each other. Together they are one module.
const SCRIPTS: &[&str] = &[
    SAY,
    LANGUAGE,
    include_str!("script/numbers.js"),
    include_str!("script/trace.js"),
    include_str!("script/reach.js"),
    include_str!("script/worked.js"),
    include_str!("script/array.js"),
    include_str!("script/tiles.js"),
    include_str!("script/tokens.js"),
    include_str!("script/bars.js"),
    include_str!("script/graph.js"),
    include_str!("script/inspector.js"),
    include_str!("script/source.js"),
    include_str!("script/predict.js"),
    include_str!("script/steer.js"),
    include_str!("script/search.js"),
    include_str!("script/memory.js"),
    include_str!("script/engine.js"),
    include_str!("script/plot.js"),
    include_str!("script/handle.js"),
    include_str!("script/train.js"),
    include_str!("script/break.js"),
    include_str!("script/live.js"),
    include_str!("script/main.js"),
];

/// The colours of the page as variables of a style sheet, for light and for dark: for pages of one's own that should look like it.
///
/// ```
/// let style = gradus::page::style_variables() + "body { background: var(--back); color: var(--text); }";
/// assert!(style.contains("--forward: light-dark("));
/// ```
pub fn style_variables() -> String {
    page_variables()
}

impl<F: Scalar> Tape<F> {
    /// The recorded computation as a web page that can be stepped through: one file without links to others. The same tape gives the same bytes.
    ///
    /// A slider goes through the events of the [trace](Tape::trace): forward, backward, and update under [`keep_updates`](Tape::keep_updates). A
    /// click on a node shows its value, and its gradient with the contributions to it; a click on an edge shows how the gradient flows along it; a
    /// click on a number shows what it was computed from. If the program's source can be read, it is part of the page. A tape of more than
    /// [`PageOptions::max_nodes`] nodes is not replayed: its page says so, and shows the graph folded. Else the page is
    /// [live](crate::page#live-pages): its reader changes numbers and trains.
    ///
    /// ```
    /// use gradus::page::PageOptions;
    /// use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (w, x) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"));
    /// (w * x).sigmoid().named("y").backward();
    /// let page = tape.to_html(&PageOptions::new().title("A neuron"));
    /// assert!(page.starts_with("<!doctype html>") && page.contains("<title>A neuron</title>"));
    /// ```
    pub fn to_html(&self, options: &PageOptions) -> String {
        if self.len() > options.max_nodes {
            return too_large(self, options);
        }
        let data = json(&PageData::of(self, options));
        let module = options.engine.module::<F>();
        let live = module.map(|module| with_engine(module, self, options.engine.room().saturating_sub(data.len())));
        let (allowed, engine) = match live {
            None => ("", String::new()),
            Some(Ok(elements)) => (" 'wasm-unsafe-eval'", elements),
            Some(Err(why)) => ("", script("limits", &json(&Limits::refused(&why)))),
        };
        let parts = [
            ("{{language}}", options.language.attribute().to_owned()),
            ("{{allowed}}", allowed.to_owned()),
            ("{{title}}", escape(&printable(&options.title))),
            ("{{style}}", page_variables() + STYLE),
            ("{{data}}", data),
            ("{{engine}}", engine),
            ("{{translations}}", translations(TRANSLATIONS)),
            ("{{script}}", SCRIPTS.join("\n")),
        ];
        fill(PAGE, &parts)
    }
}

/// The elements that hold a program, the engine that runs it, and what it cannot run, if there is room for them; or why the page has none.
fn with_engine<F: Scalar>(module: &[u8], tape: &Tape<F>, room: usize) -> Result<String, String> {
    let program = tape.program().map_err(|error| error.to_string())?;
    let limits = script("limits", &json(&Limits::of(&program)));
    let engine = format!("<script type=\"text/plain\" id=\"engine\">{}</script>\n", base64(module));
    let elements = limits + &script("program", &inert(&program.to_json())) + &engine;
    if elements.len() > room {
        let larger = elements.len() as f64 / 1e6;
        return Err(format!(
            "it would be {larger:.1} MB larger with the engine and all numbers of its leaves (PageOptions::live() puts them in)"
        ));
    }
    Ok(elements)
}

/// A file of gettext as a page carries it: its messages, and which of them stand in a Rust source. The scripts of our pages read it.
///
/// ```
/// let po = "#: page.html\nmsgid \"Play\"\nmsgstr \"播放\"\n";
/// assert_eq!(gradus::page::translations(po), "msgid \"Play\"\nmsgstr \"播放\"\n");
/// ```
pub fn translations(po: &str) -> String {
    let is_needed = |line: &&str| !line.is_empty() && (!line.starts_with('#') || line.ends_with(".rs"));
    inert(&po.lines().filter(is_needed).map(|line| format!("{line}\n")).collect::<String>())
}

/// An element that holds JSON.
fn script(id: &str, json: &str) -> String {
    format!("<script type=\"application/json\" id=\"{id}\">{json}</script>\n")
}

/// JSON in which nothing can end the element that holds it.
fn json(data: &impl Serialize) -> String {
    inert(&serde_json::to_string(data).expect("numbers and texts can always be written"))
}

fn inert(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// The page of a tape that is too large to be replayed.
fn too_large<F: Scalar>(tape: &Tape<F>, options: &PageOptions) -> String {
    let title = escape(&printable(&options.title));
    let reason = format!(
        "This tape holds {} nodes. A page replays up to {}, since every node takes one to three kilobytes of it: here is its graph, folded. \
         To step through a part, record less on one tape (rewind it between steps), or set PageOptions::max_nodes.",
        tape.len(),
        options.max_nodes
    );
    let figure = tape.to_svg(&DrawOptions::new().theme(Theme::Auto));
    let parts = [
        ("{{language}}", options.language.attribute().to_owned()),
        ("{{title}}", title.clone()),
        ("{{heading}}", title),
        ("{{reason}}", reason),
        ("{{figure}}", figure),
        ("{{translations}}", translations(TRANSLATIONS)),
        ("{{script}}", [SAY, LANGUAGE].join("\n")),
    ];
    fill(TOO_LARGE, &parts)
}

/// The template with each part filled in. Text that was filled in is not searched again.
fn fill(template: &str, parts: &[(&str, String)]) -> String {
    let (mut page, mut rest) = (String::new(), template);
    for (mark, part) in parts {
        let (before, after) = rest.split_once(mark).expect("the template has a place for each part, in this order");
        page += before;
        page += part;
        rest = after;
    }
    page + rest
}
