//! The keys and their actions. The help comes from the same list.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The actions of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Next,
    Back,
    First,
    Last,
    NextPhase,
    PreviousPhase,
    NextFanOut,
    PreviousFanOut,
    NextOfNode,
    AskStep,
    AskName,
    NextMatch,
    SelectNext,
    SelectPrevious,
    Follow,
    Watch,
    Check,
    Fold,
    FoldAll,
    Inspector,
    Graph,
    Source,
    ScrollDown,
    ScrollUp,
    Ascii,
    Help,
    Quit,
    Interrupt,
    /// A character typed into a prompt.
    Type(char),
    Erase,
    Submit,
    Cancel,
}

use Action::*;

/// The lines of the help: the key, and its action.
pub(crate) const HELP: &[(&str, &str)] = &[
    ("right, n, space", "next step"),
    ("left, p", "step back"),
    ("home, end", "first step, last step"),
    ("] [", "next, previous phase: forward, backward, update"),
    ("g", "go to a step by its number"),
    ("f F", "next, previous fan-out: where several gradients add up"),
    ("t", "next step that touches this node"),
    ("/ N", "search a node by its name or op, next match"),
    ("down, up", "look at another node; esc follows the steps again"),
    ("i v s", "enlarge inspector, graph (view) or source, or back"),
    ("c", "check this node's gradient by nudging"),
    ("w", "watch this node, or stop watching it"),
    ("o O", "fold or open its scope, all scopes"),
    ("pgdn pgup", "scroll the inspector"),
    ("a", "plain ASCII on or off"),
    ("? q", "this help, quit (Ctrl-C ends the whole program)"),
];

impl Action {
    /// The action of a key; `None` if it has none.
    pub(crate) fn of(key: KeyEvent, in_prompt: bool) -> Option<Action> {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return (key.code == KeyCode::Char('c')).then_some(Interrupt);
        }
        if in_prompt {
            return match key.code {
                KeyCode::Char(c) => Some(Type(c)),
                KeyCode::Backspace => Some(Erase),
                KeyCode::Enter => Some(Submit),
                KeyCode::Esc => Some(Cancel),
                _ => None,
            };
        }
        Some(match key.code {
            KeyCode::Right | KeyCode::Char('n' | ' ' | 'l') => Next,
            KeyCode::Left | KeyCode::Char('p' | 'h') => Back,
            KeyCode::Home => First,
            KeyCode::End => Last,
            KeyCode::Char(']') => NextPhase,
            KeyCode::Char('[') => PreviousPhase,
            KeyCode::Char('f') => NextFanOut,
            KeyCode::Char('F') => PreviousFanOut,
            KeyCode::Char('t') => NextOfNode,
            KeyCode::Char('g') => AskStep,
            KeyCode::Char('/') => AskName,
            KeyCode::Char('N') => NextMatch,
            KeyCode::Down | KeyCode::Char('j') => SelectNext,
            KeyCode::Up | KeyCode::Char('k') => SelectPrevious,
            KeyCode::Esc => Follow,
            KeyCode::Char('w') => Watch,
            KeyCode::Char('c') => Check,
            KeyCode::Char('o') => Fold,
            KeyCode::Char('O') => FoldAll,
            KeyCode::Enter | KeyCode::Char('i') => Inspector,
            KeyCode::Char('v') => Graph,
            KeyCode::Char('s') => Source,
            KeyCode::PageDown => ScrollDown,
            KeyCode::PageUp => ScrollUp,
            KeyCode::Char('a') => Ascii,
            KeyCode::Char('?') => Help,
            KeyCode::Char('q') => Quit,
            _ => return None,
        })
    }
}
