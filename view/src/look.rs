//! Colours and characters. Every meaning of a colour also has a shape: red and solid is forward, blue and dashed is backward.

use crate::ascii::ascii;
use crate::language::Catalog;
use crate::text::characters;
use ratatui::style::{Color, Modifier, Style};
use std::borrow::Cow;

/// The look of the screen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Whether to use only ASCII characters.
    pub(crate) ascii: bool,
    /// The translations of what the screen says; `None` if it is English.
    pub(crate) language: Option<&'static Catalog>,
}

/// The meaning of a line or a text, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    /// Not computed yet, or not relevant now.
    Faint,
    Plain,
    Forward,
    Backward,
    /// Part of the present step.
    Active,
    Good,
    Bad,
    Negative,
    Positive,
    Heading,
}

impl Look {
    /// The look for the locale and the terminal.
    pub(crate) fn of_terminal() -> Look {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
        let unicode = locale.contains("utf-8") || locale.contains("utf8") || cfg!(windows);
        Look { ascii: !unicode, language: None }
    }

    /// A sentence in the reader's language; in English on a screen that has only ASCII.
    pub(crate) fn say(self, text: &str) -> Cow<'_, str> {
        match self.language.filter(|_| !self.ascii) {
            Some(language) => language.say(text),
            None => Cow::Borrowed(text),
        }
    }

    /// A text made fit for the screen: a name may hold any character, but must not move the cursor, reverse the line, or be invisible.
    pub(crate) fn text(self, text: &str) -> String {
        let harmless: String = text.chars().map(|c| if moves_others(c) { '?' } else { c }).collect();
        let shown = characters(&harmless).map(|(character, cells)| if cells == 0 { "?" } else { character });
        if self.ascii { ascii(&harmless) } else { shown.collect() }
    }

    /// The mark at the place where a text was cut.
    pub(crate) fn ellipsis(self) -> &'static str {
        if self.ascii { "..." } else { "…" }
    }

    /// One of two characters.
    pub(crate) fn pick(self, unicode: char, ascii: char) -> char {
        if self.ascii { ascii } else { unicode }
    }

    /// The mark before a node: not computed yet, computed, partly or wholly differentiated.
    pub(crate) fn mark(self, state: NodeState) -> char {
        match state {
            NodeState::Waiting => self.pick('·', '.'),
            NodeState::Computed => self.pick('●', 'o'),
            NodeState::Partly => self.pick('◐', '%'),
            NodeState::Wholly => self.pick('◆', '*'),
        }
    }
}

/// Whether a character is invisible and moves others: control characters, ends of lines, and characters that change the direction of writing.
fn moves_others(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The progress of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeState {
    Waiting,
    Computed,
    Partly,
    Wholly,
}

impl NodeState {
    pub(crate) fn tone(self) -> Tone {
        match self {
            NodeState::Waiting => Tone::Faint,
            NodeState::Computed => Tone::Forward,
            NodeState::Partly | NodeState::Wholly => Tone::Backward,
        }
    }
}

impl Tone {
    pub(crate) fn style(self) -> Style {
        // Colours, of the 256, that are readable on black and on white.
        let coloured = |index: u8| Style::new().fg(Color::Indexed(index));
        match self {
            Tone::Faint => Style::new().add_modifier(Modifier::DIM),
            Tone::Plain => Style::new(),
            Tone::Forward => coloured(167),
            Tone::Backward | Tone::Negative => coloured(33),
            Tone::Positive => coloured(172),
            Tone::Good => coloured(71),
            Tone::Bad => coloured(160).add_modifier(Modifier::BOLD),
            Tone::Heading => Style::new().add_modifier(Modifier::BOLD),
            Tone::Active => Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED),
        }
    }
}
