//! Colours and characters. Whatever a colour says, a shape says too: red and solid is forward, blue and dashed is backward.

use crate::ascii::ascii;
use crate::text::characters;
use ratatui::style::{Color, Modifier, Style};

/// How the screen looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Whether there are no characters but ASCII.
    pub(crate) ascii: bool,
}

/// What a line or a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    /// Not there yet, or beside the point.
    Faint,
    Plain,
    Forward,
    Backward,
    /// What the present step does.
    Active,
    Good,
    Bad,
    Negative,
    Positive,
    Heading,
}

impl Look {
    /// As the locale has it.
    pub(crate) fn of_terminal() -> Look {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
        let unicode = locale.contains("utf-8") || locale.contains("utf8") || cfg!(windows);
        Look { ascii: !unicode }
    }

    /// A text as it can be shown: a name may hold anything, and must not move the cursor, turn the line round, or vanish.
    pub(crate) fn text(self, text: &str) -> String {
        let harmless: String = text.chars().map(|c| if moves_others(c) { '?' } else { c }).collect();
        let shown = characters(&harmless).map(|(character, cells)| if cells == 0 { "?" } else { character });
        if self.ascii { ascii(&harmless) } else { shown.collect() }
    }

    /// What stands where a text was cut.
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

/// Whether a character is none to be seen, but changes where others stand: control characters, ends of lines, and what turns the
/// direction of writing.
fn moves_others(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// How far a node has got.
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
        // Of the 256 colours those that can be read on black and on white.
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
