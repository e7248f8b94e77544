//! What the site says beside the course's texts. The one idea to know: every text of several words in this file is a message that translators see
//! (`say.rs` collects them); `{up}` leads to the site's first folder, and `{asks}` asks a page there for its language.

/// A live figure, by the name that texts give it.
pub struct Figure {
    pub name: &'static str,
    pub title: &'static str,
    pub made: Made,
}

pub enum Made {
    /// A page of its own, shown in a frame, and what to do in it.
    Page(&'static str),
    /// Drawn in the chapter's page by a script.
    Script,
}

pub const FIGURES: [Figure; 6] = [
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

pub const OPEN_ALONE: &str = "Open it alone";
pub const NEEDS_SCRIPTS: &str = "To see this figure, turn scripts (JavaScript) on.";

/// The site's own first lines, two paragraphs.
pub const BEGIN_HERE: [&str; 2] = [
    "**Begin here.** Read this page, then [chapter 1](ch01_first_graph/index.html). Each chapter opens with a question: guess, then press \
     **Run** below it. The chapter's own program runs in the page, and its output and figures appear there. You need to install nothing, and \
     nothing is loaded from elsewhere. Where the text says `cargo run --release -- ch10 --svg`, type what follows `ch10`, here `--svg`, into Flags. \
     Only the exercises and the stepper (`--step`) need a terminal.",
    "Two pages to play with: in the [playground]({up}playground.html{asks}) you build a small network, train it, \
     and walk through the backward pass of any step; in [one digit]({up}digit.html{asks}) a network reads what you draw.",
];
